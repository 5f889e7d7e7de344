//! Everything: marks, beliefs every four weeks, the team of least risk, readers whose worth outweighs what they put at stake, and
//! randomised variants.

use std::collections::BTreeMap;

use holm_inference::case::Level;
use holm_inference::decision::review_set;
use holm_inference::plan::draws::Draws;
use holm_inference::plan::share::{Recipient, Request, Task, share};
use holm_inference::plan::team::{Candidate, Need, Role, TeamError, choose};
use holm_simulate::programme::policy::{Ask, Bait, Cause, Copy, Named, Policy, Report, Roster, SENIOR, Sharing, Standing};

use crate::Failure;
use crate::belief::Beliefs;
use crate::experiments::Experiments;
use crate::marking::Marking;

/// Beliefs are weighed anew after so many weeks.
const EVERY: usize = 4;
/// Whoever is referred for review is set aside: sets in which so large a share is expected to be innocent.
const REVIEW: f64 = 0.05;
/// So many of the likeliest are told baits.
const SUSPECTS: usize = 12;

/// Whether harmless items are told to try people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Baits {
    Told,
    Never,
}

/// The policy, and what stopped it.
pub(crate) struct Everything {
    baits: Baits,
    marking: Marking,
    beliefs: Beliefs,
    experiments: Experiments,
    draws: Option<Draws>,
    /// Who is offered baits, the likeliest first.
    suspects: Vec<usize>,
    named: Vec<usize>,
    set_aside: Vec<usize>,
    stopped: Option<Failure>,
}

impl Everything {
    pub(crate) fn new(roster: Roster, seed: u64, baits: Baits) -> Result<Self, Failure> {
        Ok(Self {
            baits,
            marking: Marking::new(seed),
            experiments: Experiments::new(roster.persons.len(), seed)?,
            beliefs: Beliefs::new(roster, seed),
            draws: None,
            suspects: Vec::new(),
            named: Vec::new(),
            set_aside: Vec::new(),
            stopped: None,
        })
    }

    /// Times that beliefs were weighed, and times that chains did not agree.
    pub(crate) fn outcome(self) -> Result<[usize; 2], Failure> {
        self.stopped.map_or(Ok(self.beliefs.asked), Err)
    }

    fn name(&mut self, report: &Report) -> Result<Vec<Named>, Failure> {
        let mut named = Vec::new();
        for recovered in &report.recovered {
            let traced = self.marking.trace(recovered);
            named.extend(traced.named);
            self.beliefs.traced(recovered.item, traced.ln_e);
        }
        for outcome in &report.outcomes {
            self.beliefs.ended(outcome.item, outcome.ending);
            let told = self.experiments.end(outcome.item, outcome.shown, report.week)?;
            if let (Some(told), Some(shown)) = (told, outcome.shown) {
                self.beliefs.acted_on(outcome.item, told, shown);
            }
        }
        let by_variants = self.experiments.named(report.week)?;
        named.extend(by_variants.into_iter().map(|person| Named { person, cause: Cause::Experiment }));
        let mut new: Vec<Named> = Vec::new();
        for one in named {
            if !self.named.contains(&one.person) {
                self.named.push(one.person);
                new.push(one);
            }
        }
        Ok(new)
    }

    fn weigh(&mut self, week: usize) -> Result<(), Failure> {
        if let Some((probabilities, draws)) = self.beliefs.weigh(week)? {
            // Whoever is named needs no review.
            self.set_aside = review_set(&probabilities, REVIEW).into_iter().filter(|p| !self.named.contains(p)).collect();
            self.draws = Some(draws);
            let mut order: Vec<usize> = (0..probabilities.len()).collect();
            order.sort_by(|a, b| probabilities[*b].total_cmp(&probabilities[*a]));
            self.suspects = order;
        }
        Ok(())
    }

    /// Half of the likeliest are told of one bait, half of the next, each a variant of their own draw, by even laws.
    fn lure(&mut self, bait: &Bait) -> Result<Vec<Copy>, Failure> {
        if self.baits == Baits::Never {
            return Ok(Vec::new());
        }
        let likely = self.suspects.iter().filter(|p| !self.named.contains(p)).take(SUSPECTS);
        let people: Vec<usize> = likely.skip(bait.number % 2).step_by(2).copied().collect();
        if people.is_empty() {
            return Ok(Vec::new());
        }
        let variants = self.experiments.begin((bait.number, bait.variants), &people, None, (bait.week, bait.due))?;
        let codewords = self.marking.issue((bait.number, &bait.arities), &people);
        self.beliefs.lured(bait, &people);
        let copy = |(person, codeword)| Copy { person, codeword, variant: variants.get(&person).copied() };
        Ok(people.into_iter().zip(codewords).map(copy).collect())
    }

    fn plan(&mut self, ask: &Ask) -> Result<Sharing, Failure> {
        let out = |person: usize| self.named.contains(&person) || self.set_aside.contains(&person);
        let free: Vec<usize> = ask.readers.iter().copied().filter(|p| !out(*p)).collect();
        let (team, readers) = match &self.draws {
            None => (ask.usual(out), free),
            Some(draws) => {
                let team = team(draws, ask, out)?;
                let readers = readers(draws, ask, team.as_deref(), &free)?;
                (team, readers)
            }
        };
        let mut sharing = Sharing { team, readers, copies: Vec::new() };
        let people: Vec<usize> = sharing.told().collect();
        let variants = match ask.variants.filter(|_| !people.is_empty()) {
            Some(variants) => {
                let item = (ask.number, variants);
                self.experiments.begin(item, &people, self.draws.as_ref(), (ask.week, ask.due))?
            }
            None => BTreeMap::new(),
        };
        let codewords = self.marking.issue((ask.number, &ask.arities), &people);
        let copy = |(person, codeword)| Copy { person, codeword, variant: variants.get(&person).copied() };
        sharing.copies = people.into_iter().zip(codewords).map(copy).collect();
        self.beliefs.shared(ask, &sharing);
        Ok(sharing)
    }
}

impl Policy for Everything {
    fn learn(&mut self, report: &Report) -> Standing {
        let named = self.name(report).unwrap_or_else(|failure| {
            self.stopped.get_or_insert(failure);
            Vec::new()
        });
        if report.week > 0
            && report.week.is_multiple_of(EVERY)
            && let Err(failure) = self.weigh(report.week)
        {
            self.stopped.get_or_insert(failure);
        }
        self.set_aside.retain(|person| !self.named.contains(person));
        Standing { named, set_aside: self.set_aside.clone(), withheld: Vec::new() }
    }

    fn share(&mut self, ask: &Ask) -> Sharing {
        self.plan(ask).unwrap_or_else(|failure| {
            self.stopped.get_or_insert(failure);
            Sharing::default()
        })
    }

    fn bait(&mut self, bait: &Bait) -> Vec<Copy> {
        self.lure(bait).unwrap_or_else(|failure| {
            self.stopped.get_or_insert(failure);
            Vec::new()
        })
    }
}

/// The team of least risk; none if nobody is left for a role.
fn team(draws: &Draws, ask: &Ask, out: impl Fn(usize) -> bool) -> Result<Option<Vec<usize>>, Failure> {
    let level = |number| Level::new(number).unwrap_or(Level::LOWEST);
    let roles = ask.roles.iter().map(|n| Role { least: *n, wanted: *n, level: Level::LOWEST, lead: 0.0 }).collect();
    let senior = if ask.senior > 0 { vec![(level(SENIOR), ask.senior)] } else { Vec::new() };
    let candidate = |c: &holm_simulate::programme::policy::Candidate| Candidate {
        person: c.person,
        roles: c.roles.clone(),
        languages: Vec::new(),
        level: level(c.level),
        barred: None,
    };
    // Whoever is out is not listed: why somebody is barred is for people to read.
    let candidates: Vec<Candidate> = ask.candidates.iter().filter(|c| !out(c.person)).map(candidate).collect();
    match choose(draws, &Need { roles, senior, ..Need::default() }, &candidates) {
        Ok(chosen) => Ok(Some(chosen.members.into_iter().map(|member| member.person).collect())),
        Err(TeamError::Infeasible(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Readers who are worth what they put at stake beside the team, which is told in any case.
fn readers(draws: &Draws, ask: &Ask, team: Option<&[usize]>, free: &[usize]) -> Result<Vec<usize>, Failure> {
    if free.is_empty() {
        return Ok(Vec::new());
    }
    let recipient = |people: Vec<usize>| Recipient { people, channels: Vec::new(), value: 1.0, paragraphs: vec![0] };
    let mut recipients: Vec<Recipient> = free.iter().map(|person| recipient(vec![*person])).collect();
    let mut request = Request { losses: vec![free.len() as f64], ..Request::default() };
    if let Some(team) = team {
        request.losses[0] += ask.stake;
        request.tasks.push(Task { any: vec![recipients.len()], least: 1 });
        recipients.push(recipient(team.to_vec()));
    }
    request.recipients = recipients;
    let told = share(draws, &request)?.told();
    Ok(told.into_iter().filter_map(|recipient| free.get(recipient).copied()).collect())
}
