//! Where statements end. Each case is a script with a `¦` where it is to be cut.

use super::scan;

/// What the server takes as so many statements, as checked by hand or against its scanner.
const CASES: &[&str] = &[
    "",
    " ",
    ";",
    ";¦;",
    "select 1",
    "select 1;¦\n",
    "select 1;¦ select 2",
    "select 1;¦ -- the end; really\n",
    "-- a;\nselect 1;¦ -- b;\nselect 2;",
    "-- cr ends a comment\rselect 1;¦select 2",
    "/* a; /* b; */ c; */ select 1;¦select 2;",
    "/* a /*/ b; */ c; */ select 1;¦select 2;",
    "/***; **/ select 1;¦select 2;",
    "/* ' */ select 1;¦ select ' */ ;'",
    "/* never closed; /* */ ;",
    "select 1 /* never closed; ;",
    "select 2 */* ; */ 3;¦select 4",
    "select 2 +-- ;\n 3;¦select 4",
    "select 2 //* ; */ 3;¦select 4",
    "select ';';¦select 1",
    "select 'it''s;';¦select 1",
    "select '\\';¦ select '; '",
    "select e'\\';';¦select 1",
    "select E'\\\\';¦select 1",
    "select E'a''\\';''';¦select 1",
    "select E'a'\n'\\';';¦select 1",
    "select E'a' -- it's;\n  '\\';';¦select 1",
    "select E'a' '\\';¦'",
    "select E'a' -- no newline '\\';",
    "select E'a'\r'\\';';¦select 1",
    "select E'a' /* x\n */ '\\';¦ ';",
    "select 'a'\n'\\';¦select 1",
    "select E'unterminated \\",
    "select type'\\';¦select 1",
    "select U&'\\0061;';¦select 1",
    "select U&'d!0061\\' uescape '!';¦select ';'",
    "select u&\"a;\"\"b\" from t;¦select 1",
    "select b';', X';', n';';¦select 1",
    "select N'\\';¦select 1",
    "select \"a;b\";¦select 1",
    "select \"a\"\";\";¦select 1",
    "select \"it's\";¦select \"it's\"",
    "select 'never closed; ;",
    "select \"never closed; ;",
    "select $$;$$;¦select 1",
    "select $a$;$$;$b$;$a$;¦select 1",
    "select $a$;$b$a$;¦select $A$;$a$;$A$;",
    "select $a$;$A$;",
    "select $é_1$;$é_1$;¦select 1",
    "select a$b$;¦ select c$b$;",
    "select é$$;¦ select 1",
    "select $1;¦ select $1$$;$$;¦select $1a;",
    "select $1$;¦select $1$;",
    "select $1e5$$;¦ $$",
    "select $a-b$;¦select $a-b$",
    "select $;¦ select $ $;",
    "select 1$$;$$;¦select 1e5$$;$$;¦select 1e$$;¦ $$",
    "select 0.5e-3$$;$$;¦select 1",
    "select $$'$$;¦select '$$';¦select '$$;'",
    "do $$ begin null; end $$;¦select 1",
    "do language plpgsql $do$ begin execute $$ ; $$; end $do$;¦select 1",
    "create rule r as on insert to t do (insert into a values (1); delete from b;);¦select 1",
    "create rule r as on insert to t do also (select ')'; select 2);¦select 1",
    "select (1;select 2",
    "select 1);¦select 2",
    "select (((1)));¦select (array[1])[1];",
    "create function f() returns int begin atomic select 1; select 2; end;¦select 3",
    "create or replace procedure p() begin atomic; end;¦select 3",
    "create function f() returns int begin atomic end;¦select 3",
    "create /* a */ or -- b\n replace function f() begin /* c */ ATOMIC select 1; END;¦select 3",
    "create function f(x int) begin atomic select case x when 1 then 2 end; select 2; end;¦select 3",
    "create function f() begin atomic select case when true then case when true then 1 end end;\n\
     end;¦select 3",
    "create function f() begin atomic select (case when true then 1 end); end;¦select 3",
    "create function f() begin atomic select 1 as end; select 2 end; select t.case from t; end;¦\
     select 3",
    "create function f() begin atomic select 'end'; select \"end\" from t; end;¦select 3",
    "create function f() begin atomic select 1; -- end;\n end;¦select 3",
    "create function f() begin atomic insert into t values (1); return 1; end;¦commit;",
    "create function f() begin atomic select 1; never closed;",
    "create function f() begin atomic select 1 from begin atomic; end;¦select 2",
    "create function f() set a = begin begin atomic select 1 end; end;¦select 2",
    "create function \"begin\"(atomic int) returns int language sql as 'select 1';¦select 2",
    "create function begin(a int) returns atomic as $$;$$ language sql;¦select 2",
    "create function f() returns int language sql return 1;¦select 2",
    "create function f() returns trigger as $$ begin return new; end; $$ language plpgsql;¦select 2",
    "create table begin (atomic int);¦select begin atomic from begin;¦end;",
    "begin;¦ create table a();¦ end;",
    "begin atomic;¦ select 1",
    "alter function f() begin atomic;¦ select 1",
    "create \"or\" replace function f() begin atomic;¦ select 1",
    "\u{feff}select 1;¦select 2",
    "\u{feff}",
    "insert into naïve values ('é;');¦select '日本;語';¦select 日本",
    "select 1;¦\u{a0};¦",
    "copy t from stdin;¦\n1\tx\n\\.\n",
    "select 1::text, a => 1, b := 2, c..d;¦select @-1, a->>'b;', '{}'::jsonb ?| array[';'];",
    "select\0;¦\0",
];

/// The statements of a case, cut at its marks; an empty script has none.
fn expected(case: &str) -> Vec<&str> {
    case.split('¦').filter(|s| !s.is_empty()).collect()
}

#[test]
fn statements_end_where_the_server_ends_them() {
    assert!(CASES.len() >= 60, "{}", CASES.len());
    for case in CASES {
        let script = case.replace('¦', "");
        let got: Vec<_> = scan(&script).into_iter().map(|s| script[s.span].to_owned()).collect();
        assert_eq!(got, expected(case), "{case}");
    }
}

#[test]
fn code_runs_from_the_first_token_to_the_last() {
    let cases: &[(&str, &[&str])] = &[
        (" ;", &[""]),
        ("\n-- x\n", &[""]),
        (" -- a\n select 1 /* b */ ; -- c", &["select 1", ""]),
        ("select /* a */ 1 -- b\n", &["select /* a */ 1"]),
        ("\u{feff} select 1;", &["select 1"]),
        ("select 1; /* open", &["select 1", "/* open"]),
        ("select 1 /* open", &["select 1 /* open"]),
        ("select 'a' ; $$b", &["select 'a'", "$$b"]),
        ("(select 1) ;", &["(select 1)"]),
    ];
    for (script, codes) in cases {
        let statements = scan(script);
        let got: Vec<_> = statements.iter().map(|s| &script[s.code.clone()]).collect();
        assert_eq!(&got, codes, "{script:?}");
    }
}
