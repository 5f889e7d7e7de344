use std::collections::BTreeSet;

use clap::{Args, Subcommand};
use holm::policy::Action;
use holm::role::{Reach, UseCase};
use holm_record::event::member::Role;
use holm_record::id::PersonId;

use crate::app::App;
use crate::error::{CommandError, Outcome};

/// Who works in the workspace, and as what: each with a key of their own (`--own-key`)
#[derive(Debug, Subcommand)]
pub(crate) enum MemberCommand {
    Set(Set),
    List(List),
}

/// Have a person of the roster work here as these, or no more
///
/// The devices that the roster has for them now are the ones they open the workspace with. Nobody changes their own roles.
#[derive(Debug, Args)]
pub(crate) struct Set {
    /// The person, or `officer`, who made the workspace.
    member: PersonId,
    /// A role: originator, sharing-officer, vetting-officer, analyst, custodian or inspector; several are allowed.
    #[arg(long = "role", value_name = "ROLE", required_unless_present = "none")]
    roles: Vec<Role>,
    /// No role: they are no member any more.
    #[arg(long, conflicts_with = "roles")]
    none: bool,
}

/// List the members, and what each role may do
#[derive(Debug, Args)]
pub(crate) struct List {
    /// The table of roles too.
    #[arg(long)]
    table: bool,
}

impl MemberCommand {
    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        match self {
            Self::Set(set) => set.run(app),
            Self::List(list) => list.run(app),
        }
    }
}

impl Set {
    pub(super) fn member(&self) -> &PersonId {
        &self.member
    }

    pub(super) fn roles(&self) -> BTreeSet<Role> {
        self.roles.iter().copied().collect()
    }

    fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let mut workspace = app.workspace(UseCase::KeepMembers)?;
        let permit = workspace.permit(&Action::Administer, app.now())?;
        let roles = self.roles();
        let entry = workspace.set_member(&permit, &self.member, &roles)?;
        let value = serde_json::json!({"entry": entry, "member": self.member, "roles": roles});
        app.show(&value, || {
            if roles.is_empty() {
                say!("{} works here no more: nothing further is sealed to them", self.member);
            } else {
                let names: Vec<&str> = roles.iter().map(|role| role.name()).collect();
                say!("{} works here as {}, and opens this workspace with `--own-key`", self.member, names.join(", "));
            }
        })?;
        Ok(Outcome::Done)
    }
}

impl List {
    fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let workspace = app.workspace(UseCase::SeeRoster)?;
        let working: Vec<(&PersonId, Vec<&str>)> = workspace
            .state()
            .working()
            .map(|(name, member, _)| (name, member.roles.iter().map(|role| role.name()).collect()))
            .collect();
        let members: Vec<_> = working.iter().map(|(name, roles)| serde_json::json!({"member": name, "roles": roles})).collect();
        let reaching = |case: UseCase, to: Reach| -> Vec<&str> {
            Role::ALL.into_iter().filter(|role| case.reach(*role) == to).map(Role::name).collect()
        };
        let table: Vec<_> = UseCase::ALL
            .iter()
            .map(|case| serde_json::json!({"case": case, "all": reaching(*case, Reach::All), "own": reaching(*case, Reach::Own)}))
            .collect();
        let value = serde_json::json!({"actor": workspace.actor(), "members": members, "table": table});
        app.show(&value, || {
            if working.is_empty() {
                say!("one officer works here, with all roles; `holm member set PERSON --role ROLE` has others work here");
            }
            working.iter().for_each(|(name, roles)| say!("{:<12} {}", name.as_str(), roles.join(", ")));
            if self.table {
                say!("");
                for case in UseCase::ALL {
                    let (all, own) = (reaching(*case, Reach::All), reaching(*case, Reach::Own));
                    let own = if own.is_empty() { String::new() } else { format!("; own only: {}", own.join(", ")) };
                    say!("{:<18} {}{own}", case.name(), all.join(", "));
                }
            }
        })?;
        Ok(Outcome::Done)
    }
}
