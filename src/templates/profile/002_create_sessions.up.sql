-- Sessions of people who are signed in with a JWT, so that a token can be revoked before it expires.
-- May be run again on what it has created: it changes nothing then.

CREATE TABLE IF NOT EXISTS sessions (
    id         BIGSERIAL,
    user_id    BIGINT NOT NULL,
    token      TEXT NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL DEFAULT now() + interval '7 days',
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),

    CONSTRAINT sessions_pkey PRIMARY KEY (id),
    -- Also finds the session of a request.
    CONSTRAINT sessions_token_key UNIQUE (token),
    CONSTRAINT sessions_user_id_fkey
        FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT sessions_token_check
        CHECK (token <> '')
);

-- The sessions of an account, and the cascade from users.
CREATE INDEX IF NOT EXISTS sessions_user_id_idx ON sessions (user_id);

-- Clearing away what has expired.
CREATE INDEX IF NOT EXISTS sessions_expires_at_idx ON sessions (expires_at);

COMMENT ON TABLE sessions IS 'JWT sessions. One is open while expires_at is still to come.';
COMMENT ON COLUMN sessions.token IS 'The token, or better its jti claim or its SHA-256, which are of no use to a reader.';
COMMENT ON COLUMN sessions.expires_at IS 'The token''s exp claim.';
