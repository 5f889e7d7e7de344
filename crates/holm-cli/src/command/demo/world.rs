//! The example world: its people, what they were told over half a year, and who signed.

use std::collections::BTreeMap;
use std::path::PathBuf;

use holm::identity::DeviceKeys;
use holm::marking::Marking;
use holm::policy::Action;
use holm::prepare::{MarkOptions, Prepared};
use holm::receipt::{OpenedCopy, open_copy};
use holm::share::Terms;
use holm::slip::Slip;
use holm::vault::{write_durably, write_secret};
use holm::workspace::Workspace;
use holm_record::id::{ItemName, PersonId};
use holm_simulate::corpus;
use jiff::{Timestamp, ToSpan};

use super::chapter;
use crate::command::share::progress_bar;
use crate::error::CommandError;

const ROSTER: &str = include_str!("../../../scenario/world/roster.csv");
const DISCLOSURES: &str = include_str!("../../../scenario/world/disclosures.csv");
/// Who confirms facts that may touch what protects life.
const CONFIRMERS: [&str; 2] = ["a01", "a03"];
/// Of ten people, so many sign for what they were sent.
const SIGN: usize = 8;

macro_rules! documents {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_bytes!(concat!("../../../scenario/world/", $name)).as_slice())),*]
    };
}

/// Documents that were written for this world.
const DOCUMENTS: [(&str, &[u8]); 26] = documents![
    "01-observation-mante-road.md",
    "02-vigilancia-agencia-aduanal.md",
    "03-source-summary-inner-store.md",
    "04-resumen-fuentes-medano.md",
    "05-coordination-meeting-november.md",
    "06-vehicles-cerro-tordillo.md",
    "07-minuta-cadena-custodia.md",
    "08-situation-report-altamira.md",
    "09-nota-posterior-cordon.md",
    "10-after-action-lantern-reach.md",
    "11-orden-traslado-bermea.md",
    "12-custody-instruction-telephones.md",
    "13-financial-note-tile-accounts.md",
    "14-nota-financiera-empenos.md",
    "15-relacion-vehiculos-valles.md",
    "16-source-summary-before-search.md",
    "17-meeting-handling-review.md",
    "18-lineas-prensa-audiencia.md",
    "19-vigilancia-bodega-hielo.md",
    "20-oficio-comision-contable.md",
    "21-press-lines-medano.md",
    "22-informe-situacion-costa.md",
    "23-travel-order-zacatecas.md",
    "24-minuta-coordinacion-interestatal.md",
    "25-parte-tepozan.md",
    "26-where-the-network-stands.md",
];
/// Word files of the scenario.
const WORD_FILES: [(&str, &[u8]); 2] = [
    ("yard-brief.docx", include_bytes!("../../../scenario/yard-brief.docx")),
    ("informe-cateo.docx", include_bytes!("../../../scenario/informe-cateo.docx")),
];

/// One row of what was disclosed.
struct Row<'r> {
    document: &'r str,
    to: Vec<&'r str>,
    days_ago: i64,
    marking: &'r str,
    conditions: Option<&'r str>,
}

impl<'r> Row<'r> {
    fn parse(line: &'r str) -> Option<Self> {
        let mut fields = line.splitn(5, ',');
        let (document, to, days) = (fields.next()?, fields.next()?, fields.next()?);
        let (marking, conditions) = (fields.next()?, fields.next().unwrap_or_default());
        let conditions = Some(conditions.trim().trim_matches('"')).filter(|c| !c.is_empty());
        Some(Self { document, to: to.split(';').collect(), days_ago: days.parse().ok()?, marking, conditions })
    }

    /// The item's name: that of the document without its number and its ending.
    fn item(&self) -> Result<ItemName, CommandError> {
        let stem = self.document.split('.').next().unwrap_or(self.document);
        let name = stem.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start_matches('-');
        Ok(ItemName::new(name)?)
    }

    /// File name and bytes of the document.
    fn file(&self) -> Result<(String, &'static [u8]), CommandError> {
        let own = || DOCUMENTS.iter().chain(&WORD_FILES).find(|(name, _)| *name == self.document);
        if let Some((name, bytes)) = own() {
            return Ok(((*name).to_owned(), bytes));
        }
        let found = corpus::DOCUMENTS.iter().find(|d| d.name == self.document);
        let found = found.ok_or_else(|| CommandError::new(format!("the world has no document `{}`", self.document)))?;
        Ok((format!("{}.md", self.document), found.source.as_bytes()))
    }
}

/// The world while it is made.
pub(super) struct World {
    pub(super) folder: PathBuf,
    pub(super) workspace: Workspace,
    /// The moment that the world has come to.
    clock: Timestamp,
    keys: BTreeMap<PersonId, DeviceKeys>,
}

impl World {
    pub(super) fn new(folder: PathBuf, workspace: Workspace, clock: Timestamp) -> Self {
        Self { folder, workspace, clock, keys: BTreeMap::new() }
    }

    /// So many minutes later.
    pub(super) fn later(&mut self, minutes: i64) -> Timestamp {
        self.clock = self.clock.checked_add(minutes.minutes()).unwrap_or(self.clock);
        self.clock
    }

    /// Everybody gets a key and comes on the roster.
    pub(super) fn enrol(&mut self) -> Result<(), CommandError> {
        chapter("A bureau and four partner agencies: 120 people, each with a key");
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
            self.keys.insert(PersonId::new(id)?, keys);
        }
        let path = self.folder.join("roster.csv");
        write_durably(&path, roster.as_bytes())?;
        let at = self.later(30);
        let permit = self.workspace.permit(&Action::Administer, at)?;
        let (added, _) = self.workspace.import_roster(&permit, &roster)?;
        say!("{added} people enrolled from {}; their secret keys are in {}", path.display(), self.folder.join("keys").display());
        say!("(in real use each makes a key on their own machine with `holm keygen` and sends the public line only)");
        Ok(())
    }

    /// Half a year of documents, each to whom it was meant for, and the receipts that came back.
    pub(super) fn disclose(&mut self, now: Timestamp) -> Result<(), CommandError> {
        chapter("Half a year of documents, an individually marked and sealed copy for each recipient");
        let rows: Vec<Row<'_>> = DISCLOSURES.lines().skip(1).filter_map(Row::parse).collect();
        let bar = progress_bar(rows.len() as u64, "sharing");
        let (mut copies, mut receipts) = (0, 0);
        for row in &rows {
            let day = now.checked_sub((24 * row.days_ago).hours()).unwrap_or(now);
            self.clock = self.clock.max(day);
            let issued = self.share(row)?;
            copies += issued.len();
            receipts += self.sign(row, &issued)?;
            bar.inc(1);
        }
        bar.finish_and_clear();
        let items = self.workspace.state().items.len();
        say!(
            "{items} documents in {} disclosures: {copies} sealed copies recorded, then written to {}",
            rows.len(),
            self.folder.join("sent").display()
        );
        say!("{receipts} recipients opened their copies and signed for them");
        say!("a missing receipt proves nothing; a signed one testifies that its copy was committed to before any leak");
        Ok(())
    }

    fn recipients(&self, row: &Row<'_>) -> Result<Vec<PersonId>, CommandError> {
        let mut to = Vec::new();
        for one in &row.to {
            let found = self.workspace.state().resolve(one);
            to.extend(found.ok_or_else(|| CommandError::new(format!("the world has nobody called `{one}`")))?);
        }
        to.sort();
        to.dedup();
        Ok(to)
    }

    fn share(&mut self, row: &Row<'_>) -> Result<Vec<PersonId>, CommandError> {
        let (item, (file, bytes), to) = (row.item()?, row.file()?, self.recipients(row)?);
        write_durably(&self.folder.join("documents").join(&file), bytes)?;
        let at = self.later(5);
        let marking = Marking::parse(row.marking, &self.workspace.schemes())?;
        let terms = Terms {
            name: item.clone(),
            file: file.clone(),
            marking: marking.clone(),
            conditions: row.conditions.map(str::to_owned),
            second: None,
            planned: to.len(),
            review: None,
        };
        let action = Action::Share { item: &item, to: &to, handling: terms.handling() };
        let permit = self.workspace.permit(&action, at)?;
        let options = MarkOptions { marking, ..MarkOptions::default() };
        let mut prepared = Prepared::new(bytes, &file, &options, None)?;
        let keyed = if self.workspace.state().items.contains_key(&item) {
            self.workspace.reopen(&item, &prepared.document, &[])?
        } else {
            let confirmers = CONFIRMERS.into_iter().map(PersonId::new).collect::<Result<Vec<_>, _>>()?;
            prepared.confirm_facts(&confirmers);
            self.workspace.freeze(&permit, &prepared, &terms)?.make_key(&mut self.workspace, &permit, None)?
        };
        let sealed = keyed.seal(&self.workspace, &to, &|_| {})?;
        let (released, _) = sealed.append(&mut self.workspace, &permit, &to, None)?;
        released.deliver(&mut self.workspace, &self.folder.join("sent").join(item.as_str()))?;
        Ok(to)
    }

    /// Most recipients open their copies and sign.
    fn sign(&mut self, row: &Row<'_>, to: &[PersonId]) -> Result<usize, CommandError> {
        let item = row.item()?;
        let mut signed = 0;
        for (index, person) in to.iter().enumerate() {
            // The same people forget, and of one list always some others.
            if (index * 7 + row.document.len()) % 10 >= SIGN {
                continue;
            }
            let at = self.later(11);
            let Some(receipt) = self.open(&item, person, at)?.1.receipt else { continue };
            let permit = self.workspace.permit(&Action::Administer, at)?;
            self.workspace.import_receipt(&permit, &receipt)?;
            signed += 1;
        }
        Ok(signed)
    }

    /// A recipient opens a copy; returns its slip too.
    pub(super) fn open(&mut self, item: &ItemName, person: &PersonId, at: Timestamp) -> Result<(Slip, OpenedCopy), CommandError> {
        let (slip, sealed) = self.sent(item, person)?;
        let opened = open_copy(&sealed, &slip, self.keys_of(person)?, at)?;
        Ok((slip, opened))
    }

    /// What a recipient was sent last of an item.
    fn sent(&mut self, item: &ItemName, person: &PersonId) -> Result<(Slip, Vec<u8>), CommandError> {
        let copies = self.workspace.state().items.get(item).map(|i| i.disclosures.as_slice()).unwrap_or_default();
        let copy = copies.iter().rev().find(|d| d.person == *person).map(|d| d.copy.clone());
        let copy = copy.ok_or_else(|| CommandError::new(format!("{person} has no copy of {item}")))?;
        let slip = Slip::of(&mut self.workspace, item, &copy)?;
        let sealed = crate::app::read(&self.folder.join("sent").join(item.as_str()).join(&slip.sealed_file))?;
        Ok((slip, sealed))
    }

    pub(super) fn keys_of(&self, person: &PersonId) -> Result<&DeviceKeys, CommandError> {
        self.keys.get(person).ok_or_else(|| CommandError::new(format!("{person} has no key")))
    }
}
