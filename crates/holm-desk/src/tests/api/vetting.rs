//! Draws, authorities, waivers, the schedule, statements, proceedings and dossiers, by a program.

use axum::http::StatusCode;
use holm::identity::DeviceKeys;
use holm::policy::Action;
use holm::vetting::draw::{DrawPlan, commit, reveal};
use holm::vetting::schedule::PROPOSED;
use holm::workspace::{InitOptions, Workspace};
use holm_record::commitment::{hex, sha256};
use holm_record::event::Event;
use holm_record::event::approval::Masked;
use holm_record::event::vetting::CheckSort;
use holm_record::id::PersonId;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::super::roles::{closed, seen_by, staffed};
use super::super::statements::{CALLS, OWNERS};
#[cfg(unix)]
use super::super::statements::{ORDER as CALLS_ORDER, StandIn, in_time};
use super::super::vetting::read_statements;
use super::super::{World, desk_of};
use super::journey::Walk;

const DRAWS: &str = "/api/v1/vetting/draws";
const TAKE: &str = "/api/v1/vetting/draws/take";
const AUTHORITIES: &str = "/api/v1/vetting/authorities";
const WAIVERS: &str = "/api/v1/vetting/waivers";
const SCHEDULE: &str = "/api/v1/vetting/schedule";
const STATEMENTS: &str = "/api/v1/vetting/statements";
const READINGS: &str = "/api/v1/vetting/readings";
const PROCEEDINGS: &str = "/api/v1/proceedings";

const ORDER: &str = "authority = \"first\"\nbasis = \"art. 16\"\nissued_by = \"First Court\"\nrequested_by = \"Ruiz\"\napproved_by = \"Vega\"\n\
    sorts = [\"bank-review\"]\npersons = [\"p2\"]\ndata_from = \"2024-01-01\"\ndata_until = \"2024-12-31\"\n\
    valid_from = \"2025-02-01\"\nvalid_until = \"2025-06-30\"\nretain_until = \"2025-12-31\"\n";

fn id(text: &str) -> PersonId {
    PersonId::new(text).unwrap()
}

fn size(world: &World) -> u64 {
    world.desk.office.view().unwrap().size
}

/// What was entered since the record had this size.
fn written_since(world: &World, before: u64) -> Vec<Event> {
    let written = world.desk.office.act(|workspace| workspace.entries_from(before, workspace.size()).unwrap()).unwrap();
    written.into_iter().map(|opened| opened.unwrap().entry.event).collect()
}

/// A day so many days from now.
fn in_days(days: i64) -> String {
    holm::vetting::gate::day_of(Timestamp::now() + SignedDuration::from_hours(24 * days)).to_string()
}

fn keys(world: &World, person: &str) -> DeviceKeys {
    DeviceKeys::from_file(&std::fs::read(world.folder.path().join(format!("{person}.key"))).unwrap(), None).unwrap()
}

fn draw_of(rates: &Value, drawers: [&str; 2]) -> Value {
    json!({"sort": "urinalysis", "rates": rates, "drawers": drawers, "within_days": 5})
}

/// Refuses each order at its field, with words that say what to do, and records nothing.
async fn refused(world: &World, path: &str, orders: &[(Value, &str, &str)]) {
    let before = size(world);
    for (order, field, said) in orders {
        let (status, answer) = world.give("POST", path, order).await;
        let told = answer["detail"].as_str().unwrap();
        let at = answer["field"].as_str().unwrap_or_default();
        assert_eq!((status, at), (StatusCode::UNPROCESSABLE_ENTITY, *field), "{path} {order}: {answer}");
        assert!(told.to_lowercase().contains(&said.to_lowercase()), "{path} {order}: {told}");
        assert_eq!(size(world), before, "{path} {order}");
    }
}

/// Asks for approval; where the request is.
async fn asked(world: &World, wanted: &Value) -> String {
    let (status, request) = world.give("POST", "/api/v1/approvals/requests", wanted).await;
    assert_eq!((status, &request["standing"]), (StatusCode::OK, &json!("waits")), "{request}");
    format!("/api/v1/approvals/requests/{}", request["request"])
}

/// Has p6 approve a request on another desk.
async fn signed(world: &World, request: &str) {
    let note = world.of_p6(&world.saved(&format!("{request}/file")).await);
    let (status, told) = world.give("POST", "/api/v1/approvals", &json!({ "note": note })).await;
    assert_eq!((status, &told["standing"]), (StatusCode::OK, &json!("approved")), "{told}");
}

/// Has something approved, and done.
async fn approved(world: &World, wanted: &Value) {
    let request = asked(world, wanted).await;
    signed(world, &request).await;
    let (status, told) = world.give("POST", &format!("{request}/use"), &json!({})).await;
    assert_eq!((status, &told["standing"]), (StatusCode::OK, &json!("used")), "{told}");
}

/// Records the incident `b-12`.
async fn betrayed(world: &World) {
    let operation = json!({"operation": "north-pier", "sort": "raid", "at": "2100-03-02T05:00:00Z"});
    let (status, told) = world.give("POST", "/api/v1/operations", &json!({"operations": [operation]})).await;
    assert!(status.is_success(), "{told}");
    let facts = json!({"sort": "target-gone", "certainty": "confirmed", "noticed": "2026-03-02T05:00:00Z",
        "window": {"to": "2026-03-01T20:00:00Z"}, "operation": "north-pier"});
    let (status, told) = world.give("POST", "/api/v1/incidents", &json!({"incident": "b-12", "facts": facts})).await;
    assert_eq!(status, StatusCode::CREATED, "{told}");
}

/// A desk whose draw waited for longer than there was to reveal.
async fn late() -> (World, u64) {
    let folder = tempfile::tempdir().unwrap();
    let then = Timestamp::now() - SignedDuration::from_hours(24 * 30);
    let mut workspace = Workspace::init(&folder.path().join("w"), &InitOptions::default(), then).unwrap();
    let keys: [DeviceKeys; 2] = std::array::from_fn(|_| DeviceKeys::generate().unwrap());
    let mut roster = "id,name,agency,unit,level,role,email,recipient\n".to_owned();
    for (i, keys) in keys.iter().enumerate() {
        roster += &format!("p{i},Person {i},Bureau,Unit {i},1,x,x@x.example,{}\n", keys.public_line());
    }
    let permit = workspace.permit(&Action::Administer, then).unwrap();
    workspace.import_roster(&permit, &roster).unwrap();
    let plan = DrawPlan {
        sort: CheckSort::Urinalysis,
        unit: None,
        rates: [10; 5],
        drawers: [id("p0"), id("p1")],
        reveal_days: 1,
        within_days: 7,
    };
    let number = workspace.open_draw(&permit, &plan).unwrap();
    let bundle = workspace.draw_bundle(number, then).unwrap();
    for (person, keys) in ["p0", "p1"].into_iter().zip(&keys) {
        let (_, note, _) = commit(&bundle, &id(person), keys).unwrap();
        workspace.take_draw(&permit, &note).unwrap();
    }
    drop(workspace);
    let desk = desk_of(&folder, None);
    (World::started(folder, desk).await, number)
}

impl Walk {
    /// People are drawn, an authority, a waiver and a schedule are recorded, and what statements said is read.
    pub(super) async fn vet(&self) {
        self.draw().await;
        let (late, number) = late().await;
        let path = format!("{DRAWS}/{number}/close");
        let over = self.took("POST", &path, late.ask("POST", &path).await);
        assert_eq!((&over["standing"], &over["drawn"]), (&json!("forfeited"), &json!(["p0", "p1"])));
        let recorded = self.give("POST", AUTHORITIES, &json!({ "order": ORDER })).await;
        let listed = self.ask("GET", AUTHORITIES).await;
        let [first] = listed["authorities"].as_array().unwrap().as_slice() else { panic!("{listed}") };
        assert_eq!((&first["entry"], &first["standing"], &first["learnt"]), (&recorded["entry"], &json!("over"), &json!([])));
        assert_eq!((&first["sorts"], &first["retain_until"]), (&json!(["bank-review"]), &json!("2025-12-31")));
        let waiver = json!({"person": "p2", "sort": "polygraph", "until": in_days(10), "reason": "in hospital"});
        let waived = self.give("POST", WAIVERS, &waiver).await;
        let checks = self.ask("GET", "/api/v1/checks?person=p2").await;
        assert_eq!((&checks["total"], &checks["waivers"][0]["entry"]), (&json!(0), &waived["entry"]));
        let proposed = self.ask("GET", SCHEDULE).await;
        assert_eq!(proposed, json!({"schedule": PROPOSED, "laid_down": false}));
        let later = format!("gate_from = \"{}\"\n{PROPOSED}", in_days(30));
        let laid = self.give("POST", SCHEDULE, &json!({ "schedule": later })).await;
        assert_eq!(laid["held_back"], 0, "not before that day");
        assert_eq!(self.ask("GET", SCHEDULE).await, json!({"schedule": later, "laid_down": true}));
        read_statements(&self.world);
        let read = self.ask("GET", STATEMENTS).await["statements"][0].clone();
        assert_eq!((&read["authority"], &read["files"][0]["name"]), (&json!("order-7"), &json!("calls.csv")));
        let found = self.ask("GET", &format!("{STATEMENTS}/{}", read["entry"])).await;
        assert_eq!((&found["statements"]["entry"], &found["read"]["analysed"]), (&read["entry"], &json!(1234)));
        let said = json!({"person": "p5", "test": "target-calls-after", "explanation": "an informant of mine"});
        let path = format!("{STATEMENTS}/{}/explanations", read["entry"]);
        self.give("POST", &path, &said).await;
        #[cfg(unix)]
        self.have_statements_read().await;
        let verified = json!({"person": "p5", "test": "target-calls-after",
            "verified": {"by": "Vega", "how": "asked the unit", "on": "2026-01-02"}});
        self.give("POST", &path, &verified).await;
        let found = self.ask("GET", &format!("{STATEMENTS}/{}?person=p5", read["entry"])).await;
        let finding = &found["persons"][0]["findings"][0];
        assert_eq!(finding["explanation"], "an informant of mine");
        assert_eq!(finding["verified"], "Vega, 2026-01-02: asked the unit");
    }

    /// On a desk of its own, where a script stands in for the program.
    #[cfg(unix)]
    async fn have_statements_read(&self) {
        let (world, stand_in) = StandIn::desk().await;
        let begun = self.took("POST", STATEMENTS, world.upload(STATEMENTS, &form("first")).await);
        assert_eq!((&begun["ticket"], &begun["state"], &begun["found"]), (&json!("first"), &json!("working"), &Value::Null));
        stand_in.answer();
        let done =
            self.took("GET", &format!("{READINGS}/first"), (StatusCode::OK, world.finished(&format!("{READINGS}/first")).await));
        assert_eq!(done["found"], world.get(&format!("{STATEMENTS}/{}", done["entry"])).await);
    }

    async fn draw(&self) {
        let opened = self.give("POST", DRAWS, &draw_of(&json!([40]), ["p10", "p11"])).await;
        assert_eq!((&opened["rates"], &opened["within_days"]), (&json!([40, 40, 40, 40, 40]), &json!(5)));
        assert_eq!((&opened["standing"], &opened["waits_for"]), (&json!("commits"), &json!(["p10", "p11"])));
        let path = format!("{DRAWS}/{}", opened["draw"]);
        let bundle = self.save(&format!("{path}/file")).await;
        let mut kept = Vec::new();
        for (person, standing) in [("p10", "commits"), ("p11", "reveals")] {
            let (_, note, secret) = commit(&bundle, &id(person), &keys(&self.world, person)).unwrap();
            let taken = self.upload(TAKE, &[("files", Some("a.commitment"), note.as_bytes())]).await["files"][0].clone();
            assert_eq!((&taken["person"], &taken["standing"], &taken["error"]), (&json!(person), &json!(standing), &Value::Null));
            kept.push((person, secret));
        }
        let both = self.save(&format!("{path}/file")).await;
        let mut last = Value::Null;
        for (person, secret) in &kept {
            let (_, revealed) = reveal(secret, &both, &keys(&self.world, person)).unwrap();
            last = self.upload(TAKE, &[("files", Some("a.revealed"), revealed.as_bytes())]).await["files"][0].clone();
        }
        let done = self.ask("GET", DRAWS).await["draws"][0].clone();
        assert_eq!((&last["standing"], &last["drawn"]), (&json!("done"), &done["drawn"]));
        let shown = self.ask("GET", &path).await;
        let kinds: Vec<&str> = shown["events"].as_array().unwrap().iter().map(|e| e["kind"].as_str().unwrap()).collect();
        let order = ["draw-opened", "draw-committed", "draw-committed", "draw-revealed", "draw-revealed", "draw-done"];
        assert_eq!(
            (kinds.as_slice(), &shown["entries"][0], &shown["events"][5]["drawn"]),
            (&order[..], &opened["draw"], &done["drawn"])
        );
        let covered = self.ask("GET", &format!("{DRAWS}/coverage?sort=urinalysis")).await;
        let lowest = &covered["levels"][0];
        assert_eq!(lowest["drawn"].as_u64().unwrap() as usize, done["drawn"].as_array().unwrap().len());
        assert_eq!(lowest["chances"], done["eligible"]);
    }

    /// A proceeding about an incident goes its way, and a dossier says so.
    pub(super) async fn proceed(&self, incident: &str) {
        let opening = json!({"person": "p7", "incident": incident, "grounds": "knew of it"});
        let opened = self.give("POST", PROCEEDINGS, &opening).await;
        assert_eq!((&opened["next"], &opened["grounds"]), (&json!(["notice"]), &json!("knew of it")));
        let path = format!("{PROCEEDINGS}/{}", opened["proceeding"]);
        let told = self.give("POST", &format!("{path}/step"), &json!({"step": "notice", "words": "as written"})).await;
        assert_eq!((&told["steps"][0]["step"], &told["next"]), (&json!("notice"), &json!(["reply", "review"])));
        assert!(told["may_answer_until"].is_string(), "{told}");
        let end = json!({"ending": "dropped", "words": "nothing holds"});
        let over = self.give("POST", &format!("{path}/close"), &end).await;
        assert_eq!((&over["ending"]["ending"], &over["next"]), (&json!("dropped"), &json!([])));
        assert_eq!(self.ask("GET", PROCEEDINGS).await["proceedings"], json!([over]));
        let path = format!("/api/v1/incidents/{incident}/dossier");
        assert!(self.world.made(&path, &json!({})).await.starts_with(b"PK"));
        self.took("POST", &path, (StatusCode::OK, Value::Null));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draw_that_cannot_be_is_refused_by_field_and_nothing_is_recorded() {
    let world = World::new().await;
    let fit = ["p10", "p11"];
    let with = |more: Value| {
        let mut order = draw_of(&json!([40]), fit);
        order.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        order
    };
    let orders = [
        (with(json!({"sort": "palmistry"})), "sort", "palmistry"),
        (draw_of(&json!([]), fit), "rates", "one number from 0 to 100, or five"),
        (draw_of(&json!([9, 8, 7, 6, 5]), fit), "rates", "is lower than that of a level below"),
        (draw_of(&json!([101]), fit), "rates", "from 0 to 100"),
        (with(json!({"drawers": ["p10"]})), "drawers", "two drawers"),
        (with(json!({"drawers": ["p 10", "p11"]})), "drawers", "p 10"),
        (draw_of(&json!([40]), ["p10", "p10"]), "drawers", "two people of the roster are needed"),
        (with(json!({"unit": "Nowhere"})), "unit", "nobody could be drawn"),
        (with(json!({"reveal_days": 0})), "reveal_days", "from 1 to 90 days"),
        (with(json!({"second": "p11"})), "", "second"),
    ];
    refused(&world, DRAWS, &orders).await;
    let opened = world.give("POST", DRAWS, &draw_of(&json!([40]), fit)).await.1;
    let path = format!("{DRAWS}/{}", opened["draw"]);
    let before = size(&world);
    for (files, said) in [
        (vec![], "Choose the files"),
        (vec![("files", Some("a.commitment"), b"nothing".as_slice())], "a.commitment: This is not what comes back of a draw"),
        (vec![("files", Some("a"), b"\xff\xfe".as_slice()), ("files", Some("b"), b"{}")], "b: This is not what comes back"),
    ] {
        let (status, answer) = world.upload(TAKE, &files).await;
        assert_eq!((status, &answer["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("files")), "{answer}");
        assert!(answer["detail"].as_str().unwrap().contains(said), "{answer}");
    }
    assert_eq!(world.upload(TAKE, &[("notes", Some("a"), b"x")]).await.0, StatusCode::BAD_REQUEST);
    let (status, early) = world.ask("POST", &format!("{path}/close")).await;
    assert_eq!((status, &early["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &Value::Null), "{early}");
    assert!(early["detail"].as_str().unwrap().contains("waits for both commitments"), "{early}");
    for (method, path) in [("GET", format!("{DRAWS}/1/file")), ("POST", format!("{DRAWS}/1/close"))] {
        assert_eq!(world.ask(method, &path).await.0, StatusCode::NOT_FOUND, "{path}");
    }
    for query in ["sort=palmistry", "sort=urinalysis&since=1.11.2026"] {
        assert_eq!(world.ask("GET", &format!("{DRAWS}/coverage?{query}")).await.0, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
    }
    assert_eq!(world.ask("GET", &format!("{DRAWS}/coverage")).await.0, StatusCode::BAD_REQUEST, "of which check");
    assert_eq!(size(&world), before);
    assert_eq!(world.ask("GET", &format!("{DRAWS}/1")).await.0, StatusCode::NOT_FOUND);
    // A draw is over once: then there is nothing for its drawers.
    let (late, number) = late().await;
    let path = format!("{DRAWS}/{number}");
    assert_eq!(late.get(DRAWS).await["draws"][0]["standing"], "late");
    let file = late.ask("GET", &format!("{path}/file")).await.1;
    assert!(file["detail"].as_str().unwrap().contains("is over, or the time to reveal is"), "{file}");
    assert_eq!(late.ask("POST", &format!("{path}/close")).await.0, StatusCode::OK);
    assert_eq!(late.ask("POST", &format!("{path}/close")).await.0, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test(flavor = "multi_thread")]
async fn some_files_of_drawers_may_be_wrong_and_the_others_are_taken_in() {
    let world = World::new().await;
    let opened = world.give("POST", DRAWS, &draw_of(&json!([1, 2, 3, 4, 5]), ["p10", "p11"])).await.1;
    let bundle = world.saved(&format!("{DRAWS}/{}/file", opened["draw"])).await;
    let (_, note, _) = commit(&bundle, &id("p10"), &keys(&world, "p10")).unwrap();
    let before = size(&world);
    let files = [
        ("files", Some("a"), b"nothing".as_slice()),
        ("files", Some("b"), note.as_bytes()),
        ("files", Some("c"), note.as_bytes()),
    ];
    let (status, taken) = world.upload(TAKE, &files).await;
    assert_eq!((status, size(&world)), (StatusCode::OK, before + 1), "{taken}");
    let [a, b, c] = [0, 1, 2].map(|n| &taken["files"][n]);
    assert_eq!((&a["draw"], &b["draw"], &b["person"], &c["draw"]), (&Value::Null, &opened["draw"], &json!("p10"), &Value::Null));
    assert!(c["error"].as_str().unwrap().contains("has done this already"), "{c}");
}

#[tokio::test(flavor = "multi_thread")]
async fn authorities_waivers_and_schedules_that_cannot_be_are_refused_and_others_approve_what_is_theirs() {
    let world = World::new().await;
    let order = |text: &str| json!({ "order": text });
    let orders = [
        (order(""), "order", "not a legal authority"),
        (order("x"), "order", "not a legal authority"),
        (order(&ORDER.replace("Vega", "Ruiz")), "order", "another person's to approve"),
        (order(&ORDER.replace("p2", "nobody")), "order", "is not on the roster"),
        (json!({"order": ORDER, "words": "x"}), "", "words"),
    ];
    refused(&world, AUTHORITIES, &orders).await;
    let waiver = |person: &str, sort: &str, until: &str, reason: &str| json!({"person": person, "sort": sort, "until": until, "reason": reason});
    let orders = [
        (waiver("nobody", "polygraph", &in_days(9), "x"), "person", "is not on the roster"),
        (waiver("p2", "palmistry", &in_days(9), "x"), "sort", "palmistry"),
        (waiver("p2", "polygraph", "soon", "x"), "until", "is no day"),
        (waiver("p2", "polygraph", "2020-01-01", "x"), "until", "2020-01-01"),
        (waiver("p2", "polygraph", &in_days(9), " "), "reason", ""),
    ];
    refused(&world, WAIVERS, &orders).await;
    let upside = json!({"schedule": "[sorts.polygraph]\nmonths = [12, 12, 24, 24, 24]"});
    refused(&world, SCHEDULE, &[(upside, "schedule", "stricter below than above")]).await;
    // Of everybody something is asked that nobody has.
    let laid = world.give("POST", SCHEDULE, &json!({ "schedule": PROPOSED })).await.1;
    assert_eq!(laid["held_back"], 30);
    let policy = "officer = \"p0\"\n[groups.court]\nneeded = 1\npersons = [\"p6\"]\n[acts]\nauthority = [\"court\"]\nproceed = [\"court\"]\n";
    assert_eq!(world.give("POST", "/api/v1/approvals/policy", &json!({ "policy": policy })).await.0, StatusCode::OK);
    let asks = "this needs approval by court: ask for it first; nothing was done";
    refused(&world, AUTHORITIES, &[(order(ORDER), "order", asks)]).await;
    betrayed(&world).await;
    let opening = json!({"person": "p7", "incident": "b-12", "grounds": "knew of it"});
    refused(&world, PROCEEDINGS, &[(opening.clone(), "person", asks)]).await;
    let wanted = json!({"act": "authority", "order": ORDER, "reason": "the leak of May"});
    approved(&world, &wanted).await;
    assert_eq!(world.get(AUTHORITIES).await["authorities"][0]["authority"], "first");
    let wanted = json!({"act": "proceed", "person": "p7", "incident": "b-12", "reason": "a hearing"});
    let number = asked(&world, &wanted).await;
    refused(&world, PROCEEDINGS, &[(opening.clone(), "person", "waits for")]).await;
    signed(&world, &number).await;
    assert_eq!(world.give("POST", PROCEEDINGS, &opening).await.0, StatusCode::CREATED);
    let wrong = [
        (json!({"act": "authority", "order": "x", "reason": "y"}), "order", "not a legal authority"),
        (json!({"act": "proceed", "person": "p7", "incident": "none", "reason": "y"}), "what", "no incident is named"),
        (json!({"act": "proceed", "person": "p 7", "incident": "b-12", "reason": "y"}), "person", "p 7"),
    ];
    refused(&world, "/api/v1/approvals/requests", &wrong).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_read_of_the_register_is_an_entry_before_it_is_told() {
    for path in [
        DRAWS.to_owned(),
        AUTHORITIES.to_owned(),
        SCHEDULE.to_owned(),
        STATEMENTS.to_owned(),
        format!("{DRAWS}/coverage?sort=urinalysis"),
    ] {
        let world = World::new().await;
        let before = size(&world);
        world.get(&path).await;
        assert_eq!(size(&world), before + 1, "{path}");
        assert!(matches!(written_since(&world, before).as_slice(), [Event::Read { of: Masked::Vetting, .. }]), "{path}");
        world.get(&path).await;
        assert_eq!(size(&world), before + 1, "once for each state of the record: {path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn statements_say_who_stands_out_by_what_and_of_one_person_alone() {
    let world = World::new().await;
    assert_eq!(world.get(STATEMENTS).await["statements"], json!([]));
    read_statements(&world);
    let entry = world.get(STATEMENTS).await["statements"][0]["entry"].clone();
    let path = format!("{STATEMENTS}/{entry}");
    let found = world.get(&path).await;
    let persons = found["persons"].as_array().unwrap();
    assert_eq!(
        persons.iter().map(|p| &p["person"]).collect::<Vec<_>>(),
        [&json!("p4"), &json!("p5")],
        "whoever stands out first"
    );
    let first = &persons[1]["findings"][0];
    assert_eq!((&first["test"], &first["beside"]), (&json!("target-calls-after"), &json!({"as_small": 0, "others": 1})));
    assert_eq!((&first["weight"]["p"], &first["rows"], &first["first"][0]["line"]), (&json!(2e-5), &json!(7), &json!(12)));
    let rest = &persons[0]["findings"][1];
    assert_eq!((&rest["test"], &rest["beside"]), (&json!("target-calls-after"), &Value::Null), "what is no finding comes last");
    let one = world.get(&format!("{path}?person=p4")).await;
    assert!(one["persons"].as_array().unwrap().len() == 1 && one["persons"][0]["person"] == "p4", "{one}");
    assert_eq!(world.get(&format!("{path}?person=p6")).await["persons"], json!([]), "they were not in it");
    let verified = |on: &str, by: &str| json!({"by": by, "how": "x", "on": on});
    let said = |test: &str, more: Value| {
        let mut said = json!({"person": "p5", "test": test});
        said.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        said
    };
    let orders = [
        (said("calls-before", json!({"explanation": "x"})), "test", "has no finding “calls-before” of “p5”"),
        (said("calls-after", json!({})), "explanation", "give an explanation"),
        (said("calls-after", json!({"explanation": " "})), "explanation", "empty"),
        (said("calls-after", json!({"verified": verified("2026-01-01", "V")})), "explanation", "no explanation yet"),
        (
            said("calls-after", json!({"explanation": "x", "verified": verified("2999-01-01", "V")})),
            "verified_on",
            "still to come",
        ),
        (said("calls-after", json!({"explanation": "x", "verified": verified("2026-01-01", "")})), "verified_how", "empty"),
    ];
    refused(&world, &format!("{path}/explanations"), &orders).await;
    for missing in [format!("{path}?person=nobody"), format!("{STATEMENTS}/1")] {
        assert_eq!(world.ask("GET", &missing).await.0, StatusCode::NOT_FOUND, "{missing}");
    }
}

/// What a program sends to have statements read.
fn form(ticket: &str) -> Vec<(&'static str, Option<&'static str>, &[u8])> {
    vec![
        ("ticket", None, ticket.as_bytes()),
        ("authority", None, b"calls"),
        ("sort", None, b"phone-review"),
        ("zone", None, b"UTC"),
        ("files", Some("calls.csv"), CALLS),
        ("owners", Some("owners.csv"), OWNERS),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn statements_that_cannot_be_read_are_refused_by_field_and_a_reading_that_fails_says_why() {
    let world = World::new().await;
    let order = super::super::statements::ORDER;
    assert_eq!(world.give("POST", AUTHORITIES, &json!({ "order": order })).await.0, StatusCode::OK);
    let before = size(&world);
    let with = |field: &'static str, value: Option<&'static [u8]>| {
        let mut form = form("t");
        form.retain(|(name, ..)| *name != field);
        form.extend(value.map(|value| (field, None, value)));
        form
    };
    let cases: [(&'static str, Option<&'static [u8]>, &str); 9] = [
        ("ticket", None, "64 letters"),
        ("ticket", Some(b"a b"), "64 letters"),
        ("authority", None, "fill this in"),
        ("authority", Some(b"other"), "no legal authority"),
        ("sort", Some(b"polygraph"), "is neither"),
        ("files", None, "choose the statements"),
        ("owners", None, "choose the list of whose"),
        ("thresholds", Some(b"10000"), "CURRENCY=AMOUNT"),
        ("screened", Some(b"all"), "digit"),
    ];
    for (field, value, said) in cases {
        let (status, answer) = world.upload(STATEMENTS, &with(field, value)).await;
        assert_eq!((status, &answer["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!(field)), "{answer}");
        assert!(answer["detail"].as_str().unwrap().to_lowercase().contains(&said.to_lowercase()), "{field}: {answer}");
    }
    assert_eq!(world.upload(STATEMENTS, &with("drow", Some(b"x"))).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(world.ask("GET", &format!("{READINGS}/t")).await.0, StatusCode::NOT_FOUND);
    // No program lies beside this one.
    let (status, begun) = world.upload(STATEMENTS, &form("t")).await;
    assert_eq!((status, &begun["ticket"]), (StatusCode::ACCEPTED, &json!("t")), "{begun}");
    let failed = world.finished(&format!("{READINGS}/t")).await;
    assert_eq!((&failed["state"], &failed["entry"], &failed["found"]), (&json!("failed"), &Value::Null, &Value::Null));
    assert!(failed["error"].as_str().unwrap().contains("is not beside this one"), "{failed}");
    assert_eq!(size(&world), before);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn statements_are_read_once_for_a_ticket_and_what_was_found_is_recorded_before_it_is_answered() {
    let (world, stand_in) = StandIn::desk().await;
    let before = size(&world);
    for _ in 0..2 {
        let (status, begun) = world.upload(STATEMENTS, &form("first")).await;
        assert_eq!((status, &begun["state"]), (StatusCode::ACCEPTED, &json!("working")), "{begun}");
    }
    let mut other = form("first");
    other.retain(|(name, ..)| *name != "zone");
    let (status, taken) = world.upload(STATEMENTS, &other).await;
    assert_eq!((status, &taken["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("ticket")));
    // Somebody else is answered while the program reads.
    let order = CALLS_ORDER.replace("\"calls\"", "\"accounts\"").replace("phone-review", "bank-review");
    assert_eq!(in_time(world.give("POST", AUTHORITIES, &json!({ "order": order }))).await.0, StatusCode::OK);
    stand_in.answer();
    let done = in_time(world.finished(&format!("{READINGS}/first"))).await;
    assert_eq!((&done["found"]["read"]["analysed"], &done["found"]["persons"][1]["person"]), (&json!(1234), &json!("p5")));
    let written = written_since(&world, before);
    let [Event::AuthorityRecorded(_), Event::StatementsRead(facts), Event::Read { of: Masked::Vetting, .. }] = written.as_slice()
    else {
        panic!("{written:?}")
    };
    assert_eq!((done["entry"].as_u64(), facts.authority.as_str()), (Some(before + 1), "calls"));
}

#[tokio::test(flavor = "multi_thread")]
async fn steps_out_of_order_are_refused_by_field_and_dossiers_are_recorded_before_they_leave() {
    let world = World::new().await;
    betrayed(&world).await;
    let opening =
        |person: &str, incident: &str, grounds: &str| json!({"person": person, "incident": incident, "grounds": grounds});
    let orders = [
        (opening("nobody", "b-12", "x"), "person", "is not on the roster"),
        (opening("p7", "none", "x"), "incident", "no incident is named"),
        (opening("p7", "../b", "x"), "incident", "../b"),
        (opening("p7", "b-12", " "), "grounds", "say so in"),
    ];
    refused(&world, PROCEEDINGS, &orders).await;
    let (status, opened) = world.give("POST", PROCEEDINGS, &opening("p7", "b-12", "knew of it")).await;
    assert_eq!(status, StatusCode::CREATED);
    refused(&world, PROCEEDINGS, &[(opening("p7", "b-12", "x"), "person", "is open already")]).await;
    let path = format!("{PROCEEDINGS}/{}", opened["proceeding"]);
    let step = |step: &str, by: &[&str], on: Option<&str>| json!({"step": step, "by": by, "on": on, "words": "as written"});
    let at = format!("{path}/step");
    let orders = [
        (step("verdict", &[], None), "step", "verdict"),
        (step("review", &["Vega"], None), "step", "next is notice"),
        (step("notice", &[], Some("2999-01-01")), "on", "still to come"),
        (step("notice", &[], Some("soon")), "on", "is no day"),
        (json!({"step": "notice", "words": ""}), "words", "say so in"),
    ];
    refused(&world, &at, &orders).await;
    for what in ["notice", "reply"] {
        assert_eq!(world.give("POST", &at, &step(what, &[], None)).await.0, StatusCode::OK, "{what}");
    }
    refused(&world, &at, &[(step("review", &[], None), "by", "a review is by")]).await;
    let end = |ending: &str| json!({"ending": ending, "words": "as written"});
    let close = format!("{path}/close");
    refused(&world, &close, &[(end("guilty"), "ending", "guilty"), (end("upheld"), "ending", "only after a review")]).await;
    assert_eq!(world.give("POST", &close, &end("exonerated")).await.0, StatusCode::OK);
    refused(&world, &close, &[(end("dropped"), "step", "has ended")]).await;
    for missing in [format!("{PROCEEDINGS}/1/step"), format!("{PROCEEDINGS}/1/close")] {
        let order = if missing.ends_with("step") { step("notice", &[], None) } else { end("dropped") };
        assert_eq!(world.give("POST", &missing, &order).await.0, StatusCode::NOT_FOUND, "{missing}");
    }
    let path = "/api/v1/incidents/b-12/dossier";
    let before = size(&world);
    assert_eq!(world.give("POST", "/api/v1/incidents/none/dossier", &json!({})).await.0, StatusCode::NOT_FOUND);
    assert_eq!(world.give("POST", path, &json!({"form": "odt"})).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(size(&world), before);
    for (wanted, begins) in [("pdf", &b"%PDF"[..]), ("json", b"{"), ("zip", b"PK")] {
        let before = size(&world);
        let bytes = world.made(path, &json!({"form": wanted, "language": "es"})).await;
        assert!(bytes.starts_with(begins), "{wanted}");
        let noted = written_since(&world, before).into_iter().filter_map(|event| match event {
            Event::DossierWritten { pdf, json, .. } => Some((pdf, json)),
            _ => None,
        });
        let [(pdf, json)] = noted.collect::<Vec<_>>().try_into().unwrap();
        let hash = hex(&sha256(&bytes));
        assert!(wanted == "zip" || hash == if wanted == "pdf" { pdf } else { json }, "{wanted} is the one that was recorded");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_not_is_refused_whatever_they_send_and_nothing_is_recorded() {
    let orders = [
        (DRAWS, draw_of(&json!([40]), ["p10", "p11"])),
        (AUTHORITIES, json!({ "order": ORDER })),
        (WAIVERS, json!({"person": "p2", "sort": "polygraph", "until": in_days(9), "reason": "x"})),
        (SCHEDULE, json!({ "schedule": PROPOSED })),
        (PROCEEDINGS, json!({"person": "p7", "incident": "b-12", "grounds": "x"})),
    ];
    // A sharing officer keeps neither the register nor proceedings, and an inspector only sees those.
    let mut folder = staffed();
    for who in ["p11", "p15"] {
        let world = seen_by(folder, who).await;
        let before = world.desk.office.act(|workspace| workspace.size()).unwrap();
        for (path, order) in &orders {
            let (status, told) = world.give("POST", path, order).await;
            assert_eq!((status, &told["type"]), (StatusCode::FORBIDDEN, &json!("/api/v1/openapi.json#role")), "{who} {path}");
        }
        for path in [DRAWS, AUTHORITIES, SCHEDULE, STATEMENTS] {
            assert_eq!(world.ask("GET", path).await.0, StatusCode::FORBIDDEN, "{who} {path}");
        }
        let sees = if who == "p15" { StatusCode::OK } else { StatusCode::FORBIDDEN };
        assert_eq!(world.ask("GET", PROCEEDINGS).await.0, sees, "{who}");
        assert_eq!(world.desk.office.act(|workspace| workspace.size()).unwrap(), before, "{who}");
        folder = closed(world);
    }
    // The vetting officer keeps the register.
    let world = seen_by(folder, "p12").await;
    assert_eq!(world.give("POST", DRAWS, &orders[0].1).await.0, StatusCode::CREATED);
    assert_eq!(world.give("POST", PROCEEDINGS, &orders[4].1).await.0, StatusCode::FORBIDDEN);
}
