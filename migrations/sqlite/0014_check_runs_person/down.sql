DROP INDEX check_runs_person;
