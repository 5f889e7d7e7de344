//! Leaks and masters made comparable: what copying, converting, cleaning and retyping change is folded away.
//!
//! Tokens keep two forms. `norm` is lower case after compatibility composition, with typographic signs made plain; `bare`
//! is `norm` without accents and inner signs, as a hurried typist writes it.

use unicode_normalization::UnicodeNormalization;

use crate::invisible::MARKER;
use crate::token::{TokenKind, tokenize};

/// A token of a leak or of a master.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct NormToken {
    pub(crate) norm: String,
    pub(crate) bare: String,
    pub(crate) punct: bool,
    /// Byte offset in the text that was normalised.
    pub(crate) at: usize,
    /// Whether a line broke before it.
    pub(crate) line_start: bool,
}

impl NormToken {
    /// Whether a hurried typist would write it otherwise: it has an accent, a hyphen or an apostrophe.
    pub(crate) fn has_accents(&self) -> bool {
        !self.punct && self.norm != self.bare
    }
}

/// A text with typographic variety removed and, by byte, where each character came from.
pub(crate) struct Folded {
    pub(crate) text: String,
}

/// Removes invisible characters, look-alikes and typographic variety; joins words that were hyphenated at line ends and
/// drops the marks that mail programs put before quoted lines.
///
/// With `keep_marker`, the character that invisible marks are made of becomes a sign of its own.
pub(crate) fn fold(text: &str, keep_marker: bool) -> Folded {
    let unquoted: String = text.lines().map(strip_quote_marks).collect::<Vec<_>>().join("\n");
    let composed: String = unquoted
        .chars()
        .filter(|c| !is_invisible(*c) || keep_marker && *c == MARKER)
        .map(fold_char)
        .collect::<String>()
        .nfkc()
        .map(fold_char)
        .collect();
    Folded { text: join_hyphenated(&composed) }
}

fn strip_quote_marks(line: &str) -> &str {
    let mut rest = line;
    while let Some(after) = rest.trim_start().strip_prefix(['>', '|']) {
        rest = after;
    }
    rest
}

/// Default-ignorable characters and tags that text can be marked or stained with.
#[must_use]
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}')
}

fn fold_char(c: char) -> char {
    match c {
        '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}' | '\u{2032}' | '\u{2bc}' | '`' | '\u{b4}' => '\'',
        '\u{201c}'..='\u{201f}' | '\u{ab}' | '\u{bb}' | '\u{2033}' => '"',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => ' ',
        _ => latin_of(c),
    }
}

/// Cyrillic and Greek letters that look like Latin ones (a subset of Unicode TR39's confusables).
fn latin_of(c: char) -> char {
    const LOOK: &[(&str, &str)] = &[
        ("АВЕЅІЈКМНОРСТУХ", "ABESIJKMHOPCTYX"),
        ("аеіјорсухѕһԁԛԝ", "aeijopcyxshdqw"),
        ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX"),
        ("ονɡ", "ovg"),
    ];
    let find = |(from, to): &(&str, &str)| from.chars().position(|x| x == c).and_then(|i| to.chars().nth(i));
    LOOK.iter().find_map(find).unwrap_or(c)
}

fn join_hyphenated(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("-\n") {
        let (before, after) = rest.split_at(at);
        let next = after.get(2..).unwrap_or_default().trim_start_matches(' ');
        let joins = before.ends_with(char::is_alphabetic) && next.starts_with(char::is_lowercase);
        out.push_str(before);
        if !joins {
            out.push_str("-\n");
        }
        rest = next;
    }
    out.push_str(rest);
    out
}

/// Splits a folded text into comparable tokens.
pub(crate) fn norm_tokens(text: &str) -> Vec<NormToken> {
    let mut last_end = 0;
    let tokens = tokenize(text);
    let comparable = tokens.into_iter().map(|token| {
        let gap = text.get(last_end..token.range.start).unwrap_or_default();
        last_end = token.range.end;
        let punct = token.kind == TokenKind::Punct;
        let bare = if punct { token.lower.clone() } else { bare(&token.lower) };
        NormToken { norm: token.lower, bare, punct, at: token.range.start, line_start: gap.contains('\n') }
    });
    comparable.filter(|t| !matches!(t.norm.as_str(), "*" | "_" | "#" | "`")).collect()
}

fn bare(lower: &str) -> String {
    lower.nfd().filter(|c| c.is_alphanumeric() && !matches!(c, '\u{300}'..='\u{36f}')).collect()
}

/// How far two words are apart: insertions, deletions, substitutions and swaps of neighbours; stops counting at `most`.
pub(crate) fn typos(a: &str, b: &str, most: usize) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > most {
        return most + 1;
    }
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let change = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = change.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(rows[i - 2][j - 2] + 1);
            }
        }
        rows.push(row);
    }
    rows[a.len()][b.len()].min(most + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bares(text: &str) -> Vec<String> {
        norm_tokens(&fold(text, false).text).into_iter().map(|t| t.bare).collect()
    }

    #[test]
    fn what_channels_change_is_folded_away() {
        let clean = bares("The agents don't \"know\" - the operation began.");
        assert_eq!(bares("> The agents don\u{2019}t \u{201c}know\u{201d} \u{2014} the opera-\n> tion began."), clean);
        assert_eq!(bares("The a\u{200b}gents don't \"know\" - the \u{43e}peration be\u{ad}gan."), clean);
        assert_eq!(bares("THE AGENTS DON'T \"KNOW\" - THE OPERATION BEGAN."), clean);
    }

    #[test]
    fn accents_are_kept_in_one_form_and_dropped_in_the_other() {
        let token = &norm_tokens("Operación")[0];
        assert_eq!((token.norm.as_str(), token.bare.as_str()), ("operación", "operacion"));
    }

    #[test]
    fn typos_are_counted() {
        assert_eq!(typos("warehouse", "warehosue", 2), 1);
        assert_eq!(typos("warehouse", "warehuse", 2), 1);
        assert_eq!(typos("gate", "house", 2), 3);
    }
}
