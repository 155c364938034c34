-- Checks that wait, run or have run. submission_id: of what was handed in; without one a trainee tries for themselves.
-- tries: so many times it was begun; whoever began it last has it until lease_until.
CREATE TABLE check_runs (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id),
    chapter_id INTEGER NOT NULL REFERENCES chapters (id),
    chapter_version_id INTEGER NOT NULL REFERENCES chapter_versions (id),
    submission_id INTEGER UNIQUE REFERENCES submissions (id),
    notebook_sha256 TEXT NOT NULL CHECK (length(notebook_sha256) = 64),
    handout_sha256 TEXT NOT NULL CHECK (length(handout_sha256) = 64),
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed')),
    tries INTEGER NOT NULL,
    queued_at INTEGER NOT NULL,
    lease_until INTEGER,
    finished_at INTEGER,
    result TEXT CHECK (json_valid(result))
) STRICT;
-- One trial at a time.
CREATE UNIQUE INDEX check_runs_trial ON check_runs (user_id, chapter_id)
    WHERE submission_id IS NULL AND state IN ('queued', 'running');
CREATE INDEX check_runs_queue ON check_runs (queued_at) WHERE state IN ('queued', 'running');
