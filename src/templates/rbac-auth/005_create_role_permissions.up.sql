-- Which role has which permission.

CREATE TABLE role_permissions (
    role_id       BIGINT NOT NULL,
    permission_id BIGINT NOT NULL,

    CONSTRAINT role_permissions_pkey PRIMARY KEY (role_id, permission_id),
    CONSTRAINT role_permissions_role_id_fkey
        FOREIGN KEY (role_id) REFERENCES roles (id) ON DELETE CASCADE,
    CONSTRAINT role_permissions_permission_id_fkey
        FOREIGN KEY (permission_id) REFERENCES permissions (id) ON DELETE CASCADE
);

-- Which roles have a permission, and the cascade from permissions.
CREATE INDEX role_permissions_permission_id_idx ON role_permissions (permission_id);

COMMENT ON TABLE role_permissions IS 'Permissions that are granted to roles.';
