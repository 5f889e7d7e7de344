use holm_record::event::happening::{IncidentFacts, IncidentSort, OperationFacts, Outcome, Window};
use holm_record::id::{IncidentName, OperationName};

use super::*;
use crate::operation::tests::{at, facts, name, told, workspace};
use crate::policy::{Action, Permit};

const ROSTER: &str = "id,name,agency,unit,level,role,email,recipient\n\
    a1,A,Army,Signals,1,officer,,\na2,A,Army,Signals,1,officer,,\na3,A,Army,Staff,1,officer,,\n\
    n1,N,Navy,Fleet,1,officer,,\nh1,H,,Harbour,1,officer,,\n";

fn programme() -> (tempfile::TempDir, Workspace) {
    let (folder, mut workspace) = workspace();
    let permit = permit(&workspace);
    workspace.import_roster(&permit, ROSTER).unwrap();
    (folder, workspace)
}

fn permit(workspace: &Workspace) -> Permit {
    workspace.permit(&Action::Administer, at("2026-06-01T00:00Z")).unwrap()
}

fn operation(of: &str, when: &str, outcome: Option<Outcome>, told_to: &[(&str, &str)]) -> OperationFacts {
    let told = told_to.iter().map(|(person, when)| told(person, Some(when))).collect();
    OperationFacts { told, outcome, ..facts(of, when) }
}

fn incident(of: &str, window: Window, certainty: Outcome) -> IncidentFacts {
    IncidentFacts {
        sort: IncidentSort::TargetGone,
        noticed: at("2026-05-01T00:00Z"),
        window,
        certainty,
        operation: Some(OperationName::new(of).unwrap()),
        item: None,
        variant: None,
        grade: None,
        considered: None,
        words: String::new(),
    }
}

fn of(workspace: &mut Workspace, partner: &str) -> OfPartner {
    let question = SharingQuestion { partner: Some(partner.to_owned()), ..SharingQuestion::default() };
    workspace.sharing(&question, at("2026-06-01T00:00Z")).unwrap().partners.remove(0)
}

#[test]
fn what_became_of_it_is_counted_for_each_partner_who_knew_in_time() {
    let (_folder, mut workspace) = programme();
    let permit = permit(&workspace);
    let window = Window { from: None, to: Some(at("2026-03-05T00:00Z")) };
    let mut betrayed = operation(
        "betrayed",
        "2026-03-10T00:00Z",
        Some(Outcome::Confirmed),
        &[("a1", "2026-03-01T00:00Z"), ("n1", "2026-03-04T00:00Z"), ("h1", "2026-03-06T00:00Z")],
    );
    betrayed.window = Some(window);
    let all = vec![
        betrayed,
        operation("kept", "2026-03-12T00:00Z", Some(Outcome::Clean), &[("a1", "2026-03-11T00:00Z")]),
        operation("alone", "2026-04-12T00:00Z", Some(Outcome::Suspected), &[("a2", "2026-04-11T00:00Z")]),
        operation("to-come", "2026-09-12T00:00Z", None, &[("a3", "2026-04-20T00:00Z")]),
        operation("unclear", "2026-04-13T00:00Z", Some(Outcome::Unknown), &[("a3", "2026-04-12T00:00Z")]),
        operation("others", "2026-04-13T00:00Z", Some(Outcome::Confirmed), &[("n1", "2026-04-12T00:00Z")]),
    ];
    workspace.add_operations(&permit, None, all).unwrap();
    let army = of(&mut workspace, "Army");
    let counts = army.total;
    assert_eq!((counts.operations, counts.items, counts.copies), (5, 0, 0));
    assert_eq!((counts.kept, counts.broken, counts.later, counts.open), (1, 2, 0, 2));
    assert_eq!((counts.confirmed, counts.alone), (1, 1), "one is suspected, and of that nobody else knew");
    let broken: Vec<(&str, usize, usize)> = army.broken.iter().map(|of| (of.name.as_str(), of.others, of.partners)).collect();
    assert_eq!(broken, [("betrayed", 1, 1), ("alone", 0, 0)], "whoever was told after the window is none of the others");
    let harbour = of(&mut workspace, "Harbour");
    assert_eq!((harbour.sort, harbour.total.later, harbour.total.broken), (PartnerSort::Unit, 1, 0));
    assert_eq!(of(&mut workspace, "Navy").total.broken, 2);
    // A unit of an agency by itself: what its people knew, and its agency's other units are others.
    let signals = of(&mut workspace, "Signals");
    assert_eq!((signals.sort, signals.people, signals.total.operations, signals.total.open), (PartnerSort::Unit, 2, 3, 0));
    let all = workspace.sharing(&SharingQuestion::default(), at("2026-06-01T00:00Z")).unwrap();
    let names: Vec<&str> = all.partners.iter().map(|of| of.partner.as_str()).collect();
    assert_eq!(names, ["Army", "Bureau", "Harbour", "Navy"]);
    assert_eq!((all.head.entries, all.head.checkpoint.is_some()), (workspace.size(), true));
}

#[test]
fn an_incident_breaks_what_was_kept_and_a_withdrawn_one_does_not() {
    let (_folder, mut workspace) = programme();
    let permit = permit(&workspace);
    let facts = operation("pier", "2026-03-12T00:00Z", Some(Outcome::Clean), &[("a1", "2026-03-11T00:00Z")]);
    workspace.add_operations(&permit, None, vec![facts]).unwrap();
    assert_eq!(of(&mut workspace, "Army").total.kept, 1);
    let talk = IncidentName::new("talk").unwrap();
    // Nobody can say how sure it is, and still something touches it.
    workspace.record_incident(&permit, talk.clone(), incident("pier", Window::default(), Outcome::Unknown)).unwrap();
    let broken = of(&mut workspace, "Army").total;
    assert_eq!((broken.kept, broken.broken, broken.confirmed), (0, 1, 0));
    let entry = workspace.state().happenings.incidents[&talk].index;
    workspace.withdraw(&permit, entry, &crate::telling::Part::Only, "a mistake").unwrap();
    assert_eq!(of(&mut workspace, "Army").total.kept, 1);
}

#[test]
fn what_came_from_them_and_briefings_fall_into_their_months() {
    let (_folder, mut workspace) = programme();
    let permit = permit(&workspace);
    let mut first = operation("first", "2026-01-15T00:00Z", Some(Outcome::Clean), &[("a1", "2026-01-10T00:00Z")]);
    first.units = vec!["Signals".to_owned(), "Fleet".to_owned()];
    let mut second = operation("second", "2026-08-15T00:00Z", None, &[]);
    second.units = vec!["Staff".to_owned()];
    workspace.add_operations(&permit, None, vec![first, second]).unwrap();
    let telling = holm_record::event::Telling {
        item: None,
        operation: Some(name("second")),
        persons: vec![PersonId::new("a1").unwrap(), PersonId::new("a2").unwrap(), PersonId::new("n1").unwrap()],
        at: at("2026-02-28T23:59Z"),
        channel: None,
        weight: holm_record::event::happening::Weight::WHOLE,
        variant: None,
        breach: None,
        words: String::new(),
    };
    workspace.tell(&permit, telling).unwrap();
    let army = of(&mut workspace, "Army");
    let months: Vec<(String, usize, usize)> =
        army.periods.iter().map(|p| (p.from.to_string(), p.counts.operations, p.counts.briefings)).collect();
    assert_eq!(months[..2], [("2026-01-01".to_owned(), 1, 0), ("2026-02-01".to_owned(), 1, 1)]);
    assert_eq!(
        (army.total.took_part, army.total.reported, army.total.briefings),
        (2, 1, 1),
        "one briefing, however many heard it"
    );
    let navy = of(&mut workspace, "Navy");
    assert_eq!((navy.total.operations, navy.total.took_part, navy.total.kept, navy.total.open), (1, 1, 0, 1));
    let within = SharingQuestion {
        partner: Some("Army".to_owned()),
        since: Some("2026-02-10".parse().unwrap()),
        until: Some("2026-02-28".parse().unwrap()),
    };
    let some = workspace.sharing(&within, at("2026-06-01T00:00Z")).unwrap().partners.remove(0);
    assert_eq!(
        (some.periods.len(), some.periods[0].from, some.periods[0].until.to_string()),
        (1, within.since.unwrap(), "2026-03-01".to_owned())
    );
    assert_eq!((some.total.operations, some.total.briefings, some.total.took_part), (1, 1, 0));
}

#[test]
fn periods_add_up_to_the_whole_and_what_a_partner_is_sent_names_nobody() {
    let (_folder, mut workspace) = programme();
    let permit = permit(&workspace);
    let months = ["01", "02", "03", "04"];
    let facts = months.iter().enumerate().map(|(n, month)| {
        let (at, told) = (format!("2026-{month}-20T00:00Z"), format!("2026-{month}-10T00:00Z"));
        let outcome = if n % 2 == 0 { Outcome::Clean } else { Outcome::Confirmed };
        operation(&format!("secret-{month}"), &at, Some(outcome), &[("a1", &told), ("p7", &told)])
    });
    let facts = facts.collect();
    workspace.add_operations(&permit, None, facts).unwrap();
    let sharing = workspace.sharing(&SharingQuestion::default(), at("2026-06-01T00:00Z")).unwrap();
    let army = &sharing.partners[0];
    assert_eq!(army.periods.iter().map(|p| p.counts.broken).collect::<Vec<_>>(), [0, 1, 0, 1]);
    assert_eq!(army.periods.iter().map(|p| p.counts.kept).sum::<usize>(), army.total.kept);
    let sent = sharing.for_partner(army);
    assert_eq!((sent.total.unwrap().kept, sent.total.unwrap().broken, sent.total.unwrap().shared), (2, 2, 2));
    let json = serde_json::to_value(&sent).unwrap();
    let keys: Vec<&String> = json.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["at", "checkpoint", "entries", "format", "partner", "periods", "says", "total"]);
    for period in json["periods"].as_array().unwrap().iter().chain([&json["total"]]) {
        let counts = period.as_object().unwrap().iter().filter(|(key, _)| !["from", "until"].contains(&key.as_str()));
        counts.for_each(|(key, value)| assert!(value.is_u64(), "{key} is {value}"));
    }
    let said = json["says"].to_string();
    assert!(["secret", "p7", "a1", "Bureau"].iter().all(|hidden| !said.contains(hidden)), "{said}");
    assert_eq!(sent.head, sharing.head);
}

#[test]
fn what_cannot_be_asked_is_said_in_one_line() {
    let (_folder, mut workspace) = programme();
    let question = |partner: Option<&str>, since: Option<&str>, until: Option<&str>| SharingQuestion {
        partner: partner.map(str::to_owned),
        since: since.map(|day| day.parse().unwrap()),
        until: until.map(|day| day.parse().unwrap()),
    };
    let mut refused = |question| workspace.sharing(&question, at("2026-06-01T00:00Z")).unwrap_err().to_string();
    let said = refused(question(Some("Airforce"), None, None));
    assert_eq!(
        said,
        "no agency and no unit of the roster is called `Airforce`; partners are `Army`, `Bureau`, `Harbour`, `Navy`"
    );
    assert!(
        refused(question(None, Some("2026-03-02"), Some("2026-03-01"))).contains("begins on 2026-03-02 and ends on 2026-03-01")
    );
    let nothing = of(&mut workspace, "Navy");
    assert_eq!((nothing.periods.len(), nothing.total.items), (0, 0), "nothing was shared, and that is no error");
}
