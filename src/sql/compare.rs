//! Whether two scripts differ in nothing but comments and white space.

use super::lex::{Lexer, Shape, Strings, Token};

/// Whether two scripts are the same to the server: the same tokens, whatever comments and white
/// space stand between them.
///
/// In doubt it says no. Where the lexer cuts operators and numbers into pieces, and where two
/// strings follow one another, the white space between them counts.
pub(crate) fn differs_only_in_comments(a: &str, b: &str, strings: Strings) -> bool {
    // As for the checksum, CR LF is LF, within strings too.
    let (a, b) = (a.replace("\r\n", "\n"), b.replace("\r\n", "\n"));
    pieces(&a, strings).eq(pieces(&b, strings))
}

/// The tokens, each with the white space before it, as far as that counts.
fn pieces(text: &str, strings: Strings) -> impl Iterator<Item = (Option<Gap>, &str)> {
    let mut before: Option<Token> = None;
    Lexer::of_script(text, strings).map(move |token| {
        let gap = before.replace(token).and_then(|before| gap(text, before, token));
        (gap, text.get(token.start..token.end).unwrap_or_default())
    })
}

/// White space, or a comment, that makes a difference.
#[derive(PartialEq)]
enum Gap {
    Blank,
    /// A string goes on behind it.
    Newline,
}

fn gap(text: &str, before: Token, token: Token) -> Option<Gap> {
    let between = text.get(before.end..token.start).filter(|between| !between.is_empty())?;
    let last = text.get(..before.end)?.chars().next_back()?;
    let first = text.get(token.start..)?.chars().next()?;
    let are_strings = before.shape == Shape::Text && token.shape == Shape::Text;
    match are_strings && between.contains('\n') {
        true => Some(Gap::Newline),
        false => stick(last, first).then_some(Gap::Blank),
    }
}

/// Whether two characters may be read as one token when nothing is between them.
fn stick(last: char, first: char) -> bool {
    let word = |c: char| !c.is_ascii() || c.is_ascii_alphanumeric() || "_$'\".&".contains(c);
    let operator = |c: char| "+-*/<>=~!@#%^&|`?:".contains(c);
    (word(last) && word(first)) || (operator(last) && operator(first))
}

#[cfg(test)]
mod tests {
    use super::Strings;

    fn differs_only_in_comments(a: &str, b: &str) -> bool {
        super::differs_only_in_comments(a, b, Strings::Standard)
    }

    #[test]
    fn comments_and_white_space_do_not_count() {
        let text = "create table a (id int, b text default 'x  y');\n-- end\n";
        for same in [
            "create table a(id int,b text default 'x  y') ;",
            "/* new */ create\n\ttable a -- why\n ( id int , b text default 'x  y');",
            "\u{feff}create table a (id int, b text default 'x  y');\r\n",
        ] {
            assert!(differs_only_in_comments(text, same), "{same}");
        }
        assert!(differs_only_in_comments("", "-- nothing\n"));
        assert!(differs_only_in_comments("select a -1", "select a - 1"));
    }

    #[test]
    fn what_a_comment_is_hangs_on_what_a_backslash_is() {
        let (a, b) = ("select 'a\\' -- b'\n", "select 'a\\' -- c'\n");
        assert!(super::differs_only_in_comments(a, b, Strings::Standard));
        assert!(!super::differs_only_in_comments(a, b, Strings::Escaping));
    }

    #[test]
    fn everything_else_does() {
        for (a, b) in [
            ("select 'x  y'", "select 'x y'"),
            ("select 1", "select 1;"),
            ("select ab", "select a b"),
            ("select 1 < -1", "select 1 <-1"),
            ("select 1.5", "select 1 .5"),
            ("select e'a'", "select e 'a'"),
            ("select 'a'\n'b'", "select 'a' 'b'"),
            ("select $$ -- a $$", "select $$ -- b $$"),
            ("do $$ begin end $$", "do $$ begin  end $$"),
            ("select A", "select a"),
            ("select 1 /* open", "select 1"),
            ("select \"a b\"", "select \"a  b\""),
        ] {
            assert!(!differs_only_in_comments(a, b), "{a} | {b}");
        }
    }

    /// Numbers that look random, the same in every run.
    fn chance(seed: &mut u64, limit: usize) -> usize {
        *seed =
            seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (*seed >> 33) as usize % limit
    }

    /// Tokens that are one each, whatever the lexer makes of them.
    const TOKENS: [&str; 20] = [
        "select",
        "a",
        "A",
        "\"a\"",
        "\"a  b\"",
        "'x  y'",
        "'x y'",
        "'-- x'",
        "$$ b -- c $$",
        "$t$ /* $t$",
        "E'\\'x'",
        "1",
        "2.5",
        "+",
        "-",
        "(",
        ")",
        ",",
        ";",
        "é",
    ];
    const GAPS: [&str; 8] =
        [" ", "\n", "\r\n", "\t ", " -- it's\n", " /* ; */ ", "\n/* a /* b */ ' */\n", "\u{c} "];

    fn join(tokens: &[&str], seed: &mut u64) -> String {
        let mut text = ["", "\u{feff}", "-- head\n", "\n"][chance(seed, 4)].to_string();
        for token in tokens {
            text.push_str(token);
            text.push_str(GAPS[chance(seed, GAPS.len())]);
        }
        text
    }

    #[test]
    fn tokens_alone_decide_whatever_stands_between_them() {
        let mut seed = 7;
        let mut differing = 0;
        for _ in 0..20_000 {
            let mut tokens: Vec<&str> = Vec::new();
            while tokens.len() < 6 {
                let token = TOKENS[chance(&mut seed, TOKENS.len())];
                // One string behind another goes on behind a line end, and only there.
                let is_string = |token: &str| token.ends_with(['\'', '$']);
                if !(is_string(token) && tokens.last().is_some_and(|last| is_string(last))) {
                    tokens.push(token);
                }
            }
            let (a, b) = (join(&tokens, &mut seed), join(&tokens, &mut seed));
            assert!(differs_only_in_comments(&a, &b), "{a:?} {b:?}");
            let at = chance(&mut seed, tokens.len());
            let mut others = tokens.clone();
            match chance(&mut seed, 3) {
                0 => drop(others.remove(at)),
                1 => others.insert(at, "zero"),
                _ => others[at] = TOKENS[chance(&mut seed, TOKENS.len())],
            }
            if others != tokens {
                differing += 1;
                let b = join(&others, &mut seed);
                assert!(
                    !differs_only_in_comments(&a, &b) && !differs_only_in_comments(&b, &a),
                    "{a:?} {b:?}"
                );
            }
        }
        assert!(differing > 10_000);
    }

    #[test]
    fn what_a_comment_swallows_counts() {
        for (a, b) in [
            ("select 1 -- x\n, 2", "select 1 -- x , 2"),
            ("select 1 /* x */ , 2", "select 1 /* x , 2 */"),
            ("-- drop table a;\n", "drop table a;\n"),
            ("select 1 - - 1", "select 1 -- 1"),
            ("select 4 / * 2", "select 4 /* 2"),
            ("select '-- a'", "select '-- b'"),
            ("select '/* a */'", "select '/* b */'"),
            ("select \"-- a\"", "select \"-- b\""),
            ("select 'it''s'", "select 'it' 's'"),
            ("select 1::int", "select 1: :int"),
            ("select a.b", "select a .b"),
            ("select u&'a'", "select u & 'a'"),
            ("select 1;", "select 1;;"),
            ("select 'a' 'b'", "select 'b' 'a'"),
        ] {
            assert!(
                !differs_only_in_comments(a, b) && !differs_only_in_comments(b, a),
                "{a} | {b}"
            );
        }
    }

    /// A text is the same as itself, also one that is cut off in the middle of anything.
    #[test]
    fn every_text_is_the_same_as_itself() {
        let text = "\u{feff}select E'\\'x', $t$ a $t$, U&\"d\" /* a /* b */ */ -- é\n from \"a\"\"b\" \
                    where x <-1 and y::int >= .5; do $$ begin null; end $$;";
        for (at, _) in text.char_indices() {
            assert!(differs_only_in_comments(&text[..at], &text[..at]), "{}", &text[..at]);
            assert!(differs_only_in_comments(&text[at..], &text[at..]), "{}", &text[at..]);
        }
    }

    /// `Checksum` takes CR LF for LF, so a checkout on Windows is no change; with a comment added
    /// to it, it should be as good as one with a comment added.
    #[test]
    fn line_ends_do_not_count() {
        let unix = "do $$ begin\n null;\nend $$;";
        let windows = "-- a comment\r\ndo $$ begin\r\n null;\r\nend $$;";
        assert!(differs_only_in_comments(unix, windows));
    }
}
