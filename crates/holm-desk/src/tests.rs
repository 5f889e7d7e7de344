//! The desk as a browser meets it, without a browser; as a program does, in [`api`].

mod api;
mod approaches;
mod approvals;
mod belief;
mod cases;
mod drawer;
mod draws;
mod experiments;
mod forms;
mod onward;
mod plans;
mod programme;
mod register;
mod roles;
mod scanned;
mod schema;
mod second;
mod statements;
mod tables;
mod vetting;
mod warnings;
mod witnesses;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, StatusCode, header};
use holm::identity::DeviceKeys;
use holm::marking::Marking;
use holm::pages::Copies;
use holm::policy::{Action, Permit};
use holm::prepare::{MarkOptions, Prepared};
use holm::share::{Keyed, Terms};
use holm::workspace::{InitOptions, Workspace};
use holm_record::id::{ItemName, PersonId};
use holm_simulate::corpus::DOCUMENTS;
use jiff::Timestamp;
use tempfile::TempDir;
use tower::ServiceExt;

use crate::approach::SealedHere;
use crate::approval::AskedHere;
use crate::arrival::Arrivals;
use crate::drawer::DrawsHere;
use crate::job::Jobs;
use crate::office::Office;
use crate::page::in_address;
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
        let desk = desk(&folder);
        Self::started(folder, desk).await
    }

    /// A desk with nothing in it, whose officer's key has a passphrase.
    async fn locked(passphrase: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = InitOptions { passphrase: Some(passphrase.to_owned().into()), ..InitOptions::default() };
        Workspace::init(&folder.path().join("w"), &options, Timestamp::now()).unwrap();
        let desk = desk(&folder);
        Self::started(folder, desk).await
    }

    async fn started(folder: TempDir, desk: Arc<Desk>) -> Self {
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
        let fields: Vec<(&str, Option<&str>, &[u8])> =
            fields.iter().chain(&own).map(|(name, value)| (*name, None, value.as_bytes())).collect();
        self.parts("/trace", &fields).await
    }

    /// Sends a form with files: name, file name, content.
    async fn parts(&self, path: &str, parts: &[(&str, Option<&str>, &[u8])]) -> Response<Body> {
        let (kind, body) = multipart(parts);
        self.send_body(posted(path).header(header::CONTENT_TYPE, kind), body).await
    }

    /// Sends a form of fields.
    async fn fields(&self, path: &str, fields: &[(&str, &str)]) -> Response<Body> {
        let pair = |(name, value): &(&str, &str)| format!("{}={}", in_address(name), in_address(value));
        let body = fields.iter().map(pair).collect::<Vec<_>>().join("&");
        let request = posted(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send_body(request, Body::from(body)).await
    }

    /// A file that the desk gives out.
    async fn file(&self, path: &str) -> Vec<u8> {
        let response = self.send(Request::get(path)).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        assert!(response.headers()[header::CONTENT_DISPOSITION].to_str().unwrap().starts_with("attachment"));
        to_bytes(response.into_body(), 1 << 24).await.unwrap().to_vec()
    }

    /// Keeps a text as a draft; where it is.
    async fn draft(&self, text: &str) -> String {
        let begun = self.parts("/share", &[("text", None, text.as_bytes())]).await;
        assert_eq!(begun.status(), StatusCode::SEE_OTHER);
        to(&begun)
    }

    fn copies_of(&self, item: &str) -> usize {
        let view = self.desk.office.view().unwrap();
        view.state.items.get(&ItemName::new(item).unwrap()).map_or(0, |i| i.disclosures.len())
    }

    /// Waits until a job leads somewhere.
    async fn done(&self, ticket: &str) -> String {
        self.done_at(&format!("/trace/{ticket}")).await
    }

    async fn done_at(&self, path: &str) -> String {
        loop {
            let response = self.send(Request::get(path)).await;
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

fn desk(folder: &TempDir) -> Arc<Desk> {
    desk_of(folder, None)
}

/// The desk of whoever has this key file, or of the officer.
fn desk_of(folder: &TempDir, key: Option<&str>) -> Arc<Desk> {
    let key = key.map(|name| folder.path().join(name));
    Arc::new(Desk {
        office: Office::new(folder.path().join("w"), key, Some(folder.path().join("heads"))),
        sessions: Sessions::new("code", Duration::from_secs(600)),
        jobs: Jobs::default(),
        identity: Some(folder.path().join("p5.key")),
        arrivals: Arrivals::default(),
        asked_here: AskedHere::default(),
        draws_here: DrawsHere::default(),
        sealed_here: SealedHere::default(),
        hosts: [HOST.to_owned(), "localhost:7465".to_owned()],
        picture: std::sync::Mutex::new(()),
        reading: std::sync::Mutex::new(()),
        statements: None,
    })
}

/// A form with files, and its media type.
fn multipart(parts: &[(&str, Option<&str>, &[u8])]) -> (String, Body) {
    let mut body = Vec::new();
    for (name, file, content) in parts {
        let file = file.map(|f| format!("; filename=\"{f}\"")).unwrap_or_default();
        body.extend(format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n").into_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend(format!("--{BOUNDARY}--\r\n").into_bytes());
    (format!("multipart/form-data; boundary={BOUNDARY}"), Body::from(body))
}

fn posted(path: &str) -> axum::http::request::Builder {
    Request::post(path).header(header::ORIGIN, format!("http://{HOST}"))
}

fn to(response: &Response<Body>) -> String {
    response.headers()[header::LOCATION].to_str().unwrap().to_owned()
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
        let keys = DeviceKeys::generate().unwrap();
        roster += &format!("p{i},{name},Bureau,Unit {},1,x,x@x.example,{}\n", i % 3, keys.public_line());
        if [5, 6].contains(&i) || (10..16).contains(&i) {
            std::fs::write(folder.path().join(format!("p{i}.key")), keys.to_file(None).unwrap()).unwrap();
        }
    }
    let permit = workspace.permit(&Action::Administer, Timestamp::now()).unwrap();
    workspace.import_roster(&permit, &roster).unwrap();
    share(&mut workspace, "brief", Copies::AsMaster, &folder.path().join("plain"));
    std::fs::copy(folder.path().join("plain/p5.md"), folder.path().join("leak.md")).unwrap();
}

/// Shares the brief with everybody under a name; copies are also written to `plain`.
fn share(workspace: &mut Workspace, name: &str, copies: Copies, plain: &Path) {
    let (keyed, permit, to) = keyed(workspace, name, copies);
    let sealed = keyed.seal(workspace, &to, &|_| {}).unwrap();
    let (released, keyed) = sealed.append(workspace, &permit, &to, Some(plain)).unwrap();
    released.write_plain(&keyed, plain).unwrap();
}

/// The brief with its key, before anybody has a copy: what is waiting.
fn keyed(workspace: &mut Workspace, name: &str, copies: Copies) -> (Keyed, Permit, Vec<PersonId>) {
    let source = DOCUMENTS.iter().find(|d| d.name == "en-raid-brief").unwrap().source.as_bytes();
    let mut prepared = Prepared::new(source, "brief.md", &MarkOptions { copies, ..MarkOptions::default() }, None).unwrap();
    if copies == Copies::Pages {
        prepared.move_words(None).unwrap();
    }
    prepared.confirm_facts(&[PersonId::new("p1").unwrap(), PersonId::new("p2").unwrap()]);
    let (name, to) = (ItemName::new(name).unwrap(), workspace.state().resolve("all").unwrap());
    let terms = Terms {
        name,
        file: "brief.md".to_owned(),
        marking: Marking::parse("TLP:RED", &workspace.schemes()).unwrap(),
        conditions: None,
        second: None,
        planned: 30,
        review: None,
    };
    let handling = terms.handling();
    let permit = workspace.permit(&Action::Share { item: &terms.name, to: &to, handling }, Timestamp::now()).unwrap();
    let keyed = workspace.freeze(&permit, &prepared, &terms).unwrap().make_key(workspace, &permit, None).unwrap();
    (keyed, permit, to)
}

const PAGES: [&str; 48] = [
    "/programme",
    "/programme?since=2020-01-01&until=2030-01-01",
    "/programme/figures?partner=Bureau",
    "/programme/effect",
    "/experiments",
    "/outcomes",
    "/vetting/register",
    "/plans",
    "/approaches",
    "/approaches/home",
    "/vetting/statements",
    "/record/destruction?item=brief",
    "/items/brief/key",
    "/members",
    "/vetting",
    "/vetting?person=p5",
    "/record/approvals",
    "/cases",
    "/cases?q=x&over=9",
    "/record/operation?operation=x",
    "/record/incident",
    "/record/telling?item=brief",
    "/record/channel",
    "/record/target",
    "/record/operations",
    "/people/p7/damage",
    "/",
    "/share",
    "/inbox",
    "/requests",
    "/items",
    "/items?q=br",
    "/items?sort=-copies",
    "/items?unsigned=1",
    "/items/brief",
    "/items/brief?q=nobody&sort=unit",
    "/items/brief?from=2020-01-01T00:00&until=2020-01-02T00:00",
    "/told",
    "/told?q=person&unit=Bureau,+Unit+1&item=br&rows=9&columns=9",
    "/people",
    "/people?unit=Bureau,+Unit+1",
    "/people/p5",
    "/people/p5?q=nothing&sort=-leak",
    "/people/p5?from=2020-01-01T00:00",
    "/roster",
    "/record",
    "/record/witnesses",
    "/trace",
];

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
async fn pages_load_the_islands_that_were_built_and_nothing_where_none_were() {
    let world = World::new().await;
    let (_, page) = world.page("/told").await;
    let scripts: Vec<&str> = page.split("<script").skip(1).map(|s| s.split('>').next().unwrap()).collect();
    match crate::bundle::address() {
        Some(address) => {
            assert_eq!(scripts, [format!(" type=\"module\" src=\"{address}\"")]);
            let script = world.send(Request::get(&address)).await;
            assert_eq!(script.headers()[header::CONTENT_TYPE], "text/javascript; charset=utf-8");
            assert!(script.headers()[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"));
            assert!(page.contains("data-words=\"{&#34;sortBy&#34;"));
        }
        None => assert!(scripts.is_empty() && !page.contains("data-words")),
    }
    assert_eq!(world.page("/assets/desk-0000000000000000.js").await.0, StatusCode::NOT_FOUND);
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
    let levels: Vec<&str> = page.split("<div class=\"document leak\">").skip(1).collect();
    assert!(levels.len() > 5, "{page}");
    for level in levels.iter().filter(|l| l.contains("class=\"shown\"")) {
        let place = level.split("data-mark=\"").nth(1).unwrap().split('"').next().unwrap();
        let item = level.split("<div class=\"document\">").nth(1).unwrap();
        assert!(item.contains(&format!("data-mark=\"{place}\"")), "a mark stands level with where the leak shows it: {level}");
    }
    assert!(world.page_in(&report, "es").await.1.contains("Un ejemplar explica esta filtración"));
    assert_eq!(world.looks(), 1, "a form that is sent twice traces once");
    let (_, json) = world.page(&format!("{report}/report.json")).await;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["verdict"], "named");
    let innocent = json["copies"].as_array().unwrap().iter().find(|c| c["copy"] == "p6.1").unwrap();
    assert!(innocent["p_value"].is_null() && innocent["e_value"].is_null(), "figures of innocents are withheld");
}

/// A mark that the leak shows in words that stand in it once, with another of its alternatives: place, shown, other.
fn shown_once(page: &str, leak: &str) -> (String, String, String) {
    let shown = page.split("<span class=\"shown\" data-mark=\"").skip(1).filter_map(|span| {
        let (place, rest) = span.split_once("\">")?;
        let text = rest.split_once("</span>")?.0;
        let title = page.split(&format!("data-mark=\"{place}\" title=\"")).nth(1)?.split('"').next()?;
        let alternatives = title.split_once(" (")?.1.split_once(')')?.0;
        let other = alternatives.split(" | ").find(|other| *other != text && other.len() > 3)?;
        (leak.matches(text).count() == 1).then(|| (place.to_owned(), text.to_owned(), other.to_owned()))
    });
    shown.max_by_key(|(_, text, _)| text.len()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mark_that_the_named_copy_does_not_have_is_shown_where_it_stands() {
    let world = World::new().await;
    let leak = world.leak();
    world.trace("t1", &[("text", &leak)]).await;
    let (_, page) = world.page(&world.done("t1").await).await;
    assert!(!page.contains("data-kind=\"against\""), "the copy itself has all that it shows");
    let (place, text, other) = shown_once(&page, &leak);
    world.trace("t2", &[("text", &leak.replace(&text, &other))]).await;
    let report = world.done("t2").await;
    let (_, page) = world.page(&report).await;
    assert!(page.contains("Copy p5.1, issued to"), "{page}");
    let against: Vec<&str> = page.split("data-kind=\"against\"").skip(1).collect();
    assert!(!against.is_empty() && against.iter().all(|m| m.starts_with(&format!(" data-mark=\"{place}\""))), "{against:?}");
    assert!(against[0].contains(", which copy p5.1 does not have\">✕ "), "{against:?}");
    let json: serde_json::Value = serde_json::from_str(&world.page(&format!("{report}/report.json")).await.1).unwrap();
    let named = json["copies"].as_array().unwrap().iter().find(|c| c["copy"] == "p5.1").unwrap();
    assert_eq!(named["against"], serde_json::json!([place.parse::<usize>().unwrap()]));
    assert!(world.page_in(&report, "es").await.1.contains(", que el ejemplar p5.1 no lleva"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_core_refuses_is_said_in_the_officers_language() {
    let world = World::new().await;
    let old_word = [&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1][..], &[0; 600]].concat();
    let (kind, body) = multipart(&[("document", Some("acta.doc"), &old_word)]);
    let request = posted("/share").header(header::CONTENT_TYPE, kind).header(header::ACCEPT_LANGUAGE, "es");
    let refused = world.send_body(request, body).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = text(refused).await;
    assert!(page.contains("Este archivo de Word está cifrado o es del antiguo formato .doc; pida a quien lo envió"), "{page}");

    world.parts("/trace", &[("ticket", None, b"t1"), ("files", Some("algo.bin"), &[0, 159, 146, 150, 0, 255, 1, 2])]).await;
    let page = loop {
        let (_, page) = world.page_in("/trace/t1", "es").await;
        if !page.contains("http-equiv=\"refresh\"") {
            break page;
        }
    };
    assert!(page.contains("«algo.bin»: este es un archivo binario de tipo desconocido; entregue la filtración"), "{page}");
    assert!(world.page("/trace/t1").await.1.contains("“algo.bin”: this is a binary file of an unknown kind"));
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

fn minutes() -> &'static str {
    DOCUMENTS.iter().find(|d| d.name == "en-minutes").unwrap().source
}

/// Values of the boxes that a draft's page shows ticked.
fn ticked(page: &str) -> Vec<String> {
    let boxes = page.split("name=\"keep\" value=\"").skip(1);
    boxes.filter(|b| b.split('>').next().unwrap().contains("checked")).map(|b| b.split('"').next().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_tab_changed_is_not_written_over_unseen() {
    let world = World::new().await;
    let draft = world.draft(minutes()).await;
    let seen = |page: &str| page.split("name=\"seen\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let first = seen(&world.page(&draft).await.1);
    let change = async |seen: &str, conditions: &str| {
        world.fields(&draft, &[("seen", seen), ("name", "x"), ("conditions", conditions), ("do", "save")]).await
    };
    assert_eq!(change(&first, "One.").await.status(), StatusCode::SEE_OTHER);
    let other = change(&first, "Two.").await;
    assert_eq!(other.status(), StatusCode::CONFLICT);
    let page = text(other).await;
    assert!(page.contains("was changed elsewhere") && page.contains("Two."), "what was typed is shown: {page}");
    assert!(world.page(&draft).await.1.contains("One."), "and not kept");
    assert_eq!(change(&seen(&page), "Two.").await.status(), StatusCode::SEE_OTHER);
    assert!(world.page(&draft).await.1.contains("Two."), "unless it is said again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_released_once_however_often_the_button_is_pressed() {
    let world = World::new().await;
    let draft = world.draft(minutes()).await;
    let (_, page) = world.page(&draft).await;
    assert!(page.contains("marks name one copy among 30"), "nobody chosen means everybody");
    let kept = ticked(&page);
    assert!(kept.len() > 20, "{}", kept.len());
    // All but the first stay.
    let mut fields: Vec<(&str, &str)> = kept.iter().skip(1).map(|id| ("keep", id.as_str())).collect();
    fields.extend([
        ("to", "unit:Unit 1"),
        ("to", "p5"),
        ("name", "minutes"),
        ("marking", "TLP:AMBER"),
        ("conditions", "Read <alone>"),
    ]);
    fields.push(("do", "save"));
    assert_eq!(to(&world.fields(&draft, &fields).await), draft);
    let (_, page) = world.page(&draft).await;
    assert_eq!(ticked(&page).len(), kept.len() - 1, "what was struck stays struck");
    assert!(page.contains("11 people are chosen") && page.contains("Read &#60;alone&#62;"), "{page}");
    fields.pop();
    fields.push(("do", "release"));
    assert_eq!(to(&world.fields(&draft, &fields).await), format!("{draft}/release"));
    let (_, page) = world.page(&format!("{draft}/release")).await;
    assert!(page.contains("Release 11 copies") && page.contains("Person 4"));
    let before = world.desk.office.view().unwrap().size;
    for _ in 0..2 {
        let sent = world.fields(&format!("{draft}/release"), &[("ticket", "r1")]).await;
        assert_eq!(to(&sent), format!("{draft}/release/r1"));
    }
    assert_eq!(world.done_at(&format!("{draft}/release/r1")).await, "/items/minutes");
    assert_eq!(world.copies_of("minutes"), 11);
    assert_eq!(world.desk.office.view().unwrap().size, before + 13, "manifest, release, eleven disclosures");
    assert_eq!(world.page(&draft).await.0, StatusCode::NOT_FOUND, "the draft is gone");
    let mail = String::from_utf8(world.file("/items/minutes/copies/p5.1/mail").await).unwrap();
    assert!(mail.contains("TLP:AMBER minutes") && mail.contains("p5.md.age"));
    assert!(world.file("/items/minutes/mails").await.starts_with(b"PK"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_draft_lacks_is_said_at_its_field_and_nothing_is_recorded() {
    let world = World::new().await;
    let before = world.desk.office.view().unwrap().size;
    let draft = world.draft("We met in the hall. [[Two|Three]] windows were open, and it rained all day.").await;
    let sent = world.fields(&draft, &[("name", "A/../b"), ("do", "release")]).await;
    assert_eq!(sent.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = text(sent).await;
    for said in ["Choose at least one recipient", "The name may hold small letters", "Two different persons must confirm"] {
        assert!(page.contains(said), "{said}");
    }
    assert!(page.contains("value=\"A/../b\""), "what was typed is kept");
    let taken =
        world.fields(&draft, &[("name", "brief"), ("to", "p1"), ("confirmed", "p1"), ("confirmed", "p1"), ("do", "release")]);
    let page = text(taken.await).await;
    assert!(page.contains("Another item has this name") && page.contains("Two different persons must confirm"), "{page}");
    let whole = [("name", "hall"), ("to", "p1"), ("to", "nobody"), ("confirmed", "p1"), ("confirmed", "p2"), ("do", "release")];
    assert_eq!(to(&world.fields(&draft, &whole).await), format!("{draft}/release"));
    let weak = world.fields(&format!("{draft}/release"), &[("ticket", "r2")]).await;
    assert_eq!(weak.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(text(weak).await.contains("too short to name anyone"));
    assert_eq!(world.desk.office.view().unwrap().size, before, "nothing was recorded");
    world.fields(&format!("{draft}/release"), &[("ticket", "r3"), ("weak", "1")]).await;
    assert_eq!(world.done_at(&format!("{draft}/release/r3")).await, "/items/hall");
    assert_eq!(world.copies_of("hall"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_that_cannot_be_shared_are_refused_with_the_reason_and_a_preview_is_of_a_throw_away_key() {
    let world = World::new().await;
    let refused: [(Option<&str>, &[u8], &str); 3] = [
        (None, b"", "Give a document"),
        (Some("x.pdf"), b"%PDF-1.4 nothing", "PDF"),
        (Some("../../x.docx"), b"PK\x03\x04 broken", "problem"),
    ];
    for (name, bytes, said) in refused {
        let sent = world.parts("/share", &[("document", name, bytes)]).await;
        assert_eq!(sent.status(), StatusCode::UNPROCESSABLE_ENTITY, "{name:?}");
        assert!(text(sent).await.contains(said), "{name:?}");
    }
    let draft = world.draft(minutes()).await;
    let [one, other] =
        [world.file(&format!("{draft}/preview/file?copy=1")).await, world.file(&format!("{draft}/preview/file?copy=2")).await];
    assert_ne!(one, other, "previews differ as copies do");
    assert_eq!(world.page(&format!("{draft}/preview")).await.0, StatusCode::OK);
    assert_eq!(to(&world.fields(&draft, &[("do", "drop")]).await), "/share");
    assert_eq!(world.page(&draft).await.0, StatusCode::NOT_FOUND);
    for path in [
        "/share/0000000000000000",
        "/share/..%2f..%2fofficer",
        "/share/x/release",
        "/items/brief/copies/p5.1/key",
        "/items/none/mails",
    ] {
        assert!(world.page(path).await.0.is_client_error(), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recipient_accepts_reads_and_signs_and_the_receipt_goes_back_into_the_record() {
    let world = World::new().await;
    let mail = world.file("/items/brief/copies/p5.1/mail").await;
    let arrived = world.parts("/inbox", &[("files", Some("p5.md.eml"), &mail)]).await;
    let place = to(&arrived);
    let (_, page) = world.page(&place).await;
    assert!(page.contains("A copy of brief arrived for p5") && page.contains("TLP:RED") && !page.contains("weighbridge"));
    assert!(world.page(&format!("{place}/copy")).await.0.is_client_error(), "nothing before it is accepted");
    assert_eq!(to(&world.parts(&place, &[("passphrase", None, b"")]).await), place);
    let (_, page) = world.page(&place).await;
    assert!(page.contains("Your copy of brief") && page.contains("weighbridge"));
    let receipt = world.file(&format!("{place}/receipt")).await;
    assert_eq!(world.file(&format!("{place}/copy")).await, world.leak().into_bytes());
    for said in ["● p5.receipt: copy p5.1, signature checked", "✕ p5.receipt: a receipt for copy “p5.1” is in the record already"]
    {
        let page = text(world.parts("/receipts", &[("receipts", Some("p5.receipt"), &receipt)]).await).await;
        assert!(page.contains(said), "{page}");
    }
    assert!(world.page("/items/brief").await.1.contains("● signed"));
    // Another's copy does not open, and a slip without its copy shows nothing.
    let other = world.file("/items/brief/copies/p6.1/mail").await;
    let place = to(&world.parts("/inbox", &[("files", Some("p6.eml"), &other)]).await);
    let closed = world.parts(&place, &[("passphrase", None, b"")]).await;
    assert_eq!(closed.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(text(closed).await.contains("does not open with this key"));
    let slip = world.file("/items/brief/copies/p5.1/slip").await;
    let sealed = world.file("/items/brief/copies/p6.1/sealed").await;
    let alone = world.parts("/inbox", &[("files", Some("p5.holm"), &slip)]).await;
    assert!(text(alone).await.contains("Nothing was opened"));
    let crossed = world.parts("/inbox", &[("files", Some("p5.holm"), &slip), ("files", Some("p5.age"), &sealed)]).await;
    assert!(text(crossed).await.contains("The slip does not hold"));
}
