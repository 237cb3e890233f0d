CREATE TABLE t (a int);
EXPLAIN SELECT ';' FROM t; EXPLAIN (COSTS off) INSERT INTO t VALUES (1);
ANALYZE t; CREATE STATISTICS s ON a, (a + 1) FROM t; SHOW search_path;
DECLARE c CURSOR WITH HOLD FOR SELECT 1; FETCH 1 FROM c; CLOSE c;
SET search_path TO "$user", public; RESET search_path; NOTIFY channel, 'a;b'; LISTEN channel; UNLISTEN *;
