//! The register's page: a schedule laid down, checks recorded, and what is wrong at its field.

use axum::http::StatusCode;
use holm::vetting::schedule::PROPOSED;

use super::{World, text, to};

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_is_laid_down_checks_are_recorded_and_what_waits_is_listed() {
    let world = World::new().await;
    let (status, page) = world.page("/vetting").await;
    assert_eq!(status, StatusCode::OK);
    assert!(
        !page.contains("No check is due")
            && page.contains("No schedule says which checks are asked for")
            && page.contains("A proposal"),
        "{page}"
    );
    // As a browser sends it.
    let proposed = PROPOSED.replace('\n', "\r\n");
    let laid = world.fields("/vetting/schedule", &[("schedule", &proposed)]).await;
    assert_eq!((laid.status(), to(&laid)), (StatusCode::SEE_OTHER, "/vetting".to_owned()));
    let (_, page) = world.page("/vetting").await;
    assert!(page.contains("240 checks wait"), "eight sorts of thirty people, all missing: {page}");
    assert!(page.contains("1 to 100 of 240") && page.contains("Unit 1"), "{page}");

    let check = |on: &'static str, person: &'static str| {
        [
            ("person", person),
            ("sort", "polygraph"),
            ("on", on),
            ("result", "passed"),
            ("examiner", "Ruiz"),
            ("reviewer", "Vega"),
            ("until", ""),
            ("authority", ""),
            ("words", ""),
        ]
    };
    let recorded = world.fields("/vetting", &check("2026-11-01", "p5")).await;
    assert_eq!(to(&recorded), "/vetting?person=p5");
    let (_, page) = world.page("/vetting?person=p5").await;
    assert!(page.contains("● in force") && page.contains("● passed") && page.contains("Ruiz"), "{page}");
    let (_, spanish) = world.page_in("/vetting?person=p5", "es").await;
    assert!(spanish.contains("● vigente") && spanish.contains("polígrafo"), "{spanish}");

    // What is wrong stands at its field, and what was typed is kept.
    for (on, person, field, said) in [
        ("2026-11-01", "nobody", "person", "is not on the roster"),
        ("2926-11-01", "p6", "on", "still to come"),
        ("1.11.2026", "p6", "on", "is no day"),
        ("2026-11-01", "p5", "person", "is recorded already"),
    ] {
        let refused = world.fields("/vetting", &check(on, person)).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY, "{said}");
        let page = text(refused).await;
        assert!(
            page.contains(&format!("id=\"{field}-error\"")) && page.contains(said) && page.contains("value=\"Ruiz\""),
            "{said}: {page}"
        );
    }
    let upside = world.fields("/vetting/schedule", &[("schedule", "[sorts.polygraph]\nmonths = [12, 12, 24, 24, 24]")]).await;
    let page = text(upside).await;
    assert!(page.contains("stricter below than above") && page.contains("[sorts.polygraph]"), "{page}");
    // Only what was read is an entry of its own, once for each state of the record.
    let view = world.desk.office.view().unwrap();
    assert_eq!(view.state.vetting.checks.len(), 1);
    assert_eq!(world.page("/vetting?person=no-such").await.0, StatusCode::NOT_FOUND);
}
