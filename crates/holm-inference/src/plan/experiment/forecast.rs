//! How many experiments it will take: possible courses, each with one draw of the posterior as its truth.

use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

use crate::experiment::law::{Bet, Law, ONE, Variant, Variants, mixed};
use crate::plan::draws::Draws;
use crate::plan::experiment::board::{Board, picked};
use crate::plan::experiment::search::{Effort, Freedom, best};
use crate::plan::experiment::{ExperimentError, Planned, Question, checked, drawn, freedom, laws, plan};

/// When somebody counts as named.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Until {
    /// By a probability of leaking.
    Belief(f64),
    /// By an e-value: with n groups, and n/α, no innocent is ever named with a probability above α.
    Value(f64),
}

/// How often and when something was reached.
#[derive(Clone, Debug, PartialEq)]
pub struct Reached {
    /// Share of courses by number of rounds, from 1.
    pub within: Vec<f64>,
    /// After how many rounds half of the courses have reached it; none if after more than were looked at.
    pub median: Option<usize>,
    /// Mean number of rounds, courses that did not reach it counted as one more than were looked at.
    pub mean: f64,
}

/// What is to be expected of rounds that are planned one after the other, each from what was seen before.
#[derive(Clone, Debug, PartialEq)]
pub struct Forecast {
    /// Until one leaker is named, of courses in which anybody leaks.
    pub first: Reached,
    /// Until all are.
    pub all: Reached,
    /// Share of courses in which an innocent party was named.
    pub wronged: f64,
    /// The probability that none of the parties leaks now: then nobody can be named.
    pub nobody: f64,
    /// Number of courses.
    pub courses: usize,
    /// Share of draws that nobody else agrees with on who leaks. Where it is large, truths are among few possibilities, and rounds are
    /// forecast too few.
    pub single: f64,
}

/// Simulates `courses` of up to `rounds`, with the laws of this question planned anew each round; whoever is named is left out from then
/// on. Whom draws show leaking is the truth of courses as often as it is believed. Deterministic by the question's seed.
///
/// # Errors
/// [`ExperimentError`] says what cannot be planned.
pub fn forecast(
    draws: &Draws,
    question: &Question,
    until: Until,
    (rounds, courses): (usize, usize),
) -> Result<Forecast, ExperimentError> {
    checked(draws, question)?;
    if rounds == 0 || courses == 0 {
        return Err(ExperimentError::Nothing);
    }
    let board = Board::new(draws, question);
    let first = plan(draws, question)?;
    let leaks: Vec<usize> = (0..board.draws()).filter(|draw| board.leaking(*draw).next().is_some()).collect();
    let nobody = 1.0 - leaks.len() as f64 / board.draws() as f64;
    let bet = Bet::new(ONE)?;
    let world = World { board: &board, question, first: &first, until, rounds, bet };
    let mut weights = vec![0.0; board.draws()];
    leaks.iter().for_each(|draw| weights[*draw] = 1.0 / leaks.len() as f64);
    let each: Vec<Course> = (0..courses)
        .into_par_iter()
        .filter(|_| !leaks.is_empty())
        .map(|number| {
            let seed = question.seed.wrapping_mul(0x2545_f491_4f6c_dd1d).wrapping_add(number as u64);
            let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
            let truth = picked(&weights, &mut random);
            world.course(truth, &mut random)
        })
        .collect::<Result<_, ExperimentError>>()?;
    Ok(Forecast {
        first: reached(each.iter().map(|c| c.first), rounds),
        all: reached(each.iter().map(|c| c.all), rounds),
        wronged: each.iter().filter(|c| c.wronged).count() as f64 / each.len().max(1) as f64,
        nobody,
        courses: each.len(),
        single: board.single(),
    })
}

fn reached(rounds_of: impl Iterator<Item = Option<usize>> + Clone, rounds: usize) -> Reached {
    let count = rounds_of.clone().count().max(1) as f64;
    let within: Vec<f64> =
        (1..=rounds).map(|n| rounds_of.clone().flatten().filter(|at| *at <= n).count() as f64 / count).collect();
    Reached {
        median: within.iter().position(|share| *share >= 0.5).map(|at| at + 1),
        mean: rounds_of.map(|at| at.unwrap_or(rounds + 1) as f64).sum::<f64>() / count,
        within,
    }
}

/// After how many rounds.
struct Course {
    first: Option<usize>,
    all: Option<usize>,
    wronged: bool,
}

struct World<'w> {
    board: &'w Board,
    question: &'w Question,
    first: &'w Planned,
    until: Until,
    rounds: usize,
    bet: Bet,
}

impl World<'_> {
    fn course(&self, truth: usize, random: &mut Xoshiro256PlusPlus) -> Result<Course, ExperimentError> {
        let board = self.board;
        let mut free = freedom(self.question);
        let mut weights = vec![board.even()];
        let mut values = vec![0.0_f64; board.parties()];
        let mut named = vec![false; board.parties()];
        let leaking: Vec<usize> = board.leaking(truth).collect();
        let mut course = Course { first: None, all: None, wronged: false };
        for round in 1..=self.rounds {
            let laws = if round == 1 { self.first.laws.clone() } else { self.laws(&weights, &free)? };
            let told = drawn(&laws, random);
            let outcome = board.happens(truth, &told, random);
            board.learn(&mut weights[0], &told, outcome);
            self.pay(&mut values, &laws, &told, Variants::from_bits(board.shows(outcome)));
            let chances = board.chances(&weights);
            for party in 0..named.len() {
                let over = match self.until {
                    Until::Belief(line) => chances[party] >= line,
                    Until::Value(line) => values[party].exp() >= line,
                };
                if over && !named[party] {
                    named[party] = true;
                    free[party] = Freedom::Held(None);
                    course.wronged |= !leaking.contains(&party);
                }
            }
            if leaking.iter().any(|party| named[*party]) {
                course.first = course.first.or(Some(round));
            }
            if leaking.iter().all(|party| named[*party]) {
                course.all = Some(round);
                break;
            }
            if free.iter().filter(|f| matches!(f, Freedom::Free { .. })).count() < 2 {
                break;
            }
        }
        Ok(course)
    }

    /// Laws of a later round; whoever is named has none.
    fn laws(&self, weights: &[Vec<f64>], free: &[Freedom]) -> Result<Vec<Option<Law>>, ExperimentError> {
        let told = best(self.board, weights, free, self.question, Effort::Brief);
        let mut laws = laws(self.question, self.board, &told)?;
        laws.iter_mut().zip(free).filter(|(_, f)| **f == Freedom::Held(None)).for_each(|(law, _)| *law = None);
        Ok(laws)
    }

    /// What one experiment pays, as one outcome that is entered once it is closed.
    fn pay(&self, ln_values: &mut [f64], laws: &[Option<Law>], told: &[Option<u8>], shown: Variants) {
        for ((value, law), told) in ln_values.iter_mut().zip(laws).zip(told) {
            if let (Some(law), Some(told)) = (law, told) {
                *value += mixed(&[self.bet.payoff(law, Variant(*told), shown)]).ln();
            }
        }
    }
}
