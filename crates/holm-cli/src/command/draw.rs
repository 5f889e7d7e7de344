use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use holm::policy::Action;
use holm::role::UseCase;
use holm::vault::write_durably;
use holm::vetting::draw::{Coverage, Draw, DrawPlan, DrawStanding, REVEAL, ShownDraw, Taken, WITHIN, commit, reveal};
use holm::vetting::import::day;
use holm::workspace::Workspace;
use holm_record::event::vetting::CheckSort;
use holm_record::id::PersonId;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde::Serialize;

use super::check::today;
use super::open::check_log_key;
use crate::app::{App, counted, each_file, read, read_text};
use crate::error::{CommandError, Outcome};

/// Draw people for a check by chance that nobody can steer or foresee, and that anybody can check
#[derive(Debug, Subcommand)]
pub(crate) enum DrawCommand {
    Open(Open),
    Commit(Commit),
    Reveal(Reveal),
    Take(Take),
    Close(Close),
    List(List),
    Show(Show),
    Coverage(CoverageOf),
}

/// Begin a draw: who can be drawn and how likely is recorded first, with this desk's own commitment
#[derive(Debug, Args)]
pub(crate) struct Open {
    /// For which check.
    #[arg(long)]
    sort: CheckSort,
    /// Of 100 people, how many on average: one number for everybody, or five by rank level from the lowest.
    #[arg(long, value_name = "N|N,N,N,N,N", value_parser = rates)]
    rates: [u8; 5],
    /// Two people of different units who commit and reveal.
    #[arg(long, num_args = 2, required = true, value_names = ["PERSON", "PERSON"])]
    drawers: Vec<PersonId>,
    /// Of one unit only.
    #[arg(long)]
    unit: Option<String>,
    /// Days to commit and reveal; after them everybody is drawn.
    #[arg(long, value_name = "DAYS", default_value_t = days(REVEAL))]
    reveal_within: u16,
    /// Days to take the check, from the draw on.
    #[arg(long, value_name = "DAYS", default_value_t = WITHIN)]
    within: u16,
    /// The folder for the file that goes to the drawers.
    #[arg(long, value_name = "DIR", default_value = "holm-out/draws")]
    out: PathBuf,
}

/// As a drawer, at your own desk: draw something random and commit to it
#[derive(Debug, Args)]
pub(crate) struct Commit {
    /// The file that you were given.
    bundle: PathBuf,
    /// Your id on the roster.
    #[arg(long = "as", value_name = "PERSON")]
    person: PersonId,
    /// Your key file.
    #[arg(long, value_name = "KEY")]
    identity: PathBuf,
    /// The record's verifier key, or a file that holds it; draws of any other record are refused.
    #[arg(long, value_name = "KEY|FILE")]
    log_key: Option<String>,
}

/// As a drawer, at your own desk: reveal what you committed to, once both commitments are in the record
#[derive(Debug, Args)]
pub(crate) struct Reveal {
    /// The secret that you kept.
    secret: PathBuf,
    /// The file that you were given when both had committed.
    #[arg(long, value_name = "FILE")]
    with: PathBuf,
    /// Your key file.
    #[arg(long, value_name = "KEY")]
    identity: PathBuf,
}

/// Take in what drawers sent back; with the last of it the draw is done
#[derive(Debug, Args)]
pub(crate) struct Take {
    /// Commitments, or what was revealed.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The folder for the file that goes to the drawers once both have committed.
    #[arg(long, value_name = "DIR", default_value = "holm-out/draws")]
    out: PathBuf,
}

/// End a draw of which something was not revealed in time: everybody is drawn
#[derive(Debug, Args)]
pub(crate) struct Close {
    /// The draw.
    number: u64,
}

/// List the draws, and who was drawn
#[derive(Debug, Args)]
pub(crate) struct List {}

/// Write a draw as JSON, so that others can compute it again (docs/spec/draws.md)
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The draw.
    number: u64,
}

/// How often people of each rank level were drawn, beside how often they were to be
#[derive(Debug, Args)]
pub(crate) struct CoverageOf {
    /// For which check.
    #[arg(long)]
    sort: CheckSort,
    /// Since which day; by default for a year.
    #[arg(long, value_name = "DAY", value_parser = day)]
    since: Option<Date>,
}

fn days(span: jiff::SignedDuration) -> u16 {
    u16::try_from(span.as_hours() / 24).unwrap_or(u16::MAX)
}

fn rates(text: &str) -> Result<[u8; 5], String> {
    let each: Vec<u8> = text
        .split(',')
        .map(|n| n.trim().parse().map_err(|_| format!("`{n}` is no rate: write a number from 0 to 100")))
        .collect::<Result<_, String>>()?;
    match each.as_slice() {
        [all] => Ok([*all; 5]),
        five => <[u8; 5]>::try_from(five).map_err(|_| format!("give one rate or five, not {}", five.len())),
    }
}

impl DrawCommand {
    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        match self {
            Self::Open(open) => open.run(app),
            Self::Commit(commit) => commit.run(app),
            Self::Reveal(reveal) => reveal.run(app),
            Self::Take(take) => take.run(app),
            Self::Close(close) => close.run(app),
            Self::List(List {}) => list(app),
            Self::Show(show) => show.run(app),
            Self::Coverage(of) => of.run(app),
        }
    }
}

/// Writes what goes to the drawers.
fn send(app: &App, workspace: &mut Workspace, number: u64, out: &Path, name: &str) -> Result<PathBuf, CommandError> {
    std::fs::create_dir_all(out).map_err(|e| CommandError::new(format!("`{}` could not be made: {e}", out.display())))?;
    let path = out.join(format!("draw-{number}.{name}"));
    write_durably(&path, &workspace.draw_bundle(number, app.now())?)?;
    Ok(path)
}

impl Open {
    fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let mut workspace = app.workspace(UseCase::KeepVetting)?;
        let drawers = <[PersonId; 2]>::try_from(self.drawers).map_err(|_| CommandError::new("name two drawers"))?;
        let permit = workspace.permit(&Action::Administer, app.now())?;
        let plan = DrawPlan {
            sort: self.sort,
            unit: self.unit,
            rates: self.rates,
            drawers,
            reveal_days: self.reveal_within,
            within_days: self.within,
        };
        let number = workspace.open_draw(&permit, &plan)?;
        let path = send(app, &mut workspace, number, &self.out, "to-commit")?;
        let draw = workspace.draw(number)?;
        app.show(&row(&draw, app.now()), || {
            say!("draw {number} is recorded: {} can be drawn", counted(draw.facts.eligible.len(), "person", "persons"));
            let [first, second] = &draw.facts.drawers;
            say!("give {first} and {second} {}; what they send back goes in with `holm check draw take`", path.display());
        })?;
        Ok(Outcome::Done)
    }
}

fn print_shown(draw: &ShownDraw) {
    let facts = &draw.facts;
    say!("draw {} of the record {}", draw.number, draw.log_key);
    say!("{}: {} can be drawn", facts.sort, counted(facts.eligible.len(), "person", "persons"));
    let rates = facts.rates.map(|rate| rate.to_string()).join(", ");
    say!("of 100, by rank level from the lowest: {rates}; to be revealed by {:.0}", facts.reveal_by);
}

/// Writes a file that nobody may write over: it may be the only one.
fn write_new(path: &Path, content: &[u8]) -> Result<(), CommandError> {
    if path.exists() {
        return Err(CommandError::new(format!("`{}` exists; nothing was drawn or overwritten", path.display())));
    }
    Ok(write_durably(path, content)?)
}

impl Commit {
    fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let keys = app.device_keys(&self.identity)?;
        let (draw, note, kept) = commit(&read(&self.bundle)?, &self.person, &keys)?;
        check_log_key(self.log_key.as_deref(), &draw.log_key)?;
        let path = |ending: &str| self.bundle.with_file_name(format!("draw-{}.{}.{ending}", draw.number, self.person));
        // The secret first: a commitment to what is lost draws everybody.
        write_new(&path("secret"), &kept)?;
        write_new(&path("commitment"), note.as_bytes())?;
        print_shown(&draw);
        say!("send back {}", path("commitment").display());
        say!("keep {}: you reveal it when both have committed, or everybody is drawn", path("secret").display());
        Ok(Outcome::Done)
    }
}

impl Reveal {
    fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let keys = app.device_keys(&self.identity)?;
        let (draw, text) = reveal(&read(&self.secret)?, &read(&self.with)?, &keys)?;
        let path = self.secret.with_extension("revealed");
        write_durably(&path, text.as_bytes())?;
        print_shown(&draw);
        say!("both commitments are in the record; send back {}", path.display());
        Ok(Outcome::Done)
    }
}

impl Take {
    fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let mut workspace = app.workspace(UseCase::KeepVetting)?;
        let out = self.out;
        each_file(&self.files, "files", |path| {
            let permit = workspace.permit(&Action::Administer, app.now())?;
            match workspace.take_draw(&permit, &read_text(path)?)? {
                Taken::Committed(number, person, false) => {
                    say!("{person} committed to draw {number}: recorded; the other is to commit");
                }
                Taken::Committed(number, person, true) => {
                    let path = send(app, &mut workspace, number, &out, "to-reveal")?;
                    say!("{person} committed to draw {number}: recorded; give both drawers {} to reveal", path.display());
                }
                Taken::Revealed(number, person) => say!("{person} revealed for draw {number}: recorded"),
                Taken::Done(number, drawn) => print_drawn(number, &drawn),
            }
            Ok(())
        })
    }
}

fn print_drawn(number: u64, drawn: &[PersonId]) {
    let names = drawn.iter().map(PersonId::as_str).collect::<Vec<_>>().join(", ");
    say!("draw {number} is done and recorded: {} drawn{}{names}", drawn.len(), if drawn.is_empty() { "" } else { ": " });
}

impl Close {
    fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let mut workspace = app.workspace(UseCase::KeepVetting)?;
        let permit = workspace.permit(&Action::Administer, app.now())?;
        let drawn = workspace.close_draw(&permit, self.number)?;
        app.show(&drawn, || {
            say!("not everything was revealed in time, so everybody is drawn: recorded");
            print_drawn(self.number, &drawn);
        })?;
        Ok(Outcome::Done)
    }
}

/// A draw as it is listed.
#[derive(Serialize)]
struct Row<'d> {
    draw: u64,
    at: Timestamp,
    sort: CheckSort,
    rates: [u8; 5],
    eligible: usize,
    drawers: &'d [PersonId; 2],
    reveal_by: Timestamp,
    within_days: u16,
    standing: DrawStanding,
    /// Who has not committed, or not revealed.
    waits_for: Vec<&'d PersonId>,
    drawn: Option<Vec<PersonId>>,
}

fn row(draw: &Draw, now: Timestamp) -> Row<'_> {
    let standing = draw.standing(now);
    let over = matches!(standing, DrawStanding::Done | DrawStanding::Forfeited);
    Row {
        draw: draw.number,
        at: draw.at,
        sort: draw.facts.sort,
        rates: draw.facts.rates,
        eligible: draw.facts.eligible.len(),
        drawers: &draw.facts.drawers,
        reveal_by: draw.facts.reveal_by,
        within_days: draw.facts.within_days,
        standing,
        waits_for: if over { Vec::new() } else { draw.silent() },
        drawn: draw.drawn(now).map(|(_, drawn)| drawn),
    }
}

fn list(app: &App) -> Result<Outcome, CommandError> {
    let mut workspace = app.workspace(UseCase::SeeVetting)?;
    super::check::read(app, &mut workspace, None)?;
    let now = app.now();
    let rows: Vec<Row<'_>> = workspace.state().vetting.draws.iter().map(|draw| row(draw, now)).collect();
    app.show(&rows, || {
        if rows.is_empty() {
            say!("nothing was drawn; `holm check draw open` begins a draw");
        }
        for row in &rows {
            let rates = row.rates.map(|rate| rate.to_string()).join(", ");
            say!("{:>6}  {:.0}  {} of {} people, of 100 by level: {rates}", row.draw, row.at, row.sort, row.eligible);
            let waits = row.waits_for.iter().map(|person| person.as_str()).collect::<Vec<_>>().join(", ");
            match row.standing {
                DrawStanding::Commits => say!("        waits for the commitment of {waits}"),
                DrawStanding::Reveals => say!("        waits until {:.0} for {waits} to reveal", row.reveal_by),
                DrawStanding::Late => {
                    say!(
                        "        not revealed by {:.0}: everybody is drawn; close it with `holm check draw close`",
                        row.reveal_by
                    );
                }
                DrawStanding::Done | DrawStanding::Forfeited => {
                    let drawn = row.drawn.as_deref().unwrap_or_default();
                    let names = drawn.iter().map(PersonId::as_str).collect::<Vec<_>>().join(", ");
                    let how = if row.standing == DrawStanding::Done { "drawn" } else { "drawn, since it was not revealed" };
                    say!("        {} {how}: {names}", drawn.len());
                }
            }
        }
    })?;
    Ok(Outcome::Done)
}

impl Show {
    fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let mut workspace = app.workspace(UseCase::SeeVetting)?;
        super::check::read(app, &mut workspace, None)?;
        say!("{}", serde_json::to_string_pretty(&workspace.draw_to_check(self.number)?)?);
        Ok(Outcome::Done)
    }
}

impl CoverageOf {
    fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let mut workspace = app.workspace(UseCase::SeeVetting)?;
        super::check::read(app, &mut workspace, None)?;
        let since = self.since.unwrap_or_else(|| today(app).saturating_sub(1.year()));
        let rows: Vec<Coverage> = workspace.state().coverage(self.sort, since, app.now());
        app.show(&rows, || {
            say!("{} since {since}", self.sort);
            for row in rows.iter().rev() {
                let Coverage { level, people, chances, expected, drawn, forfeited, never } = row;
                say!(
                    "level {level}: {} on the roster, {never} never drawn; drawn {drawn} times of {chances} where {expected:.1} were to be{}",
                    counted(*people, "person", "persons"),
                    if *forfeited > 0 { format!(", and {forfeited} times because something was not revealed") } else { String::new() }
                );
            }
        })?;
        Ok(Outcome::Done)
    }
}
