//! Experiments, as a browser meets them: planned, announced, drawn, told, and what was seen entered by somebody who cannot know.

use axum::body::to_bytes;
use axum::http::StatusCode;
use holm::experiment::{Reading, SeedRequest, contribute, note_outcome};
use holm::identity::DeviceKeys;
use holm::policy::Action;
use holm_record::event::happening::OperationFacts;
use holm_record::id::{OperationName, PersonId};
use jiff::Timestamp;

use super::{World, text, to};

const NEED: &str = "experiment = \"barge\"\r\noperation = \"bait\"\r\nat = \"2098-12-30T00:00:00Z\"\r\ncloses = \"2099-01-02T00:00:00Z\"\r\n\
    harm = \"low\"\r\nleast_one_in = 8\r\nsecond = \"p10\"\r\nvariants = [\"at the north pier\", \"at the south pier\"]\r\n\
    [[party]]\r\nwho = [\"p5\", \"p6\", \"p7\", \"p8\"]\r\n";

fn id(text: &str) -> PersonId {
    PersonId::new(text).unwrap()
}

/// With an operation that is still to come.
async fn world() -> World {
    let world = World::with_operations().await;
    let bait = OperationFacts {
        operation: OperationName::new("bait").unwrap(),
        sort: "raid".to_owned(),
        at: "2099-01-01T00:00:00Z".parse().unwrap(),
        targets: Vec::new(),
        units: Vec::new(),
        channels: Vec::new(),
        items: Vec::new(),
        told: Vec::new(),
        endangers: Vec::new(),
        words: String::new(),
        outcome: None,
        window: None,
    };
    let added = world.desk.office.act(|workspace| {
        let permit = workspace.permit(&Action::Administer, Timestamp::now()).unwrap();
        workspace.add_operations(&permit, None, vec![bait])
    });
    added.unwrap().unwrap();
    world
}

async fn whoever_saw_something_signs_it_at_their_own_desk(world: &World, list: &[u8]) {
    assert!(world.page("/inbox").await.1.contains("href=\"/outcomes\""));
    let sent = |list: &[u8], person: &'static str, outcome: &'static str, evidence: &'static [u8]| {
        let list = list.to_vec();
        async move {
            let parts: [(&str, Option<&str>, &[u8]); 4] = [
                ("reading", Some("barge.outcomes"), &list),
                ("person", None, person.as_bytes()),
                ("outcome", None, outcome.as_bytes()),
                ("evidence", Some("i.txt"), evidence),
            ];
            world.parts("/outcomes", &parts).await
        }
    };
    for (list, person, outcome, evidence, field) in [
        (&b"{}"[..], "p5", "1", &b"x"[..], "reading"),
        (list, "p 5", "1", b"x", "person"),
        (list, "p5", "one", b"x", "outcome"),
        (list, "p5", "9", b"x", "outcome"),
        (list, "p5", "1", b"", "evidence"),
    ] {
        let refused = sent(list, person, outcome, evidence).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        assert!(text(refused).await.contains(&format!("id=\"{field}-error\"")), "{field}");
    }
    let signed = sent(list, "p5", "1", b"x").await;
    assert!(signed.headers()["content-disposition"].to_str().unwrap().contains("barge.p5.note"));
    let note = to_bytes(signed.into_body(), 1 << 20).await.unwrap();
    // p5 was told something.
    let refused = text(world.parts("/experiments/barge/see", &[("note", Some("p5.note"), &note)]).await).await;
    assert!(refused.contains("“p5” can see who was told what"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_told_by_lot_and_the_desk_refuses_whoever_could_know_what() {
    let world = world().await;
    let keys = |person: &str| {
        DeviceKeys::from_file(&std::fs::read(world.folder.path().join(format!("{person}.key"))).unwrap(), None).unwrap()
    };
    let (_, page) = world.page("/experiments").await;
    assert!(page.contains("No experiment was announced yet.") && page.contains("least_one_in"), "{page}");
    let planned = text(world.fields("/experiments/plan", &[("need", NEED)]).await).await;
    assert!(
        planned.contains("barge:") && planned.contains("Advice, not proof") && planned.contains("class=\"stroke\""),
        "{planned}"
    );
    let (_, page) = world.page("/experiments").await;
    assert!(page.contains("No experiment was announced yet."), "planning announces nothing");
    assert_eq!(to(&world.fields("/experiments/announce", &[("need", NEED)]).await), "/experiments/barge");
    let (_, page) = world.page("/experiments/barge").await;
    assert!(page.contains("waits for p10 to contribute to its seed") && !page.contains("id=\"sheet\""), "{page}");
    // The second person's desk signs with the key that sits there: this desk's is not the one that p10 has enrolled.
    let asked = world.file("/experiments/barge/for/second").await;
    let own = world.parts("/contributions", &[("request", Some("barge.seed-request"), &asked), ("person", None, b"p10")]).await;
    assert!(own.headers()["content-disposition"].to_str().unwrap().contains("barge.seed"), "{own:?}");
    let posing = to_bytes(own.into_body(), 1 << 20).await.unwrap();
    let posing = world.parts("/experiments/barge/draw", &[("contribution", Some("x.seed"), &posing)]).await;
    assert!(text(posing).await.contains("not signed by the key that “p10” has enrolled"));
    let request: SeedRequest = serde_json::from_slice(&asked).unwrap();
    let answer = serde_json::to_vec(&contribute(&request, &id("p10"), &keys("p10")).unwrap()).unwrap();
    let refused = world.parts("/experiments/barge/draw", &[("contribution", Some("x.seed"), b"nothing")]).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(text(refused).await.contains("id=\"contribution-error\""));
    let drawn = world.parts("/experiments/barge/draw", &[("contribution", Some("x.seed"), &answer)]).await;
    assert_eq!(to(&drawn), "/experiments/barge");
    let (_, page) = world.page("/experiments/barge").await;
    assert!(page.contains("drawn; officer tells people") && page.contains("id=\"sheet\""), "{page}");
    assert_eq!(to(&world.fields("/experiments/barge/tell", &[]).await), "/experiments/barge");
    // The officer tells people, so what was seen comes from outside.
    let own: [(&str, Option<&str>, &[u8]); 2] = [("outcome", None, b"1"), ("evidence", Some("i.txt"), b"intercept")];
    let refused = text(world.parts("/experiments/barge/see", &own).await).await;
    assert!(refused.contains("can see who was told what in experiment “barge”"), "{refused}");
    let nothing = text(world.parts("/experiments/barge/see", &[("outcome", None, b"1")]).await).await;
    assert!(nothing.contains("bring in a signed note"), "{nothing}");
    let list = world.file("/experiments/barge/for/reader").await;
    whoever_saw_something_signs_it_at_their_own_desk(&world, &list).await;
    let reading: Reading = serde_json::from_slice(&list).unwrap();
    let note = note_outcome(&reading, &id("p11"), &keys("p11"), (1, b"intercept")).unwrap();
    let note = serde_json::to_vec(&note).unwrap();
    let seen = world.parts("/experiments/barge/see", &[("note", Some("p11.note"), &note)]).await;
    assert_eq!(to(&seen), "/experiments/barge");
    let (_, page) = world.page("/experiments/barge").await;
    assert!(page.contains(">at the north pier</td><td class=\"number\">1</td>") && !page.contains("id=\"close\""), "{page}");
    assert!(world.page("/cases/barge-1").await.1.contains("at the north pier"), "an incident of the operation");
    let again = text(world.parts("/experiments/barge/see", &[("note", Some("p11.note"), &note)]).await).await;
    assert!(again.contains("This evidence was entered already"), "{again}");
    let (status, page) = world.page("/experiments/results").await;
    assert!(status == StatusCode::OK && page.contains("Nobody is named") && page.contains("0 over, 1 running"), "{page}");
    let (_, page) = world.page_in("/experiments/barge", "es").await;
    assert!(page.contains("Lo que se vio") && page.contains("corre"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_need_that_cannot_be_announced_says_why_and_one_that_waits_can_be_taken_back() {
    let world = world().await;
    let (_, page) = world.page("/experiments/results").await;
    assert!(page.contains("No experiment was announced yet"), "{page}");
    let before = world.desk.office.view().unwrap().size;
    for (from, with, said) in [
        ("\"low\"", "\"lethal\"", "somebody could die"),
        ("\"p10\"", "\"p77\"", "not on the roster"),
        ("2099-01-02", "2098-01-02", "before the operation begins"),
        ("\"p5\", \"p6\", \"p7\", \"p8\"", "\"p5\"", "an experiment needs two"),
        ("\"bait\"", "\"none\"", "no operation is named"),
    ] {
        let answer = world.fields("/experiments/announce", &[("need", &NEED.replace(from, with))]).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{said}");
        let page = text(answer).await;
        assert!(page.contains(said) && page.contains("id=\"need-error\""), "{said}: {page}");
    }
    // That beliefs were read is an entry of its own, once.
    assert!(world.desk.office.view().unwrap().size <= before + 1);
    world.fields("/experiments/announce", &[("need", NEED)]).await;
    let refused = text(world.fields("/experiments/barge/abandon", &[("reason", "")]).await).await;
    assert!(refused.contains("id=\"reason-error\""), "{refused}");
    assert_eq!(to(&world.fields("/experiments/barge/abandon", &[("reason", "p10 is ill")]).await), "/experiments/barge");
    assert!(world.page("/experiments").await.1.contains("taken back: p10 is ill"));
    assert_eq!(world.page("/experiments/none").await.0, StatusCode::NOT_FOUND);
    assert_eq!(world.page("/experiments/barge/for/nobody").await.0, StatusCode::NOT_FOUND);
}
