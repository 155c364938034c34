-- Companies and the people in them. Everything a company sees is filtered by organisation_id.
CREATE TABLE organisations (
    id INTEGER PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE departments (
    id INTEGER PRIMARY KEY,
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    parent_id INTEGER REFERENCES departments (id),
    name TEXT NOT NULL
) STRICT;
CREATE INDEX departments_by_organisation ON departments (organisation_id);

-- email_key is the address normalised in Rust: SQLite's lower() knows ASCII only.
CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    department_id INTEGER REFERENCES departments (id),
    email TEXT NOT NULL,
    email_key TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL,
    password_hash TEXT,
    locale TEXT NOT NULL CHECK (locale IN ('ja', 'en')),
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER,
    disabled_at INTEGER
) STRICT;
CREATE INDEX users_by_organisation ON users (organisation_id, id);

CREATE TABLE role_grants (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id),
    role TEXT NOT NULL CHECK (role IN ('trainee', 'tutor', 'corporate_admin', 'author', 'operator')),
    scope_kind TEXT NOT NULL CHECK (scope_kind IN ('site', 'organisation', 'department', 'cohort', 'course')),
    scope_id INTEGER NOT NULL DEFAULT 0,
    UNIQUE (user_id, role, scope_kind, scope_id)
) STRICT;
