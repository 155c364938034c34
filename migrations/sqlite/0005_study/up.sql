-- One row a person and chapter. publication_id is the publication the completion was earned under.
CREATE TABLE chapter_progress (
    user_id INTEGER NOT NULL REFERENCES users (id),
    chapter_id INTEGER NOT NULL REFERENCES chapters (id),
    course_id INTEGER NOT NULL REFERENCES courses (id),
    publication_id INTEGER NOT NULL REFERENCES publications (id),
    opened_at INTEGER,
    read_at INTEGER,
    completed_at INTEGER,
    completed_by TEXT CHECK (completed_by IN ('rule', 'self')),
    percent INTEGER NOT NULL DEFAULT 0,
    scroll REAL,
    anchor TEXT,
    cell_id TEXT,
    position_at INTEGER,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, chapter_id)
) STRICT;
CREATE INDEX chapter_progress_by_course ON chapter_progress (user_id, course_id);

CREATE TABLE cell_progress (
    user_id INTEGER NOT NULL REFERENCES users (id),
    chapter_id INTEGER NOT NULL REFERENCES chapters (id),
    cell_id TEXT NOT NULL,
    runs INTEGER NOT NULL,
    errors INTEGER NOT NULL,
    first_success_at INTEGER,
    last_success INTEGER NOT NULL CHECK (last_success IN (0, 1)),
    last_error TEXT,
    last_duration_ms INTEGER NOT NULL,
    last_run_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, chapter_id, cell_id)
) STRICT;

-- Rollup, written in the transaction that changes a chapter's progress.
CREATE TABLE course_progress (
    user_id INTEGER NOT NULL REFERENCES users (id),
    course_id INTEGER NOT NULL REFERENCES courses (id),
    completed_chapters INTEGER NOT NULL,
    last_chapter_id INTEGER NOT NULL REFERENCES chapters (id),
    completed_at INTEGER,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, course_id)
) STRICT;

-- Every execution the bridge reported; the id makes sending twice harmless.
CREATE TABLE cell_events (
    id BLOB PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id),
    chapter_id INTEGER NOT NULL REFERENCES chapters (id),
    publication_id INTEGER NOT NULL REFERENCES publications (id),
    cell_id TEXT NOT NULL,
    cell_index INTEGER NOT NULL,
    execution_count INTEGER,
    success INTEGER NOT NULL CHECK (success IN (0, 1)),
    error_name TEXT,
    duration_ms INTEGER NOT NULL,
    source_sha256 TEXT NOT NULL,
    executed_at INTEGER NOT NULL,
    received_at INTEGER NOT NULL
) STRICT;
