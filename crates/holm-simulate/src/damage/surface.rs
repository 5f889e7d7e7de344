//! Channels that keep the words and change how they are written.

use holm_codes::attack::Random;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::chance::{happens, one_of};
use crate::text::{paragraphs, sentences};

/// Other white space: no-break spaces here and there, two spaces after some sentences, other gaps between paragraphs.
pub(super) fn copy_paste(text: &str, random: &mut impl Random) -> String {
    const GAPS: &[&str] = &["\n", "\n\n", " \n", "\n\n\n", "\n\t"];
    let mut out = String::with_capacity(text.len());
    for paragraph in paragraphs(text) {
        for (at, sentence) in sentences(paragraph).into_iter().enumerate() {
            if at > 0 {
                out.push_str(if happens(0.25, random) { "  " } else { " " });
            }
            for (at, word) in sentence.split_whitespace().enumerate() {
                if at > 0 {
                    out.push(if happens(0.02, random) { '\u{a0}' } else { ' ' });
                }
                out.push_str(word);
            }
        }
        out.push_str(one_of(GAPS, random).unwrap_or(&"\n"));
    }
    out
}

pub(super) fn nfkc(text: &str) -> String {
    text.nfkc().collect()
}

/// Letters without accents; everything else as it is.
pub(super) fn without_accents(text: &str) -> String {
    text.nfd().filter(|c| !is_combining_mark(*c)).nfc().collect()
}

/// Quotes, dashes, points and spaces of typesetting as a typewriter has them.
pub(super) fn typewriter(text: &str) -> String {
    text.chars().map(|c| plain_sign(c).map_or_else(|| c.to_string(), str::to_owned)).collect()
}

pub(super) fn ascii_fold(text: &str) -> String {
    let letters = without_accents(&typewriter(text));
    letters.chars().map(|c| if c.is_ascii() { c.to_string() } else { plain_letter(c).to_owned() }).collect()
}

fn plain_sign(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}' | '\u{2032}' | '\u{2bc}' => "'",
        '\u{201c}'..='\u{201f}' | '\u{ab}' | '\u{bb}' | '\u{2033}' => "\"",
        '\u{2014}' | '\u{2015}' => "--",
        '\u{2010}'..='\u{2013}' | '\u{2212}' => "-",
        '\u{2026}' => "...",
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => " ",
        _ => return None,
    })
}

fn plain_letter(c: char) -> &'static str {
    match c {
        'ß' => "ss",
        'æ' => "ae",
        'Æ' => "AE",
        'ø' => "o",
        'Ø' => "O",
        'đ' | 'ð' => "d",
        'ł' => "l",
        'ª' => "a",
        'º' | '°' => "o",
        '¿' => "?",
        '¡' => "!",
        '€' => "EUR",
        '£' => "GBP",
        '×' => "x",
        '½' => "1/2",
        '¼' => "1/4",
        '·' | '•' => "*",
        _ => "?",
    }
}

/// Lines of at most `width` characters where words allow it; paragraphs stay apart.
pub(super) fn wrap(text: &str, width: usize) -> String {
    let wrapped: Vec<String> = paragraphs(text).into_iter().map(|p| wrap_paragraph(p, width)).collect();
    wrapped.join("\n\n")
}

fn wrap_paragraph(paragraph: &str, width: usize) -> String {
    let mut out = String::with_capacity(paragraph.len());
    let mut column = 0;
    for word in paragraph.split_whitespace() {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > width {
            out.push('\n');
            column = 0;
        } else if column > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += length;
    }
    out
}

pub(super) fn wrap_quote(text: &str) -> String {
    const COLUMNS: usize = 72;
    let lines: Vec<String> = wrap(text, COLUMNS - 2).lines().map(|l| format!("> {l}").trim_end().to_owned()).collect();
    lines.join("\n")
}
