-- A run under a former name of its chapter: was that ever its handout?
CREATE INDEX publication_files_by_chapter ON publication_files (chapter_id, path);
