-- Drops the grants of permissions to roles.

DROP TABLE role_permissions;
