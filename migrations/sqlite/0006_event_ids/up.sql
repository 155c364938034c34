-- An event's id is made by its sender, and is theirs alone: another person's event of the same id is another event.
CREATE TABLE cell_events_by_person (
    user_id INTEGER NOT NULL REFERENCES users (id),
    id BLOB NOT NULL,
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
    received_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, id)
) STRICT;
INSERT INTO cell_events_by_person
    SELECT user_id, id, chapter_id, publication_id, cell_id, cell_index, execution_count, success, error_name,
        duration_ms, source_sha256, executed_at, received_at
    FROM cell_events;
DROP TABLE cell_events;
ALTER TABLE cell_events_by_person RENAME TO cell_events;

-- Written and never read: the chapter touched last is the one with the latest chapter_progress.updated_at.
ALTER TABLE course_progress DROP COLUMN last_chapter_id;
