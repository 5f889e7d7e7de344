//! Who calls whom: everybody's circle, targets and those who go between, calls after disclosures, and those that leaked.

mod leaks;
mod people;
mod talk;
mod underworld;

use holm_codes::attack::Random;

use crate::chance::{Chance, happens, one_of};
use crate::statements::call::{Call, Direction, Exchange, Kind};
use crate::statements::conduct::{Conduct, soon};
use crate::statements::line::{Held, Lines, Number};
use crate::statements::setting::Setting;
use crate::statements::trace::Traces;
use crate::statements::{second, within};
use crate::world::World;
use talk::{Tie, seconds_of_call};
use underworld::Underworld;

/// What is seen of calls, and what is so.
pub(crate) struct Calls {
    pub(crate) calls: Vec<Call>,
    pub(crate) numbers: Vec<(Number, usize)>,
    pub(crate) targets: Vec<Number>,
    pub(crate) traces: Traces,
}

pub(crate) fn draw(world: &World, setting: &Setting, conducts: &[Conduct], random: &mut Chance) -> Calls {
    let mut circle = Circle {
        world,
        setting,
        random,
        lines: Lines::default(),
        contacts: Vec::new(),
        exchanges: Vec::new(),
        traces: Traces::default(),
    };
    circle.people();
    let underworld = circle.underworld();
    circle.circles(&underworld);
    circle.strangers(&underworld);
    circle.second_sims();
    circle.briefings();
    circle.leaks(conducts, &underworld);
    circle.written(&underworld)
}

/// Calls while they are made. Lines of people come first, in the order of the roster.
struct Circle<'w> {
    world: &'w World,
    setting: &'w Setting,
    random: &'w mut Chance,
    lines: Lines,
    /// By person, lines in their circle; the first is home.
    contacts: Vec<Vec<usize>>,
    exchanges: Vec<Exchange>,
    traces: Traces,
}

impl Circle<'_> {
    fn persons(&self) -> usize {
        self.world.recorded.persons.len()
    }

    /// One of some that are never none, each alike.
    fn any<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.random.below(of.len())]
    }

    fn converse(&mut self, tie: Tie) {
        tie.converse(self.random, &mut self.exchanges);
    }

    fn call(&mut self, at: i64, from: usize, to: usize, kind: Kind) {
        let seconds = if kind == Kind::Call { seconds_of_call(self.random) } else { 0 };
        self.exchanges.push(Exchange { at, from, to, kind, seconds });
    }

    /// Whoever was told something calls others who were told, or home, for ordinary reasons.
    fn briefings(&mut self) {
        let of = self.setting.briefed;
        let world = self.world;
        for operation in &world.truth.operations {
            let told: Vec<usize> = operation.told.iter().map(|t| t.0).filter(|p| *p < self.persons()).collect();
            for (person, _, day) in operation.told.iter().filter(|t| t.0 < world.recorded.persons.len()) {
                let colleague = one_of(&told, self.random).copied().filter(|other| other != person);
                let home = self.contacts[*person].first().copied();
                for (whom, share) in [(colleague, of.colleague), (home, of.home)] {
                    let at = second(*day) + soon(of.hours, second(1.0), self.random);
                    let calls = happens(share, self.random);
                    if let Some(whom) = whom.filter(|_| calls) {
                        self.call(at, *person, whom, Kind::Call);
                    }
                }
            }
        }
    }

    /// Statements of the lines that there are statements of.
    fn written(mut self, underworld: &Underworld) -> Calls {
        self.exchanges.retain(|e| within(e.at) && e.from != e.to);
        self.exchanges.sort_unstable();
        let mut calls = Vec::with_capacity(self.exchanges.len());
        for exchange in &self.exchanges {
            let sides = [(exchange.from, exchange.to, Direction::Out), (exchange.to, exchange.from, Direction::In)];
            calls.extend(sides.into_iter().filter_map(|(own, other, way)| self.row(exchange, own, other, way)));
        }
        let listed = |person: usize| self.lines.lines[person].numbers.all().map(move |number| (number, person));
        let mut numbers: Vec<(Number, usize)> = (0..self.persons()).flat_map(listed).collect();
        numbers.sort_by_key(|(_, person)| *person);
        let targets = underworld.targets.iter().flatten().flat_map(|line| self.lines.lines[*line].numbers.all()).collect();
        Calls { calls, numbers, targets, traces: self.traces }
    }

    fn row(&self, exchange: &Exchange, own: usize, other: usize, direction: Direction) -> Option<Call> {
        let line = &self.lines.lines[own];
        let Exchange { at, kind, seconds, .. } = *exchange;
        (line.held == Held::Yes).then_some(())?;
        Some(Call {
            at,
            own: line.numbers.at(at)?,
            other: self.lines.number_at(other, at)?,
            direction,
            kind,
            seconds,
            handset: line.handsets.at(at)?,
            sim: line.sims.at(at)?,
        })
    }
}
