//! Two years of sharing among 200 people of whom five leak and adapt, run with no Holm, with marks alone, and with everything.
//!
//! `cargo bench -p holm --bench programme -- [--seeds N] [--arm NAME] [--world NAME] [--report] [--figure FILE]`
//!
//! Arms: `nothing`, `guess`, `marks`, `unbaited`, `everything`; worlds: `plain`, `half-seen`, `borrowed` (`programme/arm.rs`). Each world, arm and seed is one line of
//! `benches/results/programme.jsonl`; only what is missing is run, `--report` prints the table from there alone, and `--figure` draws
//! it. The world is `holm_simulate::programme`, its assumptions and what is measured are in `docs/design/planner.md`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::print_stderr, missing_docs)]

use std::path::PathBuf;
use std::process::ExitCode;

use rayon::prelude::*;

#[path = "programme/arm.rs"]
mod arm;
#[path = "programme/belief.rs"]
mod belief;
#[path = "programme/director.rs"]
mod director;
#[path = "programme/everything.rs"]
mod everything;
#[path = "programme/experiments.rs"]
mod experiments;
#[path = "programme/figure.rs"]
mod figure;
#[path = "programme/marking.rs"]
mod marking;
#[path = "survival/results.rs"]
#[allow(dead_code)]
mod results;
#[path = "programme/row.rs"]
mod row;
#[path = "programme/table.rs"]
mod table;
#[path = "survival/verdict.rs"]
#[allow(dead_code)]
mod verdict;

use arm::{Arm, World};
use results::Results;
use row::Row;

/// Anything that stops a run.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Seeds, where no other number is asked for.
const SEEDS: u64 = 10;

/// What was asked for.
struct Options {
    seeds: u64,
    arm: Option<Arm>,
    world: World,
    report: bool,
    figure: Option<PathBuf>,
}

impl Options {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let mut options = Self { seeds: SEEDS, arm: None, world: World::Plain, report: false, figure: None };
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--report" => options.report = true,
                "--seeds" => options.seeds = number(arguments.next())?,
                "--arm" => options.arm = Some(Arm::parse(&arguments.next().ok_or("`--arm` needs a name")?)?),
                "--world" => options.world = World::parse(&arguments.next().ok_or("`--world` needs a name")?)?,
                "--figure" => options.figure = Some(arguments.next().ok_or("`--figure` needs a file")?.into()),
                // Cargo says so to every bench.
                "--bench" => {}
                other => return Err(format!("`{other}` is no option of this bench").into()),
            }
        }
        Ok(options)
    }

    /// Arms that were asked for.
    fn arms(&self) -> Vec<Arm> {
        Arm::ALL.into_iter().filter(|arm| self.arm.is_none_or(|only| only == *arm)).collect()
    }
}

fn number(given: Option<String>) -> Result<u64, Failure> {
    let given = given.unwrap_or_default();
    given.parse().map_err(|_| format!("`--seeds` needs a number of programmes, such as 10; got `{given}`").into())
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("programme: {failure}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<(), Failure> {
    let options = Options::parse(std::env::args().skip(1))?;
    let mut results: Results<Row> = Results::open(row::FILE)?;
    if !options.report {
        for arm in options.arms() {
            measure((options.world, arm), options.seeds, &mut results)?;
        }
        results.close()?;
    }
    let arms = options.arms();
    let asked = |row: &Row| row.world == options.world && row.seed <= options.seeds && arms.contains(&row.arm);
    let current = |row: &Row| row.version == row::version() && asked(row);
    let rows: Vec<Row> = results.into_cells().into_iter().filter(current).collect();
    println!("{}", table::table(&rows));
    if let Some(file) = options.figure {
        // From the folder of the workspace, where cargo is called; benches run in that of the package.
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(file);
        std::fs::write(&file, figure::figure(&rows)).map_err(|e| format!("cannot write `{}`: {e}", file.display()))?;
    }
    Ok(())
}

/// Runs what is missing of an arm.
fn measure((world, arm): (World, Arm), seeds: u64, results: &mut Results<Row>) -> Result<(), Failure> {
    let missing: Vec<u64> =
        (1..=seeds).filter(|seed| results.get(&(world, arm, *seed)).is_none_or(|row| row.version != row::version())).collect();
    for pair in missing.chunks(2) {
        let rows: Vec<Row> = pair.par_iter().map(|seed| arm.run(world, *seed)).collect::<Result<_, Failure>>()?;
        rows.into_iter().try_for_each(|row| results.add(row))?;
    }
    Ok(())
}
