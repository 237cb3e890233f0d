-- Upgrades a users table that is there for Better Auth: adds email_verified and image. Ids, rows and
-- all other columns stay as they are. May be run twice, and on a database that is upgraded in part.
--
-- Existing users count as verified since created_at; otherwise nobody could sign in any more where
-- verification is required. If the table says itself who is verified, that decides: a boolean
-- email_verified, is_verified, is_email_verified or verified, or a time email_verified_at. A boolean
-- email_verified is kept under the name email_verified_before. To fill the column, the table is
-- rewritten once, and locked meanwhile.
-- To adapt: if everybody is to verify their address again, delete the ALTER COLUMN below.
--
-- What is added has (better-auth-upgrade) in its comment: the down files take that away, and no more.

DO $upgrade$
DECLARE
    types    jsonb := (SELECT jsonb_object_agg(attname, format_type(atttypid, NULL))
                       FROM pg_attribute
                       WHERE attrelid = to_regclass('users') AND attnum > 0 AND NOT attisdropped);
    is_unset boolean := false;
    since    text := 'now()';
    flag     text;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_class
                   WHERE oid = to_regclass('users') AND relkind IN ('r', 'p')) THEN
        RAISE EXCEPTION 'there is no table users to upgrade'
            USING HINT = 'The template better-auth creates one.';
    END IF;

    IF types ->> 'email_verified' = 'boolean' THEN
        ALTER TABLE users RENAME COLUMN email_verified TO email_verified_before;
        types := types - 'email_verified' || '{"email_verified_before": "boolean"}';
        -- Better Auth adds users without it.
        IF EXISTS (SELECT FROM pg_attribute
                   WHERE attrelid = to_regclass('users') AND attname = 'email_verified_before'
                     AND attnotnull AND NOT atthasdef) THEN
            ALTER TABLE users ALTER COLUMN email_verified_before SET DEFAULT false;
            EXECUTE format(
                'COMMENT ON COLUMN users.email_verified_before IS %L',
                (SELECT concat(col_description(attrelid, attnum), '(better-auth-upgrade, default)')
                 FROM pg_attribute
                 WHERE attrelid = to_regclass('users') AND attname = 'email_verified_before'));
        END IF;
    END IF;

    IF NOT types ? 'email_verified' THEN
        ALTER TABLE users ADD COLUMN email_verified TIMESTAMPTZ;
        COMMENT ON COLUMN users.email_verified IS
            'When the address was verified; NULL: not yet. (better-auth-upgrade)';
        is_unset := true;
    ELSIF types ->> 'email_verified' = 'timestamp with time zone'
        AND to_regclass('accounts') IS NULL
        AND (SELECT col_description(attrelid, attnum) IS NULL
             FROM pg_attribute
             WHERE attrelid = to_regclass('users') AND attname = 'email_verified')
        AND NOT EXISTS (SELECT FROM users WHERE email_verified IS NOT NULL)
    THEN
        -- From an upgrade that stopped here. The down file makes it empty again.
        COMMENT ON COLUMN users.email_verified IS
            'When the address was verified; NULL: not yet. (better-auth-upgrade, filled)';
        is_unset := true;
    END IF;

    IF is_unset THEN
        IF types ->> 'created_at' LIKE 'timestamp%' THEN
            since := 'coalesce(created_at, now())';
        END IF;
        flag := (SELECT name
                 FROM unnest(ARRAY['email_verified_before', 'is_verified', 'is_email_verified',
                                   'verified']) WITH ORDINALITY AS known (name, rank)
                 WHERE types ->> name = 'boolean'
                 ORDER BY rank
                 LIMIT 1);
        IF flag IS NOT NULL THEN
            since := format('CASE WHEN %I THEN %s END', flag, since);
        ELSIF types ->> 'email_verified_at' LIKE 'timestamp%' THEN
            since := 'email_verified_at';
        END IF;
        -- Not an UPDATE: a trigger of the table would set updated_at.
        EXECUTE 'ALTER TABLE users ALTER COLUMN email_verified TYPE timestamptz USING ' || since;
    END IF;

    IF NOT types ? 'image' THEN
        ALTER TABLE users ADD COLUMN image TEXT;
        COMMENT ON COLUMN users.image IS 'URL of a picture. (better-auth-upgrade)';
    END IF;
END;
$upgrade$;
