//! Random draws of people for a check, which nobody can steer or foresee and anybody can check (`docs/spec/draws.md`).
//!
//! Who can be drawn, how likely, and the desk's own commitment are an entry first. Then two people of different units commit, each on a
//! machine of their own, and reveal once both commitments stand in the record. Whom the three secrets draw follows from them by SHA-256; if
//! one is not revealed in time, everybody is drawn, so that holding one back is never worth it.

mod own_desk;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use holm_record::commitment::{Commitment, Salt, hex};
use holm_record::event::Event;
use holm_record::event::vetting::{CheckSort, DrawFacts, Eligible};
use holm_record::id::PersonId;
use holm_record::note::NoteKey;
use holm_record::tlog::leaf_hash;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::gate::day_of;
use crate::identity::{encrypt_to_lines, verifier};
use crate::own_file::OwnFileError;
use crate::policy::Permit;
use crate::shown::{ShownEntry, ShownError};
use crate::state::State;
use crate::workspace::{OFFICER, PENDING, Workspace, WorkspaceError};
use own_desk::{Bundle, Revealed, commitment_text, read_commitment};
pub use own_desk::{ShownDraw, commit, open, reveal};

/// Domain of the commitments and of the seed.
pub const DOMAIN: &str = "holm draw v1";
/// How long there is to commit and reveal, unless said otherwise.
pub const REVEAL: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Days to take the check, unless said otherwise.
pub const WITHIN: u16 = 7;

/// A draw in the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draw {
    /// Its entry, by which it is called.
    pub number: u64,
    /// When it was opened.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// What it is.
    pub facts: DrawFacts,
    /// Commitments, each with its entry.
    pub committed: BTreeMap<PersonId, (u64, Commitment)>,
    /// What was revealed.
    pub revealed: BTreeMap<PersonId, Salt>,
    /// How it ended: when, and who is drawn.
    pub ended: Option<(Timestamp, Vec<PersonId>)>,
    /// Whether it ended because something was not revealed.
    pub forfeited: bool,
}

/// How a draw stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DrawStanding {
    /// Not both drawers have committed.
    Commits,
    /// Both have, and not everything is revealed.
    Reveals,
    /// Both have, and it is too late to reveal: everybody is drawn.
    Late,
    /// Whom the secrets drew.
    Done,
    /// Everybody was drawn.
    Forfeited,
}

/// A draw cannot be opened, or what comes back cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DrawError {
    /// Rates.
    #[error(
        "a rate is from 0 to 100 of 100, for each of the five rank levels, and no level's is lower than that of a level below it"
    )]
    Rates,
    /// Nobody.
    #[error("nobody could be drawn: the unit has nobody, or every rate is 0")]
    Nobody,
    /// Drawers.
    #[error(
        "`{0}` and `{1}` cannot make this draw: two people of the roster are needed, of different units, each with a key of their own that signs, and neither of them who opens it"
    )]
    Drawers(PersonId, PersonId),
    /// Times.
    #[error("there must be from 1 to 90 days to reveal, and from 1 to 90 to take the check")]
    Times,
    /// No such draw.
    #[error("no draw has the number {0}; `holm check draw list` shows all")]
    NoDraw(u64),
    /// Over, or too late.
    #[error("draw {0} is over, or the time to reveal is")]
    Over(u64),
    /// Too early.
    #[error("draw {0} waits for what may still come until {1:.0}; close it then")]
    Early(u64, Timestamp),
    /// Before both commitments.
    #[error("draw {0} waits for both commitments; nothing may be revealed before they are in the record")]
    NotCommitted(u64),
    /// Of another draw, or record.
    #[error("this is of another draw or record, or not by one of its drawers: its `{0}` differs")]
    Other(&'static str),
    /// A second one.
    #[error("`{0}` has done this already for draw {1}")]
    Again(PersonId, u64),
    /// Not what was committed to.
    #[error("what `{0}` reveals is not what was committed to; nothing was recorded")]
    NotIt(PersonId),
    /// Not a file of a draw.
    #[error("this is not what comes back of a draw: {0}")]
    Malformed(String),
    /// Not for this key.
    #[error("this is not of a draw that this key opens: {0}")]
    Sealed(String),
    /// Not signed.
    #[error("the commitment is not signed by a key that `{0}` has")]
    NotBy(PersonId),
    /// No key.
    #[error("this key cannot sign; make one with `holm keygen` and have it enrolled")]
    NoSigner,
    /// No randomness.
    #[error("the system has no randomness to draw from")]
    Randomness,
    /// What is shown does not hold.
    #[error("what came does not hold: {0}")]
    Entry(#[from] ShownError),
    /// The desk's own secret.
    #[error(transparent)]
    OwnFile(#[from] OwnFileError),
    /// The workspace.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
}

/// What a draw is to be.
#[derive(Clone, Debug)]
pub struct DrawPlan {
    /// For which check.
    pub sort: CheckSort,
    /// Of one unit only.
    pub unit: Option<String>,
    /// Of 100 people of a level, how many on average.
    pub rates: [u8; 5],
    /// Who commits and reveals.
    pub drawers: [PersonId; 2],
    /// Days to commit and reveal.
    pub reveal_days: u16,
    /// Days to take the check.
    pub within_days: u16,
}

/// What was taken in, and what follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// A commitment; whether both are in now.
    Committed(u64, PersonId, bool),
    /// What was committed to.
    Revealed(u64, PersonId),
    /// The last of it: who is drawn.
    Done(u64, Vec<PersonId>),
}

/// The desk's own part, until the draw is done.
#[derive(Serialize, Deserialize)]
struct Part {
    secret: Salt,
    salt: Salt,
}

/// A draw as others check it.
#[derive(Clone, Debug, Serialize)]
pub struct DrawToCheck {
    /// The leaf of the entry that opened it.
    pub leaf: String,
    /// Numbers of its entries, each of which `holm record proof` proves.
    pub entries: Vec<u64>,
    /// What they say.
    pub events: Vec<Event>,
}

/// How often people of a level were drawn since a day, beside how often they were to be.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Coverage {
    /// Rank level.
    pub level: u8,
    /// People on the roster.
    pub people: usize,
    /// How often one of the level could have been drawn.
    pub chances: usize,
    /// How often one was to be, by the rates.
    pub expected: f64,
    /// How often one was, by secrets.
    pub drawn: usize,
    /// How often one was because something was not revealed.
    pub forfeited: usize,
    /// People of the level who are on the roster and were not drawn.
    pub never: usize,
}

/// What the secrets of a draw come to: SHA-256 over the domain, the hash of its entry's leaf, the desk's secret and the drawers' in their order.
#[must_use]
pub fn seed(leaf: &str, desk: &Salt, drawers: [&Salt; 2]) -> [u8; 32] {
    let [first, second] = drawers;
    let parts = [&leaf_hash(leaf.as_bytes())[..], &desk.0, &first.0, &second.0].concat();
    Sha256::new().chain_update(DOMAIN).chain_update(b"\n").chain_update(parts).finalize().into()
}

/// Whom a seed draws: everybody of whom the first 8 bytes of SHA-256(seed ‖ id), as a number in [0, 2⁶⁴), are below the level's rate.
#[must_use]
pub fn drawn(seed: &[u8; 32], facts: &DrawFacts) -> Vec<PersonId> {
    let is_drawn = |eligible: &&Eligible| {
        let hash = Sha256::new().chain_update(seed).chain_update(eligible.person.as_str()).finalize();
        let number = hash.iter().take(8).fold(0u128, |number, byte| (number << 8) | u128::from(*byte));
        number * 100 < (u128::from(rate(facts, eligible.level)) << 64)
    };
    let mut drawn: Vec<PersonId> = facts.eligible.iter().filter(is_drawn).map(|eligible| eligible.person.clone()).collect();
    drawn.sort();
    drawn
}

fn rate(facts: &DrawFacts, level: u8) -> u8 {
    let index = usize::from(level).clamp(1, facts.rates.len()) - 1;
    facts.rates.get(index).copied().unwrap_or_default()
}

impl Draw {
    /// How it stands at a moment.
    #[must_use]
    pub fn standing(&self, now: Timestamp) -> DrawStanding {
        match self.ended {
            Some(_) if self.forfeited => DrawStanding::Forfeited,
            Some(_) => DrawStanding::Done,
            None if self.committed.len() < self.facts.drawers.len() => DrawStanding::Commits,
            None if now > self.facts.reveal_by => DrawStanding::Late,
            None => DrawStanding::Reveals,
        }
    }

    /// Who is drawn at a moment, and since when; nobody before it ended or is too late.
    #[must_use]
    pub fn drawn(&self, now: Timestamp) -> Option<(Timestamp, Vec<PersonId>)> {
        let late = || (self.facts.reveal_by, self.everybody());
        self.ended.clone().or_else(|| (self.standing(now) == DrawStanding::Late).then(late))
    }

    fn everybody(&self) -> Vec<PersonId> {
        let mut all: Vec<PersonId> = self.facts.eligible.iter().map(|eligible| eligible.person.clone()).collect();
        all.sort();
        all
    }

    /// Drawers who have not committed, or not revealed once both have.
    #[must_use]
    pub fn silent(&self) -> Vec<&PersonId> {
        let commits = self.committed.len() < self.facts.drawers.len();
        let did =
            |person: &PersonId| if commits { self.committed.contains_key(person) } else { self.revealed.contains_key(person) };
        self.facts.drawers.iter().filter(|person| !did(person)).collect()
    }
}

/// Takes what an entry says into the draws.
pub(crate) fn apply(draws: &mut Vec<Draw>, index: u64, at: Timestamp, by: &str, event: &Event) {
    match event {
        Event::DrawOpened(facts) => draws.push(Draw {
            number: index,
            at,
            by: by.to_owned(),
            facts: facts.clone(),
            committed: BTreeMap::new(),
            revealed: BTreeMap::new(),
            ended: None,
            forfeited: false,
        }),
        Event::DrawCommitted { draw, person, commitment, .. } => {
            if let Some(draw) = draw_of(draws, *draw) {
                draw.committed.entry(person.clone()).or_insert((index, *commitment));
            }
        }
        Event::DrawRevealed { draw, person, secret, .. } => {
            if let Some(draw) = draw_of(draws, *draw) {
                draw.revealed.entry(person.clone()).or_insert(*secret);
            }
        }
        Event::DrawDone { draw, drawn, .. } => {
            if let Some(draw) = draw_of(draws, *draw).filter(|draw| draw.ended.is_none()) {
                draw.ended = Some((at, drawn.clone()));
            }
        }
        Event::DrawForfeited { draw, .. } => {
            if let Some(draw) = draw_of(draws, *draw).filter(|draw| draw.ended.is_none()) {
                (draw.ended, draw.forfeited) = (Some((at, draw.everybody())), true);
            }
        }
        // What is committed to by both is not taken back.
        Event::Withdrawn { entry, .. } => {
            draws.retain(|draw| draw.number != *entry || draw.committed.len() >= draw.facts.drawers.len());
        }
        _ => {}
    }
}

fn draw_of(draws: &mut [Draw], number: u64) -> Option<&mut Draw> {
    draws.iter_mut().find(|draw| draw.number == number)
}

/// For whom which check is due since and until which day, because they were drawn; of several draws the newest.
pub(crate) fn obligations(draws: &[Draw], on: Date, now: Timestamp) -> BTreeMap<(PersonId, CheckSort), (Date, Date)> {
    let mut due = BTreeMap::new();
    for draw in draws {
        let Some((at, drawn)) = draw.drawn(now) else { continue };
        let since = day_of(at);
        if since > on {
            continue;
        }
        let until = since.saturating_add(i64::from(draw.facts.within_days).days());
        due.extend(drawn.into_iter().map(|person| ((person, draw.facts.sort), (since, until))));
    }
    due
}

/// Whether a draw's end is what its secrets come to; `None` while it has none, or of another kind.
#[must_use]
pub fn comes_out(draw: &Draw, leaf: &str, secret: &Salt, salt: &Salt) -> bool {
    let [first, second] = &draw.facts.drawers;
    let (Some(one), Some(other)) = (draw.revealed.get(first), draw.revealed.get(second)) else { return false };
    let is_own = Commitment::to(DOMAIN, salt, &secret.0) == draw.facts.commitment;
    let of_seed = drawn(&seed(leaf, secret, [one, other]), &draw.facts);
    is_own && draw.ended.as_ref().is_some_and(|(_, ended)| *ended == of_seed)
}

impl State {
    /// How often people of each level were drawn for a check since a day, beside how often they were to be.
    #[must_use]
    pub fn coverage(&self, sort: CheckSort, since: Date, now: Timestamp) -> Vec<Coverage> {
        let mut rows: Vec<Coverage> = (1..=5).map(|level| Coverage { level, ..Coverage::default() }).collect();
        let mut reached: BTreeSet<PersonId> = BTreeSet::new();
        for draw in self.vetting.draws.iter().filter(|draw| draw.facts.sort == sort) {
            let Some((_, drawn)) = draw.drawn(now).filter(|(at, _)| day_of(*at) >= since) else { continue };
            let by_secrets = draw.standing(now) == DrawStanding::Done;
            for eligible in &draw.facts.eligible {
                let Some(row) = rows.iter_mut().find(|row| row.level == eligible.level.clamp(1, 5)) else { continue };
                let is_drawn = drawn.binary_search(&eligible.person).is_ok();
                row.chances += 1;
                row.expected += f64::from(rate(&draw.facts, eligible.level)) / 100.0;
                if is_drawn {
                    *(if by_secrets { &mut row.drawn } else { &mut row.forfeited }) += 1;
                    reached.insert(eligible.person.clone());
                }
            }
        }
        for (id, person) in self.persons.iter().filter(|(_, person)| !person.left) {
            if let Some(row) = rows.iter_mut().find(|row| row.level == person.facts.level.clamp(1, 5)) {
                row.people += 1;
                row.never += usize::from(!reached.contains(id));
            }
        }
        rows
    }
}

impl Workspace {
    fn part_path(&self, commitment: &Commitment) -> PathBuf {
        self.folder().join(PENDING).join(format!("draw-{}.age", hex(&commitment.0[..8])))
    }

    /// Opens a draw; returns its number. The desk's own secret is drawn and committed to here.
    ///
    /// # Errors
    /// [`DrawError`]; nothing is recorded then.
    pub fn open_draw(&mut self, permit: &Permit, plan: &DrawPlan) -> Result<u64, DrawError> {
        let rises = plan.rates.windows(2).all(|pair| matches!(pair, [below, above] if below <= above));
        if plan.rates.iter().any(|rate| *rate > 100) || !rises {
            return Err(DrawError::Rates);
        }
        if !(1..=90).contains(&plan.reveal_days) || !(1..=90).contains(&plan.within_days) {
            return Err(DrawError::Times);
        }
        self.fit_drawers(&plan.drawers)?;
        let of_unit = |unit: &str| plan.unit.as_ref().is_none_or(|wanted| wanted == unit);
        let here = self.state().persons.iter().filter(|(_, p)| !p.left && of_unit(&p.facts.unit));
        let eligible: Vec<Eligible> = here.map(|(id, p)| Eligible { person: id.clone(), level: p.facts.level }).collect();
        if eligible.is_empty() || plan.rates.iter().all(|rate| *rate == 0) {
            return Err(DrawError::Nobody);
        }
        let random = || Salt::random().map_err(|_| DrawError::Randomness);
        let part = Part { secret: random()?, salt: random()? };
        let commitment = Commitment::to(DOMAIN, &part.salt, &part.secret.0);
        self.write_own(&self.part_path(&commitment), &part)?;
        let until = SignedDuration::from_hours(24 * i64::from(plan.reveal_days));
        let facts = DrawFacts {
            sort: plan.sort,
            rates: plan.rates,
            eligible,
            drawers: plan.drawers.clone(),
            commitment,
            reveal_by: permit.at().saturating_add(until).unwrap_or(Timestamp::MAX),
            within_days: plan.within_days,
        };
        Ok(self.append(permit, vec![Event::DrawOpened(facts)])?)
    }

    /// Two people of different units with keys of their own, neither of whom opens the draw.
    fn fit_drawers(&self, drawers: &[PersonId; 2]) -> Result<(), DrawError> {
        let state = self.state();
        let [first, second] = drawers;
        let unfit = || DrawError::Drawers(first.clone(), second.clone());
        let signers = |id: &PersonId| -> BTreeSet<String> {
            let known = state.persons.get(id).filter(|p| !p.left);
            known.iter().flat_map(|p| p.usable_devices()).filter_map(|d| d.signer.clone()).collect()
        };
        let unit = |id: &PersonId| state.persons.get(id).map(|p| p.facts.unit.clone());
        let officer =
            state.approvals.policy.as_ref().and_then(|policy| policy.officer.as_ref()).filter(|_| self.actor() == OFFICER);
        let opens = |id: &PersonId| self.actor() == id.as_str() || officer == Some(id);
        let (one, other) = (signers(first), signers(second));
        let own = self.keys().signer_line();
        let shared =
            one.intersection(&other).next().is_some() || own.is_some_and(|key| one.contains(&key) || other.contains(&key));
        let fit =
            !one.is_empty() && !other.is_empty() && !shared && unit(first) != unit(second) && !opens(first) && !opens(second);
        if fit { Ok(()) } else { Err(unfit()) }
    }

    /// A draw by its number.
    ///
    /// # Errors
    /// [`DrawError::NoDraw`].
    pub fn draw(&self, number: u64) -> Result<Draw, DrawError> {
        self.state().vetting.draws.iter().find(|draw| draw.number == number).cloned().ok_or(DrawError::NoDraw(number))
    }

    /// What goes to the drawers, sealed to their devices: first the draw itself, then, once both have committed, that they have.
    ///
    /// # Errors
    /// [`DrawError::Over`] if nothing waits for them.
    pub fn draw_bundle(&mut self, number: u64, now: Timestamp) -> Result<Vec<u8>, DrawError> {
        let draw = self.draw(number)?;
        let shown = |workspace: &mut Self, index: u64| ShownEntry::of(workspace, index)?.ok_or(DrawError::NoDraw(index));
        let entry = shown(self, number)?;
        let bundle = match draw.standing(now) {
            DrawStanding::Commits => Bundle::new(entry, Vec::new()),
            DrawStanding::Reveals => {
                let entries: Vec<u64> = draw.committed.values().map(|(index, _)| *index).collect();
                Bundle::new(entry, entries.into_iter().map(|index| shown(self, index)).collect::<Result<_, _>>()?)
            }
            _ => return Err(DrawError::Over(number)),
        };
        let devices: Vec<String> = draw
            .facts
            .drawers
            .iter()
            .filter_map(|id| self.state().persons.get(id))
            .flat_map(|p| p.usable_devices().map(|d| d.recipient.clone()))
            .collect();
        let plain = serde_json::to_vec(&bundle).map_err(|e| DrawError::Malformed(e.to_string()))?;
        encrypt_to_lines(devices.iter().map(String::as_str), &plain).map_err(DrawError::Sealed)
    }

    /// Takes in what a drawer sends back: a commitment, or what was committed to. With the last of it the draw is done.
    ///
    /// # Errors
    /// [`DrawError`]; nothing is recorded then.
    pub fn take_draw(&mut self, permit: &Permit, text: &str) -> Result<Taken, DrawError> {
        match serde_json::from_str::<Revealed>(text) {
            Ok(revealed) => self.take_revealed(permit, revealed),
            Err(_) => self.take_commitment(permit, text),
        }
    }

    fn take_commitment(&mut self, permit: &Permit, note: &str) -> Result<Taken, DrawError> {
        let said = read_commitment(note)?;
        if said.record != self.log().origin() {
            return Err(DrawError::Other("record"));
        }
        let (number, draw) = self.draw_of_leaf(&said.entry)?;
        let person = said.person;
        if !draw.facts.drawers.contains(&person) {
            return Err(DrawError::Other("person"));
        }
        if draw.standing(permit.at()) != DrawStanding::Commits || permit.at() > draw.facts.reveal_by {
            return Err(DrawError::Over(number));
        }
        let devices = self.state().persons.get(&person).map(|p| p.usable_devices().cloned().collect()).unwrap_or_default();
        let devices: Vec<holm_record::event::Device> = devices;
        let mut keys = devices.iter().filter_map(verifier).map(|key| NoteKey::new(person.as_str(), key));
        let signed = keys.find_map(|key| key.open(note).ok()).ok_or_else(|| DrawError::NotBy(person.clone()))?;
        if signed != commitment_text(&said.record, &said.entry, &person, &said.commitment) {
            return Err(DrawError::Other("text"));
        }
        if draw.committed.contains_key(&person) {
            return Err(DrawError::Again(person, number));
        }
        let both = draw.committed.len() + 1 == draw.facts.drawers.len();
        let (commitment, note) = (said.commitment, note.to_owned());
        self.append(permit, vec![Event::DrawCommitted { draw: number, person: person.clone(), commitment, note }])?;
        Ok(Taken::Committed(number, person, both))
    }

    fn take_revealed(&mut self, permit: &Permit, said: Revealed) -> Result<Taken, DrawError> {
        let Revealed { entry, person, secret, salt, .. } = said;
        let (number, draw) = self.draw_of_leaf(&entry)?;
        match draw.standing(permit.at()) {
            DrawStanding::Reveals => {}
            DrawStanding::Commits => return Err(DrawError::NotCommitted(number)),
            _ => return Err(DrawError::Over(number)),
        }
        let (_, commitment) = draw.committed.get(&person).ok_or(DrawError::Other("person"))?;
        if Commitment::to(DOMAIN, &salt, &secret.0) != *commitment {
            return Err(DrawError::NotIt(person));
        }
        if draw.revealed.contains_key(&person) {
            return Err(DrawError::Again(person, number));
        }
        let revealed = Event::DrawRevealed { draw: number, person: person.clone(), secret, salt };
        let mut secrets = draw.revealed.clone();
        secrets.insert(person.clone(), secret);
        let [first, second] = &draw.facts.drawers;
        let (Some(one), Some(other)) = (secrets.get(first), secrets.get(second)) else {
            self.append(permit, vec![revealed])?;
            return Ok(Taken::Revealed(number, person));
        };
        // The last: in the same append stands whom it draws, so that nobody sees that before it is recorded.
        let path = self.part_path(&draw.facts.commitment);
        let part: Part = self.read_own(&path)?;
        let (leaf, ..) = self.shown_entry(number)?;
        let drawn = drawn(&seed(&leaf, &part.secret, [one, other]), &draw.facts);
        let done = Event::DrawDone { draw: number, secret: part.secret, salt: part.salt, drawn: drawn.clone() };
        self.append(permit, vec![revealed, done])?;
        std::fs::remove_file(&path).ok();
        Ok(Taken::Done(number, drawn))
    }

    /// A draw as others check it with programs of their own: its leaf, and what each of its entries says.
    ///
    /// # Errors
    /// [`DrawError::NoDraw`].
    pub fn draw_to_check(&mut self, number: u64) -> Result<DrawToCheck, DrawError> {
        self.draw(number)?;
        let is_of = |event: &Event| match event {
            Event::DrawCommitted { draw, .. }
            | Event::DrawRevealed { draw, .. }
            | Event::DrawDone { draw, .. }
            | Event::DrawForfeited { draw, .. } => *draw == number,
            _ => false,
        };
        let (leaf, opened, _) = self.shown_entry(number)?;
        let later = (number + 1..).zip(self.entries_from(number + 1, self.size())?);
        let entries = later.filter_map(|(index, opened)| Some((index, opened?))).filter(|(_, o)| is_of(&o.entry.event));
        let entries = opened.map(|opened| (number, opened)).into_iter().chain(entries);
        let (entries, events) = entries.map(|(index, opened)| (index, opened.entry.event)).unzip();
        Ok(DrawToCheck { leaf, entries, events })
    }

    /// Ends a draw of which something was not revealed in time: everybody is drawn.
    ///
    /// # Errors
    /// [`DrawError::Early`] before that.
    pub fn close_draw(&mut self, permit: &Permit, number: u64) -> Result<Vec<PersonId>, DrawError> {
        let draw = self.draw(number)?;
        match draw.standing(permit.at()) {
            DrawStanding::Late => {}
            DrawStanding::Commits => return Err(DrawError::NotCommitted(number)),
            DrawStanding::Reveals => return Err(DrawError::Early(number, draw.facts.reveal_by)),
            DrawStanding::Done | DrawStanding::Forfeited => return Err(DrawError::Over(number)),
        }
        let silent = draw.silent().into_iter().cloned().collect();
        self.append(permit, vec![Event::DrawForfeited { draw: number, silent }])?;
        std::fs::remove_file(self.part_path(&draw.facts.commitment)).ok();
        Ok(draw.everybody())
    }

    /// The draw whose entry's leaf has this hash.
    fn draw_of_leaf(&mut self, hash: &str) -> Result<(u64, Draw), DrawError> {
        let draws = self.state().vetting.draws.clone();
        for draw in draws {
            let (leaf, ..) = self.shown_entry(draw.number)?;
            if hex(&leaf_hash(leaf.as_bytes())) == hash {
                return Ok((draw.number, draw));
            }
        }
        Err(DrawError::Other("entry"))
    }
}
