-- Accounts, how they sign in, and whether their e-mail address has been verified.
-- Deleting an account sets deleted_at, which frees its e-mail address and username.

CREATE TABLE users (
    id                      BIGSERIAL,
    email                   TEXT NOT NULL,
    username                TEXT NOT NULL,
    password_hash           TEXT NOT NULL,
    display_name            TEXT,
    email_verified_at       TIMESTAMPTZ,
    verification_token_hash BYTEA,
    verification_expires_at TIMESTAMPTZ,
    failed_login_count      INTEGER NOT NULL DEFAULT 0,
    locked_until            TIMESTAMPTZ,
    last_login_at           TIMESTAMPTZ,
    created_at              TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at              TIMESTAMPTZ NOT NULL DEFAULT now(),
    deleted_at              TIMESTAMPTZ,

    CONSTRAINT users_pkey PRIMARY KEY (id),
    CONSTRAINT users_email_check
        CHECK (email ~ '^[^@[:space:]]+@[^@[:space:]]+$' AND char_length(email) <= 254),
    CONSTRAINT users_username_check
        CHECK (username ~ '^[A-Za-z0-9][A-Za-z0-9._-]{2,31}$'),
    CONSTRAINT users_password_hash_check
        CHECK (password_hash <> ''),
    CONSTRAINT users_display_name_check
        CHECK (char_length(display_name) BETWEEN 1 AND 100),
    CONSTRAINT users_verification_token_hash_check
        CHECK (octet_length(verification_token_hash) = 32),
    CONSTRAINT users_verification_complete_check
        CHECK ((verification_token_hash IS NULL) = (verification_expires_at IS NULL)),
    CONSTRAINT users_failed_login_count_check
        CHECK (failed_login_count >= 0)
);

-- Sign-in, and uniqueness whatever the case, both among accounts that are not deleted.
CREATE UNIQUE INDEX users_email_key ON users (lower(email)) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX users_username_key ON users (lower(username)) WHERE deleted_at IS NULL;

-- The link in a verification mail.
CREATE UNIQUE INDEX users_verification_token_hash_key ON users (verification_token_hash)
    WHERE verification_token_hash IS NOT NULL;

COMMENT ON TABLE users IS 'Accounts. Deleted ones stay, with deleted_at set, until they are erased.';
COMMENT ON COLUMN users.email IS 'As typed. Compared by lower(email).';
COMMENT ON COLUMN users.username IS 'As typed. Compared by lower(username).';
COMMENT ON COLUMN users.password_hash IS 'Salted hash with its parameters, such as an argon2id string. Never the password.';
COMMENT ON COLUMN users.email_verified_at IS 'NULL until the address is verified, and again after it changes.';
COMMENT ON COLUMN users.verification_token_hash IS 'SHA-256 of the token in the verification mail. NULL when none is pending.';
COMMENT ON COLUMN users.failed_login_count IS 'Failed sign-ins since the last one that succeeded.';
COMMENT ON COLUMN users.locked_until IS 'No sign-in before this time.';
COMMENT ON COLUMN users.updated_at IS 'Last change to the profile. Set by the application, and not by sign-ins.';
COMMENT ON COLUMN users.deleted_at IS 'When the account was deleted. NULL while it is in use.';
