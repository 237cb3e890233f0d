-- Better Auth's sessions, whose user_id is of the type of users.id. Where a table sessions is there
-- already, what it lacks is added to it. May be run twice.

DO $upgrade$
DECLARE
    id_type CONSTANT text := (SELECT format_type(atttypid, atttypmod)
                              FROM pg_attribute
                              WHERE attrelid = to_regclass('users') AND attname = 'id'
                                AND NOT attisdropped);
    is_new  CONSTANT boolean := to_regclass('sessions') IS NULL;
    part    record;
BEGIN
    IF id_type IS NULL THEN
        RAISE EXCEPTION 'there is no table users with a column id';
    END IF;

    IF is_new THEN
        CREATE TABLE sessions ();
        COMMENT ON TABLE sessions IS
            'Sessions. One is open while expires_at is still to come. (better-auth-upgrade)';
    ELSIF (SELECT count(*) FROM pg_attribute
           WHERE attrelid = to_regclass('sessions') AND NOT attisdropped
             AND (attname = 'user_id' OR attname = 'id'
                  AND atttypid IN ('text'::regtype, 'varchar'::regtype))) < 2 THEN
        RAISE EXCEPTION
            'the table sessions is not Better Auth''s: it must have id, of type varchar, and user_id'
            USING HINT = 'Rename it, and run this migration again.';
    END IF;

    FOR part IN
        SELECT * FROM (VALUES
            ('id', 'VARCHAR(255) PRIMARY KEY '
                'DEFAULT md5(random()::text || clock_timestamp()::text)::uuid::text'),
            ('user_id', id_type || ' NOT NULL'),
            ('expires_at', 'TIMESTAMPTZ NOT NULL'),
            ('created_at', 'TIMESTAMPTZ NOT NULL DEFAULT now()'),
            ('updated_at', 'TIMESTAMPTZ NOT NULL DEFAULT now()')
        ) AS needed (name, definition)
        WHERE NOT EXISTS (SELECT FROM pg_attribute
                          WHERE attrelid = to_regclass('sessions') AND attname = needed.name
                            AND NOT attisdropped)
    LOOP
        EXECUTE format('ALTER TABLE sessions ADD COLUMN %I %s', part.name, part.definition);
        CONTINUE WHEN is_new;
        EXECUTE format('COMMENT ON COLUMN sessions.%I IS %L', part.name, '(better-auth-upgrade)');
    END LOOP;

    IF NOT EXISTS (SELECT FROM pg_constraint
                   WHERE conrelid = to_regclass('sessions') AND contype = 'f'
                     AND confrelid = to_regclass('users')) THEN
        ALTER TABLE sessions ADD CONSTRAINT sessions_user_id_fkey
            FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE;
        COMMENT ON CONSTRAINT sessions_user_id_fkey ON sessions IS '(better-auth-upgrade)';
    END IF;

    -- The sessions of an account, and the cascade from users.
    IF NOT EXISTS (SELECT FROM pg_index
                   JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]
                   WHERE indrelid = to_regclass('sessions') AND attname = 'user_id') THEN
        CREATE INDEX better_auth_sessions_user_id_idx ON sessions (user_id);
        COMMENT ON INDEX better_auth_sessions_user_id_idx IS '(better-auth-upgrade)';
    END IF;
    -- Clearing away what has expired.
    IF NOT EXISTS (SELECT FROM pg_index
                   JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]
                   WHERE indrelid = to_regclass('sessions') AND attname = 'expires_at') THEN
        CREATE INDEX better_auth_sessions_expires_at_idx ON sessions (expires_at);
        COMMENT ON INDEX better_auth_sessions_expires_at_idx IS '(better-auth-upgrade)';
    END IF;
END;
$upgrade$;
