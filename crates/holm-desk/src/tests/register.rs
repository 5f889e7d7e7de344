//! The rest of the register, as a browser meets it: concerns and what is said to them, checks from a file, exceptions, what checks are worth.

use axum::http::StatusCode;
use holm::vetting::evidence::PROPOSED;
use holm::vetting::import::HEADER;
use holm::vetting::schedule::PROPOSED as SCHEDULE;

use super::{World, text, to};

const PAGE: &str = "/vetting/register";

fn size(world: &World) -> u64 {
    world.desk.office.view().unwrap().size
}

/// Sends a form that is wrong: it is said at a field, and nothing is recorded but that the register was read.
async fn refused(world: &World, path: &str, form: &[(&str, &str)], (field, said): (&str, &str)) {
    world.page(PAGE).await;
    let before = size(world);
    let answer = world.fields(path, form).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{said}");
    let page = text(answer).await;
    assert!(page.contains(&format!("id=\"{field}-error\"")) && page.contains(said), "{said}: {page}");
    assert_eq!(size(world), before, "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_concern_is_recorded_with_its_check_and_answered_later() {
    let world = World::new().await;
    let check = [
        ("person", "p5"),
        ("sort", "financial-disclosure"),
        ("on", "2026-11-01"),
        ("result", "failed"),
        ("examiner", "Ruiz"),
        ("reviewer", "Vega"),
        ("reviewed_on", "2026-11-02"),
        ("custody", "Ruiz, the safe"),
        ("concerns", "F: unexplained cash\r\nB: a cousin abroad"),
        ("details", "form=7"),
    ];
    let wrong =
        |field: &'static str, value: &'static str| check.map(|(name, old)| (name, if name == field { value } else { old }));
    for (form, field, said) in [
        (wrong("concerns", "unexplained cash"), "concerns", "names no guideline"),
        (wrong("details", "form"), "details", "is no detail"),
        (wrong("reviewed_on", "yesterday"), "reviewed_on", "is no day"),
    ] {
        refused(&world, "/vetting", &form, (field, said)).await;
    }
    assert_eq!(to(&world.fields("/vetting", &check).await), "/vetting?person=p5");
    let page = world.page("/vetting?person=p5").await.1;
    for said in
        ["F: unexplained cash.", "Chain of custody: Ruiz, the safe", "Quality control on: 2026-11-02", "form=7", "Reviewer: Vega"]
    {
        assert!(page.contains(said), "{said}: {page}");
    }
    let page = world.page(PAGE).await.1;
    let key = page.split("<option value=\"").find(|part| part.contains("unexplained cash")).unwrap().split('"').next().unwrap();
    let answers = "/vetting/answers";
    let of = ("concern", key);
    refused(&world, answers, &[of], ("explanation", "")).await;
    refused(&world, answers, &[("concern", "x"), ("explanation", "y")], ("concern", "hoose a concern")).await;
    refused(&world, answers, &[of, ("explanation", "y"), ("verified_by", "V")], ("verified_how", "who verified it")).await;
    let answer = [
        of,
        ("mitigation", "repaid"),
        ("explanation", "a sale"),
        ("verified_by", "V"),
        ("verified_how", "saw the deed"),
        ("verified_on", "2026-11-03"),
    ];
    assert_eq!(world.fields(answers, &answer).await.status(), StatusCode::SEE_OTHER);
    let page = world.page("/vetting?person=p5").await.1;
    assert!(
        page.contains("F: unexplained cash. Mitigated: repaid. Explained: a sale. Verified: V, 2026-11-03: saw the deed."),
        "{page}"
    );
    assert!(world.page_in("/vetting?person=p5", "es").await.1.contains("Atenuado: repaid."));
}

#[tokio::test(flavor = "multi_thread")]
async fn checks_come_from_a_file_all_or_none_and_what_they_are_worth_is_laid_down() {
    let world = World::new().await;
    let file = |lines: &str| format!("{}\n{lines}", HEADER.join(","));
    let good = file("p5,polygraph,2026-01-02,passed,Ruiz,Vega,,,,\np6,polygraph,2026-01-02,passed,Ruiz,Vega,,,,\n");
    let bad = file("p5,polygraph,2026-01-02,passed,Ruiz,Vega,,,,\np99,polygraph,soon,passed,Ruiz,Vega,,,,\n");
    world.page(PAGE).await;
    let before = size(&world);
    for (bytes, said) in
        [(bad.as_bytes(), "1 of 2 checks cannot be used"), (b"a,b\n", "the first line must be"), (b"\xff\xfe", "UTF-8")]
    {
        let answer = world.parts("/vetting/checks", &[("file", Some("past.csv"), bytes)]).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{said}");
        let page = text(answer).await;
        assert!(page.to_lowercase().contains(&said.to_lowercase()) && page.contains("id=\"file-error\""), "{said}: {page}");
    }
    assert_eq!(size(&world), before);
    let page = text(world.parts("/vetting/checks", &[("file", Some("past.csv"), good.as_bytes())]).await).await;
    assert!(page.contains("Recorded: 2. Recorded before: 0."), "{page}");
    let page = text(world.parts("/vetting/checks", &[("file", Some("past.csv"), good.as_bytes())]).await).await;
    assert!(page.contains("Recorded: 0. Recorded before: 2."), "{page}");

    refused(&world, "/vetting/accuracy", &[("accuracy", "polygraph = 3")], ("accuracy", "")).await;
    let laid = world.fields("/vetting/accuracy", &[("accuracy", &PROPOSED.replace('\n', "\r\n"))]).await;
    assert_eq!(laid.status(), StatusCode::SEE_OTHER);
    assert_eq!(world.desk.office.view().unwrap().state.vetting.accuracy.as_deref(), Some(PROPOSED));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exception_is_asked_for_here_and_approved_by_others() {
    let world = World::new().await;
    let path = "/vetting/exceptions";
    let form = [("person", "p5"), ("except", ""), ("until", "2026-12-24"), ("reason", "the raid is tonight")];
    let until = holm::vetting::gate::day_of(jiff::Timestamp::now() + jiff::SignedDuration::from_hours(240)).to_string();
    let form = form.map(|(name, value)| (name, if name == "until" { until.as_str() } else { value }));
    refused(&world, path, &form, ("person", "")).await;
    world.fields("/vetting/schedule", &[("schedule", SCHEDULE)]).await;
    refused(
        &world,
        path,
        &form.map(|(name, value)| (name, if name == "person" { "p99" } else { value })),
        ("person", "is not on the roster"),
    )
    .await;
    refused(&world, path, &form.map(|(name, value)| (name, if name == "until" { "2020-01-01" } else { value })), ("until", ""))
        .await;
    let policy = "officer = \"p0\"\n[groups.ours]\nneeded = 1\npersons = [\"p6\"]\n[acts]\nexcept = [\"ours\"]\n";
    world.fields("/record/approvals/policy", &[("policy", policy)]).await;
    refused(&world, path, &form.map(|(name, value)| (name, if name == "reason" { "" } else { value })), ("reason", "")).await;
    let asked = world.fields(path, &form).await;
    assert_eq!(asked.status(), StatusCode::SEE_OTHER);
    let (_, page) = world.page(&to(&asked)).await;
    assert!(page.contains("p5") && page.contains("the raid is tonight"), "{page}");
    assert!(world.desk.office.view().unwrap().state.vetting.exceptions.is_empty(), "nobody has approved it");
}
