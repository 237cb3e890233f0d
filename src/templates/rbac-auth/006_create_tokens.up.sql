-- Tokens of people who are signed in, so that one can be revoked before it expires.
-- To adapt: a CHECK on type, once the kinds are settled; how long a token is valid by default.

CREATE TABLE tokens (
    id         BIGSERIAL,
    user_id    BIGINT NOT NULL,
    token      TEXT NOT NULL,
    type       TEXT NOT NULL DEFAULT 'refresh',
    expires_at TIMESTAMPTZ NOT NULL DEFAULT now() + interval '30 days',
    revoked_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),

    CONSTRAINT tokens_pkey PRIMARY KEY (id),
    -- Also finds the token of a request.
    CONSTRAINT tokens_token_key UNIQUE (token),
    CONSTRAINT tokens_user_id_fkey
        FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT tokens_token_check
        CHECK (token <> '')
);

-- The tokens of an account, and the cascade from users.
CREATE INDEX tokens_user_id_idx ON tokens (user_id);

-- Clearing away what has expired.
CREATE INDEX tokens_expires_at_idx ON tokens (expires_at);

COMMENT ON TABLE tokens IS 'Tokens. One is valid while revoked_at is NULL and expires_at is still to come.';
COMMENT ON COLUMN tokens.token IS 'The token''s SHA-256 or its jti claim, which are of no use to a reader.';
COMMENT ON COLUMN tokens.type IS 'What it is for: refresh, access, api, …';
