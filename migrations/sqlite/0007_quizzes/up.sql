-- The quiz of a chapter of kind quiz, answers included; never changed once written.
CREATE TABLE quizzes (
    chapter_version_id INTEGER PRIMARY KEY REFERENCES chapter_versions (id),
    quiz TEXT NOT NULL CHECK (json_valid(quiz))
) STRICT;

-- chapter_version_id: the quiz as it was asked. seed: the order of this attempt.
CREATE TABLE quiz_attempts (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id),
    chapter_id INTEGER NOT NULL REFERENCES chapters (id),
    chapter_version_id INTEGER NOT NULL REFERENCES chapter_versions (id),
    number INTEGER NOT NULL,
    seed INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    due_at INTEGER,
    submitted_at INTEGER,
    submitted_by TEXT CHECK (submitted_by IN ('trainee', 'time')),
    points REAL,
    percent INTEGER,
    passed INTEGER CHECK (passed IN (0, 1)),
    UNIQUE (user_id, chapter_id, number)
) STRICT;
-- One at a time.
CREATE UNIQUE INDEX quiz_attempts_open ON quiz_attempts (user_id, chapter_id) WHERE submitted_at IS NULL;
CREATE INDEX quiz_attempts_due ON quiz_attempts (due_at) WHERE submitted_at IS NULL;

CREATE TABLE quiz_answers (
    attempt_id INTEGER NOT NULL REFERENCES quiz_attempts (id),
    question TEXT NOT NULL,
    answer TEXT NOT NULL CHECK (json_valid(answer)),
    answered_at INTEGER NOT NULL,
    PRIMARY KEY (attempt_id, question)
) STRICT;

ALTER TABLE chapter_progress ADD COLUMN passed_at INTEGER;
