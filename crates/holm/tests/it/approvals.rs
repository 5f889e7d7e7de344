//! What is never one person's: whichever way it is tried, one approver is not enough, and an approval is used once.

use std::sync::{Barrier, Mutex};
use std::thread;

use holm::approval::bundle::{Approval, ApprovalError, open_request};
use holm::approval::policy::PolicyError;
use holm::approval::{NotApproved, Standing};
use holm::destruction::DestructionError;
use holm::identity::DeviceKeys;
use holm::marking::Marking;
use holm::operation::import::parse_operations;
use holm::policy::{Action, Permit};
use holm::prepare::{MarkOptions, Prepared};
use holm::share::{ShareError, Terms};
use holm::workspace::{InitOptions, Workspace, WorkspaceError};
use holm_record::event::approval::{Act, Masked};
use holm_record::id::{ItemName, PersonId};
use jiff::{SignedDuration, Timestamp};

const POLICY: &str = r#"
officer = "h01"
[groups.harbour]
needed = 2
persons = ["p1", "p2", "p3"]
[groups.ministry]
needed = 1
persons = ["m1"]
[acts]
unmask = ["harbour", "ministry"]
accuse = ["harbour"]
destroy = ["ministry"]
release = ["harbour", "ministry"]
"#;
const MINUTES: &str = include_str!("../../../holm-simulate/corpus/en-minutes.md");

/// A workspace with a policy, and the keys of its persons.
struct Scene {
    _folder: tempfile::TempDir,
    workspace: Workspace,
    keys: Vec<(PersonId, DeviceKeys)>,
}

fn person(id: &str) -> PersonId {
    PersonId::new(id).unwrap()
}

fn permit(workspace: &Workspace) -> Permit {
    workspace.permit(&Action::Administer, Timestamp::now()).unwrap()
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut workspace = Workspace::init(&folder.path().join("workspace"), &InitOptions::default(), Timestamp::now()).unwrap();
        let ids = ["h01", "p1", "p2", "p3", "m1", "x1"];
        let keys: Vec<_> = ids.iter().map(|id| (person(id), DeviceKeys::generate().unwrap())).collect();
        let line = |(id, keys): &(PersonId, DeviceKeys)| format!("{id},{id},A,U,2,r,,{}\n", keys.public_line());
        let roster = keys.iter().map(line).collect::<String>();
        let permit = permit(&workspace);
        workspace.import_roster(&permit, &format!("id,name,agency,unit,level,role,email,recipient\n{roster}")).unwrap();
        let policy = workspace.approval_policy(POLICY).unwrap();
        workspace.set_approvals(&permit, policy).unwrap();
        Self { _folder: folder, workspace, keys }
    }

    fn keys(&self, id: &str) -> &DeviceKeys {
        self.keys.iter().find(|(p, _)| p.as_str() == id).map(|(_, keys)| keys).unwrap()
    }

    fn unmasking() -> Act {
        Act::Unmask { of: Masked::Beliefs, until: Timestamp::now() + SignedDuration::from_hours(24) }
    }

    fn ask(&mut self, act: Act) -> u64 {
        let permit = permit(&self.workspace);
        self.workspace.ask_approval(&permit, act, "a leak from the harbour").unwrap()
    }

    /// What somebody says to a request, signed with `by`'s key.
    fn note(&mut self, number: u64, id: &str, by: &str, approved: bool) -> String {
        let sealed = self.workspace.approval_bundle(number).unwrap();
        // Whoever is not asked cannot even read it, and forges with what an approver read.
        let reader = if self.keys(by).signer().is_some() && ["p1", "p2", "p3", "m1"].contains(&by) { by } else { "m1" };
        let opened = open_request(&sealed, self.keys(reader)).unwrap();
        let approval = Approval { approved, person: person(id), at: Timestamp::now(), reason: None };
        approval.sign(&opened, self.keys(by)).unwrap()
    }

    fn take(&mut self, note: &str) -> Result<(u64, PersonId, bool), ApprovalError> {
        let permit = permit(&self.workspace);
        self.workspace.import_approval(&permit, note)
    }

    fn approve(&mut self, number: u64, id: &str) {
        let note = self.note(number, id, id, true);
        self.take(&note).unwrap();
    }

    fn done(&mut self, number: u64) -> Result<(), ApprovalError> {
        let permit = permit(&self.workspace);
        self.workspace.use_approval(&permit, number)
    }

    fn standing(&self, number: u64) -> Standing {
        let approvals = &self.workspace.state().approvals;
        approvals.requests[&number].standing(approvals.policy.as_ref().unwrap())
    }
}

fn waits(result: &Result<(), ApprovalError>) -> bool {
    matches!(result, Err(ApprovalError::Workspace(WorkspaceError::NotApproved(_))))
}

#[test]
fn an_act_needs_enough_of_every_group_and_is_done_once() {
    let mut scene = Scene::new();
    let number = scene.ask(Scene::unmasking());
    assert!(scene.workspace.mask(&Masked::Beliefs, Timestamp::now()).is_on());
    for id in ["p1", "m1"] {
        assert!(waits(&scene.done(number)), "before {id}");
        scene.approve(number, id);
    }
    let error = scene.done(number).unwrap_err().to_string();
    assert_eq!(error, format!("request {number} for this waits for 1 more of harbour; nothing was done"));
    scene.approve(number, "p3");
    assert_eq!(scene.standing(number), Standing::Approved);
    scene.done(number).unwrap();
    assert!(!scene.workspace.mask(&Masked::Beliefs, Timestamp::now()).is_on());
    let later = Timestamp::now() + SignedDuration::from_hours(25);
    assert!(scene.workspace.mask(&Masked::Beliefs, later).is_on(), "it ends when it was to end");
    assert!(waits(&scene.done(number)), "once");
    let note = scene.note(number, "p2", "p2", true);
    assert!(matches!(scene.take(&note), Err(ApprovalError::Ended(n)) if n == number));
}

#[test]
fn a_refusal_ends_a_request() {
    let mut scene = Scene::new();
    let number = scene.ask(Scene::unmasking());
    let note = scene.note(number, "p1", "p1", false);
    scene.take(&note).unwrap();
    assert_eq!(scene.standing(number), Standing::Refused);
    let note = scene.note(number, "p2", "p2", true);
    assert!(matches!(scene.take(&note), Err(ApprovalError::Ended(_))));
    assert!(waits(&scene.done(number)));
}

#[test]
fn nobody_approves_for_another_or_twice_or_unasked() {
    let mut scene = Scene::new();
    let number = scene.ask(Scene::unmasking());
    let other = scene.ask(Scene::unmasking());
    // (who it says, whose key signs)
    for (id, by) in [("p2", "p1"), ("p1", "x1"), ("m1", "p1")] {
        let note = scene.note(number, id, by, true);
        assert!(matches!(scene.take(&note), Err(ApprovalError::NotBy(_))), "{by} as {id}");
    }
    for (id, by) in [("x1", "x1"), ("h01", "h01")] {
        let note = scene.note(number, id, by, true);
        assert!(matches!(scene.take(&note), Err(ApprovalError::NotAsked(_))), "{by} as {id}");
    }
    let note = scene.note(number, "p1", "p1", true);
    let moved = note.replace(&format!("request {number}\n"), &format!("request {other}\n"));
    assert!(matches!(scene.take(&moved), Err(ApprovalError::NotBy(_))), "its signature is of another text");
    scene.take(&note).unwrap();
    assert!(matches!(scene.take(&note), Err(ApprovalError::Again(..))));
    let again = scene.note(number, "p1", "p1", true);
    assert!(matches!(scene.take(&again), Err(ApprovalError::Again(..))));
    assert_eq!(scene.workspace.state().approvals.requests[&number].answers.len(), 1);
    assert!(scene.workspace.state().approvals.requests[&other].answers.is_empty());
}

/// An approval of one workspace's request says nothing in another, whose requests have the same numbers.
#[test]
fn an_approval_is_of_one_record() {
    let (mut one, mut other) = (Scene::new(), Scene::new());
    let act = Scene::unmasking();
    let (number, same) = (one.ask(act.clone()), other.ask(act));
    assert_eq!(number, same);
    let note = one.note(number, "p1", "p1", true);
    assert!(matches!(other.take(&note), Err(ApprovalError::Other("record"))));
}

#[test]
fn whoever_changes_the_roster_adds_no_approver() {
    let mut scene = Scene::new();
    let number = scene.ask(Scene::unmasking());
    // The officer enrols a device of his own making as p2's.
    let planted = DeviceKeys::generate().unwrap();
    let roster = format!("id,name,agency,unit,level,role,email,recipient\np2,p2,A,U,2,r,,{}\n", planted.public_line());
    let permit = permit(&scene.workspace);
    scene.workspace.import_roster(&permit, &roster).unwrap();
    let sealed = scene.workspace.approval_bundle(number).unwrap();
    let opened = open_request(&sealed, &planted).unwrap();
    let approval = Approval { approved: true, person: person("p2"), at: Timestamp::now(), reason: None };
    let note = approval.sign(&opened, &planted).unwrap();
    assert!(matches!(scene.take(&note), Err(ApprovalError::NotBy(_))));
    // And another policy that would name it needs everybody of the one in force.
    let policy = scene.workspace.approval_policy(POLICY).unwrap();
    let set = scene.workspace.set_approvals(&permit, policy.clone());
    assert!(matches!(set, Err(WorkspaceError::NotApproved(NotApproved::NotAsked { .. }))));
    let number = scene.ask(Act::Policy { policy });
    scene.approve(number, "p1");
    scene.approve(number, "p3");
    assert!(waits(&scene.done(number)), "the ministry did not approve");
    scene.approve(number, "m1");
    scene.done(number).unwrap();
}

#[test]
fn a_policy_that_one_person_could_meet_is_refused() {
    let scene = Scene::new();
    let refused = |text: &str| scene.workspace.approval_policy(text).unwrap_err();
    let group = |persons: &str| format!("officer = \"h01\"\n[groups.a]\nneeded = 1\npersons = [{persons}]\n");
    assert!(matches!(refused("[groups"), PolicyError::Malformed(_)));
    assert!(matches!(refused("officer = \"h01\""), PolicyError::Empty));
    assert!(matches!(refused(&group("")), PolicyError::Needed { .. }));
    assert!(matches!(refused(&group("\"h01\"")), PolicyError::OwnOfficer(_)));
    assert!(matches!(refused(&group("\"nobody\"")), PolicyError::Unfit(_)));
    assert!(matches!(refused(&group("\"p1\", \"p1\"")), PolicyError::Twice(_)));
    let two = group("\"p1\"") + "[groups.b]\nneeded = 1\npersons = [\"p1\"]\n";
    assert!(matches!(refused(&two), PolicyError::Twice(_)));
    assert!(matches!(refused(&(group("\"p1\"") + "[acts]\nunmask = [\"c\"]\n")), PolicyError::NoGroup { .. }));
    assert!(matches!(refused(&(group("\"p1\"") + "[acts]\npolicy = [\"a\"]\n")), PolicyError::OfItself));
}

/// One thousand races: threads that import, and two programs that hold the same record, whose lock was lost.
#[test]
fn in_a_thousand_races_one_approver_is_never_enough_and_nothing_is_done_twice() {
    const THREADS: usize = 3;
    const RACES: usize = 1000;
    let mut scene = Scene::new();
    for race in 0..RACES {
        // A long record is slow to open anew; each hundredth race begins another.
        if race % 100 == 0 {
            scene = Scene::new();
        }
        let number = scene.ask(Scene::unmasking());
        let enough = race % 2 == 0;
        let ids: &[&str] = if enough { &["p1", "p2", "m1"] } else { &["p1", "m1"] };
        let notes: Vec<String> = ids.iter().map(|id| scene.note(number, id, id, true)).collect();
        let (taken, done) =
            if race % 10 == 9 { two_programs(&mut scene, number, &notes) } else { threads(&mut scene, number, &notes, THREADS) };
        assert_eq!(done, usize::from(enough), "race {race}");
        assert_eq!(taken, ids.len(), "race {race}: each approval counts once");
        let request = &scene.workspace.state().approvals.requests[&number];
        assert_eq!((request.answers.len(), request.used.is_some()), (ids.len(), enough), "race {race}");
    }
    assert!(scene.workspace.verify().unwrap().holds());
}

/// Every thread imports every note and tries the act, all at once.
fn threads(scene: &mut Scene, number: u64, notes: &[String], threads: usize) -> (usize, usize) {
    let (barrier, workspace) = (Barrier::new(threads), Mutex::new(&mut scene.workspace));
    let one = |skip: usize| {
        barrier.wait();
        let mut counted = (0, 0);
        for note in notes.iter().cycle().skip(skip).take(notes.len()) {
            let mut held = workspace.lock().unwrap();
            let permit = permit(&held);
            counted.0 += usize::from(held.import_approval(&permit, note).is_ok());
            drop(held);
            let mut held = workspace.lock().unwrap();
            counted.1 += usize::from(held.use_approval(&permit, number).is_ok());
        }
        counted
    };
    let one = &one;
    thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|skip| scope.spawn(move || one(skip))).collect();
        running.into_iter().map(|t| t.join().unwrap()).fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
    })
}

/// Two programs, both of which believe that they alone hold the workspace: the record's head lets one of them through.
fn two_programs(scene: &mut Scene, number: u64, notes: &[String]) -> (usize, usize) {
    let taken = notes.iter().filter(|note| scene.take(note).is_ok()).count();
    let folder = scene.workspace.folder().to_owned();
    std::fs::remove_file(folder.join("lock")).unwrap();
    let mut second = Workspace::open(&folder, None, None).unwrap();
    let barrier = Barrier::new(2);
    let act = |workspace: &mut Workspace| {
        barrier.wait();
        let permit = permit(workspace);
        workspace.use_approval(&permit, number).is_ok()
    };
    let done = thread::scope(|scope| {
        let one = scope.spawn(|| act(&mut scene.workspace));
        let other = act(&mut second);
        usize::from(one.join().unwrap()) + usize::from(other)
    });
    drop(second);
    std::fs::remove_file(folder.join("lock")).unwrap();
    scene.workspace = Workspace::open(&folder, None, None).unwrap();
    (taken, done)
}

#[test]
fn a_marking_for_two_persons_goes_to_nobody_without_approval() {
    let mut scene = Scene::new();
    let workspace = &mut scene.workspace;
    let scheme = "scheme = \"saffron\"\n[[level]]\nname = \"only\"\nportion = \"S-O\"\npass-on = \"consent\"\ntwo-persons = true\nconditions = { en = \"x\", es = \"x\" }\n";
    let admin = permit(workspace);
    workspace.import_scheme(&admin, scheme).unwrap();
    let prepared = Prepared::new(MINUTES.as_bytes(), "minutes.md", &MarkOptions::default(), None).unwrap();
    let item = ItemName::new("minutes").unwrap();
    let to = vec![person("p1"), person("x1")];
    let terms = Terms {
        name: item.clone(),
        file: "minutes.md".to_owned(),
        marking: Marking::parse("SAFFRON:ONLY", &workspace.schemes()).unwrap(),
        conditions: None,
        second: Some(person("x1")),
        planned: 2,
        review: None,
    };
    let share = Action::Share { item: &item, to: &to, handling: terms.handling() };
    let sharing = workspace.permit(&share, Timestamp::now()).unwrap();
    let contribution = {
        let frozen = workspace.freeze(&sharing, &prepared, &terms).unwrap();
        let keys = scene.keys.iter().find(|(p, _)| p.as_str() == "x1").map(|(_, k)| k).unwrap();
        holm::contribution::Contribution::make(&frozen.request(workspace), &person("x1"), keys).unwrap()
    };
    let release = |workspace: &mut Workspace, to: &[PersonId]| -> Result<(), ShareError> {
        let frozen = workspace.freeze(&sharing, &prepared, &terms)?;
        let keyed = frozen.make_key(workspace, &sharing, Some(&contribution))?;
        keyed.seal(workspace, to, &|_| {})?.append(workspace, &sharing, to, None).map(drop)
    };
    let refused = |result: Result<(), ShareError>| {
        assert!(matches!(result, Err(ShareError::Workspace(WorkspaceError::NotApproved(_)))), "{result:?}");
    };
    refused(release(workspace, &to));
    let act = workspace.release_to_approve(&item, vec![person("p1")]).unwrap();
    assert!(matches!(&act, Act::Release { marking: Some(m), .. } if m == "SAFFRON:ONLY"), "{act:?}");
    let number = scene.ask(act);
    let sealed = scene.workspace.approval_bundle(number).unwrap();
    let shown = open_request(&sealed, scene.keys("p2")).unwrap();
    assert_eq!(shown.text, Some(("minutes.md".to_owned(), MINUTES.as_bytes().to_vec())), "the text that is approved is shown");
    ["p1", "p2", "m1"].iter().for_each(|id| scene.approve(number, id));
    let workspace = &mut scene.workspace;
    refused(release(workspace, &to));
    release(workspace, &to[..1]).unwrap();
    assert_eq!(workspace.state().items[&item].disclosures.len(), 1);
    // The scheme forgets that two persons are needed; the policy does not.
    let kept = scheme.replace("two-persons = true\n", "");
    let gone = kept.replace("\"only\"", "\"other\"");
    for weaker in [kept, gone] {
        workspace.import_scheme(&admin, &weaker).unwrap();
        let further = workspace.reopen(&item, MINUTES.as_bytes(), &[]).unwrap();
        let sealed = further.seal(workspace, &to[1..], &|_| {}).unwrap();
        refused(sealed.append(workspace, &sharing, &to[1..], None).map(drop));
    }
}

#[test]
fn what_was_destroyed_is_gone_and_every_proof_still_holds() {
    let mut scene = Scene::new();
    let admin = permit(&scene.workspace);
    let told = scene.workspace.size();
    let past = "operation,sort,at,targets,units,channels,items,told,outcome,from,to,words\nnightjar,raid,2026-01-05T04:00Z,,,,,,clean,,,\n";
    let past = parse_operations(scene.workspace.state(), past, None, Timestamp::now()).unwrap();
    scene.workspace.add_operations(&admin, None, past).unwrap();
    let needed = scene.workspace.destroy(&admin, vec![0], vec![], "Act 12 §3", "court order");
    assert!(matches!(needed, Err(WorkspaceError::Destruction(DestructionError::Needed(0, "workspace-created")))));
    let alone = scene.workspace.destroy(&admin, vec![told], vec![], "Act 12 §3", "court order");
    assert!(matches!(alone, Err(WorkspaceError::NotApproved(_))), "{alone:?}");
    let asked = Act::Destroy { entries: vec![0], objects: vec![], authority: "Act 12 §3".to_owned() };
    let asked = scene.workspace.ask_approval(&admin, asked, "court order");
    assert!(asked.is_err(), "what may not go is not even asked for");
    let number = scene.ask(Act::Destroy { entries: vec![told], objects: vec![], authority: "Act 12 §3".to_owned() });
    scene.approve(number, "m1");
    scene.done(number).unwrap();
    let report = scene.workspace.verify().unwrap();
    assert!(report.holds(), "{:?}", report.findings);
    assert_eq!(report.record.destroyed, 1);
    assert!(scene.workspace.entries().unwrap()[usize::try_from(told).unwrap()].is_none());
    let folder = scene.workspace.folder().to_owned();
    drop(scene.workspace);
    let mut again = Workspace::open(&folder, None, None).unwrap();
    assert!(again.verify().unwrap().holds());
    // A body that somebody removes by himself is found, and the workspace does not open.
    drop(again);
    let store = rusqlite::Connection::open(folder.join("record.db")).unwrap();
    assert_eq!(store.execute("UPDATE entry SET sealed = NULL WHERE seq = ?1", [i64::try_from(told - 1).unwrap()]).unwrap(), 1);
    drop(store);
    assert!(Workspace::open(&folder, None, None).is_err());
    let report = Workspace::examine(&folder, None, None, &[]).unwrap();
    let said = format!("entry {}: its body was removed, and no entry says that it was destroyed", told - 1);
    assert!(report.findings.contains(&said), "{:?}", report.findings);
}
