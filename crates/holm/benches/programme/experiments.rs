//! Variants of a fact told at random, by protocols that are recorded before the draw, and e-values over all of them.

use std::collections::BTreeMap;

use holm::workspace::DEFAULT_ALPHA;
use holm_codes::attack::Random;
use holm_inference::experiment::draw::Seed;
use holm_inference::experiment::family::Family;
use holm_inference::experiment::law::{Bet, Law, ONE, Variant, Variants};
use holm_inference::experiment::ledger::{Experiment, Ledger};
use holm_inference::experiment::protocol::{Group, Plan, Protocol};
use holm_inference::experiment::{Entry, Who};
use holm_inference::plan::draws::Draws;
use holm_inference::plan::experiment::{Harm, Party, Question, Seen, plan};
use holm_simulate::chance::Chance;

use crate::Failure;

/// The least weight of a variant in laws that lean: dear in bits, cheap in e-values.
const FLOOR: u32 = ONE / 8;
const WEEK: i64 = 7 * 24 * 3600;
/// Outcomes are entered until so many weeks after an operation.
const CLOSES: usize = 4;

/// Who plans, who tells people, and who enters outcomes: none of them is on the roster.
const PLANNER: Who = Who(10_000);
const TELLER: Who = Who(10_001);
const READER: Who = Who(10_002);

/// One that runs.
struct Running {
    experiment: Experiment,
    closes: i64,
    told: BTreeMap<usize, u8>,
}

/// All experiments of a programme.
pub(crate) struct Experiments {
    ledger: Ledger,
    family: Family,
    chance: Chance,
    number: u64,
    running: BTreeMap<usize, Running>,
}

impl Experiments {
    pub(crate) fn new(people: usize, seed: u64) -> Result<Self, Failure> {
        let everybody = (0..people).map(|person| Group::person(Who(person as u32))).collect();
        Ok(Self {
            ledger: Ledger::default(),
            family: Family::new(everybody, Entry::default(), DEFAULT_ALPHA)?,
            chance: Chance::of(&["programme experiments", &seed.to_string()]),
            number: 0,
            running: BTreeMap::new(),
        })
    }

    fn entry(&mut self, week: usize) -> Entry {
        self.number += 1;
        Entry { number: self.number, seconds: week as i64 * WEEK }
    }

    /// Announces an experiment, draws it and says by person which variant they are told. Laws lean by `draws`, or are even without.
    pub(crate) fn begin(
        &mut self,
        (item, variants): (usize, u8),
        people: &[usize],
        draws: Option<&Draws>,
        (week, due): (usize, usize),
    ) -> Result<BTreeMap<usize, u8>, Failure> {
        let laws = match draws {
            Some(draws) if people.len() > 1 => plan(draws, &question(people, variants, self.chance.next()))?.laws,
            _ => vec![Some(Law::uniform(variants)?); people.len()],
        };
        let groups = people.iter().zip(laws).filter_map(|(person, law)| Some((Group::person(Who(*person as u32)), law?)));
        let closes = (due + CLOSES) as i64 * WEEK;
        let outcomes = std::iter::once(Variants::NONE).chain((0..variants).map(|v| Variants::of(&[Variant(v)]))).collect();
        let protocol = Protocol::new(Plan {
            wording: [0; 32],
            closes,
            floor: FLOOR,
            bet: Bet::new(ONE)?,
            outcomes,
            groups: groups.collect(),
        })?;
        let bytes: Vec<u8> = (0..4).flat_map(|_| self.chance.next().to_le_bytes()).collect();
        let seed = Seed::from_bytes(bytes.try_into().unwrap_or([0; 32]));
        let (announced, drawn, opened) = (self.entry(week), self.entry(week), self.entry(week));
        let experiment = self.ledger.announce(&protocol.encode(), PLANNER, announced)?;
        self.ledger.draw(experiment, seed, PLANNER, drawn, &[TELLER])?;
        let told = self.ledger.open_to(experiment, TELLER, opened)?;
        let person = |group: &Group| group.members().first().map_or(usize::MAX, |who| who.0 as usize);
        let told: BTreeMap<usize, u8> = told.into_iter().map(|(group, variant)| (person(group), variant.0)).collect();
        self.running.insert(item, Running { experiment, closes, told: told.clone() });
        Ok(told)
    }

    /// What was seen of an operation: its experiment, if it was one, is closed, and what everybody was told may be used.
    pub(crate) fn end(&mut self, item: usize, shown: Option<u8>, week: usize) -> Result<Option<BTreeMap<usize, u8>>, Failure> {
        let Some(Running { experiment, told, .. }) = self.running.remove(&item) else { return Ok(None) };
        let (entered, closed) = (self.entry(week), self.entry(week));
        let mut evidence = [0; 32];
        evidence[..8].copy_from_slice(&(item as u64).to_le_bytes());
        let outcome = shown.map_or(0, |v| usize::from(v) + 1);
        self.ledger.blind(experiment, READER, entered)?.enter(evidence, outcome)?;
        self.ledger.close(experiment, READER, closed)?;
        Ok(Some(told))
    }

    /// Closes what is over, and says whom e-values name.
    pub(crate) fn named(&mut self, week: usize) -> Result<Vec<usize>, Failure> {
        let now = week as i64 * WEEK;
        let over: Vec<usize> = self.running.iter().filter(|(_, r)| r.closes < now).map(|(item, _)| *item).collect();
        for item in over {
            let at = self.entry(week);
            if let Some(running) = self.running.remove(&item) {
                self.ledger.close(running.experiment, READER, at)?;
            }
        }
        let named = self.ledger.named(&self.family, now)?;
        Ok(named.iter().flat_map(|standing| standing.group.members()).map(|who| who.0 as usize).collect())
    }
}

fn question(people: &[usize], variants: u8, seed: u64) -> Question {
    Question {
        kind: 0,
        parties: people.iter().map(|person| Party::person(*person)).collect(),
        variants,
        floor: FLOOR,
        seen: Seen::One,
        harm: Harm::Low,
        price: 0.0,
        seed,
    }
}
