//! The arms: what is done with what is known.

use std::time::Instant;

use holm_simulate::programme::Programme;
use holm_simulate::programme::policy::{Ask, Copy, Named, Policy, Report, Roster, Sharing, Standing};
use holm_simulate::programme::setting::Setting;
use serde::{Deserialize, Serialize};

use crate::Failure;
use crate::director::{Director, Suspicion};
use crate::everything::{Baits, Everything};
use crate::marking::Marking;
use crate::row::Row;

/// An arm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Arm {
    /// No Holm: after failures nothing is shared with a unit for a time.
    Nothing,
    /// The same, teams are those who knew of the smallest share that failed, and whoever knew of most that failed is removed.
    Guess,
    /// As `Nothing`, and each copy is marked: whose copy is named is removed.
    Marks,
    /// Marks, beliefs, planned teams and readers, and randomised variants of facts in items that are shared anyhow.
    Unbaited,
    /// The same, and harmless items by which likely leakers are tried.
    Everything,
}

/// A world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum World {
    /// As assumed.
    Plain,
    /// Half as much of leaks is seen.
    HalfSeen,
    /// The framer passes on the rival's copy.
    Borrowed,
}

impl World {
    pub(crate) const ALL: [Self; 3] = [Self::Plain, Self::HalfSeen, Self::Borrowed];

    pub(crate) fn parse(name: &str) -> Result<Self, Failure> {
        let all = Self::ALL.map(Self::name).join("`, `");
        Self::ALL
            .into_iter()
            .find(|world| world.name() == name)
            .ok_or_else(|| format!("`{name}` is no world: give `{all}`").into())
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::HalfSeen => "half-seen",
            Self::Borrowed => "borrowed",
        }
    }

    fn setting(self) -> Setting {
        match self {
            Self::Plain => Setting::two_years(),
            Self::HalfSeen => Setting::half_seen(),
            Self::Borrowed => Setting::borrowed(),
        }
    }
}

impl Arm {
    pub(crate) const ALL: [Self; 5] = [Self::Nothing, Self::Guess, Self::Marks, Self::Unbaited, Self::Everything];

    pub(crate) fn parse(name: &str) -> Result<Self, Failure> {
        let all = Self::ALL.map(Self::name).join("`, `");
        Self::ALL.into_iter().find(|arm| arm.name() == name).ok_or_else(|| format!("`{name}` is no arm: give `{all}`").into())
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Guess => "guess",
            Self::Marks => "marks",
            Self::Unbaited => "unbaited",
            Self::Everything => "everything",
        }
    }

    /// One programme.
    pub(crate) fn run(self, world: World, seed: u64) -> Result<Row, Failure> {
        let start = Instant::now();
        let programme = Programme::new(&world.setting(), seed);
        let roster = programme.roster();
        let (run, beliefs) = match self {
            Self::Nothing => (programme.run(&mut Plain::new(roster, Suspicion::Unit, None))?, [0; 2]),
            Self::Guess => (programme.run(&mut Plain::new(roster, Suspicion::Denominator, None))?, [0; 2]),
            Self::Marks => (programme.run(&mut Plain::new(roster, Suspicion::Unit, Some(Marking::new(seed))))?, [0; 2]),
            Self::Unbaited | Self::Everything => {
                let baits = if self == Self::Everything { Baits::Told } else { Baits::Never };
                let mut everything = Everything::new(roster, seed, baits)?;
                let run = programme.run(&mut everything)?;
                (run, everything.outcome()?)
            }
        };
        let seconds = (start.elapsed().as_secs_f64() * 10.0).round() / 10.0;
        Ok(Row::new((world, self, seed), &run, beliefs, seconds))
    }
}

/// Sharing as today, by a director's rule, with marks or without.
struct Plain {
    director: Director,
    marking: Option<Marking>,
    named: Vec<usize>,
}

impl Plain {
    fn new(roster: Roster, suspicion: Suspicion, marking: Option<Marking>) -> Self {
        Self { director: Director::new(roster, suspicion), marking, named: Vec::new() }
    }
}

impl Policy for Plain {
    fn learn(&mut self, report: &Report) -> Standing {
        let mut named: Vec<Named> = Vec::new();
        for recovered in &report.recovered {
            let traced = self.marking.as_mut().map(|marking| marking.trace(recovered).named).unwrap_or_default();
            let known = |person: usize| self.named.contains(&person) || named.iter().any(|other| other.person == person);
            let new: Vec<Named> = traced.into_iter().filter(|one| !known(one.person)).collect();
            named.extend(new);
        }
        named.iter().for_each(|n| self.director.found(n.person));
        let mut standing = self.director.learn(report);
        named.append(&mut standing.named);
        self.named.extend(named.iter().map(|n| n.person));
        Standing { named, ..standing }
    }

    fn share(&mut self, ask: &Ask) -> Sharing {
        let out = |person: usize| self.named.contains(&person) || self.director.withholds(person, ask.week);
        let mut sharing = Sharing {
            team: self.director.team(ask, out),
            readers: ask.readers.iter().copied().filter(|p| !out(*p)).collect(),
            copies: Vec::new(),
        };
        if let Some(marking) = &mut self.marking {
            let people: Vec<usize> = sharing.told().collect();
            let codewords = marking.issue((ask.number, &ask.arities), &people);
            sharing.copies =
                people.into_iter().zip(codewords).map(|(person, codeword)| Copy { person, codeword, variant: None }).collect();
        }
        self.director.shared(ask, &sharing);
        sharing
    }
}
