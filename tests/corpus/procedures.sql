CREATE PROCEDURE p(INOUT a int) LANGUAGE plpgsql AS $$ BEGIN a := a + 1; END; $$;
CALL p(1);
CREATE FUNCTION quoted(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS 'SELECT $1 || '';''';
SELECT quoted('x'); CREATE AGGREGATE total(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0');
CREATE CAST (text AS json) WITH INOUT; DROP CAST (text AS json);
