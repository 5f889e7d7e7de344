//! Words, numbers and punctuation with their places in the text.

use std::ops::Range;

/// What a token is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// Letters, with inner apostrophes, hyphens and abbreviation points (`don't`, `well-known`, `p.m.`).
    Word,
    /// Digits with inner separators (`1,200`, `3.5`, `10:30`).
    Number,
    /// Digits and letters together (`5th`, `1990s`, `M4`).
    Mixed,
    /// One punctuation character or symbol, or a run of points.
    Punct,
}

/// One token of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Bytes of the text that the token covers.
    pub range: Range<usize>,
    /// What it is made of.
    pub kind: TokenKind,
    /// The token in lower case, with typographic apostrophes and hyphens made plain.
    pub lower: String,
    /// Whether white space stands before it (false at the start of the text).
    pub spaced: bool,
}

impl Token {
    /// The token as it stands in `text`; empty if the token is of another text.
    #[must_use]
    pub fn text<'t>(&self, text: &'t str) -> &'t str {
        text.get(self.range.clone()).unwrap_or_default()
    }

    /// Whether the first letter is a capital.
    #[must_use]
    pub fn is_capitalised(&self, text: &str) -> bool {
        self.text(text).chars().next().is_some_and(char::is_uppercase)
    }

    /// Whether it has two letters or more and all of them are capitals.
    #[must_use]
    pub fn is_all_capitals(&self, text: &str) -> bool {
        let letters: Vec<char> = self.text(text).chars().filter(|c| c.is_alphabetic()).collect();
        letters.len() > 1 && letters.iter().all(|c| c.is_uppercase())
    }
}

/// Splits `text` into tokens, in order; white space belongs to no token.
#[must_use]
pub fn tokenize(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = 0;
    let mut spaced = false;
    while let Some(first) = text.get(at..).and_then(|rest| rest.chars().next()) {
        if first.is_whitespace() {
            at += first.len_utf8();
            spaced = !tokens.is_empty();
            continue;
        }
        let (len, kind) = token_at(&text[at..], first);
        let range = at..at + len;
        let lower = fold_plain(&text[range.clone()]);
        tokens.push(Token { range, kind, lower, spaced });
        at += len;
        spaced = false;
    }
    tokens
}

fn token_at(rest: &str, first: char) -> (usize, TokenKind) {
    if first.is_ascii_digit() {
        return number_at(rest);
    }
    if first.is_alphabetic() {
        return (word_len(rest), TokenKind::Word);
    }
    if first == '.' {
        let points = rest.chars().take_while(|c| *c == '.').count();
        return (points, TokenKind::Punct);
    }
    (first.len_utf8(), TokenKind::Punct)
}

fn number_at(rest: &str) -> (usize, TokenKind) {
    let mut len = 0;
    let mut kind = TokenKind::Number;
    let mut chars = rest.char_indices().peekable();
    while let Some((i, c)) = chars.next() {
        let next = chars.peek().map(|(_, n)| *n);
        let joins = matches!(c, '.' | ',' | ':' | '/') && kind == TokenKind::Number && next.is_some_and(|n| n.is_ascii_digit());
        if c.is_alphabetic() || is_combining(c) {
            kind = TokenKind::Mixed;
        } else if !c.is_ascii_digit() && !joins {
            break;
        }
        len = i + c.len_utf8();
    }
    (len, kind)
}

fn word_len(rest: &str) -> usize {
    if let Some(len) = abbreviation_len(rest) {
        return len;
    }
    let mut len = 0;
    let mut chars = rest.char_indices().peekable();
    while let Some((i, c)) = chars.next() {
        let next = chars.peek().map(|(_, n)| *n);
        let joins = (is_apostrophe(c) || is_hyphen(c)) && i > 0 && next.is_some_and(char::is_alphanumeric);
        if !c.is_alphanumeric() && !joins && !is_combining(c) {
            break;
        }
        len = i + c.len_utf8();
    }
    len
}

/// Length of `a.m.` or `U.S.`: single letters, each with its point, two or more.
fn abbreviation_len(rest: &str) -> Option<usize> {
    const MOST_PAIRS: usize = 8;
    let chars: Vec<(usize, char)> = rest.char_indices().take(2 * MOST_PAIRS + 1).collect();
    let mut pairs = 0;
    while let (Some((_, letter)), Some((_, '.'))) = (chars.get(2 * pairs), chars.get(2 * pairs + 1)) {
        if !letter.is_alphabetic() || pairs == MOST_PAIRS {
            break;
        }
        pairs += 1;
    }
    let (after, follows) = chars.get(2 * pairs).copied().unwrap_or((rest.len(), ' '));
    (pairs >= 2 && !follows.is_alphanumeric()).then_some(after)
}

fn fold_plain(token: &str) -> String {
    token
        .chars()
        .flat_map(char::to_lowercase)
        .map(|c| match c {
            c if is_apostrophe(c) => '\'',
            c if is_hyphen(c) => '-',
            c => c,
        })
        .collect()
}

/// Typewriter and typographic apostrophes.
#[must_use]
pub(crate) fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}' | '\u{02bc}')
}

/// Hyphen-minus, hyphen and non-breaking hyphen.
#[must_use]
pub(crate) fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '\u{2010}' | '\u{2011}')
}

fn is_combining(c: char) -> bool {
    matches!(c, '\u{0300}'..='\u{036f}')
}

/// For each token, whether a sentence starts with it.
///
/// A sentence ends at `.`, `?`, `!` or `…` before a space, unless the word before the point is one of
/// `abbreviations` (lower case, without the point) or a single capital.
#[must_use]
pub fn sentence_starts(text: &str, tokens: &[Token], abbreviations: &[String]) -> Vec<bool> {
    let mut starts = Vec::with_capacity(tokens.len());
    for (i, token) in tokens.iter().enumerate() {
        starts.push(match i.checked_sub(1).and_then(|p| tokens.get(p)) {
            None => true,
            Some(last) => ends_sentence(text, tokens, i - 1, last, abbreviations) && token.spaced,
        });
    }
    starts
}

fn ends_sentence(text: &str, tokens: &[Token], at: usize, token: &Token, abbreviations: &[String]) -> bool {
    let closing = matches!(token.lower.as_str(), "\"" | "\u{201d}" | "\u{bb}" | ")" | "\u{2019}");
    let before = at.checked_sub(1).and_then(|p| tokens.get(p));
    match token.lower.as_str() {
        "?" | "!" | "\u{2026}" => true,
        point if point.starts_with('.') => before.is_none_or(|word| {
            let initial = word.kind == TokenKind::Word && word.range.len() == 1 && word.is_capitalised(text);
            !initial && !abbreviations.contains(&word.lower)
        }),
        _ if closing => before.is_some_and(|inner| matches!(inner.lower.as_str(), "." | "?" | "!" | "\u{2026}")),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        tokenize(text).iter().map(|t| &text[t.range.clone()]).collect()
    }

    #[test]
    fn words_numbers_and_points_stand_alone() {
        assert_eq!(
            words("Don\u{2019}t pay $1,200.50, he said."),
            ["Don\u{2019}t", "pay", "$", "1,200.50", ",", "he", "said", "."]
        );
    }

    #[test]
    fn abbreviations_keep_their_points() {
        assert_eq!(words("at 10 a.m. the U.S. team"), ["at", "10", "a.m.", "the", "U.S.", "team"]);
        assert_eq!(words("plan B. Then"), ["plan", "B", ".", "Then"]);
    }

    #[test]
    fn sentences_do_not_end_at_abbreviations() {
        let text = "Dr. Gómez left. He ran.";
        let tokens = tokenize(text);
        let starts = sentence_starts(text, &tokens, &["dr".to_owned()]);
        let first: Vec<&str> = tokens.iter().zip(&starts).filter(|(_, s)| **s).map(|(t, _)| t.text(text)).collect();
        assert_eq!(first, ["Dr", "He"]);
    }
}
