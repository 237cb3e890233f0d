-- Permissions: one action on one kind of resource.

CREATE TABLE permissions (
    id          BIGSERIAL,
    resource    TEXT NOT NULL,
    action      TEXT NOT NULL,
    description TEXT,

    CONSTRAINT permissions_pkey PRIMARY KEY (id),
    CONSTRAINT permissions_resource_action_key UNIQUE (resource, action),
    CONSTRAINT permissions_resource_check
        CHECK (resource <> ''),
    CONSTRAINT permissions_action_check
        CHECK (action <> '')
);

COMMENT ON TABLE permissions IS 'What can be permitted.';
COMMENT ON COLUMN permissions.resource IS 'What it is about, such as users.';
COMMENT ON COLUMN permissions.action IS 'What may be done with it, such as create, read, update or delete.';
