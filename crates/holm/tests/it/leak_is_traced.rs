//! The product as a story: an officer shares a document, somebody leaks it, Holm names the copy.

use holm::identity::DeviceKeys;
use holm::leak::LeakFile;
use holm::policy::Action;
use holm::prepare::{MarkOptions, Prepared};
use holm::report::Verdict;
use holm::share::Terms;
use holm::slip::Slip;
use holm::trace::TraceRequest;
use holm::workspace::{InitOptions, Workspace};
use holm_record::id::{ItemName, PersonId};
use jiff::Timestamp;

const MINUTES: &str = include_str!("../../../holm-simulate/corpus/en-minutes.md");

#[test]
fn a_leaked_copy_is_named_and_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let now = || Timestamp::now();

    // An officer opens a workspace and enrols five people, each with a key of their own.
    let mut workspace =
        Workspace::init(&folder.path().join("workspace"), &InitOptions { alpha: Some(1e-5), ..InitOptions::default() }, now())
            .unwrap();
    let keys: Vec<DeviceKeys> = (0..5).map(|_| DeviceKeys::generate().unwrap()).collect();
    let line = |i: usize| format!("p{i},Person {i},Bureau,Unit,2,officer,p{i}@x.example,{}\n", keys[i].public_line());
    let roster = (0..5).map(line).fold("id,name,agency,unit,level,role,email,recipient\n".to_owned(), |r, l| r + &l);
    let permit = workspace.permit(&Action::Administer, now()).unwrap();
    workspace.import_roster(&permit, &roster).unwrap();

    // The document's marks are found; what they can prove is known before anything leaves.
    let prepared = Prepared::new(MINUTES.as_bytes(), "minutes.md", &MarkOptions::default(), None).unwrap();
    let power = prepared.power(5, workspace.alpha(), workspace.largest_coalition());
    assert!(power.needed.is_some_and(|n| n < power.marks));

    // Authorise, freeze the manifest, make the key, seal, append; only then does anything leave.
    let item = ItemName::new("minutes").unwrap();
    let everybody: Vec<PersonId> = workspace.state().resolve("all").unwrap();
    let terms = Terms {
        name: item.clone(),
        file: "minutes.md".to_owned(),
        marking: None,
        conditions: None,
        second: None,
        planned: 5,
        review: None,
    };
    let permit = workspace.permit(&Action::Share { item: &item, to: &everybody, handling: terms.handling() }, now()).unwrap();
    let frozen = workspace.freeze(&permit, &prepared, &terms).unwrap();
    let keyed = frozen.make_key(&mut workspace, &permit, None).unwrap();
    let sealed = keyed.seal(&workspace, &everybody, &|_| {}).unwrap();
    let (released, _) = sealed.append(&mut workspace, &permit, &everybody, None).unwrap();
    let out = folder.path().join("out");
    released.deliver(&mut workspace, &out).unwrap();

    // A recipient checks the slip, opens the copy, and passes it on in capitals.
    let slip = Slip::parse(&std::fs::read_to_string(out.join("p3.md.holm")).unwrap()).unwrap();
    let copy = holm::receipt::open_copy(&std::fs::read(out.join("p3.md.age")).unwrap(), &slip, &keys[3], now()).unwrap();
    let leak = String::from_utf8(copy.bytes).unwrap().to_uppercase();

    // The leak comes back and is traced.
    let alpha = workspace.alpha();
    let permit = workspace.permit(&Action::Trace { alpha, limit: alpha }, now()).unwrap();
    let files = vec![LeakFile { name: "leak.txt".to_owned(), bytes: leak.into_bytes() }];
    let reports = workspace.trace(&permit, &TraceRequest { files, item: None, alpha, incident: None }, &[], &|_| {}).unwrap();
    assert_eq!(reports[0].verdict, Verdict::Named);
    let named: Vec<&str> = reports[0].copies.iter().filter(|c| c.named).map(|c| c.copy.as_str()).collect();
    assert_eq!(named, ["p3.1"]);
    assert!(workspace.verify().unwrap().holds());
}
