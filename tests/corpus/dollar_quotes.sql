SELECT $$a;b$$;
SELECT $tag$ $$ ; $other$ ; $tag$;
SELECT $a1_$ ; $a1_$, $_x$;$_x$;
SELECT $é$ ; $é$;
SELECT $$ unterminated ' quote ; "and" /* comment $$;
SELECT $$--$$; SELECT $$/*$$;
