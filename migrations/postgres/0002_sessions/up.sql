CREATE TABLE sessions (
    id UUID PRIMARY KEY,
    user_id BIGINT NOT NULL REFERENCES users (id),
    user_agent TEXT NOT NULL,
    address TEXT NOT NULL,
    refresh_hash BYTEA NOT NULL,
    previous_refresh_hash BYTEA,
    rotated_at TIMESTAMPTZ NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    last_seen_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ,
    end_reason TEXT
);
CREATE INDEX sessions_by_user ON sessions (user_id, created_at);
CREATE INDEX sessions_by_refresh ON sessions (refresh_hash);
CREATE INDEX sessions_by_previous_refresh ON sessions (previous_refresh_hash);
-- What the revocation feed polls.
CREATE INDEX sessions_by_end ON sessions (ended_at);

-- Published at once, used for signing from signs_from on, so that every verifier has the key before it meets it.
CREATE TABLE signing_keys (
    kid TEXT PRIMARY KEY,
    private_der BYTEA NOT NULL,
    public_x BYTEA NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    signs_from TIMESTAMPTZ NOT NULL,
    retires_at TIMESTAMPTZ
);
