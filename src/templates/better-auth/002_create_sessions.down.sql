-- Drops the sessions: everybody is signed out.

DROP TABLE sessions;
