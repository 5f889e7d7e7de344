//! Checks on people (`docs/spec/vetting.md`).

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::happening::WordError;
use crate::commitment::Commitment;
use crate::id::{AuthorityName, PersonId};

super::happening::words!(
    /// What kind of check.
    CheckSort, "sort of check",
    /// What is known of somebody's past.
    Background = "background",
    /// The same again.
    ReInvestigation = "re-investigation",
    /// A lie detector.
    Polygraph = "polygraph",
    /// A test for drugs.
    Urinalysis = "urinalysis",
    /// What somebody says of their own means.
    FinancialDisclosure = "financial-disclosure",
    /// What somebody says of their own telephones.
    PhoneDeclaration = "phone-declaration",
    /// Their calls, under an authority.
    PhoneReview = "phone-review",
    /// Their accounts, under an authority.
    BankReview = "bank-review",
    /// Where they were and whom they met.
    TravelAndContacts = "travel-and-contacts",
    /// Whether they took part in what violates people's rights.
    HumanRights = "human-rights",
    /// A talk.
    Interview = "interview",
    /// What they were taught.
    Training = "training"
);
super::happening::words!(
    /// What came of a check.
    CheckResult, "result of a check",
    /// Nothing against them.
    Passed = "passed",
    /// Something against them.
    Failed = "failed",
    /// It says neither.
    Inconclusive = "inconclusive",
    /// It did not take place.
    NotTaken = "not-taken"
);
super::happening::words!(
    /// A concern of the 13 guidelines of SEAD 4.
    Guideline, "guideline",
    /// Allegiance.
    A = "A",
    /// Foreign influence.
    B = "B",
    /// Foreign preference.
    C = "C",
    /// Sexual behaviour.
    D = "D",
    /// Personal conduct.
    E = "E",
    /// Financial considerations.
    F = "F",
    /// Alcohol.
    G = "G",
    /// Drugs.
    H = "H",
    /// Psychological conditions.
    I = "I",
    /// Criminal conduct.
    J = "J",
    /// Handling protected information.
    K = "K",
    /// Outside activities.
    L = "L",
    /// Use of information technology.
    M = "M"
);

impl CheckSort {
    /// Whether it reaches into what is private, and so needs a legal authority.
    #[must_use]
    pub fn is_intrusive(self) -> bool {
        matches!(self, Self::PhoneReview | Self::BankReview)
    }
}

/// How an explanation was verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verified {
    /// By whom.
    pub by: String,
    /// How.
    pub how: String,
    /// When.
    pub on: Date,
}

impl fmt::Display for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}: {}", self.by, self.on, self.how)
    }
}

/// What speaks against somebody, and what was said to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Concern {
    /// Under which guideline.
    pub guideline: Guideline,
    /// What.
    pub what: String,
    /// What mitigates it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mitigation: Option<String>,
    /// How the person explains it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<String>,
    /// How that was verified, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified: Option<Verified>,
}

/// One check on one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckFacts {
    /// On whom.
    pub person: PersonId,
    /// What kind.
    pub sort: CheckSort,
    /// The day it was taken, or was to be.
    pub on: Date,
    /// What came of it.
    pub result: CheckResult,
    /// Who did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub examiner: Option<String>,
    /// Who reviewed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reviewer: Option<String>,
    /// When its quality was controlled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reviewed_on: Option<Date>,
    /// Who had a sample or file, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub custody: Vec<String>,
    /// A day after which it counts no longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Date>,
    /// Its legal basis.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<String>,
    /// What speaks against the person.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub concerns: Vec<Concern>,
    /// What else its sort has.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub details: BTreeMap<String, String>,
    /// In words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub words: String,
}

/// A draw of people for a check: who can be drawn, how likely, and who makes sure that nobody steers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrawFacts {
    /// For which check.
    pub sort: CheckSort,
    /// Of 100 people of a rank level, how many are drawn on average; by level from the lowest.
    pub rates: [u8; 5],
    /// Who can be drawn.
    pub eligible: Vec<Eligible>,
    /// Two people of different units who each commit to something random, and reveal it after both have.
    pub drawers: [PersonId; 2],
    /// The desk's own commitment.
    pub commitment: Commitment,
    /// When everything is to be revealed: if it is not, everybody is drawn.
    pub reveal_by: Timestamp,
    /// Days from the draw within which whoever is drawn takes the check.
    pub within_days: u16,
}

/// Somebody who can be drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Eligible {
    /// Who.
    pub person: PersonId,
    /// Their rank level then.
    pub level: u8,
}

/// Statements of calls or accounts that were read under a legal authority, and what was found in them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatementFacts {
    /// Under which authority.
    pub authority: AuthorityName,
    /// Of calls or of accounts.
    pub sort: CheckSort,
    /// On whom.
    pub persons: Vec<PersonId>,
    /// Which files.
    pub files: Vec<StatementFile>,
    /// SHA-256 of what was asked, in hexadecimal.
    pub request: String,
    /// What was answered, as JSON (`docs/spec/statements.md`, Answer).
    pub answer: String,
}

/// What somebody says to a finding of statements, and how that was verified; one of the two at least.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindingExplanation {
    /// The entry of what was read.
    pub reading: u64,
    /// Whose finding.
    pub person: PersonId,
    /// Which: its test or sum (`docs/spec/statements.md`).
    pub test: String,
    /// In which currency, of accounts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// How the person explains it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<String>,
    /// How that was verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified: Option<Verified>,
}

/// A file of statements, as it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatementFile {
    /// Its name.
    pub name: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub hash: String,
}

/// A legal authority for checks that reach into what is private: whose, which, of which time, until when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuthorityFacts {
    /// What it is called.
    pub authority: AuthorityName,
    /// The law or order that it rests on.
    pub basis: String,
    /// Who issued it.
    pub issued_by: String,
    /// Who asked for it.
    pub requested_by: String,
    /// Who approved it: somebody else.
    pub approved_by: String,
    /// Which checks it allows.
    pub sorts: Vec<CheckSort>,
    /// On whom.
    pub persons: Vec<PersonId>,
    /// The first day of which calls and accounts may be looked at.
    pub data_from: Date,
    /// The last.
    pub data_until: Date,
    /// The first day on which it may be used.
    pub valid_from: Date,
    /// The last.
    pub valid_until: Date,
    /// The day after which what was learnt under it is destroyed.
    pub retain_until: Date,
    /// What else is to be said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub words: String,
}
