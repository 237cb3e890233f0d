-- What an account shows of its owner, one row an account.

CREATE TABLE user_profiles (
    user_id      BIGINT NOT NULL,
    display_name TEXT,
    first_name   TEXT,
    last_name    TEXT,
    avatar_url   TEXT,
    bio          TEXT,
    location     TEXT,
    website      TEXT,
    created_at   TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at   TIMESTAMPTZ NOT NULL DEFAULT now(),

    CONSTRAINT user_profiles_pkey PRIMARY KEY (user_id),
    CONSTRAINT user_profiles_user_id_fkey
        FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

COMMENT ON TABLE user_profiles IS 'Profiles, at most one an account.';
COMMENT ON COLUMN user_profiles.updated_at IS 'Set by the application.';
