//! Three leaks of the example world, traced and checked.

use holm::leak::LeakFile;
use holm::policy::Action;
use holm::report::{Report, Verdict};
use holm::trace::TraceRequest;
use holm::vault::write_durably;
use holm::verify_trace::verify_trace;
use holm_marks::leak::read as read_leak;
use holm_record::id::{ItemName, PersonId};
use holm_simulate::chance::Chance;
use holm_simulate::corpus;
use holm_simulate::damage::{Channel, damage};
use holm_simulate::mixture::{Grain, mix};
use jiff::Timestamp;

use super::chapter;
use super::world::World;
use crate::command::trace::print_report;
use crate::command::verify_trace::print_checks;
use crate::error::CommandError;

/// Who leaks the brief, and who pool their copies of the assessment.
const LEAKER: &str = "h05";
const POOLERS: [&str; 2] = ["r02", "s04"];
const BRIEF: &str = "yard-brief";
const ASSESSMENT: &str = "en-assessment";

fn trace(world: &mut World, name: &str, text: &str, now: Timestamp) -> Result<Vec<Report>, CommandError> {
    let path = world.folder.join("leaks").join(name);
    write_durably(&path, text.as_bytes())?;
    say!("the leak is {}; it begins:", path.display());
    text.split_whitespace().take(24).collect::<Vec<_>>().chunks(12).for_each(|line| say!("  | {}", line.join(" ")));
    say!("$ holm trace {}", path.display());
    let alpha = world.workspace.alpha();
    let permit = world.workspace.permit(&Action::Trace { alpha, limit: alpha }, now)?;
    let files = vec![LeakFile { name: name.to_owned(), bytes: text.as_bytes().to_vec() }];
    let reports = world.workspace.trace(&permit, &TraceRequest { files, item: None, alpha, incident: None }, &[], &|_| {})?;
    reports.iter().for_each(print_report);
    Ok(reports)
}

pub(super) fn retyped_excerpt(world: &mut World, now: Timestamp) -> Result<Report, CommandError> {
    chapter("A leak: one recipient retyped most of the brief, with typing mistakes");
    let bytes = world.open(&ItemName::new(BRIEF)?, &PersonId::new(LEAKER)?, now)?.1.bytes;
    let text = read_leak(&bytes, "yard-brief.docx").map_err(|e| CommandError::new(e.to_string()))?;
    // Seven paragraphs in eight, without the first: what somebody who sells a raid would pass on.
    let paragraphs: Vec<&str> = text.split("\n\n").collect();
    let excerpt = paragraphs.get(paragraphs.len() / 8..).unwrap_or_default().join("\n\n");
    let retyped = damage(&excerpt, Channel::Retype, &mut Chance::new(7));
    let reports = trace(world, "1-retyped.txt", &retyped, now)?;
    say!("(the scenario's truth: {LEAKER})");
    reports.into_iter().next().ok_or_else(|| CommandError::new("the demo's first leak gave no report"))
}

pub(super) fn mixed_copies(world: &mut World, now: Timestamp) -> Result<(), CommandError> {
    chapter("A leak mixed from two copies of the assessment, so that neither can be told");
    let item = ItemName::new(ASSESSMENT)?;
    let mut copies = Vec::new();
    for person in POOLERS {
        copies.push(String::from_utf8_lossy(&world.open(&item, &PersonId::new(person)?, now)?.1.bytes).into_owned());
    }
    let texts: Vec<&str> = copies.iter().map(String::as_str).collect();
    let mixed = mix(&texts, Grain::Sentences, &mut Chance::new(11));
    trace(world, "2-mixed.md", &mixed, now)?;
    say!("(the scenario's truth: {} and {})", POOLERS[0], POOLERS[1]);
    Ok(())
}

pub(super) fn something_else(world: &mut World, now: Timestamp) -> Result<(), CommandError> {
    chapter("A text about something else turns up");
    let other = corpus::FOREIGN.iter().find(|d| d.name == "foreign-en-2").map_or("", |d| d.source);
    trace(world, "3-something-else.txt", other, now).map(|_| ())
}

pub(super) fn check(world: &mut World, report: &Report, now: Timestamp) -> Result<(), CommandError> {
    chapter("Others check: the record from its bytes, the verdict from its bundle");
    let verified = world.workspace.verify()?;
    say!(
        "record: {} entries, {} checkpoints, {} sealed files: {}",
        verified.record.entries,
        verified.record.checkpoints,
        verified.files,
        if verified.holds() { "everything holds" } else { "DOES NOT HOLD" }
    );
    if report.verdict != Verdict::Named {
        return Ok(());
    }
    let item = ItemName::new(BRIEF)?;
    let permit = world.workspace.permit(&Action::OpenItem { item: &item }, now)?;
    let bundle = world.workspace.open_item(&permit, &item, &[])?;
    let path = world.folder.join("yard-brief.bundle");
    write_durably(&path, &serde_json::to_vec(&bundle)?)?;
    let report_path = world.folder.join("yard-brief.report.json");
    write_durably(&report_path, &serde_json::to_vec_pretty(report)?)?;
    say!("$ holm verify-trace {} --bundle {}", report_path.display(), path.display());
    print_checks(&verify_trace(report, &bundle, true, &|_| {}));
    Ok(())
}
