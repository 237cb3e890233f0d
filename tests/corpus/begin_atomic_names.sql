CREATE TABLE atomic (begin int, "end" int, "case" int);
CREATE FUNCTION begin(atomic int) RETURNS int LANGUAGE sql AS $$ SELECT 1; SELECT atomic; $$;
SELECT begin FROM atomic; SELECT t.begin, t."case" FROM atomic t;
CREATE FUNCTION of_atomic() RETURNS SETOF atomic BEGIN ATOMIC SELECT begin, "end", "case" FROM atomic; END;
SELECT "end" FROM of_atomic();
