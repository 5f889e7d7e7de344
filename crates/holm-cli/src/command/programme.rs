use clap::{Args, Subcommand};
use holm::policy::Action;
use holm::programme::effect::{
    Caveat, Coverage, DAYS, Delays, Effect as Found, Infiltration, Measure, Other, OtherSort, Seeing, Share, Side,
};
use holm::programme::sharing::{
    Counts, OfPartner, PartnerFigures, PartnerPeriod, PartnerSort, Sharing as Counted, SharingQuestion,
};
use holm::programme::{Head, ProgrammeError};
use holm::role::UseCase;
use holm_record::event::approval::Masked;
use jiff::civil::Date;

use crate::app::{App, counted};
use crate::error::{CommandError, Outcome};

/// The programme over time: sharing with each partner, and before and after a measure
#[derive(Debug, Subcommand)]
pub(crate) enum ProgrammeCommand {
    Sharing(Sharing),
    Effect(Effect),
}

/// What was shared with each partner, what became of it, and what came from them: counts, in figures that both sides can see
///
/// A partner is an agency of the roster, or a unit of people who are of none. Kept: no incident and no betrayed operation touches it. Broken: one
/// does, and theirs knew in time, among others; that it leaked through them is not said. Months, quarters or years, in UTC.
#[derive(Debug, Args)]
pub(crate) struct Sharing {
    /// One partner alone: an agency, or a unit.
    #[arg(long, value_name = "UNIT|AGENCY")]
    partner: Option<String>,
    /// From this day on.
    #[arg(long, value_name = "DATE")]
    since: Option<Date>,
    /// Until the end of this day.
    #[arg(long, value_name = "DATE")]
    until: Option<Date>,
    /// What the partner can be sent: counts about them alone, with the record that they follow from.
    #[arg(long, requires = "partner")]
    for_partner: bool,
}

/// Before and after a measure: operations betrayed, delays, infiltration and vetting, with intervals, and what cannot be concluded
///
/// A measure is anything of one day: a vetting round, a new unit. What changed is not called its effect: nothing was assigned by chance. That
/// beliefs were read is recorded before they are shown.
#[derive(Debug, Args)]
pub(crate) struct Effect {
    /// The measure's day: after begins with it, at midnight in UTC.
    #[arg(long, value_name = "DATE")]
    measure: Date,
    /// What it is called.
    #[arg(long, default_value = "the measure")]
    name: String,
    /// The operations that a unit knew of or took part in, and its people, alone.
    #[arg(long)]
    unit: Option<String>,
    /// Days before it that are compared.
    #[arg(long, value_name = "DAYS", default_value_t = DAYS)]
    before: u32,
    /// Days from it on.
    #[arg(long, value_name = "DAYS", default_value_t = DAYS)]
    after: u32,
    /// Seed of the sampler: the same record, version and seed give the same figures.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

impl ProgrammeCommand {
    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        match self {
            Self::Sharing(of) => sharing(app, of),
            Self::Effect(of) => effect(app, of),
        }
    }
}

fn sharing(app: &App, of: Sharing) -> Result<Outcome, CommandError> {
    let mut workspace = app.workspace(UseCase::SeeHappenings)?;
    let Sharing { partner, since, until, for_partner } = of;
    let found = workspace.sharing(&SharingQuestion { partner, since, until }, app.now())?;
    match found.partners.first().filter(|_| for_partner) {
        Some(partner) => {
            eprintln!("look at it before it is sent: what is broken says that a leak was noticed");
            let figures = found.for_partner(partner);
            app.show(&figures, || print_figures(&figures))?;
        }
        None => app.show(&found, || print_sharing(&found))?,
    }
    Ok(Outcome::Done)
}

fn effect(app: &App, of: Effect) -> Result<Outcome, CommandError> {
    let mut workspace = app.workspace(UseCase::SeeBeliefs)?;
    let Effect { measure, name, unit, before, after, seed } = of;
    let measure = Measure { on: measure, name, unit, before, after };
    let spinner = super::share::progress_bar(0, "weighing what is recorded");
    spinner.set_style(indicatif::ProgressStyle::default_spinner());
    let found = workspace.effect(&measure, seed, app.now());
    spinner.finish_and_clear();
    let found = found?;
    let permit = workspace.permit(&Action::Administer, app.now())?;
    workspace.record_reading(&permit, Masked::Beliefs, None).map_err(ProgrammeError::from)?;
    app.show(&found, || print_effect(&found))?;
    Ok(Outcome::Done)
}

fn print_head(head: &Head, method: &str) {
    // A checkpoint's third line is the root of its tree.
    let root = head.checkpoint.as_ref().and_then(|note| note.lines().nth(2));
    let tree = root.map(|root| format!(", tree {root}")).unwrap_or_default();
    say!("from {} entries{tree}, {method}", head.entries);
}

fn print_sharing(found: &Counted) {
    say!(
        "counts of what is recorded; that something broke says that it was known there in time, among others, and not that it leaked through anybody"
    );
    found.partners.iter().for_each(print_partner);
    if found.masked > 0 {
        say!("not counted, since masks are on: {}", counted(found.masked, "verdict", "verdicts"));
    }
    say!("not seen by this record: what was given or passed on by other ways, and leaks that nobody noticed");
    print_head(&found.head, found.method);
}

fn print_partner(of: &OfPartner) {
    let sort = match of.sort {
        PartnerSort::Agency => "agency",
        PartnerSort::Unit => "unit",
    };
    say!("{} ({sort}, {})", of.partner, counted(of.people, "person", "people"));
    for period in &of.periods {
        say!("  {} to {}", period.from, period.until);
        print_counts(&period.counts);
    }
    match of.periods.len() {
        0 => say!("  nothing is recorded of sharing with them in this time"),
        1 => {}
        _ => {
            say!("  all of it");
            print_counts(&of.total);
        }
    }
    for broken in &of.broken {
        let sure = if broken.confirmed { "a leak" } else { "perhaps a leak" };
        let others = match broken.others {
            0 => "of nobody else is it recorded that they knew in time".to_owned(),
            n => format!(
                "{} of {} knew in time as well",
                counted(n, "other person", "others"),
                counted(broken.partners, "partner", "partners")
            ),
        };
        say!("  broken: {} {}, given {:.0}: {sure}; {others}", broken.what, broken.name, broken.given);
    }
}

fn print_counts(of: &Counts) {
    say!(
        "    given: {}, {}, {} ({} opened), {}",
        counted(of.items, "item", "items"),
        counted(of.operations, "operation told of otherwise", "operations told of otherwise"),
        counted(of.copies, "copy", "copies"),
        of.received,
        counted(of.briefings, "briefing", "briefings")
    );
    say!(
        "    of which {} kept, {} broken ({} surely; {} known to nobody else), {} leaked before they knew, {} not known yet; {} recalled, {} corrected",
        of.kept,
        of.broken,
        of.confirmed,
        of.alone,
        of.later,
        of.open,
        of.recalled,
        of.corrected
    );
    if let Some(proved) = of.proved {
        say!("    {} named by a trace: issued to them, which is not leaked by them", counted(proved, "copy", "copies"));
    }
    say!(
        "    from them: {}, {}, {}, {} to pass on ({} granted), {}; part in {} ({} with an outcome)",
        counted(of.receipts, "receipt", "receipts"),
        counted(of.halves, "half of a key", "halves of keys"),
        counted(of.approvals, "answer to a request for approval", "answers to requests for approval"),
        counted(of.asked, "request", "requests"),
        of.granted,
        counted(of.recorded, "entry", "entries"),
        counted(of.took_part, "operation", "operations"),
        of.reported
    );
}

fn print_figures(figures: &PartnerFigures) {
    say!("figures for {}, counted {:.0}", figures.partner, figures.at);
    for (period, name) in figures.periods.iter().map(|of| (of, None)).chain(figures.total.iter().map(|of| (of, Some("all: ")))) {
        print_period(period, name.unwrap_or_default());
    }
    if figures.total.is_none() {
        say!("nothing is recorded of sharing in this time");
    }
    figures.says.iter().for_each(|said| say!("{said}"));
    print_head(&figures.head, figures.format);
}

fn print_period(of: &PartnerPeriod, name: &str) {
    say!("{name}{} to {}", of.from, of.until);
    say!(
        "  given: items {}, operations {}, briefings {}, copies {}, received {}",
        of.items,
        of.operations,
        of.briefings,
        of.copies,
        of.received
    );
    say!(
        "  kept {}, broken {} (shared with others {}), leaked before it was known here {}, not known yet {}, recalled {}, corrected {}, copies named by a trace that can be checked {}",
        of.kept,
        of.broken,
        of.shared,
        of.later,
        of.open,
        of.recalled,
        of.corrected,
        of.proved
    );
    say!(
        "  from you: receipts {}, halves of keys {}, approvals {}, requests to pass on {} (granted {}), entries {}, operations with a unit of yours {} (with an outcome {})",
        of.receipts,
        of.halves,
        of.approvals,
        of.asked,
        of.granted,
        of.recorded,
        of.took_part,
        of.reported
    );
}

/// A share of 100, as a person says it.
fn in_100(share: f64) -> String {
    format!("{:.0} of 100", share * 100.0)
}

fn share(of: &Option<Share>) -> String {
    let said = |of: &Share| {
        let (low, high) = (of.low * 100.0, of.high * 100.0);
        format!("{} of {}: {} (19 of 20 times between {low:.0} and {high:.0})", of.hits, of.of, in_100(of.value))
    };
    of.as_ref().map_or_else(|| "none".to_owned(), said)
}

fn print_effect(found: &Found) {
    let Measure { on, name, unit, .. } = &found.measure;
    let unit = unit.as_ref().map(|unit| format!(", {unit} alone")).unwrap_or_default();
    say!("before and after {name} of {on}{unit}");
    say!("{}", verdict(found));
    print_side("before", &found.before);
    print_side("after", &found.after);
    if let Some(items) = &found.items {
        say!(
            "items that leaked: {:+.0} of 100 (between {:+.0} and {:+.0})",
            items.value * 100.0,
            items.low * 100.0,
            items.high * 100.0
        );
    }
    match (&found.believed, &found.no_beliefs) {
        (Some(believed), _) => {
            say!("who leaks, as it is believed now (belief, not proof):");
            print_infiltration("everybody", &believed.all);
            believed.units.iter().for_each(|(unit, of)| print_infiltration(unit, of));
            believed.levels.iter().for_each(|(level, of)| print_infiltration(&format!("level {level}"), of));
        }
        (None, why) => say!("nothing can be said of who leaks: {}", why.as_deref().unwrap_or_default()),
    }
    say!("what cannot be concluded:");
    found.caveats.iter().for_each(|caveat| say!("  - {}", caveat_said(caveat)));
    say!("seed {}", found.seed);
    print_head(&found.head, found.method);
}

/// What the shares say, in one sentence.
fn verdict(found: &Found) -> String {
    let (Some(before), Some(after)) = (found.before.operations, found.after.operations) else {
        return "no operation after it has an outcome yet: there is nothing to compare".to_owned();
    };
    let change = found.change.map_or_else(
        || "; fewer than 6 on a side are too few for an interval of the change".to_owned(),
        |change| {
            let none = if change.may_be_none() { ", so there may be no change at all" } else { "" };
            format!(" (the change is between {:+.0} and {:+.0} of 100{none})", change.low * 100.0, change.high * 100.0)
        },
    );
    let moved = match after.value.total_cmp(&before.value) {
        std::cmp::Ordering::Less => "fell",
        std::cmp::Ordering::Greater => "rose",
        std::cmp::Ordering::Equal => "stayed as it was",
    };
    format!(
        "the share of operations that were betrayed {moved}: from {} to {}{change}; that the measure did it does not follow",
        in_100(before.value),
        in_100(after.value)
    )
}

fn print_side(name: &str, side: &Side) {
    say!("{name}, from {:.0} until {:.0}:", side.from, side.until);
    say!("  operations betrayed: {}; {} suspected only, {} not known", share(&side.operations), side.suspected, side.open);
    say!("  items that leaked, of those released: {}", share(&side.items));
    for (what, delays) in [("noticed", &side.noticed), ("in the record", &side.entered), ("with a first verdict", &side.verdict)]
    {
        say!("  from the leak until it was {what}: {}", delay(delays));
    }
    if let Some(Coverage { on, people, in_force, overdue, missing }) = &side.vetting {
        say!("  vetting in force on {on}: {in_force} of {people}; {overdue} overdue, {missing} never passed");
    }
}

fn hours(hours: f64) -> String {
    if hours < 72.0 { format!("{hours:.0} h") } else { format!("{:.0} days", hours / 24.0) }
}

fn delay(of: &Delays) -> String {
    let Some(median) = of.median else { return "none".to_owned() };
    let range = of.range.map_or_else(
        || "fewer than 6 are too few for an interval".to_owned(),
        |(low, high, _)| format!("19 of 20 times between {} and {}", hours(low), hours(high)),
    );
    format!("median {} of {} ({range})", hours(median), of.of)
}

fn print_infiltration(name: &str, of: &Infiltration) {
    let count = |of: &holm::belief::course::Count| format!("{:.1} ({} to {})", of.mean, of.range[0], of.range[2]);
    say!(
        "  {name} ({}): before {}, after {}; change {:+.1} ({:+} to {:+}, 9 of 10 draws)",
        counted(of.people, "person", "people"),
        count(&of.before),
        count(&of.after),
        // Without a minus of nothing.
        (of.change * 10.0).round() / 10.0 + 0.0,
        of.range[0],
        of.range[2]
    );
}

fn caveat_said(caveat: &Caveat) -> String {
    match caveat {
        Caveat::Few { seeing } => few_said(*seeing),
        Caveat::Regression { run, noticed, without } => {
            let without = without.map_or_else(
                || "nothing is left without them".to_owned(),
                |w| format!("without them it was {} of {}", w.hits, w.of),
            );
            format!(
                "the measure followed a bad run: the last {} before it betrayed, {} noticed in the 30 days before it; {without}. A bad run is followed by a better time even if nothing is done",
                counted(*run, "operation", "operations"),
                counted(*noticed, "leak", "leaks")
            )
        }
        Caveat::Others { others } => {
            let said: Vec<String> = others.iter().map(other_said).collect();
            format!("other things were changed in the same time: {}", said.join("; "))
        }
        Caveat::Mix { as_after, one_sided } => mix_said(*as_after, one_sided),
        Caveat::Open { open, before, after } => {
            let range = |of: &[f64; 2]| format!("{:.0} to {:.0}", of[0] * 100.0, of[1] * 100.0);
            let after = after.as_ref().map_or_else(|| "nothing".to_owned(), range);
            format!(
                "what came of {} before and {} after is not known: counted either way, of 100, before {}, after {after}",
                open[0],
                open[1],
                range(before)
            )
        }
        Caveat::Late { late, knowing } => format!(
            "operations entered more than 72 hours after their time: {} before, {} after; of those before, {knowing} were entered, or their outcome was, once the measure was there",
            late[0], late[1]
        ),
        Caveat::Unnoticed { days, longest } => {
            let longest = longest.map_or_else(
                || "how long leaks went unnoticed before is not recorded".to_owned(),
                |of| format!("before, one went unnoticed for {}", hours(of)),
            );
            format!(
                "it ended {} ago, and leaks of it may not have been noticed yet: {longest}",
                counted(*days as usize, "day", "days")
            )
        }
        Caveat::Cut { days, of } => format!("the time after is not over: {days} of {of} days"),
        Caveat::Lengths { before, after } => {
            format!("{before} days before, {after} after: whoever leaks now and then is found active in a longer time more often")
        }
        Caveat::Model => {
            "what is believed rests on the same operations and on what is supposed before any; it knows nothing of the measure"
                .to_owned()
        }
        Caveat::Today => {
            "vetting is counted over today's roster and schedule: who left, and what was asked then, is not in it".to_owned()
        }
        Caveat::Cause => "nothing was assigned by chance: whatever else changed at that time can be the reason".to_owned(),
    }
}

fn few_said(seeing: Seeing) -> String {
    let what = match seeing {
        Seeing::Enough => "a halving would have been seen 8 of 10 times with as many".to_owned(),
        Seeing::More(more) => format!("to see a halving 8 of 10 times it takes {more} more operations afterwards"),
        Seeing::Each(each) => {
            format!("too few before: to see a halving 8 of 10 times it takes {each} operations on each side")
        }
        Seeing::Never => "so few are betrayed that thousands of operations would not show a halving 8 of 10 times".to_owned(),
        Seeing::Nothing => "none was betrayed before, so a fall cannot be seen".to_owned(),
    };
    format!("the operations do not tell whether there is a change: {what}")
}

fn mix_said(as_after: Option<f64>, one_sided: &[String]) -> String {
    let sorts = if one_sided.is_empty() { String::new() } else { format!("; on one side only: {}", one_sided.join(", ")) };
    let as_after = as_after.map(|share| format!("; with the sorts of after, before would have had {}", in_100(share)));
    format!("operations were of other sorts before and after{sorts}{}", as_after.unwrap_or_default())
}

fn other_said(other: &Other) -> String {
    let what = match other.sort {
        OtherSort::Schedule => "a schedule of checks",
        OtherSort::Draw => "a draw for a check",
        OtherSort::Approvals => "a policy of approvals",
        OtherSort::Witnesses => "other witnesses",
        OtherSort::Members => "members and their roles",
        OtherSort::Exceptions => "an exception",
        OtherSort::Unit => "a new unit",
        OtherSort::Came => "people who came",
        OtherSort::Left => "people who left",
    };
    let when =
        if other.first == other.last { format!("on {}", other.first) } else { format!("from {} to {}", other.first, other.last) };
    format!("{what} ({}, {when})", counted(other.times, "time", "times"))
}
