SELECT 'a;b', 'it''s; fine', '''', '';
SELECT 'back\'; SELECT 'slash\\';
SELECT 'two
lines;
';
SELECT '--'; SELECT '/*'; SELECT '*/'; SELECT '$$'; SELECT ';';
