-- The queue of tutors is the submissions that wait. queued_at: since when it waits. holder_id, held_until: who grades it.
-- sends_at: it is decided, and that is sent then. graded_by: who decided last. appealed: graded, and asked to be again.
ALTER TABLE submissions ADD COLUMN queued_at INTEGER NOT NULL DEFAULT 0;
UPDATE submissions SET queued_at = submitted_at;
ALTER TABLE submissions ADD COLUMN holder_id INTEGER REFERENCES users (id);
ALTER TABLE submissions ADD COLUMN held_until INTEGER;
ALTER TABLE submissions ADD COLUMN sends_at INTEGER;
ALTER TABLE submissions ADD COLUMN graded_by INTEGER REFERENCES users (id);
-- The check alone changes, as in 0008.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema
    SET sql = replace(sql, '''needs_work'', ''passed'')', '''needs_work'', ''passed'', ''appealed'')')
    WHERE type = 'table' AND name = 'submissions';
PRAGMA writable_schema = RESET;
DROP INDEX submissions_queue;
CREATE INDEX submissions_queue ON submissions (cohort_id, queued_at, id) WHERE state IN ('waiting', 'appealed');
CREATE INDEX submissions_held ON submissions (holder_id) WHERE holder_id IS NOT NULL;
CREATE INDEX submissions_sent ON submissions (sends_at) WHERE sends_at IS NOT NULL;

-- What a tutor has written so far. decided_at, points: it is sent as it is unless they take it back.
CREATE TABLE grading_drafts (
    submission_id INTEGER NOT NULL REFERENCES submissions (id),
    tutor_id INTEGER NOT NULL REFERENCES users (id),
    revision INTEGER NOT NULL,
    feedback TEXT NOT NULL CHECK (json_valid(feedback)),
    saved_at INTEGER NOT NULL,
    decided_at INTEGER,
    points INTEGER,
    PRIMARY KEY (submission_id, tutor_id)
) STRICT;

-- What was decided and sent; never changed. chapter_id, cohort_id, queued_at: of the submission, as it was then.
CREATE TABLE decisions (
    id INTEGER PRIMARY KEY,
    submission_id INTEGER NOT NULL REFERENCES submissions (id),
    number INTEGER NOT NULL,
    chapter_id INTEGER NOT NULL REFERENCES chapters (id),
    cohort_id INTEGER REFERENCES cohorts (id),
    tutor_id INTEGER NOT NULL REFERENCES users (id),
    verdict TEXT NOT NULL CHECK (verdict IN ('needs_work', 'passed')),
    points INTEGER NOT NULL,
    feedback TEXT NOT NULL CHECK (json_valid(feedback)),
    queued_at INTEGER NOT NULL,
    decided_at INTEGER NOT NULL,
    sent_at INTEGER NOT NULL,
    UNIQUE (submission_id, number)
) STRICT;
CREATE INDEX decisions_by_tutor ON decisions (tutor_id, id);
CREATE INDEX decisions_by_cohort ON decisions (cohort_id, sent_at);

-- Against a decision, by who was graded. answered_by: the decision that came of it.
CREATE TABLE appeals (
    decision_id INTEGER PRIMARY KEY REFERENCES decisions (id),
    submission_id INTEGER NOT NULL REFERENCES submissions (id),
    reason TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    withdrawn_at INTEGER,
    answered_by INTEGER REFERENCES decisions (id)
) STRICT;
CREATE INDEX appeals_by_submission ON appeals (submission_id);

-- What tutors did with a submission; never changed.
CREATE TABLE grading_events (
    id INTEGER PRIMARY KEY,
    submission_id INTEGER NOT NULL REFERENCES submissions (id),
    user_id INTEGER NOT NULL REFERENCES users (id),
    kind TEXT NOT NULL CHECK (kind IN ('claimed', 'released', 'taken_over', 'decided', 'taken_back')),
    reason TEXT,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX grading_events_by_submission ON grading_events (submission_id, id);

-- Who opened whose work, and how.
CREATE TABLE openings (
    submission_id INTEGER NOT NULL REFERENCES submissions (id),
    user_id INTEGER NOT NULL REFERENCES users (id),
    kind TEXT NOT NULL CHECK (kind IN ('read', 'copied', 'joined')),
    reason TEXT,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (submission_id, user_id, kind)
) STRICT;

-- Words a tutor writes again and again.
CREATE TABLE snippets (
    id INTEGER PRIMARY KEY,
    tutor_id INTEGER NOT NULL REFERENCES users (id),
    text TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX snippets_by_tutor ON snippets (tutor_id, id);

-- Decisions that another tutor looks at, too. verdict, points: theirs, given without having seen the first.
CREATE TABLE moderations (
    decision_id INTEGER PRIMARY KEY REFERENCES decisions (id),
    picked_at INTEGER NOT NULL,
    moderator_id INTEGER REFERENCES users (id),
    verdict TEXT CHECK (verdict IN ('needs_work', 'passed')),
    points INTEGER,
    note TEXT,
    at INTEGER
) STRICT;
CREATE INDEX moderations_open ON moderations (picked_at) WHERE at IS NULL;
