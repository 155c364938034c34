-- An event's id is made by its sender, and is theirs alone: another person's event of the same id is another event.
ALTER TABLE cell_events DROP CONSTRAINT cell_events_pkey;
ALTER TABLE cell_events ADD PRIMARY KEY (user_id, id);

-- Written and never read: the chapter touched last is the one with the latest chapter_progress.updated_at.
ALTER TABLE course_progress DROP COLUMN last_chapter_id;
