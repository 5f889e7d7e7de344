//! An experiment after its draw: while it runs, who has seen what and which outcomes were entered; closed, what it is worth.

use std::collections::BTreeSet;

use super::draw::Seed;
use super::law::{Variant, Variants, mixed};
use super::ledger::ActError;
use super::protocol::{Group, Protocol};
use super::{Entry, Who};

/// The evidence that an outcome rests on, by the caller's salted hash of it.
pub type Evidence = [u8; 32];

/// An experiment whose variants are drawn and which is not closed. Its assignment leaves it only towards those it notes.
pub(super) struct Running {
    protocol: Protocol,
    /// Not here while the seed is sealed.
    told: Option<Vec<Variant>>,
    drawn: Entry,
    knows: BTreeSet<Who>,
    seen: Vec<(Evidence, usize)>,
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running").field("protocol", &self.protocol).field("told", &"[redacted]").finish_non_exhaustive()
    }
}

impl Running {
    /// All who are eligible know what they were told, and `knows` see it all.
    pub(super) fn new(protocol: Protocol, told: Option<Vec<Variant>>, drawn: Entry, knows: &[Who]) -> Self {
        let knows = protocol.members().chain(knows.iter().copied()).collect();
        Self { protocol, told, drawn, knows, seen: Vec::new() }
    }

    pub(super) fn protocol(&self) -> &Protocol {
        &self.protocol
    }

    pub(super) fn is_known_to(&self, who: Who) -> bool {
        self.knows.contains(&who)
    }

    pub(super) fn note(&mut self, knows: &[Who]) {
        self.knows.extend(knows);
    }

    pub(super) fn is_sealed(&self) -> bool {
        self.told.is_none()
    }

    pub(super) fn open_to(&mut self, who: Who) -> Vec<(&Group, Variant)> {
        self.knows.insert(who);
        let told = self.told.iter().flatten().copied();
        self.protocol.plan().groups.iter().map(|(group, _)| group).zip(told).collect()
    }

    /// With the seed that was sealed until now.
    pub(super) fn unsealed(self, seed: &Seed) -> Self {
        Self { told: Some(seed.draw(&self.protocol)), ..self }
    }

    pub(super) fn close(self, at: Entry) -> Closed {
        let closes = self.protocol.plan().closes;
        // Whoever closes it after its date may know how it ends, so its place is the end of its last second.
        let until = if at.seconds <= closes { at } else { Entry { number: u64::MAX, seconds: closes } };
        let seen = self.seen.into_iter().map(|(_, outcome)| outcome).collect();
        Closed { protocol: self.protocol, told: self.told, drawn: self.drawn, until, seen }
    }
}

/// Somebody who cannot see who was told what, about to enter an outcome. Only [`Ledger::blind`](super::ledger::Ledger::blind) makes
/// one.
///
/// ```compile_fail,E0616
/// fn forge(blind: &mut holm_inference::experiment::running::Blind<'_>) {
///     blind.at = Default::default();
/// }
/// ```
#[derive(Debug)]
pub struct Blind<'a> {
    pub(super) running: &'a mut Running,
    pub(super) last: &'a mut Entry,
    pub(super) at: Entry,
}

impl Blind<'_> {
    /// Enters the protocol's outcome number `outcome`, for which `evidence` stands.
    ///
    /// # Errors
    /// [`ActError::Outcome`] for one that is not listed, [`ActError::Evidence`] for evidence that was entered before.
    pub fn enter(self, evidence: Evidence, outcome: usize) -> Result<(), ActError> {
        let listed = self.running.protocol.plan().outcomes.len();
        if outcome >= listed {
            return Err(ActError::Outcome { outcome, listed });
        }
        if self.running.seen.iter().any(|(earlier, _)| *earlier == evidence) {
            return Err(ActError::Evidence);
        }
        self.running.seen.push((evidence, outcome));
        *self.last = self.at;
        Ok(())
    }
}

/// An experiment to which nothing can be added. What everybody was told may now be known.
#[derive(Clone, Debug)]
pub struct Closed {
    protocol: Protocol,
    /// Never known of one that is forfeited.
    told: Option<Vec<Variant>>,
    drawn: Entry,
    until: Entry,
    seen: Vec<usize>,
}

impl Closed {
    /// The protocol.
    #[must_use]
    pub fn protocol(&self) -> &Protocol {
        &self.protocol
    }

    /// Numbers of the outcomes that were entered, in their order.
    #[must_use]
    pub fn seen(&self) -> &[usize] {
        &self.seen
    }

    /// The entry that fixed the seed.
    #[must_use]
    pub fn drawn(&self) -> Entry {
        self.drawn
    }

    /// Its place among others: by when it closed and the entry that closed it if somebody blind did so early, else at the end of
    /// its closing date; by its draw where these are equal.
    pub(super) fn place(&self) -> (i64, u64, u64) {
        (self.until.seconds, self.until.number, self.drawn.number)
    }

    /// What `group` was told; none for a group that took no part as such.
    #[must_use]
    pub fn told(&self, group: &Group) -> Option<Variant> {
        self.protocol.place(group).and_then(|at| self.told.as_ref()?.get(at).copied())
    }

    /// The one e-value of `group`; none for a group that took no part as such, above all for a member of a larger one.
    ///
    /// Outcomes that show nothing take no share: whether one does is no matter of who was told what. One that was forfeited is worth
    /// the least that it can be, whatever the group was told: no more than the e-value, so all that is proved of that still holds.
    #[must_use]
    pub fn e_value(&self, group: &Group) -> Option<f64> {
        let plan = self.protocol.plan();
        let at = self.protocol.place(group)?;
        let (_, law) = plan.groups.get(at)?;
        let shown = self.seen.iter().filter_map(|outcome| plan.outcomes.get(*outcome)).filter(|shown| **shown != Variants::NONE);
        let paid: Vec<f64> = match &self.told {
            Some(told) => {
                let told = *told.get(at)?;
                shown.map(|shown| plan.bet.payoff(law, told, *shown)).collect()
            }
            None => shown.map(|_| plan.bet.kept()).collect(),
        };
        Some(mixed(&paid))
    }
}
