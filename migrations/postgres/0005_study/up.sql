-- One row a person and chapter. publication_id is the publication the completion was earned under.
CREATE TABLE chapter_progress (
    user_id BIGINT NOT NULL REFERENCES users (id),
    chapter_id BIGINT NOT NULL REFERENCES chapters (id),
    course_id BIGINT NOT NULL REFERENCES courses (id),
    publication_id BIGINT NOT NULL REFERENCES publications (id),
    opened_at TIMESTAMPTZ,
    read_at TIMESTAMPTZ,
    completed_at TIMESTAMPTZ,
    completed_by TEXT CHECK (completed_by IN ('rule', 'self')),
    percent BIGINT NOT NULL DEFAULT 0,
    scroll DOUBLE PRECISION,
    anchor TEXT,
    cell_id TEXT,
    position_at TIMESTAMPTZ,
    updated_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (user_id, chapter_id)
);
CREATE INDEX chapter_progress_by_course ON chapter_progress (user_id, course_id);

CREATE TABLE cell_progress (
    user_id BIGINT NOT NULL REFERENCES users (id),
    chapter_id BIGINT NOT NULL REFERENCES chapters (id),
    cell_id TEXT NOT NULL,
    runs BIGINT NOT NULL,
    errors BIGINT NOT NULL,
    first_success_at TIMESTAMPTZ,
    last_success BOOLEAN NOT NULL,
    last_error TEXT,
    last_duration_ms BIGINT NOT NULL,
    last_run_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (user_id, chapter_id, cell_id)
);

-- Rollup, written in the transaction that changes a chapter's progress.
CREATE TABLE course_progress (
    user_id BIGINT NOT NULL REFERENCES users (id),
    course_id BIGINT NOT NULL REFERENCES courses (id),
    completed_chapters BIGINT NOT NULL,
    last_chapter_id BIGINT NOT NULL REFERENCES chapters (id),
    completed_at TIMESTAMPTZ,
    updated_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (user_id, course_id)
);

-- Every execution the bridge reported; the id makes sending twice harmless.
CREATE TABLE cell_events (
    id UUID PRIMARY KEY,
    user_id BIGINT NOT NULL REFERENCES users (id),
    chapter_id BIGINT NOT NULL REFERENCES chapters (id),
    publication_id BIGINT NOT NULL REFERENCES publications (id),
    cell_id TEXT NOT NULL,
    cell_index BIGINT NOT NULL,
    execution_count BIGINT,
    success BOOLEAN NOT NULL,
    error_name TEXT,
    duration_ms BIGINT NOT NULL,
    source_sha256 TEXT NOT NULL,
    executed_at TIMESTAMPTZ NOT NULL,
    received_at TIMESTAMPTZ NOT NULL
);
