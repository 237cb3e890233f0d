-- Drops the permissions, with their sequence.

DROP TABLE permissions;
