//! The desk's server is killed while it releases: nothing is lost, and nothing is released twice.

use std::time::Duration;

use serde_json::{Value, json};

use crate::desk::{BRIEF, Desk, Served};

const PEOPLE: usize = 6;
/// Where the release of a draft may stop (`interrupted` says so of the command).
const FAILPOINTS: [&str; 4] = ["pending-written", "manifest-recorded", "copies-sealed", "disclosures-recorded"];

impl Served {
    fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Option<Value> {
        let text = body.map(Value::to_string).unwrap_or_default();
        let answer = self.send(method, path, "application/json", text.as_bytes())?;
        serde_json::from_str(answer.split_once("\r\n\r\n")?.1).ok()
    }

    /// Keeps the brief as a draft for everybody; its id.
    fn draft(&self, name: &str) -> String {
        let part = "--x\r\nContent-Disposition: form-data; name=\"document\"; filename=\"brief.md\"\r\n\r\n";
        let body = format!("{part}{BRIEF}\r\n--x--\r\n");
        let answer = self.send("POST", "/api/v1/drafts", "multipart/form-data; boundary=x", body.as_bytes()).unwrap();
        let draft: Value = serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap();
        let id = draft["id"].as_str().unwrap().to_owned();
        let terms = json!({"name": name, "recipients": ["all"], "marking": "TLP:AMBER"});
        let changed = self.ask("PATCH", &format!("/api/v1/drafts/{id}"), Some(&terms)).unwrap();
        assert_eq!(changed["lacks"], json!([]), "{changed}");
        id
    }

    fn release(&self, id: &str, ticket: &str) -> Option<Value> {
        self.ask("POST", &format!("/api/v1/drafts/{id}/release"), Some(&json!({"ticket": ticket})))
    }

    /// Waits for a release; `None` if the server died.
    fn finished(&self, ticket: &str) -> Option<Value> {
        loop {
            let job = self.ask("GET", &format!("/api/v1/releases/{ticket}"), None)?;
            if job["state"] != "working" {
                return Some(job);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// After a release: everybody has one copy, made with one key, and the record holds.
fn assert_released_once(desk: &Desk, item: &str, when: &str) {
    let copies = desk.run(&["item", "show", item, "--json"]).ok().json();
    assert_eq!(copies["copies"].as_array().map(Vec::len), Some(PEOPLE), "{when}");
    let log = desk.run(&["record", "log", "--json"]).ok().json();
    let of = |kind: &str| {
        let events = log.as_array().unwrap().iter().map(|e| &e["entry"]["event"]);
        events.filter(|e| e["kind"] == kind && e["item"] == item).count()
    };
    assert_eq!((of("item-prepared"), of("item-released"), of("disclosure")), (1, 1, PEOPLE), "{when}");
    assert_eq!(desk.run(&["record", "verify"]).code, 0, "{when}");
}

/// What a desk that was started anew does with the draft that the killed one left.
fn release_again(desk: &Desk, item: &str, id: &str, when: &str) {
    let served = Served::start(desk, &[]);
    let drafts = served.ask("GET", "/api/v1/drafts", None).unwrap();
    let kept = drafts["drafts"].as_array().unwrap().iter().any(|d| d["id"] == *id);
    if kept {
        served.release(id, "again").unwrap();
        let job = served.finished("again").unwrap();
        assert_eq!(job["state"], "done", "{when}: {job}");
    }
    // Two tabs: the same order from another one finds nothing left to do.
    let other = served.release(id, "other-tab").unwrap();
    assert!(other["state"].is_null(), "{when}: {other}");
    served.kill();
    assert_released_once(desk, item, when);
}

#[test]
fn a_desk_that_dies_at_any_step_of_a_release_goes_on_where_it_was() {
    for point in FAILPOINTS {
        let desk = Desk::with(PEOPLE);
        let served = Served::start(&desk, &[("HOLM_FAILPOINT", point)]);
        let id = served.draft("brief");
        served.release(&id, "first");
        assert_eq!(served.finished("first"), None, "{point} was never reached");
        served.kill();
        release_again(&desk, "brief", &id, point);
    }
}

#[test]
fn a_desk_killed_at_random_moments_of_a_release_loses_nothing() {
    const KILLS: u64 = 8;
    let desk = Desk::with(PEOPLE);
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut unfinished = 0;
    for kill in 0..KILLS {
        let (item, served) = (format!("item-{kill}"), Served::start(&desk, &[]));
        let id = served.draft(&item);
        served.release(&id, "first").unwrap();
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let wait = Duration::from_millis(random % 400);
        std::thread::sleep(wait);
        let state = served.ask("GET", "/api/v1/releases/first", None).unwrap();
        unfinished += usize::from(state["state"] == "working");
        served.kill();
        release_again(&desk, &item, &id, &format!("kill {kill} after {wait:?}"));
    }
    assert!(unfinished > 0, "no kill met a release at work");
}
