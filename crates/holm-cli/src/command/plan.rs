use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use holm::belief::Provenance;
use holm::plan::experiment::{ExperimentNeed, ExperimentPlan, PartyOf, ReachedOf, RoundOf};
use holm::plan::share::{RecipientOf, ShareNeed, SharePlan, VersionsOf};
use holm::plan::team::{ChannelOf, MemberOf, Other, TeamNeed, TeamPlan};
use holm::plan::{Barred, PlanError};
use holm::policy::Action;
use holm::role::UseCase;
use holm::workspace::Workspace;
use holm_record::event::approval::Masked;
use serde::Serialize;

use crate::app::{App, counted, read_text};
use crate::error::{CommandError, Outcome};

/// Plans: beliefs turned into decisions, with their reasons; advice, evidence of nothing
#[derive(Debug, Subcommand)]
pub(crate) enum PlanCommand {
    Team(Team),
    Share(Share),
    Experiment(Experiment),
}

/// Whom to tell one version or another of something, so that what leaks tells most of who leaks, and what that would tell
///
/// The need is a file (docs/spec/plans.md): the operation of which people are told, the versions, who may be told, what is lost if it leaks.
/// Nothing is announced: `holm experiment announce` does that with the same file. What could cost a life is never used.
#[derive(Debug, Args)]
pub(crate) struct Experiment {
    /// What is to be told, and to whom one or the other: TOML.
    need: PathBuf,
    /// Seed of the sampler: the same record, version and seed give the same plan.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// The team that meets an operation's roles at the least risk that it is betrayed, when each is told, and why
///
/// The need is a file (docs/spec/plans.md): roles with counts, who can fill them, languages, ranks, who must or must not take part together,
/// and channels to choose from. People whose vetting is not in force on the day are never taken.
#[derive(Debug, Args)]
pub(crate) struct Team {
    /// What the operation needs: TOML.
    need: PathBuf,
    /// Seed of the sampler: the same record, version and seed give the same plan.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// With whom to share an item, and which parts of it: what meets the need at the least expected loss, and what would change that
///
/// The need is a file (docs/spec/plans.md): parts with what is lost if they leak, recipients with what it is worth that they know and the parts
/// that they need, and what must be possible. The answer is as good as these numbers, so it says at which number it would turn.
#[derive(Debug, Args)]
pub(crate) struct Share {
    /// What sharing is worth, and what a leak costs: TOML.
    need: PathBuf,
    /// Seed of the sampler: the same record, version and seed give the same plan.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

impl PlanCommand {
    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        match self {
            Self::Team(Team { need, seed }) => {
                planned(app, &need, |w, text| w.plan_team(&TeamNeed::read(text)?, seed, app.now()), print_plan)
            }
            Self::Share(Share { need, seed }) => {
                planned(app, &need, |w, text| w.plan_share(&ShareNeed::read(text)?, seed, app.now()), print_share)
            }
            Self::Experiment(Experiment { need, seed }) => {
                planned(app, &need, |w, text| w.plan_experiment(&ExperimentNeed::read(text)?, seed, app.now()), print_experiment)
            }
        }
    }
}

/// Reads what is needed, plans, has it recorded that beliefs were read, and only then shows the plan.
fn planned<P: Serialize>(
    app: &App,
    need: &Path,
    plan: impl FnOnce(&mut Workspace, &str) -> Result<P, PlanError>,
    print: impl FnOnce(&P),
) -> Result<Outcome, CommandError> {
    let mut workspace = app.workspace(UseCase::SeeBeliefs)?;
    let need = read_text(need)?;
    let spinner = super::share::progress_bar(0, "weighing what is recorded");
    spinner.set_style(indicatif::ProgressStyle::default_spinner());
    let plan = plan(&mut workspace, &need);
    spinner.finish_and_clear();
    let plan = plan?;
    let permit = workspace.permit(&Action::Administer, app.now())?;
    workspace.record_reading(&permit, Masked::Beliefs, None)?;
    app.show(&plan, || print(&plan))?;
    Ok(Outcome::Done)
}

fn print_share(plan: &SharePlan) {
    say!("advice, not proof: whoever is left out is accused of nothing");
    let told: Vec<&str> = plan.recipients.iter().filter(|of| of.told).map(|of| of.name.as_str()).collect();
    let whom = if told.is_empty() { "nobody: withhold it".to_owned() } else { told.join(", ") };
    say!("share with {whom}");
    say!(
        "worth {:.1}, expected loss {:.1}; a leak: {} (5 to 95 of 100 draws: {} to {})",
        plan.value,
        plan.loss.value,
        risk(plan.leak.value),
        risk(plan.leak_range[0]),
        risk(plan.leak_range[2])
    );
    say!(
        "the whole of it to each of them would lose {:.1}; what everybody needs to everybody, {:.1}",
        plan.whole,
        plan.everybody
    );
    for VersionsOf { versions, bits } in &plan.versions {
        say!("in {versions} versions of one fact, a leak that shows its version would tell {bits:.2} bits of who leaks");
    }
    if !plan.proved {
        say!("no exchange of one or two makes it better; not every set was looked at");
    }
    plan.recipients.iter().for_each(print_recipient);
    for (turn, what) in plan.turns.iter().zip(["less", "more"]) {
        let Some(turn) = turn else { continue };
        let joins = Some(turn.joins.join(", ")).filter(|names| !names.is_empty()).map(|names| format!("; told then: {names}"));
        let leaves =
            Some(turn.leaves.join(", ")).filter(|names| !names.is_empty()).map(|names| format!("; not told then: {names}"));
        say!(
            "it changes if every loss is {what}, {:.2} times as stated{}{}",
            turn.factor,
            joins.unwrap_or_default(),
            leaves.unwrap_or_default()
        );
    }
    print_source(&plan.barred, &plan.provenance, plan.planner);
}

fn print_experiment(plan: &ExperimentPlan) {
    say!(
        "advice, not proof: whom laws lean towards is accused of nothing; what leaks can prove more, whatever is wrong with beliefs"
    );
    if let Some(like) = &plan.like {
        say!("nothing is recorded of the operation's sort: it is taken to fail by itself as often as `{like}`");
    }
    for (number, says) in plan.variants.iter().enumerate() {
        say!("  variant {number}: {says}");
    }
    plan.rounds.iter().for_each(|round| print_round(round, plan.unknown));
    let of = &plan.forecast;
    say!("rounds one after the other, each planned from what was seen before ({} possible courses):", of.courses);
    say!("  until the first who leaks is above 95 in 100: {}", reached(&of.first));
    say!("  until all are: {}", reached(&of.all));
    say!(
        "  somebody innocent got there in {:.0} of 100; that nobody of them leaks: {:.0} of 100",
        of.wronged * 100.0,
        of.nobody * 100.0
    );
    if of.single > 0.2 {
        say!("  in {:.0} of 100 draws it is known of no other who leaks: it may take more rounds than this", of.single * 100.0);
    }
    print_source(&plan.barred, &plan.provenance, plan.planner);
}

fn print_round(round: &RoundOf, unknown: f64) {
    say!(
        "{}: {:.2} bits of the {unknown:.2} that are unknown (at most {:.2} of one leaker; {:.2} without the even part of laws)",
        round.experiment,
        round.bits.value,
        round.ceiling,
        round.unmixed
    );
    say!(
        "  it leaks through them: {}; if the version of one who leaks shows alone, ln of their e-value grows by {:.2}",
        risk(round.leak.value),
        round.nats
    );
    let told: Vec<&PartyOf> = round.parties.iter().filter(|party| !party.law.is_empty()).collect();
    for party in &told {
        let people: Vec<&str> = party.people.iter().map(holm_record::id::PersonId::as_str).collect();
        let law: Vec<String> = party.law.iter().map(|share| format!("{share:.3}")).collect();
        say!("  {:<20} {}", people.join(" and "), law.join(" "));
    }
    let untold = round.parties.len() - told.len();
    if untold > 0 {
        say!("  {} told nothing: they would tell less than what a leak is worth", counted(untold, "party is", "parties are"));
    }
}

fn reached(of: &ReachedOf) -> String {
    let median = of.median.map_or_else(|| format!("more than {}", of.within.len()), |median| median.to_string());
    let within = |rounds: usize| of.within.get(rounds - 1).map_or(0.0, |share| share * 100.0);
    format!("{median} in the median; after 5 in {:.0} of 100, after 10 in {:.0}", within(5), within(10))
}

/// Who is passed over, and from which record a plan is.
fn print_source(barred: &[Barred], of: &Provenance, planner: &str) {
    for Barred { person, reason } in barred {
        say!("passed over: {person}, since {reason}");
    }
    say!("from {} entries, seed {}, {planner} on {}", of.entries, of.seed, of.model);
}

fn print_recipient(of: &RecipientOf) {
    let verdict = match (of.told, of.needed) {
        (true, true) => "share: a task needs them",
        (true, false) => "share",
        (false, _) => "withhold",
    };
    say!("  {:<16} {verdict}  ({}: {})", of.name, counted(of.people.len(), "person", "people"), of.paragraphs.join(", "));
    say!("    leaks through them: {}; they add {:.1} to the loss, and are worth {:.1}", risk(of.leak.value), of.adds, of.value);
    let leak = of.turns_at_leak.map(|p| format!("if leaks through them were {}", risk(p)));
    let value = of.turns_at_value.map(|value| format!("if they were worth {value:.1}"));
    let turns: Vec<String> = leak.into_iter().chain(value).collect();
    if !turns.is_empty() {
        say!("    the answer turns {}", turns.join(", or "));
    }
}

/// A risk as a person says it.
fn risk(p: f64) -> String {
    if p < 0.0005 { "under 1 in 2,000".to_owned() } else { format!("{:.1} in 100", p * 100.0) }
}

fn print_plan(plan: &TeamPlan) {
    say!("advice, not proof: whoever is left out is accused of nothing");
    say!(
        "risk that it is betrayed or fails by itself: {} (chains from {} to {}); whoever takes part, {} of its sort fail by themselves",
        risk(plan.risk.value),
        risk(plan.risk.chains[0]),
        risk(plan.risk.chains[1]),
        risk(plan.background)
    );
    if let Some(like) = &plan.like {
        say!("no operation of the sort `{}` is recorded: it is taken to fail by itself as often as `{like}`", plan.sort);
    }
    if plan.lower_by > 0.0 {
        say!("another team could have a risk lower by {} at most", risk(plan.lower_by));
    }
    say!("tell them in this order, and not before:");
    plan.members.iter().for_each(print_member);
    plan.channels.iter().for_each(print_channel);
    for other in &plan.fewer {
        say!("with {}: {} ({})", counted(other.filled, "role filled", "roles filled"), risk(other.risk), people(other));
    }
    for other in plan.telling.iter().take(3) {
        say!(
            "it would tell {:.2} bits of who leaks instead of {:.2}, at a risk of {}: {}; an operation is not bait",
            other.bits,
            plan.bits,
            risk(other.risk),
            people(other)
        );
    }
    print_source(&plan.barred, &plan.provenance, plan.planner);
}

fn people(other: &Other) -> String {
    other.people.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn print_member(member: &MemberOf) {
    let role = member.role.as_deref().unwrap_or("comes along");
    say!("  {:.0}  {:<12} {:<16} {}", member.told_at, member.person, member.unit, role);
    let instead = member.instead.as_ref().map_or_else(
        || "nobody else could take the place by exchanging one".to_owned(),
        |other| format!("{} instead: {}", other.by, risk(other.risk)),
    );
    say!("    alone {}; without them {}; {instead}", risk(member.alone), risk(member.without));
}

fn print_channel(channel: &ChannelOf) {
    let instead = channel.instead.as_ref().map(|other| format!("; {} instead: {}", other.by, risk(other.risk)));
    say!("  by {}: alone {}{}", channel.channel, risk(channel.alone), instead.unwrap_or_default());
}
