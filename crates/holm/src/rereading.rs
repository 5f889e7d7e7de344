//! Pictures of pages that were read badly, read again once they are straight.

use holm_marks::layout::registration::{Registration, register};
use holm_marks::layout::straight::{StraightPage, is_read_badly};
use holm_marks::layout::{Layout, SeenPage};
use rayon::prelude::*;

use crate::program::ProgramError;
use crate::recognise::{Recognised, recognise_straight};

/// The pictures, with the words of those that were read badly recognised again; `None` if that bettered none.
///
/// # Errors
/// [`ProgramError`].
pub(crate) fn reread(layout: &Layout, pictures: &[Recognised]) -> Result<Option<Vec<Recognised>>, ProgramError> {
    let again: Vec<Option<Recognised>> = pictures.par_iter().map(|p| better(layout, p)).collect::<Result<_, _>>()?;
    if again.iter().all(Option::is_none) {
        return Ok(None);
    }
    Ok(Some(again.into_iter().zip(pictures).map(|(again, first)| again.unwrap_or_else(|| first.clone())).collect()))
}

fn better(layout: &Layout, page: &Recognised) -> Result<Option<Recognised>, ProgramError> {
    let registered = register(layout, &page.seen);
    if !registered.iter().any(|r| is_read_badly(layout, &page.picture, r)) {
        return Ok(None);
    }
    let mut seen = SeenPage::default();
    for registration in &registered {
        let Some(straight) = StraightPage::of(layout, &page.picture, registration) else { continue };
        let words = recognise_straight(&straight.picture)?;
        seen.lines.extend(straight.in_picture(&words, registration).lines);
    }
    let words = |registered: &[Registration]| registered.iter().map(|r| r.words).sum::<usize>();
    let more = words(&register(layout, &seen)) > words(&registered);
    Ok(more.then(|| Recognised { seen, ..page.clone() }))
}
