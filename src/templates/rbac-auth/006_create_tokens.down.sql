-- Drops the tokens, with their sequence: everybody is signed out.

DROP TABLE tokens;
