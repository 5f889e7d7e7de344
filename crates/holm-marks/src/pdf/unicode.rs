//! `ToUnicode` maps (ISO 32000-1, §9.10.3): for each code the characters that it stands for.
//!
//! Read here and not by lopdf, which lists every code of every range: a map of one line has four billion.

use std::collections::{BTreeMap, HashMap};

use super::lexer::{Lexer, TokenKind};

/// Entries that are taken: all codes of two bytes.
const MOST_ENTRIES: usize = 1 << 16;
/// UTF-16 units that one code may stand for (Adobe Technical Note #5411 allows 512 bytes).
const LONGEST: usize = 256;
/// Ranges that overlap the one that begins nearest before a code.
const NESTED: usize = 8;

/// Characters by code.
#[derive(Debug, Default)]
pub(crate) struct UnicodeMap {
    single: HashMap<u32, Vec<u16>>,
    /// By first code, the last one and what the first stands for.
    ranges: BTreeMap<u32, (u32, Vec<u16>)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    Outside,
    Single,
    Ranges,
}

impl UnicodeMap {
    pub(crate) fn read(map: &[u8]) -> Self {
        let mut read = Self::default();
        let mut lexer = Lexer::new(map);
        let mut section = Section::Outside;
        let mut pending: Vec<Vec<u8>> = Vec::new();
        // Where the next target of an array belongs.
        let mut array: Option<u32> = None;
        while let Some(token) = lexer.next().filter(|_| read.single.len() + read.ranges.len() < MOST_ENTRIES) {
            match token.kind {
                TokenKind::Word => {
                    section = match map.get(token.range).unwrap_or_default() {
                        b"beginbfchar" => Section::Single,
                        b"beginbfrange" => Section::Ranges,
                        _ => Section::Outside,
                    };
                    (array, pending) = (None, Vec::new());
                }
                TokenKind::ArrayStart if pending.len() == 2 => array = pending.first().map(|p| code(p)),
                TokenKind::ArrayEnd => (array, pending) = (None, Vec::new()),
                TokenKind::Text(codes, _) if section != Section::Outside => {
                    let text: Vec<u8> = codes.iter().map(|c| c.value).take(2 * LONGEST).collect();
                    if let Some(next) = &mut array {
                        read.single.insert(*next, units(&text));
                        *next = next.saturating_add(1);
                    } else {
                        pending.push(text);
                        read.entry(section, &mut pending);
                    }
                }
                _ => {}
            }
        }
        read
    }

    /// Takes an entry once all of it has been seen.
    fn entry(&mut self, section: Section, pending: &mut Vec<Vec<u8>>) {
        match (section, pending.as_slice()) {
            (Section::Single, [from, to]) => {
                self.single.insert(code(from), units(to));
                pending.clear();
            }
            (Section::Ranges, [from, last, to]) => {
                self.ranges.insert(code(from), (code(last), units(to)));
                pending.clear();
            }
            _ => {}
        }
    }

    /// The characters of `code`; `None` if the map does not say, or says that there are none.
    pub(crate) fn text(&self, code: u32) -> Option<String> {
        let units = self.single.get(&code).cloned().or_else(|| {
            let around = self.ranges.range(..=code).rev().take(NESTED);
            let (first, (_, units)) = around.into_iter().find(|(_, (last, _))| code <= *last)?;
            let mut units = units.clone();
            let step = ((code - first) & 0xffff) as u16;
            units.last_mut().into_iter().for_each(|u| *u = u.wrapping_add(step));
            Some(units)
        })?;
        let text = String::from_utf16(&units).ok()?;
        (!text.is_empty() && !text.contains('\u{fffd}') && text != "\0").then_some(text)
    }
}

/// A source code, of up to four bytes.
fn code(bytes: &[u8]) -> u32 {
    bytes.iter().take(4).fold(0, |code, b| code << 8 | u32::from(*b))
}

/// UTF-16BE; a single byte stands for itself.
fn units(bytes: &[u8]) -> Vec<u16> {
    bytes.chunks(2).map(|pair| pair.iter().fold(0, |unit, b| unit << 8 | u16::from(*b))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_ranges_and_arrays_are_those_of_the_standard() {
        // ISO 32000-1, §9.10.3, example 2.
        let map = UnicodeMap::read(
            b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap
              1 begincodespacerange <0000> <FFFF> endcodespacerange
              2 beginbfrange <0000> <005E> <0020> <005F> <0061> [<00660066> <00660069> <00660066006C>] endbfrange
              1 beginbfchar <3A51> <D840DC3E> endbfchar endcmap",
        );
        let text = |code| map.text(code);
        assert_eq!(text(0).as_deref(), Some(" "));
        assert_eq!(text(0x5e).as_deref(), Some("~"));
        assert_eq!((text(0x5f).as_deref(), text(0x61).as_deref()), (Some("ff"), Some("ffl")));
        assert_eq!(text(0x3a51).as_deref(), Some("\u{2003e}"));
        assert_eq!(text(0x62), None);
    }

    #[test]
    fn a_range_of_all_codes_is_one_entry() {
        let map = UnicodeMap::read(b"beginbfrange <00000000> <ffffffff> <0041> endbfrange");
        assert_eq!((map.ranges.len(), map.single.len()), (1, 0));
        assert_eq!(map.text(1).as_deref(), Some("B"));
    }
}
