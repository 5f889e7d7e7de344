//! Naming witnesses and having the record witnessed, on pages.

use std::path::Path;

use axum::body::to_bytes;
use axum::http::{Request, StatusCode, header};
use axum::response::Response;
use holm::witness::{WitnessDesk, trust_log};
use holm_record::witness::memory::{Memory, SqliteMemory};

use super::{World, text, to};
use crate::witness::WitnessServer;

/// A witness that answers at a port of its own and trusts these logs: its key, its address, and its folder.
pub(super) fn witness(name: &str, logs: &[String]) -> (String, String, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("witness");
    drop(WitnessDesk::init(&own, name, None).unwrap());
    logs.iter().for_each(|key| assert!(trust_log(&own, key).unwrap()));
    let desk = WitnessDesk::open(&own, None).unwrap();
    let key = desk.keys()[1].to_vkey();
    let server = WitnessServer::bind(desk, "127.0.0.1:0".parse().unwrap()).unwrap();
    let address = format!("http://{}", server.address());
    std::thread::spawn(move || server.run());
    (key, address, folder)
}

impl World {
    fn log_keys(&self) -> Vec<String> {
        self.desk.office.act(|workspace| workspace.log_keys()).unwrap().iter().map(|k| k.to_vkey()).collect()
    }

    async fn name_witnesses(&self, policy: &str, within: &str) -> Response {
        self.fields("/record/witnesses", &[("policy", policy), ("within", within)]).await
    }

    async fn collect(&self) -> String {
        let response = self.fields("/record/checkpoint", &[]).await;
        assert_eq!(response.status(), StatusCode::OK);
        text(response).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn witnesses_are_named_and_asked_and_what_is_wrong_is_said_beside_its_field() {
    let world = World::new().await;
    let keys = world.log_keys();
    let (_, page) = world.page("/record/witnesses").await;
    assert!(page.contains("Nobody outside witnesses this record"));
    assert!(page.contains(&format!("log {}", keys[0].split('+').next().unwrap())), "{page}");
    assert!(world.page("/record").await.1.contains("Nobody outside witnesses this record"));
    assert_eq!(world.fields("/record/checkpoint", &[]).await.status(), StatusCode::UNPROCESSABLE_ENTITY);

    let (key, address, folder) = witness("near.example/w", &keys);
    let logs: String = keys.iter().map(|k| format!("log {k}\r\n")).collect();
    let before = world.desk.office.view().unwrap().size;
    for (policy, within, what) in [
        ("", "48", "no line `quorum NAME`"),
        ("quorum none", "48", "does not list this record"),
        (&format!("{logs}quorum near"), "48", "no witness or group"),
        (&format!("{logs}quorum none"), "soon", "a whole number of hours"),
        (&format!("{logs}quorum none"), "0", "An alarm after 0 hours"),
    ] {
        let response = world.name_witnesses(policy, within).await;
        assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY, "{what}");
        let page = text(response).await;
        assert!(page.contains(what) && page.contains("class=\"summary\""), "{what}: {page}");
    }
    assert_eq!(world.desk.office.view().unwrap().size, before, "nothing was recorded");

    // One witness answers, one has an address where nobody does: enough, and who was silent is said.
    let (other, _, _folder) = witness("far.example/w", &keys);
    let policy = format!(
        "{logs}witness near {key} {address}\nwitness far {other} http://127.0.0.1:1\ngroup one any near far\nquorum one\n"
    );
    let response = world.name_witnesses(&policy, "24").await;
    assert_eq!((response.status(), to(&response).as_str()), (StatusCode::SEE_OTHER, "/record/witnesses"));
    assert!(world.page("/record/witnesses").await.1.contains("No checkpoint has been cosigned by enough witnesses yet"));
    let page = world.collect().await;
    assert!(page.contains("Enough witnesses cosigned") && page.contains("did not cosign"), "{page}");
    assert!(world.page("/record").await.1.contains("entries are witnessed, the last time"));
    assert!(world.page_in("/record/witnesses", "es").await.1.contains("Después no llegó nada"));

    // The witness saw another record of this name: its folder is told of a longer one.
    remember(&folder.path().join("witness/witness.db"), before + 100);
    let page = world.collect().await;
    assert!(page.contains("A witness knows another record than this one"), "{page}");
}

/// Makes a witness remember that it cosigned `size` entries of the only log that it knows.
fn remember(path: &Path, size: u64) {
    let mut memory = SqliteMemory::open(path).unwrap();
    let policy = std::fs::read_to_string(path.with_file_name("policy")).unwrap();
    let origin = policy.lines().next().unwrap().trim_start_matches("log ").split('+').next().unwrap().to_owned();
    let (old, note) = memory.latest(&origin).unwrap().unwrap();
    memory.advance(&origin, old, size, &note.replacen(&format!("\n{old}\n"), &format!("\n{size}\n"), 1)).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_served_as_files_to_whoever_was_let_in() {
    let world = World::new().await;
    let size = world.desk.office.view().unwrap().size;
    let get = async |path: &str| world.send(Request::get(path)).await;
    let response = get("/log/checkpoint").await;
    assert_eq!(response.headers()[header::CONTENT_TYPE], "text/plain; charset=utf-8");
    assert_eq!(text(response).await.lines().nth(1).unwrap(), size.to_string());
    for (path, length) in [("tile/0/000", 32 * size), ("tile/entries/000", 0)] {
        let response = get(&format!("/log/{path}.p/{size}")).await;
        assert_eq!(
            (response.status(), &response.headers()[header::CONTENT_TYPE]),
            (StatusCode::OK, &"application/octet-stream".parse().unwrap())
        );
        let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        assert!(bytes.len() as u64 == length || length == 0 && !bytes.is_empty(), "{path}");
    }
    for path in [
        "/log/",
        "/log/tile/0/001",
        "/log/tile/9/000",
        "/log/tile/0/000.p/255",
        "/log/tile/0/%2e%2e/checkpoint",
        "/log/secrets.age",
    ] {
        assert_eq!(get(path).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
}
