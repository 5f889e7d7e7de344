//! Windows after disclosures as a table that a join can look up.

use crate::engine::{Engine, ints, longs, truths};
use crate::failure::Failure;
use holm_statements::window::{Numbered, Plan, Role};

/// Lays down windows(number, person, bucket, starts, ends, truth), a window once for each bucket of `width` seconds that it reaches
/// into, so that the join compares buckets and then ends. Says how many windows there are.
pub(crate) fn lay(engine: &Engine, plan: &Plan, width: i64) -> Result<usize, Failure> {
    let windows = plan.windows();
    let ends = |w: &Numbered| (w.stretch.starts.timestamp().as_second(), w.stretch.ends.timestamp().as_second());
    // SQL's division cuts towards zero; so does this, and a bucket around 1970 is twice as wide, which no join minds.
    let spread: Vec<(&Numbered, i64)> =
        windows.iter().flat_map(|w| (ends(w).0 / width..=(ends(w).1 - 1) / width).map(move |bucket| (w, bucket))).collect();
    let number = |at: usize| i64::try_from(at).ok();
    engine.lay_columns(
        "windows",
        vec![
            ("number", longs(spread.iter().map(|(w, _)| number(w.number)))),
            ("person", ints(spread.iter().map(|(w, _)| i32::try_from(w.person).ok()))),
            ("bucket", longs(spread.iter().map(|(_, bucket)| Some(*bucket)))),
            ("starts", longs(spread.iter().map(|(w, _)| Some(ends(w).0)))),
            ("ends", longs(spread.iter().map(|(w, _)| Some(ends(w).1)))),
            ("truth", truths(spread.iter().map(|(w, _)| w.role == Role::Truth))),
        ],
    )?;
    Ok(windows.len())
}
