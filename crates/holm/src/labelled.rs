//! Where the words of a labelled document stood before it was labelled, so that a decision on a mark holds whatever the marking.

use std::ops::Range;

use holm_marks::document::Block;

/// By block of the labelled document, the block that it was and the length of its portion mark; nothing for blocks that are
/// labels themselves. Of a document without labels, none at all: every place is what it was.
#[derive(Clone, Debug, Default)]
pub(crate) struct Labelled(Vec<Option<(usize, usize)>>);

impl Labelled {
    /// Compares a document's blocks with those that it has with labels.
    pub(crate) fn of(before: &[Block], after: &[Block], portion: &str) -> Self {
        let portion = format!("({portion}) ");
        let mut next = 0;
        let places = after.iter().map(|block| {
            let was = before.get(next)?.text.as_str();
            let prefix = match block.text.strip_prefix(&portion) {
                _ if block.text == was => 0,
                Some(rest) if rest == was => portion.len(),
                _ => return None,
            };
            next += 1;
            Some((next - 1, prefix))
        });
        Self(places.collect())
    }

    /// The place that a place was; `None` if it is in a label.
    pub(crate) fn before(&self, block: usize, range: &Range<usize>) -> Option<(usize, Range<usize>)> {
        if self.0.is_empty() {
            return Some((block, range.clone()));
        }
        let (block, prefix) = (*self.0.get(block)?)?;
        Some((block, range.start.checked_sub(prefix)?..range.end.checked_sub(prefix)?))
    }
}
