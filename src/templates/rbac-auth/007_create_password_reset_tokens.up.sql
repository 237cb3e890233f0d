-- Links in mails to people who have forgotten their password.

CREATE TABLE password_reset_tokens (
    id         BIGSERIAL,
    user_id    BIGINT NOT NULL,
    token      TEXT NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL DEFAULT now() + interval '1 hour',
    used_at    TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),

    CONSTRAINT password_reset_tokens_pkey PRIMARY KEY (id),
    -- Also finds the token of a link.
    CONSTRAINT password_reset_tokens_token_key UNIQUE (token),
    CONSTRAINT password_reset_tokens_user_id_fkey
        FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT password_reset_tokens_token_check
        CHECK (token <> '')
);

-- The tokens of an account, and the cascade from users.
CREATE INDEX password_reset_tokens_user_id_idx ON password_reset_tokens (user_id);

-- Clearing away what has expired.
CREATE INDEX password_reset_tokens_expires_at_idx ON password_reset_tokens (expires_at);

COMMENT ON TABLE password_reset_tokens IS 'Password resets. One is valid while used_at is NULL and expires_at is still to come.';
COMMENT ON COLUMN password_reset_tokens.token IS 'SHA-256 of the token in the mail, which is random and so needs no salt.';
