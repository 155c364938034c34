-- What somebody is told of. kind, subject: of what, by ids; the words are made when it is read.
CREATE TABLE notifications (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id),
    kind TEXT NOT NULL,
    subject TEXT NOT NULL CHECK (json_valid(subject)),
    created_at INTEGER NOT NULL,
    seen_at INTEGER
) STRICT;
CREATE INDEX notifications_of ON notifications (user_id, id);
CREATE INDEX notifications_unseen ON notifications (user_id) WHERE seen_at IS NULL;
CREATE INDEX notifications_new ON notifications (created_at);

-- Mails that wait, were sent, or will not be. key: what a mail is about; there is one of it. not_before: when it is tried
-- again. tries: so many times it was begun; whoever began it last has it until lease_until.
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    user_id INTEGER NOT NULL REFERENCES users (id),
    kind TEXT NOT NULL,
    body TEXT NOT NULL CHECK (json_valid(body)),
    created_at INTEGER NOT NULL,
    not_before INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    lease_until INTEGER,
    sent_at INTEGER,
    failed_at INTEGER,
    last_error TEXT,
    CHECK (sent_at IS NULL OR failed_at IS NULL)
) STRICT;
CREATE INDEX outbox_queue ON outbox (not_before, id) WHERE sent_at IS NULL AND failed_at IS NULL;

-- Mails of this kind are not wanted.
CREATE TABLE mail_refusals (
    user_id INTEGER NOT NULL REFERENCES users (id),
    kind TEXT NOT NULL,
    PRIMARY KEY (user_id, kind)
) STRICT;
