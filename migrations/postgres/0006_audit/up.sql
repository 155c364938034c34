-- Append-only.
CREATE TABLE audit_events (
    id UUID PRIMARY KEY,
    at TIMESTAMPTZ NOT NULL,
    actor_id BIGINT REFERENCES users (id),
    organisation_id BIGINT REFERENCES organisations (id),
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    details JSONB NOT NULL
);
CREATE INDEX audit_events_by_organisation ON audit_events (organisation_id, at);
