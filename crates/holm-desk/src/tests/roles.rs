//! Every route for every role, and worlds that differ in what some are not told.

use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, StatusCode, header};
use holm::policy::Action;
use holm::role::{Reach, UseCase};
use holm::workspace::Workspace;
use holm_record::event::happening::ChannelSort;
use holm_record::event::member::Role;
use holm_record::id::{ChannelName, ItemName, PersonId};
use jiff::Timestamp;

use super::{World, desk_of, fill, share};
use crate::router::all;
use crate::routes::Routes;

const FROZEN: &str = include_str!("../../../../docs/spec/routes.md");
const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/spec/routes.md");
/// Who works as what, with the keys `p10.key` and so on.
const CAST: [(&str, Role); 6] = [
    ("p10", Role::Originator),
    ("p11", Role::SharingOfficer),
    ("p12", Role::VettingOfficer),
    ("p13", Role::Analyst),
    ("p14", Role::Custodian),
    ("p15", Role::Inspector),
];

fn table(world: &World) -> Vec<(&'static str, &'static str, UseCase)> {
    all(Routes::new(std::sync::Arc::clone(&world.desk))).table
}

fn person(id: &str) -> PersonId {
    PersonId::new(id).unwrap()
}

/// A folder with a workspace in which the cast works, and whose officer does no more.
pub(super) fn staffed() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fill(&folder);
    let mut workspace = open(&folder, None);
    let permit = workspace.permit(&Action::Administer, Timestamp::now()).unwrap();
    workspace.set_member(&permit, &person("p14"), &[Role::Custodian].into()).unwrap();
    drop(workspace);
    let mut workspace = open(&folder, Some("p14"));
    let permit = workspace.permit(&Action::Administer, Timestamp::now()).unwrap();
    for (id, role) in CAST.iter().filter(|(id, _)| *id != "p14") {
        workspace.set_member(&permit, &person(id), &[*role].into()).unwrap();
    }
    workspace.set_member(&permit, &person("officer"), &[].into()).unwrap();
    folder
}

fn open(folder: &tempfile::TempDir, who: Option<&str>) -> Workspace {
    let key = who.map(|id| folder.path().join(format!("{id}.key")));
    Workspace::open(&folder.path().join("w"), None, key.as_deref()).unwrap()
}

/// A world as somebody sees it who has this key; the folder comes back with [`World::close`].
pub(super) async fn seen_by(folder: tempfile::TempDir, who: &str) -> World {
    let desk = desk_of(&folder, Some(&format!("{who}.key")));
    World::started(folder, desk).await
}

async fn lossy(response: Response<Body>) -> String {
    String::from_utf8_lossy(&to_bytes(response.into_body(), 1 << 26).await.unwrap()).into_owned()
}

/// A page, or a file as text.
async fn answer(world: &World, path: &str) -> (StatusCode, String) {
    let response = world.send(Request::get(path).header("holm-api", "1")).await;
    (response.status(), lossy(response).await)
}

pub(super) fn closed(world: World) -> tempfile::TempDir {
    world.desk.office.lock();
    world.folder
}

#[tokio::test(flavor = "multi_thread")]
async fn routes_are_for_what_was_reviewed() {
    let world = World::new().await;
    let mut now = "# What each route is for\n\nWritten by the program, read by its reviewers: `HOLM_FREEZE_ROUTES=1 cargo test -p holm-desk \
                   routes_are_for`. Which roles may do what is in [roles](roles.md).\n\n| use-case | routes |\n|---|---|\n"
        .to_owned();
    let table = table(&world);
    for case in UseCase::ALL {
        let routes: Vec<String> = table.iter().filter(|(.., c)| c == case).map(|(m, p, _)| format!("`{m} {p}`")).collect();
        now += &format!("| {case} | {} |\n", routes.join(", "));
    }
    if std::env::var_os("HOLM_FREEZE_ROUTES").is_some() {
        std::fs::write(PATH, now).unwrap();
        return;
    }
    assert!(now == FROZEN, "routes changed: write docs/spec/routes.md anew as it says, and read the diff");
}

/// Every cell of the table by every route: whoever may not is told so, and nobody else is.
#[tokio::test(flavor = "multi_thread")]
async fn every_route_lets_through_the_roles_of_its_use_case_and_no_others() {
    let mut folder = staffed();
    for (id, role) in CAST {
        let world = seen_by(folder, id).await;
        let before = world.desk.office.view().unwrap().state.clone();
        for (method, path, case) in table(&world) {
            // What ends the session, or the test.
            if path.ends_with("/leave") || path == "/start/{code}" || path.ends_with("/unlock") {
                continue;
            }
            let address = path.replace("{name}", "brief").replace("{id}", "p1").replace("{*path}", "checkpoint");
            let address =
                address.split('/').map(|part| if part.starts_with('{') { "1" } else { part }).collect::<Vec<_>>().join("/");
            let request =
                Request::builder().method(method).uri(&address).header(header::ORIGIN, format!("http://{}", super::HOST));
            let response = world.send(request.header("holm-api", "1")).await;
            let refused = response.status() == StatusCode::FORBIDDEN;
            let may = case.reach(role) > Reach::No;
            let said = lossy(response).await;
            assert_eq!(refused, !may, "{role} {method} {address} ({case}): {said}");
            assert!(may || !said.contains("brief"), "{role} {method} {address}");
        }
        // Nothing was done by whoever may not: empty forms do nothing for others, either.
        let after = world.desk.office.act(|workspace| workspace.state().clone()).unwrap();
        assert_eq!(before.items, after.items, "{role}");
        assert_eq!(before.persons, after.persons, "{role}");
        assert_eq!(before.members, after.members, "{role}");
        folder = closed(world);
    }
}

/// The use-case of an address, if a route has it.
fn case_of(table: &[(&'static str, &'static str, UseCase)], method: &str, address: &str) -> Option<UseCase> {
    let path = address.split(['?', '#']).next().unwrap();
    let fits = |route: &str| {
        let (route, path): (Vec<&str>, Vec<&str>) = (route.split('/').collect(), path.split('/').collect());
        route.len() == path.len() && route.iter().zip(&path).all(|(r, p)| r == p || r.starts_with('{'))
    };
    // A route without a variable comes before one with.
    let mut fitting: Vec<_> = table.iter().filter(|(m, route, _)| *m == method && fits(route)).collect();
    fitting.sort_by_key(|(_, route, _)| route.matches('{').count());
    fitting.first().map(|(.., case)| *case)
}

/// Where a page leads: links and forms.
fn ways(page: &str) -> Vec<(&'static str, String)> {
    let document = scraper::Html::parse_document(page);
    let select = |css: &str| scraper::Selector::parse(css).unwrap();
    let links = select("main a[href^='/'], nav a[href^='/']");
    let forms = select("main form[action^='/']");
    let linked = document.select(&links).map(|a| ("GET", a.value().attr("href").unwrap().to_owned()));
    let sent = document.select(&forms).map(|form| {
        let method = if form.value().attr("method") == Some("post") { "POST" } else { "GET" };
        (method, form.value().attr("action").unwrap().to_owned())
    });
    linked.chain(sent).collect()
}

/// No page leads anybody to where they are not let through.
#[tokio::test(flavor = "multi_thread")]
async fn no_page_offers_what_its_reader_may_not_do() {
    let mut folder = staffed();
    let mut own = open(&folder, Some("p10"));
    share(&mut own, "p10-note", holm::pages::Copies::AsMaster, &folder.path().join("own"));
    drop(own);
    add_secret(&folder);
    let mut wrong = Vec::new();
    for (id, role) in CAST {
        let world = seen_by(folder, id).await;
        let table = table(&world);
        let (mut seen, mut next) =
            (std::collections::BTreeSet::new(), vec!["/".to_owned(), "/record".to_owned(), "/record/approvals".to_owned()]);
        while let Some(path) = next.pop() {
            let plain = path.split(['?', '#']).next().unwrap().to_owned();
            if !seen.insert(plain.clone()) || seen.len() > 60 {
                continue;
            }
            let (status, page) = answer(&world, &path).await;
            if !status.is_success() {
                continue;
            }
            for (method, way) in ways(&page) {
                let case =
                    case_of(&table, method, &way).unwrap_or_else(|| panic!("{plain} leads to {method} {way}, which is no route"));
                if case.reach(role) == Reach::No {
                    wrong.push(format!("{role}: {plain} offers {method} {way} ({case})"));
                } else if method == "GET" {
                    next.push(way);
                }
            }
        }
        assert!(seen.len() > 5, "{role}: {seen:?}");
        folder = closed(world);
    }
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Something that the originator and the vetting officer are not told: an item, who has it, what came of it.
fn add_secret(folder: &tempfile::TempDir) {
    let mut workspace = open(folder, Some("p11"));
    share(&mut workspace, "casino", holm::pages::Copies::AsMaster, &folder.path().join("secret"));
    let permit = workspace.permit(&Action::Administer, Timestamp::now()).unwrap();
    workspace.add_channel(&permit, ChannelName::new("wire").unwrap(), ChannelSort::Phone, None, String::new()).unwrap();
    workspace.recall(&permit, &ItemName::new("casino").unwrap(), "it is out").unwrap();
    let mut draft = holm::draft::Draft::new("casino-2.md".to_owned(), b"We saw two empty drums.".to_vec()).unwrap();
    draft.id = "0123456789abcdef".to_owned();
    workspace.keep_draft(&draft).unwrap();
    drop(workspace);
    let mut workspace = open(folder, Some("p14"));
    let alpha = workspace.alpha();
    let permit = workspace.permit(&Action::Trace { alpha, limit: alpha }, Timestamp::now()).unwrap();
    let bytes = std::fs::read(folder.path().join("secret/p3.md")).unwrap();
    let files = vec![holm::leak::LeakFile { name: "leak.md".to_owned(), bytes }];
    workspace.trace(&permit, &holm::trace::TraceRequest { files, item: None, alpha, incident: None }, &[], &|_| {}).unwrap();
}

fn copied(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(|e| e.unwrap().path()) {
        let place = to.join(entry.file_name().unwrap());
        if entry.is_dir() {
            copied(&entry, &place);
        } else {
            std::fs::copy(&entry, &place).unwrap();
        }
    }
}

/// An answer without what is of the moment: when it was made, and tickets.
fn lasting(answer: &str) -> String {
    let moment = |word: &str| word.len() >= 4 && word.contains(':') && word.chars().all(|c| c.is_ascii_digit() || c == ':');
    let lines = answer.lines().filter(|line| !line.contains("name=\"ticket\""));
    lines.map(|l| l.split(' ').filter(|w| !moment(w)).collect::<Vec<_>>().join(" ")).collect::<Vec<_>>().join("\n")
}

/// Everything that can be asked for without changing anything: with what is there, what is hidden, and what never was.
fn questions(world: &World, own: &str) -> Vec<String> {
    let mut asked = Vec::new();
    for (method, path, _) in table(world) {
        // What leaves with a copy proves its entry against the newest checkpoint, which says to anybody how long the record is.
        let proves = path.ends_with("/mails") || path.ends_with("/{kind}");
        if method != "GET" || path.starts_with("/start") || path.starts_with("/assets") || proves {
            continue;
        }
        for (item, entry) in [(own, "3"), ("casino", "120"), ("nothing", "999")] {
            let filled =
                path.replace("{name}", item).replace("{copy}", "p3.1").replace("{*path}", "checkpoint").replace("{kind}", "file");
            let filled = filled
                .replace("{index}", entry)
                .replace("{number}", entry)
                .replace("{id}", if item == own { "p3" } else { item });
            asked.push(
                filled.split('/').map(|part| if part.starts_with('{') { entry } else { part }).collect::<Vec<_>>().join("/"),
            );
        }
    }
    for query in
        ["/items?q=casino", "/items?sort=-copies", "/told?q=person", "/told?item=casino", "/people?q=person", "/people/p3?q=cas"]
    {
        asked.push(query.to_owned());
    }
    for query in ["/api/v1/items?q=cas", "/api/v1/people?q=p", "/api/v1/items?from=0&count=5"] {
        asked.push(query.to_owned());
    }
    asked.sort();
    asked.dedup();
    asked
}

/// What was told to others leaves nothing: the whole state that pages are made of is the same, and every answer, byte for byte.
#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_is_not_told_leaves_no_trace_in_anything_they_see() {
    let with = staffed();
    let mut workspace = open(&with, Some("p10"));
    share(&mut workspace, "p10-note", holm::pages::Copies::AsMaster, &with.path().join("own"));
    drop(workspace);
    let without = tempfile::tempdir().unwrap();
    copied(with.path(), without.path());
    add_secret(&with);
    let mut worlds = (with, without);
    for (who, own) in [("p10", "p10-note"), ("p12", "brief")] {
        let (with, without) = (seen_by(worlds.0, who).await, seen_by(worlds.1, who).await);
        let (there, here) = (with.desk.office.view().unwrap(), without.desk.office.view().unwrap());
        assert!(there.state == here.state, "what {who} is told is the same");
        assert_eq!(
            (there.size, &there.checkpoint, &there.witnessed.is_some()),
            (here.size, &here.checkpoint, &here.witnessed.is_some())
        );
        drop((there, here));
        let questions = questions(&with, own);
        assert!(questions.len() > 150, "{}", questions.len());
        for path in questions {
            let (a, b) = (answer(&with, &path).await, answer(&without, &path).await);
            assert_eq!(a.0, b.0, "{who} {path}");
            assert_eq!(lasting(&a.1), lasting(&b.1), "{who} {path}");
            assert!(path.contains("casino") || !a.1.contains("casino"), "{who} {path}: {}", a.1);
        }
        // What is hidden and what never was are refused in the same words.
        for (hidden, none) in [
            ("/share/0123456789abcdef", "/share/0123456789abcde0"),
            ("/api/v1/drafts/0123456789abcdef", "/api/v1/drafts/0123456789abcde0"),
            ("/items/casino", "/items/nothing"),
            ("/api/v1/items/casino", "/api/v1/items/nothing"),
        ] {
            let (a, b) = (answer(&with, hidden).await, answer(&with, none).await);
            assert_eq!((a.0, lasting(&a.1)), (b.0, lasting(&b.1).replace("nothing", "casino")), "{who}");
        }
        worlds = (closed(with), closed(without));
    }
    // The test can fail: whoever is told sees it.
    let told = seen_by(worlds.0, "p11").await;
    assert!(told.page("/items").await.1.contains("casino"));
}

/// A folder with an item in each state: `brief` is released.
fn folder_of_states() -> tempfile::TempDir {
    let folder = staffed();
    let mut workspace = open(&folder, Some("p11"));
    for name in ["recalled", "opened", "destroyed"] {
        share(&mut workspace, name, holm::pages::Copies::AsMaster, &folder.path().join(name));
    }
    super::keyed(&mut workspace, "waiting", holm::pages::Copies::AsMaster);
    let permit = workspace.permit(&Action::Administer, Timestamp::now()).unwrap();
    workspace.recall(&permit, &ItemName::new("recalled").unwrap(), "it is out").unwrap();
    drop(workspace);
    let mut workspace = open(&folder, Some("p10"));
    share(&mut workspace, "p10-note", holm::pages::Copies::AsMaster, &folder.path().join("own"));
    drop(workspace);
    let mut workspace = open(&folder, Some("p14"));
    let alpha = workspace.alpha();
    let permit = workspace.permit(&Action::Trace { alpha, limit: alpha }, Timestamp::now()).unwrap();
    let (item, bytes) = (ItemName::new("opened").unwrap(), std::fs::read(folder.path().join("opened/p3.md")).unwrap());
    let files = vec![holm::leak::LeakFile { name: "leak.md".to_owned(), bytes }];
    let request = holm::trace::TraceRequest { files, item: Some(item.clone()), alpha, incident: None };
    workspace.trace(&permit, &request, &[], &|_| {}).unwrap();
    let permit = workspace.permit(&Action::OpenItem { item: &item }, Timestamp::now()).unwrap();
    workspace.open_item(&permit, &item, &[]).unwrap();
    let files = workspace.files_of_item(&ItemName::new("destroyed").unwrap());
    let permit = workspace.permit(&Action::Administer, Timestamp::now()).unwrap();
    workspace.destroy(&permit, Vec::new(), files, "Act 12", "order").unwrap();
    folder
}

/// What is asked of an item: method, address, what is sent, and for what.
fn asked_of(item: &str) -> [(&'static str, String, serde_json::Value, UseCase); 7] {
    let at = |end: &str| format!("/api/v1/items/{item}{end}");
    let reason = serde_json::json!({"reason": "it is out"});
    let none = serde_json::json!({});
    let order = serde_json::json!({"item": item, "authority": "Act 12", "reason": "order", "dry": true});
    [
        ("GET", at(""), none.clone(), UseCase::SeeItems),
        ("GET", at("/recall"), none.clone(), UseCase::Withdraw),
        ("GET", at("/correction"), none.clone(), UseCase::Withdraw),
        ("POST", at("/recall"), reason, UseCase::Withdraw),
        ("GET", at("/copies/p3.1/sealed"), none.clone(), UseCase::ReadItems),
        ("POST", at("/key"), none, UseCase::OpenKey),
        ("POST", "/api/v1/record/destructions".to_owned(), order, UseCase::Destroy),
    ]
}

/// The same of the API: whoever may meets the state of the item, and whoever may not is told the same of every state.
#[tokio::test(flavor = "multi_thread")]
async fn each_state_of_an_item_is_met_by_whoever_may_and_by_nobody_else() {
    let mut folder = folder_of_states();
    // See, whether it is recalled, whom a correction would reach, recall, a copy, the key, destroy.
    let met = [
        ("absent", [404, 404, 404, 404, 404, 404, 422]),
        ("waiting", [200, 404, 404, 404, 404, 404, 422]),
        ("recalled", [200, 200, 200, 422, 200, 422, 200]),
        ("opened", [200; 7]),
        ("destroyed", [200, 200, 200, 200, 422, 422, 422]),
        ("brief", [200, 200, 200, 200, 200, 422, 200]),
    ];
    for (id, role) in CAST {
        let world = seen_by(folder, id).await;
        let mut told = std::collections::BTreeMap::<_, std::collections::BTreeSet<_>>::new();
        for (state, met) in met {
            for (step, ((method, path, body, case), status)) in asked_of(state).into_iter().zip(met).enumerate() {
                let (now, said) = spoken(&world, method, &path, &body).await;
                match case.reach(role) {
                    Reach::All => assert_eq!(now.as_u16(), status, "{role} {method} {path}: {said}"),
                    Reach::Own => assert_eq!(now.as_u16(), 404, "{role} {method} {path}: {said}"),
                    Reach::No => assert_eq!(now.as_u16(), 403, "{role} {method} {path}: {said}"),
                }
                if case.reach(role) != Reach::All {
                    told.entry(step).or_default().insert(said.replace(state, "ITEM"));
                }
            }
        }
        assert!(told.values().all(|answers| answers.len() == 1), "{role}: {told:?}");
        // An originator's own item is there, and is theirs to recall.
        if role == Role::Originator {
            for (method, path, body, case) in asked_of("p10-note") {
                let (now, said) = spoken(&world, method, &path, &body).await;
                assert_eq!(now.as_u16(), if case.reach(role) == Reach::Own { 200 } else { 403 }, "{method} {path}: {said}");
            }
        }
        folder = closed(world);
    }
}

async fn spoken(world: &World, method: &str, path: &str, body: &serde_json::Value) -> (StatusCode, String) {
    let request = Request::builder().method(method).uri(path).header("holm-api", "1");
    let request =
        request.header(header::ORIGIN, format!("http://{}", super::HOST)).header(header::CONTENT_TYPE, "application/json");
    let body = if method == "GET" { Body::empty() } else { Body::from(body.to_string()) };
    let response = world.send_body(request, body).await;
    (response.status(), lossy(response).await)
}

/// Pairs of questions for each address, in random order. The sign test, at α = 10⁻⁶ for each of the 10 rows, finds a difference that shows in 70 % of
/// pairs with a chance of 90 %; about how long anything takes it says nothing.
const PAIRS: usize = 300;
const LEVEL: f64 = 1e-6;

/// Whoever is not told of something cannot tell it from what never was by how long the answer takes.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_hidden_takes_as_long_to_refuse_as_what_never_was() {
    let mut folder = staffed();
    add_secret(&folder);
    let pairs = [
        ("/items/casino", "/items/nobody"),
        ("/api/v1/items/casino", "/api/v1/items/nobody"),
        ("/api/v1/items/casino/recall", "/api/v1/items/nobody/recall"),
        ("/api/v1/items/casino/copies/p3.1/sealed", "/api/v1/items/nobody/copies/p3.1/sealed"),
        ("/api/v1/drafts/0123456789abcdef", "/api/v1/drafts/0123456789abcde0"),
    ];
    let mut told = Vec::new();
    for who in ["p10", "p12"] {
        let world = seen_by(folder, who).await;
        let mut random = 0x9e37_79b9_7f4a_7c15_u64;
        for (hidden, none) in pairs {
            let mut slower = 0;
            for _ in 0..PAIRS {
                random ^= random << 13;
                random ^= random >> 7;
                random ^= random << 17;
                let ahead = random.is_multiple_of(2);
                let (first, second) = if ahead { (hidden, none) } else { (none, hidden) };
                let (a, b) = (took(&world, first).await, took(&world, second).await);
                slower += usize::from(if ahead { a > b } else { b > a });
            }
            let p = two_sided(slower, PAIRS);
            told.push(format!("{who} {hidden}: slower in {slower} of {PAIRS}, p = {p:.2e}"));
            assert!(p > LEVEL, "{told:#?}");
        }
        folder = closed(world);
    }
    println!("{}", told.join("\n"));
}

async fn took(world: &World, path: &str) -> std::time::Duration {
    let begun = std::time::Instant::now();
    let (status, _) = answer(world, path).await;
    let took = begun.elapsed();
    assert!(status.is_client_error(), "{path}: {status}");
    took
}

/// p of the two-sided sign test, by Hoeffding's bound: 2·exp(−2n(k/n − 1/2)²).
fn two_sided(slower: usize, of: usize) -> f64 {
    let n = of as f64;
    (2.0 * (-2.0 * n * (slower as f64 / n - 0.5).powi(2)).exp()).min(1.0)
}

/// Tracing and sharing further, which are jobs: each state of an item is met by the custodian and by the sharing officer.
#[tokio::test(flavor = "multi_thread")]
async fn each_state_of_an_item_is_met_by_jobs_that_trace_and_share() {
    let folder = folder_of_states();
    let leak = std::fs::read(folder.path().join("plain/p3.md")).unwrap();
    let states = ["absent", "waiting", "recalled", "opened", "destroyed", "brief"];
    let world = seen_by(folder, "p14").await;
    let mut traced = Vec::new();
    for state in states {
        let parts = [("ticket", None, state.as_bytes()), ("item", None, state.as_bytes()), ("files", Some("leak.md"), &leak[..])];
        let (status, said) = world.upload("/api/v1/traces", &parts).await;
        traced.push(if status.is_success() {
            let job = world.finished(&format!("/api/v1/traces/{state}")).await;
            format!("{} {}", job["state"], job["error"])
        } else {
            format!("{status} {said}")
        });
    }
    let (folder, shared) = shared_by(closed(world), "p11", &leak, &states).await;
    let (_folder, others) = shared_by(folder, "p10", &leak, &states).await;
    let alike: std::collections::BTreeSet<String> =
        others.iter().zip(states).map(|(said, state)| said.replace(state, "ITEM")).collect();
    assert!(alike.len() == 1 && others[0].contains("names theirs"), "an originator is told the same of each: {others:#?}");
    let none = "is not the name of a released item";
    let meets = |said: &[String], expected: [&str; 6]| {
        for ((state, said), part) in states.iter().zip(said).zip(expected) {
            assert!(said.contains(part), "{state}: {said}");
        }
    };
    meets(&traced, [none, none, "\"done\"", "it proves nothing", "leaks of it cannot be read any more", "\"done\""]);
    // Further copies of an item are issued by command alone: here its name is taken.
    let taken = "Another item has this name";
    meets(&shared, ["\"done\"", "is already the name of an item", taken, taken, taken, taken]);
}

/// Shares a text under each name, by the API; what came of each.
async fn shared_by(folder: tempfile::TempDir, who: &str, leak: &[u8], states: &[&str]) -> (tempfile::TempDir, Vec<String>) {
    let world = seen_by(folder, who).await;
    let mut shared = Vec::new();
    for state in states {
        let (_, draft) = world.upload("/api/v1/drafts", &[("document", Some("brief.md"), leak)]).await;
        let path = format!("/api/v1/drafts/{}", draft["id"].as_str().unwrap());
        let (status, said) = world.give("PATCH", &path, &serde_json::json!({"name": state, "recipients": ["p1"]})).await;
        let order = serde_json::json!({"ticket": state, "accept_weak": true});
        let (status, said) =
            if status.is_success() { world.give("POST", &format!("{path}/release"), &order).await } else { (status, said) };
        shared.push(if status.is_success() {
            let job = world.finished(&format!("/api/v1/releases/{state}")).await;
            format!("{} {}", job["state"], job["error"])
        } else {
            format!("{status} {said}")
        });
    }
    (closed(world), shared)
}
