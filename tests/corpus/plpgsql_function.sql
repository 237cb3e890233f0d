CREATE OR REPLACE FUNCTION touch() RETURNS trigger AS $body$
DECLARE
  n int := 0; -- it's; fine
BEGIN
  FOR n IN 1..3 LOOP
    new.b := E'\'' || $$;$$ || n;
  END LOOP;
  RETURN new;
END;
$body$ LANGUAGE plpgsql;
CREATE TABLE t (a int, b text);
CREATE TRIGGER touch_t BEFORE INSERT OR UPDATE OF b ON t FOR EACH ROW WHEN (new.a > 0) EXECUTE FUNCTION touch();
INSERT INTO t (a) VALUES (1), (2);
ALTER TABLE t DISABLE TRIGGER touch_t;
DROP TRIGGER touch_t ON t;
