-- Accounts: sign-in, verification of the e-mail address, and a second factor.
-- To adapt: whether a username is required, and what the application stores of a second factor.

CREATE TABLE users (
    id                            BIGSERIAL,
    email                         TEXT NOT NULL,
    username                      TEXT,
    password_hash                 TEXT NOT NULL,
    is_active                     BOOLEAN NOT NULL DEFAULT true,
    email_verified                BOOLEAN NOT NULL DEFAULT false,
    email_verification_token      TEXT,
    email_verification_expires_at TIMESTAMPTZ,
    mfa_enabled                   BOOLEAN NOT NULL DEFAULT false,
    mfa_secret                    TEXT,
    mfa_backup_codes              TEXT[] NOT NULL DEFAULT '{}',
    last_login_at                 TIMESTAMPTZ,
    created_at                    TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at                    TIMESTAMPTZ NOT NULL DEFAULT now(),

    CONSTRAINT users_pkey PRIMARY KEY (id),
    CONSTRAINT users_email_key UNIQUE (email),
    CONSTRAINT users_username_key UNIQUE (username),
    -- Also finds the account of the link in a verification mail.
    CONSTRAINT users_email_verification_token_key UNIQUE (email_verification_token),
    CONSTRAINT users_email_check
        CHECK (email <> ''),
    CONSTRAINT users_username_check
        CHECK (username <> ''),
    CONSTRAINT users_password_hash_check
        CHECK (password_hash <> '')
);

COMMENT ON TABLE users IS 'Accounts.';
COMMENT ON COLUMN users.email IS 'Unique as it is written: store it in lower case.';
COMMENT ON COLUMN users.password_hash IS 'Salted hash with its parameters. Never the password.';
COMMENT ON COLUMN users.is_active IS 'false: may not sign in.';
COMMENT ON COLUMN users.email_verification_token IS 'Hash of the token in the verification mail. NULL when none is pending.';
COMMENT ON COLUMN users.mfa_secret IS 'Secret of the second factor (TOTP), encrypted by the application.';
COMMENT ON COLUMN users.mfa_backup_codes IS 'Hashes of the codes that are left.';
COMMENT ON COLUMN users.updated_at IS 'Set by the application.';
