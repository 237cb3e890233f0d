-- Drops the sessions, with their indexes and their sequence.

DROP TABLE sessions;
