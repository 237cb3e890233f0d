-- Accounts. Ids are text, because Better Auth makes its own; a row that comes without one gets a UUID.
-- To adapt: add the columns of the application's own, such as a name.

CREATE TABLE users (
    -- From PostgreSQL 13 on, gen_random_uuid()::text works, too.
    id            TEXT NOT NULL DEFAULT md5(random()::text || clock_timestamp()::text)::uuid::text,
    email         TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_at    TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at    TIMESTAMPTZ NOT NULL DEFAULT now(),

    CONSTRAINT users_pkey PRIMARY KEY (id),
    CONSTRAINT users_email_key UNIQUE (email),
    CONSTRAINT users_email_check
        CHECK (email <> ''),
    CONSTRAINT users_password_hash_check
        CHECK (password_hash <> '')
);

COMMENT ON TABLE users IS 'Accounts.';
COMMENT ON COLUMN users.email IS 'Unique as it is written: store it in lower case, as Better Auth does.';
COMMENT ON COLUMN users.password_hash IS 'Salted hash with its parameters. Never the password.';
COMMENT ON COLUMN users.updated_at IS 'Kept by a trigger.';
