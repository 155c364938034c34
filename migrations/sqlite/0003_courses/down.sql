DROP TABLE publication_files;
DROP TABLE chapter_texts;
DROP TABLE chapter_versions;
DROP TABLE sections;
DROP TABLE chapters;
DROP TABLE publications;
DROP TABLE courses;
