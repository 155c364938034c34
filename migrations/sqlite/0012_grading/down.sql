DROP TABLE moderations;
DROP TABLE snippets;
DROP TABLE openings;
DROP TABLE grading_events;
DROP TABLE appeals;
DROP TABLE decisions;
DROP TABLE grading_drafts;
DROP INDEX submissions_sent;
DROP INDEX submissions_held;
DROP INDEX submissions_queue;
UPDATE submissions SET state = 'needs_work' WHERE state = 'appealed';
ALTER TABLE submissions DROP COLUMN queued_at;
ALTER TABLE submissions DROP COLUMN holder_id;
ALTER TABLE submissions DROP COLUMN held_until;
ALTER TABLE submissions DROP COLUMN sends_at;
ALTER TABLE submissions DROP COLUMN graded_by;
PRAGMA writable_schema = ON;
UPDATE sqlite_schema
    SET sql = replace(sql, '''needs_work'', ''passed'', ''appealed'')', '''needs_work'', ''passed'')')
    WHERE type = 'table' AND name = 'submissions';
PRAGMA writable_schema = RESET;
CREATE INDEX submissions_queue ON submissions (cohort_id, submitted_at) WHERE state = 'waiting';
