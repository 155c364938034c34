ALTER TABLE chapter_progress DROP COLUMN passed_at;
DROP TABLE quiz_answers;
DROP TABLE quiz_attempts;
DROP TABLE quizzes;
