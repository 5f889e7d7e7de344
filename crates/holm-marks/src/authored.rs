//! Alternatives that the originator wrote into the text: `[[two|three|four]] empty drums by the gate`.
//!
//! `[[drums: two|three]]` gives the alternation a label: equal alternations without labels, or with the same label, are
//! one mark with several sites. `[[~so|as a result]]` is a phrasing rather than a fact. `\[[` is a plain `[[`.

use std::ops::Range;

use crate::mark::Layer;

/// Most alternatives of one mark; the decoder's tables are made for no more.
pub const MOST_ALTERNATIVES: usize = 8;

/// Why an authored alternation cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthoredError {
    /// `[[` without `]]` in the same paragraph.
    #[error("`{0}` opens an alternation that is not closed in its paragraph")]
    Unclosed(String),
    /// Fewer than two or more than eight alternatives.
    #[error("`{0}` has {1} alternatives; a mark takes 2 to {MOST_ALTERNATIVES}")]
    Count(String, usize),
    /// The same alternative twice.
    #[error("`{0}` has the same alternative twice")]
    Repeated(String),
    /// Two alternations of one label differ in their number of alternatives or in their kind.
    #[error("the alternations labelled `{0}` differ in their number of alternatives, or one is a fact and one a phrasing")]
    Uneven(String),
}

/// One alternation as it stands in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authored {
    /// Bytes of the text from `[[` to `]]`.
    pub range: Range<usize>,
    /// Fact, or wording for a phrasing.
    pub layer: Layer,
    /// The label, or the alternatives themselves joined by `|`.
    pub label: String,
    /// In symbol order.
    pub alternatives: Vec<String>,
}

/// Finds the alternations in one block of text.
///
/// # Errors
/// [`AuthoredError`] quotes the alternation.
pub fn parse(text: &str) -> Result<Vec<Authored>, AuthoredError> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = text.get(from..).and_then(|rest| rest.find("[[")).map(|i| from + i) {
        from = start + 2;
        if text.get(..start).is_some_and(|before| before.ends_with('\\')) {
            continue;
        }
        let rest = text.get(from..).unwrap_or_default();
        // `[[link]]` and other brackets without an alternative are left alone.
        let Some(inner_end) = rest.find("]]") else {
            if rest.contains('|') {
                return Err(AuthoredError::Unclosed(excerpt(text, start)));
            }
            break;
        };
        let inner = rest.get(..inner_end).unwrap_or_default();
        let range = start..from + inner_end + 2;
        from = range.end;
        if inner.contains('|') {
            found.push(Authored::parse(inner, range)?);
        }
    }
    Ok(found)
}

fn excerpt(text: &str, start: usize) -> String {
    text.get(start..).unwrap_or_default().chars().take(40).collect()
}

impl Authored {
    fn parse(inner: &str, range: Range<usize>) -> Result<Self, AuthoredError> {
        let (layer, inner) = inner.strip_prefix('~').map_or((Layer::Fact, inner), |rest| (Layer::Wording, rest));
        let (label, body) = split_label(inner);
        let mut alternatives: Vec<String> = body.split('|').map(str::to_owned).collect();
        if alternatives.iter().all(|a| !a.trim().is_empty()) {
            alternatives = alternatives.iter().map(|a| a.trim().to_owned()).collect();
        }
        if !(2..=MOST_ALTERNATIVES).contains(&alternatives.len()) {
            return Err(AuthoredError::Count(format!("[[{inner}]]"), alternatives.len()));
        }
        let repeated = alternatives.iter().enumerate().any(|(i, a)| alternatives.iter().skip(i + 1).any(|b| a == b));
        if repeated {
            return Err(AuthoredError::Repeated(format!("[[{inner}]]")));
        }
        let label = label.map_or_else(|| alternatives.join("|"), str::to_owned);
        Ok(Self { range, layer, label, alternatives })
    }
}

fn split_label(inner: &str) -> (Option<&str>, &str) {
    match inner.split_once(": ") {
        Some((label, body))
            if !label.is_empty() && label.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') =>
        {
            (Some(label), body)
        }
        _ => (None, inner),
    }
}

/// Words of number, time and direction in both languages, separated by spaces.
const TELLING: &str = "\
    one two three four five six seven eight nine ten eleven twelve dozen noon midnight dawn dusk morning \
    evening night north south east west left right monday tuesday wednesday thursday friday saturday \
    sunday uno una dos tres cuatro cinco seis siete ocho nueve diez once doce docena mediodía medianoche \
    madrugada mañana tarde noche norte sur este oeste izquierda derecha lunes martes miércoles jueves \
    viernes sábado domingo";

/// Whether the alternatives differ in something that may protect life: a number, a time, a day, a name or a place.
///
/// Such facts need two persons' confirmation (DESIGN §7). Words cannot show everything: the originator may say more.
#[must_use]
pub fn is_sensitive(alternatives: &[String]) -> bool {
    alternatives.iter().any(|a| !telling_words(a, 0).is_empty())
}

/// Whether alternatives that are said to be phrasings of one thing tell different numbers, times, days, names or places.
#[must_use]
pub fn phrasing_is_sensitive(alternatives: &[String]) -> bool {
    // A phrasing may stand at the start of a sentence: its first capital letter says nothing.
    let mut told = alternatives.iter().map(|a| telling_words(a, 1));
    let first = told.next().unwrap_or_default();
    told.any(|other| other != first)
}

/// Words of `alternative` that tell something, in order of the alphabet; capital letters count from the word `capitals_from`.
fn telling_words(alternative: &str, capitals_from: usize) -> Vec<String> {
    let tokens = crate::token::tokenize(alternative);
    let tells = |(index, token): &(usize, &crate::token::Token)| {
        TELLING.split(' ').any(|telling| telling == token.lower)
            || token.text(alternative).chars().any(|c| c.is_ascii_digit())
            || (*index >= capitals_from && token.is_capitalised(alternative))
    };
    let mut words: Vec<String> = tokens.iter().enumerate().filter(tells).map(|(_, t)| t.lower.clone()).collect();
    words.sort();
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alternations_are_found_with_label_and_kind() {
        let found = parse("about [[drums: two|three]] drums; [[~so|as a result]] we left \\[[not|this]]").unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].label.as_str(), found[0].layer), ("drums", Layer::Fact));
        assert_eq!(found[1].layer, Layer::Wording);
        assert_eq!(found[1].alternatives, ["so", "as a result"]);
    }

    #[test]
    fn an_empty_alternative_keeps_the_spaces_of_the_others() {
        assert_eq!(parse("a [[very |]]long way").unwrap()[0].alternatives, ["very ", ""]);
    }

    #[test]
    fn wrong_alternations_are_named() {
        assert_eq!(parse("x [[a|b").unwrap_err(), AuthoredError::Unclosed("[[a|b".to_owned()));
        assert_eq!(parse("[[a|a]]").unwrap_err(), AuthoredError::Repeated("[[a|a]]".to_owned()));
        assert!(matches!(parse("[[a|b|c|d|e|f|g|h|i]]"), Err(AuthoredError::Count(_, 9))));
        assert_eq!(parse("see [[wiki]] here"), Ok(Vec::new()));
    }

    #[test]
    fn numbers_times_and_names_are_sensitive() {
        let own = |alternatives: &[&str]| alternatives.iter().map(|a| (*a).to_owned()).collect::<Vec<_>>();
        assert!(
            is_sensitive(&own(&["two", "three"]))
                && is_sensitive(&own(&["a dog", "Rex"]))
                && is_sensitive(&own(&["at 5", "at 6"]))
        );
        assert!(!is_sensitive(&own(&["grey paint", "white paint"])));
        assert!(phrasing_is_sensitive(&own(&["two drums", "drums"])) && phrasing_is_sensitive(&own(&["see Rex", "see Max"])));
        assert!(!phrasing_is_sensitive(&own(&["So at 5", "As a result at 5"])));
    }
}
