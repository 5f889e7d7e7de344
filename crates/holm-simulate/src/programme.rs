//! Two years of sharing, week by week, among people of whom some leak and adapt to what they see of being looked for.
//!
//! In: a [`setting::Setting`], a seed, and a [`policy::Policy`], which is asked each week whom to tell of each item, with which
//! codeword and which variant of a fact, and is told what became known since. Out: [`truth::Run`], what came of it.
//!
//! Each item is a document on which an operation stands: a team acts on it, readers are to know of it. Leakers see their own copies
//! and those of the people they work with, who is named, and that they themselves are told nothing any more: nothing else. What is
//! asked, what fails by itself and what leakers would do are drawn from streams of each item's own, so that policies are compared
//! in the same world.
//!
//! A policy is given [`policy::Roster`], [`policy::Report`] and [`policy::Ask`], which hold nothing of [`truth`]. Nothing is scored
//! here and no likelihood is used: what leakers do to codewords is `holm_codes::attack`.
//!
//! ```
//! use holm_simulate::programme::{Programme, policy::*, setting::Setting};
//!
//! /// Tells everybody.
//! struct Open;
//! impl Policy for Open {
//!     fn learn(&mut self, _: &Report) -> Standing {
//!         Standing::default()
//!     }
//!     fn share(&mut self, ask: &Ask) -> Sharing {
//!         Sharing { team: ask.usual(|_| false), readers: ask.readers.clone(), ..Sharing::default() }
//!     }
//! }
//!
//! let run = Programme::new(&Setting { weeks: 20, ..Setting::two_years() }, 1).run(&mut Open)?;
//! assert_eq!(run.asked(), 80);
//! assert_eq!(run.leakers.len(), 5);
//! # Ok::<(), holm_simulate::programme::policy::PolicyError>(())
//! ```

pub mod policy;
pub mod setting;
pub mod truth;

mod demand;
mod leak;
mod leaker;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use holm_codes::attack::Random;

use crate::chance::{Chance, happens, one_of};
use crate::world::staff::{self, Staff};
use leak::{Leaked, Mixing};
use leaker::{Leaker, Scare};
use policy::{Ask, Bait, Cause, Copy, Ending, Outcome, Policy, PolicyError, Recovered, Report, Roster, Sharing, Standing};
use setting::Setting;
use truth::{Accused, Quarter, Run};

/// Version of these worlds: figures of another version are not comparable.
pub const PROGRAMMES: &str = "programme/1";
/// Weeks of a quarter.
pub const QUARTER: usize = 13;
/// Baits have numbers from here, so that those of items do not depend on them.
const FIRST_BAIT: usize = 1_000_000;
/// Whoever is left out and told nothing at all for so many weeks notices.
const NOTICES: usize = 2;
/// Of fewer things to read in a quarter it is not counted what is refused.
const FEWEST_READINGS: usize = 4;

/// A programme before its first week.
#[derive(Debug)]
pub struct Programme {
    setting: Setting,
    seed: u64,
    staff: Staff,
    leakers: Vec<Leaker>,
    /// By number.
    items: BTreeMap<usize, Item>,
    /// Copies that turn up, and the week in which they do.
    found: Vec<(usize, Recovered)>,
    /// Whose copy of which item the framer had a look at.
    touched: BTreeSet<(usize, usize)>,
    set_aside: BTreeSet<usize>,
    /// By innocent and quarter, what they were to read, and what they were refused.
    readings: BTreeMap<(usize, usize), [usize; 2]>,
    run: Run,
}

/// What somebody was told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    /// An operation stands on it.
    Real,
    /// Nothing does.
    Bait,
}

/// An item that was shared.
#[derive(Debug)]
struct Item {
    sort: Sort,
    week: usize,
    due: usize,
    arities: Vec<usize>,
    variants: Option<u8>,
    /// What it is worth where it is kept: the operation, and readers.
    stake: f64,
    readers: usize,
    sharing: Sharing,
    /// Variants that leaked.
    heard: Vec<u8>,
    betrayed: bool,
    /// By leaker, who waits to leak it until its week.
    waiting: Vec<usize>,
    /// When its outcome is known, and what is seen then.
    known: Option<(usize, Outcome)>,
}

impl Programme {
    /// Draws people and leakers; equal settings and seeds give equal programmes.
    #[must_use]
    pub fn new(setting: &Setting, seed: u64) -> Self {
        let chance = |part: &str| Chance::of(&[PROGRAMMES, part, &seed.to_string()]);
        let staff = staff::draw(&setting.staff(), &mut chance("staff"));
        let leakers = leaker::all(&staff, setting, &mut chance("partner"));
        let run = Run { quarters: vec![Quarter::default(); setting.weeks.div_ceil(QUARTER)], ..Run::default() };
        Self {
            setting: setting.clone(),
            seed,
            staff,
            leakers,
            items: BTreeMap::new(),
            found: Vec::new(),
            touched: BTreeSet::new(),
            set_aside: BTreeSet::new(),
            readings: BTreeMap::new(),
            run,
        }
    }

    /// What is known of the people: all that a policy is given before the first week.
    #[must_use]
    pub fn roster(&self) -> Roster {
        Roster { units: self.setting.units, persons: self.staff.persons.clone() }
    }

    /// Runs all weeks.
    ///
    /// # Errors
    /// [`PolicyError`] names what a policy decided that it was not asked.
    pub fn run(mut self, policy: &mut impl Policy) -> Result<Run, PolicyError> {
        for week in 0..self.setting.weeks {
            let standing = policy.learn(&self.report(week));
            self.stand(week, &standing);
            for place in 0..self.setting.items_a_week {
                let number = week * self.setting.items_a_week + place;
                let ask = demand::ask(&self.setting, &self.staff, (self.seed, number), week);
                let sharing = policy.share(&ask);
                sharing.check(&ask)?;
                self.share(&ask, sharing);
            }
            for place in 0..self.setting.baits_a_week {
                let number = FIRST_BAIT + week * self.setting.baits_a_week + place;
                let bait = demand::bait(&self.setting, (self.seed, number), week);
                let copies = policy.bait(&bait);
                bait.check(&copies, self.staff.persons.len())?;
                self.lure(bait, copies);
            }
            self.act(week);
        }
        // What was shared last is still acted on.
        (self.setting.weeks..self.setting.weeks + self.setting.lead[1] + 1).for_each(|week| self.act(week));
        self.run.leakers = self.leakers.iter().map(Leaker::truth).collect();
        self.run.shut_out = self.shut_out();
        self.run.set_aside = self.set_aside.iter().filter(|person| self.leaker(**person).is_none()).copied().collect();
        Ok(self.run)
    }

    fn chance(&self, part: &str, item: usize) -> Chance {
        Chance::of(&[PROGRAMMES, part, &self.seed.to_string(), &item.to_string()])
    }

    fn leaker(&self, person: usize) -> Option<usize> {
        self.leakers.iter().position(|leaker| leaker.person == person)
    }

    /// What became known in the week before.
    fn report(&self, week: usize) -> Report {
        let outcomes = self.items.values().filter_map(|item| item.known.filter(|(known, _)| *known == week).map(|(_, o)| o));
        let found = self.found.iter().filter(|(found, _)| *found == week).map(|(_, recovered)| recovered.clone());
        Report { week, outcomes: outcomes.collect(), recovered: found.collect() }
    }

    /// Everybody sees who is named, and each sees whether they themselves are told anything.
    fn stand(&mut self, week: usize, standing: &Standing) {
        for named in &standing.named {
            let touched = match named.cause {
                Cause::Copy { item } => self.touched.contains(&(item, named.person)),
                Cause::Experiment => self.touched.iter().any(|(_, person)| *person == named.person),
                Cause::Guess => false,
            };
            match self.leaker(named.person) {
                Some(at) => {
                    self.leakers[at].named.get_or_insert((week, named.cause.into()));
                }
                None => self.run.innocents.push(Accused { person: named.person, week, cause: named.cause.into(), touched }),
            }
            let unit = self.staff.persons[named.person].unit;
            let allied = self.leaker(named.person).is_some_and(|at| self.leakers[at].colludes());
            for leaker in &mut self.leakers {
                let close = leaker.unit == unit || (allied && leaker.colludes());
                leaker.scared(week, if close { Scare::Close } else { Scare::Far }, &self.setting.scares);
                leaker.wary |= matches!(named.cause, Cause::Copy { .. });
            }
        }
        for leaker in &mut self.leakers {
            let aside = standing.set_aside.contains(&leaker.person);
            if aside {
                leaker.set_aside.get_or_insert(week);
            }
            if (aside || standing.withheld.contains(&leaker.unit)) && week >= leaker.told + NOTICES {
                leaker.scared(week, Scare::LeftOut, &self.setting.scares);
            }
        }
        self.set_aside.extend(&standing.set_aside);
    }

    fn share(&mut self, ask: &Ask, sharing: Sharing) {
        let at = ask.week / QUARTER;
        let refused = ask.readers.iter().filter(|reader| !sharing.readers.contains(reader)).count();
        let quarter = &mut self.run.quarters[at];
        let seats: usize = ask.roles.iter().sum();
        quarter.asked += 1;
        quarter.intended += seats + ask.readers.len();
        quarter.made += sharing.told().count();
        quarter.carried += usize::from(sharing.team.is_some());
        quarter.readings += ask.readers.len();
        quarter.refused += refused;
        for reader in &ask.readers {
            if self.leaker(*reader).is_none() {
                let [intended, refused] = self.readings.entry((*reader, at)).or_default();
                *intended += 1;
                *refused += usize::from(!sharing.readers.contains(reader));
            }
        }
        let item = Item {
            sort: Sort::Real,
            week: ask.week,
            due: ask.due,
            arities: ask.arities.clone(),
            variants: ask.variants,
            stake: ask.stake,
            readers: ask.readers.len(),
            sharing,
            heard: Vec::new(),
            betrayed: false,
            waiting: Vec::new(),
            known: None,
        };
        self.items.insert(ask.number, item);
        self.decide(ask.number);
    }

    fn lure(&mut self, bait: Bait, copies: Vec<Copy>) {
        let readers: Vec<usize> = copies.iter().map(|copy| copy.person).collect();
        if readers.is_empty() {
            return;
        }
        let item = Item {
            sort: Sort::Bait,
            week: bait.week,
            due: bait.due,
            arities: bait.arities,
            variants: Some(bait.variants),
            stake: 0.0,
            readers: 0,
            sharing: Sharing { team: None, readers, copies },
            heard: Vec::new(),
            betrayed: false,
            waiting: Vec::new(),
            known: None,
        };
        self.run.baits += 1;
        self.items.insert(bait.number, item);
        self.decide(bait.number);
    }

    /// Innocents who in some quarter were refused more than half of what they were to read.
    fn shut_out(&self) -> Vec<usize> {
        let most = |[intended, refused]: [usize; 2]| intended >= FEWEST_READINGS && 2 * refused > intended;
        let out = self.readings.iter().filter(|(_, of)| most(**of)).map(|((person, _), _)| *person);
        out.collect::<BTreeSet<usize>>().into_iter().collect()
    }

    /// What each leaker who is told does with it: those who work together first, others alone.
    fn decide(&mut self, number: usize) {
        let Some(item) = self.items.get(&number) else { return };
        let week = item.week;
        let told: Vec<usize> = item.sharing.told().collect();
        self.leakers.iter_mut().filter(|l| told.contains(&l.person)).for_each(|l| l.told = week);
        let willing = |at: &usize| {
            let leaker = &self.leakers[*at];
            let company = leaker.only_with.is_none_or(|rival| told.contains(&rival));
            told.contains(&leaker.person) && company && leaker.leaks_in(week)
        };
        let able: Vec<usize> = (0..self.leakers.len()).filter(willing).collect();
        let wants = |at: &usize| {
            let leaker = &self.leakers[*at];
            happens(leaker.rate, &mut self.own_chance("leak", number, leaker.person))
        };
        let wants: Vec<usize> = able.iter().copied().filter(wants).collect();
        let together: Vec<usize> = able.iter().filter(|at| self.leakers[**at].colludes()).copied().collect();
        let together = if together.len() > 1 && wants.iter().any(|at| together.contains(at)) { together } else { Vec::new() };
        if !together.is_empty() {
            self.leak(number, &together, week);
        }
        for at in wants.into_iter().filter(|at| !together.contains(at)) {
            if self.leakers[at].only_with.is_none() {
                self.leak(number, &[at], week);
            } else if let Some(item) = self.items.get_mut(&number) {
                item.waiting.push(at);
            }
        }
    }

    fn own_chance(&self, part: &str, item: usize, person: usize) -> Chance {
        Chance::of(&[PROGRAMMES, part, &self.seed.to_string(), &item.to_string(), &person.to_string()])
    }

    /// Leaks an item by somebody alone, or by several who hold copies.
    fn leak(&mut self, number: usize, by: &[usize], week: usize) {
        let holders: Vec<usize> = by.iter().map(|at| self.leakers[*at].person).collect();
        let mut chance = self.own_chance("paper", number, holders[0]);
        let Some(item) = self.items.get_mut(&number) else { return };
        item.betrayed = true;
        match item.sort {
            Sort::Real => by.iter().for_each(|at| self.leakers[*at].leaks += 1),
            Sort::Bait => by.iter().for_each(|at| self.leakers[*at].baits += 1),
        }
        let papers = &self.setting.papers;
        let wary = by.iter().any(|at| self.leakers[*at].wary);
        let paper = happens(papers.share * if wary { papers.wary } else { 1.0 }, &mut chance);
        let rival = by.iter().find_map(|at| self.leakers[*at].only_with);
        let mut leaked = Leaked::new(&item.sharing, &holders, rival);
        let mixing = Mixing::draw(&self.setting, (holders.len(), rival.is_some()), &mut chance);
        item.heard.extend(leaked.variant(mixing, &mut chance));
        self.run.leaks += usize::from(item.sort == Sort::Real);
        if !paper {
            return;
        }
        self.run.papers += 1;
        self.run.mixtures += usize::from(holders.len() > 1);
        let read = leaked.read(&item.arities, mixing, papers, &mut chance);
        if leaked.touches_rival()
            && let Some(rival) = rival
        {
            self.touched.insert((number, rival));
        }
        let after = 1 + chance.below(papers.found_within);
        if happens(papers.recovered, &mut chance) {
            self.run.recovered += 1;
            self.run.framed += usize::from(self.touched.contains(&(number, rival.unwrap_or(usize::MAX))));
            self.found.push((week + after, Recovered { item: number, read }));
        }
    }

    /// Operations whose week it is, and those who waited for it.
    fn act(&mut self, week: usize) {
        let due: Vec<usize> = self.items.iter().filter(|(_, item)| item.due == week).map(|(number, _)| *number).collect();
        for number in due {
            let waiting = self.items.get_mut(&number).map(|item| std::mem::take(&mut item.waiting)).unwrap_or_default();
            for at in waiting {
                if self.leakers[at].leaks_in(week) {
                    self.leak(number, &[at], week);
                }
            }
            self.end(number);
        }
    }

    /// What comes of an item, which is known some weeks later.
    fn end(&mut self, number: usize) {
        let mut chance = self.chance("outcome", number);
        let [nature, noticed, act, other] = [(); 4].map(|()| chance.unit());
        let after = self.setting.known[0] + chance.below(self.setting.known[1] - self.setting.known[0] + 1);
        let Some(item) = self.items.get_mut(&number) else { return };
        let leaked = one_of(&item.heard, &mut chance).copied();
        let by_itself = nature < self.setting.background;
        let carried = item.sharing.team.is_some();
        if item.sort == Sort::Real {
            let quarter = &mut self.run.quarters[item.week / QUARTER];
            quarter.possible += item.readers as f64 + if by_itself { 0.0 } else { item.stake };
            quarter.betrayed += usize::from(carried && item.betrayed);
            if !item.betrayed {
                quarter.value += item.sharing.readers.len() as f64 + if carried && !by_itself { item.stake } else { 0.0 };
            }
            if !carried {
                return;
            }
        }
        let failed = item.sort == Sort::Real && (by_itself || (item.betrayed && noticed >= self.setting.unnoticed));
        let any = item.variants.map(|variants| (other * f64::from(variants)) as u8);
        let shown = match item.betrayed {
            true if act < self.setting.acted_on => leaked,
            _ if act > 1.0 - self.setting.by_chance => any,
            _ => None,
        };
        let ending = if failed { Ending::Failed } else { Ending::Succeeded };
        item.known = Some((item.due + after, Outcome { item: number, ending, shown }));
    }
}
