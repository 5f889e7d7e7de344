//! How long a page takes, in a workspace of 1,000 people and 500 items, against a server that only says hello.
//!
//! `make bench-desk` builds the workspace (30,000 copies, some minutes), serves it, and asks for each page over loopback, a new
//! connection for each request, 21 times after three that are not counted. Exit code 1 if a median is above its limit: 100 ms for
//! the first page, 200 ms for the others. `cargo bench -p holm-desk --bench pages -- --keep FOLDER` makes the workspace and
//! leaves it there instead, for whoever wants to see the pages of it: `holm desk --workspace FOLDER`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, clippy::print_stderr, missing_docs)]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::get;
use holm::identity::DeviceKeys;
use holm::leak::LeakFile;
use holm::marking::Marking;
use holm::policy::Action;
use holm::prepare::{MarkOptions, Prepared};
use holm::share::Terms;
use holm::trace::TraceRequest;
use holm::workspace::{InitOptions, Workspace};
use holm_desk::{Options, Server};
use holm_record::id::{ItemName, PersonId};
use jiff::Timestamp;

const PEOPLE: usize = 1_000;
const ITEMS: usize = 500;
/// Every so manieth item goes to everybody, the others to 40.
const FOR_ALL: usize = 50;
const SOME: usize = 40;
/// As names of people and of units are where they are longest.
const LONG_NAME: &str = "María de los Ángeles Guadalupe Hernández-Villavicencio y Fernández de Córdoba Etxeberria";
const LONG_UNIT: &str =
    "Coordinación Interinstitucional de Investigación de Delitos Financieros y Lavado de Activos del Noroeste";
const ROUNDS: usize = 21;
const WARM: usize = 3;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|a| a == "--keep") {
        build(Path::new(arguments.get(at + 1).expect("`--keep` needs a folder")));
        return ExitCode::SUCCESS;
    }
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("workspace");
    let start = Instant::now();
    let copies = build(&place);
    println!("{PEOPLE} people, {ITEMS} items, {copies} copies, made in {:.0} s", start.elapsed().as_secs_f64());
    let hello = median(serve_hello(), "/", "");
    println!("hello: {:.2} ms", ms(hello));
    let (address, cookie) = serve_desk(&place);
    let mut slow = 0;
    println!("{:<34} {:>9} {:>7} {:>9}", "page", "median ms", "hello ×", "kB");
    for path in pages(address, &cookie) {
        let took = median(address, &path, &cookie);
        let size = ask(address, &path, &cookie).len() as f64 / 1e3;
        let limit = if path == "/" { 100.0 } else { 200.0 };
        let over = ms(took) > limit;
        slow += usize::from(over);
        let verdict = if over { "  above its limit" } else { "" };
        println!("{path:<34} {:>9.1} {:>7.1} {size:>9.1}{verdict}", ms(took), took.as_secs_f64() / hello.as_secs_f64());
    }
    if slow == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn pages(address: SocketAddr, cookie: &str) -> Vec<String> {
    let fixed =
        ["/", "/items", "/items?page=10", "/told", "/people", "/people?q=person+77", "/share", "/inbox", "/trace", "/record"];
    let own = ["/items/item-0", "/items/item-1", "/people/p1", "/people/p999"];
    let traces = ask(address, "/trace", cookie);
    let look = traces.split("href=\"").find(|link| link.starts_with("/looks/")).and_then(|link| link.split('"').next());
    let draft = draft(address, cookie);
    let release = format!("{draft}/release");
    fixed.into_iter().chain(own).chain([look.unwrap(), &draft, &release]).map(str::to_owned).collect()
}

/// Keeps a document as a draft; its page.
fn draft(address: SocketAddr, cookie: &str) -> String {
    let text: String = (0..10).map(text).collect();
    let body = format!("--x\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n{text}\r\n--x--\r\n");
    let head =
        format!("Origin: http://{address}\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: {}", body.len());
    let answer = send(address, "POST", "/share", &format!("Cookie: {cookie}\r\n{head}"), &body);
    answer.lines().find_map(|l| l.strip_prefix("location: ")).unwrap().to_owned()
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// One document; its facts differ from item to item.
fn text(item: usize) -> String {
    format!(
        "# Berth {item}\n\nThe launch [[Aurora|Aurelia]] leaves berth {item} at [[four|five|six]] in the morning, with about \
         [[two|three]] crew. The van waits behind the [[north|south]] gate until {} minutes past the hour.\n",
        item % 60
    )
}

fn build(place: &Path) -> usize {
    let mut workspace = Workspace::init(place, &InitOptions::default(), Timestamp::now()).unwrap();
    let mut roster = "id,name,agency,unit,level,role,email,recipient\n".to_owned();
    for i in 0..PEOPLE {
        let (keys, unit, level) = (DeviceKeys::generate().unwrap(), i % 25, i % 5 + 1);
        let (name, unit) = match i % 50 {
            7 => (LONG_NAME.to_owned(), LONG_UNIT.to_owned()),
            _ => (format!("Person {i}"), format!("Unit {unit}")),
        };
        roster += &format!("p{i},{name},Agency {},{unit},{level},officer,p{i}@x.example,{}\n", i % 7, keys.public_line());
    }
    let permit = workspace.permit(&Action::Administer, Timestamp::now()).unwrap();
    workspace.import_roster(&permit, &roster).unwrap();
    let marking = Marking::parse("TLP:AMBER", &workspace.schemes()).unwrap();
    let confirmers = [PersonId::new("p1").unwrap(), PersonId::new("p2").unwrap()];
    let mut copies = 0;
    for i in 0..ITEMS {
        let who = if i % FOR_ALL == 0 { 0..PEOPLE } else { 0..SOME };
        let to: Vec<PersonId> = who.map(|k| PersonId::new(format!("p{}", (i * 37 + k) % PEOPLE)).unwrap()).collect();
        copies += to.len();
        share(&mut workspace, i, &to, marking.clone(), &confirmers);
        if i % 50 == 49 {
            eprintln!("{} of {ITEMS} items", i + 1);
        }
    }
    let alpha = workspace.alpha();
    let permit = workspace.permit(&Action::Trace { alpha, limit: alpha }, Timestamp::now()).unwrap();
    let files = vec![LeakFile { name: "leak.txt".to_owned(), bytes: text(0).into_bytes() }];
    workspace.trace(&permit, &TraceRequest { files, item: None, alpha, incident: None }, &[], &|_| {}).unwrap();
    copies
}

fn share(workspace: &mut Workspace, item: usize, to: &[PersonId], marking: Option<Marking>, confirmers: &[PersonId]) {
    let terms = Terms {
        name: ItemName::new(format!("item-{item}")).unwrap(),
        file: "brief.md".to_owned(),
        marking: marking.clone(),
        conditions: None,
        second: None,
        planned: to.len(),
        review: None,
    };
    let options = MarkOptions { marking, ..MarkOptions::default() };
    let mut prepared = Prepared::new(text(item).as_bytes(), "brief.md", &options, None).unwrap();
    prepared.confirm_facts(confirmers);
    let permit =
        workspace.permit(&Action::Share { item: &terms.name, to, handling: terms.handling() }, Timestamp::now()).unwrap();
    let keyed = workspace.freeze(&permit, &prepared, &terms).unwrap().make_key(workspace, &permit, None).unwrap();
    keyed.seal(workspace, to, &|_| {}).unwrap().append(workspace, &permit, to, None).unwrap();
}

fn serve_hello() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    listener.set_nonblocking(true).unwrap();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let app = Router::new().route("/", get(|| async { "hello" }));
            axum::serve(tokio::net::TcpListener::from_std(listener).unwrap(), app).await.unwrap();
        });
    });
    address
}

/// Serves the workspace, and is let in.
fn serve_desk(place: &Path) -> (SocketAddr, String) {
    let server = Server::bind(Options { port: 0, ..Options::of(place.to_owned()) }).unwrap();
    let link = server.start_link().to_owned();
    std::thread::spawn(move || server.run().unwrap());
    let (host, path) = link.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let address: SocketAddr = host.parse().unwrap();
    let answer = ask_any(address, &format!("/{path}"), "");
    let cookie =
        answer.lines().find_map(|l| l.strip_prefix("set-cookie: ")).and_then(|c| c.split(';').next()).unwrap().to_owned();
    (address, cookie)
}

fn ask_any(address: SocketAddr, path: &str, cookie: &str) -> String {
    send(address, "GET", path, &format!("Cookie: {cookie}"), "")
}

fn send(address: SocketAddr, method: &str, path: &str, head: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "{method} {path} HTTP/1.1\r\nHost: {address}\r\n{head}\r\nConnection: close\r\n\r\n{body}").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

fn ask(address: SocketAddr, path: &str, cookie: &str) -> String {
    let answer = ask_any(address, path, cookie);
    assert!(answer.starts_with("HTTP/1.1 200"), "{path}: {}", answer.lines().next().unwrap_or_default());
    answer
}

fn median(address: SocketAddr, path: &str, cookie: &str) -> Duration {
    (0..WARM).for_each(|_| drop(ask(address, path, cookie)));
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            ask(address, path, cookie);
            start.elapsed()
        })
        .collect();
    times.sort();
    times[ROUNDS / 2]
}
