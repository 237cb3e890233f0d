-- Checks that users, sessions and accounts are as Better Auth needs them, and fails where they are not,
-- with everything that is wrong. Changes nothing, and may be run at any time.

DO $check$
DECLARE
    wrong   text[];
    twice   text;
    id_type CONSTANT text := (SELECT format_type(atttypid, NULL)
                              FROM pg_attribute
                              WHERE attrelid = to_regclass('users') AND attname = 'id'
                                AND NOT attisdropped);
BEGIN
    -- Columns and their types. Of texts it does not matter of which kind they are.
    wrong := ARRAY(
        SELECT CASE
            WHEN found.type IS NULL THEN format('%s has no column %s', tab, col)
            ELSE format('%s.%s is %s, not %s', tab, col, found.type, needed.type)
        END
        FROM (VALUES
            ('users', 'id', id_type),
            ('users', 'email', 'text'),
            ('users', 'email_verified', 'timestamp with time zone'),
            ('users', 'image', 'text'),
            ('sessions', 'id', 'character varying'),
            ('sessions', 'user_id', id_type),
            ('sessions', 'expires_at', 'timestamp with time zone'),
            ('sessions', 'created_at', 'timestamp with time zone'),
            ('sessions', 'updated_at', 'timestamp with time zone'),
            ('accounts', 'id', 'character varying'),
            ('accounts', 'user_id', id_type),
            ('accounts', 'provider_id', 'text'),
            ('accounts', 'provider_user_id', 'text'),
            ('accounts', 'access_token', 'text'),
            ('accounts', 'refresh_token', 'text'),
            ('accounts', 'id_token', 'text'),
            ('accounts', 'token_type', 'text'),
            ('accounts', 'scope', 'text'),
            ('accounts', 'expires_at', 'bigint'),
            ('accounts', 'created_at', 'timestamp with time zone'),
            ('accounts', 'updated_at', 'timestamp with time zone')
        ) AS needed (tab, col, type)
        LEFT JOIN LATERAL (
            SELECT format_type(atttypid, NULL) AS type
            FROM pg_attribute
            WHERE attrelid = to_regclass(tab) AND attname = col AND NOT attisdropped
        ) AS found ON true
        WHERE found.type IS DISTINCT FROM needed.type
          AND NOT coalesce(found.type IN ('text', 'character varying', 'citext')
              AND needed.type IN ('text', 'character varying', 'citext'), false)
        ORDER BY array_position(ARRAY['users', 'sessions', 'accounts'], tab), col
    );

    -- One row an id, and rows that go with their user.
    wrong := wrong || ARRAY(
        SELECT format('%s.id is not unique', tab)
        FROM unnest(ARRAY['users', 'sessions', 'accounts']) AS tab
        WHERE NOT EXISTS (
            SELECT
            FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]
            WHERE indrelid = to_regclass(tab) AND attname = 'id'
              AND indisunique AND indisvalid AND indnkeyatts = 1 AND indpred IS NULL
        )
    ) || ARRAY(
        SELECT format('%s.user_id has no foreign key to users.id with ON DELETE CASCADE', tab)
        FROM unnest(ARRAY['sessions', 'accounts']) AS tab
        WHERE NOT EXISTS (
            SELECT
            FROM pg_constraint
            JOIN pg_attribute AS own ON own.attrelid = conrelid AND own.attnum = conkey[1]
            JOIN pg_attribute AS key ON key.attrelid = confrelid AND key.attnum = confkey[1]
            WHERE conrelid = to_regclass(tab) AND contype = 'f' AND cardinality(conkey) = 1
              AND own.attname = 'user_id'
              AND confrelid = to_regclass('users') AND key.attname = 'id'
              AND confdeltype = 'c' AND convalidated
        )
    );

    -- One user for each person of a provider.
    IF NOT EXISTS (
        SELECT
        FROM pg_index
        WHERE indrelid = to_regclass('accounts') AND indisunique AND indisvalid
          AND indnkeyatts = 2 AND indpred IS NULL
          AND (SELECT count(*) FROM pg_attribute
               WHERE attrelid = indrelid AND attnum = ANY (indkey)
                 AND attname IN ('provider_id', 'provider_user_id')) = 2
    ) THEN
        wrong := wrong || 'accounts (provider_id, provider_user_id) is not unique'::text;
    END IF;

    -- Better Auth looks for addresses in lower case.
    IF EXISTS (SELECT FROM pg_attribute
               WHERE attrelid = to_regclass('users') AND attname = 'email' AND NOT attisdropped)
    THEN
        SELECT lower(email) INTO twice FROM users GROUP BY lower(email) HAVING count(email) > 1 LIMIT 1;
        IF twice IS NOT NULL THEN
            wrong := wrong || format('users.email: several users are %s', twice);
        END IF;
    END IF;

    IF cardinality(wrong) > 0 THEN
        RAISE EXCEPTION 'not as Better Auth needs it: %', array_to_string(wrong, '; ')
            USING HINT = 'Put this right by hand, and run this migration again.';
    END IF;
END;
$check$;
