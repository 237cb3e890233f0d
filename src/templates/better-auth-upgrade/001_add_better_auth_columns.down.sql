-- Gives the old users table back: takes away what the up file has added. All rows stay.

DO $downgrade$
DECLARE
    added   text;
    comment text;
BEGIN
    FOR added IN
        SELECT attname
        FROM pg_attribute
        WHERE attrelid = to_regclass('users') AND attnum > 0 AND NOT attisdropped
          AND col_description(attrelid, attnum) LIKE '%(better-auth-upgrade)'
    LOOP
        EXECUTE format('ALTER TABLE users DROP COLUMN %I', added);
    END LOOP;

    IF EXISTS (SELECT FROM pg_attribute
               WHERE attrelid = to_regclass('users') AND attname = 'email_verified'
                 AND col_description(attrelid, attnum) LIKE '%(better-auth-upgrade, filled)') THEN
        ALTER TABLE users ALTER COLUMN email_verified TYPE timestamptz USING NULL;
        COMMENT ON COLUMN users.email_verified IS NULL;
    END IF;

    IF EXISTS (SELECT FROM pg_attribute
               WHERE attrelid = to_regclass('users') AND attname = 'email_verified_before'
                 AND NOT attisdropped) THEN
        ALTER TABLE users RENAME COLUMN email_verified_before TO email_verified;
        comment := (SELECT col_description(attrelid, attnum)
                    FROM pg_attribute
                    WHERE attrelid = to_regclass('users') AND attname = 'email_verified');
        IF comment LIKE '%(better-auth-upgrade, default)' THEN
            ALTER TABLE users ALTER COLUMN email_verified DROP DEFAULT;
            comment := nullif(replace(comment, '(better-auth-upgrade, default)', ''), '');
            EXECUTE format('COMMENT ON COLUMN users.email_verified IS %L', comment);
        END IF;
    END IF;
END;
$downgrade$;
