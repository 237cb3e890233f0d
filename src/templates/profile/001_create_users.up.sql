-- Accounts, each with a profile in JSON. May be run again on what it has created: it changes nothing then.
-- A profile must have hasRTX, hasJetson, hasRobot, experience and profile_version; created_at and
-- further keys are free to be there. To adapt: the keys, in the default and in the CHECKs.

CREATE TABLE IF NOT EXISTS users (
    id            BIGSERIAL,
    email         TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    profile       JSONB NOT NULL DEFAULT jsonb_build_object(
        'hasRTX', false,
        'hasJetson', false,
        'hasRobot', false,
        'experience', 'beginner',
        'profile_version', 1,
        'created_at', to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
    ),
    created_at    TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at    TIMESTAMPTZ NOT NULL DEFAULT now(),

    CONSTRAINT users_pkey PRIMARY KEY (id),
    -- Its B-tree index also finds the account at sign-in.
    CONSTRAINT users_email_key UNIQUE (email),
    CONSTRAINT users_email_check
        CHECK (email <> ''),
    CONSTRAINT users_password_hash_check
        CHECK (password_hash <> ''),
    -- IS TRUE: a key that is missing gives NULL, which a CHECK would let pass.
    CONSTRAINT users_profile_check
        CHECK (jsonb_typeof(profile) = 'object'),
    CONSTRAINT users_profile_flags_check
        CHECK ((jsonb_typeof(profile -> 'hasRTX') = 'boolean'
            AND jsonb_typeof(profile -> 'hasJetson') = 'boolean'
            AND jsonb_typeof(profile -> 'hasRobot') = 'boolean') IS TRUE),
    CONSTRAINT users_profile_experience_check
        CHECK ((profile -> 'experience' IN ('"beginner"', '"intermediate"', '"advanced"')) IS TRUE),
    CONSTRAINT users_profile_version_check
        CHECK (CASE jsonb_typeof(profile -> 'profile_version')
            WHEN 'number' THEN (profile ->> 'profile_version')::numeric >= 1
                AND (profile ->> 'profile_version')::numeric % 1 = 0
            ELSE false
        END),
    CONSTRAINT users_profile_created_at_check
        CHECK (jsonb_typeof(profile -> 'created_at') = 'string')
);

-- Searching profiles: profile @> '{"hasRTX": true}', profile ? 'some key'.
CREATE INDEX IF NOT EXISTS users_profile_idx ON users USING GIN (profile);

COMMENT ON TABLE users IS 'Accounts.';
COMMENT ON COLUMN users.email IS 'Unique as it is written: store it in lower case.';
COMMENT ON COLUMN users.password_hash IS 'A bcrypt hash ($2b$12$…). Never the password.';
COMMENT ON COLUMN users.profile IS 'What the account''s owner has and knows. profile_version says which form of it this is.';
COMMENT ON COLUMN users.updated_at IS 'Set by the application.';
