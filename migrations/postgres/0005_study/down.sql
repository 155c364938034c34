DROP TABLE cell_events;
DROP TABLE course_progress;
DROP TABLE cell_progress;
DROP TABLE chapter_progress;
