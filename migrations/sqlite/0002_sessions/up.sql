CREATE TABLE sessions (
    id BLOB PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id),
    user_agent TEXT NOT NULL,
    address TEXT NOT NULL,
    refresh_hash BLOB NOT NULL,
    previous_refresh_hash BLOB,
    rotated_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ended_at INTEGER,
    end_reason TEXT
) STRICT;
CREATE INDEX sessions_by_user ON sessions (user_id, created_at);
CREATE INDEX sessions_by_refresh ON sessions (refresh_hash);
CREATE INDEX sessions_by_previous_refresh ON sessions (previous_refresh_hash);
-- What the revocation feed polls.
CREATE INDEX sessions_by_end ON sessions (ended_at);

-- Published at once, used for signing from signs_from on, so that every verifier has the key before it meets it.
CREATE TABLE signing_keys (
    kid TEXT PRIMARY KEY,
    private_der BLOB NOT NULL,
    public_x BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    signs_from INTEGER NOT NULL,
    retires_at INTEGER
) STRICT;
