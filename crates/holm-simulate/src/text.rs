//! Paragraphs, sentences and words, cut as a reader would, with nothing of the code under test.

use std::ops::Range;

/// Paragraphs: what blank lines separate, without surrounding white space.
pub(crate) fn paragraphs(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start: Option<usize> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        match (line.trim().is_empty(), start) {
            (true, Some(from)) => {
                found.push(from..at);
                start = None;
            }
            (false, None) => start = Some(at),
            _ => {}
        }
        at += line.len();
    }
    found.extend(start.map(|from| from..at));
    found.into_iter().filter_map(|range| text.get(range)).map(str::trim).collect()
}

/// Sentences of one paragraph, without the white space between them.
pub(crate) fn sentences(paragraph: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    for (at, sign) in paragraph.char_indices().filter(|(_, c)| matches!(c, '.' | '?' | '!' | '\u{2026}')) {
        let after = paragraph.get(at + sign.len_utf8()..).unwrap_or_default();
        let rest = after.trim_start_matches(['"', '\u{201d}', '\u{2019}', '\u{bb}', ')', '\'']);
        let next = rest.trim_start();
        let opens = next
            .chars()
            .next()
            .is_some_and(|c| c.is_uppercase() || c.is_ascii_digit() || "\u{bf}\u{a1}\"\u{201c}\u{ab}(".contains(c));
        let before = paragraph.get(start..at).unwrap_or_default();
        if rest.starts_with(char::is_whitespace) && opens && !(sign == '.' && abbreviates(before)) {
            let end = paragraph.len() - rest.len();
            found.extend(paragraph.get(start..end));
            start = paragraph.len() - next.len();
        }
    }
    found.extend(paragraph.get(start..).filter(|s| !s.is_empty()));
    found
}

/// Whether a point after this text belongs to an abbreviation.
fn abbreviates(before: &str) -> bool {
    const SHORT: &[&str] = &[
        "mr", "mrs", "ms", "dr", "prof", "gen", "col", "sgt", "lt", "capt", "no", "st", "vs", "art", "sec", "para", "p.m", "a.m",
        "e.g", "i.e", "sr", "sra", "dra", "lic", "ing", "núm", "cap", "pág", "ud", "uds", "av", "tel", "ext",
    ];
    let word = before.rsplit(|c: char| c.is_whitespace() || c == '(').next().unwrap_or_default();
    let initial = word.chars().count() == 1 && word.chars().all(char::is_uppercase);
    initial || SHORT.contains(&word.to_lowercase().as_str())
}

/// Words and numbers, with the apostrophes, hyphens and separators inside them.
pub(crate) fn words(text: &str) -> Vec<Range<usize>> {
    let inner = |c: char| matches!(c, '\'' | '\u{2019}' | '-' | '.' | ',' | ':');
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut chars = text.char_indices().peekable();
    let mut start: Option<usize> = None;
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, n)| *n);
        let digits =
            |c: char| !matches!(c, '.' | ',' | ':') || text.get(..at).is_some_and(|t| t.ends_with(|d: char| d.is_ascii_digit()));
        let joins = start.is_some() && inner(c) && digits(c) && next.is_some_and(char::is_alphanumeric);
        match (c.is_alphanumeric() || joins, start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                found.push(from..at);
                start = None;
            }
            _ => {}
        }
    }
    found.extend(start.map(|from| from..text.len()));
    found
}

/// Number of words that are separated by white space.
pub(crate) fn count(text: &str) -> usize {
    text.split_whitespace().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_end_at_blank_lines() {
        assert_eq!(paragraphs("\n One\ntwo.\n\n\n Three. \n"), ["One\ntwo.", "Three."]);
        assert!(paragraphs(" \n\n").is_empty());
    }

    #[test]
    fn sentences_end_at_points_before_capitals_and_not_at_abbreviations() {
        let text = "Dr. Gómez left at 5 p.m. He ran! \u{ab}Why?\u{bb} \u{bf}Quién sabe? See J. Paz, no. 3.5 on page two.";
        assert_eq!(
            sentences(text),
            ["Dr. Gómez left at 5 p.m. He ran!", "\u{ab}Why?\u{bb}", "\u{bf}Quién sabe?", "See J. Paz, no. 3.5 on page two."]
        );
    }

    #[test]
    fn words_keep_what_is_inside_them() {
        let text = "Don\u{2019}t pay $1,200.50, well-known 'fool' at 10:30.";
        let found: Vec<&str> = words(text).into_iter().map(|w| &text[w]).collect();
        assert_eq!(found, ["Don\u{2019}t", "pay", "1,200.50", "well-known", "fool", "at", "10:30"]);
    }
}
