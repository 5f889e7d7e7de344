//! The randomised disclosure that is expected to tell most of who leaks (a barium meal).
//!
//! Each party, people who must be told the same, is told one of V variants, by a law of its own and independently of all others, with
//! no variant's weight below a floor ε: so what [`crate::experiment`] proves of e-values holds, whatever is wrong with the beliefs that
//! laws are computed from. Those beliefs only say where laws should lean.
//!
//! What an assignment a is expected to tell is the mutual information I(Y; z) of what will be seen and of who leaks, over draws of the
//! posterior ([`Draws`]), with each leak rate at its mean given that they leak (Lindley, Ann. Math. Statist. 27, 1956; for group tests,
//! Cuturi, Teboul and Vert, 2020). Laws are drawn from independently, so what they are expected to tell is linear in each of them and
//! is largest where every law is as uneven as the floor allows: what is looked for is one variant for each party. Nobody whom draws
//! never show leaking leans: for them it costs nothing to keep the even law, by which their e-value grows fastest.
//!
//! An item by whose leak somebody could die is refused. Whoever is named already is left out, or told by a law that the caller fixes.

mod board;
mod forecast;
mod search;

use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::experiment::Who;
use crate::experiment::law::{Bet, Law, LawError, MOST_VARIANTS, ONE, Variant, Variants};
use crate::experiment::protocol::{Group, Plan, Protocol, ProtocolError};
use crate::plan::draws::{Draws, Figure};
use board::{Board, Told};
use search::{Effort, Freedom};

pub use forecast::{Forecast, Reached, Until, forecast};

/// The most variants of which any number may show: a protocol lists no more outcomes than their sets.
pub const MOST_TOGETHER: u8 = 10;
/// Assignments of all laws together that are weighed one by one; of more, so many are drawn.
const ASSIGNMENTS: usize = 256;
/// Possible courses of the rounds before that a round is planned for, if rounds are planned at once.
const COURSES: usize = 16;

/// What is at stake if the bait leaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Harm {
    /// Nothing.
    None,
    /// Little.
    Low,
    /// Much; what a leak must be worth has to be said.
    High,
    /// Somebody's life: never used as bait.
    Lethal,
}

/// How leaked variants are seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Of each variant whether it leaked, as where copies turn up.
    Each,
    /// At most one variant, as where the target acts once: any of those that leaked, each as likely.
    One,
}

/// Whether a party's law is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is.
    Eligible,
    /// It is told nothing.
    LeftOut,
    /// It is told by this law, since it is named already, or for another reason.
    Fixed(Law),
}

/// People who must be told the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Party {
    /// The people, by their numbers in the case.
    pub people: Vec<usize>,
    /// Channels by which they are told, by their numbers in the case.
    pub channels: Vec<usize>,
    /// Whether a law is looked for.
    pub standing: Standing,
}

impl Party {
    /// One person who is told alone, face to face.
    #[must_use]
    pub fn person(person: usize) -> Self {
        Self { people: vec![person], channels: Vec::new(), standing: Standing::Eligible }
    }
}

/// What is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// Type of operation, by which something shows for other reasons.
    pub kind: usize,
    /// Who is to be told.
    pub parties: Vec<Party>,
    /// How many variants there are.
    pub variants: u8,
    /// The least weight of any variant in any law, over 2¹⁶: ε.
    pub floor: u32,
    /// How leaked variants are seen.
    pub seen: Seen,
    /// What is at stake.
    pub harm: Harm,
    /// How many bits a leak of the bait must be worth: a party is left out where it tells less. At 0 nobody is left out.
    pub price: f64,
    /// Seed of what is drawn to plan; who is told what is drawn from another, later.
    pub seed: u64,
}

/// No plan.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ExperimentError {
    /// Lives are at stake.
    #[error("somebody could die if this leaks: it is never used as bait; take an item that does no such harm")]
    Lethal,
    /// Much is at stake, and nothing is said of its worth.
    #[error("much is at stake if this leaks: say how many bits a leak must be worth, or take an item that does less harm")]
    Unpriced,
    /// A price that is none.
    #[error("a leak must be worth a number of bits that is not negative; got {0}")]
    Price(f64),
    /// Fewer than two parties whose laws are looked for.
    #[error(
        "{0} of the parties can be told one variant or another; an experiment needs two: add people, or let some be told apart"
    )]
    Parties(usize),
    /// Too few or too many variants.
    #[error("an experiment has 2 to {most} variants if they are seen like this; got {got}")]
    Variants {
        /// How many were given.
        got: u8,
        /// The most that there may be.
        most: u8,
    },
    /// A floor that leaves no law.
    #[error("a least weight of {floor} of {ONE} leaves no law over {variants} variants: give 1 to {}", ONE / u32::from(*.variants).max(1))]
    Floor {
        /// The floor.
        floor: u32,
        /// The variants.
        variants: u8,
    },
    /// A party without people.
    #[error("party {0} has no people: name at least one")]
    Nobody(usize),
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
    /// Somebody in two parties, or twice in one.
    #[error("person {0} is named twice: whoever must be told the same as others belongs to one party with all of them")]
    Twice(usize),
    /// A fixed law of another length, or below the floor.
    #[error("the fixed law of party {0} has another number of variants, or gives one less than the least weight: change either")]
    Fixed(usize),
    /// Weights that are no law.
    #[error(transparent)]
    Law(#[from] LawError),
    /// No rounds, or no courses.
    #[error("ask for at least one round, and for at least one course")]
    Nothing,
}

/// Laws that lean to where most is learned.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    /// By party, its law; none of whoever is told nothing.
    pub laws: Vec<Option<Law>>,
    /// By party, the variant that it is most likely told; none of whoever is told nothing, and of even laws.
    pub leaning: Vec<Option<Variant>>,
    /// What the laws are expected to tell of who leaks, in bits.
    pub bits: Figure,
    /// What they would tell if everybody were told what their law leans to: what ε costs is the difference.
    pub unmixed: f64,
    /// No experiment with so many variants tells more of one leaker, in bits: log₂(V + 1), or less if less is unknown.
    pub ceiling: f64,
    /// What is unknown of who leaks, in bits, over draws: log₂ of their number at most.
    pub unknown: f64,
    /// By how much the e-value of a party that leaks grows if its variant shows alone, in nats: the mean over parties by how likely each
    /// leaks.
    pub nats: f64,
    /// How likely any of the bait leaks through those who are told.
    pub leak: Figure,
    /// The floor that laws keep.
    pub floor: u32,
    /// What a protocol lists as outcomes: nothing first.
    pub outcomes: Vec<Variants>,
}

impl Planned {
    /// The protocol to be recorded before anything is drawn, by which e-values are proved. `who` gives the number in the record of each
    /// person of `question`, of which this is the plan.
    ///
    /// # Errors
    /// [`ProtocolError`] says what cannot be carried out.
    pub fn protocol(
        &self,
        question: &Question,
        who: impl Fn(usize) -> Who,
        (wording, closes, bet): ([u8; 32], i64, Bet),
    ) -> Result<Protocol, ProtocolError> {
        let told = question.parties.iter().zip(&self.laws).filter_map(|(party, law)| Some((party, law.clone()?)));
        let groups = told.map(|(party, law)| Ok((Group::of(party.people.iter().map(|p| who(*p)).collect())?, law)));
        let groups = groups.collect::<Result<_, ProtocolError>>()?;
        Protocol::new(Plan { wording, closes, floor: self.floor, bet, outcomes: self.outcomes.clone(), groups })
    }
}

/// The laws that are expected to tell most. Deterministic by the question's seed.
///
/// # Errors
/// [`ExperimentError`] says what cannot be planned.
pub fn plan(draws: &Draws, question: &Question) -> Result<Planned, ExperimentError> {
    checked(draws, question)?;
    let board = Board::new(draws, question);
    let weights = [board.even()];
    let told = search::best(&board, &weights, &freedom(question), question, Effort::Full);
    planned(draws, question, &board, &told)
}

/// Several experiments that run at once, each with laws that are expected to tell most beside those before it (greedy in their order).
/// What each of them tells is what it adds.
///
/// # Errors
/// [`ExperimentError`] says what cannot be planned.
pub fn plan_rounds(draws: &Draws, question: &Question, rounds: usize) -> Result<Vec<Planned>, ExperimentError> {
    checked(draws, question)?;
    if rounds == 0 {
        return Err(ExperimentError::Nothing);
    }
    let board = Board::new(draws, question);
    let mut random = Xoshiro256PlusPlus::seed_from_u64(question.seed);
    // The beliefs to which experiments before could lead, each as likely.
    let mut courses = vec![board.even(); COURSES];
    let mut all = Vec::with_capacity(rounds);
    for round in 0..rounds {
        let alike = if round == 0 { &courses[..1] } else { &courses[..] };
        let told = search::best(&board, alike, &freedom(question), question, Effort::Full);
        let mut one = planned(draws, question, &board, &told)?;
        if round > 0 {
            one.unmixed = Told::new(&board, &courses, &told).bits();
            let mixed: Vec<f64> =
                (0..ASSIGNMENTS / 4).map(|_| Told::new(&board, &courses, &drawn(&one.laws, &mut random)).bits()).collect();
            one.bits = mean_of(&mixed);
        }
        for weights in &mut courses {
            let assigned = drawn(&one.laws, &mut random);
            board.observe(weights, &assigned, &mut random);
        }
        all.push(one);
    }
    Ok(all)
}

/// What is learned if each party is told just this, or nothing, in bits: any number of variants from 1, laws or none.
///
/// # Errors
/// [`ExperimentError::Index`] for a party or a variant that does not exist.
pub fn bits(draws: &Draws, question: &Question, told: &[Option<Variant>]) -> Result<Figure, ExperimentError> {
    indexed(draws, question)?;
    let within = |told: &Option<Variant>| told.is_none_or(|v| v.0 < question.variants);
    if told.len() != question.parties.len() || !told.iter().all(within) {
        return Err(ExperimentError::Index { what: "party or variant", index: told.len(), count: question.parties.len() });
    }
    let board = Board::new(draws, question);
    let told: Vec<Option<u8>> = told.iter().map(|v| v.map(|v| v.0)).collect();
    Ok(Figure::of(draws, &Told::new(&board, &[board.even()], &told).of_draws()))
}

/// What each party should be told so that most is learned, were there no laws to be kept; `silent` if some may be told nothing. Also
/// of one variant, that some are told and others not.
///
/// # Errors
/// [`ExperimentError`] says what cannot be planned.
pub fn assign(draws: &Draws, question: &Question, silent: bool) -> Result<Vec<Option<Variant>>, ExperimentError> {
    indexed(draws, question)?;
    let board = Board::new(draws, question);
    let mut free = freedom(question);
    free.iter_mut().filter(|f| matches!(f, Freedom::Free { .. })).for_each(|f| *f = Freedom::Free { silent });
    let told = search::best(&board, &[board.even()], &free, question, Effort::Full);
    Ok(told.into_iter().map(|v| v.map(Variant)).collect())
}

fn mean_of(values: &[f64]) -> Figure {
    let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
    let square = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (values.len().max(2) - 1) as f64;
    Figure { value: mean, error: (square / values.len().max(1) as f64).sqrt(), chains: [mean, mean] }
}

fn freedom(question: &Question) -> Vec<Freedom> {
    let of = |party: &Party| match &party.standing {
        Standing::Eligible => Freedom::Free { silent: question.price > 0.0 },
        Standing::LeftOut => Freedom::Held(None),
        Standing::Fixed(law) => {
            let likeliest = (0..).zip(law.weights()).max_by_key(|(v, w)| (**w, u8::MAX - v));
            Freedom::Held(likeliest.map(|(v, _)| v))
        }
    };
    question.parties.iter().map(of).collect()
}

/// The laws that lean to an assignment, and what they are worth.
fn planned(draws: &Draws, question: &Question, board: &Board, told: &[Option<u8>]) -> Result<Planned, ExperimentError> {
    let laws = laws(question, board, told)?;
    let left = laws.iter().zip(&question.parties).filter(|(l, p)| l.is_some() && p.standing == Standing::Eligible).count();
    if left < 2 {
        return Err(ExperimentError::Parties(left));
    }
    let even = Law::uniform(question.variants)?;
    let leaning = laws.iter().zip(told).map(|(law, v)| law.as_ref().filter(|law| **law != even).and(v.map(Variant)));
    let weights = [board.even()];
    let (of_draws, spread) = mixed(question, board, &laws);
    let mut bits = Figure::of(draws, &of_draws);
    bits.error = bits.error.hypot(spread);
    let sure = Told::new(board, &weights, told);
    let unknown = board.unknown(&weights[0]);
    let chances = board.chances(&weights);
    let grows = |law: &Law| law.weights().iter().map(|w| f64::from(*w) / f64::from(ONE)).map(|p| -p * p.ln()).sum::<f64>();
    let grown = laws.iter().zip(&chances).filter_map(|(law, chance)| Some((grows(law.as_ref()?) * chance, *chance)));
    let (nats, all) = grown.fold((0.0, 0.0), |(nats, all), (n, c)| (nats + n, all + c));
    Ok(Planned {
        leaning: leaning.collect(),
        bits,
        unmixed: sure.bits(),
        ceiling: f64::from(question.variants + 1).log2().min(unknown),
        unknown,
        nats: if all > 0.0 { nats / all } else { 0.0 },
        leak: Figure::of(draws, &sure.leaks()),
        floor: question.floor,
        outcomes: outcomes(question),
        laws,
    })
}

fn outcomes(question: &Question) -> Vec<Variants> {
    match question.seen {
        Seen::Each => (0..1_u16 << question.variants.min(MOST_TOGETHER)).map(Variants::from_bits).collect(),
        Seen::One => {
            let single = (0..question.variants).map(|v| Variants::of(&[Variant(v)]));
            std::iter::once(Variants::NONE).chain(single).collect()
        }
    }
}

fn laws(question: &Question, board: &Board, told: &[Option<u8>]) -> Result<Vec<Option<Law>>, LawError> {
    let of = |(number, (party, told)): (usize, (&Party, &Option<u8>))| match (&party.standing, told) {
        (Standing::Fixed(law), _) => Ok(Some(law.clone())),
        (_, None) => Ok(None),
        (_, Some(_)) if board.never(number) => Law::uniform(question.variants).map(Some),
        (_, Some(leaning)) => {
            let others = u32::from(question.variants) - 1;
            let weight = |v: u8| if v == *leaning { ONE - others * question.floor } else { question.floor };
            Law::new((0..question.variants).map(weight).collect()).map(Some)
        }
    };
    question.parties.iter().zip(told).enumerate().map(of).collect()
}

/// Assignments that laws give, each as likely as laws make it: all, with their weights, if they are few.
fn assignments(laws: &[Option<Law>], seed: u64) -> Vec<(Vec<Option<u8>>, f64)> {
    let variants = laws.iter().flatten().map(|law| law.weights().len());
    let count = variants.clone().try_fold(1_usize, |all, v| all.checked_mul(v).filter(|n| *n <= ASSIGNMENTS));
    if count.is_none() {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
        return (0..ASSIGNMENTS).map(|_| (drawn(laws, &mut random), 1.0 / ASSIGNMENTS as f64)).collect();
    }
    laws.iter().fold(vec![(Vec::new(), 1.0)], |ways, law| {
        let next = |(told, p): (Vec<Option<u8>>, f64)| -> Vec<(Vec<Option<u8>>, f64)> {
            let with = |v: Option<u8>, share: f64| ([told.as_slice(), &[v]].concat(), p * share);
            match law {
                None => vec![with(None, 1.0)],
                Some(law) => (0..).zip(law.weights()).map(|(v, w)| with(Some(v), f64::from(*w) / f64::from(ONE))).collect(),
            }
        };
        ways.into_iter().flat_map(next).collect()
    })
}

/// What each party is told, drawn from its law.
fn drawn(laws: &[Option<Law>], random: &mut Xoshiro256PlusPlus) -> Vec<Option<u8>> {
    let mut of = |law: &Law| {
        let mut left = random.random_range(0..ONE);
        let mut all = (0..).zip(law.weights());
        let found = all.find(|(_, weight)| {
            let here = left < **weight;
            left = left.saturating_sub(**weight);
            here
        });
        found.map_or(0, |(v, _)| v)
    };
    laws.iter().map(|law| law.as_ref().map(&mut of)).collect()
}

/// By draw, what it contributes to what laws are expected to tell; and the standard error for not having weighed all assignments.
fn mixed(question: &Question, board: &Board, laws: &[Option<Law>]) -> (Vec<f64>, f64) {
    let all = assignments(laws, question.seed);
    let weights = [board.even()];
    let mut sums = vec![0.0; board.draws()];
    let mut each = Vec::with_capacity(all.len());
    for (told, weight) in &all {
        let of_draws = Told::new(board, &weights, told).of_draws();
        each.push(of_draws.iter().sum::<f64>() / of_draws.len().max(1) as f64);
        sums.iter_mut().zip(of_draws).for_each(|(sum, bits)| *sum += weight * bits);
    }
    let sampled = all.len() == ASSIGNMENTS && all.iter().all(|(_, w)| *w == 1.0 / ASSIGNMENTS as f64);
    (sums, if sampled { mean_of(&each).error } else { 0.0 })
}

fn indexed(draws: &Draws, question: &Question) -> Result<(), ExperimentError> {
    let within = |what, index: usize, count: usize| {
        if index < count { Ok(()) } else { Err(ExperimentError::Index { what, index, count }) }
    };
    within("type of operation", question.kind, draws.kinds())?;
    let mut seen = vec![false; draws.persons()];
    for (number, party) in question.parties.iter().enumerate() {
        if party.people.is_empty() {
            return Err(ExperimentError::Nobody(number));
        }
        party.channels.iter().try_for_each(|c| within("channel", *c, draws.channels()))?;
        for person in &party.people {
            within("person", *person, draws.persons())?;
            if std::mem::replace(&mut seen[*person], true) {
                return Err(ExperimentError::Twice(*person));
            }
        }
    }
    let most = if question.seen == Seen::Each { MOST_TOGETHER } else { MOST_VARIANTS as u8 };
    if question.variants == 0 || question.variants > most {
        return Err(ExperimentError::Variants { got: question.variants, most });
    }
    if question.price >= 0.0 { Ok(()) } else { Err(ExperimentError::Price(question.price)) }
}

fn checked(draws: &Draws, question: &Question) -> Result<(), ExperimentError> {
    match question.harm {
        Harm::Lethal => return Err(ExperimentError::Lethal),
        Harm::High if question.price == 0.0 => return Err(ExperimentError::Unpriced),
        _ => {}
    }
    indexed(draws, question)?;
    let Question { floor, variants, .. } = *question;
    if variants < 2 {
        let most = if question.seen == Seen::Each { MOST_TOGETHER } else { MOST_VARIANTS as u8 };
        return Err(ExperimentError::Variants { got: variants, most });
    }
    if floor == 0 || floor > ONE / u32::from(variants) {
        return Err(ExperimentError::Floor { floor, variants });
    }
    let fits = |law: &Law| law.weights().len() == usize::from(variants) && law.weights().iter().all(|w| *w >= floor);
    let misfit = |party: &Party| matches!(&party.standing, Standing::Fixed(law) if !fits(law));
    if let Some(number) = question.parties.iter().position(misfit) {
        return Err(ExperimentError::Fixed(number));
    }
    let eligible = question.parties.iter().filter(|p| p.standing == Standing::Eligible).count();
    if eligible < 2 { Err(ExperimentError::Parties(eligible)) } else { Ok(()) }
}
