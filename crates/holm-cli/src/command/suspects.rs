use clap::Args;
use holm::belief::framing::{Alarm, Sign};
use holm::belief::translation::{Cause, TrialOf};
use holm::belief::{Belief, Beliefs, Missing, Question, REVIEW, Reason, Supposed};
use holm::policy::Action;
use holm::role::UseCase;
use holm_record::event::approval::Masked;
use holm_record::event::happening;
use holm_record::id::PersonId;
use jiff::Timestamp;

use crate::app::{App, counted, moment};
use crate::error::{CommandError, Outcome};

/// Rows that are printed unless all are wanted.
const SHOWN: usize = 20;

/// What is believed of people and channels, with reasons and alternatives: leads, never an accusation
#[derive(Debug, Args)]
pub(crate) struct Suspects {
    /// As of what was recorded by then; by default all of it.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    at: Option<Timestamp>,
    /// Give the reasons for this person.
    #[arg(long)]
    person: Option<PersonId>,
    /// Show everybody.
    #[arg(long)]
    all: bool,
    /// Seed of the sampler: the same record, version and seed give the same report.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

impl Suspects {
    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let mut workspace = app.workspace(UseCase::SeeBeliefs)?;
        let spinner = super::share::progress_bar(0, "weighing what is recorded");
        spinner.set_style(indicatif::ProgressStyle::default_spinner());
        let question = Question { at: self.at, person: self.person.clone(), seed: self.seed, ..Question::default() };
        let beliefs = workspace.beliefs(&question, app.now())?;
        let permit = workspace.permit(&Action::Administer, app.now())?;
        // Before they are shown, and after they were computed: a record that fails here shows nothing.
        workspace.record_reading(&permit, Masked::Beliefs, None)?;
        spinner.finish_and_clear();
        app.show(&beliefs, || match &self.person {
            Some(person) => beliefs.people.iter().filter(|b| b.person == *person).for_each(print_person),
            None => print_beliefs(&beliefs, if self.all { usize::MAX } else { SHOWN }),
        })?;
        Ok(Outcome::Done)
    }
}

/// Why a belief is not acted on.
fn lacking(missing: &Missing) -> String {
    match missing {
        Missing::StandsOnSupporting => "it stands on a polygraph or the like alone".to_owned(),
        Missing::Alarm => "the record has signs that they may be framed".to_owned(),
        Missing::Unsettled => {
            "whether it stands without polygraphs, or without what one keeper alone wrote, could not be settled".to_owned()
        }
        Missing::OneWord { keeper, of } => {
            format!("it stands on what {keeper} alone wrote of {}", counted(of.len(), "leak", "leaks"))
        }
        Missing::Little { kinds: _, exposures } => {
            format!("it stands on one kind of evidence and {}", counted(*exposures, "exposure", "exposures"))
        }
    }
}

/// What was supposed otherwise.
fn otherwise(supposed: &Supposed) -> String {
    match supposed {
        Supposed::Background(factor) => format!("how often operations fail by themselves ({factor} times as often)"),
        Supposed::Leakers(factor) if *factor < 1.0 => "how many leak (a third as many)".to_owned(),
        Supposed::Leakers(factor) => format!("how many leak ({factor} times as many)"),
        Supposed::WithoutChecks => "what checks found".to_owned(),
        Supposed::Without(of) => format!("how {} ended", names(of)),
        Supposed::WithoutWord { keeper } => format!("what {keeper} alone wrote of leaks"),
    }
}

/// Operation and incident.
fn names(of: &TrialOf) -> String {
    let operation = of.operation.as_ref().map(|o| format!("operation {o}"));
    let incident = of.incident.as_ref().map(|i| format!("incident {i}"));
    operation.into_iter().chain(incident).collect::<Vec<_>>().join(", ")
}

/// A probability as a person says it.
fn chance(p: f64) -> String {
    match p {
        p if p < 0.005 => "under 1 in 200".to_owned(),
        p if p > 0.995 => "over 199 in 200".to_owned(),
        p => format!("{:.0} in 100", p * 100.0),
    }
}

pub(crate) fn print_beliefs(beliefs: &Beliefs, most: usize) {
    say!("leads, not proof: whoever stands high is to be looked at, not accused");
    match beliefs.review.as_slice() {
        [] => say!("nobody can be referred for review so that at most {} in 100 are expected to be innocent", REVIEW * 100.0),
        some => {
            let names = some.iter().map(PersonId::as_str).collect::<Vec<_>>().join(", ");
            say!("refer for review ({} in 100 expected to be innocent at most): {names}", REVIEW * 100.0);
        }
    }
    for belief in beliefs.people.iter().filter(|belief| !belief.missing.is_empty()) {
        say!("  not {}: {}", belief.person, belief.missing.iter().map(lacking).collect::<Vec<_>>().join("; "));
    }
    beliefs.alarms.iter().for_each(print_alarm);
    say!("somebody who is not listed, or no leak at all, explains {} leaks", chance(beliefs.not_listed));
    for belief in beliefs.people.iter().take(most) {
        say!(
            "  {:<12} {:<16} level {}  {:<16} knew of {}, {} betrayed",
            belief.person,
            belief.unit,
            belief.level,
            chance(belief.probability),
            counted(belief.known, "operation", "operations"),
            belief.betrayed
        );
    }
    if beliefs.people.len() > most {
        say!("  and {} more, each less likely; `--all` shows them", beliefs.people.len() - most);
    }
    for channel in beliefs.channels.iter().take(most).filter(|c| most > SHOWN || c.probability >= 0.05) {
        match &channel.cause {
            Cause::Channel(name) => say!("  channel {name:<24} {}", chance(channel.probability)),
            Cause::Unit(unit) => say!("  something of {unit} that nobody recorded: {}", chance(channel.probability)),
        }
    }
    for group in &beliefs.alike {
        let names = group.people.iter().map(PersonId::as_str).collect::<Vec<_>>().join(", ");
        say!("nothing recorded tells {names} apart; at least one of them leaks: {}", chance(group.any));
    }
    for unit in beliefs.units.iter().take(5).filter(|unit| unit.range[2] > 0) {
        let [low, _, high] = unit.range;
        say!(
            "in {} of {}: {low} to {high} leak (9 times in 10), {:.1} expected",
            unit.unit,
            counted(unit.members, "person", "people"),
            unit.mean
        );
    }
    let levels = beliefs.course.levels.iter().filter_map(|(level, counts)| counts.last().map(|last| (level, last)));
    for (level, last) in levels.filter(|(_, last)| last.range[2] > 0) {
        say!("of level {level}: {} to {} were active lately, {:.1} expected", last.range[0], last.range[2], last.mean);
    }
    let more = beliefs.meter.needed / beliefs.meter.of_one.max(1e-9);
    say!(
        "{:.1} bits are not known yet, and one more operation tells {:.2}: at least {more:.0} more to know of everybody",
        beliefs.meter.needed,
        beliefs.meter.of_one
    );
    print_gaps(beliefs);
    let from = &beliefs.provenance;
    say!(
        "from {} entries, {}, seed {}, {} sweeps of each of 4 chains, rank-R̂ {:.3}",
        from.entries,
        from.model,
        from.seed,
        from.sweeps,
        from.rank_r
    );
}

/// What is to be looked at in the record, before anybody is.
fn print_alarm(Alarm { sign, p }: &Alarm) {
    let seen = match sign {
        Sign::Late { keeper } => {
            format!(
                "entries of {keeper} that say who knew were written late or once the outcome was known, more often of what leaked; hindsight does this too"
            )
        }
        Sign::SingledOut { person } => {
            format!(
                "of what leaked, entries that name {person} were written late or afterwards more often than those that name others"
            )
        }
        Sign::Keeper { person, keeper } => {
            format!("what {person} is said to have known leaked more often where {keeper} says so than where others do")
        }
        Sign::Company { person, other } => {
            format!("what {person} knew leaked where {other} knew it too and hardly else, and the other way round")
        }
    };
    let times = if *p < 1e-6 { "less than one time in a million".to_owned() } else { format!("one time in {:.0}", 1.0 / p) };
    say!("look at the record first: {seen} (by chance {times})");
}

fn print_gaps(beliefs: &Beliefs) {
    let gaps = &beliefs.gaps;
    if gaps.one_word > 0 {
        say!(
            "{} of {} exposures rest on one keeper's word alone: have somebody else record the same, or share by copies",
            gaps.one_word,
            gaps.exposures
        );
    }
    if gaps.late > 0 {
        say!("{} of {} exposures were entered late, when more of them are remembered for what failed", gaps.late, gaps.exposures);
    }
    if !gaps.without_exposures.is_empty() {
        let names = gaps.without_exposures.iter().take(10).map(|o| o.as_str()).collect::<Vec<_>>().join(", ");
        say!(
            "{} over or betrayed and nobody is recorded to have known of them: {names}",
            counted(gaps.without_exposures.len(), "operation is", "operations are")
        );
    }
    if !gaps.of_nothing.is_empty() {
        let names = gaps.of_nothing.iter().map(|i| i.as_str()).collect::<Vec<_>>().join(", ");
        say!("incidents of which nobody is recorded to have known anything: {names}");
    }
}

fn print_person(belief: &Belief) {
    say!("{} ({}, level {}): {}", belief.person, belief.unit, belief.level, chance(belief.probability));
    if belief.is_a_rate() {
        say!("of 100 people with this score, about {:.0} are innocent", 100.0 * (1.0 - belief.probability));
    } else {
        say!("how many with this score are innocent cannot be said before the record was looked at");
    }
    if let Some(band) = &belief.band {
        let most = band.most.as_ref().map(|most| format!("; most depends on {}", otherwise(most))).unwrap_or_default();
        say!("from {} to {} if other things are supposed{most}", chance(band.lowest), chance(band.highest));
    }
    if let Some(more) = &belief.more {
        let number = |n: Option<usize>| n.map_or_else(|| "hundreds".to_owned(), |n| format!("about {n}"));
        say!(
            "cannot tell yet: {} more operations like these would tell if they leak, {} if they do not",
            number(more.if_leak),
            number(more.if_not)
        );
    }
    for missing in &belief.missing {
        say!("not to be acted on: {}", lacking(missing));
        if let Missing::OneWord { keeper, of } = missing {
            say!(
                "  {keeper} could have leaked it too: whoever else knows of these, by an account of their own, records it too (`holm tell --to {}`):",
                belief.person
            );
            of.iter().for_each(|of| say!("    {}", names(of)));
        }
    }
    say!("knew of {}, {} betrayed", counted(belief.known, "operation", "operations"), belief.betrayed);
    let print = |what: &str, reasons: &[Reason]| {
        if !reasons.is_empty() {
            say!("{what}:");
            reasons.iter().for_each(print_reason);
        }
    };
    print("what weighs for it", &belief.reasons_for);
    print("what weighs against it", &belief.against);
    if !belief.checks.is_empty() {
        say!("what their checks say:");
    }
    for of in &belief.checks {
        let word = if of.nats > 0.0 { "likelier" } else { "less likely" };
        let without = of.without.map(|p| format!("; without them {}", chance(p))).unwrap_or_default();
        say!("  {}: {:.1} times {word} if they leak{without}", of.kind, of.nats.abs().exp());
    }
}

fn print_reason(reason: &Reason) {
    let of = &reason.of;
    let seen = match of.outcome {
        happening::Outcome::Clean => "went as planned",
        happening::Outcome::Suspected => "a leak is suspected",
        happening::Outcome::Confirmed => "there was a leak",
        happening::Outcome::Unknown => "nothing can be said",
    };
    let times = reason.nats.abs().exp();
    let word = if reason.nats > 0.0 { "likelier" } else { "less likely" };
    say!("  {} ({:.0}): {seen}; {times:.1} times {word} if they leak", names(of), of.at);
}
