//! Warnings of danger to life by their page: sent at once past a schedule that holds everybody back, and reviewed by another member.

use axum::http::StatusCode;

use super::roles::{closed, seen_by, staffed};
use super::{World, text, to};

const SCHEDULE: &str = "[sorts.interview]\nmonths = [12, 12, 12, 12, 12]\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_warning_is_sent_at_once_and_another_member_says_what_it_was() {
    let vetting = seen_by(staffed(), "p12").await;
    vetting.fields("/vetting/schedule", &[("schedule", SCHEDULE)]).await;
    let (_, page) = vetting.page("/vetting").await;
    assert!(page.contains("30 people are sent nothing."), "{page}");
    let sender = seen_by(closed(vetting), "p11").await;
    let send = |persons: &'static str, text: &'static str, reason: &'static str| {
        [("persons", persons), ("text", text), ("reason", reason)]
    };
    for (fields, field, said) in [
        (send("nobody", "Stay away.", "they know"), "persons", "nobody"),
        (send("p3", " ", "they know"), "text", "say what the danger is"),
        (send("p3", "Stay away.", ""), "reason", "why this cannot wait"),
    ] {
        let refused = sender.fields("/warnings", &fields).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY, "{said}");
        let page = text(refused).await;
        assert!(page.contains(&format!("id=\"{field}-error\"")) && page.to_lowercase().contains(said), "{said}: {page}");
    }
    let sent = sender.fields("/warnings", &send("p3; p5", "Stay away.\r\nCall home.", "they know")).await;
    assert_eq!(to(&sent), "/items/warning-1");
    assert!(sender.copies_of("warning-1") > 1);
    let (_, page) = sender.page("/warnings").await;
    assert!(page.contains("One warning waits for a review") && page.contains("Vetting not in force: p3, p5"), "{page}");
    assert!(!page.contains("/warnings/warning-1/review"), "nobody reviews their own");
    // It stands on the overview of whoever can see it, and only another person's word ends that.
    let other = seen_by(closed(sender), "p14").await;
    let waits = |page: String| page.contains("The warning warning-1 waits for another person");
    assert!(waits(other.page("/").await.1));
    let (_, spanish) = other.page_in("/warnings", "es").await;
    assert!(spanish.contains("Un aviso espera revisión") && spanish.contains("/warnings/warning-1/review"), "{spanish}");
    let reviewed = other.fields("/warnings/warning-1/review", &[("words", "no such threat"), ("found", "unjustified")]).await;
    assert_eq!(to(&reviewed), "/warnings");
    let (_, page) = other.page("/warnings").await;
    assert!(page.contains("Not justified (p14, ") && page.contains("no such threat"), "{page}");
    assert!(!waits(other.page("/").await.1));
    let again = other.fields("/warnings/warning-1/review", &[("words", ""), ("found", "justified")]).await;
    let page = text(again).await;
    assert!(page.contains("was reviewed already, by “p14”"), "{page}");
    let none = other.fields("/warnings/brief/review", &[("words", ""), ("found", "justified")]).await;
    assert_eq!(none.status(), StatusCode::NOT_FOUND);
    let _: World = other;
}
