//! The two languages of the pages.

use crate::words::{EN, ES, Words};

/// Name of the cookie that remembers a choice.
pub(crate) const COOKIE: &str = "holm-language";

/// A language of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    English,
    Spanish,
}

impl Language {
    /// As it stands in `lang` and in the cookie.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Spanish => "es",
        }
    }

    pub(crate) fn of_tag(tag: &str) -> Option<Self> {
        [Self::English, Self::Spanish].into_iter().find(|l| l.tag() == tag)
    }

    /// What a browser prefers, by its `Accept-Language`: the first that is spoken here.
    pub(crate) fn preferred(header: &str) -> Self {
        let tags = header.split(',').filter_map(|t| t.trim().get(..2));
        tags.filter_map(|t| Self::of_tag(&t.to_ascii_lowercase())).next().unwrap_or(Self::English)
    }

    pub(crate) fn other(self) -> Self {
        match self {
            Self::English => Self::Spanish,
            Self::Spanish => Self::English,
        }
    }

    pub(crate) fn words(self) -> &'static Words {
        match self {
            Self::English => &EN,
            Self::Spanish => &ES,
        }
    }
}

/// A power of ten as it is written: `10¹²`.
pub(crate) fn power_of_ten(power: u32) -> String {
    const RAISED: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let digits = power.to_string();
    let raised = digits.bytes().filter_map(|d| RAISED.get(usize::from(d.wrapping_sub(b'0'))));
    std::iter::once("10").map(str::to_owned).chain(raised.map(char::to_string)).collect()
}

/// A number as both languages write it: 83,511.
pub(crate) fn grouped(number: impl Into<u64>) -> String {
    let digits = number.into().to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A count as a number of both languages.
pub(crate) fn count(number: usize) -> String {
    grouped(number as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_language_that_is_spoken_here_is_taken() {
        assert_eq!(Language::preferred("de-DE,es-MX;q=0.9,en;q=0.8"), Language::Spanish);
        assert_eq!(Language::preferred("fr"), Language::English);
        assert_eq!(Language::preferred(""), Language::English);
    }

    #[test]
    fn numbers_are_grouped_by_three() {
        assert_eq!([0_u64, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
