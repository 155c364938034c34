DROP TABLE mail_refusals;
DROP TABLE outbox;
DROP TABLE notifications;
