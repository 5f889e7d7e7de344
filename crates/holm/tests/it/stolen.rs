//! A1: whoever steals the disk reads no item, no evidence and no name.

use holm::identity::DeviceKeys;
use holm::leak::LeakFile;
use holm::marking::Marking;
use holm::operation::import::parse_operations;
use holm::policy::Action;
use holm::prepare::{MarkOptions, Prepared};
use holm::share::Terms;
use holm::trace::TraceRequest;
use holm::workspace::{InitOptions, Workspace};
use holm_record::event::approval::{Act, Masked};
use holm_record::event::happening::ChannelSort;
use holm_record::id::{ChannelName, ItemName};
use jiff::Timestamp;

const SCHEME: &str = r#"
scheme = "saffron"

[[level]]
name = "only"
portion = "S-O"
pass-on = "consent"
conditions = { en = "Marzipan.", es = "Mazapán." }
"#;

const MINUTES: &str = include_str!("../../../holm-simulate/corpus/en-minutes.md");

fn all_bytes(folder: &std::path::Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        bytes.extend(path.to_string_lossy().bytes());
        if path.is_dir() { bytes.extend(all_bytes(&path)) } else { bytes.extend(std::fs::read(&path).unwrap()) }
    }
    bytes
}

/// What happened outside, and what was asked of those who approve.
fn happened(workspace: &mut Workspace) {
    let now = Timestamp::now();
    let permit = workspace.permit(&Action::Administer, now).unwrap();
    let channel = ChannelName::new("osprey-net").unwrap();
    workspace.add_channel(&permit, channel, ChannelSort::Phone, None, "Brimstone.".to_owned()).unwrap();
    let past = "operation,sort,at,targets,units,channels,items,told,outcome,from,to,words\nnightjar,raid,2026-01-05T04:00Z,,,,,zebulon,clean,,,Vermilion.\n";
    let past = parse_operations(workspace.state(), past, None, now).unwrap();
    workspace.add_operations(&permit, None, past).unwrap();
    let policy = "[groups.harbourmasters]\nneeded = 1\npersons = [\"zebulon\"]\n[acts]\nunmask = [\"harbourmasters\"]\n";
    let policy = workspace.approval_policy(policy).unwrap();
    workspace.set_approvals(&permit, policy).unwrap();
    let act = Act::Unmask { of: Masked::Beliefs, until: now };
    workspace.ask_approval(&permit, act, "Pomegranate.").unwrap();
    workspace.record_reading(&permit, Masked::Beliefs, None).unwrap();
}

#[test]
fn a_stolen_workspace_shows_none_of_its_words() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("workspace");
    let options = InitOptions { passphrase: Some("correct horse".to_owned().into()), ..InitOptions::default() };
    let mut workspace = Workspace::init(&place, &options, Timestamp::now()).unwrap();
    workspace.watch_head(&folder.path().join("heads")).unwrap();
    let keys = DeviceKeys::generate().unwrap();
    let roster = format!(
        "id,name,agency,unit,level,role,email,recipient\nzebulon,Zebulon Quartermaine,Bureau of Lanterns,Umbrella,2,cartographer,zq@lantern.example,{}\n",
        keys.public_line()
    );
    let permit = workspace.permit(&Action::Administer, Timestamp::now()).unwrap();
    workspace.import_roster(&permit, &roster).unwrap();
    let prepared = Prepared::new(MINUTES.as_bytes(), "minutes.md", &MarkOptions::default(), None).unwrap();
    let (item, to) = (ItemName::new("quicksilver-minutes").unwrap(), workspace.state().resolve("all").unwrap());
    let permit = workspace.permit(&Action::Administer, Timestamp::now()).unwrap();
    workspace.import_scheme(&permit, SCHEME).unwrap();
    let terms = Terms {
        name: item.clone(),
        file: "minutes.md".to_owned(),
        marking: Marking::parse("SAFFRON:ONLY", &workspace.schemes()).unwrap(),
        conditions: Some("never-aloud".to_owned()),
        second: None,
        planned: 1,
        review: None,
    };
    let permit = workspace.permit(&Action::Share { item: &item, to: &to, handling: terms.handling() }, Timestamp::now()).unwrap();
    let keyed = workspace.freeze(&permit, &prepared, &terms).unwrap().make_key(&mut workspace, &permit, None).unwrap();
    keyed.seal(&workspace, &to, &|_| {}).unwrap().append(&mut workspace, &permit, &to, None).unwrap();
    let alpha = workspace.alpha();
    let permit = workspace.permit(&Action::Trace { alpha, limit: alpha }, Timestamp::now()).unwrap();
    let files = vec![LeakFile { name: "marmalade-leak.txt".to_owned(), bytes: MINUTES.as_bytes().to_vec() }];
    workspace.trace(&permit, &TraceRequest { files, item: None, alpha, incident: None }, &[], &|_| {}).unwrap();
    happened(&mut workspace);
    drop(workspace);
    // With what this machine notes of the record apart from the folder.
    let stolen = [all_bytes(&place), all_bytes(&folder.path().join("heads"))].concat();
    let shows = |word: &str| stolen.windows(word.len()).any(|w| w.eq_ignore_ascii_case(word.as_bytes()));
    let long_words = MINUTES.split(|c: char| !c.is_ascii_alphabetic()).filter(|w| w.len() > 7).take(200);
    let own = [
        "zebulon",
        "quartermaine",
        "lanterns",
        "umbrella",
        "cartographer",
        "quicksilver",
        "saffron",
        "marzipan",
        "never-aloud",
        "marmalade",
        "osprey",
        "brimstone",
        "nightjar",
        "vermilion",
        "pomegranate",
        "harbourmasters",
        &keys.recipient(),
    ];
    for word in long_words.chain(own.iter().copied().map(|w| -> &str { w })) {
        assert!(!shows(word), "`{word}` can be read in a stolen workspace");
    }
    assert!(shows("record.db"), "the search itself works");
}
