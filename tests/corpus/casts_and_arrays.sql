SELECT '1'::int, CAST('{1,2}' AS int[]), ARRAY[1, 2]::text[], '{"a;","b"}'::text[];
SELECT (ARRAY[1, 2, 3])[1:2], (ARRAY['x;'])[1], int '5', interval '1 day', date '2020-01-01';
SELECT ROW(1, 'a;'), (1, 2) = (1, 2), ARRAY(SELECT generate_series(1, 3));
CREATE TABLE t (a int[][], b text[3]); INSERT INTO t VALUES ('{{1}}', ARRAY['a', 'b', ';']);
UPDATE t SET b[2] = 'y;';
