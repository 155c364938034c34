CREATE TABLE courses (
    id INTEGER PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    current_publication_id INTEGER,
    created_at INTEGER NOT NULL
) STRICT;

-- A course as of one content commit; never changed once written.
CREATE TABLE publications (
    id INTEGER PRIMARY KEY,
    course_id INTEGER NOT NULL REFERENCES courses (id),
    number INTEGER NOT NULL,
    source TEXT,
    published_by INTEGER REFERENCES users (id),
    published_at INTEGER NOT NULL,
    title TEXT NOT NULL CHECK (json_valid(title)),
    summary TEXT NOT NULL CHECK (json_valid(summary)),
    locales TEXT NOT NULL CHECK (json_valid(locales)),
    completion TEXT NOT NULL CHECK (json_valid(completion)),
    profile TEXT NOT NULL CHECK (json_valid(profile)),
    UNIQUE (course_id, number)
) STRICT;

-- The stable identity behind /chapters/{id}; key is its name in the content repository.
CREATE TABLE chapters (
    id INTEGER PRIMARY KEY,
    course_id INTEGER NOT NULL REFERENCES courses (id),
    key TEXT NOT NULL,
    UNIQUE (course_id, key)
) STRICT;

CREATE TABLE sections (
    id INTEGER PRIMARY KEY,
    publication_id INTEGER NOT NULL REFERENCES publications (id),
    position INTEGER NOT NULL,
    title TEXT NOT NULL CHECK (json_valid(title)),
    UNIQUE (publication_id, position)
) STRICT;

CREATE TABLE chapter_versions (
    id INTEGER PRIMARY KEY,
    publication_id INTEGER NOT NULL REFERENCES publications (id),
    chapter_id INTEGER NOT NULL REFERENCES chapters (id),
    section_id INTEGER NOT NULL REFERENCES sections (id),
    position INTEGER NOT NULL,
    number TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('text', 'coding', 'quiz', 'assignment')),
    title TEXT NOT NULL CHECK (json_valid(title)),
    minutes INTEGER NOT NULL,
    available INTEGER NOT NULL CHECK (available IN (0, 1)),
    completion TEXT NOT NULL CHECK (json_valid(completion)),
    notebook TEXT CHECK (json_valid(notebook)),
    UNIQUE (publication_id, chapter_id)
) STRICT;
CREATE INDEX chapter_versions_by_chapter ON chapter_versions (chapter_id, publication_id);

CREATE TABLE chapter_texts (
    chapter_version_id INTEGER NOT NULL REFERENCES chapter_versions (id),
    locale TEXT NOT NULL CHECK (locale IN ('ja', 'en')),
    html TEXT NOT NULL,
    headings TEXT NOT NULL CHECK (json_valid(headings)),
    PRIMARY KEY (chapter_version_id, locale)
) STRICT;

-- The trainee tree (handouts and data) and the images of the texts, by content hash.
CREATE TABLE publication_files (
    publication_id INTEGER NOT NULL REFERENCES publications (id),
    path TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    size INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('handout', 'data', 'image')),
    chapter_id INTEGER REFERENCES chapters (id),
    PRIMARY KEY (publication_id, path)
) STRICT;
CREATE INDEX publication_files_by_hash ON publication_files (sha256);
