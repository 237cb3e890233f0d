-- Roles. The default ones are added by the last migration of this set.

CREATE TABLE roles (
    id          BIGSERIAL,
    name        TEXT NOT NULL,
    description TEXT,

    CONSTRAINT roles_pkey PRIMARY KEY (id),
    CONSTRAINT roles_name_key UNIQUE (name),
    CONSTRAINT roles_name_check
        CHECK (name <> '')
);

COMMENT ON TABLE roles IS 'Roles, which people have, and which permissions are granted to.';
