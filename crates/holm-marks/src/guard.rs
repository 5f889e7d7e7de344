//! Where no frame may fire, whatever it says: quotations, addresses, names, foreign formulae.

use std::ops::Range;

use crate::frame::{Language, Pack};
use crate::pattern::{Matchable, Pattern};
use crate::token::{Token, TokenKind};

/// Byte ranges of `text` that hold quotations, links, e-mail addresses or references in brackets.
#[must_use]
pub(crate) fn untouchable(text: &str, tokens: &[Token]) -> Vec<Range<usize>> {
    let mut ranges = quotations(text);
    ranges.extend(bracketed_references(text));
    ranges.extend(addresses(text, tokens));
    ranges
}

fn quotations(text: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut straight: Option<usize> = None;
    let mut open: Vec<(char, usize)> = Vec::new();
    for (at, c) in text.char_indices() {
        match c {
            '"' => match straight.take() {
                Some(start) => ranges.push(start..at + 1),
                None => straight = Some(at),
            },
            '\u{201c}' | '\u{ab}' | '\u{201e}' => open.push((c, at)),
            '\u{201d}' | '\u{bb}' => {
                if let Some((_, start)) = open.pop() {
                    ranges.push(start..at + c.len_utf8());
                }
            }
            _ => {}
        }
    }
    // A quotation that is never closed may run to the end of the paragraph.
    ranges.extend(straight.map(|start| start..text.len()));
    ranges.extend(open.first().map(|(_, start)| *start..text.len()));
    ranges.extend(single_quotations(text));
    ranges
}

/// `'…'` and `‘…’`: an opening mark after white space, a closing one before white space or punctuation.
fn single_quotations(text: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut start: Option<usize> = None;
    let mut previous = ' ';
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map_or(' ', |(_, n)| *n);
        let opens = c == '\u{2018}' || (c == '\'' && (previous.is_whitespace() || previous == '(') && next.is_alphanumeric());
        let closes = matches!(c, '\'' | '\u{2019}') && !previous.is_whitespace() && !next.is_alphanumeric();
        match start {
            None if opens => start = Some(at),
            Some(from) if closes => {
                ranges.push(from..at + c.len_utf8());
                start = None;
            }
            _ => {}
        }
        previous = c;
    }
    ranges
}

fn bracketed_references(text: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut start: Option<(char, usize)> = None;
    for (at, c) in text.char_indices() {
        match (c, start) {
            ('[' | '(', None) => start = Some((c, at)),
            (']', Some(('[', from))) => {
                ranges.push(from..at + 1);
                start = None;
            }
            (')', Some(('(', from))) => {
                let inner = text.get(from..at).unwrap_or_default();
                if inner.chars().any(|d| d.is_ascii_digit()) || inner.len() <= 24 && inner.chars().any(char::is_uppercase) {
                    ranges.push(from..at + 1);
                }
                start = None;
            }
            _ => {}
        }
    }
    ranges
}

/// Links, e-mail addresses, file names: everything between white space that holds `://`, `www.`, `@` or an inner `/`.
fn addresses(text: &str, tokens: &[Token]) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut from = 0;
    for piece in text.split(char::is_whitespace) {
        let range = from..from + piece.len();
        from = range.end + text.get(range.end..).and_then(|r| r.chars().next()).map_or(0, char::len_utf8);
        let inner_slash = piece.trim_matches('/').contains('/') && piece.contains('.');
        if piece.contains("://") || piece.starts_with("www.") || piece.contains('@') || inner_slash || piece.starts_with('#') {
            ranges.push(range);
        }
    }
    ranges.extend(tokens.iter().filter(|t| t.lower.contains('\\')).map(|t| t.range.clone()));
    ranges
}

/// The tokens of the sentence that holds token `at`.
fn sentence(starts: &[bool], at: usize) -> Range<usize> {
    let first = (0..=at).rev().find(|i| starts.get(*i) == Some(&true)).unwrap_or(0);
    let last = (at + 1..starts.len()).find(|i| starts.get(*i) == Some(&true)).unwrap_or(starts.len());
    first..last
}

/// Whether `pattern` matches in the sentence of tokens `span`, outside of them.
#[must_use]
pub(crate) fn sentence_has(pattern: &Pattern, on: &Matchable<'_>, span: Range<usize>) -> bool {
    let sentence = sentence(on.starts, span.start);
    let last = sentence.end;
    let mut outside = sentence.filter(|at| !span.contains(at));
    outside.any(|at| pattern.after(on, at).is_some_and(|end| end <= last && (end <= span.start || at >= span.end)))
}

/// Whether the sentence that holds token `at` has one of the pack's formulae in it.
#[must_use]
pub(crate) fn in_formula(pack: &Pack, tokens: &[Token], starts: &[bool], at: usize) -> bool {
    let sentence = tokens.get(sentence(starts, at)).unwrap_or_default();
    pack.never_in_sentence_with.iter().any(|phrase| {
        sentence.windows(phrase.len().max(1)).any(|w| w.iter().map(|t| t.lower.as_str()).eq(phrase.iter().map(String::as_str)))
    })
}

/// Whether the word before or after tokens `from..to` denies.
#[must_use]
pub(crate) fn near_negation(pack: &Pack, tokens: &[Token], from: usize, to: usize) -> bool {
    let denies = |i: Option<usize>| {
        i.and_then(|i| tokens.get(i)).is_some_and(|t| pack.negations.contains(&t.lower) || t.lower.ends_with("n't"))
    };
    denies(from.checked_sub(1)) || denies(Some(to))
}

/// Whether the word before would have to change with the first letter of one of the `texts` (a/an, y/e, o/u).
#[must_use]
pub(crate) fn neighbour_would_change(language: Language, before: Option<&Token>, texts: &[String]) -> bool {
    let Some(before) = before else { return false };
    let sounds: Vec<Option<bool>> = texts.iter().map(|t| starts_with_vowel(language, before, t)).collect();
    sounds.windows(2).any(|pair| pair[0] != pair[1])
}

/// What decides the form of the word `before`, for the text that follows; `None` where it does not matter.
fn starts_with_vowel(language: Language, before: &Token, text: &str) -> Option<bool> {
    let lower = text.trim_start().to_lowercase();
    let sound = lower.strip_prefix('h').filter(|_| language == Language::Es).unwrap_or(&lower);
    match (language, before.lower.as_str()) {
        (Language::En, "a" | "an") => Some(lower.starts_with(['a', 'e', 'i', 'o', 'u', '8'])),
        (Language::Es, "y" | "e") => Some(sound.starts_with(['i', 'í']) && !sound.starts_with("ie")),
        (Language::Es, "o" | "u") => Some(sound.starts_with(['o', 'ó', '8'])),
        _ => None,
    }
}

/// Whether a capital in tokens `from..to` says that a name, a title or a defined term stands there.
///
/// Kept tokens (`kept`) are the frame's business; `allowed` are words that the frame itself writes with a capital.
#[must_use]
pub(crate) fn has_name(
    text: &str,
    tokens: &[Token],
    starts: &[bool],
    span: Range<usize>,
    kept: &[usize],
    allowed: &[String],
) -> bool {
    span.clone().any(|i| {
        let Some(token) = tokens.get(i) else { return false };
        let word = token.text(text);
        let may = kept.contains(&i)
            || allowed.iter().any(|a| a == word)
            || starts.get(i) == Some(&true) && !token.is_all_capitals(text);
        token.kind == TokenKind::Word && token.is_capitalised(text) && !may
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::tokenize;

    fn covered(text: &str) -> Vec<&str> {
        let tokens = tokenize(text);
        untouchable(text, &tokens).into_iter().map(|r| &text[r]).collect()
    }

    #[test]
    fn quotations_links_and_references_are_untouchable() {
        assert_eq!(covered("He said \"I can't\" and left."), ["\"I can't\""]);
        assert_eq!(covered("see www.holm.example now"), ["www.holm.example"]);
        assert_eq!(covered("as shown [12] by (Smith 2004)"), ["[12]", "(Smith 2004)"]);
        assert_eq!(covered("the 'old man' doesn't know"), ["'old man'"]);
    }

    #[test]
    fn an_open_quotation_runs_to_the_end() {
        assert_eq!(covered("She wrote: \u{201c}all is lost"), ["\u{201c}all is lost"]);
    }
}
