SELECT E'it\'s; fine', e'\\', E'\\\';', E'a''b;';
SELECT E'\x41\u0042\103;';
SELECT E'\
;';
SELECT nullif(E'\'', e'''');
