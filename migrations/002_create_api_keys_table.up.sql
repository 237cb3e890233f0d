-- API keys, any number of them for each account.
-- Only a hash is stored: a key is shown once, when it is made, and never again.

CREATE TABLE api_keys (
    id           BIGSERIAL,
    user_id      BIGINT NOT NULL,
    name         TEXT NOT NULL,
    key_prefix   TEXT NOT NULL,
    key_hash     BYTEA NOT NULL,
    scopes       TEXT[] NOT NULL DEFAULT '{}',
    expires_at   TIMESTAMPTZ,
    revoked_at   TIMESTAMPTZ,
    last_used_at TIMESTAMPTZ,
    created_at   TIMESTAMPTZ NOT NULL DEFAULT now(),

    CONSTRAINT api_keys_pkey PRIMARY KEY (id),
    -- Also finds the key of a request.
    CONSTRAINT api_keys_key_hash_key UNIQUE (key_hash),
    CONSTRAINT api_keys_user_id_fkey
        FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT api_keys_name_check
        CHECK (char_length(name) BETWEEN 1 AND 100),
    CONSTRAINT api_keys_key_prefix_check
        CHECK (char_length(key_prefix) BETWEEN 4 AND 16),
    CONSTRAINT api_keys_key_hash_check
        CHECK (octet_length(key_hash) = 32),
    CONSTRAINT api_keys_scopes_check
        CHECK (array_position(scopes, NULL) IS NULL AND array_position(scopes, '') IS NULL),
    CONSTRAINT api_keys_expires_at_check
        CHECK (expires_at > created_at)
);

-- The keys of an account, and the cascade from users.
CREATE INDEX api_keys_user_id_idx ON api_keys (user_id);

COMMENT ON TABLE api_keys IS 'API keys. A key is valid while revoked_at is NULL and expires_at is NULL or still to come.';
COMMENT ON COLUMN api_keys.name IS 'What its owner calls it.';
COMMENT ON COLUMN api_keys.key_prefix IS 'First characters of the key, for people to recognise it by. Not unique.';
COMMENT ON COLUMN api_keys.key_hash IS 'SHA-256 of the whole key, which is random and so needs no salt.';
COMMENT ON COLUMN api_keys.scopes IS 'What the key permits, such as {usage:read}. Empty permits nothing.';
COMMENT ON COLUMN api_keys.expires_at IS 'NULL: never.';
COMMENT ON COLUMN api_keys.last_used_at IS 'May lag behind: written at intervals, not with each call.';
