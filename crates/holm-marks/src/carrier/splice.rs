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

impl Splice {
    /// What stands there in a copy with these symbols.
    fn text(&self, symbols: &[u8]) -> &[u8] {
        let symbol = self.mark.and_then(|m| symbols.get(m)).copied().unwrap_or(0);
        self.texts.get(usize::from(symbol)).map_or(&[], Vec::as_slice)
    }
}

/// Where what stands at byte `at` of a part comes to stand once sorted `splices` are made; `None` within one of them.
pub(crate) fn offset(at: usize, splices: &[Splice], symbols: &[u8]) -> Option<usize> {
    let mut moved = at;
    for splice in splices.iter().take_while(|s| s.range.start <= at) {
        if splice.range.contains(&at) {
            return None;
        }
        moved = moved + splice.text(symbols).len() - splice.range.len();
    }
    Some(moved)
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
        out.extend_from_slice(splice.text(symbols));
        at = splice.range.end;
    }
    out.extend_from_slice(part.get(at..).unwrap_or_default());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_moves_by_what_was_put_in_before_it() {
        let exchange = Splice { range: 2..4, texts: vec![b"x".to_vec(), b"long text".to_vec()], mark: Some(0) };
        let splices = [exchange, Splice::fixed(6..6, "--")];
        let part = b"abcdefgh";
        for symbols in [[0], [1]] {
            let copy = splice(part, &splices, &symbols);
            for at in [0, 1, 4, 5, 6, 7] {
                assert_eq!(copy[offset(at, &splices, &symbols).unwrap()], part[at], "{at}");
            }
            assert_eq!(offset(3, &splices, &symbols), None);
        }
    }
}
