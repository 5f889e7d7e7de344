//! The desk as a program meets it.

mod happened;
mod journey;
mod vetting;

use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, Response, StatusCode, header};
use holm::policy::Action;
use holm_marks::leak::attachments;
use holm_record::commitment::{Salt, hex};
use holm_record::id::ItemName;
use serde_json::{Value, json};

use super::schema::assert_documented;
use super::{HOST, World, minutes, multipart};

const READ: [&str; 11] = [
    "/api/v1/overview",
    "/api/v1/items",
    "/api/v1/items/brief",
    "/api/v1/people",
    "/api/v1/people/p5",
    "/api/v1/record",
    "/api/v1/looks",
    "/api/v1/drafts",
    "/api/v1/schemes",
    "/api/v1/items?q=br&from=0&count=1",
    "/api/v1/openapi.json",
];

fn asked(method: &str, path: &str) -> axum::http::request::Builder {
    Request::builder().method(method).uri(path).header("holm-api", "1")
}

/// An answer: its status and what it says. What the document does not describe fails here, whatever a test is about.
async fn said(method: &str, path: &str, response: Response<Body>) -> (StatusCode, Value) {
    let status = response.status();
    let kind = response.headers().get(header::CONTENT_TYPE).map(|k| k.to_str().unwrap().to_owned());
    assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
    let bytes = to_bytes(response.into_body(), 1 << 26).await.unwrap();
    let Some(kind) = kind else {
        assert!(bytes.is_empty() && status.is_success(), "{method} {path}: {status}");
        return (status, Value::Null);
    };
    let answer: Value = serde_json::from_slice(&bytes).unwrap_or_else(|_| panic!("{method} {path}: {status} {bytes:?}"));
    assert_eq!(kind == "application/problem+json", !status.is_success(), "{method} {path}: {status} {kind}");
    if path != "/api/v1/openapi.json" {
        assert_documented(method, path, status.as_u16(), &kind, Some(&answer));
    }
    if !status.is_success() {
        assert_eq!(answer["status"], status.as_u16());
    }
    (status, answer)
}

impl World {
    pub(super) async fn ask(&self, method: &str, path: &str) -> (StatusCode, Value) {
        said(method, path, self.send(asked(method, path)).await).await
    }

    pub(super) async fn get(&self, path: &str) -> Value {
        let (status, answer) = self.ask("GET", path).await;
        assert_eq!(status, StatusCode::OK, "{path}: {answer}");
        answer
    }

    pub(super) async fn give(&self, method: &str, path: &str, body: &Value) -> (StatusCode, Value) {
        let request = asked(method, path).header(header::CONTENT_TYPE, "application/json");
        said(method, path, self.send_body(request, Body::from(body.to_string())).await).await
    }

    /// Sends a form with files: name, file name, content.
    pub(super) async fn upload(&self, path: &str, parts: &[(&str, Option<&str>, &[u8])]) -> (StatusCode, Value) {
        let (kind, body) = multipart(parts);
        let request = asked("POST", path).header(header::CONTENT_TYPE, kind);
        said("POST", path, self.send_body(request, body).await).await
    }

    /// A file that the API gives out, as the document says.
    pub(super) async fn saved(&self, path: &str) -> Vec<u8> {
        let response = self.send(asked("GET", path)).await;
        let kind = response.headers()[header::CONTENT_TYPE].to_str().unwrap().to_owned();
        assert_documented("GET", path, response.status().as_u16(), &kind, None);
        assert!(response.headers()[header::CONTENT_DISPOSITION].to_str().unwrap().starts_with("attachment"));
        to_bytes(response.into_body(), 1 << 24).await.unwrap().to_vec()
    }

    /// A file that the API makes from an order, as the document says.
    async fn made(&self, path: &str, body: &Value) -> Vec<u8> {
        let request = asked("POST", path).header(header::CONTENT_TYPE, "application/json");
        let response = self.send_body(request, Body::from(body.to_string())).await;
        let kind = response.headers()[header::CONTENT_TYPE].to_str().unwrap().to_owned();
        assert_documented("POST", path, response.status().as_u16(), &kind, None);
        to_bytes(response.into_body(), 1 << 24).await.unwrap().to_vec()
    }

    /// Waits until a job is not at work any more.
    pub(super) async fn finished(&self, path: &str) -> Value {
        loop {
            let job = self.get(path).await;
            if job["state"] != "working" {
                return job;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }

    /// Everything that is stored: entries, drafts, copies that arrived and looks.
    async fn stored(&self) -> (u64, Value, usize) {
        (self.desk.office.view().unwrap().size, self.get("/api/v1/drafts").await, self.looks())
    }

    async fn kept_draft(&self, text: &str) -> Value {
        let (status, draft) = self.upload("/api/v1/drafts", &[("text", None, text.as_bytes())]).await;
        assert_eq!(status, StatusCode::CREATED, "{draft}");
        draft
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_was_not_let_in_is_told_so_in_a_document_and_sees_nothing() {
    let world = World::new().await;
    for path in READ.iter().chain(&["/api/v1/looks/1", "/api/v1/nothing", "/api/nothing"]) {
        for cookie in ["", "holm-session=00000000000000000000000000000000"] {
            let request = asked("GET", path).header(header::HOST, HOST).header(header::COOKIE, cookie);
            let response = tower::ServiceExt::oneshot(world.router(), request.body(Body::empty()).unwrap()).await.unwrap();
            assert!(!response.headers().contains_key(header::LOCATION));
            let (status, answer) = said("GET", path, response).await;
            assert_eq!((status, &answer["type"]), (StatusCode::UNAUTHORIZED, &json!("/api/v1/openapi.json#session")));
            assert!(!answer.to_string().contains("brief"));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_something_is_from_here_or_from_no_browser() {
    let world = World::new().await;
    let own = format!("http://{HOST}");
    let json = ("content-type", "application/json");
    let taken: [&[(&str, &str)]; 4] = [
        &[("holm-api", "1")],
        &[("origin", &own)],
        &[("origin", &own), ("sec-fetch-site", "same-origin")],
        &[("origin", &own), ("holm-api", "1")],
    ];
    let refused: [&[(&str, &str)]; 13] = [
        &[],
        &[json],
        &[("content-type", "text/plain")],
        &[("content-type", "multipart/form-data; boundary=x")],
        &[("holm-api", "0"), json],
        &[("holm-api", "1"), ("origin", "http://evil.example")],
        &[("holm-api", "1"), ("origin", "null")],
        &[("holm-api", "1"), ("origin", "http://127.0.0.1:8080")],
        &[("holm-api", "1"), ("origin", "")],
        &[("holm-api", "1"), ("sec-fetch-site", "cross-site")],
        &[("holm-api", "1"), ("sec-fetch-site", "same-site")],
        &[("holm-api", "1"), ("sec-fetch-site", "same-origin")],
        &[("holm-api", "1"), ("sec-fetch-site", "none")],
    ];
    let path = "/api/v1/record/verify";
    for (headers, wanted) in taken.map(|h| (h, StatusCode::OK)).into_iter().chain(refused.map(|h| (h, StatusCode::FORBIDDEN))) {
        let request = headers.iter().fold(Request::post(path), |r, (name, value)| r.header(*name, *value));
        let (status, answer) = said("POST", path, world.send(request).await).await;
        assert_eq!(status, wanted, "{headers:?}: {answer}");
    }
    for (method, path) in [("PATCH", "/api/v1/drafts/x"), ("DELETE", "/api/v1/drafts/x"), ("PUT", "/api/v1/items")] {
        let request = Request::builder().method(method).uri(path);
        assert_eq!(said(method, path, world.send(request).await).await.0, StatusCode::FORBIDDEN, "{method}");
    }
    // The header opens no page, and no other site is ever allowed to send it.
    let page = world.send(Request::post("/record/verify").header("holm-api", "1")).await;
    assert_eq!(page.status(), StatusCode::FORBIDDEN);
    let asks = Request::builder().method(Method::OPTIONS).uri(path).header(header::ORIGIN, "http://127.0.0.1:8080");
    let asks = world.send(asks.header("access-control-request-headers", "holm-api")).await;
    assert_eq!(asks.status(), StatusCode::FORBIDDEN);
    assert!(!asks.headers().keys().any(|name| name.as_str().starts_with("access-control")));
    let elsewhere = asked("GET", "/api/v1/items").header(header::HOST, "evil.example").header(header::COOKIE, &world.cookie);
    let elsewhere = tower::ServiceExt::oneshot(world.router(), elsewhere.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(said("GET", "/api/v1/items", elsewhere).await.1["type"], "/api/v1/openapi.json#host");
}

#[tokio::test(flavor = "multi_thread")]
async fn items_people_and_the_record_say_what_the_pages_say() {
    let world = World::new().await;
    for path in READ {
        world.get(path).await;
    }
    let items = world.get("/api/v1/items").await;
    assert_eq!(
        (&items["total"], &items["items"][0]["name"], &items["items"][0]["copies"]),
        (&json!(1), &json!("brief"), &json!(30))
    );
    assert_eq!(world.get("/api/v1/items?q=none").await["items"], json!([]));
    let item = world.get("/api/v1/items/brief?from=28&count=5").await;
    assert_eq!((&item["marking"], &item["key_made"], &item["total_copies"]), (&json!("TLP:RED"), &json!("alone"), &json!(30)));
    let copies = item["copies"].as_array().unwrap();
    assert_eq!(copies.len(), 2);
    assert_eq!((&copies[0]["state"], &copies[0]["signed_at"]), (&json!("issued"), &Value::Null));
    assert!(copies[0]["told_at"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok(), "RFC 3339");
    let [sealed, slip, mail] = ["sealed", "slip", "mail"].map(|kind| format!("/items/brief/copies/p5.1/{kind}"));
    for path in [&sealed, &slip] {
        assert_eq!(world.saved(&format!("/api/v1{path}")).await, world.file(path).await, "{path}");
    }
    // A mail is written anew each time; what it carries stays.
    let inside = async |path: &str| attachments(&world.file(path).await).into_iter().map(|a| a.bytes).collect::<Vec<_>>();
    assert_eq!(inside(&format!("/api/v1{mail}")).await, inside(&mail).await);
    assert!(world.saved("/api/v1/items/brief/mails").await.starts_with(b"PK"));
    let people = world.get("/api/v1/people?unit=Bureau,+Unit+1&count=2").await;
    assert_eq!((&people["total"], people["people"].as_array().unwrap().len()), (&json!(10), 2));
    let person = world.get("/api/v1/people/p7").await;
    assert_eq!(person["name"], "<script>alert(1)</script>");
    assert_eq!((&person["told"][0]["item"], &person["told"][0]["copy"]), (&json!("brief"), &json!("p7.1")));
    let record = world.get("/api/v1/record?from=1&count=3").await;
    assert_eq!(record["size"], world.desk.office.view().unwrap().size);
    let entries = record["entries"].as_array().unwrap();
    assert_eq!(entries.iter().map(|e| e["index"].as_u64().unwrap()).collect::<Vec<_>>(), [1, 2, 3]);
    assert!(entries[0]["what"].as_str().unwrap().contains("came on the roster"));
    let verified = world.ask("POST", "/api/v1/record/verify").await.1;
    assert_eq!((&verified["holds"], &verified["entries"]), (&json!(true), &record["size"]));
    assert_eq!(world.get("/api/v1/overview").await["copies"], 30);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leak_is_traced_once_for_each_ticket_and_the_report_is_the_pages_own() {
    let world = World::new().await;
    let leak = world.leak();
    let form = [("ticket", None, b"t-1".as_slice()), ("item", None, b"brief"), ("text", None, leak.as_bytes())];
    for _ in 0..2 {
        let (status, job) = world.upload("/api/v1/traces", &form).await;
        assert_eq!((status, &job["ticket"]), (StatusCode::ACCEPTED, &json!("t-1")));
    }
    let done = world.finished("/api/v1/traces/t-1").await;
    assert_eq!(done["state"], "done", "{done}");
    let other = [form[0], form[1], ("text", None, b"Something else that leaked.")];
    let (status, other) = world.upload("/api/v1/traces", &other).await;
    assert_eq!((status, &other["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("ticket")), "{other}");
    assert_eq!(world.looks(), 1, "a leak that is sent twice is looked at once");
    let index = &done["looks"][0];
    let looks = world.get("/api/v1/looks").await;
    assert_eq!((&looks["looks"][0]["index"], &looks["looks"][0]["named"]), (index, &json!(["p5.1"])));
    let report = world.get(&format!("/api/v1/looks/{index}")).await;
    assert_eq!(report["verdict"], "named");
    let bytes = async |path: String| to_bytes(world.send(Request::get(path)).await.into_body(), 1 << 24).await.unwrap();
    assert_eq!(bytes(format!("/api/v1/looks/{index}")).await, bytes(format!("/looks/{index}/report.json")).await);
    assert_eq!(world.get("/api/v1/items/brief").await["looks"][0]["verdict"], "named");
    let (_, elsewhere) = world.ask("GET", "/api/v1/releases/t-1").await;
    assert_eq!(elsewhere["status"], 404, "a ticket counts within its kind of work");
    let foreign = b"The weather was fine in Vermont, and nobody said a word about anything else at all.".as_slice();
    world.upload("/api/v1/traces", &[("ticket", None, b"t-2"), ("files", Some("w.txt"), foreign)]).await;
    let done = world.finished("/api/v1/traces/t-2").await;
    assert_eq!((&done["state"], &done["looks"]), (&json!("done"), &json!([])), "a leak of no item");
}

impl World {
    /// What only the sealed report and the opened key say: figures of copies that are not named, and the key as text.
    fn secrets(&self) -> Vec<String> {
        let item = ItemName::new("brief").unwrap();
        let opened = self.desk.office.act(|workspace| {
            let permit = workspace.permit(&Action::OpenItem { item: &item }, jiff::Timestamp::now()).unwrap();
            workspace.open_item(&permit, &item, &[]).unwrap()
        });
        let bundle = opened.unwrap();
        let innocent = bundle.looks.iter().flat_map(|l| &l.report.copies).filter(|c| !c.named);
        let figures = innocent.flat_map(|c| [c.p_value, c.e_value, c.adjusted_p]).flatten();
        // 1 and its like stand in many places for other reasons.
        let figures = figures.map(|f| json!(f).to_string()).filter(|f| f.len() > 10);
        let material = [*bundle.material.key().as_bytes(), bundle.material.originator.0];
        figures.chain(material.into_iter().flat_map(|key| [hex(&key), String::from(Salt(key))])).collect()
    }
}

/// Every object in an answer.
fn objects<'v>(value: &'v Value, found: &mut Vec<&'v serde_json::Map<String, Value>>) {
    match value {
        Value::Array(all) => all.iter().for_each(|v| objects(v, found)),
        Value::Object(all) => {
            found.push(all);
            all.values().for_each(|v| objects(v, found));
        }
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_holds_a_figure_of_a_copy_that_is_not_named_or_a_key() {
    let world = World::new().await;
    let leak = world.leak();
    world.upload("/api/v1/traces", &[("ticket", None, b"t"), ("text", None, leak.as_bytes())]).await;
    let done = world.finished("/api/v1/traces/t").await;
    let draft = world.kept_draft(minutes()).await;
    let mut paths = READ[..10].iter().map(|p| (*p).to_owned()).collect::<Vec<_>>();
    paths.push(format!("/api/v1/looks/{}", done["looks"][0]));
    paths.push(format!("/api/v1/looks/{}/aligned", done["looks"][0]));
    paths.push(format!("/api/v1/drafts/{}", draft["id"].as_str().unwrap()));
    paths.push("/api/v1/record?count=1000".to_owned());
    let mut answers = Vec::new();
    for path in &paths {
        answers.push((path, world.get(path).await));
    }
    let secrets = world.secrets();
    assert!(secrets.len() > 30, "{}", secrets.len());
    for (path, answer) in &answers {
        let text = answer.to_string();
        assert!(secrets.iter().all(|secret| !text.contains(secret)), "{path}: {text}");
        let mut found = Vec::new();
        objects(answer, &mut found);
        for object in found {
            let is = |field: &str| object.get(field).is_some_and(|v| *v == json!(true));
            for (field, value) in object.iter().filter(|(_, value)| !value.is_null()) {
                let withheld = match field.as_str() {
                    "p_value" | "e_value" | "adjusted_p" | "layers" | "against" => !is("named"),
                    "ln_e" => !is("stands_out"),
                    "codeword" | "symbols" | "key" | "salt" | "secret" => true,
                    _ => false,
                };
                assert!(!withheld, "{path}: {field} is {value}");
            }
        }
    }
    let report = world.get(&format!("/api/v1/looks/{}", done["looks"][0])).await;
    let copies = report["copies"].as_array().unwrap();
    let innocent: Vec<&Value> = copies.iter().filter(|c| c["named"] == json!(false)).collect();
    assert_eq!(innocent.len(), 29);
    assert!(innocent.iter().all(|c| c["p_value"].is_null() && c["e_value"].is_null() && c["adjusted_p"].is_null()));
    assert!(report["ledger"].as_array().unwrap().iter().all(|l| l["stands_out"] == json!(true) || l["ln_e"].is_null()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_changed_rehearsed_and_released_once_for_each_ticket() {
    let world = World::new().await;
    let draft = world.kept_draft(minutes()).await;
    let path = format!("/api/v1/drafts/{}", draft["id"].as_str().unwrap());
    assert_eq!((&draft["power"]["copies"], &draft["lacks"][0]["field"]), (&json!(30), &json!("recipients")));
    let used = |draft: &Value| {
        let marks = draft["marks"].as_array().unwrap().iter().filter(|m| m["state"] == "used");
        marks.map(|m| m["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let before = used(&draft);
    assert!(before.len() > 20, "{}", before.len());
    let (status, changed) = world
        .give(
            "PATCH",
            &path,
            &json!({"strike": [&before[0]], "recipients": ["unit:Unit 1", "p5"], "name": "minutes", "marking": "TLP:AMBER",
                "conditions": "Read <alone>"}),
        )
        .await;
    assert_eq!(status, StatusCode::OK, "{changed}");
    assert_eq!(used(&changed), before[1..]);
    assert_eq!((changed["people"].as_array().unwrap().len(), &changed["lacks"]), (11, &json!([])));
    let kept = world.give("PATCH", &path, &json!({"keep": [&before[0]]})).await.1;
    assert_eq!((used(&kept), &kept["conditions"]), (before, &json!("Read <alone>")), "what is absent stays");
    let page = world.page(&path.replace("/api/v1/drafts", "/share")).await.1;
    assert!(page.contains("11 people are chosen") && page.contains("Read &#60;alone&#62;"), "the page shows the same draft");
    let [one, other] = [1, 2].map(|n| format!("{path}/preview?copy={n}"));
    assert_ne!(world.file(&one).await, world.file(&other).await, "previews differ as copies do");
    let size = world.desk.office.view().unwrap().size;
    for _ in 0..2 {
        let (status, job) = world.give("POST", &format!("{path}/release"), &json!({"ticket": "r-1"})).await;
        assert_eq!((status, &job["ticket"]), (StatusCode::ACCEPTED, &json!("r-1")));
        let done = world.finished("/api/v1/releases/r-1").await;
        assert_eq!((&done["state"], &done["item"]), (&json!("done"), &json!("minutes")), "{done}");
    }
    assert_eq!(world.desk.office.view().unwrap().size, size + 13, "manifest, release, eleven disclosures");
    assert_eq!(world.ask("GET", &path).await.0, StatusCode::NOT_FOUND, "the draft is gone");
    let item = world.get("/api/v1/items/minutes").await;
    assert_eq!((&item["marking"], &item["total_copies"]), (&json!("TLP:AMBER"), &json!(11)));
    assert!(item["conditions"].as_str().unwrap().starts_with("Read <alone>\n"), "and what the marking means: {item}");
    let another = world.kept_draft(minutes()).await;
    let another = format!("/api/v1/drafts/{}", another["id"].as_str().unwrap());
    let (status, refused) = world.give("POST", &format!("{another}/release"), &json!({"ticket": "r-1"})).await;
    assert_eq!((status, &refused["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("ticket")));
    assert_eq!(world.ask("DELETE", &another).await.0, StatusCode::NO_CONTENT);
    assert_eq!(world.get("/api/v1/drafts").await["drafts"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_that_are_made_at_once_are_all_there_or_refused() {
    let world = World::new().await;
    let draft = world.kept_draft(minutes()).await;
    let path = format!("/api/v1/drafts/{}", draft["id"].as_str().unwrap());
    let changes = [
        ("name", json!("minutes")),
        ("conditions", json!("Read alone.")),
        ("marking", json!("TLP:AMBER")),
        ("recipients", json!(["p1"])),
        ("legal", json!(true)),
        ("second", json!("p5")),
    ];
    let sent = |(field, value): &(&'static str, Value)| {
        let (desk, cookie, path) = (std::sync::Arc::clone(&world.desk), world.cookie.clone(), path.clone());
        let body = Body::from(json!({*field: value}).to_string());
        tokio::spawn(async move {
            let request = asked("PATCH", &path).header(header::HOST, HOST).header(header::COOKIE, cookie);
            let request = request.header(header::CONTENT_TYPE, "application/json").body(body).unwrap();
            tower::ServiceExt::oneshot(crate::router::router(desk), request).await.unwrap().status()
        })
    };
    let under_way: Vec<_> = changes.iter().map(sent).collect();
    let mut taken = 0;
    for ((field, value), answer) in changes.iter().zip(under_way) {
        match answer.await.unwrap() {
            StatusCode::OK => {
                taken += 1;
                assert_eq!(world.get(&path).await[field], *value, "{field} was said to be changed");
            }
            status => assert_eq!(status, StatusCode::CONFLICT, "{field}"),
        }
    }
    assert!(taken > 0, "somebody is first");
    assert_eq!(world.give("PATCH", &path, &json!({"name": "again"})).await.0, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_draft_lacks_is_said_by_field_and_nothing_is_recorded() {
    let world = World::new().await;
    let draft = world.kept_draft("We met in the hall. [[Two|Three]] windows were open, and it rained all day.").await;
    let path = format!("/api/v1/drafts/{}", draft["id"].as_str().unwrap());
    let release = format!("{path}/release");
    let before = world.stored().await;
    let fields = |problem: &Value| {
        problem["errors"].as_array().unwrap().iter().map(|e| e["field"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let (status, refused) = world.give("POST", &release, &json!({"ticket": "r"})).await;
    assert_eq!(
        (status, fields(&refused)),
        (StatusCode::UNPROCESSABLE_ENTITY, vec!["recipients".to_owned(), "confirmed".to_owned()])
    );
    assert!(refused["errors"][0]["detail"].as_str().unwrap().starts_with("Choose at least one recipient"), "{refused}");
    let bracketed = draft["marks"].as_array().unwrap().iter().find(|m| m["may_be_struck"] == json!(false)).unwrap();
    let wrong = [
        json!({"name": "A/../b"}),
        json!({"name": "<script>"}),
        json!({"name": "hall\0"}),
        json!({"marking": "TOP <b>"}),
        json!({"marking": "TLP:AMBER//TLP:RED"}),
        json!({"marking": "TLP:RED\0"}),
        json!({"conditions": "x".repeat(2001)}),
        json!({"conditions": "a\0b"}),
        json!({"recipients": ["nobody"]}),
        json!({"recipients": ["unit:None"]}),
        json!({"recipients": ["p1", "../p1"]}),
        json!({"confirmed": ["p1", "nobody"]}),
        json!({"second": "nobody"}),
        json!({"second": "../p5"}),
        json!({"keep": ["0:1-2:none"]}),
        json!({"strike": [bracketed["id"]]}),
    ];
    for change in wrong {
        let (status, refused) = world.give("PATCH", &path, &change).await;
        let field = change.as_object().unwrap().keys().next().unwrap();
        assert_eq!((status, refused["field"].as_str().unwrap()), (StatusCode::UNPROCESSABLE_ENTITY, field.as_str()), "{change}");
        // Beside something right, nothing of it is done.
        let mut both = change.clone();
        both["pages"] = json!(true);
        world.give("PATCH", &path, &both).await;
    }
    assert_eq!(world.get(&path).await, draft);
    let schemes = world.get("/api/v1/schemes").await;
    let tlp = schemes["schemes"].as_array().unwrap().iter().find(|s| s["name"] == "TLP").unwrap();
    assert_eq!((&tlp["markings"][0], tlp["markings"].as_array().unwrap().len()), (&json!("TLP:RED"), 5));
    let restricted = world.give("PATCH", &path, &json!({"marking": "siena:h3, ORCON", "recipients": ["p1"]})).await.1;
    assert!(restricted["allows"].as_str().unwrap().contains("only with your consent"), "{restricted}");
    let (_, refused) = world.give("POST", &release, &json!({"ticket": "r"})).await;
    assert_eq!(fields(&refused), ["conditions", "confirmed"], "the marking promises a restriction: {refused}");
    assert_eq!(world.give("PATCH", &path, &json!({"marking": ""})).await.1["allows"], Value::Null);
    let whole = json!({"name": "hall", "recipients": ["p1"], "confirmed": ["p1", "p2"]});
    assert_eq!(world.give("PATCH", &path, &whole).await.0, StatusCode::OK);
    let (status, weak) = world.give("POST", &release, &json!({"ticket": "r"})).await;
    assert_eq!((status, fields(&weak)), (StatusCode::UNPROCESSABLE_ENTITY, vec!["accept_weak".to_owned()]));
    assert_eq!(world.desk.office.view().unwrap().size, before.0, "nothing was recorded");
    world.give("POST", &release, &json!({"ticket": "r", "accept_weak": true})).await;
    assert_eq!(world.finished("/api/v1/releases/r").await["item"], "hall");
    assert_eq!(world.copies_of("hall"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recipients_program_accepts_and_signs_once_and_the_receipt_goes_back() {
    let world = World::new().await;
    let mail = world.file("/api/v1/items/brief/copies/p5.1/mail").await;
    let (status, arrived) = world.upload("/api/v1/arrivals", &[("files", Some("p5.md.eml"), &mail)]).await;
    assert_eq!((status, &arrived["copy"], &arrived["opened"]), (StatusCode::CREATED, &json!("p5.1"), &json!(false)), "{arrived}");
    let path = format!("/api/v1/arrivals/{}", arrived["ticket"].as_str().unwrap());
    assert_eq!(world.ask("GET", &format!("{path}/copy")).await.0, StatusCode::NOT_FOUND, "nothing before it is accepted");
    let mut receipts = Vec::new();
    for _ in 0..2 {
        let (status, opened) = world.give("POST", &format!("{path}/accept"), &json!({})).await;
        assert_eq!((status, &opened["receipt"]), (StatusCode::OK, &json!(true)), "{opened}");
        receipts.push(world.file(&format!("{path}/receipt")).await);
    }
    assert_eq!(receipts[0], receipts[1], "it is signed for once");
    assert_eq!(world.file(&format!("{path}/copy")).await, world.leak().into_bytes());
    let given = [("receipts", Some("p5.receipt"), receipts[0].as_slice()), ("receipts", Some("bad"), b"x")];
    let (status, taken) = world.upload("/api/v1/receipts", &given).await;
    assert_eq!((status, &taken["receipts"][0]["copy"]), (StatusCode::OK, &json!("p5.1")), "{taken}");
    assert!(taken["receipts"][1]["error"].as_str().unwrap().starts_with("this is not a receipt"), "{taken}");
    let (status, again) = world.upload("/api/v1/receipts", &given[..1]).await;
    assert_eq!((status, &again["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("receipts")), "{again}");
    assert!(again["detail"].as_str().unwrap().contains("is in the record already"));
    let item = world.get("/api/v1/items/brief").await;
    let states = item["copies"].as_array().unwrap().iter().map(|c| (c["copy"].as_str().unwrap(), c["state"].as_str().unwrap()));
    assert!(states.into_iter().all(|(copy, state)| (state == "signed") == (copy == "p5.1")), "{item}");
    // Another's copy does not open.
    let other = world.file("/api/v1/items/brief/copies/p6.1/mail").await;
    let other = world.upload("/api/v1/arrivals", &[("files", Some("p6.eml"), &other)]).await.1;
    let other = format!("/api/v1/arrivals/{}/accept", other["ticket"].as_str().unwrap());
    let (status, closed) = world.give("POST", &other, &json!({})).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(closed["detail"].as_str().unwrap().contains("does not open with this key"), "{closed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_forms_are_refused_by_field_and_nothing_is_stored() {
    type Parts<'p> = Vec<(&'p str, Option<&'p str>, &'p [u8])>;
    let world = World::new().await;
    let before = world.stored().await;
    let text = ("text", None, b"We saw two empty drums by the gate.".as_slice());
    let ticket = |value: &'static [u8]| ("ticket", None, value);
    let forms: [(&str, Parts, u16, &str); 21] = [
        ("/api/v1/traces", vec![], 422, "files"),
        ("/api/v1/traces", vec![ticket(b"t"), ("text", None, b"  ")], 422, "files"),
        ("/api/v1/traces", vec![ticket(b"t"), ("files", Some("empty.txt"), b"")], 422, "files"),
        ("/api/v1/traces", vec![text], 422, "ticket"),
        ("/api/v1/traces", vec![text, ticket(b"../t")], 422, "ticket"),
        ("/api/v1/traces", vec![text, ticket(b"t\0")], 422, "ticket"),
        ("/api/v1/traces", vec![text, ticket(&[b't'; 65])], 422, "ticket"),
        ("/api/v1/traces", vec![text, ticket(b"t"), ("item", None, b"none")], 422, "item"),
        ("/api/v1/traces", vec![text, ticket(b"t"), ("item", None, b"../brief")], 422, "item"),
        ("/api/v1/traces", vec![text, ticket(b"t"), ("incident", None, b"\0../<script>")], 422, "incident"),
        ("/api/v1/traces", vec![text, ticket(b"t"), ("itm", None, b"brief")], 400, ""),
        ("/api/v1/drafts", vec![], 422, "document"),
        ("/api/v1/drafts", vec![("document", Some("x.pdf"), b"%PDF-1.4 nothing")], 422, "document"),
        ("/api/v1/drafts", vec![("document", Some("../../x.docx"), b"PK\x03\x04 broken")], 422, "document"),
        ("/api/v1/drafts", vec![("document", Some("x\0.docx"), b"PK\x03\x04 broken")], 400, ""),
        ("/api/v1/drafts", vec![("document", Some("x.md"), b"\0\0\0")], 422, "document"),
        ("/api/v1/drafts", vec![("file", Some("x.md"), b"text")], 400, ""),
        ("/api/v1/arrivals", vec![], 422, "files"),
        ("/api/v1/arrivals", vec![("files", Some("<script>.eml"), b"no mail")], 422, "files"),
        ("/api/v1/receipts", vec![], 422, "receipts"),
        ("/api/v1/receipts", vec![("receipts", Some("x.receipt"), b"holm-receipt/1\nitem ../x\n")], 422, "receipts"),
    ];
    for (path, parts, wanted, field) in forms {
        let (status, refused) = world.upload(path, &parts).await;
        assert_eq!(
            (status.as_u16(), refused["field"].as_str().unwrap_or_default()),
            (wanted, field),
            "{path} {parts:?}: {refused}"
        );
    }
    let kinds: [(&str, &[u8]); 4] = [
        ("text/plain", b"x"),
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disp"),
        ("application/json", b"{}"),
    ];
    for path in ["/api/v1/traces", "/api/v1/drafts", "/api/v1/arrivals", "/api/v1/receipts"] {
        for (kind, body) in kinds {
            let request = asked("POST", path).header(header::CONTENT_TYPE, kind);
            let (status, _) = said("POST", path, world.send_body(request, Body::from(body)).await).await;
            assert_eq!(status, StatusCode::BAD_REQUEST, "{path} {kind}");
        }
        let large = vec![b'x'; (64 << 20) + 1];
        let part = if path.ends_with("drafts") { "document" } else { "files" };
        let (status, refused) = world.upload(path, &[(part, Some("large.txt"), &large)]).await;
        assert_eq!((status, &refused["title"]), (StatusCode::PAYLOAD_TOO_LARGE, &json!("This is too large")), "{path}");
    }
    assert_eq!(world.stored().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_orders_are_refused_and_nothing_is_stored() {
    let world = World::new().await;
    let draft = world.kept_draft(minutes()).await;
    let draft = format!("/api/v1/drafts/{}", draft["id"].as_str().unwrap());
    let release = format!("{draft}/release");
    let before = world.stored().await;
    let key_request = format!("{draft}/key-request");
    let orders: [(&str, &str, &str, u16); 26] = [
        ("PATCH", &draft, "{", 400),
        ("PATCH", &draft, "", 400),
        ("PATCH", &draft, "[]", 422),
        ("PATCH", &draft, r#"{"recipients": "all"}"#, 422),
        ("PATCH", &draft, r#"{"recipents": ["all"]}"#, 422),
        ("PATCH", &draft, r#"{"document": "other"}"#, 422),
        ("POST", &release, "{}", 422),
        ("POST", &release, r#"{"ticket": ""}"#, 422),
        ("POST", &release, r#"{"ticket": 7}"#, 422),
        ("POST", &release, r#"{"ticket": "a/b"}"#, 422),
        ("POST", &release, r#"{"ticket": "r", "weak": true}"#, 422),
        ("POST", "/api/v1/drafts/0000000000000000/release", r#"{"ticket": "r"}"#, 404),
        ("PATCH", "/api/v1/drafts/..%2f..%2fofficer", "{}", 404),
        ("DELETE", "/api/v1/drafts/..%2f..%2fofficer", "", 404),
        ("DELETE", "/api/v1/drafts/0000000000000000", "", 404),
        ("POST", &release, r#"{"ticket": "r", "contribution": {"note": 1}}"#, 422),
        ("POST", "/api/v1/contributions", "{}", 422),
        ("POST", "/api/v1/contributions", r#"{"request": {}, "person": "p5"}"#, 422),
        ("GET", &key_request, "", 404),
        ("GET", "/api/v1/drafts/0000000000000000/key-request", "", 404),
        ("POST", "/api/v1/people/none/left", r#"{"reason": "x"}"#, 404),
        ("POST", "/api/v1/people/p5/left", r#"{"reason": " "}"#, 422),
        ("POST", "/api/v1/people/p5/left", r#"{"reason": "a\u0000b"}"#, 422),
        ("POST", "/api/v1/people/p5/left", "{}", 422),
        ("POST", "/api/v1/people/p5/lost", r#"{"reason": "x", "device": "age1none"}"#, 422),
        ("POST", "/api/v1/people/none/lost", r#"{"reason": "x"}"#, 404),
    ];
    for (method, path, body, wanted) in orders {
        let request = asked(method, path).header(header::CONTENT_TYPE, "application/json");
        let (status, refused) = said(method, path, world.send_body(request, Body::from(body.to_owned())).await).await;
        assert_eq!(status.as_u16(), wanted, "{method} {path} {body}: {refused}");
    }
    assert_eq!(world.give("POST", &release, &json!({})).await.1["field"], "ticket");
    let plain = asked("PATCH", &draft).header(header::CONTENT_TYPE, "text/plain");
    let (status, _) = said("PATCH", &draft, world.send_body(plain, Body::from("{}")).await).await;
    assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let large = json!({"conditions": "x".repeat(3 << 20)});
    assert_eq!(world.give("PATCH", &draft, &large).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(world.stored().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_of_nothing_and_methods_that_are_not_taken_are_problems() {
    let world = World::new().await;
    let before = world.stored().await;
    let missing = [
        "/api/v1",
        "/api/v1/nothing",
        "/api/v2/items",
        "/api/v1/items/none",
        "/api/v1/items/..%2f..%2fetc",
        "/api/v1/items/%3Cscript%3E",
        "/api/v1/items/brief/copies/p99.1/mail",
        "/api/v1/items/brief/copies/p5.1/key",
        "/api/v1/items/none/mails",
        "/api/v1/people/none",
        "/api/v1/people/%00",
        "/api/v1/traces/none",
        "/api/v1/traces/%00",
        "/api/v1/releases/..%2f",
        "/api/v1/looks/99999",
        "/api/v1/drafts/0000000000000000",
        "/api/v1/drafts/..%2f..%2fofficer/preview",
        "/api/v1/arrivals/none",
        "/api/v1/arrivals/none/copy",
    ];
    for path in missing {
        assert_eq!(world.ask("GET", path).await.0, StatusCode::NOT_FOUND, "{path}");
    }
    let malformed =
        ["/api/v1/looks/x", "/api/v1/looks/-1", "/api/v1/record?from=x", "/api/v1/items?count=-1", "/api/v1/people?keyless=x"];
    for path in malformed {
        assert_eq!(world.ask("GET", path).await.0, StatusCode::BAD_REQUEST, "{path}");
    }
    for path in ["/api/v1/record?count=0", "/api/v1/items?count=1001"] {
        assert_eq!(world.ask("GET", path).await.1["field"], "count", "{path}");
    }
    assert_eq!(world.get("/api/v1/record?from=999999999999").await["entries"], json!([]), "beyond the end is nothing");
    let documents = world.get("/api/v1/openapi.json").await;
    for (path, methods) in documents["paths"].as_object().unwrap() {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"].iter().filter(|m| methods.get(m.to_lowercase()).is_none()) {
            let response = world.send(asked(method, path)).await;
            assert!(response.headers().contains_key(header::ALLOW), "{method} {path}");
            assert_eq!(said(method, path, response).await.0, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
        }
    }
    assert_eq!(world.stored().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_vault_answers_that_it_is_locked_until_the_passphrase_opens_it() {
    let world = World::locked("correct horse").await;
    let (status, locked) = world.ask("GET", "/api/v1/items").await;
    assert_eq!((status, &locked["title"]), (StatusCode::LOCKED, &json!("The vault is locked")));
    let (status, wrong) = world.give("POST", "/api/v1/unlock", &json!({"passphrase": "battery"})).await;
    assert_eq!((status, &wrong["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("passphrase")), "{wrong}");
    assert_eq!(world.give("POST", "/api/v1/unlock", &json!({"passphrase": "correct horse"})).await.0, StatusCode::NO_CONTENT);
    assert_eq!(world.get("/api/v1/items").await["total"], 0);
    assert_eq!(world.ask("POST", "/api/v1/leave").await.0, StatusCode::NO_CONTENT);
    assert_eq!(world.ask("GET", "/api/v1/items").await.0, StatusCode::UNAUTHORIZED);
}
