DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_type WHERE typname = 'mood') THEN
    CREATE TYPE mood AS ENUM ('a;', 'b');
  END IF;
EXCEPTION WHEN others THEN
  NULL; -- ; '
END;
$$;
DO LANGUAGE plpgsql 'BEGIN PERFORM 1; PERFORM ''x;''; END';
DO $outer$ BEGIN EXECUTE $inner$ SELECT ';' $inner$; END $outer$;
