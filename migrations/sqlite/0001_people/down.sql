DROP TABLE role_grants;
DROP TABLE users;
DROP TABLE departments;
DROP TABLE organisations;
