CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq);
CREATE OPERATOR @#@ (LEFTARG = int, RIGHTARG = int, FUNCTION = int4pl);
SELECT 1 === 1, 1 @#@ 2, 2*-1, 2^ -1, 6/2, 7%3, ~5, @ -5, 1<>2, 1!=2, |/ 25, ||/ 27;
SELECT 1+-- a comment; ends the operator
2; SELECT 3*/* so; does this */4;
SELECT 'abc' ~* 'B', 'a' || ';' || 'b', 5 # 3, 1 << 2;
