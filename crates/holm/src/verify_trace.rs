//! A verdict checked by somebody who has nothing but the bundle: no workspace, no trust in whoever made it.
//!
//! Uses the record's independent verifier and [`holm_codes::recheck`]; nothing of the tracing path decides here.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use holm_codes::codeword::Issuer;
use holm_codes::evidence::Rows;
use holm_codes::family::{adjusted, look_alpha};
use holm_codes::key::ItemKey;
use holm_codes::law::draw_biases;
use holm_codes::recheck::Recheck;
use holm_marks::authored::MOST_ALTERNATIVES;
use holm_marks::carrier::Master;
use holm_marks::layout::spaced::SPACED_READER;
use holm_marks::mark::Layer;
use holm_record::commitment::Commitment;
use holm_record::entry::Entry;
use holm_record::event::{Event, KeyMaking};
use holm_record::id::{CopyId, PersonId};
use holm_record::proof::LogProof;
use holm_record::verify::{LogIdentity, verify_inclusion};
use sha2::{Digest, Sha256};

use crate::leak::LeakContent;
use crate::manifest::{MANIFEST_DOMAIN, MASTER_DOMAIN, Manifest};
use crate::picture_sight;
use crate::report::{CopyResult, Report, Verdict};
use crate::share::{CONTRIBUTION_DOMAIN, COPY_DOMAIN, key_commitment, stream_salt};
use crate::sight::ItemReader;
use crate::trace::{certificate_seed, read_all, testimony};
use crate::verification::{Bundle, FORMAT, ShownEntry, ShownLook};

/// One thing that was checked.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Check {
    /// What, in words.
    pub what: String,
    /// What does not hold; nothing if all is well.
    pub problem: Option<String>,
}

/// Everything that was checked, in order.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Checks(pub Vec<Check>);

impl Checks {
    /// Whether everything holds.
    #[must_use]
    pub fn hold(&self) -> bool {
        self.0.iter().all(|c| c.problem.is_none())
    }

    fn add(&mut self, what: impl Into<String>, outcome: Result<(), String>) {
        self.0.push(Check { what: what.into(), problem: outcome.err() });
    }
}

/// Checks `report` against `bundle`. With `every_copy`, each copy's p is computed again, not only those that decide.
#[must_use]
pub fn verify_trace(report: &Report, bundle: &Bundle, every_copy: bool, progress: &dyn Fn(&str)) -> Checks {
    let mut checks = Checks::default();
    progress("entries and proofs");
    let entries = match entries(bundle) {
        Ok(entries) => entries,
        Err(problem) => {
            checks.add("entries are in the record", Err(problem));
            return checks;
        }
    };
    checks.add(
        format!(
            "{} entries are in the record that {} signed",
            entries.len(),
            bundle.log_key.split('+').next().unwrap_or_default()
        ),
        Ok(()),
    );
    let manifest: Manifest = match serde_json::from_slice(&bundle.manifest) {
        Ok(manifest) => manifest,
        Err(e) => {
            checks.add("the manifest can be read", Err(e.to_string()));
            return checks;
        }
    };
    // Whoever made the bundle may wish to end this program rather than have it answer.
    if let Err(problem) = shape(bundle, &manifest, report) {
        checks.add("manifest, readings and report have the shape of such things", Err(problem));
        return checks;
    }
    let key = bundle.material.key();
    checks.add(
        "manifest, master and key are those that were committed to before release",
        commitments(bundle, &manifest, &key, &entries),
    );
    if !checks.hold() {
        // What follows takes time, and would be computed from things that nobody committed to.
        return checks;
    }
    checks.add("the manifest was fixed before the key, and the key before any copy", order(&entries));
    progress("copies");
    checks.add("every copy that was issued carries its codeword", copies(bundle, &manifest, &key, &entries));
    match bundle.looks.iter().find(|l| l.report.look == report.look && l.report.incident == report.incident) {
        None => checks.add(
            "the report is one of the bundle's looks",
            Err(format!("look {} of {} is not in the bundle", report.look, report.incident)),
        ),
        Some(look) => {
            let item = OpenedItem { bundle, manifest: &manifest, key: &key, entries: &entries };
            check_look(&mut checks, report, look, &item, every_copy, progress);
        }
    }
    checks
}

/// What a bundle shows of its item.
struct OpenedItem<'b> {
    bundle: &'b Bundle,
    manifest: &'b Manifest,
    key: &'b ItemKey,
    entries: &'b Entries,
}

fn check_look(
    checks: &mut Checks,
    report: &Report,
    look: &ShownLook,
    item: &OpenedItem<'_>,
    every_copy: bool,
    progress: &dyn Fn(&str),
) {
    let OpenedItem { bundle, manifest, key, entries } = *item;
    progress("the leak");
    let found = match look_entries(report, look, entries) {
        Ok(found) => found,
        Err(problem) => {
            checks.add("the reading is the one that was recorded for this look", Err(problem));
            return;
        }
    };
    checks.add(
        "the evidence was sealed, then what it shows was fixed, then the verdict came, then the key was opened",
        evidence(report, &found, entries),
    );
    checks.add(
        "α, look, items and copies are those that were recorded with the reading",
        spending(report, manifest, &found, entries),
    );
    let sight = look.extraction.extraction.sight.as_ref().filter(|s| s.recognised.is_some());
    let reads = sight.map_or_else(
        || "the leak reads as was recorded".to_owned(),
        |s| {
            let programs = s.programs.join(", ");
            format!("the words and places that {programs} saw read as was recorded (what they saw was not repeated here)")
        },
    );
    checks.add(reads, extraction(bundle, manifest, look));
    progress("the verdict");
    let how_many = if every_copy { "every copy was" } else { "only copies that are named, and the next, were" };
    checks.add(
        format!("the verdict follows from them ({how_many} computed again)"),
        verdict(report, manifest, key, look, (entries, found.sealed), every_copy),
    );
    checks.add("the record has the same verdict", recorded_verdict(report, entries));
}

/// Most bytes of randomness that one certificate may draw.
const MOST_DRAWN: usize = 1 << 30;

/// Checks every length and number that later steps rely on.
fn shape(bundle: &Bundle, manifest: &Manifest, report: &Report) -> Result<(), String> {
    if manifest.item != bundle.item || report.item.as_ref() != Some(&bundle.item) {
        return Err("bundle, manifest and report are about different items".to_owned());
    }
    let master = Master::parse(&bundle.master, &bundle.file).map_err(|e| e.to_string())?;
    let copies = manifest.copies().map_err(|e| e.to_string())?;
    let mut taken: Vec<(usize, usize, usize)> = Vec::new();
    for mark in &manifest.marks {
        let texts = if mark.layer == Layer::Picture { 0 } else { mark.arity() };
        let carried = mark.sites.iter().all(|s| s.texts.len() == texts && copies.can_carry(&master, mark, s));
        if !(2..=MOST_ALTERNATIVES).contains(&mark.arity()) || mark.sites.is_empty() || !carried {
            return Err(format!("the mark `{}` is none that the master can carry", mark.rule));
        }
        taken.extend(mark.sites.iter().map(|s| (s.block, s.range.start, s.range.end)));
    }
    taken.sort_unstable();
    if taken.windows(2).any(|w| matches!(w, [a, b] if a.0 == b.0 && (b.1 < a.2 || a == b))) {
        return Err("two marks overlap".to_owned());
    }
    let test = &manifest.test;
    let drawn = (test.draws as usize).saturating_mul(4 * manifest.marks.len() + 8);
    if test.draws == 0 || drawn > MOST_DRAWN || !(test.certificate_share > 0.0 && test.certificate_share < 1.0) {
        return Err("the manifest's test policy is none".to_owned());
    }
    for look in &bundle.looks {
        let readings = &look.extraction.extraction.readings;
        let fit = readings.len() == manifest.marks.len()
            && readings.iter().zip(&manifest.marks).all(|(r, m)| r.likelihood.len() == m.arity());
        if !fit {
            return Err(format!("look {} does not have one reading for each mark", look.report.look));
        }
    }
    let probable = |p: f64| (0.0..=1.0).contains(&p);
    if !probable(report.alpha) || report.look == 0 || !report.copies.iter().filter_map(|c| c.p_value).all(probable) {
        return Err("the report holds an α, a look or a p that is none".to_owned());
    }
    Ok(())
}

/// What the record has of one look: its evidence's entry and the extraction to which the report's reading is committed.
struct LookEntries {
    sealed: u64,
    extracted: u64,
    look: u32,
    alpha: f64,
    candidates: u32,
    copies: usize,
}

fn look_entries(report: &Report, look: &ShownLook, entries: &Entries) -> Result<LookEntries, String> {
    let committed = look.extraction.commitment().map_err(|e| e.to_string())?;
    let recorded = entries.iter().find_map(|(index, entry)| match &entry.event {
        Event::ExtractionRecorded { content, incident, look, evidence, alpha, candidates, copies, .. }
            if *content == committed =>
        {
            let (alpha, candidates, copies) = (*alpha, *candidates, *copies as usize);
            let found = LookEntries { sealed: 0, extracted: *index, look: *look, alpha, candidates, copies };
            Some((found, incident, evidence))
        }
        _ => None,
    });
    let (found, incident, evidence) = recorded.ok_or("no entry commits to this extraction")?;
    if *incident != report.incident || found.look != report.look {
        return Err(format!("this extraction is that of look {} of {incident}", found.look));
    }
    let sealed = position(entries, |e| {
        matches!(e, Event::EvidenceSealed { content, object, incident, .. }
            if *content == look.evidence.commitment() && object == evidence && *incident == report.incident)
    });
    Ok(LookEntries { sealed: sealed.ok_or("no entry commits to this evidence")?, ..found })
}

/// The error that a look may spend, and the copies that share it, are not the report's to choose.
fn spending(report: &Report, manifest: &Manifest, look: &LookEntries, entries: &Entries) -> Result<(), String> {
    if (look.alpha, look.candidates, look.copies) != (report.alpha, report.candidates, report.copies.len()) {
        return Err(format!(
            "α = {}, {} items and {} copies were recorded; the report has {}, {} and {}",
            look.alpha,
            look.candidates,
            look.copies,
            report.alpha,
            report.candidates,
            report.copies.len()
        ));
    }
    let so_far = entries.iter().take_while(|(index, _)| *index <= look.extracted);
    let leaks: BTreeSet<&String> = so_far
        .filter_map(|(_, e)| match &e.event {
            Event::ExtractionRecorded { evidence, .. } => Some(evidence),
            _ => None,
        })
        .collect();
    if look.alpha > manifest.alpha || (look.look as usize) < leaks.len() {
        return Err(format!("α = {} at look {} is more than may be spent with {} leaks", look.alpha, look.look, leaks.len()));
    }
    Ok(())
}

type Entries = Vec<(u64, Entry)>;

fn entries(bundle: &Bundle) -> Result<Entries, String> {
    if bundle.format != FORMAT {
        return Err(format!("the bundle's format is `{}`", bundle.format));
    }
    let log = LogIdentity::parse(&bundle.log_key)?;
    let entries: Entries = bundle.entries.iter().map(|shown| entry(shown, &log)).collect::<Result<_, _>>()?;
    if entries.windows(2).any(|w| matches!(w, [(a, _), (b, _)] if a >= b)) {
        return Err("entries stand twice or out of order".to_owned());
    }
    let issued = disclosures(&entries);
    if issued.iter().map(|i| &i.copy).collect::<BTreeSet<_>>().len() != issued.len() {
        return Err("a copy was issued twice".to_owned());
    }
    match entries.iter().find(|(_, e)| e.event.item().is_some_and(|i| *i != bundle.item)) {
        Some((index, _)) => Err(format!("entry {index} is about another item than the bundle")),
        None => Ok(entries),
    }
}

fn entry(shown: &ShownEntry, log: &LogIdentity) -> Result<(u64, Entry), String> {
    let at = |what: String| format!("entry {}: {what}", shown.index);
    let committed = Sha256::digest([b"holm entry body v1\n", &shown.salt.0[..], &shown.body].concat());
    if shown.leaf.lines().nth(2) != Some(BASE64.encode(committed).as_str()) {
        return Err(at("its body is not the one that its leaf commits to".to_owned()));
    }
    let proof = LogProof::from_text(&shown.proof).map_err(|e| at(e.to_string()))?;
    if proof.index != shown.index {
        return Err(at("its proof is for another index".to_owned()));
    }
    verify_inclusion(&proof, &shown.leaf, log).map_err(at)?;
    let entry: Entry = serde_json::from_slice(&shown.body).map_err(|e| at(e.to_string()))?;
    Ok((shown.index, entry))
}

fn position(entries: &Entries, is: impl Fn(&Event) -> bool) -> Option<u64> {
    entries.iter().find(|(_, e)| is(&e.event)).map(|(i, _)| *i)
}

fn commitments(bundle: &Bundle, manifest: &Manifest, key: &ItemKey, entries: &Entries) -> Result<(), String> {
    let material = &bundle.material;
    for (_, entry) in entries {
        match &entry.event {
            Event::ItemPrepared { contribution, manifest: committed, making, .. } => {
                same(Commitment::to(MANIFEST_DOMAIN, &material.manifest_salt, &bundle.manifest), *committed, "the manifest")?;
                let (bytes, salt) = &material.originator;
                same(Commitment::to(CONTRIBUTION_DOMAIN, salt, bytes), *contribution, "the originator's contribution")?;
                let two = matches!(making, KeyMaking::TwoPersons { .. });
                if two != material.second.is_some() {
                    return Err("the key was not made by those who were to make it".to_owned());
                }
            }
            Event::KeyContributed { contribution, .. } => {
                let (bytes, salt) = material.second.as_ref().ok_or("the second contribution is missing")?;
                same(Commitment::to(CONTRIBUTION_DOMAIN, salt, bytes), *contribution, "the second contribution")?;
            }
            Event::ItemReleased { key: committed, .. } => same(key_commitment(key), *committed, "the key")?,
            _ => {}
        }
    }
    same(Commitment::to(MASTER_DOMAIN, &manifest.master_salt, &bundle.master), manifest.master, "the master")
}

fn same(computed: Commitment, committed: Commitment, what: &str) -> Result<(), String> {
    if computed == committed { Ok(()) } else { Err(format!("{what} is not what was committed to")) }
}

fn order(entries: &Entries) -> Result<(), String> {
    let of = |what: &str, kind: &str| {
        position(entries, |e| e.kind() == kind).ok_or_else(|| format!("the entry of the {what} is missing"))
    };
    let (prepared, released, first_copy) =
        (of("manifest", "item-prepared")?, of("release", "item-released")?, of("first copy", "disclosure")?);
    let contributed = position(entries, |e| e.kind() == "key-contributed");
    let two = entries.iter().any(|(_, e)| matches!(&e.event, Event::ItemPrepared { making: KeyMaking::TwoPersons { .. }, .. }));
    if two && contributed.is_none() {
        return Err("the entry of the second person's contribution is missing".to_owned());
    }
    let between = contributed.is_none_or(|c| prepared < c && c < released);
    if prepared < released && released < first_copy && between {
        Ok(())
    } else {
        Err("the entries are in another order".to_owned())
    }
}

/// A copy that was issued, as its entry has it.
struct Issued {
    index: u64,
    copy: CopyId,
    person: PersonId,
    content: Commitment,
}

/// Copies in order of issue.
fn disclosures(entries: &Entries) -> Vec<Issued> {
    let one = |(index, entry): &(u64, Entry)| match &entry.event {
        Event::Disclosure { copy, person, content, .. } => {
            Some(Issued { index: *index, copy: copy.clone(), person: person.clone(), content: *content })
        }
        _ => None,
    };
    entries.iter().filter_map(one).collect()
}

fn copies(bundle: &Bundle, manifest: &Manifest, key: &ItemKey, entries: &Entries) -> Result<(), String> {
    let master = Master::parse(&bundle.master, &bundle.file).map_err(|e| e.to_string())?;
    let set = manifest.copies().map_err(|e| e.to_string())?;
    let secret = manifest.picture_secret();
    let template = set.keyed_template(&master, &bundle.master, &manifest.marks, &secret).map_err(|e| e.to_string())?;
    let issuer = Issuer::new(draw_biases(key, manifest.law, &manifest.arities()));
    for Issued { copy, content, .. } in disclosures(entries) {
        let bytes = template.render(&issuer.codeword(key, copy.as_str().as_bytes())).map_err(|e| e.to_string())?;
        same(Commitment::to(COPY_DOMAIN, &stream_salt(key, copy.as_str().as_bytes()), &bytes), content, &format!("copy {copy}"))?;
    }
    Ok(())
}

fn evidence(report: &Report, look: &LookEntries, entries: &Entries) -> Result<(), String> {
    let mut verdicts = entries.iter().filter(|(_, e)| {
        matches!(&e.event, Event::VerdictRecorded { incident, look, .. } if *incident == report.incident && *look == report.look)
    });
    let (decided, _) = verdicts.next().ok_or("the verdict's entry is missing")?;
    if verdicts.next().is_some() {
        return Err("this look has two verdicts".to_owned());
    }
    let opened = position(entries, |e| e.kind() == "item-opened").ok_or("no entry says that the key was opened")?;
    if look.sealed < look.extracted && look.extracted < *decided && *decided < opened {
        Ok(())
    } else {
        Err("these happened in another order".to_owned())
    }
}

fn extraction(bundle: &Bundle, manifest: &Manifest, look: &ShownLook) -> Result<(), String> {
    let recorded = &look.extraction.extraction;
    let master = Master::parse(&bundle.master, &bundle.file).map_err(|e| e.to_string())?;
    let copies = manifest.copies().map_err(|e| e.to_string())?;
    let reader = ItemReader::new(&master, &bundle.master, &manifest.marks, copies);
    // Looks were made before widths of spaces were read.
    let read_spaces = recorded.sight.as_ref().is_some_and(|s| s.reader.contains(SPACED_READER));
    let reader = if read_spaces { reader } else { reader.without_spaces() };
    let views = LeakContent::views_of(&look.evidence.files);
    let seen = picture_sight::look(&master, &manifest.marks, &manifest.picture_secret(), &views).map_err(|e| e.to_string())?;
    let again = match recorded.sight.as_ref().filter(|s| s.recognised.is_some()) {
        // What was recognised in a picture is taken as recorded: another version of the program may see otherwise.
        Some(sight) => reader.again(sight),
        // No word of the leak matters to an item without text.
        None if master.blocks().is_empty() => reader.text.extract(""),
        None => {
            let content = read_all(&look.evidence.files, &|_| ()).map_err(|e| e.to_string())?;
            reader.extract(&content).map_err(|e| e.to_string())?
        }
    };
    let again = match seen {
        Some(seen) => seen.added_to(again),
        None => again,
    };
    if again.pictures.as_ref().map(|p| &p.reader) != recorded.pictures.as_ref().map(|p| &p.reader) {
        return Err("the leak's pictures are read by another version of this program, or show something else".to_owned());
    }
    if again.version != recorded.version {
        return Err(format!(
            "this program reads leaks by `{}`, the recorded extraction is by `{}`",
            again.version, recorded.version
        ));
    }
    let close = again
        .readings
        .iter()
        .zip(&recorded.readings)
        .all(|(a, b)| a.seen == b.seen && a.likelihood.iter().zip(&b.likelihood).all(|(x, y)| (x - y).abs() < 1e-9));
    if close && again.readings.len() == recorded.readings.len() {
        Ok(())
    } else {
        Err("reading the leak again gives other likelihoods".to_owned())
    }
}

fn verdict(
    report: &Report,
    manifest: &Manifest,
    key: &ItemKey,
    look: &ShownLook,
    (entries, sealed): (&Entries, u64),
    every_copy: bool,
) -> Result<(), String> {
    let family: Vec<Issued> = disclosures(entries).into_iter().filter(|i| i.index < sealed).collect();
    let ids: Vec<Vec<u8>> = family.iter().map(|i| i.copy.as_str().as_bytes().to_vec()).collect();
    // A report may leave persons out; it may not put others beside their copies.
    let same = |(c, i): (&CopyResult, &Issued)| c.copy == i.copy && c.person.as_ref().is_none_or(|p| *p == i.person);
    let same_copies = report.copies.len() == family.len() && report.copies.iter().zip(&family).all(same);
    if !same_copies {
        return Err("the report is not about the copies that were issued before the leak was received".to_owned());
    }
    let rows = Rows::new(look.extraction.extraction.readings.iter().map(|r| r.likelihood.clone()).collect())
        .map_err(|e| e.to_string())?;
    let item = report.item.as_ref().ok_or("the report names no item")?;
    let seed = certificate_seed(&look.evidence.commitment(), item);
    let arities = manifest.arities();
    let alpha = look_alpha(report.alpha, report.look) / f64::from(report.candidates.max(1));
    let recheck = Recheck {
        key,
        law: manifest.law,
        arities: &arities,
        copies: &ids,
        evidence: &rows,
        policy: manifest.test,
        alpha,
        seed: &seed,
    };
    let extraction = &look.extraction.extraction;
    let said = |c: &CopyResult| (c.layers.clone(), c.against.clone());
    let misheard = report.copies.iter().find(|c| c.named && said(c) != testimony(key, manifest, extraction, &c.copy));
    if let Some(copy) = misheard {
        return Err(format!("the marks say otherwise of copy {} than the report", copy.copy));
    }
    // Figures that the report withholds stand in the sealed one.
    let full = &look.report;
    if full.copies.len() != report.copies.len() || !full.copies.iter().zip(&report.copies).all(|(f, r)| agrees_where_shown(f, r))
    {
        return Err("the report differs from the one that was sealed".to_owned());
    }
    let mut p: Vec<f64> = full.copies.iter().map(|c| c.p_value.unwrap_or(1.0)).collect();
    let smallest = p.iter().enumerate().filter(|(i, _)| !full.copies[*i].named).min_by(|a, b| a.1.total_cmp(b.1)).map(|(i, _)| i);
    for (index, copy) in full.copies.iter().enumerate() {
        if !(every_copy || copy.named || Some(index) == smallest) {
            continue;
        }
        let again = recheck.copy(index);
        // Below this a p is nothing but the exponent's underflow.
        let vanishing = again.p.max(p[index]) < 1e-290;
        let close = vanishing || (again.p / p[index] - 1.0).abs() <= 0.05;
        if !close {
            return Err(format!("copy {} has p = {:e}, not {:e}", copy.copy, again.p, p[index]));
        }
        p[index] = again.p;
    }
    let level = manifest.test.naming_alpha(alpha);
    let named: Vec<bool> = adjusted(&p, &vec![1.0; p.len()]).iter().map(|a| *a <= level).collect();
    let agrees = named.iter().zip(&report.copies).all(|(n, c)| *n == c.named);
    let kind = if named.iter().any(|n| *n) { Verdict::Named } else { Verdict::Inconclusive };
    if agrees && kind == report.verdict { Ok(()) } else { Err("other copies are named".to_owned()) }
}

/// Whether what a report shows of a copy is what the sealed report says.
fn agrees_where_shown(full: &CopyResult, shown: &CopyResult) -> bool {
    let same = |f: Option<f64>, s: Option<f64>| s.is_none_or(|s| f.is_some_and(|f| (f - s).abs() <= 1e-9 * f.abs()));
    full.copy == shown.copy
        && full.named == shown.named
        && same(full.p_value, shown.p_value)
        && same(full.e_value, shown.e_value)
        && same(full.adjusted_p, shown.adjusted_p)
}

fn recorded_verdict(report: &Report, entries: &Entries) -> Result<(), String> {
    let claimed: Vec<&CopyId> = report.copies.iter().filter(|c| c.named).map(|c| &c.copy).collect();
    let found = entries.iter().any(|(_, e)| match &e.event {
        Event::VerdictRecorded { incident, look, verdict, named, .. } => {
            *incident == report.incident
                && *look == report.look
                && verdict == report.verdict.name()
                && named.iter().collect::<Vec<_>>() == claimed
        }
        _ => false,
    });
    if found { Ok(()) } else { Err("no entry has this verdict".to_owned()) }
}
