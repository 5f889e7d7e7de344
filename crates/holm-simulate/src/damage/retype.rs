//! Somebody types the text anew from a printed or photographed copy.

use holm_codes::attack::Random;

use super::surface::typewriter;
use crate::chance::{happens, one_of};
use crate::text::paragraphs;

/// Share of letters and digits that are typed wrongly and stay so: the survival matrix's "1 % typos", counted by letters, which
/// is the harsher reading (one word in eighteen).
pub(super) const TYPO_RATE: f64 = 0.01;

/// A mistake of the fingers; each comes as often as any other.
#[derive(Clone, Copy)]
enum Slip {
    Neighbour,
    Swap,
    Omission,
    Doubling,
}

const SLIPS: [Slip; 4] = [Slip::Neighbour, Slip::Swap, Slip::Omission, Slip::Doubling];
const KEYS: [&str; 4] = ["1234567890", "qwertyuiop", "asdfghjklñ", "zxcvbnm"];

pub(super) fn retype(text: &str, random: &mut impl Random) -> String {
    let typed = mistype(&typewriter(text), TYPO_RATE, random);
    let width = 58 + random.below(21);
    let lines: Vec<String> = paragraphs(&typed).into_iter().map(|p| break_lines(p, width, random)).collect();
    lines.join("\n\n")
}

/// Makes mistakes in the share `rate` of all letters and digits.
fn mistype(text: &str, rate: f64, random: &mut impl Random) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if !c.is_alphanumeric() || !happens(rate, random) {
            out.push(c);
            continue;
        }
        match one_of(&SLIPS, random).unwrap_or(&Slip::Omission) {
            Slip::Neighbour => out.push(neighbour(c, random)),
            Slip::Swap => match chars.next_if(|next| next.is_alphanumeric() && *next != c) {
                Some(next) => out.extend([next, c]),
                None => out.extend([c, c]),
            },
            Slip::Omission => {}
            Slip::Doubling => out.extend([c, c]),
        }
    }
    out
}

/// A key beside this one on the same row of a keyboard; any other letter for characters that have no key.
fn neighbour(c: char, random: &mut impl Random) -> char {
    let lower: char = c.to_lowercase().next().unwrap_or(c);
    let row = KEYS.iter().find(|row| row.contains(lower));
    let keys: Vec<char> = row.map_or_else(|| KEYS[2].chars().collect(), |row| row.chars().collect());
    let other = match keys.iter().position(|k| *k == lower) {
        Some(0) => keys.get(1),
        Some(at) if at + 1 == keys.len() || happens(0.5, random) => keys.get(at - 1),
        Some(at) => keys.get(at + 1),
        None => one_of(&keys, random),
    };
    let other = other.copied().unwrap_or('e');
    if c.is_uppercase() { other.to_uppercase().next().unwrap_or(other) } else { other }
}

/// Lines of at most `width` characters; every other long word that does not fit is hyphenated.
fn break_lines(paragraph: &str, width: usize, random: &mut impl Random) -> String {
    let mut out = String::with_capacity(paragraph.len() + 16);
    let mut column = 0;
    for word in paragraph.split_whitespace() {
        let length = word.chars().count();
        let room = width.saturating_sub(column + 2);
        let cut = hyphenation(word).into_iter().rfind(|cut| word.get(..*cut).is_some_and(|head| head.chars().count() <= room));
        if column > 0 && column + 1 + length <= width {
            out.push(' ');
            out.push_str(word);
            column += 1 + length;
        } else if let Some((head, tail)) =
            cut.filter(|_| column > 0 && happens(0.5, random)).and_then(|cut| word.split_at_checked(cut))
        {
            out.extend([" ", head, "-\n", tail]);
            column = tail.chars().count();
        } else {
            out.push_str(if column > 0 { "\n" } else { "" });
            out.push_str(word);
            column = length;
        }
    }
    out
}

/// Where a word of six letters or more can be divided, two letters or more on either side: before a consonant between
/// vowels, and between two consonants that are between vowels unless the second is h, l or r.
fn hyphenation(word: &str) -> Vec<usize> {
    const SHORTEST: usize = 6;
    const LEAST: usize = 2;
    let letters: Vec<(usize, char)> = word.char_indices().collect();
    if letters.len() < SHORTEST || !letters.iter().all(|(_, c)| c.is_lowercase()) {
        return Vec::new();
    }
    let vowel = |at: usize| letters.get(at).is_some_and(|(_, c)| "aeiouáéíóúü".contains(*c));
    let consonant = |at: usize| letters.get(at).is_some_and(|(_, c)| !"aeiouáéíóúü".contains(*c));
    let closes = |at: usize| consonant(at) && !letters.get(at).is_some_and(|(_, c)| matches!(c, 'h' | 'l' | 'r'));
    let divides = |at: &usize| {
        let single = vowel(at - 1) && consonant(*at) && vowel(at + 1);
        let double = at.checked_sub(2).is_some_and(vowel) && consonant(at - 1) && closes(*at) && vowel(at + 1);
        single || double
    };
    (LEAST..=letters.len() - LEAST).filter(divides).filter_map(|at| letters.get(at).map(|(byte, _)| *byte)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::Chance;

    #[test]
    fn words_are_divided_between_syllables() {
        let parts = |w: &str| hyphenation(w).into_iter().map(|at| w[..at].to_owned()).collect::<Vec<_>>();
        assert_eq!(parts("operación"), ["ope", "opera"]);
        assert_eq!(parts("comandantes"), ["co", "coman", "comandan"]);
        assert!(parts("Veracruz").is_empty() && parts("gates").is_empty());
    }

    #[test]
    fn each_kind_of_slip_is_made_and_as_often_as_the_rate_says() {
        // 200,000 letters at 1 %: the number of letters after the slips tells omissions and doublings apart, and no letter
        // of the text is a neighbour of `a` but `s`. 4 standard deviations of 2,000 expected slips are 178.
        let mut random = Chance::new(5);
        let typed = mistype(&"aaaaaaaaa ".repeat(22_222), TYPO_RATE, &mut random);
        let neighbours = typed.chars().filter(|c| *c == 's').count() as f64;
        assert!((neighbours - 500.0).abs() < 4.0 * 500.0_f64.sqrt(), "{neighbours} of 200,000 letters at a quarter of 1 %");
        let swaps = mistype(&"ab ".repeat(50_000), 1.0, &mut random).matches("ba ").count() as f64;
        // The first letter slips always; a quarter of slips swap it with the second.
        assert!((swaps - 12_500.0).abs() < 4.0 * 9_375.0_f64.sqrt(), "{swaps} swaps");
    }

    #[test]
    fn lines_are_no_wider_than_asked_and_some_words_are_divided() {
        let essay = crate::corpus::foreign(holm_marks::frame::Language::Es).next().unwrap().source;
        let plain: String = essay.chars().filter(|c| *c != '-').collect();
        let words: Vec<&str> = plain.split_whitespace().collect();
        let broken = break_lines(&plain, 60, &mut Chance::new(2));
        assert!(broken.lines().all(|l| l.chars().count() <= 60));
        let divided = broken.lines().filter(|l| l.ends_with('-')).count();
        assert!(divided * 20 > broken.lines().count(), "{divided} of {} lines", broken.lines().count());
        assert!(broken.replace("-\n", "").split_whitespace().eq(words));
    }
}
