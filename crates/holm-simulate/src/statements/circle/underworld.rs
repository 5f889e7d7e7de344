//! Targets, those who go between, and places that everybody calls.

use super::Circle;
use super::talk::Tie;
use crate::statements::line::Held;
use crate::world::activity::DAYS;

/// Known numbers of each target, go-betweens in touch with it, and people in touch with each of these.
const NUMBERS: usize = 2;
const BROKERS: usize = 2;
const RUNNERS: usize = 2;
/// Acquaintances of each of them of whom nothing follows.
const ACQUAINTANCES: usize = 8;
/// Calls and texts a day of a target with a go-between, of a go-between with a runner, and of either with an acquaintance.
const RATES: [f64; 3] = [0.4, 0.2, 0.3];
/// Places that everybody calls.
const PLACES: usize = 40;

/// Lines by index. There are statements of targets and of those one hop from them, who were looked into.
pub(super) struct Underworld {
    /// By target, its known lines.
    pub(super) targets: Vec<Vec<usize>>,
    /// By target, lines of go-betweens one hop from it.
    pub(super) brokers: Vec<Vec<usize>>,
    /// By target, lines two hops from it, each with the go-between that it is in touch with.
    pub(super) runners: Vec<Vec<(usize, usize)>>,
    /// All lines of targets and go-betweens of which there are statements.
    pub(super) held: Vec<usize>,
    /// Places that everybody calls.
    pub(super) places: Vec<usize>,
}

impl Circle<'_> {
    /// All of them, with what they say to each other.
    pub(super) fn underworld(&mut self) -> Underworld {
        let truth = &self.world.truth;
        let served = truth.actors.iter().filter_map(|a| a.corrupt.as_ref()).map(|c| c.serves);
        let organisations = 1 + truth.operations.iter().map(|o| o.target).chain(served).max().unwrap_or(0);
        let mut underworld = Underworld {
            targets: Vec::new(),
            brokers: Vec::new(),
            runners: Vec::new(),
            held: Vec::new(),
            places: (0..PLACES).map(|_| self.lines.open(Held::No)).collect(),
        };
        for _ in 0..organisations {
            let targets: Vec<usize> = (0..NUMBERS).map(|_| self.lines.open(Held::Yes)).collect();
            let brokers: Vec<usize> = (0..BROKERS).map(|_| self.lines.open(Held::Yes)).collect();
            let mut runners = Vec::new();
            for broker in &brokers {
                let target = self.any(&targets);
                self.always(*broker, target, RATES[0]);
                for _ in 0..RUNNERS {
                    let runner = self.lines.open(Held::No);
                    self.always(runner, *broker, RATES[1]);
                    runners.push((runner, *broker));
                }
            }
            for line in targets.iter().chain(&brokers) {
                for _ in 0..ACQUAINTANCES {
                    let whom = self.lines.open(Held::No);
                    self.always(*line, whom, RATES[2]);
                }
            }
            underworld.held.extend(targets.iter().chain(&brokers));
            underworld.targets.push(targets);
            underworld.brokers.push(brokers);
            underworld.runners.push(runners);
        }
        underworld
    }

    fn always(&mut self, from: usize, to: usize, rate: f64) {
        self.converse(Tie { from, to, rate, days: [0.0, DAYS] });
    }
}
