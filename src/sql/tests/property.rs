//! What holds for every text, tried on many that are glued from what is hard to lex.

use std::fs;
use std::path::Path;

use rustix::time::{ClockId, clock_gettime};

use super::super::lex::Strings;
use super::super::reader::Reader;
use super::super::{Kind, Mode, Script, Statement, locate};
use super::scan;

/// Pieces of text, with a `¦` between them.
const FRAGMENTS: &str = "\
    '¦''¦\"¦$$¦$a$¦$b$¦$¦$1¦$é$¦/*¦*/¦/¦*¦--¦-¦\n¦\r¦\r\n¦ ¦\t¦;¦;¦;¦(¦)¦E'¦e'\\'¦\\¦U&'¦u&\"¦\
    x'¦N'¦begin¦begin atomic ¦end¦end;¦ case ¦create function f() ¦create ¦or ¦replace ¦\
    procedure ¦a¦z1¦é¦日¦\u{feff}¦\0¦1¦1e¦1e5¦commit¦ and chain¦copy t from stdin¦\
    set transaction read only¦vacuum¦select ¦reindex(¦cluster ¦\
    alter table t detach partition ¦do $$¦do '¦execute ¦set ¦local ¦session ¦role¦set_config(¦\
    'role', ¦, false)¦drop schema ¦\"public\"¦create index concurrently ¦ on ¦concurrently";

fn fragments() -> Vec<&'static str> {
    FRAGMENTS.split('¦').collect()
}

/// A small generator (xorshift64*), so that a failure can be run again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % sides
    }

    fn text(&mut self) -> String {
        let (pieces, fragments) = (self.roll(24), fragments());
        (0..pieces).map(|_| fragments[self.roll(fragments.len())]).collect()
    }
}

fn check(text: &str) {
    let statements = scan(text);
    let joined: String = statements.iter().map(|s| &text[s.span.clone()]).collect();
    assert_eq!(joined, text);
    let mut end = 0;
    for (n, statement) in statements.iter().enumerate() {
        assert_eq!(statement.span.start, end, "{text:?}");
        end = statement.span.end;
        check_one(text, statement, n + 1 == statements.len());
    }
    assert_eq!(end, text.len(), "{text:?}");
    check_script(text, &statements);
    let length = text.chars().count();
    assert!(locate(text, length).is_some() || length == 0, "{text:?}");
    assert!(locate(text, length + 1).is_some(), "{text:?}");
}

fn check_one(text: &str, statement: &Statement, last: bool) {
    let (span, code) = (statement.span.clone(), statement.code.clone());
    assert!(span.start < span.end, "{text:?}");
    assert!(span.start <= code.start && code.start <= code.end && code.end <= span.end);
    assert!(last || text[span.clone()].ends_with(';'), "{text:?}");
    let code = &text[code];
    if code.is_empty() {
        assert_eq!(statement.kind, Kind::Other, "{text:?}");
    } else if !code.starts_with('\u{feff}') {
        // The code by itself is the same one statement: so it is what may be sent alone.
        let again = scan(code);
        assert_eq!(again.len(), 1, "{text:?}: {code:?}");
        assert_eq!(again[0].code, 0..code.len(), "{text:?}: {code:?}");
        assert_eq!(again[0].kind, statement.kind, "{text:?}: {code:?}");
    }
}

fn check_script(text: &str, statements: &[Statement]) {
    let script = Script::new(text);
    let codes = |statements: &[Statement]| -> Vec<_> {
        let with_code = statements.iter().filter(|s| !s.code.is_empty());
        with_code.map(|s| (s.span.clone(), s.code.clone(), s.kind)).collect()
    };
    assert_eq!(codes(script.statements()), codes(statements), "{text:?}");
    assert_eq!(script.is_empty(), script.statements().is_empty());
    let last = script.statements().last();
    let behind = last.map_or("", |s| &text[s.code.end..s.span.end]);
    let is_ended = Reader::new(behind, Strings::Standard).written() == ";";
    assert_eq!(script.is_ended(), is_ended, "{text:?}");
    if let Mode::Transactional { guard_at } | Mode::OwnTransaction { guard_at } = script.mode() {
        let is_cut = guard_at == 0 || script.statements().iter().any(|s| s.span.end == guard_at);
        assert!(is_cut, "{text:?}");
    }
    if let Ok(shared) = script.in_shared_transaction(text) {
        let is_blanked = |(now, then): (u8, u8)| now == then || now == b' ' && then.is_ascii();
        assert_eq!(shared.len(), text.len());
        assert!(shared.bytes().zip(text.bytes()).all(is_blanked), "{text:?}");
        let left = Script::new(&shared);
        assert!(matches!(left.mode(), Mode::Transactional { guard_at: 0 }), "{text:?}");
    }
    let _ = script.may_touch(text, "public", "a");
    for n in 0..=script.statements().len() {
        let _ = (script.remains(n, true), script.index_built(text, n));
        assert!(script.remains(n, false).statements <= n);
    }
}

#[test]
fn the_spans_joined_are_the_text() {
    let mut dice = Dice(0x5eed);
    for _ in 0..60_000 {
        check(&dice.text());
    }
}

#[test]
fn every_pair_and_its_prefixes() {
    for first in fragments() {
        for second in fragments() {
            check(&format!("{first}{second}"));
            check(&format!("{first}{second};{first}a'{second}\\"));
        }
    }
}

/// Whatever a file breaks off in, nothing of it is lost.
#[test]
fn every_beginning_of_a_file_of_the_corpus() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let mut files = 0;
    for entry in fs::read_dir(folder).expect("the corpus") {
        let text = fs::read_to_string(entry.expect("an entry").path()).expect("a file");
        for end in (0..=text.len()).filter(|end| text.is_char_boundary(*end)) {
            check(&text[..end]);
        }
        files += 1;
    }
    assert!(files >= 40, "only {files} files in the corpus");
}

/// The processor time of this thread, in seconds: what else the machine does makes no difference.
fn processor_time() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// Looking ahead from each token to the end of the script would take sixteen times as long for a
/// script that is four times as long.
#[test]
fn the_time_is_linear() {
    let time = |text: &str| {
        let begun = processor_time();
        Script::new(text).may_touch(text, "public", "a");
        processor_time() - begun
    };
    for piece in [
        "select set_config(",
        "then set transaction ",
        "then drop schema ",
        "then do ",
        "then do $a$ ",
        "do $$ do $a$ ",
        "then execute ' ",
        "do E'\\'",
        "on commit ",
        "alter table t detach ",
        "create index concurrently ",
    ] {
        for start in ["", "do $x$ begin "] {
            let text = |count| format!("{start}{}", piece.repeat(count));
            let (short, long) = (time(&text(5_000)), time(&text(20_000)));
            assert!(long < 10.0 * short, "{start}{piece}: {short} s, and {long} s for four times");
        }
    }
}
