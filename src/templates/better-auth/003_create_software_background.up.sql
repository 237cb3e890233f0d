-- What people know of software, one row an account.
-- To adapt: a CHECK on experience_level, once its values are settled.

CREATE TABLE software_background (
    id                   TEXT NOT NULL DEFAULT md5(random()::text || clock_timestamp()::text)::uuid::text,
    user_id              TEXT NOT NULL,
    experience_level     TEXT,
    preferred_languages  TEXT[] NOT NULL DEFAULT '{}',
    preferred_frameworks TEXT[] NOT NULL DEFAULT '{}',
    created_at           TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at           TIMESTAMPTZ NOT NULL DEFAULT now(),

    CONSTRAINT software_background_pkey PRIMARY KEY (id),
    CONSTRAINT software_background_user_id_key UNIQUE (user_id),
    CONSTRAINT software_background_user_id_fkey
        FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

COMMENT ON TABLE software_background IS 'Background in software, at most one row an account.';
COMMENT ON COLUMN software_background.preferred_languages IS 'Such as {python,rust}. To search: @> all of these, && any of them.';
COMMENT ON COLUMN software_background.updated_at IS 'Kept by a trigger.';
