//! Marks that cannot be seen: a word joiner (U+2060) before some of the spaces. Every public detector reports them and
//! every cleaner removes them, so they are made on request only.

use crate::document::{Block, BlockKind};
use crate::find::Found;
use crate::frame::Tier;
use crate::mark::{Layer, Mark, Site};
use crate::token::{TokenKind, tokenize};

/// The character.
pub const MARKER: char = '\u{2060}';
/// Gaps between words from one mark to the next.
const STEP: usize = 3;

/// Invisible marks in all running text, away from `taken`.
#[must_use]
pub fn find(blocks: &[Block], taken: &[Found]) -> Vec<Found> {
    let mut found = Vec::new();
    for (index, block) in blocks.iter().enumerate().filter(|(_, b)| b.kind == BlockKind::Prose) {
        let near = |at: usize| {
            let sites = taken.iter().flat_map(|f| &f.mark.sites).filter(|s| s.block == index);
            sites.into_iter().any(|s| s.range.start <= at + 1 && at <= s.range.end + 1)
        };
        let tokens = tokenize(&block.text);
        let gaps =
            tokens.windows(2).filter(|pair| pair[0].kind == TokenKind::Word && pair[1].spaced).map(|pair| pair[0].range.end);
        for at in gaps.filter(|at| !near(*at) && !block.protects(&(*at..*at + 1))).step_by(STEP) {
            let site = Site { block: index, range: at..at, texts: vec![String::new(), MARKER.to_string()] };
            let mark = Mark {
                layer: Layer::Invisible,
                rule: "word-joiner".to_owned(),
                alternatives: vec!["nothing".to_owned(), "U+2060".to_owned()],
                master: Some(0),
                sites: vec![site],
            };
            found.push(Found { mark, tier: Tier::Auto });
        }
    }
    found
}
