-- Drops the sessions: everybody is signed out.

DROP TABLE IF EXISTS sessions;
