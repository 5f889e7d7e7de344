//! Which of the supported languages a text is written in, by its commonest words.

use crate::frame::Language;
use crate::token::tokenize;

const ENGLISH: &[&str] = &[
    "the", "of", "and", "to", "in", "is", "that", "was", "for", "it", "with", "on", "are", "this", "be", "by", "at", "from",
    "have", "not",
];
const SPANISH: &[&str] = &[
    "de", "la", "que", "el", "en", "y", "los", "del", "se", "las", "por", "un", "para", "con", "una", "su", "al", "lo", "como",
    "es",
];

/// The language of `text`, if its commonest words tell; `None` for another language or a text too short.
#[must_use]
pub fn detect(text: &str) -> Option<Language> {
    let tokens = tokenize(text);
    let count = |words: &[&str]| tokens.iter().filter(|t| words.contains(&t.lower.as_str())).count();
    let (english, spanish) = (count(ENGLISH), count(SPANISH));
    let clearly = |a: usize, b: usize| a >= 3 && a > 2 * b && a * 12 > tokens.len();
    match () {
        () if clearly(english, spanish) => Some(Language::En),
        () if clearly(spanish, english) => Some(Language::Es),
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_languages_are_told_apart_and_others_are_not_taken_for_them() {
        assert_eq!(detect("The officers met at the gate and went in with the warrant."), Some(Language::En));
        assert_eq!(detect("Los agentes se reunieron en la puerta y entraron con la orden del juez."), Some(Language::Es));
        assert_eq!(detect("Die Beamten trafen sich am Tor und gingen mit dem Beschluss hinein."), None);
        assert_eq!(detect("Gómez"), None);
    }
}
