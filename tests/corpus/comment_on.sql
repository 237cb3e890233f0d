CREATE TABLE t (a int);
COMMENT ON TABLE t IS 'one; two';
COMMENT ON COLUMN t.a IS E'it\'s; "quoted"';
COMMENT ON COLUMN t.a IS $$done; $$;
COMMENT ON TABLE t IS NULL;
