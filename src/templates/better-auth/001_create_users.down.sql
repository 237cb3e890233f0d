-- Drops the accounts.

DROP TABLE users;
