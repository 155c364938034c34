-- The assignment of a chapter of kind assignment; never changed once written.
CREATE TABLE assignments (
    chapter_version_id INTEGER PRIMARY KEY REFERENCES chapter_versions (id),
    assignment TEXT NOT NULL CHECK (json_valid(assignment))
) STRICT;

-- What was handed in. chapter_version_id, handout_sha256: what it was made from. cohort_id, due_at: as they were then.
-- state: waiting for a tutor; superseded by a later one, or withdrawn, before one came; or what was decided.
CREATE TABLE submissions (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id),
    chapter_id INTEGER NOT NULL REFERENCES chapters (id),
    chapter_version_id INTEGER NOT NULL REFERENCES chapter_versions (id),
    cohort_id INTEGER REFERENCES cohorts (id),
    number INTEGER NOT NULL,
    notebook_sha256 TEXT NOT NULL CHECK (length(notebook_sha256) = 64),
    size INTEGER NOT NULL,
    handout_sha256 TEXT NOT NULL CHECK (length(handout_sha256) = 64),
    submitted_at INTEGER NOT NULL,
    due_at INTEGER,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'superseded', 'withdrawn', 'needs_work', 'passed')),
    changed_at INTEGER NOT NULL,
    UNIQUE (user_id, chapter_id, number)
) STRICT;
-- One at a time.
CREATE UNIQUE INDEX submissions_waiting ON submissions (user_id, chapter_id) WHERE state = 'waiting';
CREATE INDEX submissions_queue ON submissions (cohort_id, submitted_at) WHERE state = 'waiting';
