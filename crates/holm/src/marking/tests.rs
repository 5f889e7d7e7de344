use holm_record::event::PersonFacts;

use super::*;
use crate::state::Person;

const LANTERN: &str = r#"
scheme = "lantern"

[[level]]
name = "open"
portion = "L-O"
pass-on = "anyone"
conditions = { en = "Open.", es = "Abierto." }

[[level]]
name = "core"
portion = "L-C"
pass-on = "never"
agencies = ["Bureau"]
roles = ["analyst"]
least-level = 3
two-persons = true
conditions = { en = "Nobody else.", es = "Nadie más." }
"#;

fn schemes() -> Schemes {
    Schemes::with(std::iter::once(Scheme::parse(LANTERN).unwrap()))
}

fn marking(text: &str) -> Marking {
    Marking::parse(text, &schemes()).unwrap().unwrap()
}

fn state(agency: &str, role: &str, level: u8) -> State {
    let facts = PersonFacts {
        name: "Ana".to_owned(),
        agency: agency.to_owned(),
        unit: "U".to_owned(),
        level,
        role: role.to_owned(),
        email: String::new(),
        devices: Vec::new(),
    };
    let person = Person { facts, left: false, lost: Vec::new(), since: 0 };
    State { persons: [(PersonId::new("ana").unwrap(), person)].into(), ..State::default() }
}

#[test]
fn markings_are_read_in_any_order_and_case_and_stand_in_that_of_their_schemes() {
    assert_eq!(marking("orcon, siena h2 // tlp:amber+strict").to_string(), "TLP:AMBER+STRICT//SIENA:H2//ORCON");
    assert_eq!(marking("H2").portion(), "H2");
    assert_eq!(Marking::parse(" // ", &schemes()).unwrap(), None);
    let error = |text: &str| Marking::parse(text, &schemes()).unwrap_err();
    assert!(matches!(error("SECRET"), MarkingError::Unknown(name, known) if name == "SECRET" && known.contains("LANTERN:CORE")));
    assert_eq!(error("TLP:RED//TLP:GREEN"), MarkingError::Twice("TLP:RED".to_owned(), "TLP:GREEN".to_owned()));
}

#[test]
fn what_one_marking_forbids_no_other_allows() {
    assert_eq!(marking("TLP:CLEAR").pass_on(), PassOn::Anyone);
    assert_eq!(marking("TLP:CLEAR//H2").pass_on(), PassOn::Consent);
    assert_eq!(marking("TLP:CLEAR//LANTERN:CORE").pass_on(), PassOn::Never);
    let both = marking("TLP:GREEN//LANTERN:CORE");
    let ana = [PersonId::new("ana").unwrap()];
    both.check(&state("Bureau", "analyst", 3), &ana, true, false).unwrap();
    let why = |state: State| both.check(&state, &ana, true, false).unwrap_err().to_string();
    assert!(
        why(state("Other", "analyst", 3)).contains("`LANTERN:CORE` does not allow `ana` to receive it: it is not for `Other`")
    );
    assert!(why(state("Bureau", "driver", 3)).contains("role `driver`"));
    assert!(why(state("Bureau", "analyst", 2)).contains("rank level 2 is below 3"));
    let alone = both.check(&state("Bureau", "analyst", 3), &ana, false, false);
    assert_eq!(alone, Err(MarkingError::TwoPersons("LANTERN:CORE".to_owned())));
    let unstated = marking("H3").check(&state("Bureau", "analyst", 3), &ana, false, false);
    assert_eq!(unstated, Err(MarkingError::NoConditions("SIENA:H3".to_owned())));
}

#[test]
fn a_recipient_accepts_the_originators_conditions_and_what_each_marking_means() {
    let both = marking("TLP:RED//H1");
    let english = both.conditions(Some("Return it."), None);
    assert_eq!(english.lines().count(), 3);
    assert!(english.starts_with("Return it.\nTLP:RED: for you alone"));
    assert!(both.conditions(None, Some(Language::Es)).starts_with("TLP:RED: solo para usted"));
}

#[test]
fn a_portion_may_be_less_strict_than_the_whole_and_never_more() {
    let text = "One.\n\n(TLP:G) Two.\n\n(TLP:GREEN//H1) Three.\n\n(TLP:R) Four.\n";
    let labelled = |name: &str, upto: &str| marking(name).label(text.split(upto).next().unwrap().as_bytes(), "a.txt");
    let bytes = labelled("TLP:AMBER", "(TLP:GREEN").unwrap().bytes;
    assert_eq!(String::from_utf8(bytes).unwrap(), "TLP:AMBER\n\n(TLP:A) One.\n\n(TLP:G) Two.\n\nTLP:AMBER\n");
    let above = |name: &str, upto: &str| match labelled(name, upto).unwrap_err() {
        LabelError::Marking(MarkingError::Above { paragraph, own, .. }) => (paragraph, own),
        other => panic!("{other}"),
    };
    // A scheme that the whole document lacks is not covered, however strict its other markings are.
    assert_eq!(above("TLP:RED", "(TLP:R)"), (3, "TLP:GREEN//H1".to_owned()));
    assert_eq!(above("TLP:AMBER//H2", "nothing"), (4, "TLP:R".to_owned()));
    labelled("TLP:RED//H2", "nothing").unwrap();
}

#[test]
fn scheme_files_that_do_not_fit_are_refused_with_the_reason() {
    let with = |from: &str, to: &str| Scheme::parse(&LANTERN.replace(from, to)).unwrap_err();
    assert!(matches!(with("\"lantern\"", "\"tlp\""), SchemeError::Own(_)));
    assert!(matches!(with("\"core\"", "\"co re\""), SchemeError::Name(_)));
    assert!(matches!(with("L-C", "L)C"), SchemeError::Name(_)));
    assert!(matches!(with("L-C", "L-O"), SchemeError::Twice(_)));
    assert!(matches!(with("L-C", "H2"), SchemeError::Twice(_)), "portion marks of Holm's own schemes are taken");
    assert!(matches!(with("never", "sometimes"), SchemeError::Syntax(_)));
    assert!(matches!(with("least-level", "least"), SchemeError::Syntax(_)));
    assert!(matches!(Scheme::parse("scheme = \"x\""), Err(SchemeError::Empty)));
    assert!(matches!(Scheme::parse(&"#".repeat(70_000)), Err(SchemeError::Large)));
}
