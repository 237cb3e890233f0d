-- Drops the connections, with their indexes and their sequence.

DROP TABLE user_connections;
