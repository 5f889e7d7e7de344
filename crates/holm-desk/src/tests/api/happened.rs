//! What happened outside, by a program: past operations taken in from a file, and corrections of an item.

use axum::body::Body;
use axum::http::{StatusCode, header};
use holm::operation::import::HEADER;
use serde_json::{Value, json};

use super::super::World;
use super::{asked, said};

const PATH: &str = "/api/v1/record/operations";

/// A CSV of operations.
fn csv(lines: &[&str]) -> Vec<u8> {
    format!("{}\n{}\n", HEADER.join(","), lines.join("\n")).into_bytes()
}

fn file(bytes: &[u8]) -> (&'static str, Option<&'static str>, &[u8]) {
    ("file", Some("past.csv"), bytes)
}

fn size(world: &World) -> u64 {
    world.desk.office.view().unwrap().size
}

/// A field at fault, and its line.
type Fault<'p> = (&'p str, Option<u64>);

fn faults(problem: &Value) -> Vec<Fault<'_>> {
    let errors = problem["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
    errors.iter().map(|e| (e["field"].as_str().unwrap(), e["line"].as_u64())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn past_operations_are_taken_in_by_a_program_whole_in_csv_or_json() {
    let world = World::new().await;
    let before = size(&world);
    let lines = csv(&[
        "a,raid,2024-03-02T05:00,,Unit 1,,,p1@2024-02-28T09:00;p2:0.2,confirmed,,2024-03-02T05:00,empty",
        "b,raid,2024-04-02T05:00,,,,,,clean,,,",
        "c,raid,2100-04-02T05:00,,,,brief,,,,,",
    ]);
    let (status, taken) = world.upload(PATH, &[file(&lines), ("zone", None, b"America/Mexico_City")]).await;
    assert_eq!((status, &taken), (StatusCode::CREATED, &json!({"recorded": 3, "over": 2, "silent": ["b"]})));
    assert_eq!(size(&world), before + 1, "one entry");
    let a = world.get("/api/v1/operations/a").await;
    assert_eq!((&a["at"], &a["known"][1]["weight"]), (&json!("2024-03-02T11:00:00Z"), &json!(0.2)), "{a}");
    let list =
        json!([{"operation": "d", "sort": "raid", "at": "2024-05-02T05:00:00Z", "told": [{"person": "p3"}], "outcome": "clean"}]);
    let (status, taken) = world.upload(PATH, &[("lines", None, list.to_string().as_bytes())]).await;
    assert_eq!((status, &taken["recorded"], &taken["silent"]), (StatusCode::CREATED, &json!(1), &json!([])));
    assert_eq!(world.get("/api/v1/operations").await["total"], 4);
    let beliefs = world.get("/api/v1/beliefs?person=p1").await;
    assert_eq!(beliefs["sharing"], json!([{"person": "p2", "shared": 1}]), "who else knew of what was betrayed");
    let ties = world.get("/api/v1/graph?operation=c&count=2").await;
    assert_eq!((ties["total"].as_u64(), &ties["ties"][0]["how"]), (Some(31), &json!("held")), "{ties}");
    assert_eq!(ties["ties"][0]["to"], json!({"kind": "item", "name": "brief"}));
    assert_eq!(world.ask("GET", "/api/v1/graph?operation=none").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_with_a_wrong_line_is_refused_with_its_lines_and_nothing_is_recorded() {
    let world = World::new().await;
    let good = "a,raid,2024-03-02T05:00Z,,,,,p1,clean,,,";
    assert_eq!(world.upload(PATH, &[file(&csv(&[good]))]).await.0, StatusCode::CREATED);
    let before = size(&world);
    let b = good.replacen('a', "b", 1);
    let (c, twice) = (b.replacen('b', "c", 1), b.replacen("p1", "p2", 1));
    let unknown = csv(&[&b, &c.replace("p1", "p1;px"), &c.replace("clean", "wet"), "d,raid"]);
    let cut = b.replace(",clean,,,", "");
    let list =
        json!([{"operation": "b", "sort": "raid", "at": "2024-05-02T05:00:00Z", "told": [{"person": "nobody"}]}]).to_string();
    let at = |lines: &[u64]| lines.iter().map(|line| ("file", Some(*line))).collect::<Vec<_>>();
    let whole = || vec![("file", None)];
    let cases: [(&str, Vec<u8>, Vec<Fault<'_>>, &str); 11] = [
        ("empty", vec![], whole(), "Choose a file"),
        ("blank", b" \n\n".to_vec(), whole(), "Choose a file"),
        ("no operation", csv(&[]), whole(), "no operations in it"),
        ("another encoding", b"operation,sort\xf1\n".to_vec(), whole(), "UTF-8"),
        ("another header", b"name,kind\n".to_vec(), whole(), "first line must be"),
        ("an unknown person", unknown, at(&[3, 4, 5]), "3 of 4 operations"),
        ("recorded already", csv(&[&b, good]), at(&[3]), "1 of 2 operations"),
        ("twice in the file", csv(&[&b, &twice]), at(&[3]), "1 of 2 operations"),
        ("too few fields", csv(&[&b, &cut]), at(&[3]), "1 of 2 operations"),
        ("nobody in JSON", list.into_bytes(), at(&[1]), "1 of 1 operations"),
        ("no JSON", b"[{\"operation\": ".to_vec(), whole(), "no list of operations"),
    ];
    for (name, bytes, wanted, detail) in &cases {
        let (status, refused) = world.upload(PATH, &[file(bytes)]).await;
        assert_eq!((status, faults(&refused)), (StatusCode::UNPROCESSABLE_ENTITY, wanted.clone()), "{name}: {refused}");
        assert!(refused["detail"].as_str().unwrap().contains(detail), "{name}: {refused}");
    }
    let zone = world.upload(PATH, &[file(&csv(&[&b])), ("zone", None, b"Atlantis")]).await;
    assert_eq!((zone.0, &zone.1["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("zone")));
    let zoneless = world.upload(PATH, &[file(&csv(&[&b.replace("05:00Z", "05:00")]))]).await.1;
    assert!(zoneless["errors"][0]["detail"].as_str().unwrap().contains("does not say of which zone"), "{zoneless}");
    assert_eq!(world.upload(PATH, &[("roster", Some("r.csv"), &csv(&[&b]))]).await.0, StatusCode::BAD_REQUEST);
    let large = vec![b'x'; (64 << 20) + 1];
    assert_eq!(world.upload(PATH, &[file(&large)]).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    let json = asked("POST", PATH).header(header::CONTENT_TYPE, "application/json");
    let (status, _) = said("POST", PATH, world.send_body(json, Body::from("[]")).await).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "it is a form");
    assert_eq!(size(&world), before);
    let many: Vec<String> = (0..1500).map(|n| b.replacen('b', &format!("o{n}"), 1).replace("p1", "px")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let refused = world.upload(PATH, &[file(&csv(&many))]).await.1;
    assert_eq!(refused["errors"].as_array().unwrap().len(), 1000, "as many as are named");
    assert!(refused["detail"].as_str().unwrap().contains("1,500 of 1,500"), "{}", refused["detail"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn holders_of_an_item_are_told_what_is_true_once_for_each_ticket() {
    let world = World::new().await;
    world.give("POST", "/api/v1/people/p9/left", &json!({"reason": "retired"})).await;
    let path = "/api/v1/items/brief/correction";
    let before = size(&world);
    let reach = world.get(path).await;
    assert_eq!((&reach["correction"], reach["to"].as_array().unwrap().len()), (&json!("brief-correction-1"), 29));
    assert_eq!((&reach["unreached"], &reach["told_orally"], size(&world)), (&json!(["p9"]), &json!([]), before));
    let order = json!({"ticket": "c-1", "truth": "The gate is the <east> one.\n"});
    for _ in 0..2 {
        let (status, job) = world.give("POST", path, &order).await;
        assert_eq!((status, &job["ticket"]), (StatusCode::ACCEPTED, &json!("c-1")), "{job}");
    }
    let done = world.finished(&format!("{path}/c-1")).await;
    assert_eq!((&done["state"], &done["sent"]), (&json!("done"), &reach), "as it was said before: {done}");
    assert_eq!((world.copies_of("brief-correction-1"), world.copies_of("brief-correction-2")), (29, 0), "once");
    let harm = world.get("/api/v1/items/brief/recall").await;
    assert_eq!(harm["corrections"][0]["unread"].as_array().unwrap().len(), 29);
    assert!(world.saved("/api/v1/items/brief-correction-1/mails").await.starts_with(b"PK"));
    // Of another item there was no such order.
    let other = "/api/v1/items/brief-correction-1/correction/c-1";
    assert_eq!(world.ask("GET", other).await.0, StatusCode::NOT_FOUND);
    // What corrects already can be noted of nothing else.
    let by = world.get(&format!("{path}?by=brief-correction-1")).await;
    assert_eq!(by["correction"], "brief-correction-1");
    world.give("POST", path, &json!({"ticket": "c-2", "by": "brief-correction-1"})).await;
    let failed = world.finished(&format!("{path}/c-2")).await;
    assert_eq!((&failed["state"], &failed["sent"]), (&json!("failed"), &Value::Null));
    assert!(failed["error"].as_str().unwrap().contains("corrects nothing yet"), "{failed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_that_cannot_be_is_refused_by_field_and_nothing_is_sent() {
    let world = World::new().await;
    let draft = world.kept_draft("We met in the hall and it rained all day.").await;
    let name = format!("/api/v1/drafts/{}", draft["id"].as_str().unwrap());
    assert_eq!(world.give("PATCH", &name, &json!({"name": "hall"})).await.0, StatusCode::OK);
    let before = world.stored().await;
    let orders: [(&str, &str, u16, &str); 14] = [
        ("brief", "", 400, ""),
        ("brief", "{}", 422, "ticket"),
        ("brief", r#"{"ticket": "c"}"#, 422, "truth"),
        ("brief", r#"{"ticket": "c", "truth": " \n"}"#, 422, "truth"),
        ("brief", "{\"ticket\": \"c\", \"truth\": \"se\u{f1}al", 400, ""),
        ("brief", r#"{"ticket": "c", "truth": "x", "by": "brief"}"#, 422, "truth"),
        ("brief", r#"{"ticket": "c", "by": "brief"}"#, 422, "by"),
        ("brief", r#"{"ticket": "c", "by": "none"}"#, 422, "by"),
        ("brief", r#"{"ticket": "c", "by": "../x"}"#, 422, "by"),
        ("brief", r#"{"ticket": "a/b", "truth": "x"}"#, 422, "ticket"),
        ("brief", r#"{"ticket": "c", "text": "x"}"#, 422, ""),
        ("none", r#"{"ticket": "c", "truth": "x"}"#, 404, ""),
        // It was never released.
        ("hall", r#"{"ticket": "c", "truth": "x"}"#, 404, ""),
        ("..%2fbrief", r#"{"ticket": "c", "truth": "x"}"#, 404, ""),
    ];
    for (item, body, wanted, field) in orders {
        let path = format!("/api/v1/items/{item}/correction");
        let request = asked("POST", &path).header(header::CONTENT_TYPE, "application/json");
        let (status, refused) = said("POST", &path, world.send_body(request, Body::from(body.to_owned())).await).await;
        assert_eq!((status.as_u16(), refused["field"].as_str().unwrap_or_default()), (wanted, field), "{item} {body}: {refused}");
    }
    let path = "/api/v1/items/brief/correction";
    let latin = asked("POST", path).header(header::CONTENT_TYPE, "application/json");
    let latin = world.send_body(latin, Body::from(b"{\"ticket\": \"c\", \"truth\": \"se\xf1al\"}".to_vec())).await;
    assert_eq!(said("POST", path, latin).await.0, StatusCode::BAD_REQUEST);
    let large = json!({"ticket": "c", "truth": "x".repeat(3 << 20)});
    assert_eq!(world.give("POST", path, &large).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    for missing in ["/api/v1/items/none/correction", "/api/v1/items/brief/correction/none"] {
        assert_eq!(world.ask("GET", missing).await.0, StatusCode::NOT_FOUND, "{missing}");
    }
    assert_eq!(world.ask("GET", "/api/v1/items/brief/correction?by=none").await.1["field"], "by");
    assert_eq!(world.stored().await, before);
    // A ticket is for one thing.
    world.give("POST", path, &json!({"ticket": "c", "truth": "x"})).await;
    let (status, other) = world.give("POST", path, &json!({"ticket": "c", "truth": "y"})).await;
    assert_eq!((status, &other["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("ticket")));
}
