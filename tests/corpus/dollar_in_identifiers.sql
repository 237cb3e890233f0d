CREATE TABLE a$b (c$1 int, d$$ int);
INSERT INTO a$b (c$1, d$$) VALUES (1, 2);
SELECT c$1, d$$ FROM a$b; SELECT 1 AS x$y$; SELECT 2 AS z$y$;
PREPARE p (int) AS SELECT $1; EXECUTE p (1);
PREPARE q AS SELECT $1::int+$2::int; EXECUTE q (1, 2);
