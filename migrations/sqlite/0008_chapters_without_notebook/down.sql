-- The check means the same before and after; there is nothing to take back.
SELECT 1;
