//! Accounts, and what was paid in and out, as a bank lists it.

use std::fmt;

/// The currency of everything.
pub const CURRENCY: &str = "USD";

/// An account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(pub(crate) u32);

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "A{:08}", self.0)
    }
}

/// A line of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posting {
    /// When, in seconds of the world.
    pub at: i64,
    /// Of which account.
    pub account: AccountId,
    /// Cents; what is paid in is positive.
    pub amount: i64,
    /// Who paid or was paid; nobody in cash.
    pub counterparty: Option<Counterparty>,
    /// How.
    pub kind: Kind,
    /// The bank's words.
    pub words: &'static str,
    /// Cents on the account afterwards.
    pub balance: i64,
}

/// Who paid or was paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counterparty {
    /// An account of somebody on the roster.
    Account(AccountId),
    /// Somebody of a sort, by number.
    Other(&'static str, u32),
}

impl fmt::Display for Counterparty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(account) => account.fmt(f),
            Self::Other(sort, number) => write!(f, "{sort} {number}"),
        }
    }
}

/// How something was paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// In cash, at a counter or a machine.
    Cash,
    /// From account to account.
    Transfer,
    /// With a card.
    Card,
    /// Taken by whoever is owed it.
    Debit,
}

impl Kind {
    /// In a word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Cash => "cash",
            Self::Transfer => "transfer",
            Self::Card => "card",
            Self::Debit => "debit",
        }
    }
}

/// What banks and tax offices have.
pub(crate) struct Accounts {
    pub(crate) postings: Vec<Posting>,
    pub(crate) owners: Vec<(AccountId, usize)>,
    pub(crate) incomes: Vec<(usize, i16, i64)>,
}
