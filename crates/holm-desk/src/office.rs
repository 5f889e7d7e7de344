//! The officer's workspace behind the pages: opened when it is asked for, closed when nobody is there.
//!
//! Only one program at a time has a workspace. Pages are rendered from what the record said after the last entry ([`View`]), so
//! that they can be looked at while a trace or a release works.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use age::secrecy::SecretString;
use holm::checkpoint::Witnessed;
use holm::head::Stale;
use holm::identity::IdentityError;
use holm::mask::{Mask, Masks};
use holm::policy::{Action, Refusal};
use holm::role::{Reach, UseCase};
use holm::state::{Look, State};
use holm::workspace::{Workspace, WorkspaceError};
use holm_record::event::approval::Masked;
use holm_record::event::member::Role;
use holm_record::id::PersonId;
use jiff::Timestamp;

use crate::belief::Weighings;
use crate::session::held;

/// What pages show.
pub(crate) struct View {
    pub(crate) state: State,
    /// Entries of the record.
    pub(crate) size: u64,
    /// The newest checkpoint, a signed note.
    pub(crate) checkpoint: Option<String>,
    /// How far it is witnessed, if the record names witnesses.
    pub(crate) witnessed: Option<Witnessed>,
    /// Why nothing is signed, if so.
    pub(crate) stale: Option<Stale>,
    /// What masks are made with.
    pub(crate) masks: Masks,
    /// Looks as they are, by which people are judged; those of the state are as they are shown.
    looks: Vec<Look>,
    /// Whoever is sent nothing now: their vetting is not in force.
    pub(crate) held_back: BTreeSet<PersonId>,
    /// Whoever opened it, and as what.
    pub(crate) actor: String,
    pub(crate) roles: BTreeSet<Role>,
    /// When this shows what is masked again.
    until: Option<Timestamp>,
}

impl View {
    fn of(workspace: &mut Workspace) -> Arc<Self> {
        let (now, masks, looks) = (Timestamp::now(), workspace.masks(), workspace.state().looks.clone());
        let mut state = workspace.state().clone();
        for (shown, look) in state.looks.iter_mut().zip(&looks) {
            if let Some(verdict) = &mut shown.verdict {
                verdict.named = masks.named(workspace.state(), look, now);
            }
        }
        // Of whoever does not see all of it, not even its length is told.
        let sees_record = workspace.sees_everything();
        Arc::new(Self {
            masks,
            looks,
            until: state.approvals.unmasked.iter().map(|(_, until)| *until).filter(|until| *until > now).min(),
            // What cannot be read of it is said by a verification.
            witnessed: workspace.witnessed().unwrap_or_default().filter(|_| sees_record),
            stale: workspace.stale(),
            held_back: workspace.held_back_now(now),
            actor: workspace.actor().to_owned(),
            roles: workspace.roles(),
            state,
            size: if sees_record { workspace.size() } else { 0 },
            checkpoint: workspace.checkpoint().filter(|_| sees_record).map(str::to_owned),
        })
    }

    /// What a record says that nobody keeps.
    #[cfg(test)]
    pub(crate) fn bare(state: State) -> Self {
        let (masks, looks) = (Masks::of_key([0; 32]), state.looks.clone());
        let (actor, roles) = (holm::workspace::OFFICER.to_owned(), Role::ALL.into());
        let held_back = BTreeSet::new();
        Self {
            state,
            size: 0,
            checkpoint: None,
            witnessed: None,
            stale: None,
            masks,
            looks,
            held_back,
            actor,
            roles,
            until: None,
        }
    }

    /// Whether whoever opened it may do something.
    pub(crate) fn allows(&self, case: UseCase) -> bool {
        case.reach_of(&self.roles) > Reach::No
    }

    /// Checks that they may.
    ///
    /// # Errors
    /// [`Refusal::Role`] says whose it is.
    pub(crate) fn may(&self, case: UseCase) -> Result<(), Refusal> {
        self.state.may(&self.actor, case).map(drop)
    }

    /// What the record says, without masks.
    pub(crate) fn unmasked(&self) -> State {
        State { looks: self.looks.clone(), ..self.state.clone() }
    }

    /// How people are called in beliefs.
    pub(crate) fn beliefs_mask(&self) -> Mask {
        self.masks.of(&self.state, &Masked::Beliefs, Timestamp::now())
    }

    /// The tree's hash as the newest checkpoint says it, in base64.
    pub(crate) fn head(&self) -> &str {
        self.checkpoint.as_deref().and_then(|note| note.lines().nth(2)).unwrap_or("")
    }
}

/// A workspace is not at hand.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Closed {
    /// Its key needs the passphrase.
    #[error("the vault is locked")]
    Locked,
    /// Anything else.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
}

/// The workspace, open or not.
pub(crate) struct Office {
    folder: PathBuf,
    /// The key that opens it, if that is not the officer's.
    key: Option<PathBuf>,
    /// Where the newest head is noted, apart from the workspace.
    heads: Option<PathBuf>,
    workspace: Mutex<Option<Workspace>>,
    view: RwLock<Option<Arc<View>>>,
    /// What was computed of what pages show.
    pub(crate) weighings: Weighings,
    /// Why the newest head is not noted, if it is not.
    pub(crate) unnoted: Mutex<Option<String>>,
    /// Of which states of the record it stands in it that this was read.
    read: Mutex<BTreeSet<(Masked, u64)>>,
}

impl Office {
    pub(crate) fn new(folder: PathBuf, key: Option<PathBuf>, heads: Option<PathBuf>) -> Self {
        Self {
            folder,
            key,
            heads,
            workspace: Mutex::new(None),
            view: RwLock::new(None),
            weighings: Weighings::default(),
            unnoted: Mutex::default(),
            read: Mutex::default(),
        }
    }

    /// Whether there is a workspace.
    pub(crate) fn is_there(&self) -> bool {
        self.folder.join("workspace.json").exists()
    }

    /// Opens the workspace with this passphrase.
    ///
    /// # Errors
    /// [`Closed`].
    pub(crate) fn unlock(&self, passphrase: Option<&SecretString>) -> Result<(), Closed> {
        let mut place = held(&self.workspace);
        if place.is_none() {
            let mut workspace = Workspace::open(&self.folder, passphrase, self.key.as_deref()).map_err(|e| match e {
                WorkspaceError::Identity(IdentityError::PassphraseNeeded) => Closed::Locked,
                other => Closed::Workspace(other),
            })?;
            if let Some(heads) = &self.heads {
                // Without it nothing is lost but that an older state would be noticed here.
                *held(&self.unnoted) = workspace.watch_head(heads).err().map(|error| error.to_string());
            }
            self.show(&mut workspace);
            *place = Some(workspace);
        }
        Ok(())
    }

    /// Closes the workspace: its keys are wiped and other programs may open it.
    pub(crate) fn lock(&self) {
        *held(&self.workspace) = None;
        *self.view.write().unwrap_or_else(PoisonError::into_inner) = None;
        self.weighings.forget();
        held(&self.read).clear();
    }

    /// What pages showed last, whatever the workspace is doing.
    ///
    /// # Errors
    /// [`Closed::Locked`] if it is closed.
    fn seen(&self) -> Result<Arc<View>, Closed> {
        self.view.read().unwrap_or_else(PoisonError::into_inner).clone().ok_or(Closed::Locked)
    }

    /// What pages show; opens the workspace if that needs no passphrase.
    ///
    /// # Errors
    /// [`Closed`].
    pub(crate) fn view(&self) -> Result<Arc<View>, Closed> {
        let seen = self.seen().or_else(|_| {
            self.unlock(None)?;
            self.seen()
        })?;
        if seen.until.is_some_and(|until| until <= Timestamp::now()) {
            self.act_beside(|_| ())?;
            return self.seen();
        }
        Ok(seen)
    }

    /// Works in the workspace, once nobody else does.
    ///
    /// # Errors
    /// [`Closed`].
    pub(crate) fn act<T>(&self, work: impl FnOnce(&mut Workspace) -> T) -> Result<T, Closed> {
        self.unlock(None)?;
        let mut place = held(&self.workspace);
        let workspace = place.as_mut().ok_or(Closed::Locked)?;
        let before = workspace.size();
        let done = work(workspace);
        if workspace.size() != before {
            self.show(workspace);
        }
        Ok(done)
    }

    /// As [`Self::act`], where what pages show changes although nothing is entered.
    ///
    /// # Errors
    /// [`Closed`].
    pub(crate) fn act_beside<T>(&self, work: impl FnOnce(&mut Workspace) -> T) -> Result<T, Closed> {
        self.act(|workspace| {
            let done = work(workspace);
            self.show(workspace);
            done
        })
    }

    /// Has it recorded that this is read, before it is shown; once for each state of the record while the desk is open.
    ///
    /// # Errors
    /// [`Closed`] if it cannot be recorded.
    pub(crate) fn record_reading(&self, of: &Masked) -> Result<(), Closed> {
        let read = (of.clone(), self.view()?.state.told_until);
        if held(&self.read).contains(&read) {
            return Ok(());
        }
        self.act(|workspace| {
            let permit = workspace.permit(&Action::Administer, Timestamp::now()).map_err(WorkspaceError::from)?;
            workspace.record_reading(&permit, of.clone(), None)
        })??;
        held(&self.read).insert(read);
        Ok(())
    }

    fn show(&self, workspace: &mut Workspace) {
        *self.view.write().unwrap_or_else(PoisonError::into_inner) = Some(View::of(workspace));
    }
}
