-- Sessions of people who are signed in with a JWT, so that a token can be revoked before it expires.
-- Only the identifier of a token is stored, which is of no use without its signature.

CREATE TABLE sessions (
    id         BIGSERIAL,
    user_id    BIGINT NOT NULL,
    token_id   UUID NOT NULL,
    ip_address INET,
    user_agent TEXT,
    expires_at TIMESTAMPTZ NOT NULL,
    revoked_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),

    CONSTRAINT sessions_pkey PRIMARY KEY (id),
    -- Also finds the session of a request.
    CONSTRAINT sessions_token_id_key UNIQUE (token_id),
    CONSTRAINT sessions_user_id_fkey
        FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT sessions_ip_address_check
        CHECK (masklen(ip_address) = CASE family(ip_address) WHEN 4 THEN 32 ELSE 128 END),
    CONSTRAINT sessions_expires_at_check
        CHECK (expires_at > created_at)
);

-- The sessions of an account that are still open, and the cascade from users.
CREATE INDEX sessions_user_id_expires_at_idx ON sessions (user_id, expires_at);

-- Clearing away what has expired.
CREATE INDEX sessions_expires_at_idx ON sessions (expires_at);

COMMENT ON TABLE sessions IS 'JWT sessions. One is open while revoked_at is NULL and expires_at is still to come.';
COMMENT ON COLUMN sessions.token_id IS 'The token''s jti claim. The token itself is not stored.';
COMMENT ON COLUMN sessions.ip_address IS 'One host, IPv4 or IPv6, at sign-in. NULL when it is not known.';
COMMENT ON COLUMN sessions.user_agent IS 'User-Agent header at sign-in, as the client sent it.';
COMMENT ON COLUMN sessions.expires_at IS 'The token''s exp claim.';
