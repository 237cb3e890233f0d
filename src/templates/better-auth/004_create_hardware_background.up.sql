-- What people know of hardware, one row an account.
-- To adapt: a CHECK on experience_level, once its values are settled.

CREATE TABLE hardware_background (
    id                  TEXT NOT NULL DEFAULT md5(random()::text || clock_timestamp()::text)::uuid::text,
    user_id             TEXT NOT NULL,
    experience_level    TEXT,
    preferred_platforms TEXT[] NOT NULL DEFAULT '{}',
    device_types        TEXT[] NOT NULL DEFAULT '{}',
    created_at          TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at          TIMESTAMPTZ NOT NULL DEFAULT now(),

    CONSTRAINT hardware_background_pkey PRIMARY KEY (id),
    CONSTRAINT hardware_background_user_id_key UNIQUE (user_id),
    CONSTRAINT hardware_background_user_id_fkey
        FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

COMMENT ON TABLE hardware_background IS 'Background in hardware, at most one row an account.';
COMMENT ON COLUMN hardware_background.preferred_platforms IS 'Such as {jetson,esp32}. To search: @> all of these, && any of them.';
COMMENT ON COLUMN hardware_background.updated_at IS 'Kept by a trigger.';
