//! Several people in one workspace: each opens it with a key of their own, and none does, reads or signs what is another's.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use ed25519_dalek::SigningKey;
use holm::approval::bundle::{Approval, open_request};
use holm::belief::{Missing, Question, compute};
use holm::identity::DeviceKeys;
use holm::leak::LeakFile;
use holm::member::MemberError;
use holm::policy::{Action, Permit, Refusal};
use holm::prepare::{MarkOptions, Prepared};
use holm::report::Verdict;
use holm::share::{ShareError, Terms};
use holm::trace::TraceRequest;
use holm::workspace::{InitOptions, OFFICER, RECOVERY, Workspace, WorkspaceError};
use holm_record::cosignature::CosignerKey;
use holm_record::entry::BodyKey;
use holm_record::event::approval::Act;
use holm_record::event::happening::{Exposure, OperationFacts, Outcome, Weight};
use holm_record::event::member::Role;
use holm_record::event::{Event, Telling};
use holm_record::id::{ItemName, OperationName, PersonId};
use holm_record::record::{Record, RecordKeys};
use holm_record::store::sqlite::SqliteStore;
use jiff::{SignedDuration, Timestamp};

const MINUTES: &str = include_str!("../../../holm-simulate/corpus/en-minutes.md");
/// Who works as what; `x1` works as nothing.
const CAST: [(&str, Role); 6] = [
    ("o1", Role::Originator),
    ("s1", Role::SharingOfficer),
    ("v1", Role::VettingOfficer),
    ("a1", Role::Analyst),
    ("c1", Role::Custodian),
    ("i1", Role::Inspector),
];

fn person(id: &str) -> PersonId {
    PersonId::new(id).unwrap()
}

fn item(name: &str) -> ItemName {
    ItemName::new(name).unwrap()
}

fn permit(workspace: &Workspace) -> Permit {
    workspace.permit(&Action::Administer, Timestamp::now()).unwrap()
}

struct Scene {
    dir: tempfile::TempDir,
    keys: BTreeMap<&'static str, DeviceKeys>,
}

impl Scene {
    /// A workspace of one officer with a roster, and an item from that time.
    fn alone() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let options = InitOptions { recovery: Some(dir.path().join("recovery.key")), ..InitOptions::default() };
        let mut workspace = Workspace::init(&dir.path().join("w"), &options, Timestamp::now()).unwrap();
        let ids = CAST.map(|(id, _)| id).into_iter().chain(["x1", "x2"]);
        let keys: BTreeMap<_, _> = ids.map(|id| (id, DeviceKeys::generate().unwrap())).collect();
        let mut roster = "id,name,agency,unit,level,role,email,recipient\n".to_owned();
        for (id, keys) in &keys {
            roster += &format!("{id},{id},A,U,2,r,,{}\n", keys.public_line());
            std::fs::write(dir.path().join(format!("{id}.key")), keys.to_file(None).unwrap()).unwrap();
        }
        let permit = permit(&workspace);
        workspace.import_roster(&permit, &roster).unwrap();
        share(&mut workspace, "before").unwrap();
        Self { dir, keys }
    }

    /// The whole cast at work; the custodian took the officer's roles.
    fn full() -> Self {
        let scene = Self::alone();
        scene.set(OFFICER, "c1", &[Role::Custodian]).unwrap();
        for (id, role) in CAST.iter().filter(|(id, _)| *id != "c1") {
            scene.set("c1", id, &[*role]).unwrap();
        }
        scene.set("c1", OFFICER, &[]).unwrap();
        scene
    }

    fn path(&self) -> PathBuf {
        self.dir.path().join("w")
    }

    fn open(&self, who: &str) -> Result<Workspace, WorkspaceError> {
        let key = (who != OFFICER).then(|| self.dir.path().join(format!("{who}.key")));
        Workspace::open(&self.path(), None, key.as_deref())
    }

    fn set(&self, by: &str, who: &str, roles: &[Role]) -> Result<u64, WorkspaceError> {
        let mut workspace = self.open(by)?;
        let permit = permit(&workspace);
        workspace.set_member(&permit, &person(who), &roles.iter().copied().collect())
    }
}

fn share(workspace: &mut Workspace, name: &str) -> Result<Vec<(PersonId, Vec<u8>)>, ShareError> {
    let now = Timestamp::now();
    let prepared = Prepared::new(MINUTES.as_bytes(), "minutes.md", &MarkOptions::default(), None).unwrap();
    let to = workspace.state().resolve("all").unwrap();
    let terms = Terms {
        name: item(name),
        file: "minutes.md".to_owned(),
        marking: None,
        conditions: None,
        second: None,
        planned: 8,
        review: None,
    };
    let action = Action::Share { item: &item(name), to: &to, handling: terms.handling() };
    let permit = workspace.permit(&action, now).map_err(WorkspaceError::from)?;
    let frozen = workspace.freeze(&permit, &prepared, &terms)?;
    let keyed = frozen.make_key(workspace, &permit, None)?;
    let sealed = keyed.seal(workspace, &to, &|_| {})?;
    let (released, _) = sealed.append(workspace, &permit, &to, None)?;
    let out = tempfile::tempdir().unwrap();
    released.deliver(workspace, out.path())?;
    let copy = |id: &PersonId| (id.clone(), std::fs::read(out.path().join(format!("{id}.md.age"))).unwrap());
    Ok(to.iter().map(copy).collect())
}

/// What the ordinary way to use an age key opens, of every file of the workspace.
fn opened_by(keys: &DeviceKeys, folder: &Path) -> BTreeSet<String> {
    let mut opened = BTreeSet::new();
    for entry in walk(folder) {
        let bytes = std::fs::read(&entry).unwrap();
        let reads = age::Decryptor::new_buffered(&bytes[..])
            .is_ok_and(|d| d.decrypt(std::iter::once(keys.age() as &dyn age::Identity)).is_ok());
        if reads {
            opened.insert(entry.strip_prefix(folder).unwrap().display().to_string());
        }
    }
    opened
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

#[test]
fn each_does_their_part_with_their_own_key_and_nobody_else_reads_items() {
    let scene = Scene::full();
    // Shared before there were members, by an originator, and by the sharing officer: the custodian traces all three.
    let theirs = share(&mut scene.open("o1").unwrap(), "o1-note").unwrap();
    share(&mut scene.open("s1").unwrap(), "report").unwrap();
    let mut custodian = scene.open("c1").unwrap();
    let names: Vec<&str> = custodian.state().items.keys().map(ItemName::as_str).collect();
    assert_eq!(names, ["before", "o1-note", "report"]);
    let (x1, sealed) = theirs.iter().find(|(id, _)| id.as_str() == "x1").unwrap();
    let identity = scene.keys["x1"].age();
    let mut leak = Vec::new();
    let decryptor = age::Decryptor::new_buffered(&sealed[..]).unwrap();
    std::io::copy(&mut decryptor.decrypt(std::iter::once(identity as &dyn age::Identity)).unwrap(), &mut leak).unwrap();
    let alpha = custodian.alpha();
    let permit = custodian.permit(&Action::Trace { alpha, limit: alpha }, Timestamp::now()).unwrap();
    let files = vec![LeakFile { name: "leak.md".to_owned(), bytes: leak }];
    let traced =
        custodian.trace(&permit, &TraceRequest { files, item: Some(item("o1-note")), alpha, incident: None }, &[], &|_| {});
    let report = &traced.unwrap()[0];
    assert_eq!(report.verdict, Verdict::Named);
    assert_eq!(report.copies.iter().filter(|c| c.named).map(|c| c.copy.as_str()).collect::<Vec<_>>(), [format!("{x1}.1")]);
    for name in ["before", "o1-note", "report"] {
        custodian.manifest_of(&item(name)).unwrap();
    }
    drop(custodian);

    // By no program: what is sealed to each of them among all files, copies that they were sent themselves aside.
    for (id, role) in CAST {
        let opened = opened_by(&scene.keys[id], &scene.path());
        let reads = matches!(role, Role::Originator | Role::SharingOfficer | Role::Custodian);
        assert!(opened.contains("secrets.age"), "{id}");
        assert_eq!(opened.contains("vault.age"), reads, "{id}");
        let own: usize = opened.iter().filter(|name| name.starts_with("objects")).count();
        assert_eq!(own, 3, "{id} opens their own three copies and nothing else: {opened:?}");
        if !reads {
            assert!(scene.open(id).unwrap().manifest_of(&item("before")).is_err(), "{id}");
        }
    }

    // Who made the workspace is no member any more; the recovery key acts as a custodian.
    assert!(matches!(scene.open(OFFICER), Err(WorkspaceError::Refused(Refusal::NoMember))));
    let recovery = scene.open("recovery").unwrap();
    assert_eq!(recovery.actor(), RECOVERY);
    recovery.manifest_of(&item("report")).unwrap();
    drop(recovery);

    // Everything is signed by whoever entered it.
    let mut inspector = scene.open("i1").unwrap();
    let report = inspector.verify().unwrap();
    assert!(report.holds(), "{:?}", report.findings);
    assert_eq!(report.by_recovery, Vec::<u64>::new());
    let actors: BTreeSet<String> = inspector.entries().unwrap().iter().flatten().map(|o| o.entry.actor.clone()).collect();
    assert_eq!(actors.iter().map(String::as_str).collect::<Vec<_>>(), ["c1", "o1", OFFICER, "s1"]);
}

#[test]
fn whoever_goes_reads_nothing_that_comes() {
    let scene = Scene::full();
    let before = scene.open("c1").unwrap().state().members.vault.clone();
    scene.set("c1", "s1", &[]).unwrap();
    assert!(matches!(scene.open("s1"), Err(WorkspaceError::Refused(Refusal::NoMember))));
    let after = scene.open("c1").unwrap().state().members.vault.clone();
    assert_ne!(before, after, "the vault has another key");
    // Another role without the vault comes and goes: the key stays.
    scene.set("c1", "i1", &[]).unwrap();
    scene.set("c1", "i1", &[Role::Analyst]).unwrap();
    assert_eq!(after, scene.open("c1").unwrap().state().members.vault);
    // Whoever leaves the roster is gone at once, and loses the vault with the next change.
    let mut vetting = scene.open("v1").unwrap();
    let permit = permit(&vetting);
    vetting.person_left(&permit, &person("o1"), "retired").unwrap();
    drop(vetting);
    assert!(matches!(scene.open("o1"), Err(WorkspaceError::Refused(Refusal::NoMember))));
    scene.set("c1", "x1", &[Role::SharingOfficer]).unwrap();
    assert_ne!(after, scene.open("c1").unwrap().state().members.vault);
    let copies = share(&mut scene.open("x1").unwrap(), "later").unwrap();
    assert_eq!(copies.len(), 7);
    let mut custodian = scene.open("c1").unwrap();
    for name in ["before", "later"] {
        custodian.manifest_of(&item(name)).unwrap();
    }
    assert!(custodian.verify().unwrap().holds());
}

#[test]
fn nobody_raises_themselves_and_a_custodian_remains() {
    let scene = Scene::alone();
    let refused = |by: &str, who: &str, roles: &[Role]| match scene.set(by, who, roles) {
        Err(WorkspaceError::Member(error)) => error,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(OFFICER, OFFICER, &[Role::Inspector]), MemberError::Own);
    assert_eq!(refused(OFFICER, "nobody", &[Role::Analyst]), MemberError::Unfit(person("nobody")));
    assert_eq!(refused(OFFICER, RECOVERY, &[Role::Analyst]), MemberError::Reserved(person(RECOVERY)));
    assert_eq!(refused(OFFICER, "c1", &[]), MemberError::NoMember(person("c1")));
    scene.set(OFFICER, "c1", &[Role::Custodian]).unwrap();
    assert_eq!(refused(OFFICER, "c1", &[Role::Custodian]), MemberError::Same(person("c1")));
    scene.set("c1", OFFICER, &[Role::Analyst]).unwrap();
    assert_eq!(refused("c1", "c1", &[Role::Custodian, Role::SharingOfficer]), MemberError::Own);
    // With the recovery key alone there is still nobody else.
    assert_eq!(refused("recovery", "c1", &[Role::Analyst]), MemberError::LastCustodian(person("c1")));
    // The officer is an analyst now and makes nobody anything.
    let error = scene.set(OFFICER, "x1", &[Role::Custodian]).unwrap_err();
    assert!(matches!(error, WorkspaceError::Refused(Refusal::Role { .. })), "{error}");
    // Who made the workspace can come back.
    scene.set("c1", OFFICER, &[]).unwrap();
    scene.set("c1", OFFICER, &[Role::Inspector]).unwrap();
    scene.open(OFFICER).unwrap();
    // What the recovery key enters is signed by nobody, and said so.
    let entry = scene.set("recovery", "x1", &[Role::Analyst]).unwrap();
    let report = scene.open(OFFICER).unwrap().verify().unwrap();
    assert!(report.holds(), "{:?}", report.findings);
    assert_eq!(report.by_recovery, [entry]);
}

/// Where a policy asks others' approval for it, nobody is made or unmade a member without, and whoever stays keeps their keys.
#[test]
fn members_change_with_others_approval_where_the_policy_asks_it() {
    let scene = Scene::full();
    let mut custodian = scene.open("c1").unwrap();
    let permitted = permit(&custodian);
    let policy = "[groups.others]\nneeded = 1\npersons = [\"x1\"]\n[acts]\nmembers = [\"others\"]\n";
    let policy = custodian.approval_policy(policy).unwrap();
    custodian.set_approvals(&permitted, policy).unwrap();
    drop(custodian);
    let refused = scene.set("c1", "s1", &[]).unwrap_err();
    assert!(matches!(refused, WorkspaceError::NotApproved(_)), "{refused}");
    scene.open("s1").unwrap().manifest_of(&item("before")).unwrap();

    let mut custodian = scene.open("c1").unwrap();
    let permitted = permit(&custodian);
    let act = custodian.member_act(&person("s1"), &BTreeSet::new()).unwrap();
    let number = custodian.ask_approval(&permitted, act, "sold a raid").unwrap();
    let request = open_request(&custodian.approval_bundle(number).unwrap(), &scene.keys["x1"]).unwrap();
    assert_eq!(request.act.to_string(), "have `s1` work here no more");
    let approval = Approval { approved: true, person: person("x1"), at: Timestamp::now(), reason: None };
    let note = approval.sign(&request, &scene.keys["x1"]).unwrap();
    custodian.import_approval(&permitted, &note).unwrap();
    custodian.use_approval(&permitted, number).unwrap();
    drop(custodian);
    assert!(matches!(scene.open("s1"), Err(WorkspaceError::Refused(Refusal::NoMember))));
    assert!(scene.open("i1").unwrap().verify().unwrap().holds());
    // Nobody asks for what they could not carry out.
    let mut analyst = scene.open("a1").unwrap();
    let permitted = permit(&analyst);
    let act = Act::Members { member: person("x2"), roles: vec![Role::Custodian], devices: Vec::new() };
    let refused = analyst.ask_approval(&permitted, act, "please").unwrap_err();
    assert!(refused.to_string().contains("may not do this (`keep-members`)"), "{refused}");
}

#[test]
fn what_an_interruption_left_unsealed_is_sealed_at_the_next_opening() {
    let scene = Scene::alone();
    let secrets = std::fs::read(scene.path().join("secrets.age")).unwrap();
    scene.set(OFFICER, "c1", &[Role::Custodian]).unwrap();
    // As if the program had ended when the entry was durable.
    std::fs::write(scene.path().join("secrets.age"), secrets).unwrap();
    assert!(scene.open("c1").is_err());
    drop(scene.open(OFFICER).unwrap());
    assert_eq!(scene.open("c1").unwrap().actor(), "c1");
}

#[test]
fn an_entry_in_anothers_name_is_found() {
    let scene = Scene::full();
    share(&mut scene.open("s1").unwrap(), "report").unwrap();
    // Any member holds the record's keys, and may use another program.
    let sealed = std::fs::read(scene.path().join("secrets.age")).unwrap();
    let mut plain = Vec::new();
    let identity = scene.keys["a1"].age() as &dyn age::Identity;
    let decryptor = age::Decryptor::new_buffered(&sealed[..]).unwrap();
    std::io::copy(&mut decryptor.decrypt(std::iter::once(identity)).unwrap(), &mut plain).unwrap();
    let secrets: serde_json::Value = serde_json::from_slice(&plain).unwrap();
    let bytes = |name: &str| -> [u8; 32] { serde_json::from_value(secrets[name].clone()).unwrap() };
    let description: serde_json::Value =
        serde_json::from_slice(&std::fs::read(scene.path().join("workspace.json")).unwrap()).unwrap();
    let origin = description["origin"].as_str().unwrap().to_owned();
    let keys = RecordKeys {
        origin: origin.clone(),
        signing: SigningKey::from_bytes(&bytes("log_seed")),
        ml_dsa: Some(CosignerKey::ml_dsa_44(&origin, &bytes("log_seed")).unwrap()),
        body: BodyKey::new(bytes("body_key")),
    };
    let mut record = Record::open(SqliteStore::open(&scene.path().join("record.db")).unwrap(), keys).unwrap();
    let forged = Event::ItemRecalled { item: item("report"), reason: "a mistake".to_owned() };
    let own = scene.keys["a1"].signer().cloned();
    for (actor, author) in [("s1", None), ("s1", own.clone()), ("nobody", own)] {
        record.sign_entries(author);
        record.append(actor, Timestamp::now(), vec![forged.clone()]).unwrap();
    }
    drop(record);
    let report = scene.open("i1").unwrap().verify().unwrap();
    assert_eq!(report.findings.len(), 3, "{:?}", report.findings);
    assert!(report.findings.iter().all(|f| f.contains("did not sign it")), "{:?}", report.findings);
}

/// The sharing officer, who could have leaked it all, writes of what was betrayed that `x1` knew of it, and leaves their own name out.
#[test]
fn nobody_is_acted_on_whom_one_member_alone_accuses_until_another_confirms_it() {
    let scene = Scene::full();
    let mut sharing = scene.open("s1").unwrap();
    let told =
        |people: &[&str]| people.iter().map(|id| Exposure { person: person(id), at: None, weight: Weight::WHOLE }).collect();
    let name = |number: i64| OperationName::new(format!("o{number}")).unwrap();
    let day = |number: i64| "2026-01-01T08:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_hours(24 * number);
    let operation = |number: i64| {
        let betrayed = number % 3 == 0;
        let others: &[&str] = if number % 2 == 0 { &["v1", "i1"] } else { &["o1", "x2"] };
        let people: Vec<&str> = others.iter().copied().chain(Some("x1").filter(|_| betrayed)).collect();
        let outcome = if betrayed { Outcome::Confirmed } else { Outcome::Clean };
        OperationFacts {
            operation: name(number),
            sort: "raid".to_owned(),
            at: day(number),
            targets: vec![],
            units: vec![],
            channels: vec![],
            items: vec![],
            told: told(&people),
            endangers: vec![],
            words: String::new(),
            outcome: Some(outcome),
            window: None,
        }
    };
    sharing.add_operations(&permit(&sharing), None, (0..36).map(operation).collect()).unwrap();
    let believed = |workspace: &Workspace| {
        let beliefs = compute(workspace.state(), &Question::default()).unwrap();
        assert_eq!(beliefs.review, [person("x1")]);
        assert_eq!(beliefs.alarms, [], "no statistic tells these entries from true ones");
        beliefs.people.into_iter().find(|belief| belief.person == person("x1")).unwrap().missing
    };
    let [Missing::OneWord { keeper, of }] = &believed(&sharing)[..] else { panic!("{:?}", believed(&sharing)) };
    let named: BTreeSet<_> = of.iter().filter_map(|of| of.operation.clone()).collect();
    assert_eq!((keeper.as_str(), named), ("s1", (0..12).map(|n| name(3 * n)).collect()));
    drop(sharing);

    // The sharing officer says so once more: that confirms nothing. The analyst was told by somebody who was there.
    for (who, lacking) in [("s1", 12), ("a1", 0)] {
        let mut workspace = scene.open(who).unwrap();
        for number in 0..12 {
            let telling = Telling {
                item: None,
                operation: Some(name(3 * number)),
                persons: vec![person("x1")],
                at: day(3 * number),
                channel: None,
                weight: Weight::WHOLE,
                variant: None,
                breach: None,
                words: "as x2 says, who was in the room".to_owned(),
            };
            workspace.tell(&permit(&workspace), telling).unwrap();
        }
        let found = believed(&workspace);
        let lacks = found.iter().map(|missing| if let Missing::OneWord { of, .. } = missing { of.len() } else { 0 });
        assert_eq!(lacks.sum::<usize>(), lacking, "{who}: {found:?}");
        assert!(lacking > 0 || found.is_empty(), "{found:?}");
    }
}
