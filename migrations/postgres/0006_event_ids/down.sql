DELETE FROM cell_events e USING cell_events other
    WHERE other.id = e.id AND (other.received_at, other.user_id) < (e.received_at, e.user_id);
ALTER TABLE cell_events DROP CONSTRAINT cell_events_pkey;
ALTER TABLE cell_events ADD PRIMARY KEY (id);

ALTER TABLE course_progress ADD COLUMN last_chapter_id BIGINT REFERENCES chapters (id);
UPDATE course_progress c SET last_chapter_id = (
    SELECT p.chapter_id FROM chapter_progress p WHERE p.user_id = c.user_id AND p.course_id = c.course_id
    ORDER BY p.updated_at DESC LIMIT 1);
ALTER TABLE course_progress ALTER COLUMN last_chapter_id SET NOT NULL;
