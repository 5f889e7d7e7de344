//! What happened outside, as an officer records it: operations, tellings, incidents, what they exposed, and what was a mistake.

use holm_record::id::{IncidentName, OperationName};

use super::*;

const ZONE: (&str, &str) = ("zone", "America/Mexico_City");

fn size(world: &World) -> u64 {
    world.desk.office.view().unwrap().size
}

/// A channel, an operation of the past of which three people knew, and an operation to come that the brief tells of.
async fn begun(world: &World) {
    let channel = [("channel", "net-3"), ("sort", "radio-net"), ("unit", "Unit 1"), ("words", "the old net")];
    assert_eq!(to(&world.fields("/record/channel", &channel).await), "/record/channel");
    assert_eq!(to(&world.fields("/record/target", &[("target", "cartel-a"), ("words", "")]).await), "/record/target");
    let past = [
        ("operation", "north-pier"),
        ("sort", "raid"),
        ("at", "2024-03-02T05:00"),
        ("targets", "cartel-a"),
        ("units", "Unit 0"),
        ("units", "Unit 1"),
        ("channels", "net-3"),
        ("told", "p1@2024-02-27T09:00\np2:0.2; p3@2024-03-02T04:00"),
        ("endangers", "the source at the pier"),
        ZONE,
    ];
    assert_eq!(to(&world.fields("/record/operation", &past).await), "/operations/north-pier");
    let coming = [("operation", "south-pier"), ("sort", "raid"), ("at", "2100-01-01T05:00"), ("items", "brief"), ZONE];
    assert_eq!(to(&world.fields("/record/operation", &coming).await), "/operations/south-pier");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_is_recorded_told_of_and_closed_and_the_page_says_who_knew_before_the_window_closed() {
    let world = World::new().await;
    assert!(world.page("/cases").await.1.contains("Nothing has been recorded of what happened outside"));
    begun(&world).await;
    let telling =
        [("operation", "north-pier"), ("persons", "p4; p7"), ("at", "2024-03-01T10:00"), ("channel", "net-3"), ("weight", "0.5")];
    let telling = [&telling[..], &[ZONE]].concat();
    assert_eq!(to(&world.fields("/record/telling", &telling).await), "/operations/north-pier#when");
    let (_, page) = world.page("/operations/north-pier").await;
    assert!(page.contains("what came of it is not recorded") && page.contains("5 people are recorded to have known"), "{page}");
    assert!(page.contains("told by net-3, entry ") && page.contains("before it; when is not known"), "{page}");
    assert!(page.contains("Unit 0, Unit 1") && !page.contains("Before it closed"), "nothing was betrayed yet: {page}");
    let lacking = world.fields("/operations/north-pier/close", &[("outcome", ""), ZONE]).await;
    assert_eq!(lacking.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(text(lacking).await.contains("Choose what came of it."));
    let closing = [("outcome", "confirmed"), ("leak_to", "2024-03-01T20:00"), ("words", "empty <b>house</b>"), ZONE];
    assert_eq!(to(&world.fields("/operations/north-pier/close", &closing).await), "/operations/north-pier");
    let (_, page) = world.page("/operations/north-pier").await;
    assert!(page.contains("<h1>north-pier was betrayed</h1>") && page.contains("empty &#60;b&#62;house"), "{page}");
    assert!(page.contains("Of these, 4 knew before the window closed"), "{page}");
    assert_eq!(page.matches("<tr class=\"after\"").count(), 1, "who was told last could not have betrayed it: {page}");
    assert_eq!(page.matches("class=\"lane late\"").count(), 1, "{page}");
    assert!(page.contains("△ entered late") && page.contains("△ &#60;script&#62;"), "{page}");
    assert!(!page.contains("/operations/north-pier/close"), "it is closed once");
    let again = world.fields("/operations/north-pier/close", &closing).await;
    assert_eq!(again.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let (_, spanish) = world.page_in("/operations/north-pier", "es").await;
    assert!(spanish.contains("<h1>north-pier se filtró</h1>") && spanish.contains("△ asentado tarde"), "{spanish}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_incident_says_who_knew_when_what_it_exposed_and_can_be_withdrawn() {
    let world = World::new().await;
    begun(&world).await;
    let incident = [
        ("incident", "b-12"),
        ("sort", "target-gone"),
        ("certainty", "confirmed"),
        ("operation", "south-pier"),
        ("considered", "a patrol was seen"),
        ZONE,
    ];
    assert_eq!(to(&world.fields("/record/incident", &incident).await), "/cases/b-12");
    let (_, page) = world.page("/cases/b-12").await;
    assert!(page.contains("<h1>b-12: there was a leak</h1>") && page.contains("whoever was sought had gone"), "{page}");
    assert!(page.contains("30 people are recorded to have known") && page.contains("copy p5.1 of brief"), "{page}");
    let (_, list) = world.page("/cases").await;
    assert!(list.contains("<h1>One incident; 2 operations are to come</h1>"), "{list}");
    assert!(list.contains("● confirmed") && list.contains("href=\"/operations/south-pier\""), "{list}");
    let (_, found) = world.page("/cases?q=NORTH").await;
    assert!(found.contains("/operations/north-pier") && !found.contains("href=\"/operations/south-pier\""), "{found}");
    let (_, damage) = world.page("/cases/b-12/damage").await;
    assert!(damage.contains("What b-12 exposed") && damage.contains("Postpone or change one operation"), "{damage}");
    assert!(damage.contains("One of those who are warned may be the leak. Warn each in person"), "{damage}");
    assert!(damage.contains("href=\"/items/brief\"") && damage.contains("TLP:RED") && damage.contains("● in use"), "{damage}");
    let (_, person) = world.page("/people/p2/damage").await;
    assert!(person.contains("What Person 2 could have exposed") && person.contains("the source at the pier"), "{person}");
    assert!(!person.contains("href=\"/people/p2\">Person"), "who leaves is not warned: {person}");
    let entry = world.desk.office.view().unwrap().state.happenings.incidents[&IncidentName::new("b-12").unwrap()].index;
    let other = world.fields("/cases/b-12/withdraw", &[("entry", "0"), ("reason", "a mistake")]).await;
    assert_eq!(other.status(), StatusCode::UNPROCESSABLE_ENTITY, "only its own entry");
    let silent = world.fields("/cases/b-12/withdraw", &[("entry", &entry.to_string()), ("reason", "")]).await;
    assert!(text(silent).await.contains("Say why in one line"));
    let done = world.fields("/cases/b-12/withdraw", &[("entry", &entry.to_string()), ("reason", "another pier")]).await;
    assert_eq!(to(&done), "/cases", "nothing else is known of it");
    assert_eq!(world.page("/cases/b-12").await.0, StatusCode::NOT_FOUND);
    assert!(world.page("/record").await.1.contains("was withdrawn: another pier"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_was_misspelt_is_withdrawn_where_it_is_listed() {
    let world = World::new().await;
    for name in ["rign", "ring"] {
        assert_eq!(to(&world.fields("/record/target", &[("target", name), ("words", "")]).await), "/record/target");
    }
    let fields = [("operation", "pier"), ("sort", "raid"), ("at", "2026-12-01T05:00"), ("zone", "UTC"), ("targets", "ring")];
    world.fields("/record/operation", &fields).await;
    let (_, page) = world.page("/record/target").await;
    let (entry, used) = page.split("name=\"entry\"").nth(1).unwrap().split_once("rign").unwrap();
    assert!(!used.split("</form>").next().unwrap().contains(": ring"), "an operation names it: {page}");
    let entry = entry.rsplit("entry ").next().unwrap().split(':').next().unwrap().to_owned();
    let silent = world.fields("/record/target/withdraw", &[("entry", &entry), ("reason", "")]).await;
    assert_eq!(silent.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(text(silent).await.contains("Say why in one line"));
    let done = world.fields("/record/target/withdraw", &[("entry", &entry), ("reason", "misspelt")]).await;
    assert_eq!(to(&done), "/record/target");
    let (_, page) = world.page("/record/target").await;
    assert!(page.contains("ring") && !page.contains("rign"), "{page}");
    let other = world.fields("/record/operation/withdraw", &[("entry", &entry), ("reason", "x")]).await;
    assert_eq!(other.status(), StatusCode::UNPROCESSABLE_ENTITY, "of an operation on its own page");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_traced_leak_is_an_incident_with_its_verdict() {
    let world = World::new().await;
    world.trace("t1", &[("text", &world.leak())]).await;
    let report = world.done("t1").await;
    let name = world.desk.office.view().unwrap().state.evidence[0].incident.to_string();
    let (_, list) = world.page("/cases").await;
    assert!(list.contains("○ a leak that was traced") && list.contains("◆ named: p5.1") && list.contains(&report), "{list}");
    let (_, page) = world.page(&format!("/cases/{name}")).await;
    assert!(page.contains("is a leak that was traced") && page.contains("One set of evidence is sealed."), "{page}");
    assert!(page.contains(&format!("href=\"{report}\"")) && page.contains("window of the leak"), "{page}");
    let recorded = [("incident", name.as_str()), ("sort", "copy-recovered"), ("certainty", "confirmed"), ZONE];
    assert_eq!(to(&world.fields("/record/incident", &recorded).await), format!("/cases/{name}"), "it bears on what it was");
}

/// A form, what is sent in it, and what is said of that.
type Refusal<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a [&'a str]);

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_recorded_is_said_at_its_field_and_nothing_is() {
    let world = World::new().await;
    begun(&world).await;
    let before = size(&world);
    let cases: [Refusal<'_>; 6] = [
        (
            "/record/operation",
            &[("operation", "x y"), ("told", "p1@yesterday; p99"), ("zone", "Atlantis")],
            &["“x y” is not a name", "“yesterday” is no time", "“Atlantis” is no time zone", "Fill this in."],
        ),
        (
            "/record/operation",
            &[("operation", "north-pier"), ("sort", "raid"), ("at", "2024-03-02T05:00"), ZONE],
            &["is recorded already; operations have names of their own"],
        ),
        (
            "/record/incident",
            &[("incident", "c"), ("sort", "other"), ("certainty", "unknown"), ZONE],
            &["Say what was betrayed: an operation or an item."],
        ),
        (
            "/record/telling",
            &[("operation", "north-pier"), ("persons", "p1; unit:Nobody"), ("weight", "2")],
            &["“unit:Nobody” is no person on the roster", "“2” is no weight"],
        ),
        ("/record/telling", &[("persons", "p1"), ("at", "2100-01-01T05:00"), ("item", "brief"), ZONE], &["is still to come"]),
        (
            "/record/channel",
            &[("channel", "net-3"), ("sort", "phone"), ("words", "<kept>")],
            &["is recorded already", "value=\"&#60;kept&#62;\""],
        ),
    ];
    for (path, fields, said) in cases {
        let refused = world.fields(path, fields).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY, "{path} {fields:?}");
        let page = text(refused).await;
        for said in said {
            assert!(page.contains(said), "{path}: {said}: {page}");
        }
    }
    assert_eq!(world.fields("/record/operation", &[("kind", "raid")]).await.status(), StatusCode::BAD_REQUEST);
    assert_eq!(world.page("/record/nothing").await.0, StatusCode::NOT_FOUND);
    assert_eq!(size(&world), before, "nothing was recorded");
}

#[tokio::test(flavor = "multi_thread")]
async fn past_operations_are_taken_in_whole_or_their_wrong_lines_listed() {
    let world = World::new().await;
    let header = holm::operation::import::HEADER.join(",");
    let good = format!(
        "{header}\na,raid,2024-03-02T05:00,,Unit 1,,,p1@2024-02-28T09:00;p2:0.2,confirmed,,2024-03-02T05:00,empty\nb,raid,2024-04-02T05:00,,,,,,clean,,,\n"
    );
    let before = size(&world);
    let bad = good.replace("p2:0.2", "px").replace("clean", "wet");
    let refused = world.parts("/record/operations", &[("file", Some("past.csv"), bad.as_bytes()), ("zone", None, b"UTC")]).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = text(refused).await;
    assert!(page.contains("2 of 2 operations cannot be used") && page.contains("Line 2: “px” is not on the roster"), "{page}");
    assert!(page.contains("Line 3: “wet” is no outcome"), "{page}");
    let zoneless = world.parts("/record/operations", &[("lines", None, good.as_bytes()), ("zone", None, b"")]).await;
    assert!(text(zoneless).await.contains("does not say of which zone"));
    assert_eq!(size(&world), before);
    let file: [(&str, Option<&str>, &[u8]); 2] =
        [("file", Some("past.csv"), good.as_bytes()), ("zone", None, b"America/Mexico_City")];
    let page = text(world.parts("/record/operations", &file).await).await;
    assert!(page.contains("2 operations were recorded") && page.contains("Of these, 2 are over."), "{page}");
    assert!(page.contains("nobody is recorded to have known of them, so they say nothing about anybody: b<"), "{page}");
    let view = world.desk.office.view().unwrap();
    let a = &view.state.happenings.operations[&OperationName::new("a").unwrap()];
    assert_eq!(a.facts.at.to_string(), "2024-03-02T11:00:00Z", "of the zone that was stated");
    // One of the two is withdrawn, and the other stays.
    let entry = a.index.to_string();
    assert_eq!(to(&world.fields("/operations/a/withdraw", &[("entry", &entry), ("reason", "never was")]).await), "/cases");
    assert_eq!(
        (world.page("/operations/a").await.0, world.page("/operations/b").await.0),
        (StatusCode::NOT_FOUND, StatusCode::OK)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_is_recalled_and_its_holders_are_told_what_is_true_once() {
    let world = World::new().await;
    let telling = [("item", "brief"), ("persons", "p3"), ("words", "")];
    assert_eq!(to(&world.fields("/record/telling", &telling).await), "/items/brief#told");
    let (_, page) = world.page("/items/brief").await;
    assert!(page.contains("Told by word of mouth") && page.contains("Person 3 (p3); told, entry "), "{page}");
    let refused = world.fields("/items/brief/recall", &[("reason", " ")]).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let nothing = world.fields("/items/brief/correction", &[("truth", " "), ("by", "")]).await;
    assert!(text(nothing).await.contains("Write what is true, or name the item that says it"));
    let before = size(&world);
    let look = world.fields("/items/brief/correction", &[("truth", "The gate is the <east> one."), ("by", "")]).await;
    let page = text(look).await;
    assert!(page.contains("The correction of brief goes to 30 people") && page.contains("brief-correction-1 corrects brief"));
    assert!(page.contains("The gate is the &#60;east&#62; one.") && page.contains("Release 30 copies of the correction"));
    assert_eq!(size(&world), before, "a look records nothing");
    let order = [("ticket", "c1"), ("truth", "The gate is the <east> one."), ("by", "")];
    for _ in 0..2 {
        assert_eq!(to(&world.fields("/items/brief/correction/release", &order).await), "/items/brief/correction/c1");
    }
    assert_eq!(world.done_at("/items/brief/correction/c1").await, "/items/brief-correction-1");
    assert_eq!((world.copies_of("brief-correction-1"), world.copies_of("brief-correction-2")), (30, 0), "once");
    assert!(world.file("/items/brief-correction-1/mails").await.starts_with(b"PK"), "its files come as others do");
    assert!(world.page("/items/brief").await.1.contains("● read by 0 of 30"));
    assert_eq!(to(&world.fields("/items/brief/recall", &[("reason", "it was seen outside")]).await), "/items/brief");
    let (_, page) = world.page("/items/brief").await;
    assert!(page.contains("○ recalled: it was seen outside") && !page.contains("/items/brief/recall"), "{page}");
    let entry = world.desk.office.view().unwrap().state.items[&ItemName::new("brief").unwrap()].recalled.clone().unwrap().0;
    let back = world.fields("/items/brief/withdraw", &[("entry", &entry.to_string()), ("reason", "another item")]).await;
    assert_eq!(to(&back), "/items/brief");
    assert!(!world.page("/items/brief").await.1.contains("○ recalled"));
}
