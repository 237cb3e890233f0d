SELECT '{"a;": [1, {"b": "c''d;"}]}'::jsonb -> 'a;' ->> 0;
SELECT '{"a": 1}'::jsonb ? 'a', '{"a": 1}'::jsonb ?| ARRAY['a', ';'], '{"a": 1}'::jsonb ?& ARRAY['a'];
SELECT '{"a": {"b": 1}}'::json #> '{a,b}', '{"a": {"b": 1}}'::json #>> '{a,b}', '{}'::jsonb || '{"x": ";"}', '{"a": 1}'::jsonb - 'a', '{"a": 1}'::jsonb @> '{}';
SELECT jsonb_path_query('{"a": [1, 2]}', '$.a[*] ? (@ > 1)'); SELECT '[1]'::jsonb @? '$[*] ? (@ == 1)', '[1]'::jsonb @@ '$[0] > 0';
