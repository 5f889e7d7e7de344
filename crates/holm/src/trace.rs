//! Tracing a leak: seal the evidence → extract → record → open the key → test every copy → record the verdict.
//!
//! The mirror of [`crate::share`]. `SealedEvidence` → `RecordedExtraction` → `OpenedKey` → verdict: a key cannot be
//! opened for tracing before what the evidence shows was fixed in the record.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use holm_codes::codeword::{Codebook, Issuer};
use holm_codes::decode::{CopyScore, DecoderKind, LeaveOneOut, decode_single};
use holm_codes::evidence::{RowError, Rows};
use holm_codes::family::{adjusted, look_alpha};
use holm_codes::key::{Context, ItemKey};
use holm_codes::law::draw_biases;
use holm_codes::power::marks_needed;
use holm_marks::carrier::{CarrierError, Master};
use holm_marks::extract::{Extraction, ReadText};
use holm_marks::mark::Layer;
use holm_record::commitment::{Commitment, Salt};
use holm_record::event::{Event, ObjectHash};
use holm_record::id::{CopyId, IdError, IncidentName, ItemName, PersonId};
use serde::{Deserialize, Serialize};

use crate::custody::CustodyError;
use crate::identity::DeviceKeys;
use crate::leak::{LeakContent, LeakFile, LeakFileError};
use crate::manifest::Manifest;
use crate::onward::passed_on;
use crate::pages::PagesError;
use crate::picture_sight;
use crate::policy::Permit;
use crate::render::RenderError;
use crate::report::{CopyResult, Holders, LedgerLine, MarksRead, Report, Verdict, Voice};
use crate::share::{KeyMaterial, ShareError};
use crate::sight::{ItemReader, ReadPicture};
use crate::state::{Disclosure, Item};
use crate::vault::VaultError;
use crate::workspace::{Workspace, WorkspaceError};

/// Version of decoder and extractor, recorded with every look.
pub const DECODER: &str = "holm-decoder/1";
/// Domain of commitments to evidence.
pub const EVIDENCE_DOMAIN: &str = "holm evidence v1";
/// Domain of commitments to extractions.
pub const EXTRACTION_DOMAIN: &str = "holm extraction v1";
/// An item is a candidate if it has this share of the leak's word sequences, or if the leak has a passage of it.
const RESEMBLES: f64 = 0.01;

/// Words of the leak that an item must have to itself, to be a candidate beside others.
const FEWEST_OWN_WORDS: usize = 8;

/// A leak cannot be traced.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TraceError {
    /// Nothing was given.
    #[error("no leak was given")]
    NoFile,
    /// No text in a file.
    #[error(transparent)]
    Leak(#[from] LeakFileError),
    /// The item's own pages cannot be pictured, to compare the leak with them.
    #[error("the pages of the item could not be compared with the leak: {0}")]
    Render(#[from] RenderError),
    /// The item's copies cannot be made anew.
    #[error(transparent)]
    Pages(#[from] PagesError),
    /// Nothing to compare with.
    #[error("no item was shared yet: there is nothing that this could be a leak of")]
    NoItems,
    /// The item that was named was never released.
    #[error("`{0}` is not the name of a released item")]
    NoItem(ItemName),
    /// The item's key was opened before.
    #[error("the key of `{0}` was opened to a verifier: whoever saw it could write this leak, so it proves nothing")]
    Opened(ItemName),
    /// The same of one item, and the leak may be of others.
    #[error(
        "the key of `{opened}` was opened to a verifier: whoever saw it could write this leak, so it proves nothing of that item. \
         It may be a leak of {others} too: name the item that it is to be traced for"
    )]
    OpenedBeside {
        /// The item whose key was opened.
        opened: ItemName,
        /// The others, each in backticks.
        others: String,
    },
    /// Its master is gone.
    #[error("the master of `{0}` was destroyed: leaks of it cannot be read any more")]
    Destroyed(ItemName),
    /// The item was never traced.
    #[error("`{0}` has no verdict yet: opening its key would end it and prove nothing")]
    NoVerdict(ItemName),
    /// A look was interrupted.
    #[error("the extraction does not fit the item: {0}")]
    Rows(#[from] RowError),
    /// No randomness.
    #[error("the system has no randomness to seal the evidence")]
    Randomness,
    /// Serialising failed.
    #[error("the report could not be written: {0}")]
    Json(#[from] serde_json::Error),
    /// Custody trouble.
    #[error(transparent)]
    Custody(#[from] CustodyError),
    /// Share trouble.
    #[error(transparent)]
    Share(#[from] ShareError),
    /// Carrier trouble.
    #[error(transparent)]
    Carrier(#[from] CarrierError),
    /// A name is none.
    #[error(transparent)]
    Id(#[from] IdError),
    /// Vault trouble.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// Workspace trouble.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
}

/// What is to be traced.
#[derive(Clone, Debug)]
pub struct TraceRequest {
    /// The leaked files, read as one leak.
    pub files: Vec<LeakFile>,
    /// The item, if it is known.
    pub item: Option<ItemName>,
    /// α, which may only be lower than the workspace's.
    pub alpha: f64,
    /// The incident; without it, a new one.
    pub incident: Option<IncidentName>,
}

/// Sealed together: what was received.
#[derive(Clone, Serialize, Deserialize)]
pub struct EvidenceFile {
    /// The files.
    pub files: Vec<LeakFile>,
    /// Salt of the commitment.
    pub salt: Salt,
}

/// Sealed together: what was read of it.
#[derive(Clone, Serialize, Deserialize)]
pub struct ExtractionFile {
    /// The extraction.
    pub extraction: Extraction,
    /// Salt of the commitment.
    pub salt: Salt,
    /// The leak's pictures with the words that were read in them, to be looked at: nothing follows from them, and the commitment
    /// is to the extraction alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pictures: Vec<ReadPicture>,
}

impl EvidenceFile {
    /// The commitment to the files.
    #[must_use]
    pub fn commitment(&self) -> Commitment {
        let bytes: Vec<u8> = self
            .files
            .iter()
            .flat_map(|f| [f.name.as_bytes(), &[0], &(f.bytes.len() as u64).to_le_bytes(), &f.bytes].concat())
            .collect();
        Commitment::to(EVIDENCE_DOMAIN, &self.salt, &bytes)
    }
}

impl ExtractionFile {
    /// The commitment to the extraction.
    ///
    /// # Errors
    /// If it cannot be written as JSON.
    pub fn commitment(&self) -> Result<Commitment, serde_json::Error> {
        Ok(Commitment::to(EXTRACTION_DOMAIN, &self.salt, &serde_json::to_vec(&self.extraction)?))
    }
}

/// Evidence that is sealed and recorded; nobody has compared it with any codeword.
struct SealedEvidence {
    index: u64,
    object: ObjectHash,
    content: Commitment,
    incident: IncidentName,
}

/// An item that a leak may be of.
#[derive(Clone)]
struct Candidate {
    item: ItemName,
    manifest: Manifest,
    extraction: Extraction,
    pictures: Vec<ReadPicture>,
}

/// What the evidence shows of one item's marks, recorded before its key is opened.
struct RecordedExtraction {
    item: ItemName,
    manifest: Manifest,
    extraction: Extraction,
    evidence: Commitment,
    evidence_index: u64,
    incident: IncidentName,
    alpha: f64,
    look: u32,
    candidates: u32,
}

/// An item's key, opened to test copies against a recorded extraction.
struct OpenedKey {
    recorded: RecordedExtraction,
    key: ItemKey,
}

impl Workspace {
    /// Traces a leak; one report for each item that it may be a leak of, the likeliest first.
    ///
    /// # Errors
    /// [`TraceError`]; what was recorded until then stays, and the next try is a further look.
    pub fn trace(
        &mut self,
        permit: &Permit,
        request: &TraceRequest,
        custodian_keys: &[DeviceKeys],
        progress: &dyn Fn(&str),
    ) -> Result<Vec<Report>, TraceError> {
        let content = read_all(&request.files, progress)?;
        self.check_item(request.item.as_ref())?;
        let sealed = self.seal_evidence(permit, request)?;
        progress("comparing the leak with the items");
        let candidates = self.candidates(&content, request.item.as_ref())?;
        if candidates.is_empty() {
            // Words that could not be read may have been the item's.
            content.all_read()?;
            return Ok(vec![Report::no_match(&sealed.incident, request.alpha)]);
        }
        // Whoever cannot open the key must not spend a look on finding that out.
        candidates.iter().try_for_each(|c| self.check_custodians(&c.item, custodian_keys))?;
        progress("fixing what was read");
        let recorded = self.record_extractions(permit, &sealed, &candidates, request.alpha)?;
        let mut reports = Vec::new();
        for recorded in recorded {
            progress("testing every copy");
            let opened = self.open_key(recorded, custodian_keys)?;
            reports.push(self.decide(permit, &opened)?);
        }
        reports.sort_by_key(|r| (r.verdict != Verdict::Named, std::cmp::Reverse(r.marks.read)));
        Ok(reports)
    }

    /// Refuses, before anything is recorded, what cannot be traced at all.
    fn check_item(&self, only: Option<&ItemName>) -> Result<(), TraceError> {
        if let Some(name) = only {
            let item =
                self.state().items.get(name).filter(|i| i.released.is_some()).ok_or_else(|| TraceError::NoItem(name.clone()))?;
            if let Some(lost) = self.without_master().into_iter().find(|lost| *lost == name) {
                return Err(TraceError::Destroyed(lost.clone()));
            }
            return if item.opened { Err(TraceError::Opened(name.clone())) } else { Ok(()) };
        }
        if self.state().items.values().any(|i| i.released.is_some()) { Ok(()) } else { Err(TraceError::NoItems) }
    }

    /// Released items that the text may be a leak of: manifest and extraction.
    fn candidates(&self, content: &LeakContent, only: Option<&ItemName>) -> Result<Vec<Candidate>, TraceError> {
        let lost = self.without_master();
        let there = |n: &ItemName, i: &Item| i.released.is_some() && !lost.contains(&n);
        let released = self.state().items.iter().filter(|(n, i)| there(n, i) && only.is_none_or(|o| o == *n));
        let text = content.text();
        let mut found = Vec::new();
        for (name, item) in released {
            let (manifest, master, bytes) = self.master_of(name, item)?;
            let reader = ItemReader::new(&master, &bytes, &manifest.marks, manifest.copies()?);
            let seen = picture_sight::look(&master, &manifest.marks, &manifest.picture_secret(), &content.views)?;
            if only.is_none() && seen.is_none() && reader.text.resemblance(&text) < RESEMBLES {
                continue;
            }
            let (mut extraction, pictures) = reader.read(content)?;
            if let Some(seen) = seen {
                extraction = seen.added_to(extraction);
            }
            if !extraction.belongs() {
                continue;
            }
            let read = reader.text.read_text(&text);
            found.push((Candidate { item: name.clone(), manifest, extraction, pictures }, read));
        }
        let found = with_passages_of_their_own(found);
        let is_opened = |c: &&Candidate| self.state().items.get(&c.item).is_some_and(|i| i.opened);
        let (opened, others): (Vec<&Candidate>, Vec<_>) = found.iter().partition(is_opened);
        match opened.first().map(|c| c.item.clone()) {
            None => Ok(found),
            Some(opened) if others.is_empty() => Err(TraceError::Opened(opened)),
            Some(opened) => {
                let others: Vec<String> = others.iter().map(|c| format!("`{}`", c.item)).collect();
                Err(TraceError::OpenedBeside { opened, others: others.join(", ") })
            }
        }
    }

    pub(crate) fn master_of(&self, name: &ItemName, item: &Item) -> Result<(Manifest, Master, Vec<u8>), TraceError> {
        let manifest = self.manifest_of(name)?;
        let object = item.released.as_ref().map(|r| r.master_object.clone()).unwrap_or_default();
        let bytes = self.vault().unseal(&object, self.keys())?;
        let master = Master::parse(&bytes, &manifest.file)?;
        Ok((manifest, master, bytes))
    }

    fn seal_evidence(&mut self, permit: &Permit, request: &TraceRequest) -> Result<SealedEvidence, TraceError> {
        let incident = match &request.incident {
            Some(incident) => incident.clone(),
            None => IncidentName::new(format!("leak-{}", self.state().evidence.len() + 1))?,
        };
        let file = EvidenceFile { files: request.files.clone(), salt: Salt::random().map_err(|_| TraceError::Randomness)? };
        let content = file.commitment();
        let object = self.vault().seal(&serde_json::to_vec(&file)?)?;
        let files = file.files.into_iter().map(|f| f.name).collect();
        let event = Event::EvidenceSealed { incident: incident.clone(), object: object.clone(), content, files };
        let index = self.append(permit, vec![event])?;
        Ok(SealedEvidence { index, object, content, incident })
    }

    fn record_extractions(
        &mut self,
        permit: &Permit,
        sealed: &SealedEvidence,
        candidates: &[Candidate],
        alpha: f64,
    ) -> Result<Vec<RecordedExtraction>, TraceError> {
        let look = self.next_look(&sealed.incident, candidates);
        let count = u32::try_from(candidates.len()).unwrap_or(u32::MAX);
        let mut events = Vec::new();
        let mut recorded = Vec::new();
        for Candidate { item, manifest, extraction, pictures } in candidates {
            let salt = Salt::random().map_err(|_| TraceError::Randomness)?;
            let file = ExtractionFile { extraction: extraction.clone(), salt, pictures: pictures.clone() };
            let alpha = alpha.min(manifest.alpha);
            events.push(Event::ExtractionRecorded {
                incident: sealed.incident.clone(),
                evidence: sealed.object.clone(),
                item: item.clone(),
                object: self.vault().seal(&serde_json::to_vec(&file)?)?,
                content: file.commitment()?,
                decoder: format!("{DECODER} {}", extraction.version),
                alpha,
                look,
                candidates: count,
                copies: u32::try_from(self.family(item, sealed.index).len()).unwrap_or(u32::MAX),
            });
            recorded.push(RecordedExtraction {
                item: item.clone(),
                manifest: manifest.clone(),
                extraction: extraction.clone(),
                evidence: sealed.content,
                evidence_index: sealed.index,
                incident: sealed.incident.clone(),
                alpha,
                look,
                candidates: count,
            });
        }
        self.append(permit, events)?;
        Ok(recorded)
    }

    /// Every earlier look that shares the incident or one of the items counts.
    fn next_look(&self, incident: &IncidentName, candidates: &[Candidate]) -> u32 {
        let shares = |l: &&crate::state::Look| l.incident == *incident || candidates.iter().any(|c| c.item == l.item);
        let earlier: BTreeSet<&ObjectHash> = self.state().looks.iter().filter(shares).map(|l| &l.evidence).collect();
        u32::try_from(earlier.len()).unwrap_or(u32::MAX).saturating_add(1)
    }

    /// Copies issued before the evidence was received: the family that α covers.
    fn family(&self, item: &ItemName, evidence_index: u64) -> Vec<Disclosure> {
        let all = self.state().items.get(item).map(|i| i.disclosures.clone()).unwrap_or_default();
        all.into_iter().filter(|d| d.index < evidence_index).collect()
    }

    fn open_key(&self, recorded: RecordedExtraction, custodian_keys: &[DeviceKeys]) -> Result<OpenedKey, TraceError> {
        let material: KeyMaterial = self.unseal_key(&recorded.item, custodian_keys)?;
        Ok(OpenedKey { key: material.key(), recorded })
    }

    fn decide(&mut self, permit: &Permit, opened: &OpenedKey) -> Result<Report, TraceError> {
        let recorded = &opened.recorded;
        let family = self.family(&recorded.item, recorded.evidence_index);
        let look_level = look_alpha(recorded.alpha, recorded.look) / f64::from(recorded.candidates.max(1));
        let scores = opened.scores(&family, look_level)?;
        let mut report = self.report(recorded, &family, &scores);
        for copy in report.copies.iter_mut().filter(|c| c.named) {
            (copy.layers, copy.against) = testimony(&opened.key, &recorded.manifest, &recorded.extraction, &copy.copy);
        }
        let event = Event::VerdictRecorded {
            incident: recorded.incident.clone(),
            item: recorded.item.clone(),
            look: recorded.look,
            verdict: report.verdict.name().to_owned(),
            named: report.copies.iter().filter(|c| c.named).map(|c| c.copy.clone()).collect(),
            object: self.vault().seal(&serde_json::to_vec(&report)?)?,
            ln_e: scores.iter().map(|s| s.ln_e).collect(),
        };
        self.append(permit, vec![event])?;
        report.ledger = self.ledger();
        Ok(self.mask_of(&recorded.incident, permit.at()).report(report.shown()))
    }

    fn report(&self, recorded: &RecordedExtraction, family: &[Disclosure], scores: &[CopyScore]) -> Report {
        let manifest = &recorded.manifest;
        let p: Vec<f64> = scores.iter().map(|s| s.p).collect();
        // Everything that this look shares α with is folded into the adjusted p, so that it compares with α itself.
        let t = f64::from(recorded.look);
        let spent = t * (t + 1.0) * f64::from(recorded.candidates.max(1)) / manifest.test.naming_alpha(1.0);
        let adjusted = adjusted(&p, &vec![1.0; p.len()]);
        let copies: Vec<CopyResult> = family
            .iter()
            .zip(scores)
            .zip(adjusted)
            .map(|((d, score), adjusted)| {
                let adjusted_p = (adjusted * spent).min(1.0);
                CopyResult {
                    copy: d.copy.clone(),
                    person: Some(d.person.clone()),
                    p_value: Some(score.p),
                    // JSON has no infinity.
                    e_value: Some(score.ln_e.exp().min(f64::MAX)),
                    adjusted_p: Some(adjusted_p),
                    named: adjusted_p <= recorded.alpha,
                    layers: BTreeMap::new(),
                    against: Vec::new(),
                }
            })
            .collect();
        let named = copies.iter().any(|c| c.named);
        let marks = MarksRead::of(manifest, &recorded.extraction);
        let first_look = look_alpha(recorded.alpha, recorded.look);
        let needed = marks_needed(&manifest.arities(), manifest.law, family.len(), first_look);
        Report {
            item: Some(recorded.item.clone()),
            incident: recorded.incident.clone(),
            verdict: if named { Verdict::Named } else { Verdict::Inconclusive },
            alpha: recorded.alpha,
            look: recorded.look,
            candidates: recorded.candidates,
            family: family.len(),
            copies,
            further_marks: needed.map(|n| n.saturating_sub(marks.read)).filter(|_| !named),
            can_settle: needed.is_some(),
            marks,
            coverage: Some(recorded.extraction.coverage.clone()),
            holders: self.holders(&recorded.item, family, recorded.evidence_index),
            ledger: Vec::new(),
        }
    }

    /// Who else could have held or regenerated a copy, and who outside could testify to the commitments.
    fn holders(&self, item: &ItemName, family: &[Disclosure], evidence_index: u64) -> Holders {
        let state = self.state();
        let known = state.items.get(item);
        let lost: Vec<CopyId> = family
            .iter()
            .filter(|d| state.persons.get(&d.person).is_some_and(|p| d.recipients.iter().any(|r| p.lost.contains(r))))
            .map(|d| d.copy.clone())
            .collect();
        Holders {
            custodians: known.and_then(|i| i.released.as_ref()).map(|r| r.custodians.clone()).unwrap_or_default(),
            alone: known.and_then(|i| i.prepared.as_ref()).is_some_and(|p| p.making == holm_record::event::KeyMaking::Alone),
            on_lost_devices: lost,
            plain_folders: known.map(|i| i.plain_folders.clone()).unwrap_or_default(),
            passed_on: known.map(|i| passed_on(&i.requests, evidence_index)).unwrap_or_default(),
            receipts_before: family.iter().filter(|d| d.receipt_index.is_some_and(|i| i < evidence_index)).count(),
        }
    }

    /// Each person's e-process over all items, in the order of looking; one e-value an item.
    ///
    /// The l-th look at an item has stake 1/(l (l + 1)), reserved from the first; what is not staked stays at 1.
    #[must_use]
    pub fn ledger(&self) -> Vec<LedgerLine> {
        let mut by_item: BTreeMap<(&ItemName, &PersonId), Vec<f64>> = BTreeMap::new();
        for look in &self.state().looks {
            let Some(verdict) = &look.verdict else { continue };
            let Some(item) = self.state().items.get(&look.item) else { continue };
            for (disclosure, ln_e) in item.disclosures.iter().zip(&verdict.ln_e) {
                by_item.entry((&look.item, &disclosure.person)).or_default().push(*ln_e);
            }
        }
        let mut persons: BTreeMap<&PersonId, f64> = BTreeMap::new();
        for ((_, person), looks) in by_item {
            *persons.entry(person).or_default() += holm_codes::ledger::item_ln_e(&looks);
        }
        let mut enrolled: Vec<(u64, &PersonId)> = self.state().persons.iter().map(|(id, p)| (p.since, id)).collect();
        enrolled.sort();
        let rank = |person: &PersonId| enrolled.iter().position(|(_, id)| *id == person).map_or(usize::MAX, |i| i + 1);
        let line = |(person, ln_e): (&PersonId, f64)| LedgerLine {
            person: person.clone(),
            ln_e: Some(ln_e),
            stands_out: holm_codes::ledger::stands_out(ln_e, rank(person), self.alpha()),
        };
        persons.into_iter().map(line).collect()
    }
}

/// Leaves out items without a passage of the leak that no other has more of: documents about one matter share names and
/// phrases, and a leak of one of them is none of the others. An item whose picture was seen stays.
fn with_passages_of_their_own(mut found: Vec<(Candidate, ReadText)>) -> Vec<Candidate> {
    found.sort_by_key(|(candidate, _)| std::cmp::Reverse(candidate.extraction.coverage.leak_matched));
    let mut taken: Vec<bool> = Vec::new();
    let mut kept = Vec::new();
    for (candidate, ReadText { text, own }) in found {
        taken.resize(taken.len().max(text.len()), false);
        let free = |range: &Range<usize>| -> String {
            let part = text.get(range.clone()).unwrap_or_default().char_indices();
            part.filter(|(at, _)| !taken.get(range.start + at).copied().unwrap_or(false)).map(|(_, c)| c).collect()
        };
        let words: usize = own.iter().map(|range| free(range).split_whitespace().count()).sum();
        if kept.is_empty() || words >= FEWEST_OWN_WORDS || candidate.extraction.pictures.is_some() {
            for range in own {
                taken.get_mut(range).into_iter().for_each(|part| part.fill(true));
            }
            kept.push(candidate);
        }
    }
    kept
}

impl OpenedKey {
    /// One score a copy of the family, by the decoder that the manifest fixed.
    fn scores(&self, family: &[Disclosure], alpha: f64) -> Result<Vec<CopyScore>, TraceError> {
        let manifest = &self.recorded.manifest;
        let rows = Rows::new(self.recorded.extraction.readings.iter().map(|r| r.likelihood.clone()).collect())?;
        let issuer = Issuer::new(draw_biases(&self.key, manifest.law, &manifest.arities()));
        let ids: Vec<&[u8]> = family.iter().map(|d| d.copy.as_str().as_bytes()).collect();
        if manifest.test.decoder == DecoderKind::Single {
            let draw =
                |copy: usize, packed: &mut [u8]| issuer.draw(&self.key, ids.get(copy).copied().unwrap_or_default(), packed);
            return Ok(decode_single(issuer.biases(), &rows, |table| table.scan_drawn(issuer.layout(), ids.len(), draw)));
        }
        let book = Codebook::draw(&issuer, &self.key, &ids);
        let decoder = LeaveOneOut::search(&book, issuer.biases(), &rows);
        let seed = |copy: usize| {
            let id = ids.get(copy).copied().unwrap_or_default();
            let subject = [&certificate_seed(&self.recorded.evidence, &self.recorded.item)[..], id].concat();
            self.key.stream(Context::Certificate, &subject)
        };
        Ok(decoder.scores(&manifest.test, alpha, seed))
    }
}

/// What each layer that was read says of one copy, by how much better its marks fit the copy than chance; and the marks that
/// clearly show what this copy does not have.
pub(crate) fn testimony(
    key: &ItemKey,
    manifest: &Manifest,
    extraction: &Extraction,
    copy: &CopyId,
) -> (BTreeMap<Layer, Voice>, Vec<usize>) {
    let issuer = Issuer::new(draw_biases(key, manifest.law, &manifest.arities()));
    let codeword = issuer.codeword(key, copy.as_str().as_bytes());
    let mut nats: BTreeMap<Layer, f64> = BTreeMap::new();
    let mut against = Vec::new();
    let marks = manifest.marks.iter().zip(&extraction.readings).zip(issuer.biases()).zip(&codeword);
    for (index, (((mark, reading), bias), symbol)) in marks.enumerate() {
        let chance: f64 = reading.likelihood.iter().enumerate().map(|(a, l)| bias.probability(a) * l).sum();
        let own = reading.likelihood.get(usize::from(*symbol)).copied().unwrap_or(0.0);
        let fit = (own.max(f64::MIN_POSITIVE) / chance.max(f64::MIN_POSITIVE)).ln();
        *nats.entry(mark.layer).or_default() += fit;
        if reading.seen.is_some_and(|seen| seen != *symbol) {
            against.push(index);
        }
    }
    (nats.into_iter().map(|(layer, nats)| (layer, Voice::of(nats))).collect(), against)
}

/// What certificates of one look are seeded by, before the copy's id: evidence and item.
pub(crate) fn certificate_seed(evidence: &Commitment, item: &ItemName) -> Vec<u8> {
    [&evidence.0[..], item.as_str().as_bytes(), &[0]].concat()
}

pub(crate) fn read_all(files: &[LeakFile], progress: &dyn Fn(&str)) -> Result<LeakContent, TraceError> {
    if files.is_empty() {
        return Err(TraceError::NoFile);
    }
    Ok(LeakContent::read(files, progress)?)
}
