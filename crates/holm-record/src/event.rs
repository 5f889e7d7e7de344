//! What entries say. The schema is `docs/spec/events.md`; events are added to, never changed.

pub mod approval;
mod epoch;
pub mod experiment;
pub mod happening;
pub mod member;
mod named;
pub mod proceeding;
pub mod vetting;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::commitment::{Commitment, Salt};
use crate::id::{
    ChannelName, CopyId, CustodianName, ExperimentName, IncidentName, ItemName, OperationName, PersonId, TargetName,
};
use approval::{Act, ApprovalPolicy, Masked};
pub use epoch::{EpochSignature, LostHead, OldEpoch};
use experiment::{ExperimentFacts, ExperimentTelling, OutcomeSeen};
pub use happening::Telling;
use happening::{ChannelSort, IncidentFacts, OperationFacts, Outcome, Window};
use member::Role;
use proceeding::{Ending, Step};
use vetting::{AuthorityFacts, CheckFacts, CheckSort, DrawFacts, FindingExplanation, Guideline, StatementFacts, Verified};

/// SHA-256 of a sealed file, in hexadecimal.
pub type ObjectHash = String;

/// A recipient's public keys: one device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// age recipient, `age1…`.
    pub recipient: String,
    /// Ed25519 key that signs this device's receipts, in base64; without it receipts stay unverified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signer: Option<String>,
}

/// What the roster says of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonFacts {
    /// Full name.
    pub name: String,
    /// Agency.
    pub agency: String,
    /// Unit.
    pub unit: String,
    /// Rank level, 1 lowest to 5 highest.
    pub level: u8,
    /// Role.
    pub role: String,
    /// E-mail address.
    pub email: String,
    /// Devices that can open what the person is sent.
    pub devices: Vec<Device>,
}

/// Who made the item key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "mode")]
pub enum KeyMaking {
    /// The originator's desk alone: reports say "not protected against the originator's own desk".
    Alone,
    /// With a second person's contribution.
    TwoPersons {
        /// The second person.
        second: PersonId,
    },
}

/// What an originator decides on a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// As asked.
    Granted,
    /// Less than was asked, or under conditions.
    Narrowed,
    /// No.
    Refused,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Event {
    /// The workspace began.
    WorkspaceCreated {
        /// Origin of the record, as in its checkpoints.
        origin: String,
        /// Verifier key of the checkpoints.
        log_key: String,
        /// Verifier key of their second signature, ML-DSA-44; records made before there was one have none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ml_dsa_key: Option<String>,
        /// Public age recipients of the officer and, if made, of the recovery key.
        vault: Vec<String>,
        /// α of an incident, unless a trace lowers it.
        alpha: f64,
        /// The largest coalition that items are marked against.
        largest_coalition: u8,
    },
    /// A person came on the roster.
    PersonAdded {
        /// Who.
        person: PersonId,
        /// What is known.
        facts: PersonFacts,
    },
    /// What is known of a person changed.
    PersonUpdated {
        /// Who.
        person: PersonId,
        /// What is known now.
        facts: PersonFacts,
    },
    /// A person left; nothing further is sent.
    PersonLeft {
        /// Who.
        person: PersonId,
        /// Why.
        reason: String,
    },
    /// A device is lost; nothing further is sealed to it.
    DeviceLost {
        /// Whose.
        person: PersonId,
        /// Which: its age recipient.
        recipient: String,
        /// Why.
        reason: String,
    },
    /// A custodian of item keys was named.
    CustodianAdded {
        /// Who.
        name: CustodianName,
        /// Public age recipient.
        recipient: String,
    },
    /// A scheme of markings was brought in, in place of an earlier one of the same name.
    SchemeImported {
        /// Its name.
        scheme: String,
        /// Its file.
        text: String,
    },
    /// The manifest was frozen and the originator's contribution committed to, before anybody else contributed.
    ItemPrepared {
        /// Which item.
        item: ItemName,
        /// How the key is made.
        making: KeyMaking,
        /// Commitment to the originator's contribution.
        contribution: Commitment,
        /// Commitment to the manifest.
        manifest: Commitment,
        /// The sealed manifest and salts.
        object: ObjectHash,
        /// Commitment to the master, so that abandoned attempts at one text can be counted.
        master: Commitment,
    },
    /// The second person contributed, having seen a commitment only.
    KeyContributed {
        /// Which item.
        item: ItemName,
        /// Who.
        second: PersonId,
        /// Commitment to the contribution.
        contribution: Commitment,
        /// The second person's signed note over the request and the commitment.
        note: String,
    },
    /// Copies of an item may now be issued.
    ItemReleased {
        /// Which item.
        item: ItemName,
        /// Commitment to the key.
        key: Commitment,
        /// The key, sealed to its custodians.
        key_object: ObjectHash,
        /// Custodians who can open it, and how many must act together.
        custodians: Vec<String>,
        /// How many of them.
        threshold: u8,
        /// The master, sealed.
        master_object: ObjectHash,
        /// Handling marking, as given.
        marking: Option<String>,
        /// The originator's conditions, as given.
        conditions: Option<String>,
        /// File name of the master.
        file: String,
    },
    /// A person was told: a copy was issued.
    Disclosure {
        /// Which item.
        item: ItemName,
        /// Which copy.
        copy: CopyId,
        /// To whom.
        person: PersonId,
        /// Devices that can open it.
        recipients: Vec<String>,
        /// The sealed file.
        sealed: ObjectHash,
        /// Commitment to the copy's plain bytes.
        content: Commitment,
        /// When the person was told.
        told_at: Timestamp,
        /// Handling marking.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        marking: Option<String>,
        /// SHA-256 of the originator's conditions, in hexadecimal.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        conditions: Option<String>,
        /// The originator's age recipient, to which requests are sealed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_to: Option<String>,
    },
    /// Unsealed copies were written out.
    PlainWritten {
        /// Which item.
        item: ItemName,
        /// Which copies.
        copies: Vec<CopyId>,
        /// Folder.
        folder: String,
    },
    /// A recipient's receipt came back.
    ReceiptImported {
        /// Which item.
        item: ItemName,
        /// Which copy.
        copy: CopyId,
        /// Who.
        person: PersonId,
        /// The signed note.
        note: String,
        /// Whether its signature was checked against the person's enrolled key.
        verified: bool,
    },
    /// A recipient asked to pass something on.
    OnwardAsked {
        /// Which item.
        item: ItemName,
        /// The asker's copy.
        copy: CopyId,
        /// Who asks.
        person: PersonId,
        /// The signed note.
        note: String,
    },
    /// The originator's answer.
    OnwardAnswered {
        /// Which item.
        item: ItemName,
        /// The asker's copy.
        copy: CopyId,
        /// Who asked.
        person: PersonId,
        /// SHA-256 of the signed note, in hexadecimal.
        request: String,
        /// What was decided.
        decision: Decision,
        /// To whom it may be passed on.
        to: String,
        /// Numbers of the paragraphs that may be; none means the whole item, or nothing where the answer is a refusal.
        paragraphs: Vec<u32>,
        /// Conditions, or the reason of a refusal.
        words: Option<String>,
    },
    /// Evidence was sealed before anybody looked at it.
    EvidenceSealed {
        /// The incident.
        incident: IncidentName,
        /// The sealed files.
        object: ObjectHash,
        /// Commitment to the files.
        content: Commitment,
        /// Names of the files.
        files: Vec<String>,
    },
    /// What the evidence shows of an item's marks was fixed, before the key was opened.
    ExtractionRecorded {
        /// The incident.
        incident: IncidentName,
        /// The sealed evidence.
        evidence: ObjectHash,
        /// Which item.
        item: ItemName,
        /// The sealed extraction.
        object: ObjectHash,
        /// Commitment to the extraction.
        content: Commitment,
        /// Version of the decoder.
        decoder: String,
        /// α of the incident.
        alpha: f64,
        /// Number of this look.
        look: u32,
        /// Candidate items that share this look's α.
        candidates: u32,
        /// Copies issued before the evidence was received: the family that α covers.
        copies: u32,
    },
    /// The verdict of one look.
    VerdictRecorded {
        /// The incident.
        incident: IncidentName,
        /// Which item.
        item: ItemName,
        /// Number of the look.
        look: u32,
        /// `named`, `inconclusive` or `no-match`.
        verdict: String,
        /// Copies named.
        named: Vec<CopyId>,
        /// The sealed report.
        object: ObjectHash,
        /// Natural logarithm of each issued copy's e-value in this look, in the order of disclosure.
        ln_e: Vec<f64>,
    },
    /// The key was opened to a verifier: a leak of the item that is first received later proves nothing.
    ItemOpened {
        /// Which item.
        item: ItemName,
        /// The incident whose verdict can be checked.
        incident: IncidentName,
    },
    /// A means by which things get out.
    ChannelAdded {
        /// Its name.
        channel: ChannelName,
        /// What it is.
        sort: ChannelSort,
        /// Whose it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unit: Option<String>,
        /// What else is to be said.
        words: String,
    },
    /// An organisation under investigation.
    TargetAdded {
        /// Its name.
        target: TargetName,
        /// What else is to be said.
        words: String,
    },
    /// Persons were told by word of mouth.
    Told(Telling),
    /// Operations, one or many; at most 500.
    OperationsRecorded {
        /// The file that they were taken in from.
        source: Option<String>,
        /// What is known of each.
        operations: Vec<OperationFacts>,
    },
    /// An operation is over.
    OperationClosed {
        /// Which.
        operation: OperationName,
        /// What came of it.
        outcome: Outcome,
        /// Between which moments a leak must have happened.
        #[serde(default)]
        window: Window,
        /// What else is to be said.
        words: String,
    },
    /// A suspected compromise.
    IncidentRecorded {
        /// Its name.
        incident: IncidentName,
        /// What is known of it.
        facts: IncidentFacts,
    },
    /// What an entry says was a mistake.
    Withdrawn {
        /// The entry.
        entry: u64,
        /// Which operation, if the entry has several.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        operation: Option<OperationName>,
        /// Why.
        reason: String,
    },
    /// An item is burned: no further copy is issued.
    ItemRecalled {
        /// Which item.
        item: ItemName,
        /// Why.
        reason: String,
    },
    /// Who is to witness this record, and how often.
    TrustPolicySet {
        /// The policy, as C2SP tlog-policy writes it.
        policy: String,
        /// After so many hours without enough witnesses the desk raises an alarm.
        within_hours: u32,
    },
    /// A record that may not have been the newest was compared with what outsiders hold, and is signed on.
    Recovered {
        /// Why nothing was signed.
        why: String,
        /// Who holds checkpoints of how many entries.
        against: Vec<String>,
        /// Entries after the newest of these, which nobody who was asked had seen.
        unseen: u64,
    },
    /// A record whose newest state is lost goes on under another name: the entries before this one are the old epoch's.
    EpochOpened {
        /// The old epoch.
        old: OldEpoch,
        /// Origin of the new one.
        origin: String,
        /// Its verifier key.
        log_key: String,
        /// Its second key, ML-DSA-44.
        ml_dsa_key: String,
        /// Checkpoints of the old epoch that outsiders hold and that are not of what is here.
        lost: Vec<LostHead>,
        /// Why.
        reason: String,
        /// Who signed for it.
        signed: Vec<EpochSignature>,
    },
    /// Holders of an item were sent the true value of a fact that was varied.
    CorrectionSent {
        /// Which item.
        item: ItemName,
        /// The item that corrects it.
        correction: ItemName,
    },
    /// Who must approve what, from now on.
    ApprovalPolicySet {
        /// The policy.
        policy: ApprovalPolicy,
    },
    /// Approval was asked for.
    ApprovalAsked {
        /// Of what.
        #[serde(flatten)]
        act: Act,
        /// Why.
        reason: String,
    },
    /// Somebody approved or refused.
    ApprovalGiven {
        /// The request: the number of its entry.
        request: u64,
        /// Who.
        person: PersonId,
        /// Whether it is an approval.
        approved: bool,
        /// The signed note.
        note: String,
    },
    /// An approved act was done: the request is used.
    ApprovalUsed {
        /// The request.
        request: u64,
    },
    /// Who stands behind masks is shown.
    Unmasked {
        /// Where.
        of: Masked,
        /// Until when.
        until: Timestamp,
        /// Why.
        reason: String,
    },
    /// What was analysed about people was read.
    Read {
        /// What.
        of: Masked,
        /// What it was about, if it was about one person.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        person: Option<PersonId>,
    },
    /// Bodies and sealed files were lawfully destroyed.
    Destroyed {
        /// Numbers of the entries whose bodies are gone.
        entries: Vec<u64>,
        /// Sealed files that are gone.
        objects: Vec<ObjectHash>,
        /// By whose authority.
        authority: String,
        /// Why.
        reason: String,
    },
    /// A check on a person.
    CheckRecorded(CheckFacts),
    /// What is said to a concern of a check: what mitigates it, how it is explained, and how that was verified.
    ConcernAnswered {
        /// The check's entry.
        check: u64,
        /// The concern's guideline.
        guideline: Guideline,
        /// What mitigates it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mitigation: Option<String>,
        /// How the person explains it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        explanation: Option<String>,
        /// How that was verified.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        verified: Option<Verified>,
    },
    /// A check is not asked for for a while.
    WaiverRecorded {
        /// Of whom.
        person: PersonId,
        /// Which.
        sort: CheckSort,
        /// Until the end of which day.
        until: Date,
        /// Why.
        reason: String,
    },
    /// How often which checks are asked for, from now on.
    ScheduleSet {
        /// The schedule's file.
        text: String,
    },
    /// Somebody may be sent things although checks of them are failed, missing or overdue.
    ExceptionRecorded {
        /// Who.
        person: PersonId,
        /// Which checks, sorted.
        sorts: Vec<CheckSort>,
        /// Until the end of which day.
        until: Date,
        /// Why.
        reason: String,
    },
    /// What checks are worth as evidence, from now on.
    AccuracySet {
        /// Its file.
        text: String,
    },
    /// A legal authority for checks that reach into what is private.
    AuthorityRecorded(AuthorityFacts),
    /// Statements of calls or accounts were read under a legal authority: what was found stands here before anybody is shown it.
    StatementsRead(StatementFacts),
    /// What somebody says to a finding of statements, and how that was verified.
    FindingExplained(FindingExplanation),
    /// A draw begins: who can be drawn and how likely stands here before anybody knows who is.
    DrawOpened(DrawFacts),
    /// One of the two drawers committed to something random.
    DrawCommitted {
        /// The draw: the number of its entry.
        draw: u64,
        /// Who.
        person: PersonId,
        /// The commitment.
        commitment: Commitment,
        /// The signed note.
        note: String,
    },
    /// A drawer revealed it, after both had committed.
    DrawRevealed {
        /// The draw.
        draw: u64,
        /// Who.
        person: PersonId,
        /// What was committed to: 32 bytes.
        secret: Salt,
        /// The salt of the commitment.
        salt: Salt,
    },
    /// Everything is revealed, and this is whom it draws.
    DrawDone {
        /// The draw.
        draw: u64,
        /// What the desk had committed to: 32 bytes.
        secret: Salt,
        /// The salt of the commitment.
        salt: Salt,
        /// Who is drawn, sorted.
        drawn: Vec<PersonId>,
    },
    /// Something was not revealed in time: everybody is drawn.
    DrawForfeited {
        /// The draw.
        draw: u64,
        /// Who did not reveal; nobody, if it was the desk.
        silent: Vec<PersonId>,
    },
    /// A randomised disclosure is announced: laws, outcomes and bet stand here before anything is drawn.
    ExperimentAnnounced(Box<ExperimentFacts>),
    /// The second person contributed: the seed is fixed, and with it who is told what.
    ExperimentDrawn {
        /// Which.
        experiment: ExperimentName,
        /// Commitment to the second person's contribution.
        contribution: Commitment,
        /// What the second person signed.
        note: String,
        /// That contribution and its salt, sealed to the teller's devices, in base64.
        sealed: String,
    },
    /// People were told what was drawn for them.
    ExperimentTold(ExperimentTelling),
    /// Somebody who cannot know who was told what says what was seen.
    ExperimentSeen(OutcomeSeen),
    /// It ends, and both contributions to the seed are shown: from now on anybody can compute who was told what.
    ExperimentClosed {
        /// Which.
        experiment: ExperimentName,
        /// The desk's contribution.
        desk: Salt,
        /// Its salt.
        desk_salt: Salt,
        /// The second person's contribution.
        second: Salt,
        /// Its salt.
        second_salt: Salt,
    },
    /// It ends without being opened: nobody was told anything, or the seed is lost and it counts as the least that it can be worth.
    ExperimentAbandoned {
        /// Which.
        experiment: ExperimentName,
        /// Why.
        reason: String,
    },
    /// A warning of danger to life goes out, past what holds other items back.
    WarningReleased {
        /// The item that warns.
        item: ItemName,
        /// Whom.
        to: Vec<PersonId>,
        /// Of these, whose vetting was not in force.
        unvetted: Vec<PersonId>,
        /// Of these, who had left.
        left: Vec<PersonId>,
        /// Why it could not wait.
        reason: String,
    },
    /// Another person read a warning and says whether it was one.
    WarningReviewed {
        /// The item that warned.
        item: ItemName,
        /// Who reviewed it.
        person: PersonId,
        /// Whether it was justified.
        justified: bool,
        /// The signed note.
        note: String,
    },
    /// A proceeding against somebody begins.
    ProceedingOpened {
        /// Against whom.
        person: PersonId,
        /// About what.
        incident: IncidentName,
        /// On which grounds.
        grounds: String,
    },
    /// A step of it.
    ProceedingStep {
        /// The proceeding: the number of its entry.
        proceeding: u64,
        /// Which step.
        step: Step,
        /// On which day.
        on: Date,
        /// By whom.
        by: Vec<String>,
        /// What was said.
        words: String,
    },
    /// Its end.
    ProceedingClosed {
        /// The proceeding.
        proceeding: u64,
        /// On which day.
        on: Date,
        /// How.
        ending: Ending,
        /// What was said.
        words: String,
    },
    /// To whom approaches are reported, from now on.
    ApproachOfficerSet {
        /// Who.
        person: PersonId,
        /// Of which agency.
        agency: String,
        /// age recipients that envelopes are sealed to.
        recipients: Vec<String>,
        /// Envelopes of each batch.
        envelopes: u16,
        /// Days from one batch to the next.
        every_days: u16,
    },
    /// A batch of envelopes went, of which nobody but the officer can tell whether they report anything.
    ApproachesCarried {
        /// The sealed envelopes.
        envelopes: ObjectHash,
    },
    /// A dossier was written.
    DossierWritten {
        /// Of which incident.
        incident: IncidentName,
        /// SHA-256 of its PDF, in hexadecimal.
        pdf: String,
        /// SHA-256 of its JSON, in hexadecimal.
        json: String,
    },
    /// Somebody works in the workspace from now on, as something else, or no more.
    MemberSet {
        /// Who: a person of the roster, or `officer`.
        member: PersonId,
        /// As what; nothing, and they are no member.
        roles: Vec<Role>,
        /// With which devices.
        devices: Vec<Device>,
        /// age recipient to which the workspace seals its files from now on.
        vault: String,
    },
}
