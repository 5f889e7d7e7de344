use std::path::PathBuf;

use clap::Args;
use holm::report::Report;
use holm::verification::Bundle;
use holm::verify_trace::{Checks, verify_trace};

use crate::app::{App, read};
use crate::error::{CommandError, Outcome};

/// Check a verdict from its verification bundle, without trusting whoever made it
#[derive(Debug, Args)]
pub(crate) struct VerifyTrace {
    /// The report, as `holm trace --json` printed it.
    report: PathBuf,
    /// The bundle, as `holm item open` wrote it.
    #[arg(long)]
    bundle: PathBuf,
    /// Compute only the copies that are named again, and the next: quicker, but a copy that was kept from being named is not
    /// noticed.
    #[arg(long)]
    named_only: bool,
}

impl VerifyTrace {
    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let report: Report = serde_json::from_slice(&read(&self.report)?)
            .map_err(|e| CommandError::new(format!("`{}` is not a report: {e}", self.report.display())))?;
        let bundle: Bundle = serde_json::from_slice(&read(&self.bundle)?)
            .map_err(|e| CommandError::new(format!("`{}` is not a bundle: {e}", self.bundle.display())))?;
        let spinner = super::share::progress_bar(0, "checking");
        spinner.set_style(indicatif::ProgressStyle::default_spinner());
        let checks = verify_trace(&report, &bundle, !self.named_only, &|what| spinner.set_message(what.to_owned()));
        spinner.finish_and_clear();
        app.show(&checks, || print_checks(&checks))?;
        Ok(if checks.hold() { Outcome::Done } else { Outcome::No })
    }
}

pub(crate) fn print_checks(checks: &Checks) {
    for check in &checks.0 {
        match &check.problem {
            None => say!("holds: {}", check.what),
            Some(problem) => say!("DOES NOT HOLD: {}: {problem}", check.what),
        }
    }
}
