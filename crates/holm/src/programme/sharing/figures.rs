//! The figures that go to a partner: counts of what they were given and of what came from them, and nothing else.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use super::super::Head;
use super::{Counts, OfPartner, Sharing};

/// The format of what is sent.
const FORMAT: &str = "holm-partner-figures/1";

/// A period of what is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct PartnerPeriod {
    /// Its first day, in UTC.
    pub from: Date,
    /// The day after its last.
    pub until: Date,
    /// Items given.
    pub items: usize,
    /// Operations told of otherwise.
    pub operations: usize,
    /// Oral briefings.
    pub briefings: usize,
    /// Copies.
    pub copies: usize,
    /// Copies whose receipt is in the record.
    pub received: usize,
    /// Nothing touches it.
    pub kept: usize,
    /// A leak touches it, and it was known to them in time, among others.
    pub broken: usize,
    /// Of the broken: known to others as well.
    pub shared: usize,
    /// It leaked before they knew.
    pub later: usize,
    /// Not known yet.
    pub open: usize,
    /// Items recalled.
    pub recalled: usize,
    /// Items corrected.
    pub corrected: usize,
    /// Copies of theirs that a trace named and that they can check: the item's key is open.
    pub proved: usize,
    /// Receipts that came back.
    pub receipts: usize,
    /// Halves of item keys.
    pub halves: usize,
    /// Answers to requests for approval.
    pub approvals: usize,
    /// Requests to pass on.
    pub asked: usize,
    /// Of these, granted.
    pub granted: usize,
    /// Entries of theirs on tellings, operations, outcomes and incidents.
    pub recorded: usize,
    /// Operations in which a unit of theirs took part.
    pub took_part: usize,
    /// Of these, operations of which it is recorded what came of them.
    pub reported: usize,
}

/// What a partner is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PartnerFigures {
    /// The format.
    pub format: &'static str,
    /// Whose figures.
    pub partner: String,
    /// From which record.
    #[serde(flatten)]
    pub head: Head,
    /// When they were counted.
    pub at: Timestamp,
    /// By period.
    pub periods: Vec<PartnerPeriod>,
    /// All periods together; absent where there is none.
    pub total: Option<PartnerPeriod>,
    /// What is counted how, and what it does not say.
    pub says: [&'static str; 4],
}

/// What stands beside the figures, wherever they are read.
const SAYS: [&str; 4] = [
    "kept: no incident and no betrayed operation touches it, and all that it tells of is over",
    "broken: a leak touches it and it was known here in time; shared: others knew as well; that it leaked through anybody is not said",
    "received: opened, with a signed receipt; a missing receipt proves nothing",
    "not seen by this record: what was given by other ways, what was passed on without asking, and leaks that nobody noticed",
];

impl PartnerPeriod {
    fn of(from: Date, until: Date, counts: &Counts) -> Self {
        Self {
            from,
            until,
            items: counts.items,
            operations: counts.operations,
            briefings: counts.briefings,
            copies: counts.copies,
            received: counts.received,
            kept: counts.kept,
            broken: counts.broken,
            shared: counts.broken - counts.alone,
            later: counts.later,
            open: counts.open,
            recalled: counts.recalled,
            corrected: counts.corrected,
            proved: counts.checkable,
            receipts: counts.receipts,
            halves: counts.halves,
            approvals: counts.approvals,
            asked: counts.asked,
            granted: counts.granted,
            recorded: counts.recorded,
            took_part: counts.took_part,
            reported: counts.reported,
        }
    }
}

impl Sharing {
    /// What one of these partners is sent: counts about them alone. No belief, no name of anybody or anything.
    #[must_use]
    pub fn for_partner(&self, of: &OfPartner) -> PartnerFigures {
        let period = |period: &super::Period| PartnerPeriod::of(period.from, period.until, &period.counts);
        let whole = of.periods.first().zip(of.periods.last());
        PartnerFigures {
            format: FORMAT,
            partner: of.partner.clone(),
            head: self.head.clone(),
            at: self.at,
            periods: of.periods.iter().map(period).collect(),
            total: whole.map(|(first, last)| PartnerPeriod::of(first.from, last.until, &of.total)),
            says: SAYS,
        }
    }
}
