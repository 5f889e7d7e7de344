//! Statements as files (CSV, RFC 4180): moments in UTC (RFC 3339), numbers as in E.164, amounts with two decimals, what is paid in
//! positive. No field has a comma or a quotation mark in it.

use jiff::Timestamp;

use crate::statements::Statements;
use crate::statements::account::CURRENCY;
use crate::statements::call::{Direction, Kind};

/// The first second of 2001 in UTC, in seconds of Unix.
const BEGINNING: i64 = 978_307_200;

/// A second of the world as a moment in UTC.
#[must_use]
pub fn moment(at: i64) -> String {
    Timestamp::from_second(BEGINNING + at).unwrap_or(Timestamp::MAX).to_string()
}

/// Cents as an amount with two decimals.
#[must_use]
pub fn amount(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", cents.abs() / 100, cents.abs() % 100)
}

/// Identifier of a person on the roster, as in [`crate::sheet`].
#[must_use]
pub fn person(index: usize) -> String {
    format!("p{}", index + 1)
}

/// A table: its head, and a line for each row.
fn table<T>(head: &str, rows: &[T], row: impl Fn(&T) -> String) -> String {
    let mut all = format!("{head}\n");
    rows.iter().for_each(|r| {
        all.push_str(&row(r));
        all.push('\n');
    });
    all
}

impl Statements {
    /// All files: name and contents.
    #[must_use]
    pub fn files(&self) -> [(&'static str, String); 6] {
        [
            ("phones.csv", self.phones()),
            ("numbers.csv", table("number,person", &self.numbers, |(number, who)| format!("{number},{}", person(*who)))),
            ("targets.csv", table("number", &self.targets, ToString::to_string)),
            ("accounts.csv", self.accounts()),
            ("owners.csv", table("account,person", &self.owners, |(account, who)| format!("{account},{}", person(*who)))),
            (
                "incomes.csv",
                table("person,year,currency,amount", &self.incomes, |(who, year, cents)| {
                    format!("{},{year},{CURRENCY},{}", person(*who), amount(*cents))
                }),
            ),
        ]
    }

    fn phones(&self) -> String {
        table("at,own,other,direction,kind,seconds,imei,imsi", &self.calls, |c| {
            let direction = if c.direction == Direction::Out { "out" } else { "in" };
            let kind = if c.kind == Kind::Call { "call" } else { "sms" };
            format!("{},{},{},{direction},{kind},{},{},{}", moment(c.at), c.own, c.other, c.seconds, c.handset, c.sim)
        })
    }

    fn accounts(&self) -> String {
        table("at,account,amount,currency,counterparty,kind,words,balance", &self.postings, |p| {
            let counterparty = p.counterparty.map(|c| c.to_string()).unwrap_or_default();
            let paid = format!("{},{},{},{CURRENCY},{counterparty}", moment(p.at), p.account, amount(p.amount));
            format!("{paid},{},{},{}", p.kind.name(), p.words, amount(p.balance))
        })
    }
}
