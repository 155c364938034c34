CREATE TABLE licences (
    id INTEGER PRIMARY KEY,
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    course_id INTEGER NOT NULL REFERENCES courses (id),
    seats INTEGER,
    starts_at INTEGER NOT NULL,
    ends_at INTEGER,
    UNIQUE (organisation_id, course_id)
) STRICT;

CREATE TABLE cohorts (
    id INTEGER PRIMARY KEY,
    organisation_id INTEGER NOT NULL REFERENCES organisations (id),
    course_id INTEGER NOT NULL REFERENCES courses (id),
    name TEXT NOT NULL,
    starts_at INTEGER NOT NULL,
    due_at INTEGER
) STRICT;
CREATE INDEX cohorts_by_organisation ON cohorts (organisation_id, id);

CREATE TABLE enrolments (
    user_id INTEGER NOT NULL REFERENCES users (id),
    course_id INTEGER NOT NULL REFERENCES courses (id),
    cohort_id INTEGER REFERENCES cohorts (id),
    created_at INTEGER NOT NULL,
    ended_at INTEGER,
    PRIMARY KEY (user_id, course_id)
) STRICT;
CREATE INDEX enrolments_by_cohort ON enrolments (cohort_id);
