-- Sessions of people who are signed in. Deleting an account deletes its sessions.

CREATE TABLE sessions (
    id         TEXT NOT NULL DEFAULT md5(random()::text || clock_timestamp()::text)::uuid::text,
    user_id    TEXT NOT NULL,
    token      TEXT NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),

    CONSTRAINT sessions_pkey PRIMARY KEY (id),
    -- Also finds the session of a request.
    CONSTRAINT sessions_token_key UNIQUE (token),
    CONSTRAINT sessions_user_id_fkey
        FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT sessions_token_check
        CHECK (token <> '')
);

COMMENT ON TABLE sessions IS 'Sessions. One is open while expires_at is still to come.';
COMMENT ON COLUMN sessions.token IS 'What the client shows. The application makes it, from a secure random source.';
COMMENT ON COLUMN sessions.updated_at IS 'Kept by a trigger.';
