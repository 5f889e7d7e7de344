//! Oral briefings, and what was noted by mistake (`docs/spec/operations.md`).

use holm_record::event::happening::Weight;
use holm_record::event::{Event, Telling};
use holm_record::id::{ChannelName, ItemName, OperationName, PersonId};
use jiff::Timestamp;

use crate::policy::Permit;
use crate::state::State;
use crate::workspace::{Workspace, WorkspaceError};

/// A telling that cannot be recorded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TellError {
    /// Neither or both of item and operation.
    #[error("say what was told: an item (`--item`) or an operation (`--operation`), one of them")]
    What,
    /// Nobody.
    #[error("say who was told: `--to PERSON`, `--to unit:UNIT` or `--to all`")]
    Nobody,
    /// Not on the roster.
    #[error("`{0}` is not on the roster; add the person with `holm person import`")]
    Unknown(PersonId),
    /// No such item.
    #[error("no item is named `{0}`")]
    NoItem(ItemName),
    /// No such operation.
    #[error("no operation is named `{0}`; `holm operation add` records one")]
    NoOperation(OperationName),
    /// No such channel.
    #[error("no channel is named `{0}`; `holm channel add` records one")]
    NoChannel(ChannelName),
    /// It has not happened.
    #[error("{0} is still to come; a telling is recorded once it has happened")]
    Future(Timestamp),
    /// Nothing is betrayed after it is over.
    #[error("{at} is after the operation `{operation}`, which was at {over}; check the times")]
    After {
        /// The telling.
        at: Timestamp,
        /// The operation.
        operation: OperationName,
        /// When that was.
        over: Timestamp,
    },
    /// Workspace trouble.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
}

/// An entry that cannot be withdrawn.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WithdrawError {
    /// It does not say anything that can be.
    #[error(
        "entry {0} is no telling, operation, closing, incident, recall, channel, target, check or waiver that still counts; only these can be withdrawn"
    )]
    Nothing(u64),
    /// Others name it.
    #[error("entry {1} names what entry {0} adds; withdraw that one first (`holm record withdraw {1}`)")]
    Named(u64, u64),
    /// Others are in it.
    #[error("entry {0} has {1} operations; name the one that is withdrawn with `--operation`, or all of them with `--all`")]
    Several(u64, usize),
    /// Not in that entry.
    #[error("entry {0} has no operation `{1}`")]
    NotThere(u64, OperationName),
    /// No reason.
    #[error("say why it is withdrawn with `--reason`")]
    NoReason,
    /// Workspace trouble.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
}

/// What of an entry is withdrawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// The only thing in it.
    Only,
    /// One of its operations.
    One(OperationName),
    /// All of its operations.
    All,
}

impl Workspace {
    /// Records that persons were told; says which rule of the item's marking that broke, if it broke one.
    ///
    /// # Errors
    /// [`TellError`]; then nothing is recorded.
    pub fn tell(&mut self, permit: &Permit, telling: Telling) -> Result<Option<String>, TellError> {
        checked(self.state(), &telling, permit.at())?;
        let breach = breach(self.state(), &telling);
        self.append(permit, vec![Event::Told(Telling { breach: breach.clone(), ..telling })])?;
        Ok(breach)
    }

    /// Records that what an entry says was a mistake.
    ///
    /// # Errors
    /// [`WithdrawError`]; then nothing is recorded.
    pub fn withdraw(&mut self, permit: &Permit, entry: u64, part: &Part, reason: &str) -> Result<(), WithdrawError> {
        if reason.trim().is_empty() {
            return Err(WithdrawError::NoReason);
        }
        let happened = &self.state().happenings;
        let operations: Vec<&OperationName> =
            happened.operations.iter().filter(|(_, o)| o.index == entry).map(|(name, _)| name).collect();
        let closes = |o: &crate::state::happenings::Operation| o.closed.as_ref().is_some_and(|closing| closing.index == entry);
        let counts = !operations.is_empty()
            || happened.told.iter().any(|told| told.index == entry)
            || happened.incidents.values().any(|incident| incident.index == entry)
            || happened.operations.values().any(closes)
            || happened.added.contains_key(&entry)
            || self.state().vetting.has_entry(entry)
            || self.state().items.values().any(|item| item.recalled.as_ref().is_some_and(|(index, _)| *index == entry));
        if !counts {
            return Err(WithdrawError::Nothing(entry));
        }
        if let Some(by) = happened.added.get(&entry).and_then(|added| happened.names(added)) {
            return Err(WithdrawError::Named(entry, by));
        }
        let operation = match part {
            Part::Only if operations.len() > 1 => return Err(WithdrawError::Several(entry, operations.len())),
            Part::One(name) if !operations.contains(&name) => return Err(WithdrawError::NotThere(entry, name.clone())),
            Part::One(name) => Some(name.clone()),
            Part::Only | Part::All => None,
        };
        self.append(permit, vec![Event::Withdrawn { entry, operation, reason: reason.to_owned() }])?;
        Ok(())
    }
}

fn checked(state: &State, telling: &Telling, now: Timestamp) -> Result<(), TellError> {
    let happened = &state.happenings;
    match (&telling.item, &telling.operation) {
        (Some(item), None) => {
            let released = state.items.get(item).is_some_and(|i| i.released.is_some());
            if !released {
                return Err(TellError::NoItem(item.clone()));
            }
        }
        (None, Some(name)) => {
            let operation = happened.operations.get(name).ok_or_else(|| TellError::NoOperation(name.clone()))?;
            let over = operation.facts.at;
            if telling.at > over {
                return Err(TellError::After { at: telling.at, operation: name.clone(), over });
            }
        }
        _ => return Err(TellError::What),
    }
    if telling.persons.is_empty() {
        return Err(TellError::Nobody);
    }
    if let Some(unknown) = telling.persons.iter().find(|p| !state.persons.contains_key(*p)) {
        return Err(TellError::Unknown(unknown.clone()));
    }
    if let Some(channel) = telling.channel.as_ref().filter(|c| !happened.channels.contains_key(*c)) {
        return Err(TellError::NoChannel(channel.clone()));
    }
    if telling.at > now { Err(TellError::Future(telling.at)) } else { Ok(()) }
}

/// That these persons can have been told of an operation at a time, by a channel.
pub(crate) fn possible(
    state: &State,
    operation: &OperationName,
    (at, now): (Timestamp, Timestamp),
    persons: &[PersonId],
    channel: Option<&ChannelName>,
) -> Result<(), TellError> {
    let telling = of_operation(operation, persons.to_vec(), (at, channel.cloned()), String::new());
    checked(state, &telling, now)
}

/// A telling of an operation, of all that there was to tell.
pub(crate) fn of_operation(
    operation: &OperationName,
    persons: Vec<PersonId>,
    (at, channel): (Timestamp, Option<ChannelName>),
    words: String,
) -> Telling {
    let (operation, weight) = (Some(operation.clone()), Weight::WHOLE);
    Telling { item: None, operation, persons, at, channel, weight, variant: None, breach: None, words }
}

/// The rule of the marking that does not let these persons be told.
fn breach(state: &State, telling: &Telling) -> Option<String> {
    let marking = state.recorded_marking(telling.item.as_ref()?)?;
    // Who makes the key and what recipients sign for are rules about copies.
    marking.check(state, &telling.persons, true, true).err().map(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::tests::{at, facts, name, workspace};
    use crate::policy::Action;
    use holm_record::event::happening::ChannelSort;
    use holm_record::id::TargetName;

    fn telling(to: &[&str], when: &str) -> Telling {
        Telling {
            item: None,
            operation: Some(name("pier")),
            persons: to.iter().map(|p| PersonId::new(*p).unwrap()).collect(),
            at: at(when),
            channel: None,
            weight: Weight::WHOLE,
            variant: None,
            breach: None,
            words: String::new(),
        }
    }

    #[test]
    fn a_telling_is_of_something_known_to_somebody_known_and_has_happened() {
        let (_folder, mut workspace) = workspace();
        let permit = workspace.permit(&Action::Administer, at("2026-03-01T00:00Z")).unwrap();
        workspace.add_operations(&permit, None, vec![facts("pier", "2026-03-04T00:00Z")]).unwrap();
        let mut refused = |telling: Telling| workspace.tell(&permit, telling).unwrap_err().to_string();
        let good = telling(&["p1"], "2026-02-27T00:00Z");
        assert!(refused(telling(&["p1"], "2026-03-02T00:00Z")).contains("still to come"));
        assert!(refused(telling(&["px"], "2026-02-27T00:00Z")).contains("`px` is not on the roster"));
        assert!(refused(telling(&[], "2026-02-27T00:00Z")).contains("who was told"));
        assert!(refused(Telling { operation: None, ..good.clone() }).contains("say what was told"));
        assert!(refused(Telling { operation: Some(name("quay")), ..good.clone() }).contains("`quay`"));
        assert!(refused(Telling { channel: Some(ChannelName::new("net").unwrap()), ..good.clone() }).contains("`net`"));
        let later = workspace.permit(&Action::Administer, at("2026-03-09T00:00Z")).unwrap();
        assert!(
            workspace
                .tell(&later, telling(&["p1"], "2026-03-05T00:00Z"))
                .unwrap_err()
                .to_string()
                .contains("after the operation")
        );
        assert_eq!(workspace.tell(&permit, good).unwrap(), None);
        assert_eq!(workspace.state().happenings.told.len(), 1);
    }

    #[test]
    fn what_is_withdrawn_counts_no_longer_and_stays_in_the_record() {
        let (_folder, mut workspace) = workspace();
        let permit = workspace.permit(&Action::Administer, at("2026-03-01T00:00Z")).unwrap();
        let two = vec![facts("pier", "2026-03-04T00:00Z"), facts("quay", "2026-03-05T00:00Z")];
        workspace.add_operations(&permit, None, two).unwrap();
        workspace.tell(&permit, telling(&["p1"], "2026-02-27T00:00Z")).unwrap();
        let told = workspace.size() - 1;
        assert!(matches!(workspace.withdraw(&permit, told - 1, &Part::Only, "x"), Err(WithdrawError::Several(_, 2))));
        assert!(matches!(workspace.withdraw(&permit, told, &Part::Only, " "), Err(WithdrawError::NoReason)));
        assert!(matches!(workspace.withdraw(&permit, 0, &Part::Only, "x"), Err(WithdrawError::Nothing(0))));
        workspace.withdraw(&permit, told, &Part::Only, "it was p2").unwrap();
        assert!(workspace.state().happenings.told.is_empty());
        assert!(matches!(workspace.withdraw(&permit, told, &Part::Only, "x"), Err(WithdrawError::Nothing(_))));
        workspace.withdraw(&permit, told - 1, &Part::One(name("quay")), "never planned").unwrap();
        assert_eq!(workspace.state().happenings.operations.keys().collect::<Vec<_>>(), [&name("pier")]);
        assert_eq!(workspace.size(), told + 3);
        assert!(workspace.verify().unwrap().holds());
    }

    #[test]
    fn a_channel_or_target_that_nothing_names_is_withdrawn_and_its_name_is_free_again() {
        let (_folder, mut workspace) = workspace();
        let permit = workspace.permit(&Action::Administer, at("2026-03-01T00:00Z")).unwrap();
        let (net, ring) = (ChannelName::new("net").unwrap(), TargetName::new("ring").unwrap());
        workspace.add_channel(&permit, net.clone(), ChannelSort::RadioNet, None, String::new()).unwrap();
        workspace.add_target(&permit, ring.clone(), "misspelt".to_owned()).unwrap();
        let (of_net, of_ring) = (workspace.size() - 2, workspace.size() - 1);
        workspace.add_operations(&permit, None, vec![facts("pier", "2026-03-04T00:00Z")]).unwrap();
        workspace.tell(&permit, Telling { channel: Some(net.clone()), ..telling(&["p1"], "2026-02-27T00:00Z") }).unwrap();
        let told = workspace.size() - 1;
        let refused = workspace.withdraw(&permit, of_net, &Part::Only, "x");
        assert!(matches!(refused, Err(WithdrawError::Named(_, by)) if by == told), "{refused:?}");
        workspace.withdraw(&permit, told, &Part::Only, "another net").unwrap();
        workspace.withdraw(&permit, of_net, &Part::Only, "there is none").unwrap();
        workspace.withdraw(&permit, of_ring, &Part::Only, "misspelt").unwrap();
        let happened = &workspace.state().happenings;
        assert!(happened.channels.is_empty() && happened.targets.is_empty() && happened.added.is_empty());
        assert!(matches!(workspace.withdraw(&permit, of_ring, &Part::Only, "x"), Err(WithdrawError::Nothing(_))));
        workspace.add_target(&permit, ring, "spelt".to_owned()).unwrap();
        assert!(workspace.verify().unwrap().holds());
    }
}
