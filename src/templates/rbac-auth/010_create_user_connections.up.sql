-- Who follows whom, and who is a friend of whom. To follow has a direction; friends are a pair, in one
-- row, whichever of the two asked.

CREATE TABLE user_connections (
    id                BIGSERIAL,
    user_id           BIGINT NOT NULL,
    connected_user_id BIGINT NOT NULL,
    type              TEXT NOT NULL DEFAULT 'follow',
    status            TEXT NOT NULL DEFAULT 'accepted',
    created_at        TIMESTAMPTZ NOT NULL DEFAULT now(),

    CONSTRAINT user_connections_pkey PRIMARY KEY (id),
    -- Also finds the connections of an account, and serves the cascade from users.
    CONSTRAINT user_connections_user_id_connected_user_id_type_key
        UNIQUE (user_id, connected_user_id, type),
    CONSTRAINT user_connections_user_id_fkey
        FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT user_connections_connected_user_id_fkey
        FOREIGN KEY (connected_user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT user_connections_not_oneself_check
        CHECK (user_id <> connected_user_id),
    CONSTRAINT user_connections_type_check
        CHECK (type IN ('follow', 'friend')),
    CONSTRAINT user_connections_status_check
        CHECK (status IN ('pending', 'accepted', 'blocked'))
);

-- Two people are friends once, whichever way round.
CREATE UNIQUE INDEX user_connections_friends_key
    ON user_connections (least(user_id, connected_user_id), greatest(user_id, connected_user_id))
    WHERE type = 'friend';

-- The followers of an account, and the cascade from users.
CREATE INDEX user_connections_connected_user_id_idx ON user_connections (connected_user_id);

COMMENT ON TABLE user_connections IS 'Follows and friends.';
COMMENT ON COLUMN user_connections.user_id IS 'Who follows, or who asked to be a friend.';
COMMENT ON COLUMN user_connections.connected_user_id IS 'Who is followed, or was asked.';
COMMENT ON COLUMN user_connections.status IS 'pending: asked, and not answered yet.';
