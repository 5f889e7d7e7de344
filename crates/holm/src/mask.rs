//! Masks: in what was analysed nobody is named until others approve (`docs/spec/approvals.md`).

use std::fmt::Display;

use holm_record::event::Event;
use holm_record::event::approval::Masked;
use holm_record::id::{CopyId, IncidentName, PersonId};
use jiff::Timestamp;
use zeroize::Zeroizing;

use crate::belief::Beliefs;
use crate::belief::framing::Sign;
use crate::policy::Permit;
use crate::report::Report;
use crate::state::{Look, State};
use crate::workspace::{Workspace, WorkspaceError};

/// Context of the key of masks, which follows from the workspace's.
const CONTEXT: &str = "holm 2026 mask of a person v1";
/// Letters of a mask: 30 bits, so that two of a thousand persons share one with probability under 0.0005.
const LETTERS: usize = 6;
/// Letters without those that are mistaken for others.
const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// How people are called in one view.
#[derive(Clone)]
pub struct Mask(Option<Zeroizing<[u8; 32]>>);

impl std::fmt::Debug for Mask {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.is_on() { "Mask([redacted])" } else { "Mask(off)" })
    }
}

impl Mask {
    /// Names everybody.
    #[must_use]
    pub fn off() -> Self {
        Self(None)
    }

    /// Whether it hides who people are.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// What a person is called.
    #[must_use]
    pub fn name(&self, person: &PersonId) -> String {
        self.of("person", person)
    }

    /// What a copy is called; its own name has the person's in it.
    #[must_use]
    pub fn copy(&self, copy: &CopyId) -> String {
        self.of("copy", copy)
    }

    fn person(&self, person: &mut PersonId) {
        if let Some(masked) = self.is_on().then(|| PersonId::new(self.name(person)).ok()).flatten() {
            *person = masked;
        }
    }

    fn mask_copy(&self, copy: &mut CopyId) {
        if let Some(masked) = self.is_on().then(|| CopyId::new(self.copy(copy)).ok()).flatten() {
            *copy = masked;
        }
    }

    /// Whom of these a mask, or a name where masks are off, stands for.
    pub fn find<'p>(&self, called: &PersonId, among: impl IntoIterator<Item = &'p PersonId>) -> Option<&'p PersonId> {
        among.into_iter().find(|person| self.name(person) == called.as_str())
    }

    /// A verdict's report as it is shown: copies in no order that tells whose they are, persons left out.
    #[must_use]
    pub fn report(&self, mut report: Report) -> Report {
        if !self.is_on() {
            return report;
        }
        for copy in &mut report.copies {
            self.mask_copy(&mut copy.copy);
            copy.person = None;
        }
        report.copies.sort_by(|a, b| (!a.named, &a.copy).cmp(&(!b.named, &b.copy)));
        report.holders.on_lost_devices.iter_mut().for_each(|copy| self.mask_copy(copy));
        report.holders.passed_on.iter_mut().for_each(|passed| {
            self.mask_copy(&mut passed.copy);
            passed.to.clear();
        });
        report.ledger.iter_mut().for_each(|line| self.person(&mut line.person));
        report.ledger.sort_by(|a, b| a.person.cmp(&b.person));
        report
    }

    /// Beliefs as they are shown.
    #[must_use]
    pub fn beliefs(&self, mut beliefs: Beliefs) -> Beliefs {
        beliefs.people.iter_mut().for_each(|belief| self.person(&mut belief.person));
        beliefs.review.iter_mut().for_each(|person| self.person(person));
        beliefs.alike.iter_mut().flat_map(|alike| &mut alike.people).for_each(|person| self.person(person));
        for alarm in &mut beliefs.alarms {
            match &mut alarm.sign {
                Sign::Late { .. } => {}
                Sign::SingledOut { person } | Sign::Keeper { person, .. } => self.person(person),
                Sign::Company { person, other } => {
                    self.person(person);
                    self.person(other);
                }
            }
        }
        beliefs
    }

    /// An entry as it is shown: what a verdict says of copies is masked as the verdict is.
    #[must_use]
    pub fn event(&self, mut event: Event) -> Event {
        if let (true, Event::VerdictRecorded { named, ln_e, .. }) = (self.is_on(), &mut event) {
            named.iter_mut().for_each(|copy| self.mask_copy(copy));
            ln_e.clear();
        }
        event
    }

    fn of(&self, what: &str, name: &impl Display) -> String {
        let Some(key) = &self.0 else { return name.to_string() };
        let hash = blake3::keyed_hash(key, format!("{what} {name}").as_bytes());
        let letters = hash.as_bytes().iter().take(LETTERS).filter_map(|byte| ALPHABET.get(usize::from(byte & 31)));
        format!("{what}-{}", letters.map(|letter| char::from(*letter)).collect::<String>())
    }
}

/// What masks are made with, for whoever shows what was projected earlier.
#[derive(Clone)]
pub struct Masks(Zeroizing<[u8; 32]>);

impl std::fmt::Debug for Masks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Masks([redacted])")
    }
}

impl Masks {
    /// Of a key of their own.
    #[must_use]
    pub fn of_key(key: [u8; 32]) -> Self {
        Self(Zeroizing::new(key))
    }

    /// How people are called in a view at a time, as the record says it then.
    #[must_use]
    pub fn of(&self, state: &State, view: &Masked, now: Timestamp) -> Mask {
        Mask(state.approvals.masks(view, now).then(|| self.0.clone()))
    }

    /// Copies that a look named, as they are shown.
    #[must_use]
    pub fn named(&self, state: &State, look: &Look, now: Timestamp) -> Vec<CopyId> {
        let mask = self.of(state, &Masked::Incident { incident: look.incident.clone() }, now);
        let mut named = look.verdict.as_ref().map(|v| v.named.clone()).unwrap_or_default();
        named.iter_mut().for_each(|copy| mask.mask_copy(copy));
        named
    }

    /// An entry's event as it is shown.
    #[must_use]
    pub fn event(&self, state: &State, event: Event, now: Timestamp) -> Event {
        match &event {
            Event::VerdictRecorded { incident, .. } => {
                self.of(state, &Masked::Incident { incident: incident.clone() }, now).event(event)
            }
            _ => event,
        }
    }
}

impl Workspace {
    /// What masks are made with.
    #[must_use]
    pub fn masks(&self) -> Masks {
        Masks::of_key(blake3::derive_key(CONTEXT, self.body_key()))
    }

    /// How people are called in a view now.
    #[must_use]
    pub fn mask(&self, of: &Masked, now: Timestamp) -> Mask {
        self.masks().of(self.state(), of, now)
    }

    /// How people are called in the verdicts of an incident.
    #[must_use]
    pub fn mask_of(&self, incident: &IncidentName, now: Timestamp) -> Mask {
        self.mask(&Masked::Incident { incident: incident.clone() }, now)
    }

    /// Records that what was analysed is about to be read, unless it was recorded of this state of the record.
    ///
    /// # Errors
    /// [`WorkspaceError`]; then it must not be shown.
    pub fn record_reading(&mut self, permit: &Permit, of: Masked, person: Option<PersonId>) -> Result<(), WorkspaceError> {
        self.append(permit, vec![Event::Read { of, person }]).map(drop)
    }
}
