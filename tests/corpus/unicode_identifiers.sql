CREATE TABLE größe (höhe int, имя text, 名前 text);
INSERT INTO größe VALUES (1, 'ж;', '名;');
SELECT höhe, имя, 名前 FROM größe; SELECT 1 AS ☃; SELECT 'é' AS é;
SELECT '😀;' AS "😀;";
