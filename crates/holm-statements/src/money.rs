//! Amounts of money, exact.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::str::FromStr;

/// Parts of a currency's unit: three decimals, which is what the currencies of ISO 4217 need that statements come in.
const PARTS: i64 = 1000;

/// An amount of one currency in thousandths of its unit; credit is positive. Currencies are never added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Money(pub i64);

/// A text that is no amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an amount: digits, with a point and at most three decimals")]
pub struct NotMoney(String);

impl Money {
    /// The amount without its sign.
    pub fn size(self) -> Money {
        Money(self.0.saturating_abs())
    }

    /// The amount as a number of units, for ratios only.
    pub fn units(self) -> f64 {
        self.0 as f64 / PARTS as f64
    }
}

impl std::ops::Add for Money {
    type Output = Money;

    fn add(self, other: Money) -> Money {
        Money(self.0.saturating_add(other.0))
    }
}

impl std::ops::Sub for Money {
    type Output = Money;

    fn sub(self, other: Money) -> Money {
        Money(self.0.saturating_sub(other.0))
    }
}

impl std::iter::Sum for Money {
    fn sum<I: Iterator<Item = Money>>(amounts: I) -> Money {
        amounts.fold(Money(0), |a, b| a + b)
    }
}

impl FromStr for Money {
    type Err = NotMoney;

    /// Reads `-1234.5`: a sign or none, digits, and a point with one to three decimals or none.
    ///
    /// # Errors
    /// [`NotMoney`] for everything else, and for what exceeds 64 bits.
    fn from_str(text: &str) -> Result<Money, NotMoney> {
        let refuse = || NotMoney(text.to_owned());
        let (sign, digits) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
        let plain = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        if !plain(whole) || !plain(part) || part.len() > 3 {
            return Err(refuse());
        }
        let whole: i64 = whole.parse().map_err(|_| refuse())?;
        let part: i64 = format!("{part:0<3}").parse().map_err(|_| refuse())?;
        let size = whole.checked_mul(PARTS).and_then(|n| n.checked_add(part)).ok_or_else(refuse)?;
        Ok(Money(sign * size))
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let size = self.0.unsigned_abs();
        let (whole, part) = (size / PARTS.unsigned_abs(), size % PARTS.unsigned_abs());
        match part % 10 {
            0 => write!(f, "{sign}{whole}.{:02}", part / 10),
            _ => write!(f, "{sign}{whole}.{part:03}"),
        }
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Money, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_exactly_and_written_as_read() {
        for (text, parts) in
            [("0.00", 0), ("-12.34", -12_340), ("9999.999", 9_999_999), ("7.10", 7_100), ("1000000.00", 1_000_000_000)]
        {
            assert_eq!(text.parse(), Ok(Money(parts)));
            assert_eq!(Money(parts).to_string(), text);
        }
        assert_eq!("+5".parse(), Ok(Money(5_000)));
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in ["", "-", "1,5", "1.", ".5", "1.2345", "12a", "--1", "99999999999999999999"] {
            assert!(text.parse::<Money>().is_err(), "{text}");
        }
    }
}
