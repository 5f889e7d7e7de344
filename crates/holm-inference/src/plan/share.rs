//! With whom to share an item: the recipients by whom a stated need is met at the least expected loss, and what would change that.
//!
//! What is known of the worth of sharing is what the officer states: how much it is worth that each recipient knows, how much is lost with
//! each paragraph that leaks, and which tasks somebody must be able to do. What Holm adds is how likely paragraphs leak, from all
//! draws of the posterior at once ([`Draws`]): of two who are suspected of the same leaks the second adds little to what the first puts
//! at stake. The loss of a set R is Σ_p L_p · (1 − E\[Π (1 − θ_i z_i S_i)\]), the product over people and channels that paragraph p reaches;
//! what leaks whoever is told, or if nobody is, is no reason for or against anybody.
//!
//! The answer is as good as the numbers that were stated: so each is reported with the number at which the answer would turn.

mod search;

use crate::plan::draws::{Draws, Figure};
use search::{Pool, Set};

/// Somebody, or a unit, with whom the item could be shared.
#[derive(Clone, Debug, PartialEq)]
pub struct Recipient {
    /// Everybody who would know, by their numbers in the case.
    pub people: Vec<usize>,
    /// Channels that it would go by, by their numbers in the case.
    pub channels: Vec<usize>,
    /// What it is worth that they know, in the unit of losses, as the officer states it.
    pub value: f64,
    /// The paragraphs that they need, which are all that they are given.
    pub paragraphs: Vec<usize>,
}

/// Something that must be possible: so many of some recipients must know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// Any of these.
    pub any: Vec<usize>,
    /// How many of them.
    pub least: usize,
}

/// What is asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Request {
    /// By paragraph, what is lost if it leaks, in any unit.
    pub losses: Vec<f64>,
    /// Who could be told.
    pub recipients: Vec<Recipient>,
    /// The stated need.
    pub tasks: Vec<Task>,
}

/// No answer.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ShareError {
    /// An index that nothing has.
    #[error("{what} {index} does not exist: there are {count}; correct the request")]
    Index {
        /// Of what.
        what: &'static str,
        /// The index.
        index: usize,
        /// How many there are.
        count: usize,
    },
    /// A person of two recipients, or twice of one.
    #[error("person {0} belongs to two recipients, or to one twice: name each person once")]
    Twice(usize),
    /// A recipient without people or paragraphs.
    #[error("recipient {0} has no people or needs no paragraph: leave them out")]
    Nobody(usize),
    /// A value or a loss that is none.
    #[error("the {what} {index} is {value}, which must be a number that is not negative")]
    Number {
        /// Of what.
        what: &'static str,
        /// Its index.
        index: usize,
        /// The number.
        value: f64,
    },
    /// A task that asks for more than there are.
    #[error("task {task} needs {least} of {can} recipients: name more who could do it, or ask for fewer")]
    Task {
        /// The task.
        task: usize,
        /// How many it needs.
        least: usize,
        /// How many could do it.
        can: usize,
    },
    /// No set meets all tasks.
    #[error("no set of recipients was found that does all tasks: ask for fewer at once")]
    Unmet,
}

/// A recipient in the answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Advice {
    /// Whether to share with them.
    pub told: bool,
    /// How likely a thing that they know leaks through them.
    pub leak: Figure,
    /// What would be lost in the mean if they alone were told.
    pub alone: f64,
    /// What they add to the loss beside all others who are told.
    pub adds: f64,
    /// Whether a task needs them, so that somebody else must be told in their place if they are not.
    pub needed: bool,
    /// If leaks through them were so likely, all else the same, the answer about them would turn; none if it never does.
    pub turns_at_leak: Option<f64>,
    /// If their value were this, the same; none if it never does.
    pub turns_at_value: Option<f64>,
}

/// What changes first if all losses are larger or smaller by a factor.
#[derive(Clone, Debug, PartialEq)]
pub struct Turn {
    /// The factor.
    pub factor: f64,
    /// Who is told then and was not.
    pub joins: Vec<usize>,
    /// Who was told and is not then.
    pub leaves: Vec<usize>,
}

/// With whom to share.
#[derive(Clone, Debug, PartialEq)]
pub struct Shared {
    /// By recipient.
    pub advice: Vec<Advice>,
    /// What is expected to be lost.
    pub loss: Figure,
    /// What it is worth, as stated.
    pub value: f64,
    /// How likely any paragraph leaks through them.
    pub leak: Figure,
    /// The same by draws of the posterior, which differ in who leaks: 5, 50 and 95 of a hundred are below.
    pub leak_range: [f64; 3],
    /// What would be lost if each of them were given all paragraphs.
    pub whole: f64,
    /// What would be lost if everybody were told what they need.
    pub everybody: f64,
    /// Whether all sets were looked at or bounded; else exchanges of one or two do not improve it.
    pub proved: bool,
    /// What changes first with smaller losses, and with larger ones.
    pub turns: [Option<Turn>; 2],
}

impl Shared {
    /// Recipients that are told.
    #[must_use]
    pub fn told(&self) -> Vec<usize> {
        (0..self.advice.len()).filter(|r| self.advice[*r].told).collect()
    }
}

/// What an answer is worth if something else is supposed.
#[derive(Clone, Debug, PartialEq)]
pub struct Under {
    /// Who would be told then.
    pub told: Vec<usize>,
    /// What the answer that is examined is expected to lose then.
    pub loss: Figure,
    /// By how much the other would be better, in the unit of losses.
    pub regret: f64,
}

/// The set of recipients that does all tasks with the most value less expected loss; of sets that are as good, the smallest. Deterministic.
///
/// # Errors
/// [`ShareError`] says what cannot be used or met.
pub fn share(draws: &Draws, request: &Request) -> Result<Shared, ShareError> {
    checked(draws, request)?;
    let pool = Pool::new(draws, request);
    let (set, proved) = pool.best().ok_or(ShareError::Unmet)?;
    Ok(report(draws, &pool, &set, proved))
}

/// What becomes of an answer under other draws, such as those of a posterior from other priors.
///
/// # Errors
/// As [`share`].
pub fn under(draws: &Draws, request: &Request, told: &[usize]) -> Result<Under, ShareError> {
    checked(draws, request)?;
    let pool = Pool::new(draws, request);
    let (best, _) = pool.best().ok_or(ShareError::Unmet)?;
    if let Some(index) = told.iter().copied().find(|r| *r >= request.recipients.len()) {
        return Err(ShareError::Index { what: "recipient", index, count: request.recipients.len() });
    }
    let own = pool.set(told);
    Ok(Under {
        loss: Figure::of(draws, &pool.of_draws(&own)),
        regret: (pool.net(&own) - pool.net(&best)).max(0.0),
        told: pool.told(&best),
    })
}

fn report(draws: &Draws, pool: &Pool<'_>, set: &Set, proved: bool) -> Shared {
    let request = pool.request;
    let leaks = pool.leaks(set);
    let mut sorted = leaks.clone();
    sorted.sort_by(f64::total_cmp);
    let at = |share: f64| sorted[(share * (sorted.len() - 1) as f64).round() as usize];
    let told = pool.told(set);
    Shared {
        advice: (0..request.recipients.len()).map(|r| advice(draws, pool, set, r)).collect(),
        loss: Figure::of(draws, &pool.of_draws(set)),
        value: told.iter().map(|r| request.recipients[*r].value).sum(),
        leak: Figure::of(draws, &leaks),
        leak_range: [at(0.05), at(0.5), at(0.95)],
        whole: pool.whole(set),
        everybody: pool.loss(&vec![true; request.recipients.len()]),
        proved,
        turns: turns(pool, set),
    }
}

fn advice(draws: &Draws, pool: &Pool<'_>, set: &Set, recipient: usize) -> Advice {
    let with = |told: bool| {
        let mut other = set.clone();
        other[recipient] = told;
        other
    };
    let adds = pool.loss(&with(true)) - pool.loss(&with(false));
    let value = pool.request.recipients[recipient].value;
    let leak = Figure::of(draws, &pool.leaks(&pool.set(&[recipient])));
    let needed = set[recipient] && !pool.meets(&with(false));
    // Not telling them costs nothing, or what it costs to tell others instead.
    let else_costs = if needed {
        let others = pool.neighbours(set).into_iter().filter(|other| !other[recipient]);
        others.map(|other| pool.net(&other) - pool.net(&with(false))).min_by(f64::total_cmp)
    } else {
        Some(0.0)
    };
    let factor = else_costs.map(|cost| (cost + value) / adds).filter(|f| *f >= 0.0 && f.is_finite());
    Advice {
        told: set[recipient],
        alone: pool.loss(&pool.set(&[recipient])),
        adds,
        needed,
        turns_at_leak: factor.map(|f| f * leak.value).filter(|p| *p <= 1.0),
        turns_at_value: else_costs.map(|cost| adds - cost).filter(|v| *v >= 0.0),
        leak,
    }
}

/// Of all sets one exchange away, the one for which the factor of losses is nearest below 1 and above at which it is as good.
fn turns(pool: &Pool<'_>, set: &Set) -> [Option<Turn>; 2] {
    let (loss, value) = (pool.loss(set), pool.value(set));
    let turn = |other: Set| {
        let factor = (pool.value(&other) - value) / (pool.loss(&other) - loss);
        let change = |from: &Set, to: &Set| (0..from.len()).filter(|r| !from[*r] && to[*r]).collect();
        (factor.is_finite() && factor >= 0.0).then(|| Turn { factor, joins: change(set, &other), leaves: change(&other, set) })
    };
    let all: Vec<Turn> = pool.neighbours(set).into_iter().filter_map(turn).collect();
    let nearest = |larger: bool| {
        let side = all.iter().filter(|t| (t.factor > 1.0) == larger);
        side.min_by(|a, b| (a.factor - 1.0).abs().total_cmp(&(b.factor - 1.0).abs())).cloned()
    };
    [nearest(false), nearest(true)]
}

fn checked(draws: &Draws, request: &Request) -> Result<(), ShareError> {
    let within = |what, index: usize, count: usize| {
        if index < count { Ok(()) } else { Err(ShareError::Index { what, index, count }) }
    };
    let number = |what, index: usize, value: f64| {
        if value >= 0.0 && value.is_finite() { Ok(()) } else { Err(ShareError::Number { what, index, value }) }
    };
    request.losses.iter().enumerate().try_for_each(|(p, loss)| number("loss of paragraph", p, *loss))?;
    let mut seen = vec![false; draws.persons()];
    for (r, recipient) in request.recipients.iter().enumerate() {
        number("value of recipient", r, recipient.value)?;
        if recipient.people.is_empty() || recipient.paragraphs.is_empty() {
            return Err(ShareError::Nobody(r));
        }
        recipient.channels.iter().try_for_each(|c| within("channel", *c, draws.channels()))?;
        recipient.paragraphs.iter().try_for_each(|p| within("paragraph", *p, request.losses.len()))?;
        for person in &recipient.people {
            within("person", *person, draws.persons())?;
            if std::mem::replace(&mut seen[*person], true) {
                return Err(ShareError::Twice(*person));
            }
        }
    }
    for (number, task) in request.tasks.iter().enumerate() {
        let mut can = task.any.clone();
        can.iter().try_for_each(|r| within("recipient", *r, request.recipients.len()))?;
        can.sort_unstable();
        can.dedup();
        if can.len() < task.least {
            return Err(ShareError::Task { task: number, least: task.least, can: can.len() });
        }
    }
    Ok(())
}
