//! What people earn and spend, and what leakers pay in.

use holm_codes::attack::Random;
use jiff::civil::date;

use crate::chance::{Chance, between, happens};
use crate::statements::account::{AccountId, Accounts, Counterparty, Kind, Posting};
use crate::statements::conduct::{Conduct, Money};
use crate::statements::setting::{REPORTED, Setting};
use crate::statements::trace::{Deposit, Ordinary, Traces};
use crate::statements::{DAY, second, within};
use crate::world::World;
use crate::world::activity::DAYS;
use crate::world::distribution::{exponential, normal};

/// Pay a month by level of rank, in cents, and the standard deviation of its ln within a level.
const PAY: [f64; 5] = [90_000.0, 130_000.0, 190_000.0, 280_000.0, 420_000.0];
const PAY_SPREAD: f64 = 0.15;
/// Shares of pay that go on rent, on what is taken each month, on cards and in cash.
const RENT: [f64; 2] = [0.22, 0.35];
const BILLS: f64 = 0.08;
const CARDS: f64 = 0.35;
const MACHINES: f64 = 0.15;
/// Purchases by card in a day, and withdrawals.
const PURCHASES: f64 = 0.7;
const WITHDRAWALS: f64 = 0.15;
/// Small sums in cash that anybody pays in: times a day, and cents.
const SMALL: f64 = 1.0 / 300.0;
const SMALL_CENTS: [f64; 2] = [5_000.0, 80_000.0];
/// Cents for a car, and of a loan, and times a month for which the loan is paid back.
const CAR: [f64; 2] = [250_000.0, 1_200_000.0];
const LOAN: [f64; 2] = [300_000.0, 1_500_000.0];
const INSTALMENTS: i64 = 36;
/// Cents for a day of other work, and days between.
const WORK: [f64; 2] = [8_000.0, 60_000.0];
const WORK_DAYS: f64 = 12.0;
/// A shop's takings: days between deposits, median in cents and the standard deviation of its ln; the share that suppliers get, which is
/// not declared.
const TAKINGS: [f64; 3] = [6.0, 150_000.0, 0.8];
const SUPPLIES: f64 = 0.85;
/// Members of a savings pool, and the share of pay that each gives a month.
const POOL: [usize; 2] = [8, 15];
const POOL_SHARE: f64 = 0.1;
/// Share of pay that is put aside each month.
const ASIDE: f64 = 0.08;
/// What is paid in at once stays so far below what is reported, in cents, at least and at most.
const BELOW: [f64; 2] = [20_000.0, 200_000.0];
/// Days after a leak on which the first of its money is paid in.
const PAID_AFTER: [f64; 2] = [1.0, 8.0];

pub(crate) fn draw(
    world: &World,
    setting: &Setting,
    conducts: &[Conduct],
    traces: &mut Traces,
    chance: impl Fn(&str) -> Chance,
) -> Accounts {
    let mut accounts = Accounts { postings: Vec::new(), owners: Vec::new(), incomes: Vec::new() };
    for (person, of) in world.recorded.persons.iter().enumerate() {
        // Everybody has a stream of their own, so that what one does changes nothing of the others.
        let random = &mut chance(&format!("livelihood {person}"));
        let pay = PAY[usize::from(of.level).clamp(1, 5) - 1] * (PAY_SPREAD * normal(random)).exp();
        let account = AccountId(person as u32 * 2 + 1);
        let mut living = Livelihood { setting, random, person, pay, account, postings: Vec::new(), income: [0; 4], traces };
        accounts.owners.push((account, person));
        living.earns();
        living.spends();
        living.trades();
        living.pools();
        living.oddities();
        let savings = AccountId(account.0 + 1);
        if living.saves(savings) {
            accounts.owners.push((savings, person));
        }
        if let Some(conduct) = conducts.iter().find(|c| c.person == person) {
            // A stream of its own again: whoever splits is paid as whoever does not.
            let splits = happens(setting.leaking.same_day, &mut chance(&format!("splits {person}")));
            living.is_paid(conduct, if splits { 0.0 } else { 1.0 });
        }
        let Livelihood { postings, income, .. } = living;
        let years = income.into_iter().enumerate().filter(|(_, cents)| *cents > 0);
        accounts.incomes.extend(years.map(|(year, cents)| (person, 2001 + year as i16, cents)));
        accounts.postings.extend(balanced(postings, account, pay as i64 * 2));
    }
    accounts.postings.sort_by_key(|p| (p.account, p.at));
    accounts
}

/// In order of time and with balances. What there is no money for is not bought.
fn balanced(mut postings: Vec<Posting>, main: AccountId, start: i64) -> Vec<Posting> {
    postings.retain(|p| within(p.at));
    postings.sort_by_key(|p| p.at);
    let (mut on_main, mut aside) = (start, 0);
    let mut kept = Vec::with_capacity(postings.len());
    for mut posting in postings {
        let amount = posting.amount;
        let savings = match posting.counterparty {
            Some(Counterparty::Account(savings)) => Some(savings),
            _ => None,
        };
        if on_main + amount < 0 || (savings.is_some() && aside < amount) {
            continue;
        }
        on_main += amount;
        posting.balance = on_main;
        kept.push(posting);
        if let Some(account) = savings {
            aside -= amount;
            let counterparty = Some(Counterparty::Account(main));
            kept.push(Posting { account, amount: -amount, counterparty, balance: aside, ..posting });
        }
    }
    kept
}

/// Somebody's money while it is earned and spent.
struct Livelihood<'w> {
    setting: &'w Setting,
    random: &'w mut Chance,
    person: usize,
    /// A month, in cents.
    pay: f64,
    account: AccountId,
    postings: Vec<Posting>,
    /// Declared, by year from 2001, in cents.
    income: [i64; 4],
    traces: &'w mut Traces,
}

impl Livelihood<'_> {
    fn post(&mut self, at: i64, cents: f64, kind: Kind, counterparty: Option<Counterparty>, words: &'static str) {
        let amount = cents.round() as i64;
        self.postings.push(Posting { at, account: self.account, amount, counterparty, kind, words, balance: 0 });
    }

    fn note(&mut self, what: Ordinary) {
        self.traces.ordinary.push((self.person, what));
    }

    fn declare(&mut self, at: i64, cents: f64) {
        if within(at)
            && let Some(year) = self.income.get_mut(year(at))
        {
            *year += cents.round() as i64;
        }
    }

    fn someone(&mut self, sort: &'static str, of: usize) -> Option<Counterparty> {
        Some(Counterparty::Other(sort, 1 + self.random.below(of) as u32))
    }

    /// Seconds of the world at which banks are open, `rate` times a day.
    fn moments(&mut self, rate: f64) -> Vec<i64> {
        let mut at = Vec::new();
        let mut day = exponential(self.random) / rate;
        while day < DAYS {
            at.push(open(day.floor(), self.random));
            day += exponential(self.random) / rate;
        }
        at
    }

    fn earns(&mut self) {
        let employer = Some(Counterparty::Other("Paymaster", 1));
        for at in monthly(28) {
            self.post(at, self.pay, Kind::Transfer, employer, "salary");
            self.declare(at, self.pay);
        }
        let of = self.setting.money;
        let [works, declared] = [of.side_work, of.declared].map(|share| happens(share, self.random));
        if !works {
            return;
        }
        self.note(if declared { Ordinary::SideWork } else { Ordinary::UndeclaredWork });
        for at in self.moments(1.0 / WORK_DAYS) {
            let cents = between(WORK, self.random).round();
            self.post(at, cents, Kind::Cash, None, "cash deposit");
            self.declare(at, if declared { cents } else { 0.0 });
        }
    }

    fn spends(&mut self) {
        let rent = self.pay * between(RENT, self.random);
        let landlord = self.someone("Landlord", 400);
        for at in monthly(2) {
            self.post(at, -rent, Kind::Transfer, landlord, "rent");
        }
        let works = self.someone("Utility", 4);
        for at in monthly(10) {
            let bill = self.pay * BILLS * (normal(self.random) * 0.2).exp();
            self.post(at, -bill, Kind::Debit, works, "water and power");
        }
        // A month has 30.4 days; the mean of a log-normal of median 1 and standard deviation 0.8 is 1.38.
        let purchase = self.pay * CARDS / (30.4 * PURCHASES * 1.38);
        for at in self.moments(PURCHASES) {
            let cents = purchase * (normal(self.random) * 0.8).exp();
            let shop = self.someone("Shop", 300);
            self.post(at, -cents, Kind::Card, shop, "card payment");
        }
        let note = 2_000.0;
        let notes = self.pay * MACHINES / (30.4 * WITHDRAWALS * note);
        for at in self.moments(WITHDRAWALS) {
            let cents = (notes * between([0.5, 1.5], self.random)).round().max(1.0) * note;
            self.post(at, -cents, Kind::Cash, None, "cash withdrawal");
        }
    }

    /// A family's shop: takings in cash, and suppliers who are paid by transfer a few days later.
    fn trades(&mut self) {
        if !happens(self.setting.money.shop, self.random) {
            return;
        }
        self.note(Ordinary::Shop);
        for at in self.moments(1.0 / TAKINGS[0]) {
            let takings = (TAKINGS[1] * (normal(self.random) * TAKINGS[2]).exp() / 1_000.0).round() * 1_000.0;
            let (supplier, paid) = (self.someone("Supplier", 30), at + second(between([1.0, 5.0], self.random)));
            self.post(at, takings, Kind::Cash, None, "cash deposit");
            self.post(paid, -takings * SUPPLIES, Kind::Transfer, supplier, "invoice");
            self.declare(at, takings * (1.0 - SUPPLIES));
        }
    }

    /// A savings pool, of which only the turns are paid in.
    fn pools(&mut self) {
        let members = POOL[0] + self.random.below(POOL[1] - POOL[0] + 1);
        let first = self.random.below(members);
        if !happens(self.setting.money.pool, self.random) {
            return;
        }
        self.note(Ordinary::Pool);
        let turn = (self.pay * POOL_SHARE / 5_000.0).round() * 5_000.0 * members as f64;
        for at in monthly(5).into_iter().skip(first).step_by(members) {
            self.post(at + second(0.3), turn, Kind::Cash, None, "cash deposit");
        }
    }

    /// What anybody may have once.
    fn oddities(&mut self) {
        for at in self.moments(SMALL) {
            let cents = (between(SMALL_CENTS, self.random) / 1_000.0).round() * 1_000.0;
            self.post(at, cents, Kind::Cash, None, "cash deposit");
        }
        let of = self.setting.money;
        let [sells, borrows, cash] = [of.car_sale, of.loan, 0.5].map(|share| happens(share, self.random));
        let [sold, lent] = [(); 2].map(|()| open((self.random.unit() * DAYS).floor(), self.random));
        if sells && within(sold) {
            self.note(Ordinary::CarSale);
            let price = (between(CAR, self.random) / 10_000.0).round() * 10_000.0;
            let buyer = self.someone("Private person", 5_000);
            match cash {
                true => self.post(sold, price, Kind::Cash, None, "cash deposit"),
                false => self.post(sold, price, Kind::Transfer, buyer, "sale of a car"),
            }
        }
        if borrows && within(lent) {
            self.note(Ordinary::Loan);
            self.borrows(lent);
        }
    }

    /// A loan, what it was taken for, and its instalments.
    fn borrows(&mut self, at: i64) {
        let sum = (between(LOAN, self.random).min(self.pay * 6.0) / 10_000.0).round() * 10_000.0;
        let (bank, seller) = (self.someone("Bank", 6), self.someone("Dealer", 60));
        self.post(at, sum, Kind::Transfer, bank, "loan");
        let spent = at + second(between([1.0, 20.0], self.random));
        self.post(spent, -sum * 0.95, Kind::Transfer, seller, "purchase");
        for month in 1..=INSTALMENTS {
            self.post(at + second(30.4 * month as f64), -sum * 1.15 / INSTALMENTS as f64, Kind::Debit, bank, "instalment");
        }
    }

    /// Whether there is a second account, with what goes there and back; [`balanced`] writes its side of that.
    fn saves(&mut self, savings: AccountId) -> bool {
        let has = happens(self.setting.money.savings, self.random);
        let aside = (self.pay * ASIDE / 1_000.0).round() * 1_000.0;
        for (month, at) in monthly(1).into_iter().enumerate().filter(|_| has) {
            let back = if month % 12 == 11 { aside * 8.0 } else { -aside };
            self.post(at, back, Kind::Transfer, Some(Counterparty::Account(savings)), "own account");
        }
        has
    }

    /// Some of what was leaked is paid for, and paid in below what is reported, so many days after one another.
    fn is_paid(&mut self, conduct: &Conduct, apart: f64) {
        let of = self.setting.leaking;
        for leaked in &conduct.leaks {
            let paid = happens(of.paid, self.random);
            let sum = of.reward * (normal(self.random) * 0.9).exp();
            let first = leaked.told.max(0) as f64 / DAY + between(PAID_AFTER, self.random);
            if conduct.money == Money::Elsewhere || !paid {
                continue;
            }
            let (mut left, mut day) = (sum, first.floor());
            while left > 0.0 {
                let part = left.min(REPORTED as f64 - between(BELOW, self.random));
                let cents = (part / 10_000.0).ceil() * 10_000.0;
                let at = open(day, self.random);
                if within(at) {
                    self.post(at, cents, Kind::Cash, None, "cash deposit");
                    let deposit = Deposit { operation: leaked.operation, at, account: self.account, amount: cents as i64 };
                    let leaker = self.traces.leakers.iter_mut().find(|l| l.person == self.person);
                    leaker.into_iter().for_each(|l| l.deposits.push(deposit));
                }
                left -= part;
                day += apart;
            }
        }
    }
}

/// A moment of a day at which banks and shops are open.
fn open(day: f64, random: &mut Chance) -> i64 {
    second(day) + (between([9.0, 18.0], random) * 3_600.0) as i64
}

/// At half past six in the morning on that day of each month of the world.
fn monthly(day: i8) -> Vec<i64> {
    let first = date(2001, 1, 1);
    let of = |month: i16| date(2001 + month / 12, (month % 12) as i8 + 1, day);
    let at = |on: jiff::civil::Date| i64::from((on - first).get_days()) * second(1.0) + 23_400;
    (0..36).map(of).map(at).filter(|at| within(*at)).collect()
}

/// Which year of the world, from 0.
fn year(at: i64) -> usize {
    let on = date(2001, 1, 1).saturating_add(jiff::Span::new().seconds(at));
    usize::try_from(on.year() - 2001).unwrap_or(0)
}
