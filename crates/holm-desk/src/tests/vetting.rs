//! The register's page: a schedule laid down, checks recorded, and what is wrong at its field.

use axum::http::StatusCode;
use holm::policy::Action;
use holm::vetting::schedule::PROPOSED;
use holm_record::event::vetting::{CheckSort, StatementFacts, StatementFile};
use holm_record::id::{AuthorityName, PersonId};
use jiff::Timestamp;
use serde_json::json;

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

/// What two people's calls said, as the program that reads them answers it.
pub(super) fn answer() -> serde_json::Value {
    let finding = |test: &str, p: f64, seen: f64| {
        json!({"test": test, "words": "", "rows": {"total": 7, "first": [{"file": "calls.csv", "line": 12}]}, "explanation": null,
            "weight": {"calibration": "tested", "p": p, "e": 1.0, "corrected": 1.0, "observed": seen, "expected": 1.25, "null": "x"}})
    };
    let person = |id: &str, findings: serde_json::Value| json!({"person": id, "rows": 90, "disclosures": 8, "e": 1.0, "corrected": 1.0, "findings": findings});
    let none = json!({"total": 0, "first": []});
    json!({
        "format": "holm-statements/1", "kind": "phones", "correction": {"method": "holm-step-down", "screened": 2, "tests": 12},
        "read": {"files": [], "analysed": 1234, "bad": {"total": 1, "first": [{"row": {"file": "calls.csv", "line": 9}, "reason": "`own` is empty"}]}, "duplicates": none, "outside_days": 3,
            "outside_persons": none, "outside_events": 0, "uncertain_times": 0, "currencies": []},
        "persons": [
            person("p4", json!([finding("calls-after", 1e-7, 30.0), finding("target-calls-after", 1.0, 0.0)])),
            person("p5", json!([finding("calls-after", 1e-6, 20.0), finding("target-calls-after", 2e-5, 8.0)])),
        ],
    })
}

/// Has that recorded.
pub(super) fn read_statements(world: &World) {
    let answer = answer();
    world
        .desk
        .office
        .act(|workspace| {
            let permit = workspace.permit(&Action::Administer, Timestamp::now()).unwrap();
            let facts = StatementFacts {
                authority: AuthorityName::new("order-7").unwrap(),
                sort: CheckSort::PhoneReview,
                persons: vec![PersonId::new("p4").unwrap(), PersonId::new("p5").unwrap()],
                files: vec![StatementFile { name: "calls.csv".to_owned(), hash: "00".repeat(32) }],
                request: "00".repeat(32),
                answer: answer.to_string(),
            };
            let wrong = StatementFacts { answer: answer.to_string().replace("statements/1", "statements/9"), ..facts.clone() };
            assert!(workspace.keep_statements(&permit, wrong).unwrap_err().to_string().contains("of the same version"));
            workspace.keep_statements(&permit, facts).unwrap();
        })
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_statements_said_is_shown_with_how_many_others_stand_out_as_much() {
    let world = World::new().await;
    assert!(world.page("/vetting/statements").await.1.contains("No statements were read"));
    read_statements(&world);
    let (status, page) = world.page("/vetting/statements").await;
    assert_eq!(status, StatusCode::OK);
    for said in [
        "order-7",
        "calls.csv: 1,234 rows analysed",
        "One row could not be read.",
        "calls.csv:9: `own` is empty",
        "3 rows are of days that the authority does not name.",
        "calls.csv:12 + 6",
        "Calls to targets after disclosures",
        "1/10⁴",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(!page.contains("1.000"), "what is no finding is not shown");
    let (_, one) = world.page("/vetting/statements?person=p5").await;
    assert!(one.contains("Person 5") && !one.contains("Person 4"), "{one}");
    assert_eq!(world.page("/vetting/statements?person=nobody").await.0, StatusCode::NOT_FOUND);
    assert!(world.page_in("/vetting/statements", "es").await.1.contains("Llamadas a objetivos"));
    let entry = page.split("id=\"read-").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let finding = format!("{entry}|p5|target-calls-after|");
    let path = "/vetting/explanations";
    let of = ("finding", finding.as_str());
    for (form, said) in [
        (vec![of], "give an explanation"),
        (vec![of, ("explanation", "x"), ("verified_by", "Vega")], "say who verified it, how and on which day"),
        (vec![("finding", "x")], "choose a finding"),
    ] {
        let answer = world.fields(path, &form).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{said}");
        let page = text(answer).await;
        assert!(page.to_lowercase().contains(said), "{said}: {page}");
    }
    let verified = [("verified_by", "Vega"), ("verified_how", "asked"), ("verified_on", "2026-01-02")];
    let form = [&[of, ("explanation", "an informant")], &verified[..]].concat();
    assert_eq!(world.fields(path, &form).await.status(), StatusCode::SEE_OTHER);
    let (_, page) = world.page("/vetting/statements").await;
    assert!(page.contains("Explained: an informant. Verified: Vega, 2026-01-02: asked"), "{page}");
    assert!(world.page("/record").await.1.contains("statements were read under order-7 (people: 2, files: 1)"));
}
