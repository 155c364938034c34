-- SQLite before 3.45 has json_valid(NULL) = 0: Debian 12's command line took every chapter without a notebook for damage,
-- and could not read a dump of them. The check alone changes, by the way SQLite documents for that (lang_altertable, 7).
PRAGMA writable_schema = ON;
UPDATE sqlite_schema
    SET sql = replace(sql, 'notebook TEXT CHECK (json_valid(notebook))', 'notebook TEXT CHECK (notebook IS NULL OR json_valid(notebook))')
    WHERE type = 'table' AND name = 'chapter_versions';
PRAGMA writable_schema = RESET;
-- Other connections read the schema anew when it changes by a statement of its own.
CREATE TABLE schema_changed (id INTEGER PRIMARY KEY) STRICT;
DROP TABLE schema_changed;
