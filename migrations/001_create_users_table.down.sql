-- Drops the accounts, with their indexes and their sequence.

DROP TABLE users;
