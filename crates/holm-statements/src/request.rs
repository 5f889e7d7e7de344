//! What is asked: files, whose numbers and accounts, which days, what they were told when.

use crate::money::Money;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// One question about statements of one kind. Fields that nobody knows are refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Calls or accounts.
    pub kind: Kind,
    /// The statements.
    pub files: Vec<File>,
    /// The zone in which days, weekdays and hours are meant, by its IANA name.
    pub zone: String,
    /// What may be looked at.
    pub scope: Scope,
    /// Whose numbers or accounts.
    pub owners: Vec<Owner>,
    /// Disclosures and meetings.
    #[serde(default)]
    pub events: Vec<Event>,
    /// Numbers of targets. Phones only.
    #[serde(default)]
    pub targets: Vec<String>,
    /// Numbers that are known, from elsewhere, to be in contact with targets. Phones only.
    #[serde(default)]
    pub contacts_of_targets: Vec<String>,
    /// How long windows are.
    #[serde(default)]
    pub windows: Windows,
    /// Declared income. Accounts only.
    #[serde(default)]
    pub income: Vec<Income>,
    /// What people hold beside the accounts. Accounts only.
    #[serde(default)]
    pub holdings: Vec<Holding>,
    /// Above which amount somebody reports. Accounts only.
    #[serde(default)]
    pub thresholds: Vec<Threshold>,
    /// How many people were or will be screened in the same way, those of other requests among them.
    pub screened: u32,
}

/// What statements are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Calls and messages of phone numbers.
    Phones,
    /// Bookings of accounts.
    Accounts,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Where it is. Names that end in `.parquet` are Parquet, others CSV.
    pub path: String,
    /// How the provider's columns are read, as TOML.
    pub mapping: String,
}

/// What the authority allows: everything else is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// The first day.
    pub first: Date,
    /// The last day, included.
    pub last: Date,
    /// Ids of the persons.
    pub persons: Vec<String>,
}

/// Whose a number or account is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Owner {
    /// Number or account, as statements have it.
    pub own: String,
    /// The person's id.
    pub person: String,
}

/// A disclosure or a meeting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// Who was told, or met.
    pub person: String,
    /// When.
    pub at: Timestamp,
    /// What the caller calls it.
    pub label: String,
}

/// Lengths of windows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Windows {
    /// Hours after a disclosure in which calls and deposits are counted.
    pub after_hours: u32,
    /// Days before and after a disclosure's day in which silence and bursts are looked for.
    pub around_days: u32,
    /// A number, handset or SIM is new if it was not used for so many days.
    pub novelty_days: u32,
    /// A number is short-lived if its first and last call are at most so many days apart.
    pub short_lived_days: u32,
    /// Within how many days money passes through.
    pub pass_through_days: u32,
    /// The share of a reporting threshold that is looked at on either side, in hundredths.
    pub band_percent: u32,
}

impl Default for Windows {
    fn default() -> Windows {
        Windows { after_hours: 48, around_days: 3, novelty_days: 28, short_lived_days: 7, pass_through_days: 5, band_percent: 10 }
    }
}

/// Income that was declared for some days of the scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Income {
    /// Whose.
    pub person: String,
    /// ISO 4217.
    pub currency: String,
    /// All of it, for the days of the scope.
    pub amount: Money,
    /// By what it is known.
    pub source: String,
}

/// Something of worth that is no account of this request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holding {
    /// Whose.
    pub person: String,
    /// ISO 4217.
    pub currency: String,
    /// The day it was acquired.
    pub on: Date,
    /// What it was worth then.
    pub worth: Money,
    /// What it is.
    pub words: String,
    /// What the person says of it.
    #[serde(default)]
    pub explanation: Option<Explanation>,
}

/// What is said to a finding, and how it was verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Explanation {
    /// In words.
    pub words: String,
    /// By whom and how it was verified; without it an explanation is unverified.
    #[serde(default)]
    pub verified: Option<String>,
}

/// Payments of at least this amount are reported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// ISO 4217.
    pub currency: String,
    /// The least amount that is reported.
    pub amount: Money,
}
