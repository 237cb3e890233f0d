-- Drops the accounts, with their sequence.

DROP TABLE users;
