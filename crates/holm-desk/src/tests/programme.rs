//! The programme, as a browser meets it: sharing with partners, what they can be sent, and before and after a measure.

use axum::http::StatusCode;

use super::World;
use super::roles::{closed, seen_by, staffed};

#[tokio::test(flavor = "multi_thread")]
async fn sharing_is_drawn_and_listed_for_each_partner_in_both_languages() {
    let world = World::with_operations().await;
    let (status, page) = world.page("/programme").await;
    assert_eq!(status, StatusCode::OK);
    assert!(
        page.contains("Sharing with one partner") && page.contains("class=\"broken\"") && page.contains("class=\"kept\""),
        "{page}"
    );
    assert!(page.contains("not that it leaked through them"), "{page}");
    let said = page.split("class=\"became\"").nth(1).unwrap().split("aria-label=\"").nth(1).unwrap().split('"').next().unwrap();
    assert!(said.contains("kept") && said.contains("broken"), "the picture says what it shows: {said}");
    let (_, page) = world.page_in("/programme", "es").await;
    assert!(page.contains("Lo compartido con una contraparte") && page.contains("Filtradas"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_partner_can_be_sent_is_counts_alone_on_paper_and_as_a_file() {
    let world = World::with_operations().await;
    let size = world.desk.office.view().unwrap().size;
    let (status, page) = world.page("/programme/figures?partner=Bureau").await;
    assert_eq!(status, StatusCode::OK);
    let table = page.split("<table").nth(1).unwrap().split("</table>").next().unwrap();
    assert!(!table.contains("brief") && !table.contains("p5") && table.contains("Known to others too"), "{table}");
    let file: serde_json::Value = serde_json::from_slice(&world.file("/programme/figures/file?partner=Bureau").await).unwrap();
    assert_eq!((&file["format"], &file["partner"]), (&"holm-partner-figures/1".into(), &"Bureau".into()));
    assert_eq!(file["entries"], size);
    let (status, page) = world.page("/programme/figures?partner=Nobody").await;
    assert!(status != StatusCode::OK && page.to_lowercase().contains("no agency and no unit"), "{page}");
    let (status, page) = world.page("/programme/figures").await;
    assert!(status != StatusCode::OK && page.contains("Choose the partner"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn before_and_after_are_drawn_and_reading_is_an_entry_first() {
    let world = World::with_operations().await;
    let size = || world.desk.office.view().unwrap().size;
    let before = size();
    let (status, page) = world.page("/programme/effect").await;
    assert_eq!((status, size()), (StatusCode::OK, before), "a form shows nothing of anybody");
    assert!(page.contains("Day of the measure"), "{page}");
    let address = "/programme/effect?measure=2025-01-21&name=the+round&before=60&after=60";
    let (status, page) = world.page(address).await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("Before and after the round of") && page.contains("does not follow"), "{page}");
    assert!(page.contains("What cannot be concluded") && page.contains("Nothing was assigned by chance"), "{page}");
    assert!(page.contains("class=\"interval\"") && page.contains("class=\"stroke\""), "both pictures: {page}");
    assert_eq!(size(), before + 1, "that beliefs were read");
    world.page(address).await;
    assert_eq!(size(), before + 1, "once for each state of the record");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_compared_stands_at_its_field_and_records_nothing() {
    let world = World::with_operations().await;
    let before = world.desk.office.view().unwrap().size;
    for (path, field, said) in [
        ("/programme/effect?measure=soon", "measure", "soon"),
        ("/programme/effect?measure=2999-01-01", "measure", "still to come"),
        ("/programme/effect?measure=1999-01-01", "before", "nothing to compare with"),
        ("/programme/effect?measure=2025-01-21&before=x", "before", "rite a number of days"),
        ("/programme/effect?measure=2025-01-21&unit=Nobody", "unit", "of the unit “Nobody”"),
        ("/programme?partner=Nobody", "partner", "no agency and no unit"),
        ("/programme?since=soon", "since", "soon"),
        ("/programme?since=2026-02-01&until=2026-01-01", "until", "contradictory"),
    ] {
        let (status, page) = world.page(path).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        assert!(
            page.to_lowercase().contains(&said.to_lowercase()) && page.contains(&format!("id=\"{field}-error\"")),
            "{path}: {page}"
        );
    }
    assert_eq!(world.desk.office.view().unwrap().size, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_not_see_it_is_told_nothing_of_it() {
    let mut folder = staffed();
    // Originator, sharing officer, vetting officer, analyst.
    for (who, sharing, effect) in [
        ("p10", StatusCode::FORBIDDEN, StatusCode::FORBIDDEN),
        ("p11", StatusCode::OK, StatusCode::FORBIDDEN),
        ("p12", StatusCode::FORBIDDEN, StatusCode::FORBIDDEN),
        ("p13", StatusCode::OK, StatusCode::OK),
    ] {
        let world = seen_by(folder, who).await;
        for path in ["/programme", "/programme/figures?partner=Bureau", "/programme/figures/file?partner=Bureau"] {
            assert_eq!(world.page(path).await.0, sharing, "{who} {path}");
        }
        assert_eq!(world.page("/programme/effect").await.0, effect, "{who}");
        folder = closed(world);
    }
}
