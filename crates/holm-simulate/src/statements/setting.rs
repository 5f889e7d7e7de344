//! How statements are made. Figures of ordinary calls are those of [`crate::statements::study`]; all others are ours, chosen so that
//! no single sign tells a leaker from everybody else.

/// Above this a payment in cash is reported to the authorities, in cents: 10,000 US dollars (31 CFR 1010.311).
pub const REPORTED: i64 = 1_000_000;

/// Everything that statements are drawn from.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// Calls and texts a day with numbers outside anybody's circle: shops, deliveries, wrong numbers.
    pub strangers: f64,
    /// Ordinary reasons to call after being told.
    pub briefed: Briefed,
    /// Innocent oddities of telephones.
    pub oddities: Oddities,
    /// Innocent oddities of accounts.
    pub money: Money,
    /// What leakers do.
    pub leaking: Leaking,
}

/// Calls after a disclosure that anybody makes, who leaks or not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Briefed {
    /// Probability of calling somebody else who was told.
    pub colleague: f64,
    /// Probability of calling home.
    pub home: f64,
    /// Hours after which they do, in the mean; exponential.
    pub hours: f64,
}

/// What happens to telephones of people who leak nothing, and to those of leakers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Oddities {
    /// Days between handsets, in the mean; exponential.
    pub handset_days: f64,
    /// Days between SIMs under the same number, in the mean; exponential.
    pub sim_days: f64,
    /// Share of people who change their number once.
    pub new_number: f64,
    /// Share of people who use a second SIM, that nobody noted as theirs, in their own handset for ten to forty days.
    pub second_sim: f64,
    /// Share of innocents with somebody in their circle who is in touch with a target or a go-between.
    pub relative: f64,
}

/// What passes through accounts of anybody beside pay, rent and purchases: shares of people.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Money {
    /// Who sell a car.
    pub car_sale: f64,
    /// Who take a loan.
    pub loan: f64,
    /// Who are paid in cash for other work.
    pub side_work: f64,
    /// Of these, who declare it.
    pub declared: f64,
    /// Who bank the takings of a family's shop and pay its suppliers.
    pub shop: f64,
    /// Who are in a savings pool: every member pays in cash each month, and each in turn is paid all of it in cash.
    pub pool: f64,
    /// Who have a second account for savings.
    pub savings: f64,
}

/// What leakers do. All of it is about leaks that happened, which is the world's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Leaking {
    /// Share of leakers who leave nothing in any statement.
    pub careful: f64,
    /// Probability that a leak goes by telephone to the go-between.
    pub call: f64,
    /// Hours after being told within which it does, at most.
    pub window: f64,
    /// Hours after which it does, in the mean of an exponential that is cut off at `window` and at the operation itself.
    pub hours: f64,
    /// Share of leakers whose go-between is two hops from the target; the others' is one.
    pub two_hops: f64,
    /// Share of leakers who call from a second telephone, exchanged every 75 days.
    pub burner: f64,
    /// Share of these who put its SIM into their usual handset.
    pub slip: f64,
    /// Calls a day with the go-between about nothing.
    pub chatter: f64,
    /// Share of leakers who pay what they get into their account.
    pub banks: f64,
    /// Probability that such a leaker does after a leak.
    pub paid: f64,
    /// What a leak is paid, in cents: the median of a log-normal with a standard deviation of 0.9.
    pub reward: f64,
    /// Share of those who pay it in that pay in all of it on one day, where it is more than is reported, and not on one day each.
    pub same_day: f64,
}

impl Default for Setting {
    fn default() -> Self {
        Self {
            strangers: 0.08,
            briefed: Briefed { colleague: 0.4, home: 0.3, hours: 3.0 },
            oddities: Oddities { handset_days: 600.0, sim_days: 1_500.0, new_number: 0.1, second_sim: 0.06, relative: 0.05 },
            money: Money { car_sale: 0.15, loan: 0.15, side_work: 0.12, declared: 0.7, shop: 0.06, pool: 0.15, savings: 0.4 },
            leaking: Leaking {
                careful: 0.25,
                call: 0.7,
                window: 24.0,
                hours: 5.0,
                two_hops: 0.4,
                burner: 0.35,
                slip: 0.4,
                chatter: 0.02,
                banks: 0.6,
                paid: 0.5,
                reward: 200_000.0,
                same_day: 0.0,
            },
        }
    }
}
