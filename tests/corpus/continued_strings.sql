SELECT 'one;'
       'two;'
  'three';
SELECT E'a\';'
'b\';';
SELECT 'x' -- a comment; between
       'y;';
SELECT 'not' || 'continued;'; SELECT 'a'
;
