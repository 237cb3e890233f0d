//! Pairs and what came of them, a row each.

use dbm::{PairOutcome, PairProof};

use crate::render::format::cut;
use crate::render::pairs::findings::summary;
use crate::render::printer::{Colour, GREEN, RED, YELLOW, painted};
use crate::render::table::layout::{Cells, Columns, Look, Step, duration, fit, known, lines};

/// What was found is not cut shorter than this.
const SHORTEST: usize = 16;

/// The table.
pub(super) fn whole(pairs: &[&PairProof], look: &Look) -> String {
    let mut cells: Vec<Cells> = pairs.iter().map(|pair| cells(pair, look)).collect();
    let heads = vec!["version", "name", "result", "took", "what"];
    let mut columns = Columns { heads, right: 0, name: 1, painted: 2 };
    fit(&mut columns, &mut cells, look, vec![Step::Column("took"), Step::AtLast("what")]);
    lines(&columns, &cells, look).iter().map(|line| format!("{line}\n")).collect()
}

/// What came of it, in a word.
pub fn result(outcome: &PairOutcome) -> &'static str {
    word(outcome).0
}

fn word(outcome: &PairOutcome) -> (&'static str, Colour) {
    match outcome {
        PairOutcome::Passed => ("passed", GREEN),
        PairOutcome::Failed => ("failed", RED),
        PairOutcome::Irreversible(_) => ("irreversible", YELLOW),
        _ => ("skipped", YELLOW),
    }
}

fn cells(pair: &PairProof, look: &Look) -> Cells {
    let (word, colour) = word(&pair.outcome);
    let took = (pair.outcome != PairOutcome::Skipped).then_some(pair.took);
    let what = match summary(pair) {
        summary if summary.is_empty() => String::new(),
        summary => known(Some(&summary)),
    };
    // The names of the pairs need room, too.
    let what = match look.width {
        Some(width) => cut(&what, (usize::from(width) / 3).max(SHORTEST)),
        None => what,
    };
    let plain = vec![
        pair.version.to_string(),
        known(Some(&pair.name)),
        word.to_string(),
        duration(took),
        what,
    ];
    Cells { plain, painted: painted(word, Some(colour)) }
}
