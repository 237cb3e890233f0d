-- Drops the accounts, with their profiles and their sequence.

DROP TABLE IF EXISTS users;
