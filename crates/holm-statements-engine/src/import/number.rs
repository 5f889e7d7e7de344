//! Telephone numbers and amounts as providers write them.

use crate::mapping::Mapping;
use holm_statements::money::Money;
use std::borrow::Cow;

/// The fewest digits of a number that is given a country code; shorter ones are services.
const SHORTEST: usize = 7;

/// A number by which the same line is always the same: without blanks, points, dashes and brackets, `00` as `+`, and with the country's
/// code where the number has none. What has letters, a sender's name, stays as it is.
pub(crate) fn telephone<'a>(text: &'a str, country: Option<&str>) -> Cow<'a, str> {
    let plain = |c: char| c.is_ascii_digit() || c == '+';
    if !text.chars().all(|c| plain(c) || matches!(c, ' ' | '.' | '-' | '(' | ')' | '/' | '\u{a0}')) {
        return Cow::Borrowed(text);
    }
    let digits: Cow<'a, str> =
        if text.chars().all(plain) { Cow::Borrowed(text) } else { Cow::Owned(text.chars().filter(|&c| plain(c)).collect()) };
    if digits.starts_with('+') {
        return digits;
    }
    if let Some(rest) = digits.strip_prefix("00") {
        return Cow::Owned(format!("+{rest}"));
    }
    match country {
        Some(code) if digits.len() >= SHORTEST => Cow::Owned(format!("+{code}{}", digits.strip_prefix('0').unwrap_or(&digits))),
        _ => digits,
    }
}

/// An amount: blanks, apostrophes and the sign that is not the decimal one stand between thousands; a minus may come before or after,
/// brackets mean one.
pub(crate) fn amount(text: &str, mapping: &Mapping) -> Result<Money, String> {
    let refuse = || format!("`{text}` is no amount with the decimal sign `{}` and at most three decimals", mapping.decimal);
    let bracketed = text.strip_prefix('(').and_then(|t| t.strip_suffix(')'));
    let trailing = text.strip_suffix('-');
    let (body, sign) = match (bracketed, trailing) {
        (Some(body), _) | (None, Some(body)) => (body.trim(), -1),
        (None, None) => (text, 1),
    };
    let grouping = if mapping.decimal == '.' { ',' } else { '.' };
    if !grouped_well(body, grouping, mapping.decimal) {
        return Err(refuse());
    }
    let between = |c: char| c == grouping || matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\'');
    let plain: String = body.chars().filter(|&c| !between(c)).map(|c| if c == mapping.decimal { '.' } else { c }).collect();
    let money: Money = plain.parse().map_err(|_| refuse())?;
    Ok(Money(sign * money.0))
}

/// Whether every group after the first has three digits: else `1.5` would be read as fifteen where the decimal sign is a comma.
fn grouped_well(text: &str, grouping: char, decimal: char) -> bool {
    let (whole, part) = text.split_once(decimal).unwrap_or((text, ""));
    let digits = |group: &str| group.chars().filter(char::is_ascii_digit).count();
    !part.contains(grouping) && whole.split(grouping).skip(1).all(|group| digits(group) == 3)
}

#[cfg(test)]
mod tests {
    use super::telephone;

    #[test]
    fn one_line_has_one_number() {
        for spelling in ["+52 55 1234-5678", "0052 55 12345678", "(55) 1234.5678", "055 1234 5678", "55/1234/5678"] {
            assert_eq!(telephone(spelling, Some("52")), "+525512345678", "{spelling}");
        }
    }

    #[test]
    fn services_and_names_stay_as_they_are() {
        for sender in ["112", "BANCO-1", "5512"] {
            assert_eq!(telephone(sender, Some("52")), sender);
        }
        assert_eq!(telephone("5512345678", None), "5512345678");
    }
}
