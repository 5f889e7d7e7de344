//! The whole way of a copy, by a program alone: shared, released, received, signed for, leaked, traced.

use std::collections::BTreeSet;
use std::sync::Mutex;

use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use holm::identity::DeviceKeys;
use holm::operation::import::HEADER;
use serde_json::{Value, json};

use super::super::roles::{closed, seen_by, staffed};
use super::super::schema::{name, names};
use super::super::witnesses::witness;
use super::super::{World, minutes};

/// A world, and the operations that succeeded in it.
pub(super) struct Walk {
    pub(super) world: World,
    done: Mutex<BTreeSet<String>>,
}

impl Walk {
    pub(super) fn took(&self, method: &str, path: &str, (status, answer): (StatusCode, Value)) -> Value {
        assert!(status.is_success(), "{method} {path}: {status} {answer}");
        self.done.lock().unwrap().insert(name(method, path));
        answer
    }

    pub(super) async fn ask(&self, method: &str, path: &str) -> Value {
        self.took(method, path, self.world.ask(method, path).await)
    }

    pub(super) async fn give(&self, method: &str, path: &str, body: &Value) -> Value {
        self.took(method, path, self.world.give(method, path, body).await)
    }

    pub(super) async fn upload(&self, path: &str, parts: &[(&str, Option<&str>, &[u8])]) -> Value {
        self.took("POST", path, self.world.upload(path, parts).await)
    }

    pub(super) async fn save(&self, path: &str) -> Vec<u8> {
        let file = self.world.saved(path).await;
        self.took("GET", path, (StatusCode::OK, Value::Null));
        file
    }

    /// Waits for a job.
    async fn finish(&self, path: &str) -> Value {
        let job = self.world.finished(path).await;
        assert_eq!(job["state"], "done", "{job}");
        self.took("GET", path, (StatusCode::OK, job))
    }

    /// Shares a document with five people under this name.
    async fn share(&self, name: &str) {
        let draft = self.upload("/api/v1/drafts", &[("document", Some("minutes.md"), minutes().as_bytes())]).await;
        let path = format!("/api/v1/drafts/{}", draft["id"].as_str().unwrap());
        let terms =
            json!({"name": name, "recipients": ["p1", "p2", "p3", "p4", "p5"], "conditions": "Do not pass on.", "second": "p5"});
        let changed = self.give("PATCH", &path, &terms).await;
        assert_eq!((&changed["lacks"], &changed["power"]["weak"]), (&json!([]), &json!(false)));
        assert_eq!(self.ask("GET", &path).await, changed);
        assert!(!self.save(&format!("{path}/preview")).await.is_empty());
        self.give("POST", &format!("{path}/release"), &json!({"ticket": "first"})).await;
        let waits = self.finish("/api/v1/releases/first").await;
        assert_eq!(
            (&waits["waits"], &waits["item"]),
            (&draft["id"], &Value::Null),
            "for whoever draws the other half of the key"
        );
        assert_eq!(self.ask("GET", &path).await["waits"], true);
        let request: Value = serde_json::from_slice(&self.save(&format!("{path}/key-request")).await).unwrap();
        let asked = json!({"request": request, "person": "p5"});
        let drawn: Value = serde_json::from_slice(&self.world.made("/api/v1/contributions", &asked).await).unwrap();
        self.took("POST", "/api/v1/contributions", (StatusCode::OK, Value::Null));
        self.give("POST", &format!("{path}/release"), &json!({"ticket": name, "contribution": drawn})).await;
        assert_eq!(self.finish(&format!("/api/v1/releases/{name}")).await["item"], name);
    }

    /// Receives, opens and signs for a copy; the copy as it is read.
    async fn receive(&self, item: &str, copy: &str) -> Vec<u8> {
        let mail = self.save(&format!("/api/v1/items/{item}/copies/{copy}/mail")).await;
        let arrived = self.upload("/api/v1/arrivals", &[("files", Some("copy.eml"), &mail)]).await;
        assert_eq!((&arrived["item"], &arrived["conditions"]), (&json!(item), &json!("Do not pass on.")));
        let path = format!("/api/v1/arrivals/{}", arrived["ticket"].as_str().unwrap());
        self.give("POST", &format!("{path}/accept"), &json!({})).await;
        assert_eq!(self.ask("GET", &path).await["opened"], json!(true));
        let receipt = self.save(&format!("{path}/receipt")).await;
        let taken = self.upload("/api/v1/receipts", &[("receipts", Some("copy.receipt"), &receipt)]).await;
        assert_eq!((&taken["receipts"][0]["copy"], &taken["receipts"][0]["verified"]), (&json!(copy), &json!(true)));
        self.pass_on(&path).await;
        self.save(&format!("{path}/copy")).await
    }

    /// Asks to pass two paragraphs of a copy on, and is granted one.
    async fn pass_on(&self, arrival: &str) {
        let known = self.ask("GET", &format!("{arrival}/paragraphs")).await;
        let numbers = json!([known["paragraphs"][0]["number"], known["paragraphs"][1]["number"]]);
        let (path, asked) = (format!("{arrival}/request"), json!({"paragraphs": numbers, "to": "Rey", "purpose": "A warrant."}));
        let sealed = self.world.made(&path, &asked).await;
        self.took("POST", &path, (StatusCode::OK, Value::Null));
        let taken = self.upload("/api/v1/receipts", &[("receipts", Some("copy.request"), &sealed)]).await;
        let path = format!("/api/v1/requests/{}", taken["receipts"][0]["request"].as_str().unwrap());
        assert_eq!(self.ask("GET", "/api/v1/requests").await["requests"][0], self.ask("GET", &path).await);
        let answer = json!({"decision": "narrow", "paragraphs": [numbers[1]]});
        let answered = self.give("POST", &format!("{path}/answer"), &answer).await;
        assert_eq!(answered["answer"], json!({"decision": "narrowed", "paragraphs": [numbers[1]], "words": null}));
        let file = self.save(&format!("{path}/answer")).await;
        let read = self.upload("/api/v1/answers", &[("answer", Some("copy.answer"), &file)]).await;
        assert_eq!((&read["answer"], &read["to"]), (&answered["answer"], &json!("Rey")));
    }
}

impl Walk {
    /// One member warns of danger to life, another reviews it.
    async fn be_warned(&self) {
        let sender = seen_by(staffed(), "p11").await;
        let warning = json!({"persons": ["p3", "p5"], "text": "Stay away from the quay.", "reason": "they know"});
        let sent = self.took("POST", "/api/v1/warnings", sender.give("POST", "/api/v1/warnings", &warning).await);
        let path = format!("/api/v1/warnings/{}/review", sent["item"].as_str().unwrap());
        let (status, own) = sender.give("POST", &path, &json!({"justified": true})).await;
        assert_eq!((status, &own["errors"][0]["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("review")), "{own}");
        let other = seen_by(closed(sender), "p14").await;
        let review = json!({"justified": true, "words": "the handler says so"});
        let entry = self.took("POST", &path, other.give("POST", &path, &review).await)["entry"].clone();
        let (_, listed) = other.ask("GET", "/api/v1/warnings").await;
        let said = &listed["warnings"][0]["review"];
        assert_eq!((&said["entry"], &said["person"], &said["words"]), (&entry, &json!("p14"), &json!("the handler says so")));
        self.ask("GET", "/api/v1/warnings").await;
    }

    /// An operation is recorded, told of and betrayed; the item that told of it is recalled.
    async fn betray(&self, item: &str) {
        let targets = self.give("POST", "/api/v1/targets", &json!({"target": "cartel-a"})).await["targets"][0].clone();
        let channel = json!({"channel": "net-3", "sort": "radio-net", "unit": "Unit 1"});
        assert_eq!(self.give("POST", "/api/v1/channels", &channel).await, self.ask("GET", "/api/v1/channels").await);
        assert_eq!(
            self.ask("GET", "/api/v1/targets").await["targets"],
            json!([{"entry": targets["entry"], "target": "cartel-a", "words": ""}])
        );
        let told = json!([{"person": "p7", "weight": 0.2}]);
        let facts = json!({"operation": "north-pier", "sort": "raid", "at": "2100-03-02T05:00:00Z", "targets": ["cartel-a"],
            "channels": ["net-3"], "items": [item], "told": told, "endangers": ["the source at the pier"]});
        let later = json!({"operation": "south-pier", "sort": "raid", "at": "2100-04-02T05:00:00Z", "items": [item]});
        let recorded = self.give("POST", "/api/v1/operations", &json!({"operations": [facts, later]})).await;
        assert_eq!(recorded, json!({"recorded": 2, "over": 0}));
        let telling = json!({"operation": "north-pier", "persons": ["p9", "unit:Unit 1"], "at": "2026-03-01T05:00:00Z",
            "channel": "net-3"});
        assert_eq!(self.give("POST", "/api/v1/tellings", &telling).await, json!({"persons": 11, "breach": null}));
        let listed = self.ask("GET", "/api/v1/tellings").await;
        assert_eq!((&listed["total"], &listed["tellings"][0]["channel"]), (&json!(1), &json!("net-3")));
        let incident = json!({"incident": "b-12", "facts": {"sort": "target-gone", "certainty": "confirmed",
            "noticed": "2026-03-02T05:00:00Z", "window": {"to": "2026-03-01T20:00:00Z"}, "operation": "north-pier"}});
        let made = self.give("POST", "/api/v1/incidents", &incident).await;
        assert_eq!((&made["facts"]["sort"], &made["incident"]["operation"]), (&json!("target-gone"), &json!("north-pier")));
        assert_eq!(self.ask("GET", "/api/v1/incidents/b-12").await, made);
        assert_eq!(self.ask("GET", "/api/v1/incidents?q=pier").await["total"], 1);
        let damage = self.ask("GET", "/api/v1/incidents/b-12/damage").await;
        assert_eq!(damage["warn_first"], json!(["the source at the pier"]));
        assert_eq!(damage["postpone"].as_array().unwrap().len(), 2, "what the item tells of may be known too");
        assert!(damage["postpone"][0]["warn"].as_array().unwrap().contains(&json!("p7")));
        assert_eq!(self.ask("GET", "/api/v1/people/p7/damage").await["postpone"][0]["operation"], "north-pier");
        let closing = json!({"outcome": "confirmed", "words": "empty"});
        let closed = self.give("POST", "/api/v1/operations/north-pier/close", &closing).await;
        assert_eq!(closed, self.ask("GET", "/api/v1/operations/north-pier").await);
        assert_eq!(self.ask("GET", "/api/v1/operations?live=true").await["total"], 1);
        let recalled = self.give("POST", &format!("/api/v1/items/{item}/recall"), &json!({"reason": "it is known"})).await;
        assert_eq!((&recalled["recalled"], &recalled["corrections"]), (&json!("it is known"), &json!([])));
        assert_eq!(self.ask("GET", &format!("/api/v1/items/{item}/recall")).await, recalled);
        let mistake = json!({"entry": recalled["recalled_entry"], "reason": "another item"});
        self.give("POST", "/api/v1/record/withdraw", &mistake).await;
        assert_eq!(self.ask("GET", &format!("/api/v1/items/{item}/recall")).await["recalled"], Value::Null);
        let mistake = json!({"entry": closed["closed"]["entry"], "reason": "the wrong pier"});
        self.give("POST", "/api/v1/record/withdraw", &mistake).await;
        assert_eq!(self.ask("GET", "/api/v1/operations/north-pier").await["closed"], Value::Null);
        self.mend(item).await;
    }

    /// What was written down before is taken in, and holders of the item are told what is true.
    async fn mend(&self, item: &str) {
        let past = format!("{}\nold-pier,raid,2024-03-02T05:00Z,,,,{item},,clean,,,\n", HEADER.join(","));
        let taken = self.upload("/api/v1/record/operations", &[("file", Some("past.csv"), past.as_bytes())]).await;
        assert_eq!(taken, json!({"recorded": 1, "over": 1, "silent": []}));
        let ties = self.ask("GET", "/api/v1/graph?operation=old-pier").await;
        assert!(ties["ties"].as_array().unwrap().iter().any(|tie| tie["how"] == "tells-of"), "{ties}");
        let path = format!("/api/v1/items/{item}/correction");
        let reach = self.ask("GET", &path).await;
        self.give("POST", &path, &json!({"ticket": "c", "truth": "The pier is the other one."})).await;
        assert_eq!(self.finish(&format!("{path}/c")).await["sent"], reach);
    }

    /// The record is witnessed, and an entry proven.
    async fn be_witnessed(&self) {
        let before = self.ask("GET", "/api/v1/record/witnesses").await;
        let keys: Vec<String> = before["keys"].as_array().unwrap().iter().map(|k| k.as_str().unwrap().to_owned()).collect();
        let (key, address, _folder) = witness("near.example/w", &keys);
        let logs: String = keys.iter().map(|k| format!("log {k}\n")).collect();
        let policy = format!("{logs}witness near {key} {address}\nquorum near\n");
        let named = self.give("POST", "/api/v1/record/witnesses", &json!({"policy": policy, "within": 24})).await;
        assert_eq!((&named["within_hours"], &named["witnessed"], &named["late"]), (&json!(24), &Value::Null, &json!(false)));
        let round = self.took("POST", "/api/v1/record/checkpoint", self.world.ask("POST", "/api/v1/record/checkpoint").await);
        assert_eq!((&round["enough"], &round["witnesses"][0]["said"]), (&json!(true), &json!("cosigned")));
        let now = self.ask("GET", "/api/v1/record/witnesses").await;
        assert_eq!((&now["witnessed"], &now["behind"]), (&round["size"], &json!(0)));
        let proof = self.ask("GET", "/api/v1/record/proofs/1").await;
        assert!(proof["proof"].as_str().unwrap().contains("\u{2014} near.example/w "), "{proof}");
        assert_eq!(self.world.ask("GET", "/api/v1/record/proofs/99999").await.0, StatusCode::NOT_FOUND);
    }

    /// Somebody comes, loses a device, and leaves.
    async fn change_the_roster(&self) {
        let line = DeviceKeys::generate().unwrap().public_line();
        let csv =
            format!("id,name,agency,unit,level,role,email,recipient\nz1,Zoé Ñandú,Bureau,Unit 9,2,analyst,z@x.example,{line}\n");
        let took = self.upload("/api/v1/people", &[("roster", Some("r.csv"), csv.as_bytes())]).await;
        assert_eq!((&took["added"], &took["updated"]), (&json!(1), &json!(0)));
        let device = json!({"device": self.ask("GET", "/api/v1/people/z1").await["recipients"][0], "reason": "left on a train"});
        let lost = self.give("POST", "/api/v1/people/z1/lost", &device).await;
        assert_eq!((&lost["devices"], &lost["lost_devices"], &lost["left"]), (&json!(0), &json!(1), &json!(false)));
        assert_eq!(self.give("POST", "/api/v1/people/z1/left", &json!({"reason": "retired"})).await["left"], true);
    }
}

impl Walk {
    /// A key is opened to a verifier; what was recorded of somebody, and the item itself, is destroyed.
    async fn end(&self, item: &str, check: u64) {
        let key = format!("/api/v1/items/{item}/key");
        let bundle: Value = serde_json::from_slice(&self.world.made(&key, &json!({})).await).unwrap();
        self.took("POST", &key, (StatusCode::OK, Value::Null));
        assert_eq!((&bundle["item"], bundle["looks"].as_array().map(Vec::len)), (&json!(item), Some(1)));
        let path = "/api/v1/record/destructions";
        let order =
            |dry: bool| json!({"entries": [check], "item": item, "authority": "Act 12", "reason": "court order", "dry": dry});
        let would = self.give("POST", path, &order(true)).await;
        assert_eq!((&would["destroyed"], &would["entries"]), (&json!(false), &json!([check])));
        assert_eq!(self.ask("GET", path).await["destructions"], json!([]));
        let gone = self.give("POST", path, &order(false)).await;
        assert_eq!((&gone["destroyed"], &gone["files"]), (&json!(true), &would["files"]));
        let listed = &self.ask("GET", path).await["destructions"][0];
        assert_eq!((&listed["bodies"], &listed["authority"]), (&json!(1), &json!("Act 12")));
        assert_eq!(self.ask("GET", "/api/v1/checks?person=p9").await["total"], 0);
        assert_eq!(self.ask("POST", "/api/v1/record/verify").await["holds"], true);
        for wrong in [
            json!({"entries": [0], "authority": "a", "reason": "b"}),
            json!({"item": "none", "authority": "a", "reason": "b"}),
            json!({"incident": "none", "authority": "a", "reason": "b"}),
            json!({"retention": "none", "authority": "a", "reason": "b"}),
            json!({"entries": [check], "authority": "a", "reason": "b"}),
            json!({"authority": "", "reason": ""}),
        ] {
            assert_eq!(self.world.give("POST", path, &wrong).await.0, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        }
    }

    /// Masks come off in beliefs once the person who sits here, and is asked, approved.
    async fn have_it_approved(&self) {
        let policy = "[groups.port]\nneeded = 1\npersons = [\"p5\"]\n[acts]\nunmask = [\"port\"]\n";
        let set = self.give("POST", "/api/v1/approvals/policy", &json!({ "policy": policy })).await;
        assert_eq!(set["groups"][0]["persons"], json!(["p5"]));
        let wanted = json!({"act": "unmask", "reason": "the hearing is on Monday"});
        let request = self.give("POST", "/api/v1/approvals/requests", &wanted).await;
        let path = format!("/api/v1/approvals/requests/{}", request["request"]);
        let file = self.save(&format!("{path}/file")).await;
        let said = json!({"request": BASE64.encode(file), "person": "p5", "approve": true});
        let signed = self.give("POST", "/api/v1/approvals/sign", &said).await;
        self.give("POST", "/api/v1/approvals", &json!({"note": signed["note"]})).await;
        assert_eq!(self.ask("GET", &path).await["standing"], "approved");
        self.give("POST", &format!("{path}/use"), &json!({})).await;
        assert_eq!(self.ask("GET", "/api/v1/approvals").await["requests"][0]["standing"], "used");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_is_shared_received_leaked_and_named_by_a_program_and_every_operation_of_the_document_answers() {
    let walk = Walk { world: World::new().await, done: Mutex::default() };
    walk.give("POST", "/api/v1/unlock", &json!({"passphrase": ""})).await;
    walk.share("minutes").await;
    let leak = walk.receive("minutes", "p5.1").await;
    // A photograph of nothing came with it.
    let photograph = holm_marks::raster::Raster::new(300, 300, vec![200; 90_000]).unwrap().to_png().unwrap();
    let files = [("files", Some("leak.md"), &leak[..]), ("files", Some("photograph.png"), &photograph)];
    walk.upload("/api/v1/traces", &[&[("ticket", None, &b"leak"[..])], &files[..]].concat()).await;
    let traced = walk.finish("/api/v1/traces/leak").await;
    let report = walk.ask("GET", &format!("/api/v1/looks/{}", traced["looks"][0])).await;
    assert_eq!((&report["item"], &report["verdict"]), (&json!("minutes"), &json!("named")));
    let named = report["copies"].as_array().unwrap().iter().filter(|c| c["named"] == json!(true));
    assert_eq!(named.map(|c| (&c["copy"], &c["person"])).collect::<Vec<_>>(), [(&json!("p5.1"), &json!("p5"))]);
    let aligned = walk.ask("GET", &format!("/api/v1/looks/{}/aligned", traced["looks"][0])).await;
    assert_eq!((&aligned["files"], aligned["pictures"][0]["width"].as_u64()), (&json!(["leak.md", "photograph.png"]), Some(300)));
    assert!(walk.save(&format!("/api/v1/looks/{}/pictures/0", traced["looks"][0])).await.starts_with(&[0xff, 0xd8]));
    assert_eq!(walk.ask("GET", "/api/v1/looks").await["looks"][0]["named"], json!(["p5.1"]));
    let item = walk.ask("GET", "/api/v1/items/minutes").await;
    assert_eq!((&item["total_copies"], &item["looks"][0]["verdict"]), (&json!(5), &json!("named")));
    assert_eq!(walk.ask("GET", "/api/v1/items").await["items"][0]["receipts"], 1);
    assert_eq!(report["holders"]["passed_on"][0]["to"], "Rey");
    let told = walk.ask("GET", "/api/v1/people/p5").await;
    assert!(told["told"][0]["signed_at"].is_string(), "{told}");
    assert_eq!(walk.ask("GET", "/api/v1/overview").await["receipts"], 1);
    assert_eq!(walk.ask("GET", "/api/v1/people").await["total"], 30);
    let beliefs = walk.ask("GET", "/api/v1/beliefs?person=p5&seed=3").await;
    assert_eq!((&beliefs["provenance"]["seed"], beliefs["people"].as_array().unwrap().len()), (&json!(3), 30));
    let first = &beliefs["people"][0];
    assert_eq!((&first["person"], &first["for"][0]["item"]), (&json!("p5"), &json!("minutes")), "the one whose copy leaked");
    assert_eq!(beliefs["sharing"], json!([]), "one copy alone explains it");
    assert!(beliefs["units"].as_array().unwrap().iter().any(|unit| unit["sweep"][0] == "p5"), "{}", beliefs["units"]);
    walk.change_the_roster().await;
    walk.betray("minutes").await;
    walk.be_witnessed().await;
    assert!(walk.save("/api/v1/items/minutes/mails").await.starts_with(b"PK"));
    let record = walk.ask("GET", "/api/v1/record").await;
    assert_eq!(walk.ask("POST", "/api/v1/record/verify").await["entries"], record["size"]);
    assert_eq!(walk.ask("GET", "/api/v1/drafts").await["drafts"], json!([]));
    let other = walk.upload("/api/v1/drafts", &[("text", None, b"We met in the hall and it rained all day.")]).await;
    walk.ask("DELETE", &format!("/api/v1/drafts/{}", other["id"].as_str().unwrap())).await;
    walk.ask("GET", "/api/v1/schemes").await;
    walk.have_it_approved().await;
    walk.be_warned().await;
    let check = json!({"person": "p9", "sort": "polygraph", "on": "2026-01-10", "result": "failed", "examiner": "Ruiz"});
    let recorded = walk.give("POST", "/api/v1/checks", &check).await;
    let listed = walk.ask("GET", "/api/v1/checks?person=p9").await;
    assert_eq!((&listed["total"], &listed["checks"][0]["entry"]), (&json!(1), &recorded["entry"]));
    assert_eq!(walk.ask("GET", "/api/v1/checks/due").await["total"], 0, "nothing without a schedule");
    walk.vet().await;
    walk.proceed("b-12").await;
    walk.end("minutes", recorded["entry"].as_u64().unwrap()).await;
    let set = walk.give("POST", "/api/v1/members", &json!({"member": "p9", "roles": ["analyst"]})).await;
    assert_eq!(set["members"][1], json!({"member": "p9", "roles": ["analyst"]}));
    assert_eq!(walk.ask("GET", "/api/v1/members").await, set);
    walk.ask("GET", "/api/v1/openapi.json").await;
    walk.ask("POST", "/api/v1/leave").await;
    assert_eq!(*walk.done.lock().unwrap(), names(), "every operation");
}
