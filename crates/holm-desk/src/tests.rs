//! The desk as a browser meets it, without a browser.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, StatusCode, header};
use holm::identity::DeviceKeys;
use holm::pages::Copies;
use holm::policy::Action;
use holm::prepare::{MarkOptions, Prepared};
use holm::share::Terms;
use holm::workspace::{InitOptions, Workspace};
use holm_record::id::{ItemName, PersonId};
use holm_simulate::corpus::DOCUMENTS;
use jiff::Timestamp;
use tempfile::TempDir;
use tower::ServiceExt;

use crate::job::Jobs;
use crate::office::Office;
use crate::router::router;
use crate::server::Desk;
use crate::session::Sessions;

const HOST: &str = "127.0.0.1:7465";
const BOUNDARY: &str = "----holm";

/// A desk with 30 people, one item, and a browser that is let in.
struct World {
    folder: TempDir,
    desk: Arc<Desk>,
    cookie: String,
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fill(&folder);
        let sessions = Sessions::new("code", Duration::from_secs(600));
        let hosts = [HOST.to_owned(), "localhost:7465".to_owned()];
        let desk = Arc::new(Desk { office: Office::new(folder.path().join("w")), sessions, jobs: Jobs::default(), hosts });
        let mut world = Self { folder, desk, cookie: String::new() };
        let started = world.send(Request::get("/start/code")).await;
        assert_eq!(started.status(), StatusCode::SEE_OTHER);
        let set = started.headers()[header::SET_COOKIE].to_str().unwrap();
        assert!(set.ends_with("; HttpOnly; SameSite=Strict; Path=/"), "{set}");
        world.cookie = set.split(';').next().unwrap().to_owned();
        world
    }

    fn router(&self) -> Router {
        router(Arc::clone(&self.desk))
    }

    async fn send(&self, request: axum::http::request::Builder) -> Response<Body> {
        self.send_body(request, Body::empty()).await
    }

    async fn send_body(&self, request: axum::http::request::Builder, body: Body) -> Response<Body> {
        let request = request.header(header::HOST, HOST).header(header::COOKIE, &self.cookie).body(body).unwrap();
        self.router().oneshot(request).await.unwrap()
    }

    async fn page(&self, path: &str) -> (StatusCode, String) {
        self.page_in(path, "en").await
    }

    async fn page_in(&self, path: &str, language: &str) -> (StatusCode, String) {
        let response = self.send(Request::get(path).header(header::ACCEPT_LANGUAGE, language)).await;
        (response.status(), text(response).await)
    }

    /// Sends a form to be traced; where it leads.
    async fn trace(&self, ticket: &str, fields: &[(&str, &str)]) -> Response<Body> {
        let own = [("ticket", ticket)];
        let fields = fields.iter().chain(&own);
        let part = |(name, value): &(&str, &str)| {
            format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let body: String = fields.map(part).chain([format!("--{BOUNDARY}--\r\n")]).collect();
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        let request = Request::post("/trace").header(header::ORIGIN, format!("http://{HOST}")).header(header::CONTENT_TYPE, kind);
        self.send_body(request, Body::from(body)).await
    }

    /// Waits until a job leads somewhere.
    async fn done(&self, ticket: &str) -> String {
        loop {
            let response = self.send(Request::get(format!("/trace/{ticket}"))).await;
            if let Some(to) = response.headers().get(header::LOCATION) {
                return to.to_str().unwrap().to_owned();
            }
            let page = text(response).await;
            assert!(page.contains("http-equiv=\"refresh\""), "{page}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn leak(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("leak.md")).unwrap()
    }

    fn looks(&self) -> usize {
        self.desk.office.view().unwrap().state.looks.len()
    }
}

async fn text(response: Response<Body>) -> String {
    String::from_utf8(to_bytes(response.into_body(), 1 << 24).await.unwrap().to_vec()).unwrap()
}

/// Thirty people, one of them with a hostile name, and a brief that is shared with all.
fn fill(folder: &TempDir) {
    let mut workspace = Workspace::init(&folder.path().join("w"), &InitOptions::default(), Timestamp::now()).unwrap();
    let mut roster = "id,name,agency,unit,level,role,email,recipient\n".to_owned();
    for i in 0..30 {
        let name = if i == 7 { "<script>alert(1)</script>".to_owned() } else { format!("Person {i}") };
        roster +=
            &format!("p{i},{name},Bureau,Unit {},1,x,x@x.example,{}\n", i % 3, DeviceKeys::generate().unwrap().public_line());
    }
    let permit = workspace.permit(&Action::Administer, Timestamp::now()).unwrap();
    workspace.import_roster(&permit, &roster).unwrap();
    let source = DOCUMENTS.iter().find(|d| d.name == "en-raid-brief").unwrap().source.as_bytes();
    let mut prepared =
        Prepared::new(source, "brief.md", &MarkOptions { copies: Copies::AsMaster, ..MarkOptions::default() }, None).unwrap();
    prepared.confirm_facts(&[PersonId::new("p1").unwrap(), PersonId::new("p2").unwrap()]);
    let (name, to) = (ItemName::new("brief").unwrap(), workspace.state().resolve("all").unwrap());
    let permit = workspace.permit(&Action::Share { item: &name, to: &to }, Timestamp::now()).unwrap();
    let terms = Terms {
        name,
        file: "brief.md".to_owned(),
        marking: Some("TLP:RED".to_owned()),
        conditions: None,
        second: None,
        planned: 30,
        review: None,
    };
    let keyed = workspace.freeze(&permit, &prepared, source, &terms).unwrap().make_key(&mut workspace, &permit, None).unwrap();
    let sealed = keyed.seal(&workspace, &to, &|_| {}).unwrap();
    let plain = folder.path().join("plain");
    let (released, keyed) = sealed.append(&mut workspace, &permit, &to, Some(&plain)).unwrap();
    released.write_plain(&keyed, &plain).unwrap();
    std::fs::copy(plain.join("p5.md"), folder.path().join("leak.md")).unwrap();
}

const PAGES: [&str; 9] =
    ["/", "/items", "/items?q=br", "/items/brief", "/people", "/people?unit=Bureau,+Unit+1", "/people/p5", "/record", "/trace"];

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_was_not_let_in_sees_nothing() {
    let world = World::new().await;
    for path in PAGES.iter().chain(&["/looks/1", "/unlock", "/nothing"]) {
        for cookie in ["", "holm-session=00000000000000000000000000000000", "holm-session"] {
            let request =
                Request::get(*path).header(header::HOST, HOST).header(header::COOKIE, cookie).body(Body::empty()).unwrap();
            let response = world.router().oneshot(request).await.unwrap();
            assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{path}");
            let page = text(response).await;
            assert!(!page.contains("brief") && !page.contains("Person"), "{path}");
        }
    }
    assert_eq!(world.page("/start/code").await.0, StatusCode::UNAUTHORIZED, "the link was used");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_name_or_a_form_from_elsewhere_is_not_answered() {
    let world = World::new().await;
    for host in ["evil.example", "127.0.0.1:80", "127.0.0.1:7465.evil.example", ""] {
        let request =
            Request::get("/").header(header::HOST, host).header(header::COOKIE, &world.cookie).body(Body::empty()).unwrap();
        assert_eq!(world.router().oneshot(request).await.unwrap().status(), StatusCode::FORBIDDEN, "{host}");
    }
    for origin in ["http://evil.example", "null", "https://127.0.0.1:7465", "http://127.0.0.1:7465.evil.example"] {
        let response = world.send(Request::post("/record/verify").header(header::ORIGIN, origin)).await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{origin}");
    }
    assert_eq!(world.send(Request::post("/record/verify")).await.status(), StatusCode::FORBIDDEN, "no origin at all");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_shown_in_both_languages_and_runs_no_foreign_code() {
    let world = World::new().await;
    for path in PAGES {
        for language in ["en", "es"] {
            let response = world.send(Request::get(path).header(header::ACCEPT_LANGUAGE, language)).await;
            assert_eq!(response.status(), StatusCode::OK, "{path}");
            let csp = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
            assert!(csp.starts_with("default-src 'none'") && !csp.contains("unsafe"), "{csp}");
            assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
            let page = text(response).await;
            assert!(page.contains(&format!("<html lang=\"{language}\">")), "{path}");
            assert!(
                !page.contains("{}") && !page.contains("{name}") && !page.contains("{item}"),
                "{path}: a place is not filled"
            );
            assert!(!page.contains("<script>alert") && !page.contains(" style=") && !page.contains(" onclick"), "{path}");
        }
    }
    assert!(world.page("/people/p7").await.1.contains("&#60;script&#62;alert(1)"), "a hostile name is shown as it is written");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leak_that_is_pasted_names_its_copy_and_is_looked_at_once() {
    let world = World::new().await;
    let leak = world.leak();
    for _ in 0..2 {
        let sent = world.trace("t1", &[("text", &leak), ("item", "brief")]).await;
        assert_eq!(sent.headers()[header::LOCATION], "/trace/t1");
    }
    let report = world.done("t1").await;
    let (status, page) = world.page(&report).await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("One copy explains this leak") && page.contains("Copy p5.1, issued to Person 5 (p5)"), "{page}");
    assert!(page.contains("The other 29 copies stay below the line"));
    assert!(page.contains("<mark class=\"fact\""), "marks stand in their places");
    assert!(world.page_in(&report, "es").await.1.contains("Un ejemplar explica esta filtración"));
    assert_eq!(world.looks(), 1, "a form that is sent twice traces once");
    let (_, json) = world.page(&format!("{report}/report.json")).await;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["verdict"], "named");
    let innocent = json["copies"].as_array().unwrap().iter().find(|c| c["copy"] == "p6.1").unwrap();
    assert!(innocent["p_value"].is_null() && innocent["e_value"].is_null(), "figures of innocents are withheld");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_of_something_else_matches_nothing() {
    let world = World::new().await;
    world.trace("t2", &[("text", "The weather was fine in Vermont, and nobody said a word about anything else at all.")]).await;
    assert_eq!(world.done("t2").await, "/trace/no-match");
    assert!(world.page("/trace/no-match").await.1.contains("This is a leak of none of the items"));
    assert_eq!(world.looks(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_lacks_something_says_so_and_keeps_what_was_typed() {
    let world = World::new().await;
    let before = world.desk.office.view().unwrap().size;
    let sent = world.trace("t3", &[("text", "  "), ("item", "brief"), ("incident", "\0../<b>")]).await;
    assert_eq!(sent.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = text(sent).await;
    assert!(page.contains("Give at least one file") && page.contains("<option selected>brief</option>"), "{page}");
    let malformed =
        Request::post("/trace").header(header::ORIGIN, format!("http://{HOST}")).header(header::CONTENT_TYPE, "text/plain");
    assert!(world.send_body(malformed, Body::from("x")).await.status().is_client_error());
    assert_eq!(world.desk.office.view().unwrap().size, before, "nothing was recorded");
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_of_nothing_are_no_pages() {
    let world = World::new().await;
    let paths = ["/items/none", "/people/none", "/looks/99999", "/looks/x", "/nothing", "/items/..%2f..%2fetc", "/people/%00"];
    for path in paths {
        assert!(world.page(path).await.0.is_client_error(), "{path}");
    }
    assert_eq!(world.page("/record?page=999999999").await.0, StatusCode::OK, "beyond the end is the end");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_record_is_verified_and_a_change_on_the_disk_is_found() {
    let world = World::new().await;
    let verify = || Request::post("/record/verify").header(header::ORIGIN, format!("http://{HOST}"));
    assert!(text(world.send(verify()).await).await.contains("● The record holds"));
    let objects = world.folder.path().join("w/objects");
    let mut open = vec![objects];
    let sealed = loop {
        let path = open.pop().unwrap();
        if path.is_file() {
            break path;
        }
        open.extend(std::fs::read_dir(path).unwrap().map(|e| e.unwrap().path()));
    };
    let mut bytes = std::fs::read(&sealed).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&sealed, bytes).unwrap();
    assert!(text(world.send(verify()).await).await.contains("✕ The record does not hold"));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_leaves_must_be_let_in_anew() {
    let world = World::new().await;
    let left = world.send(Request::post("/leave").header(header::ORIGIN, format!("http://{HOST}"))).await;
    assert_eq!(left.status(), StatusCode::OK);
    assert_eq!(world.page("/").await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_language_is_remembered_and_leads_back_to_this_desk_only() {
    let world = World::new().await;
    for (from, to) in [("http://127.0.0.1:7465/people?q=a", "/people?q=a"), ("http://evil.example", "/"), ("", "/")] {
        let request = Request::post("/language")
            .header(header::ORIGIN, format!("http://{HOST}"))
            .header(header::REFERER, from)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let response = world.send_body(request, Body::from("language=es")).await;
        assert_eq!(response.headers()[header::LOCATION], to, "{from}");
        assert!(response.headers()[header::SET_COOKIE].to_str().unwrap().starts_with("holm-language=es;"));
    }
}
