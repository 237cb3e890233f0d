-- Drops accounts, if the up file has created it, or else what was added to it.

DO $downgrade$
DECLARE
    ours    CONSTANT text := '%(better-auth-upgrade)';
    command text;
BEGIN
    IF obj_description(to_regclass('accounts'), 'pg_class') LIKE ours THEN
        DROP TABLE accounts;
        RETURN;
    END IF;

    FOR command IN
        SELECT format('DROP INDEX %s', indexrelid::regclass)
        FROM pg_index
        WHERE indrelid = to_regclass('accounts') AND obj_description(indexrelid, 'pg_class') LIKE ours
        UNION ALL
        SELECT format('ALTER TABLE accounts DROP CONSTRAINT %I', conname)
        FROM pg_constraint
        WHERE conrelid = to_regclass('accounts') AND obj_description(oid, 'pg_constraint') LIKE ours
        UNION ALL
        SELECT format('ALTER TABLE accounts DROP COLUMN %I', attname)
        FROM pg_attribute
        WHERE attrelid = to_regclass('accounts') AND attnum > 0 AND NOT attisdropped
          AND col_description(attrelid, attnum) LIKE ours
    LOOP
        EXECUTE command;
    END LOOP;
END;
$downgrade$;
