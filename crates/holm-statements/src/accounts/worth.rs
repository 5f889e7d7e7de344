//! What somebody had to live on, and what they lived on (source and application of funds; net worth: IRM 4.10.4, 9.5.9).

use super::{Of, Tables};
use crate::answer::{Finding, Named, Row};
use crate::money::Money;
use crate::request::{Holding, Request};
use jiff::civil::Date;

/// Why these sums have no p-value.
const FACT: &str = "a sum and no test: money has many honest sources, and whoever is asked may name them";

/// Days before a holding was acquired in which its price may have been paid.
const PAID_WITHIN: i32 = 31;

/// What was booked for a person in a currency.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Purse {
    /// From others.
    pub credits: Money,
    /// To others, as a positive amount.
    pub debits: Money,
    /// Everything added up, between own accounts too.
    pub change: Money,
    /// The largest credits from others.
    pub largest: Named<Row>,
}

/// External debits of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spent {
    /// The day.
    pub on: Date,
    /// How much, positive.
    pub amount: Money,
}

/// The balances that an account's first and last row state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ends {
    /// Before the first row.
    pub opening: Money,
    /// After the last.
    pub closing: Money,
}

/// Source and application, net worth, and each holding that nothing was paid for.
pub(super) fn findings(request: &Request, tables: &Tables, person: usize, currency: &str) -> Vec<Finding> {
    let Some(id) = request.scope.persons.get(person) else { return Vec::new() };
    let of = tables.currencies.iter().position(|c| c == currency).map(|currency| Of { person, currency });
    let purse = of.and_then(|of| tables.purses.get(&of)).cloned().unwrap_or_default();
    let spent = of.and_then(|of| tables.spent.get(&of)).cloned().unwrap_or_default();
    let ends = of.and_then(|of| tables.ends.get(&of)).map_or(&[][..], Vec::as_slice);
    let earned: Vec<Money> =
        request.income.iter().filter(|i| i.person == *id && i.currency == currency).map(|i| i.amount).collect();
    let declared = Declared { known: !earned.is_empty(), amount: earned.into_iter().sum() };
    let held = request.holdings.iter().filter(|h| h.person == *id && h.currency == currency);
    let held: Vec<&Holding> = held.filter(|h| (request.scope.first..=request.scope.last).contains(&h.on)).collect();
    let unpaid = unpaid(&held, spent);
    let mut all = vec![source_and_application(&purse, &declared, &unpaid, currency), net_worth(&purse, &declared, &unpaid, ends)];
    all.extend(unpaid.iter().filter(|u| u.short > Money(0)).map(unexplained));
    all
}

/// Income that somebody stated.
struct Declared {
    known: bool,
    amount: Money,
}

/// A holding and how much of its worth no debit of the weeks before covers.
struct Unpaid<'a> {
    holding: &'a Holding,
    short: Money,
}

/// Holdings without a verified explanation, the earliest first; a debit pays for one of them.
fn unpaid<'a>(held: &[&'a Holding], mut spent: Vec<Spent>) -> Vec<Unpaid<'a>> {
    let mut held: Vec<&Holding> = held.iter().copied().filter(|h| !verified(h)).collect();
    held.sort_by_key(|h| h.on);
    let mut all = Vec::new();
    for holding in held {
        let mut short = holding.worth;
        for debit in spent.iter_mut().filter(|s| s.on <= holding.on && (holding.on - s.on).get_days() <= PAID_WITHIN) {
            let paid = debit.amount.min(short);
            (debit.amount, short) = (debit.amount - paid, short - paid);
        }
        all.push(Unpaid { holding, short });
    }
    all
}

fn verified(holding: &Holding) -> bool {
    holding.explanation.as_ref().is_some_and(|e| e.verified.is_some())
}

fn source_and_application(purse: &Purse, declared: &Declared, unpaid: &[Unpaid<'_>], currency: &str) -> Finding {
    let unseen: Money = unpaid.iter().map(|u| u.short).sum();
    let applied = purse.debits + purse.change + unseen;
    let (debits, change, income) = (purse.debits, purse.change, declared.amount);
    let words = format!(
        "{debits} spent, {change} more on accounts, {unseen} held that no account paid for; {income} {currency} declared"
    );
    sum("source-and-application", words, applied - income, declared).with_rows(purse.largest.clone())
}

fn net_worth(purse: &Purse, declared: &Declared, unpaid: &[Unpaid<'_>], ends: &[Ends]) -> Finding {
    const TEST: &str = "net-worth";
    if ends.is_empty() {
        return Finding::untested(TEST, "not computed".to_owned(), "the statements state no balances");
    }
    let balances: Money = ends.iter().map(|e| e.closing - e.opening).sum();
    let worth: Money = unpaid.iter().map(|u| u.holding.worth).sum();
    let paid: Money = unpaid.iter().map(|u| u.holding.worth - u.short).sum();
    let lived = purse.debits - paid;
    let gap = balances - purse.change;
    let mut words = format!("balances rose by {balances}, holdings by {worth}, {lived} was spent; {} declared", declared.amount);
    if gap != Money(0) {
        words = format!("{words}; stated balances and bookings differ by {gap}: bookings are missing");
    }
    sum(TEST, words, balances + worth + lived - declared.amount, declared).with_rows(purse.largest.clone())
}

fn sum(test: &str, words: String, excess: Money, declared: &Declared) -> Finding {
    let why = if declared.known { FACT } else { "no income is declared in this currency: nothing to compare with" };
    Finding { amount: Some(excess), ..Finding::untested(test, words, why) }
}

fn unexplained(unpaid: &Unpaid<'_>) -> Finding {
    let Holding { words, worth, on, explanation, .. } = unpaid.holding;
    let words = format!(
        "{words}, worth {worth}, acquired on {on}: {} was not paid from these accounts in {PAID_WITHIN} days",
        unpaid.short
    );
    Finding {
        amount: Some(unpaid.short),
        explanation: explanation.clone(),
        ..Finding::untested("unexplained-holding", words, FACT)
    }
}

#[cfg(test)]
mod tests;
