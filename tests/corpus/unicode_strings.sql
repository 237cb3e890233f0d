SELECT U&'d\0061t\+000061;', u&'\\;';
SELECT U&'d!0061t;' UESCAPE '!';
SELECT U&"d\0061t;" FROM (SELECT 1 AS "dat;") AS t;
SELECT 1 AS u, 2&3 AS "u&";
