CREATE TYPE mood AS ENUM ('good;', 'bad', 'it''s');
CREATE TYPE pair AS (a int, b text);
CREATE TYPE span AS RANGE (SUBTYPE = float8);
CREATE DOMAIN email AS text CHECK (VALUE ~ '^[^@;]+@[^@]+$');
ALTER TYPE mood RENAME VALUE 'bad' TO 'bad;';
SELECT 'good;'::mood, ROW(1, ';')::pair, '[1,2)'::span, 'a@b'::email;
