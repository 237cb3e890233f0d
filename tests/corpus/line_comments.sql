-- a; b
SELECT 1; -- c; d
--
SELECT 2 -- ; '
  , 3; --/* not a block
SELECT 4; --$$ not a quote
SELECT 5 - -1; SELECT 5--1
; -- the end;
