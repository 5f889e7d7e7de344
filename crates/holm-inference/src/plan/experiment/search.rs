//! The assignment that tells most: parties dealt out, then told something else one at a time and exchanged in pairs, until nothing
//! more is gained.

use crate::plan::experiment::Question;
use crate::plan::experiment::board::{Board, Told};

/// Rounds over all parties.
const PASSES: usize = 12;
/// Likeliest parties that are exchanged in pairs.
const PAIRS: usize = 16;
/// What counts as more, in bits.
const MORE: f64 = 1e-9;

/// What a party may be told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Freedom {
    /// Any variant, or nothing if it may be silent.
    Free {
        /// Whether it may be told nothing.
        silent: bool,
    },
    /// Just this.
    Held(Option<u8>),
}

/// How long to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effort {
    /// From several beginnings, with exchanges.
    Full,
    /// From one, a few rounds.
    Brief,
}

/// The best assignment that is found, over several weightings of draws.
pub(super) fn best(
    board: &Board,
    weights: &[Vec<f64>],
    free: &[Freedom],
    question: &Question,
    effort: Effort,
) -> Vec<Option<u8>> {
    let chances = board.chances(weights);
    let order = order(board, &chances);
    let dealt = dealt(board, &order, free);
    if effort == Effort::Brief {
        let mut told = Told::new(board, weights, &dealt).priced(question.price);
        climb(&mut told, &order, free, 3);
        return told.told().to_vec();
    }
    let silent: Vec<Option<u8>> = free.iter().map(|f| if let Freedom::Held(variant) = f { *variant } else { None }).collect();
    let mut found: Option<(Vec<Option<u8>>, f64)> = None;
    for start in [dealt.clone(), silent] {
        let mut told = Told::new(board, weights, &start).priced(question.price);
        climb(&mut told, &order, free, PASSES);
        while exchange(&mut told, &order, free) {
            climb(&mut told, &order, free, PASSES);
        }
        let worth = told.worth();
        if found.as_ref().is_none_or(|(_, most)| worth > most + MORE) {
            found = Some((told.told().to_vec(), worth));
        }
    }
    let mut told = found.map_or(dealt.clone(), |(told, _)| told);
    // Whom no draw shows leaking is dealt out as they were.
    for (party, variant) in dealt.iter().enumerate().filter(|(party, _)| board.never(*party)) {
        told[party] = *variant;
    }
    told
}

/// Parties, the likeliest to leak first.
fn order(board: &Board, chances: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..board.parties()).collect();
    let smooth = board.smooth();
    order.sort_by(|a, b| chances[*b].total_cmp(&chances[*a]).then(smooth[*b].total_cmp(&smooth[*a])));
    order
}

/// Dealt out there and back, the likeliest first.
fn dealt(board: &Board, order: &[usize], free: &[Freedom]) -> Vec<Option<u8>> {
    let variants = board.variants();
    let mut told = vec![None; free.len()];
    let mut number = 0;
    for party in order {
        told[*party] = match free[*party] {
            Freedom::Held(variant) => variant,
            Freedom::Free { silent } => {
                // Where silence is one more thing to be told, it is dealt too.
                let ways = variants + usize::from(silent);
                let place = number % (2 * ways);
                let place = if place < ways { place } else { 2 * ways - 1 - place };
                number += 1;
                (place < variants).then_some(place as u8)
            }
        };
    }
    told
}

fn ways(variants: usize, free: Freedom) -> Vec<Option<u8>> {
    match free {
        Freedom::Held(_) => Vec::new(),
        Freedom::Free { silent } => (0..variants as u8).map(Some).chain(silent.then_some(None)).collect(),
    }
}

/// Tells parties something else, one at a time, as long as something is gained.
fn climb(told: &mut Told<'_>, order: &[usize], free: &[Freedom], passes: usize) {
    let mut worth = told.worth();
    for _ in 0..passes {
        let before = worth;
        for party in order.iter().copied() {
            let mut now = told.told()[party];
            let bound = now.is_none() && !matches!(free[party], Freedom::Free { silent: true } | Freedom::Held(_));
            // Whoever may not be silent is told something, whatever it costs.
            let mut most = if bound { f64::NEG_INFINITY } else { worth };
            for way in ways(told.variants(), free[party]) {
                if way != now {
                    told.put(party, way);
                    if told.worth() > most + MORE {
                        (now, most) = (way, told.worth());
                    }
                }
            }
            if told.told()[party] != now {
                told.put(party, now);
            }
            worth = told.worth();
        }
        if worth <= before + MORE {
            break;
        }
    }
}

/// Exchanges what two of the likeliest are told, if that gains anything.
fn exchange(told: &mut Told<'_>, order: &[usize], free: &[Freedom]) -> bool {
    let worth = told.worth();
    let few: Vec<usize> = order.iter().copied().filter(|p| matches!(free[*p], Freedom::Free { .. })).take(PAIRS).collect();
    for (number, a) in few.iter().enumerate() {
        for b in &few[number + 1..] {
            let (x, y) = (told.told()[*a], told.told()[*b]);
            if x == y {
                continue;
            }
            told.put(*a, y);
            told.put(*b, x);
            if told.worth() > worth + MORE {
                return true;
            }
            told.put(*a, x);
            told.put(*b, y);
        }
    }
    false
}

impl Told<'_> {
    fn variants(&self) -> usize {
        self.board().variants()
    }
}
