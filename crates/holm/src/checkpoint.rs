//! What outsiders keep of the record: checkpoints that witnesses cosigned, proofs against them, and the log as files.
//!
//! The policy (C2SP tlog-policy) that says who witnesses is an entry of the record. A witness of another agency that cosigned one
//! checkpoint cosigns no other history, so from then on nobody, the officer included, can rewrite what stands below it.

use std::fs;
use std::path::Path;

use holm_record::cosignature::VerifierKey;
use holm_record::event::Event;
use holm_record::note::NoteError;
use holm_record::proof::LogProof;
use holm_record::store::StoredCheckpoint;
use holm_record::tiles::Resource;
use holm_record::trust::{PolicyError, Standing, TrustPolicy, Witness};
use holm_record::witness::Request;
use jiff::{SignedDuration, Timestamp};

use crate::courier::{Answer, Courier};
use crate::policy::Permit;
use crate::vault::{VaultError, write_durably};
use crate::workspace::{Workspace, WorkspaceError};

/// An alarm after so many hours, unless the officer says otherwise.
pub const WITHIN_HOURS: u32 = 48;
const LONGEST_WITHIN: u32 = 24 * 366;

/// Whom the record names as its witnesses.
#[derive(Clone, Debug, PartialEq)]
pub struct Trust {
    /// The policy.
    pub policy: TrustPolicy,
    /// Its text.
    pub text: String,
    /// Hours without enough witnesses after which there is an alarm.
    pub within_hours: u32,
    /// When it was set.
    pub since: Timestamp,
}

/// What cannot be done with checkpoints.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// A policy that cannot be read.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// A policy about other logs.
    #[error("the policy does not list this record as a log; add the line `log {0}`")]
    OtherLog(String),
    /// A log line of this record with a key that is not its own.
    #[error("the policy lists a key under this record's name that is not its key; its keys are in `holm record keys`")]
    OtherKey,
    /// Hours out of range.
    #[error("an alarm after {0} hours is not possible: 1 to {LONGEST_WITHIN} are")]
    Hours(u32),
    /// No policy.
    #[error("no witnesses are named; write a policy (docs/spec/witness.md) and set it with `holm record policy FILE`")]
    NoPolicy,
    /// What was brought bears no signature by a witness.
    #[error("nothing of this is signed by a witness of the policy, for a checkpoint of this record")]
    NothingNew,
    /// A signature that does not hold.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// An entry that is not there.
    #[error("the record has {size} entries, counted from 0; there is none with the number {index}")]
    NoEntry {
        /// Which.
        index: u64,
        /// How many there are.
        size: u64,
    },
    /// A size that the record never had.
    #[error("the record has {size} entries; it never had a checkpoint of {asked}")]
    NoSize {
        /// What was asked for.
        asked: u64,
        /// How many there are.
        size: u64,
    },
    /// Workspace trouble.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
    /// Disk trouble.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

/// What became of asking one witness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// It cosigned the newest checkpoint.
    Signed,
    /// It has no address in the policy: its request has to be carried.
    NoAddress,
    /// It could not be reached, or did not answer as a witness does.
    Silent(String),
    /// It cosigned a longer record of this name: this one was put back from an older state, or forked.
    AheadOfUs {
        /// Its entries.
        size: u64,
    },
    /// It cosigned another record of this name and size, or what it cosigned is not below this one.
    Contradicts(String),
}

impl Asked {
    /// Whether this is a sign that this record is not the one that was witnessed.
    #[must_use]
    pub fn is_alarm(&self) -> bool {
        matches!(self, Self::AheadOfUs { .. } | Self::Contradicts(_))
    }
}

/// What a witness is to be asked.
#[derive(Clone, Debug)]
pub struct Ask {
    witness: Witness,
    /// Entries of the checkpoint.
    size: u64,
    /// Whether it was asked before, from another size.
    again: bool,
    request: Request,
}

impl Ask {
    /// Sends it; `None` if the policy has no address for the witness.
    #[must_use]
    pub fn send(&self, courier: &dyn Courier) -> Option<Result<Answer, String>> {
        let url = self.witness.url.as_ref()?;
        Some(courier.post(&format!("{}/add-checkpoint", url.trim_end_matches('/')), &self.request.to_text()))
    }
}

/// What follows from a witness's answer.
#[derive(Debug)]
pub enum Next {
    /// Nothing: the witness and what it did.
    Done((String, Asked)),
    /// It has to be asked from another size.
    Again(Box<Ask>),
}

/// What came of asking all witnesses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Round {
    /// Entries of the checkpoint that they were asked to cosign.
    pub size: u64,
    /// Each witness of the policy, in its order, and what it did.
    pub asked: Vec<(String, Asked)>,
    /// Who cosigned this checkpoint by now, and whether that is enough.
    pub standing: Standing,
}

/// How far the record is witnessed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witnessed {
    /// Entries of the newest checkpoint that enough witnesses cosigned; `None` if there is none.
    pub size: Option<u64>,
    /// When the last of them signed it.
    pub at: Option<Timestamp>,
    /// Entries that came after it.
    pub behind: u64,
    /// Since when the oldest of these waits: since it was entered, or since the policy was set.
    pub waiting: Option<Timestamp>,
    /// Hours that the policy allows.
    pub within_hours: u32,
}

impl Witnessed {
    /// Whether an entry waits for longer than the policy allows.
    #[must_use]
    pub fn is_late(&self, now: Timestamp) -> bool {
        let most = SignedDuration::from_hours(i64::from(self.within_hours));
        self.waiting.is_some_and(|since| now.duration_since(since) > most)
    }
}

impl Workspace {
    /// Names witnesses: an entry. The policy must list this record's own key, and any other log only under its own name.
    ///
    /// # Errors
    /// [`CheckpointError`]; then nothing is recorded.
    pub fn set_trust(&mut self, permit: &Permit, text: &str, within_hours: u32) -> Result<(), CheckpointError> {
        let policy = TrustPolicy::parse(text)?;
        let own = self.log_keys();
        let named: Vec<&VerifierKey> =
            policy.logs().iter().filter(|l| own.first().is_some_and(|o| o.name() == l.name())).collect();
        if named.is_empty() {
            return Err(CheckpointError::OtherLog(self.log_key().to_owned()));
        }
        if !named.iter().all(|l| own.contains(l)) {
            return Err(CheckpointError::OtherKey);
        }
        if !(1..=LONGEST_WITHIN).contains(&within_hours) {
            return Err(CheckpointError::Hours(within_hours));
        }
        self.append(permit, vec![Event::TrustPolicySet { policy: text.to_owned(), within_hours }])?;
        Ok(())
    }

    fn trusted(&self) -> Result<Trust, CheckpointError> {
        self.state().trust.clone().ok_or(CheckpointError::NoPolicy)
    }

    /// Asks every witness of the policy to cosign the newest checkpoint, and keeps what they sign.
    ///
    /// # Errors
    /// [`CheckpointError`]; a witness that does not sign is no error, [`Round`] says what it did.
    pub fn collect(&mut self, courier: &dyn Courier) -> Result<Round, CheckpointError> {
        let mut asked = Vec::new();
        for request in self.asks()? {
            let mut next = request;
            let did = loop {
                let answer = next.send(courier);
                match self.answered(next, answer)? {
                    Next::Done(did) => break did,
                    Next::Again(again) => next = *again,
                }
            };
            asked.push(did);
        }
        self.round(asked)
    }

    /// What every witness of the policy is to be asked, in its order. Nothing of it needs the workspace until there are answers, so a
    /// witness that is slow holds up nobody.
    ///
    /// # Errors
    /// [`CheckpointError`].
    pub fn asks(&mut self) -> Result<Vec<Ask>, CheckpointError> {
        let trust = self.trusted()?;
        let ask = |witness: &Witness| {
            let old = self.cosigned_by(&witness.key)?;
            Ok(Ask { witness: witness.clone(), size: self.size(), again: false, request: self.request(old)? })
        };
        trust.policy.witnesses().iter().map(ask).collect()
    }

    /// Takes a witness's answer: keeps what it signed, or says what to ask it next.
    ///
    /// # Errors
    /// [`CheckpointError`].
    pub fn answered(&mut self, ask: Ask, answer: Option<Result<Answer, String>>) -> Result<Next, CheckpointError> {
        let name = ask.witness.name.clone();
        let done = |did| Ok(Next::Done((name, did)));
        let Some(answer) = answer else { return done(Asked::NoAddress) };
        let old = ask.request.old;
        match answer {
            Err(why) => done(Asked::Silent(why)),
            Ok(Answer { status: 200, body }) => match self.keep(&body) {
                Ok(()) => done(Asked::Signed),
                Err(CheckpointError::NothingNew) if self.cosigned_by(&ask.witness.key)? == self.size() => done(Asked::Signed),
                // The record grew meanwhile: what was signed is of an older checkpoint.
                Err(CheckpointError::NothingNew) if ask.size < self.size() && !ask.again => self.again(ask.size, ask),
                Err(CheckpointError::NothingNew | CheckpointError::Note(_)) => {
                    done(Asked::Silent("it answered with nothing that its key signed for the newest checkpoint".to_owned()))
                }
                Err(other) => Err(other),
            },
            Ok(Answer { status: 409, body }) => match body.trim().parse::<u64>() {
                // Not than the checkpoint that was sent: it may have cosigned a newer one of this record since.
                Ok(theirs) if theirs > self.size() => done(Asked::AheadOfUs { size: theirs }),
                Ok(theirs) if theirs == old => {
                    done(Asked::Contradicts(format!("it cosigned another record of {theirs} entries")))
                }
                Ok(theirs) if !ask.again => self.again(theirs, ask),
                Ok(_) => done(Asked::Silent("it changes its mind about what it cosigned".to_owned())),
                Err(_) => done(Asked::Silent("it answered 409 without a size".to_owned())),
            },
            Ok(Answer { status: 422, .. }) => {
                done(Asked::Contradicts(format!("what it cosigned of {old} entries is not the beginning of this record")))
            }
            Ok(Answer { status, body }) => done(Asked::Silent(format!("it answered {status}: {}", first_line(&body)))),
        }
    }

    fn again(&self, old: u64, ask: Ask) -> Result<Next, CheckpointError> {
        Ok(Next::Again(Box::new(Ask { again: true, size: self.size(), request: self.request(old)?, ..ask })))
    }

    /// What asking came to.
    ///
    /// # Errors
    /// [`CheckpointError`].
    pub fn round(&mut self, asked: Vec<(String, Asked)>) -> Result<Round, CheckpointError> {
        let trust = self.trusted()?;
        let newest = self.newest_checkpoint()?;
        Ok(Round { size: newest.size, asked, standing: trust.policy.standing(&newest.note)? })
    }

    /// Entries of the newest checkpoint that this key cosigned, as far as is known here; 0 if none.
    fn cosigned_by(&mut self, key: &VerifierKey) -> Result<u64, CheckpointError> {
        let cosigned = self.cosigned()?;
        Ok(cosigned.iter().rev().find(|c| matches!(key.signed(&c.note), Ok(Some(_)))).map_or(0, |c| c.size))
    }

    /// What a witness that cosigned `old` entries last is to be asked: the body of C2SP `add-checkpoint`.
    ///
    /// # Errors
    /// [`CheckpointError::NoSize`].
    pub fn request(&self, old: u64) -> Result<Request, CheckpointError> {
        self.record().request(old).ok_or(CheckpointError::NoSize { asked: old, size: self.size() })
    }

    /// Keeps signature lines that a witness gave for the newest checkpoint, carried here as a file or over the net. Lines of
    /// strangers are passed over.
    ///
    /// # Errors
    /// [`CheckpointError`]; then nothing was kept.
    pub fn keep(&mut self, lines: &str) -> Result<(), CheckpointError> {
        let trust = self.trusted()?;
        let newest = self.newest_checkpoint()?;
        let known = self.cosigned()?.pop().filter(|c| c.size == newest.size);
        let before = known.map_or_else(|| newest.note.clone(), |c| c.note);
        let mut note = before.clone();
        for line in lines.lines().filter(|l| !l.is_empty()) {
            let with = format!("{note}{line}\n");
            let base = self.record().checkpoint().unwrap_or_default();
            let single = format!("{base}{line}\n");
            let is_new = |key: &VerifierKey| matches!(key.signed(&note), Ok(None)) && matches!(key.signed(&single), Ok(Some(_)));
            if trust.policy.witnesses().iter().any(|w| is_new(&w.key)) {
                note = with;
            }
        }
        if note == before {
            return Err(CheckpointError::NothingNew);
        }
        trust.policy.standing(&note)?;
        let signed = self.record().checkpoint().map_or(0, str::len);
        self.record_mut().cosign(newest.size, note.get(signed..).unwrap_or_default()).map_err(WorkspaceError::from)?;
        Ok(())
    }

    /// The newest checkpoint, with what witnesses signed of it.
    ///
    /// # Errors
    /// [`CheckpointError`].
    pub fn newest_checkpoint(&mut self) -> Result<StoredCheckpoint, CheckpointError> {
        let size = self.size();
        let cosigned = self.cosigned()?.pop().filter(|c| c.size == size);
        let note = cosigned.map_or_else(|| self.record().checkpoint().unwrap_or_default().to_owned(), |c| c.note);
        Ok(StoredCheckpoint { size, note })
    }

    fn cosigned(&mut self) -> Result<Vec<StoredCheckpoint>, CheckpointError> {
        Ok(self.record_mut().cosigned().map_err(WorkspaceError::from)?)
    }

    /// How far the record is witnessed; `None` if it names no witnesses.
    ///
    /// # Errors
    /// [`CheckpointError`].
    pub fn witnessed(&mut self) -> Result<Option<Witnessed>, CheckpointError> {
        let Some(trust) = self.state().trust.clone().filter(|t| t.policy.needs_witnesses()) else { return Ok(None) };
        let newest = self.quorum(&trust)?;
        let size = self.size();
        let at = newest.as_ref().and_then(|(_, standing)| standing.newest()).and_then(seconds);
        let behind = size.saturating_sub(newest.as_ref().map_or(0, |(c, _)| c.size));
        let oldest = self.record_mut().time_of(size - behind).map_err(WorkspaceError::from)?;
        let waiting = oldest.map(|entered| entered.max(trust.since));
        Ok(Some(Witnessed { size: newest.map(|(c, _)| c.size), at, behind, waiting, within_hours: trust.within_hours }))
    }

    /// The newest checkpoint that enough witnesses cosigned.
    fn quorum(&mut self, trust: &Trust) -> Result<Option<(StoredCheckpoint, Standing)>, CheckpointError> {
        let cosigned = self.cosigned()?;
        let enough = |c: StoredCheckpoint| Some((trust.policy.standing(&c.note).ok().filter(|s| s.quorum)?, c));
        Ok(cosigned.into_iter().rev().find_map(enough).map(|(standing, checkpoint)| (checkpoint, standing)))
    }

    /// Proof of an entry, against the newest checkpoint that enough witnesses cosigned if that covers it, else against the newest.
    ///
    /// # Errors
    /// [`CheckpointError::NoEntry`].
    pub fn proof(&mut self, index: u64) -> Result<LogProof, CheckpointError> {
        let none = CheckpointError::NoEntry { index, size: self.size() };
        if let Some(trust) = self.state().trust.clone()
            && let Some((checkpoint, _)) = self.quorum(&trust)?.filter(|(c, _)| c.size > index)
        {
            return self.record().prove_at(index, &checkpoint).ok_or(none);
        }
        self.record().prove(index).ok_or(none)
    }

    /// A resource of C2SP tlog-tiles; `None` if this log has no such one.
    ///
    /// # Errors
    /// [`CheckpointError`].
    pub fn tile(&mut self, resource: &Resource) -> Result<Option<Vec<u8>>, CheckpointError> {
        Ok(self.record_mut().resource(resource).map_err(WorkspaceError::from)?)
    }

    /// Writes the log as files that any server of files can publish, and the policy; returns how many were new. The checkpoint comes
    /// last, so that whoever reads meanwhile finds all that it covers. `told` is called with files done and files in all.
    ///
    /// # Errors
    /// [`CheckpointError`]; then the folder's checkpoint is still the one before.
    pub fn export_tiles(&mut self, folder: &Path, mut told: impl FnMut(u64, u64)) -> Result<u64, CheckpointError> {
        let resources: Vec<Resource> = Resource::all(self.size()).collect();
        let mut written = 0;
        for (done, resource) in (1..).zip(&resources) {
            let path = folder.join(resource.path());
            let bytes = self.tile(resource)?.ok_or_else(|| WorkspaceError::Damaged(format!("it has no {}", resource.path())))?;
            // Only the checkpoint ever changes under its name.
            if fs::read(&path).ok().as_deref() != Some(&bytes) {
                let parent = path.parent().unwrap_or(folder);
                fs::create_dir_all(parent).map_err(VaultError::disk(parent, "made"))?;
                write_durably(&path, &bytes)?;
                written += 1;
            }
            told(done, resources.len() as u64);
        }
        let logs: String = self.log_keys().iter().map(|k| format!("log {}\n", k.to_vkey())).collect();
        let policy = self.state().trust.as_ref().map_or_else(|| logs + "quorum none\n", |t| t.text.clone());
        write_durably(&folder.join("policy"), policy.as_bytes())?;
        Ok(written)
    }
}

fn seconds(time: u64) -> Option<Timestamp> {
    Timestamp::from_second(i64::try_from(time).ok()?).ok()
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().chars().filter(|c| !c.is_control()).take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Action;
    use crate::witness::{WitnessDesk, trust_log};
    use crate::workspace::InitOptions;
    use holm_record::event::happening::ChannelSort;

    /// The record grows, and is witnessed by another round, between a question and its answer: that is no alarm, and is asked again.
    #[test]
    fn a_record_that_grows_while_it_is_witnessed_raises_no_alarm() {
        let folder = tempfile::tempdir().unwrap();
        let now = Timestamp::now();
        let mut workspace = Workspace::init(&folder.path().join("w"), &InitOptions::default(), now).unwrap();
        let own = folder.path().join("witness");
        drop(WitnessDesk::init(&own, "near.example/w", None).unwrap());
        workspace.log_keys().iter().for_each(|key| assert!(trust_log(&own, &key.to_vkey()).unwrap()));
        let mut witness = WitnessDesk::open(&own, None).unwrap();
        let policy = format!("log {}\nwitness near {} http://x\nquorum near\n", workspace.log_key(), witness.keys()[1].to_vkey());
        let permit = workspace.permit(&Action::Administer, now).unwrap();
        workspace.set_trust(&permit, &policy, 24).unwrap();
        let grow = |workspace: &mut Workspace, name: &str| {
            workspace.add_channel(&permit, name.parse().unwrap(), ChannelSort::Phone, None, String::new()).unwrap();
        };
        let mut answer = |ask: &Ask| match witness.add_checkpoint(&ask.request.to_text(), now) {
            Ok(body) => Some(Ok(Answer { status: 200, body })),
            Err(refusal) => {
                let size = match refusal {
                    holm_record::witness::Refusal::Moved { size } => size,
                    other => panic!("{other}"),
                };
                Some(Ok(Answer { status: 409, body: format!("{size}\n") }))
            }
        };

        let first = workspace.asks().unwrap().pop().unwrap();
        let signed = answer(&first);
        grow(&mut workspace, "a");
        let Next::Again(again) = workspace.answered(first, signed).unwrap() else { panic!("it was for an older checkpoint") };
        let signed = answer(&again);
        assert!(matches!(workspace.answered(*again, signed).unwrap(), Next::Done((_, Asked::Signed))));

        let early = workspace.asks().unwrap().pop().unwrap();
        grow(&mut workspace, "b");
        let late = workspace.asks().unwrap().pop().unwrap();
        let signed = answer(&late);
        workspace.answered(late, signed).unwrap();
        let refused = answer(&early);
        let Next::Again(again) = workspace.answered(early, refused).unwrap() else { panic!("its newest is of this record") };
        let signed = answer(&again);
        assert!(workspace.answered(*again, signed).is_ok_and(|next| matches!(next, Next::Done((_, did)) if !did.is_alarm())));
        assert_eq!(workspace.witnessed().unwrap().map(|w| w.behind), Some(0));
    }
}
