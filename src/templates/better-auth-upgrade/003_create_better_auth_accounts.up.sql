-- Better Auth's accounts: which person of which provider a user is, with the provider's tokens. Where a
-- table accounts is there already, what it lacks is added to it. May be run twice.

DO $upgrade$
DECLARE
    id_type CONSTANT text := (SELECT format_type(atttypid, atttypmod)
                              FROM pg_attribute
                              WHERE attrelid = to_regclass('users') AND attname = 'id'
                                AND NOT attisdropped);
    is_new  CONSTANT boolean := to_regclass('accounts') IS NULL;
    part    record;
BEGIN
    IF id_type IS NULL THEN
        RAISE EXCEPTION 'there is no table users with a column id';
    END IF;

    IF is_new THEN
        CREATE TABLE accounts ();
        COMMENT ON TABLE accounts IS
            'Who a user is at a provider, such as google or github. (better-auth-upgrade)';
    ELSIF (SELECT count(*) FROM pg_attribute
           WHERE attrelid = to_regclass('accounts') AND NOT attisdropped
             AND (attname = 'user_id' OR attname = 'id'
                  AND atttypid IN ('text'::regtype, 'varchar'::regtype))) < 2 THEN
        RAISE EXCEPTION
            'the table accounts is not Better Auth''s: it must have id, of type varchar, and user_id'
            USING HINT = 'Rename it, and run this migration again.';
    END IF;

    FOR part IN
        SELECT * FROM (VALUES
            ('id', 'VARCHAR(255) PRIMARY KEY '
                'DEFAULT md5(random()::text || clock_timestamp()::text)::uuid::text'),
            ('user_id', id_type || ' NOT NULL'),
            ('provider_id', 'TEXT NOT NULL'),
            ('provider_user_id', 'TEXT NOT NULL'),
            ('access_token', 'TEXT'),
            ('refresh_token', 'TEXT'),
            ('id_token', 'TEXT'),
            ('token_type', 'TEXT'),
            ('scope', 'TEXT'),
            -- Seconds since 1970, as providers give it.
            ('expires_at', 'BIGINT'),
            ('created_at', 'TIMESTAMPTZ NOT NULL DEFAULT now()'),
            ('updated_at', 'TIMESTAMPTZ NOT NULL DEFAULT now()')
        ) AS needed (name, definition)
        WHERE NOT EXISTS (SELECT FROM pg_attribute
                          WHERE attrelid = to_regclass('accounts') AND attname = needed.name
                            AND NOT attisdropped)
    LOOP
        EXECUTE format('ALTER TABLE accounts ADD COLUMN %I %s', part.name, part.definition);
        CONTINUE WHEN is_new;
        EXECUTE format('COMMENT ON COLUMN accounts.%I IS %L', part.name, '(better-auth-upgrade)');
    END LOOP;

    IF NOT EXISTS (SELECT FROM pg_constraint
                   WHERE conrelid = to_regclass('accounts') AND contype = 'f'
                     AND confrelid = to_regclass('users')) THEN
        ALTER TABLE accounts ADD CONSTRAINT accounts_user_id_fkey
            FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE;
        COMMENT ON CONSTRAINT accounts_user_id_fkey ON accounts IS '(better-auth-upgrade)';
    END IF;
    -- Nobody is two users; also finds the user at sign-in.
    IF NOT EXISTS (
        SELECT
        FROM pg_index
        WHERE indrelid = to_regclass('accounts') AND indisunique AND indisvalid
          AND indnkeyatts = 2 AND indpred IS NULL
          AND (SELECT count(*) FROM pg_attribute
               WHERE attrelid = indrelid AND attnum = ANY (indkey)
                 AND attname IN ('provider_id', 'provider_user_id')) = 2
    ) THEN
        ALTER TABLE accounts ADD CONSTRAINT accounts_provider_id_provider_user_id_key
            UNIQUE (provider_id, provider_user_id);
        COMMENT ON CONSTRAINT accounts_provider_id_provider_user_id_key ON accounts IS
            '(better-auth-upgrade)';
    END IF;

    -- The accounts of a user, and the cascade from users.
    IF NOT EXISTS (SELECT FROM pg_index
                   JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]
                   WHERE indrelid = to_regclass('accounts') AND attname = 'user_id') THEN
        CREATE INDEX better_auth_accounts_user_id_idx ON accounts (user_id);
        COMMENT ON INDEX better_auth_accounts_user_id_idx IS '(better-auth-upgrade)';
    END IF;
END;
$upgrade$;
