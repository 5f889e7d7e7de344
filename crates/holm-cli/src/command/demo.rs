use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use holm::identity::DeviceKeys;
use holm::leak::LeakFile;
use holm::policy::Action;
use holm::prepare::{MarkOptions, Prepared};
use holm::receipt::open_copy;
use holm::report::{Report, Verdict};
use holm::share::Terms;
use holm::slip::Slip;
use holm::trace::TraceRequest;
use holm::vault::{write_durably, write_secret};
use holm::verify_trace::verify_trace;
use holm::workspace::{InitOptions, Workspace};
use holm_marks::leak::read as read_leak;
use holm_record::id::{ItemName, PersonId};
use holm_simulate::chance::Chance;
use holm_simulate::corpus;
use holm_simulate::damage::{Channel, damage};
use holm_simulate::mixture::{Grain, mix};

use super::trace::print_report;
use crate::app::App;
use crate::error::{CommandError, Outcome};

/// Run the whole story on a shipped scenario and leave the real files behind
///
/// An agency and three partner units fight drug trafficking: 24 recipients, a raid brief in English and one in Spanish, an
/// assessment; then a leak that one of them excerpted and retyped, one mixed from two copies, and one of something else.
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Folder for the scenario; must not exist yet.
    #[arg(default_value = "holm-demo")]
    folder: PathBuf,
}

const ROSTER: &str = include_str!("../../scenario/roster.csv");
const BRIEF: (&str, &[u8]) = ("yard-brief.docx", include_bytes!("../../scenario/yard-brief.docx"));
const CATEO: (&str, &[u8]) = ("informe-cateo.docx", include_bytes!("../../scenario/informe-cateo.docx"));
/// Who leaks the brief, and who pool their copies of the assessment.
const LEAKER: &str = "h05";
const POOLERS: [&str; 2] = ["r02", "s04"];

struct Story<'a> {
    app: &'a App,
    folder: PathBuf,
    workspace: Workspace,
}

impl Demo {
    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        if self.folder.exists() {
            return Err(CommandError::new(format!("`{}` exists; nothing was changed", self.folder.display()))
                .hint("remove it, or name another folder: holm demo FOLDER"));
        }
        for sub in ["documents", "keys", "leaks"] {
            let path = self.folder.join(sub);
            fs::create_dir_all(&path).map_err(|e| CommandError::new(format!("`{}` could not be made: {e}", path.display())))?;
        }
        let options = InitOptions { recovery: Some(self.folder.join("recovery.key")), ..InitOptions::default() };
        let workspace = Workspace::init(&self.folder.join("workspace"), &options, app.now())?;
        let mut story = Story { app, folder: self.folder, workspace };
        story.enrol()?;
        story.share_all()?;
        story.receipts()?;
        let named = story.retyped_excerpt()?;
        story.mixed_copies()?;
        story.something_else()?;
        story.check(&named)?;
        story.what_next();
        Ok(Outcome::Done)
    }
}

fn chapter(title: &str) {
    say!("\n== {title}\n");
}

impl Story<'_> {
    fn enrol(&mut self) -> Result<(), CommandError> {
        chapter("An agency and three partner units: 24 people, each with a key");
        let mut roster = String::new();
        for (index, line) in ROSTER.lines().enumerate() {
            if index == 0 {
                roster.push_str(&format!("{line},recipient\n"));
                continue;
            }
            let id = line.split(',').next().unwrap_or_default();
            let keys = DeviceKeys::generate()?;
            write_secret(&self.folder.join("keys").join(id), &keys.to_file(None)?)?;
            roster.push_str(&format!("{line},{}\n", keys.public_line()));
        }
        let path = self.folder.join("roster.csv");
        write_durably(&path, roster.as_bytes())?;
        let permit = self.workspace.permit(&Action::Administer, self.app.now())?;
        let (added, _) = self.workspace.import_roster(&permit, &roster)?;
        say!("{added} people enrolled from {}; their secret keys are in {}", path.display(), self.folder.join("keys").display());
        say!("(in real use each makes a key on their own machine with `holm keygen` and sends the public line only)");
        Ok(())
    }

    fn share_all(&mut self) -> Result<(), CommandError> {
        chapter("Three documents go out, an individually marked and sealed copy for each recipient");
        self.share(BRIEF.0, BRIEF.1, &["all"])?;
        let mexican = ["unit:Command", "unit:Entry", "unit:Cordon", "unit:Prosecution"];
        self.share(CATEO.0, CATEO.1, &mexican)?;
        let assessment = corpus::DOCUMENTS.iter().find(|d| d.name == "en-assessment").map_or("", |d| d.source);
        self.share("assessment.md", assessment.as_bytes(), &["all"])
    }

    fn share(&mut self, file: &str, bytes: &[u8], to: &[&str]) -> Result<(), CommandError> {
        write_durably(&self.folder.join("documents").join(file), bytes)?;
        let name = ItemName::new(file.split('.').next().unwrap_or(file))?;
        let mut recipients: Vec<PersonId> = to.iter().filter_map(|t| self.workspace.state().resolve(t)).flatten().collect();
        recipients.sort();
        recipients.dedup();
        let mut prepared = Prepared::new(bytes, file, &MarkOptions::default(), None)?;
        prepared.confirm_facts(&[PersonId::new("a01")?, PersonId::new("a03")?]);
        let power = prepared.power(recipients.len(), self.workspace.alpha(), self.workspace.largest_coalition());
        say!("{file}: {} marks in {} words, {} recipients", power.marks, prepared.words(), recipients.len());
        match power.needed {
            Some(needed) => say!(
                "  any {needed} marks read rightly name the copy 99 times in 100; up to {} who mix copies: one is found 95 times in 100",
                power.coalition.max(1)
            ),
            None => say!("  too few marks to name anyone"),
        }
        let permit = self.workspace.permit(&Action::Share { item: &name, to: &recipients }, self.app.now())?;
        let terms = Terms {
            name: name.clone(),
            file: file.to_owned(),
            marking: Some("TLP:RED".to_owned()),
            conditions: Some("for the named recipient only".to_owned()),
            second: None,
            planned: recipients.len(),
            review: None,
        };
        let frozen = self.workspace.freeze(&permit, &prepared, bytes, &terms)?;
        let keyed = frozen.make_key(&mut self.workspace, &permit, None)?;
        let sealed = keyed.seal(&self.workspace, &recipients, &|_| {})?;
        let (released, _) = sealed.append(&mut self.workspace, &permit, &recipients, None)?;
        let out = self.folder.join("sent").join(name.as_str());
        let written = released.deliver(&mut self.workspace, &out)?;
        say!("  {} sealed copies recorded, then written to {}", written.len(), out.display());
        Ok(())
    }

    fn keys_of(&self, person: &str) -> Result<DeviceKeys, CommandError> {
        Ok(DeviceKeys::from_file(&crate::app::read(&self.folder.join("keys").join(person))?, None)?)
    }

    /// A recipient opens a copy; returns its bytes and the receipt.
    fn open(&self, item: &str, file: &str, person: &str) -> Result<(Vec<u8>, Option<String>), CommandError> {
        let ending = file.rsplit_once('.').map_or("md", |(_, e)| e);
        let sent = self.folder.join("sent").join(item);
        let slip = Slip::parse(&crate::app::read_text(&sent.join(format!("{person}.{ending}.holm")))?)?;
        let sealed = crate::app::read(&sent.join(&slip.sealed_file))?;
        let opened = open_copy(&sealed, &slip, &self.keys_of(person)?, self.app.now())?;
        Ok((opened.bytes, opened.receipt))
    }

    fn receipts(&mut self) -> Result<(), CommandError> {
        chapter("Recipients open their copies; some sign for them");
        for person in ["h01", "h05", "r02", "s01"] {
            let (_, receipt) = self.open("yard-brief", BRIEF.0, person)?;
            let permit = self.workspace.permit(&Action::Administer, self.app.now())?;
            if let Some(receipt) = receipt {
                let (copy, verified) = self.workspace.import_receipt(&permit, &receipt)?;
                say!(
                    "receipt for copy {copy}: signature {}",
                    if verified { "verified, recorded" } else { "not verifiable, recorded" }
                );
            }
        }
        say!("a missing receipt proves nothing; a signed one testifies that its copy was committed to before any leak");
        Ok(())
    }

    fn trace(&mut self, name: &str, text: &str) -> Result<Vec<Report>, CommandError> {
        let path = self.folder.join("leaks").join(name);
        write_durably(&path, text.as_bytes())?;
        say!("the leak is {}; it begins:", path.display());
        text.split_whitespace().take(24).collect::<Vec<_>>().chunks(12).for_each(|line| say!("  | {}", line.join(" ")));
        say!("$ holm trace {}", path.display());
        let alpha = self.workspace.alpha();
        let permit = self.workspace.permit(&Action::Trace { alpha, limit: alpha }, self.app.now())?;
        let request = TraceRequest {
            files: vec![LeakFile { name: name.to_owned(), bytes: text.as_bytes().to_vec() }],
            item: None,
            alpha,
            incident: None,
        };
        let reports = self.workspace.trace(&permit, &request, &[], &|_| {})?;
        reports.iter().for_each(print_report);
        Ok(reports)
    }

    fn retyped_excerpt(&mut self) -> Result<Report, CommandError> {
        chapter("A leak: one recipient retyped most of the brief, with typing mistakes");
        let (bytes, _) = self.open("yard-brief", BRIEF.0, LEAKER)?;
        let text = read_leak(&bytes, BRIEF.0).map_err(|e| CommandError::new(e.to_string()))?;
        // Seven paragraphs in eight, without the first: what somebody who sells a raid would pass on.
        let paragraphs: Vec<&str> = text.split("\n\n").collect();
        let excerpt = paragraphs.get(paragraphs.len() / 8..).unwrap_or_default().join("\n\n");
        let retyped = damage(&excerpt, Channel::Retype, &mut Chance::new(7));
        let reports = self.trace("1-retyped.txt", &retyped)?;
        say!("(the scenario's truth: {LEAKER})");
        reports.into_iter().next().ok_or_else(|| CommandError::new("the demo's first leak gave no report"))
    }

    fn mixed_copies(&mut self) -> Result<(), CommandError> {
        chapter("A leak mixed from two copies of the assessment, so that neither can be told");
        let copies = POOLERS
            .iter()
            .map(|p| Ok(String::from_utf8_lossy(&self.open("assessment", "assessment.md", p)?.0).into_owned()))
            .collect::<Result<Vec<_>, CommandError>>()?;
        let texts: Vec<&str> = copies.iter().map(String::as_str).collect();
        let mixed = mix(&texts, Grain::Sentences, &mut Chance::new(11));
        self.trace("2-mixed.md", &mixed)?;
        say!("(the scenario's truth: {} and {})", POOLERS[0], POOLERS[1]);
        Ok(())
    }

    fn something_else(&mut self) -> Result<(), CommandError> {
        chapter("A text about something else turns up");
        let other = corpus::FOREIGN.iter().find(|d| d.name == "foreign-en-2").map_or("", |d| d.source);
        self.trace("3-something-else.txt", other).map(|_| ())
    }

    fn check(&mut self, report: &Report) -> Result<(), CommandError> {
        chapter("Others check: the record from its bytes, the verdict from its bundle");
        let verified = self.workspace.verify()?;
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
        let item = ItemName::new("yard-brief")?;
        let permit = self.workspace.permit(&Action::OpenItem { item: &item }, self.app.now())?;
        let bundle = self.workspace.open_item(&permit, &item, &[])?;
        let path = self.folder.join("yard-brief.bundle");
        write_durably(&path, &serde_json::to_vec(&bundle)?)?;
        let report_path = self.folder.join("yard-brief.report.json");
        write_durably(&report_path, &serde_json::to_vec_pretty(report)?)?;
        say!("$ holm verify-trace {} --bundle {}", report_path.display(), path.display());
        let checks = verify_trace(report, &bundle, true, &|_| {});
        super::verify_trace::print_checks(&checks);
        Ok(())
    }

    fn what_next(&self) {
        chapter("The real files are yours to look at");
        let shown = |path: &Path| path.display().to_string();
        say!("{:<34} the documents as their authors wrote them", shown(&self.folder.join("documents")));
        say!("{:<34} what each recipient was sent: age files and slips", shown(&self.folder.join("sent")));
        say!("{:<34} the three leaks", shown(&self.folder.join("leaks")));
        say!("{:<34} record and vault", shown(&self.folder.join("workspace")));
        say!("\ntry, with --workspace {}:", shown(&self.folder.join("workspace")));
        say!("  holm person show {LEAKER}");
        say!("  holm record log");
        say!("  holm trace YOUR-OWN-LEAK.txt");
        say!(
            "  holm open {} --identity {}",
            shown(&self.folder.join("sent/assessment/h02.md.age")),
            shown(&self.folder.join("keys/h02"))
        );
    }
}
