-- Drops the roles, with their sequence.

DROP TABLE roles;
