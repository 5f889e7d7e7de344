//! Draws, authorities, waivers and proceedings by their pages.

use axum::http::StatusCode;
use holm::identity::DeviceKeys;
use holm::vetting::draw::{commit, reveal};
use holm_record::id::PersonId;

use super::{World, text, to};

fn id(text: &str) -> PersonId {
    PersonId::new(text).unwrap()
}

async fn sent_back(world: &World, name: &str, text: &str) -> (StatusCode, String) {
    let answer = world.parts("/vetting/draws/take", &[("files", Some(name), text.as_bytes())]).await;
    (answer.status(), super::text(answer).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draw_is_begun_its_drawers_answer_and_who_is_drawn_is_shown() {
    let world = World::new().await;
    let keys = |person: &str| {
        DeviceKeys::from_file(&std::fs::read(world.folder.path().join(format!("{person}.key"))).unwrap(), None).unwrap()
    };
    let fields = |rates: &'static str, first: &'static str, second: &'static str| {
        [
            ("sort", "urinalysis"),
            ("rates", rates),
            ("first", first),
            ("second", second),
            ("unit", ""),
            ("reveal", "7"),
            ("within", "5"),
        ]
    };
    for (rates, first, second, field, said) in [
        ("a few", "p10", "p11", "rates", "one number from 0 to 100"),
        ("9,8,7,6,5", "p10", "p11", "rates", "is lower than that of a level below"),
        ("10", "p10", "p10", "first", "cannot make this draw"),
        ("10", "", "p11", "first", ""),
    ] {
        let refused = world.fields("/vetting/draws", &fields(rates, first, second)).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let page = text(refused).await;
        assert!(page.contains(&format!("id=\"{field}-error\"")) && page.contains(said), "{said}: {page}");
    }
    let opened = world.fields("/vetting/draws", &fields("40", "p10", "p11")).await;
    assert_eq!(to(&opened), "/vetting/draws");
    let (_, page) = world.page("/vetting/draws").await;
    assert!(page.contains("It waits for the commitment of p10, p11."), "{page}");
    let number = page.split("/vetting/draws/").nth(1).unwrap().split('/').next().unwrap().to_owned();
    let bundle = world.file(&format!("/vetting/draws/{number}/file")).await;
    let mut kept = Vec::new();
    for person in ["p10", "p11"] {
        let (_, note, secret) = commit(&bundle, &id(person), &keys(person)).unwrap();
        let (status, page) = sent_back(&world, "a.commitment", &note).await;
        assert!(status == StatusCode::OK && page.contains(&format!("{person} committed to draw {number}")), "{page}");
        kept.push((person, secret));
    }
    let (status, page) = sent_back(&world, "a.commitment", "nothing").await;
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains("not what comes back of a draw"), "{page}");
    let both = world.file(&format!("/vetting/draws/{number}/file")).await;
    let (early, close) = (reveal(&kept[0].1, &bundle, &keys("p10")), format!("/vetting/draws/{number}/close"));
    assert!(early.is_err(), "not before both stand in the record");
    assert_eq!(world.fields(&close, &[]).await.status(), StatusCode::UNPROCESSABLE_ENTITY);
    for (person, secret) in &kept {
        let (_, revealed) = reveal(secret, &both, &keys(person)).unwrap();
        assert_eq!(sent_back(&world, "a.revealed", &revealed).await.0, StatusCode::OK);
    }
    let (_, page) = world.page("/vetting/draws").await;
    assert!(page.contains("Everything was revealed. Drawn, ") && page.contains("Never drawn"), "{page}");
    let (_, spanish) = world.page_in("/vetting/draws", "es").await;
    assert!(spanish.contains("Se reveló todo. Salieron ") && spanish.contains("toxicológico"), "{spanish}");
    let (_, page) = world.page("/vetting").await;
    assert!(page.contains("◇ due"), "whoever was drawn owes it: {page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn waivers_and_authorities_are_recorded_and_what_is_wrong_stands_at_its_field() {
    let world = World::new().await;
    let order = "authority = \"first\"\r\nbasis = \"art. 16\"\r\nissued_by = \"First Court\"\r\nrequested_by = \"Ruiz\"\r\napproved_by = \"Vega\"\r\n\
                 sorts = [\"bank-review\"]\r\npersons = [\"p2\"]\r\ndata_from = \"2024-01-01\"\r\ndata_until = \"2024-12-31\"\r\n\
                 valid_from = \"2025-02-01\"\r\nvalid_until = \"2025-06-30\"\r\nretain_until = \"2025-12-31\"\r\n";
    for (wrong, said) in [("x", "not a legal authority"), (&order.replace("Vega", "Ruiz"), "requested and approved")] {
        let page = text(world.fields("/vetting/authorities", &[("order", wrong)]).await).await;
        assert!(page.contains("id=\"order-error\"") && page.contains(said), "{said}: {page}");
    }
    assert_eq!(to(&world.fields("/vetting/authorities", &[("order", order)]).await), "/vetting");
    let (_, page) = world.page("/vetting").await;
    assert!(page.contains("first (art. 16): review of accounts of p2, until 2025-06-30. 0 entries are kept"), "{page}");
    let check = [
        ("person", "p2"),
        ("sort", "bank-review"),
        ("on", "2025-03-01"),
        ("result", "passed"),
        ("examiner", ""),
        ("reviewer", ""),
        ("until", ""),
        ("authority", "first"),
        ("words", ""),
    ];
    assert_eq!(to(&world.fields("/vetting", &check).await), "/vetting?person=p2");
    // Its time is over: whoever may destroy is told on the overview.
    let (_, page) = world.page("/").await;
    assert!(page.contains("What was learnt under first is to be destroyed"), "{page}");
    let waiver = |whom: &'static str, last: &'static str, why: &'static str| {
        [("whom", whom), ("waived", "polygraph"), ("last", last), ("why", why)]
    };
    for (whom, last, why, field) in [
        ("nobody", "2020-01-01", "x", "whom"),
        ("p2", "2020-01-01", "x", "last"),
        ("p2", "", "x", "last"),
        ("p2", "2020-01-01", "", "why"),
    ] {
        let page = text(world.fields("/vetting/waivers", &waiver(whom, last, why)).await).await;
        assert!(page.contains(&format!("id=\"{field}-error\"")), "{field}: {page}");
    }
    let soon = holm::vetting::gate::day_of(jiff::Timestamp::now() + jiff::SignedDuration::from_hours(240)).to_string();
    let fields = [("whom", "p2"), ("waived", "polygraph"), ("last", soon.as_str()), ("why", "in hospital")];
    assert_eq!(to(&world.fields("/vetting/waivers", &fields).await), "/vetting");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proceeding_goes_its_way_and_a_dossier_is_recorded_before_it_leaves() {
    let world = World::new().await;
    let leak = world.leak();
    let traced = world.trace("first", &[("text", &leak), ("incident", "raid")]).await;
    assert_eq!(traced.status(), StatusCode::SEE_OTHER);
    world.done("first").await;
    let open = |person: &'static str, words: &'static str| [("person", person), ("incident", "raid"), ("words", words)];
    let page = text(world.fields("/proceedings", &open("nobody", "x")).await).await;
    assert!(page.contains("id=\"person-error\"") && page.contains("is not on the roster"), "{page}");
    let page = text(world.fields("/proceedings", &open("p5", "")).await).await;
    assert!(page.contains("id=\"words-error\""), "{page}");
    assert_eq!(to(&world.fields("/proceedings", &open("p5", "the copy of p5")).await), "/proceedings");
    let (_, page) = world.page("/proceedings").await;
    let number = page.split("/proceedings/").nth(1).unwrap().split('/').next().unwrap().to_owned();
    let path = format!("/proceedings/{number}/step");
    let step = |step: &'static str, by: &'static str| [("step", step), ("on", ""), ("by", by), ("words", "as written")];
    let page = text(world.fields(&path, &step("review", "Vega")).await).await;
    assert!(page.contains("next is notice"), "{page}");
    for (what, by) in [("notice", ""), ("reply", ""), ("review", "Vega"), ("appeal", ""), ("decision", "Ruiz; Soto; Lara")] {
        assert_eq!(to(&world.fields(&path, &step(what, by)).await), "/proceedings", "{what}");
    }
    let close = format!("/proceedings/{number}/close");
    assert_eq!(to(&world.fields(&close, &[("ending", "exonerated"), ("words", "the bag was stolen")]).await), "/proceedings");
    let (_, page) = world.page_in("/proceedings", "es").await;
    assert!(page.contains("Decisión, ") && page.contains("(Ruiz, Soto, Lara)") && page.contains("exonerado"), "{page}");
    let size = |world: &World| world.desk.office.view().unwrap().size;
    let before = size(&world);
    let archive = world.send_body(super::posted("/cases/raid/dossier"), axum::body::Body::empty()).await;
    assert_eq!(archive.status(), StatusCode::OK);
    let bytes = axum::body::to_bytes(archive.into_body(), 1 << 26).await.unwrap();
    assert!(bytes.starts_with(b"PK") && size(&world) > before);
    assert_eq!(world.fields("/cases/nothing/dossier", &[]).await.status(), StatusCode::NOT_FOUND);
    let (_, page) = world.page("/cases/raid").await;
    assert!(page.contains("/cases/raid/dossier"), "{page}");
}
