CREATE TABLE cell_events_by_id (
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
INSERT OR IGNORE INTO cell_events_by_id
    SELECT id, user_id, chapter_id, publication_id, cell_id, cell_index, execution_count, success, error_name,
        duration_ms, source_sha256, executed_at, received_at
    FROM cell_events ORDER BY received_at;
DROP TABLE cell_events;
ALTER TABLE cell_events_by_id RENAME TO cell_events;

CREATE TABLE course_progress_before (
    user_id INTEGER NOT NULL REFERENCES users (id),
    course_id INTEGER NOT NULL REFERENCES courses (id),
    completed_chapters INTEGER NOT NULL,
    last_chapter_id INTEGER NOT NULL REFERENCES chapters (id),
    completed_at INTEGER,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, course_id)
) STRICT;
INSERT INTO course_progress_before
    SELECT c.user_id, c.course_id, c.completed_chapters,
        (SELECT p.chapter_id FROM chapter_progress p WHERE p.user_id = c.user_id AND p.course_id = c.course_id
            ORDER BY p.updated_at DESC LIMIT 1),
        c.completed_at, c.updated_at
    FROM course_progress c;
DROP TABLE course_progress;
ALTER TABLE course_progress_before RENAME TO course_progress;
