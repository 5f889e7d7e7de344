//! Lists that go with statements, as people keep them: CSV, all lines or none.

use holm_record::event::vetting::CheckSort;
use holm_statements::money::{Money, NotMoney};
use holm_statements::request::{Explanation, Holding, Income, Owner, Threshold};
use jiff::civil::Date;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// A list cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ListError {
    /// One line.
    #[error("1 line cannot be read, nothing was taken in; the first: {0}")]
    One(String),
    /// Several.
    #[error("{0} lines cannot be read, nothing was taken in; the first: {1}")]
    Several(usize, String),
    /// A holding.
    #[error("a holding of {0} of {1} is verified and not explained; write the explanation too")]
    Unexplained(String, Date),
}

/// A threshold is not one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ThresholdError {
    /// No currency.
    #[error("say it as CURRENCY=AMOUNT, such as EUR=10000")]
    Form,
    /// No amount.
    #[error(transparent)]
    Amount(#[from] NotMoney),
}

#[derive(Deserialize)]
struct OwnerLine {
    #[serde(alias = "number", alias = "account")]
    own: String,
    person: String,
}

#[derive(Deserialize)]
struct NumberLine {
    number: String,
}

#[derive(Deserialize)]
struct IncomeLine {
    person: String,
    currency: String,
    amount: Money,
    #[serde(default)]
    source: String,
}

#[derive(Deserialize)]
struct HoldingLine {
    person: String,
    currency: String,
    on: Date,
    worth: Money,
    words: String,
    #[serde(default)]
    explanation: Option<String>,
    #[serde(default)]
    verified: Option<String>,
}

/// Lines of a CSV file, all of them or none; spreadsheets put a mark before the first.
fn lines<T: DeserializeOwned>(text: &str) -> Result<Vec<T>, ListError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let mut wrong = Vec::new();
    let read = reader.deserialize().filter_map(|line| line.map_err(|e: csv::Error| wrong.push(e.to_string())).ok()).collect();
    let bad = wrong.len();
    match wrong.into_iter().next() {
        None => Ok(read),
        Some(first) if bad == 1 => Err(ListError::One(first)),
        Some(first) => Err(ListError::Several(bad, first)),
    }
}

/// Whose numbers or accounts: `number,person` or `account,person`.
///
/// # Errors
/// [`ListError`] names the first line that cannot be read.
pub fn owners(text: &str) -> Result<Vec<Owner>, ListError> {
    Ok(lines(text)?.into_iter().map(|OwnerLine { own, person }| Owner { own, person }).collect())
}

/// Numbers: `number`.
///
/// # Errors
/// As [`owners`].
pub fn numbers(text: &str) -> Result<Vec<String>, ListError> {
    Ok(lines(text)?.into_iter().map(|line: NumberLine| line.number).collect())
}

/// Declared income: `person,currency,amount` and perhaps `source`.
///
/// # Errors
/// As [`owners`].
pub fn income(text: &str) -> Result<Vec<Income>, ListError> {
    let income = lines(text)?.into_iter();
    Ok(income.map(|IncomeLine { person, currency, amount, source }| Income { person, currency, amount, source }).collect())
}

/// What people hold beside accounts: `person,currency,on,worth,words`, and perhaps `explanation,verified`.
///
/// # Errors
/// As [`owners`].
pub fn holdings(text: &str) -> Result<Vec<Holding>, ListError> {
    let said = |text: Option<String>| text.filter(|text| !text.is_empty());
    let holding = |HoldingLine { person, currency, on, worth, words, explanation, verified }| {
        let explanation = match (said(explanation), said(verified)) {
            (None, Some(_)) => return Err(ListError::Unexplained(person, on)),
            (words, verified) => words.map(|words| Explanation { words, verified }),
        };
        Ok(Holding { person, currency, on, worth, words, explanation })
    };
    lines(text)?.into_iter().map(holding).collect()
}

/// From which amount on payments are reported: `EUR=10000`.
///
/// # Errors
/// [`ThresholdError`].
pub fn threshold(text: &str) -> Result<Threshold, ThresholdError> {
    let (currency, amount) = text.split_once('=').ok_or(ThresholdError::Form)?;
    Ok(Threshold { currency: currency.trim().to_owned(), amount: amount.trim().parse()? })
}

/// A mapping in which every column is named as ours.
#[must_use]
pub fn own_columns(sort: CheckSort) -> String {
    let columns: &[&str] = match sort {
        CheckSort::BankReview => &["at", "account", "amount", "currency", "counterparty", "kind", "words", "balance"],
        _ => &["at", "own", "other", "direction", "kind", "seconds", "imei", "imsi"],
    };
    let named: String = columns.iter().map(|name| format!("{name} = \"{name}\"\n")).collect();
    let directions = if sort == CheckSort::BankReview { "" } else { "[direction]\nout = [\"out\"]\nin = [\"in\"]\n" };
    format!("[columns]\n{named}{directions}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_whole_or_not_at_all_and_a_spreadsheets_mark_is_no_part_of_it() {
        let read = owners("\u{feff}number, person\n+52 1, p2\n+52 2,p3\n").unwrap();
        assert_eq!(
            read.iter().map(|o| (o.own.as_str(), o.person.as_str())).collect::<Vec<_>>(),
            [("+52 1", "p2"), ("+52 2", "p3")]
        );
        assert_eq!(owners("account,person\nES1,p2\n").unwrap()[0].own, "ES1");
        assert!(matches!(owners("number,who\n1,p2\n"), Err(ListError::One(_))));
        assert!(matches!(income("person,currency,amount\np2,EUR,much\np2,EUR,more\n"), Err(ListError::Several(2, _))));
        assert!(numbers("number\n").unwrap().is_empty());
    }

    #[test]
    fn a_threshold_has_a_currency_and_an_amount() {
        assert_eq!(threshold("EUR = 10000").unwrap().currency, "EUR");
        assert!(matches!(threshold("10000"), Err(ThresholdError::Form)));
        assert!(matches!(threshold("EUR=much"), Err(ThresholdError::Amount(_))));
    }
}
