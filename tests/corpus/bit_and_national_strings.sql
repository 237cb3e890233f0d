SELECT B'101', b'1', X'1F';
SELECT N'national;', n'';
SELECT b'0'|B'1', x'ff';
SELECT 1e5, 1E-5, .5, 1., 'E';
