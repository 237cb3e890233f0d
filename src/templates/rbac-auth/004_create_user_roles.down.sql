-- Drops the assignments of roles to accounts.

DROP TABLE user_roles;
