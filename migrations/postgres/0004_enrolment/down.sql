DROP TABLE enrolments;
DROP TABLE cohorts;
DROP TABLE licences;
