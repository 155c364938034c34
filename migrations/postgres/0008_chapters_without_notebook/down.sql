-- For SQLite only: jsonb needs no check.
SELECT 1;
