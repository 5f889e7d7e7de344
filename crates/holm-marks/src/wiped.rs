//! Marks that somebody made uniform: by a cleaner, by a style sheet, or knowingly, with the frames at hand.
//!
//! Such marks show what the rewriter prefers and nothing of their source, so they are taken for unread. Whether that
//! happened is judged from the readings of all frames together; no codeword takes part.

use std::collections::BTreeMap;

use crate::extract::best;
use crate::mark::Mark;

/// Chance, before anything is seen, that one frame was made uniform.
const ONE_FRAME: f64 = 0.02;
/// Chance, before anything is seen, that all frames were rewritten to the same side.
const ALL_FRAMES: f64 = 0.001;
/// Share of sites that a rewriter misses.
const MISSED: f64 = 0.03;

/// What of a mark matters here.
pub(crate) struct MarkTraits {
    /// The frame; nothing for an authored mark, which no frame can rewrite.
    frame: Option<String>,
    arity: usize,
    master: Option<usize>,
}

impl MarkTraits {
    pub(crate) fn of(mark: &Mark) -> Self {
        let frame = (!mark.rule.starts_with("authored:")).then(|| mark.rule.clone());
        Self { frame, arity: mark.arity(), master: mark.master.map(usize::from) }
    }
}

/// Mixes each row with "nothing was seen" by the probability that its mark was made uniform.
pub(crate) fn forget_wiped(traits: &[MarkTraits], rows: &mut [Vec<f64>]) {
    let seen: Vec<Option<usize>> = rows.iter().map(|r| best(r)).collect();
    let all = probability(ALL_FRAMES, one_sided(traits, &seen));
    let by_frame = frames(traits, &seen);
    let together: f64 = by_frame.values().map(|(_, evidence)| evidence).sum();
    for (marks, own) in by_frame.into_values() {
        // A frame alone may be uniform by chance; many that are show a habit, which then explains each.
        let habit = own.max(together.min(own + 3.0));
        let wiped =
            all.max(if marks.iter().filter(|m| seen[**m].is_some()).count() > 1 { probability(ONE_FRAME, habit) } else { 0.0 });
        marks.into_iter().for_each(|mark| blur(&mut rows[mark], wiped));
    }
}

/// Posterior from a prior and a log likelihood ratio.
fn probability(prior: f64, evidence: f64) -> f64 {
    1.0 / (1.0 + (1.0 - prior) / prior * (-evidence).exp())
}

fn blur(row: &mut [f64], wiped: f64) {
    let (total, mean) = (row.iter().sum::<f64>(), 1.0 / row.len() as f64);
    row.iter_mut().for_each(|l| *l = wiped * mean + (1.0 - wiped) * *l / total);
}

/// ln of how much better "rewritten to `target`" explains a reading than a random alternative does.
fn towards(seen: usize, target: usize, arity: usize) -> f64 {
    let q = arity as f64;
    if seen == target { ((1.0 - MISSED) * q).ln() } else { (MISSED / (q - 1.0) * q).ln() }
}

/// The best of three habits that a rewriter of all frames may have: first alternative, last alternative, the master's own.
fn one_sided(traits: &[MarkTraits], seen: &[Option<usize>]) -> f64 {
    let sum = |target: &dyn Fn(&MarkTraits) -> Option<usize>| -> f64 {
        let framed = traits.iter().zip(seen).filter(|(t, _)| t.frame.is_some());
        framed.filter_map(|(t, s)| Some(towards((*s)?, target(t)?, t.arity))).sum()
    };
    let last = |t: &MarkTraits| t.arity.checked_sub(1);
    sum(&|_| Some(0)).max(sum(&last)).max(sum(&|t| t.master))
}

/// By frame: its marks, and how much better one uniform alternative explains their readings than chance.
fn frames<'t>(traits: &'t [MarkTraits], seen: &[Option<usize>]) -> BTreeMap<&'t str, (Vec<usize>, f64)> {
    let mut by_frame: BTreeMap<&str, (Vec<usize>, f64)> = BTreeMap::new();
    for (mark, traits) in traits.iter().enumerate() {
        if let Some(frame) = &traits.frame {
            by_frame.entry(frame).or_default().0.push(mark);
        }
    }
    for (marks, evidence) in by_frame.values_mut() {
        let arity = marks.first().map_or(2, |m| traits[*m].arity);
        let readings: Vec<usize> = marks.iter().filter_map(|m| seen[*m]).collect();
        let towards_one = |target: usize| readings.iter().map(|s| towards(*s, target, arity)).sum::<f64>();
        // Which alternative the rewriter prefers is not known beforehand: that costs ln q.
        let best = (0..arity).map(towards_one).fold(f64::NEG_INFINITY, f64::max);
        *evidence = if readings.len() < 2 { 0.0 } else { best - (arity as f64).ln() };
    }
    by_frame
}

#[cfg(test)]
mod tests {
    use super::*;

    fn traits(frames: &[&str]) -> Vec<MarkTraits> {
        frames
            .iter()
            .map(|f| MarkTraits { frame: (*f != "authored").then(|| (*f).to_owned()), arity: 2, master: Some(1) })
            .collect()
    }

    fn rows(symbols: &[usize]) -> Vec<Vec<f64>> {
        symbols.iter().map(|s| if *s == 0 { vec![0.99, 0.01] } else { vec![0.01, 0.99] }).collect()
    }

    fn read(frames: &[&str], symbols: &[usize]) -> Vec<Option<usize>> {
        let mut rows = rows(symbols);
        forget_wiped(&traits(frames), &mut rows);
        rows.iter().map(|r| best(r)).collect()
    }

    #[test]
    fn a_random_codeword_is_left_alone() {
        let frames = ["a", "a", "b", "b", "c", "c", "c", "d", "e", "f", "g", "h"];
        let symbols = [0, 1, 1, 0, 0, 1, 0, 1, 1, 0, 1, 0];
        assert_eq!(read(&frames, &symbols), symbols.map(Some));
    }

    #[test]
    fn a_text_whose_frames_were_all_rewritten_says_nothing_but_what_was_authored() {
        let frames = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "authored"];
        for side in [0, 1] {
            let mut symbols = [side; 16];
            symbols[15] = 1 - side;
            let seen = read(&frames, &symbols);
            assert!(seen[..15].iter().all(Option::is_none), "{seen:?}");
            assert_eq!(seen[15], Some(1 - side));
        }
    }

    #[test]
    fn one_frame_that_a_style_sheet_made_uniform_is_forgotten_alone() {
        let frames = ["a", "a", "a", "a", "a", "a", "a", "a", "a", "b", "b", "c", "d", "e", "f", "g"];
        let symbols = [1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 0, 1, 0, 0, 1];
        let seen = read(&frames, &symbols);
        assert!(seen[..9].iter().all(Option::is_none), "{seen:?}");
        assert_eq!(seen[9..], symbols.map(Some)[9..]);
    }
}
