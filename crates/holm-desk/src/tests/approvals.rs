//! What is never one person's, on pages and through the API: one approver is not enough, and nobody is named before enough approved.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use holm::approval::bundle::{Approval, open_request};
use serde_json::json;

use super::*;

const POLICY: &str = "officer = \"p0\"\n[groups.port]\nneeded = 1\npersons = [\"p5\"]\n[groups.ministry]\nneeded = 1\npersons = [\"p6\"]\n\
    [acts]\nunmask = [\"port\", \"ministry\"]\naccuse = [\"port\", \"ministry\"]\ndestroy = [\"ministry\"]\n";

impl World {
    /// A desk whose policy masks people, with a leak that was traced: where its report is.
    async fn masked() -> (Self, String) {
        let world = Self::new().await;
        let response = world.fields("/record/approvals/policy", &[("policy", POLICY)]).await;
        assert_eq!((response.status(), to(&response).as_str()), (StatusCode::SEE_OTHER, "/record/approvals"));
        let leak = world.leak();
        world.trace("t", &[("text", &leak)]).await;
        let report = world.done("t").await;
        (world, report)
    }

    /// What p6 signs, whose desk is another.
    pub(super) fn of_p6(&self, file: &[u8]) -> String {
        let keys = DeviceKeys::from_file(&std::fs::read(self.folder.path().join("p6.key")).unwrap(), None).unwrap();
        let request = open_request(file, &keys).unwrap();
        let approval = Approval { approved: true, person: PersonId::new("p6").unwrap(), at: Timestamp::now(), reason: None };
        approval.sign(&request, &keys).unwrap()
    }

    async fn ask_on_a_page(&self, what: &str) -> u64 {
        let asked = self.fields("/record/approvals/ask", &[("what", what), ("reason", "the raid on <berth> 4")]).await;
        assert_eq!(asked.status(), StatusCode::SEE_OTHER);
        to(&asked).rsplit('/').next().unwrap().parse().unwrap()
    }
}

/// Everything that shows verdicts, on pages and for programs.
async fn shown(world: &World, report: &str) -> Vec<String> {
    let index = report.rsplit('/').next().unwrap();
    let mut shown = Vec::new();
    for path in [report, "/", "/record", "/items/brief", "/trace", "/cases"] {
        let (status, page) = world.page(path).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        // Who was told what is no verdict: of an item only what its looks came to, and of the record no disclosures and no roster.
        let lines = page.lines().filter(|l| !l.contains("was told brief") && !l.contains("came on the roster"));
        let lines = lines.filter(|l| path != "/items/brief" || l.contains("named"));
        shown.push(lines.collect::<Vec<_>>().join("\n"));
    }
    shown.push(String::from_utf8(world.file(&format!("{report}/report.json")).await).unwrap());
    for path in ["/api/v1/looks".to_owned(), format!("/api/v1/looks/{index}"), format!("/api/v1/looks/{index}/aligned")] {
        shown.push(world.get(&path).await.to_string());
    }
    shown
}

#[tokio::test(flavor = "multi_thread")]
async fn verdicts_name_nobody_until_enough_approved_on_desks_of_their_own() {
    let (world, report) = World::masked().await;
    for text in shown(&world, &report).await {
        let of_copies = text.replace("p5.1 ", "p5.1");
        assert!(!of_copies.contains("p5.1") && !text.contains("Person 5"), "{text}");
    }
    assert!(world.page(&report).await.1.contains("issued to (masked)"), "{}", world.page(&report).await.1);

    let incident = world.desk.office.view().unwrap().state.looks[0].incident.to_string();
    let number = world.ask_on_a_page(&format!("incident:{incident}")).await;
    let at = format!("/record/approvals/{number}");
    let (_, page) = world.page(&at).await;
    assert!(page.contains("○ waits") && page.contains("&#60;berth&#62;") && !page.contains("Do it now"), "{page}");
    let file = world.file(&format!("{at}/request")).await;

    // p5's desk, which is this one too, shows exactly what is approved.
    let opened = world.parts("/approvals", &[("approval", Some("r"), &file)]).await;
    assert_eq!(opened.status(), StatusCode::SEE_OTHER);
    let mine = to(&opened);
    let (_, page) = world.page(&mine).await;
    assert!(page.contains(&format!("masks in the verdicts of {incident} until")) && page.contains("&#60;berth&#62;"), "{page}");
    for (person, decision, status) in
        [("p 5", "approve", 422), ("p5", "refuse", 422), ("p5", "perhaps", 400), ("p5", "approve", 200)]
    {
        let fields = [("person", person), ("decision", decision), ("reason", ""), ("passphrase", "")];
        assert_eq!(world.fields(&mine, &fields).await.status(), status, "{person} {decision}");
    }
    let signed = world.fields(&mine, &[("person", "p5"), ("decision", "approve")]).await;
    let note = text(signed).await;
    for (file, said) in [(&note.as_bytes()[..40], "not an approval"), (b"", "Choose the files"), (b"\xff\xfe", "not an approval")]
    {
        let refused = world.parts("/record/approvals", &[("approvals", Some("a"), file)]).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let page = text(refused).await;
        assert!(page.contains(said), "{page}");
    }
    let taken = world.parts("/record/approvals", &[("approvals", Some("a"), note.as_bytes())]).await;
    assert!(taken.status() == StatusCode::OK && text(taken).await.contains("Approved by p5"));

    // One of two.
    let early = world.fields(&format!("{at}/use"), &[]).await;
    assert_eq!(early.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = text(early).await;
    assert!(page.contains("waits for 1 more of ministry"), "{page}");
    let path = format!("/api/v1/approvals/requests/{number}");
    let (status, problem) = world.give("POST", &format!("{path}/use"), &json!({})).await;
    assert!(status.is_client_error(), "{problem}");
    let given = json!({ "note": note });
    assert_eq!(world.give("POST", "/api/v1/approvals", &given).await.0, StatusCode::UNPROCESSABLE_ENTITY, "a second time");
    assert_eq!(world.get(&path).await["standing"], "waits");

    let given = json!({ "note": world.of_p6(&world.saved(&format!("{path}/file")).await) });
    let (status, answer) = world.give("POST", "/api/v1/approvals", &given).await;
    assert_eq!((status, &answer["standing"]), (StatusCode::OK, &json!("approved")));
    assert!(world.page("/").await.1.contains(&format!("Request {number} is approved")));
    assert_eq!(to(&world.fields(&format!("{at}/use"), &[]).await), at);
    assert!(world.page(&report).await.1.contains("Person 5 (p5)"));
    assert!(world.page("/record").await.1.contains(&format!("the verdicts of {incident} were read")), "an entry says so");
    assert!(world.page(&at).await.1.contains("● done"));
    let again = world.fields(&format!("{at}/use"), &[]).await;
    assert_eq!(again.status(), StatusCode::UNPROCESSABLE_ENTITY, "once");
    assert!(world.page_in(&at, "es").await.1.contains("● hecha"));
}

#[tokio::test(flavor = "multi_thread")]
async fn beliefs_are_masked_and_that_they_were_read_is_recorded_once() {
    let (world, _) = World::masked().await;
    let reads = || {
        let entries = world.desk.office.act(|w| w.entries()).unwrap().unwrap();
        entries.iter().flatten().filter(|o| o.entry.event.kind() == "read").count()
    };
    let page = world.weighed("/beliefs", "en").await;
    let table = page.split("<h1>").nth(1).unwrap();
    assert!(table.contains("person-") && !table.contains("Person 5") && !table.contains(">p5<"), "{page}");
    assert_eq!(reads(), 1);
    world.weighed("/beliefs", "es").await;
    world.weighed("/beliefs/units?unit=Unit%202", "en").await;
    assert_eq!(reads(), 1, "the same state of the record");
    let link = table.split("/people/person-").nth(1).unwrap().split('?').next().unwrap();
    let own = world.weighed(&format!("/people/person-{link}?weighed=1"), "en").await;
    assert!(own.contains("Somebody under a mask") && !own.contains("Person 5"), "{own}");
    assert!(
        !world.page("/people/p5?weighed=1").await.1.contains("class=\"belief\""),
        "what is known and what is believed stand apart"
    );
    assert_eq!(world.page("/people/person-AAAAAA").await.0, StatusCode::NOT_FOUND);
    assert!(world.page("/record").await.1.contains("beliefs about people were read"));
}

#[tokio::test(flavor = "multi_thread")]
async fn policies_and_requests_that_cannot_be_are_refused_beside_their_fields() {
    let world = World::new().await;
    assert!(world.page("/record/approvals").await.1.contains("Nothing needs approval"));
    let (status, problem) = world.give("POST", "/api/v1/approvals/requests", &json!({ "act": "unmask", "reason": "x" })).await;
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && problem.to_string().contains("no approval is needed"), "{problem}");
    for (policy, said) in [
        ("", "names no groups"),
        ("[groups", "not a policy"),
        (&POLICY.replace("\"p5\"", "\"nobody\""), "cannot approve"),
        (&POLICY.replace("\"p6\"", "\"p5\""), "stands twice"),
        (&POLICY.replace("\"p6\"", "\"p0\""), "nobody approves what they asked for"),
        (&POLICY.replace("needed = 1", "needed = 3"), "say from 1 to 1"),
    ] {
        let refused = world.fields("/record/approvals/policy", &[("policy", policy)]).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY, "{policy}");
        let page = text(refused).await;
        assert!(page.contains(said) && page.contains("class=\"summary\""), "{said}: {page}");
    }
    let (status, _) = world.give("POST", "/api/v1/approvals/policy", &json!({ "policy": POLICY })).await;
    assert_eq!(status, StatusCode::OK);
    let further = world.fields("/record/approvals/policy", &[("policy", POLICY)]).await;
    assert!(text(further).await.contains("needs approval by ministry, port"), "every further one is approved");
    for body in [
        json!({ "act": "unmask", "reason": "" }),
        json!({ "act": "unmask", "incident": "none-such", "reason": "x" }),
        json!({ "act": "accuse", "item": "brief", "reason": "x" }),
        json!({ "act": "destroy", "authority": "Act 12", "reason": "x" }),
        json!({ "act": "destroy", "entries": [999_999], "authority": "Act 12", "reason": "x" }),
        json!({ "act": "release", "item": "none-such", "to": ["all"], "reason": "x" }),
        json!({ "act": "release", "item": "brief", "to": ["p5"], "reason": "x" }),
    ] {
        let (status, problem) = world.give("POST", "/api/v1/approvals/requests", &body).await;
        assert!(status.is_client_error(), "{body}: {problem}");
    }
    let file = BASE64.encode(b"no request");
    let said = json!({ "request": file, "person": "p5", "approve": true });
    assert_eq!(world.give("POST", "/api/v1/approvals/sign", &said).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(world.get("/api/v1/approvals").await["requests"], json!([]));
    assert_eq!(world.page("/approvals/0123").await.0, StatusCode::NOT_FOUND);
    assert_eq!(world.page("/record/approvals/7").await.0, StatusCode::NOT_FOUND);
    assert_eq!(world.fields("/record/approvals/ask", &[("what", "all"), ("reason", "x")]).await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_opened_and_bodies_are_destroyed_through_the_api_only_with_approval() {
    let (world, _) = World::masked().await;
    let item = ItemName::new("brief").unwrap();
    let open = || {
        world.desk.office.act(|workspace| {
            let permit = workspace.permit(&Action::OpenItem { item: &item }, Timestamp::now()).unwrap();
            workspace.open_item(&permit, &item, &[]).map(drop).map_err(|e| e.to_string())
        })
    };
    assert!(open().unwrap().unwrap_err().contains("needs approval by ministry, port"));
    let wanted = json!({ "act": "accuse", "item": "brief", "reason": "the prosecutor asks" });
    let (_, request) = world.give("POST", "/api/v1/approvals/requests", &wanted).await;
    let path = format!("/api/v1/approvals/requests/{}", request["request"]);
    let file = world.saved(&format!("{path}/file")).await;
    let said = json!({ "request": BASE64.encode(&file), "person": "p5", "approve": true });
    let (_, signed) = world.give("POST", "/api/v1/approvals/sign", &said).await;
    assert!(signed["what"].as_str().unwrap().starts_with("Open the key of brief"), "{signed}");
    world.give("POST", "/api/v1/approvals", &json!({ "note": signed["note"] })).await;
    assert!(open().unwrap().unwrap_err().contains("waits for 1 more of ministry"));
    world.give("POST", "/api/v1/approvals", &json!({ "note": world.of_p6(&file) })).await;
    let (status, _) = world.give("POST", &format!("{path}/use"), &json!({})).await;
    assert!(status.is_client_error(), "an item is opened where items are");
    open().unwrap().unwrap();

    let incident = world.desk.office.view().unwrap().state.looks[0].incident.to_string();
    let wanted = json!({ "act": "destroy", "incident": incident, "authority": "Act 12 §3", "reason": "the retention ended" });
    let (status, request) = world.give("POST", "/api/v1/approvals/requests", &wanted).await;
    assert_eq!(status, StatusCode::OK, "{request}");
    let path = format!("/api/v1/approvals/requests/{}", request["request"]);
    let note = world.of_p6(&world.saved(&format!("{path}/file")).await);
    world.give("POST", "/api/v1/approvals", &json!({ "note": note })).await;
    let (status, done) = world.give("POST", &format!("{path}/use"), &json!({})).await;
    assert_eq!((status, &done["standing"]), (StatusCode::OK, &json!("used")));
    let (_, verified) = world.give("POST", "/api/v1/record/verify", &json!({})).await;
    assert_eq!(verified["holds"], true, "{verified}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ends_something_is_looked_at_first_and_asked_for_where_others_must_approve() {
    let (world, report) = World::masked().await;
    // Opening the key of an item that has a verdict is the ministry's and the port's to approve.
    assert!(world.page("/items/brief/key").await.1.contains("Others must approve it first"));
    let early = world.fields("/items/brief/key", &[]).await;
    assert_eq!(early.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(text(early).await.contains("needs approval by"));
    let order = [("item", "brief"), ("authority", "Act <12>"), ("reason", "court order")];
    for (fields, said) in [
        (vec![("entries", "x")], "is not the number of an entry"),
        (vec![("item", "none")], "no item is named"),
        (vec![("incident", "no name!")], "no name!"),
        (vec![("retention", "none")], "no legal authority"),
        (vec![("entries", "0")], "is needed for as long as the record is"),
        (vec![], "say what is to be destroyed"),
    ] {
        let sent = world.fields("/record/destruction", &[&fields[..], &order[1..]].concat()).await;
        assert_eq!(sent.status(), StatusCode::UNPROCESSABLE_ENTITY, "{fields:?}");
        let page = text(sent).await.to_lowercase();
        assert!(page.contains(said) && page.contains("act &#60;12&#62;"), "{fields:?}: {page}");
    }
    let looked = text(world.fields("/record/destruction", &order).await).await;
    assert!(looked.contains("31 sealed files will be destroyed") && looked.contains("Ask for approval"), "{looked}");
    let asked = world.fields("/record/destruction/done", &order).await;
    let at = to(&asked);
    let file = world.file(&format!("{at}/request")).await;
    let signed = world.parts("/record/approvals", &[("approvals", Some("a"), world.of_p6(&file).as_bytes())]).await;
    assert_eq!(signed.status(), StatusCode::OK);
    assert_eq!(to(&world.fields(&format!("{at}/use"), &[]).await), at);
    let (_, page) = world.page("/record/destruction").await;
    assert!(page.contains("0 bodies of entries and 31 sealed files") && page.contains("Act &#60;12&#62;"), "{page}");
    // The item can be traced no further, and the look that was made stays.
    let leak = world.leak();
    world.trace("again", &[("text", &leak), ("item", "brief")]).await;
    assert!(world.page("/trace/again").await.1.contains("leaks of it cannot be read any more"));
    let (status, page) = world.page(&report).await;
    assert!(status == StatusCode::OK && page.contains("What this rests on was destroyed"), "{page}");
    // So with an incident: of its look not even the report stays, and every other page goes on.
    let incident = world.desk.office.view().unwrap().state.looks[0].incident.to_string();
    let order = [("incident", incident.as_str()), order[1], order[2]];
    let at = to(&world.fields("/record/destruction/done", &order).await);
    let note = world.of_p6(&world.file(&format!("{at}/request")).await);
    assert_eq!(world.parts("/record/approvals", &[("approvals", Some("a"), note.as_bytes())]).await.status(), StatusCode::OK);
    assert_eq!(to(&world.fields(&format!("{at}/use"), &[]).await), at);
    for path in ["/", "/record", "/trace", "/cases", "/items/brief", "/people/p5", "/told"] {
        assert_eq!(world.page(path).await.0, StatusCode::OK, "{path}");
    }
    assert!(world.page(&report).await.1.contains("was destroyed; the record says when, why and by whose authority"));
}
