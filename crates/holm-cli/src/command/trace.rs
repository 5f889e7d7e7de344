use std::path::PathBuf;

use clap::Args;
use holm::leak::LeakFile;
use holm::policy::Action;
use holm::report::{CopyResult, PassedOn, Report, Verdict, Voice};
use holm::role::UseCase;
use holm::trace::TraceRequest;
use holm_record::id::{IncidentName, ItemName};

use crate::app::{App, counted, file_name, read};
use crate::error::{CommandError, Outcome};

/// Trace a leak: name the copies that it came from, or say that they cannot be named
#[derive(Debug, Args)]
pub(crate) struct Trace {
    /// The leaked files, read as one leak: text, Markdown, DOCX, HTML, EML, PDF, PNG, JPEG or TIFF.
    #[arg(required = true, value_name = "LEAK")]
    leaks: Vec<PathBuf>,
    /// The item, if it is known.
    #[arg(long)]
    item: Option<ItemName>,
    /// The incident that this is a further look at.
    #[arg(long)]
    incident: Option<IncidentName>,
    /// A lower chance of naming an innocent copy than the workspace's.
    #[arg(long)]
    alpha: Option<f64>,
    /// A custodian's key file.
    #[arg(long, value_name = "FILE")]
    custodian_key: Vec<PathBuf>,
}

impl Trace {
    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let files = self
            .leaks
            .iter()
            .map(|path| Ok(LeakFile { name: file_name(path), bytes: read(path)? }))
            .collect::<Result<Vec<_>, CommandError>>()?;
        let keys = self.custodian_key.iter().map(|path| app.device_keys(path)).collect::<Result<Vec<_>, _>>()?;
        let mut workspace = app.workspace(UseCase::Trace)?;
        let alpha = self.alpha.unwrap_or(workspace.alpha());
        let permit = workspace.permit(&Action::Trace { alpha, limit: workspace.alpha() }, app.now())?;
        let request = TraceRequest { files, item: self.item, alpha, incident: self.incident };
        let spinner = super::share::progress_bar(0, "tracing");
        spinner.set_style(indicatif::ProgressStyle::default_spinner());
        let reports = workspace.trace(&permit, &request, &keys, &|what| spinner.set_message(what.to_owned()))?;
        spinner.finish_and_clear();
        let named = reports.iter().any(|r| r.verdict == Verdict::Named);
        match reports.as_slice() {
            [only] => app.show(only, || print_report(only))?,
            several => app.show(&several, || several.iter().for_each(print_report))?,
        }
        Ok(if named { Outcome::Done } else { Outcome::No })
    }
}

/// "fewer than 1 in 1,000", in words that an officer can repeat.
fn rarely(p: f64) -> String {
    let one_in = (1.0 / p.max(1e-300)).log10();
    if one_in >= 9.0 {
        format!("fewer than 1 in 10^{}", one_in.floor())
    } else {
        format!("about 1 in {}", grouped(10.0_f64.powf(one_in).round() as u64))
    }
}

fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

pub(crate) fn print_report(report: &Report) {
    let Some(item) = &report.item else {
        say!("NO MATCH: this is a leak of none of the items");
        return;
    };
    match report.verdict {
        Verdict::Named => say!("NAMED: this leak of {item} came from"),
        Verdict::Inconclusive | Verdict::NoMatch => say!("INCONCLUSIVE: this is a leak of {item}, and no copy can be named"),
    }
    for copy in report.copies.iter().filter(|c| c.named) {
        let person = copy.person.as_ref().map_or_else(|| "(masked)".to_owned(), ToString::to_string);
        say!(
            "  copy {}, issued to {person}: {} for an innocent copy, all {} copies and looks counted",
            copy.copy,
            rarely(copy.adjusted_p.unwrap_or(1.0)),
            report.family
        );
        print_voices(copy);
    }
    let per = (1.0 / report.alpha).round() as u64;
    say!("of {} such incidents in which none of these copies was the source, at most one would name any of them", grouped(per));
    say!(
        "look {} of {} ({} issued before the leak was received)",
        report.look,
        report.incident,
        counted(report.family, "copy", "copies")
    );
    say!("marks read: {} of {}", report.marks.read, report.marks.total);
    for (layer, read) in &report.marks.by_layer {
        say!("  {:<12} {} of {}", layer.name(), read.read, read.total);
    }
    if let Some(coverage) = &report.coverage {
        say!(
            "the leak shows {} of the item's {} words and signs; {} of the leak's {} belong to the item",
            coverage.master_matched,
            coverage.master_tokens,
            coverage.leak_matched,
            coverage.leak_tokens
        );
    }
    let persons: Vec<String> = report.ledger.iter().filter(|l| l.stands_out).map(|l| l.person.to_string()).collect();
    if !persons.is_empty() {
        say!(
            "over all items and looks so far, copies issued to {} stand out beyond what this workspace's whole life allows by chance",
            persons.join(", ")
        );
    }
    match (report.further_marks, report.verdict) {
        (Some(0), Verdict::Inconclusive) => {
            say!("enough marks were read for one source: several copies may be mixed, or the marks were rewritten")
        }
        (Some(n), Verdict::Inconclusive) => say!("about {n} more marks, read rightly, would name a single source"),
        (None, Verdict::Inconclusive) if !report.can_settle => say!("the item has too few marks to name anyone"),
        _ => {}
    }
    print_holders(report);
}

/// Which layer spoke, where there are several, and whether one speaks against the others.
fn print_voices(copy: &CopyResult) {
    let that = |voice: Voice| {
        let names: Vec<&str> = copy.layers.iter().filter(|(_, v)| **v == voice).map(|(l, _)| l.name()).collect();
        names.join(", ")
    };
    if copy.layers.len() > 1 && copy.layers.values().any(|v| *v == Voice::Fits) {
        say!("    spoken for by its {}", that(Voice::Fits));
    }
    if copy.contradicting().is_some() {
        say!("    contradicted by its {}: the leak was mixed from several copies, or forged", that(Voice::Contradicts));
    }
    if !copy.against.is_empty() {
        say!("    marks that the leak shows and this copy does not have: {}", copy.against.len());
    }
}

fn print_holders(report: &Report) {
    let holders = &report.holders;
    say!("this speaks of copies, not of people: a copy may have been stolen, borrowed or photographed");
    if holders.alone {
        say!("not protected against the originator's own desk: it made the key alone");
    }
    say!("whoever holds the key can make any copy again: {}", holders.custodians.join(", "));
    holders.plain_folders.iter().for_each(|f| say!("unsealed copies were written to {f}"));
    for PassedOn { copy, to, paragraphs } in &holders.passed_on {
        let numbers = paragraphs.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
        let what = if paragraphs.is_empty() { "all of it".to_owned() } else { format!("paragraphs {numbers}") };
        say!("with your consent, {to} may have been passed {what} of copy {copy}");
    }
    if !holders.on_lost_devices.is_empty() {
        let copies: Vec<String> = holders.on_lost_devices.iter().map(ToString::to_string).collect();
        say!("lost devices can open: {}", copies.join(", "));
    }
    match holders.receipts_before {
        0 => say!("nobody outside has signed for this item's commitments before the leak was received"),
        n => {
            say!("{} had signed for this item's commitments before the leak was received", counted(n, "recipient", "recipients"))
        }
    }
}
