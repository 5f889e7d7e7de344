//! Bytes of a part that copies exchange.

use std::ops::Range;

/// One exchange of bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Splice {
    /// What is replaced; empty where something is inserted.
    pub(crate) range: Range<usize>,
    /// What stands there instead: by symbol of `mark`, or the same in every copy.
    pub(crate) texts: Vec<Vec<u8>>,
    /// The mark that decides; `None` for what every copy gets alike.
    pub(crate) mark: Option<usize>,
}

impl Splice {
    /// What every copy gets alike.
    pub(crate) fn fixed(range: Range<usize>, text: impl Into<Vec<u8>>) -> Self {
        Self { range, texts: vec![text.into()], mark: None }
    }
}

/// Whether any two of these sorted splices overlap.
pub(crate) fn overlap(splices: &[Splice]) -> bool {
    splices.windows(2).any(|pair| matches!(pair, [a, b] if a.range.end > b.range.start))
}

/// `part` with sorted `splices` made as `symbols` say.
pub(crate) fn splice(part: &[u8], splices: &[Splice], symbols: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(part.len() + 16 * splices.len());
    let mut at = 0;
    for splice in splices {
        out.extend_from_slice(part.get(at..splice.range.start).unwrap_or_default());
        let symbol = splice.mark.and_then(|m| symbols.get(m)).copied().unwrap_or(0);
        out.extend_from_slice(splice.texts.get(usize::from(symbol)).map_or(&[], Vec::as_slice));
        at = splice.range.end;
    }
    out.extend_from_slice(part.get(at..).unwrap_or_default());
    out
}
