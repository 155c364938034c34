DROP TABLE submissions;
DROP TABLE assignments;
