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
ALTER TABLE submissions
    DROP COLUMN queued_at,
    DROP COLUMN holder_id,
    DROP COLUMN held_until,
    DROP COLUMN sends_at,
    DROP COLUMN graded_by,
    DROP CONSTRAINT submissions_state_check,
    ADD CONSTRAINT submissions_state_check
        CHECK (state IN ('waiting', 'superseded', 'withdrawn', 'needs_work', 'passed'));
CREATE INDEX submissions_queue ON submissions (cohort_id, submitted_at) WHERE state = 'waiting';
