//! Approaches: sealed on a desk of one's own, carried by the home desk, read by the officer; nobody else learns anything.

use holm::approach::LONGEST;

use super::drawer::own_desk;
use super::roles::{closed, seen_by, staffed};
use super::*;

const WORDS: &str = "A man by the <gate> offered 5,000 pesos.\nHe knew my name.";

/// A desk whose roster has somebody of another agency, named as the officer on the page.
async fn named() -> World {
    let world = World::new().await;
    let keys = DeviceKeys::generate().unwrap();
    std::fs::write(world.folder.path().join("m1.key"), keys.to_file(None).unwrap()).unwrap();
    let roster = format!(
        "id,name,agency,unit,level,role,email,recipient\nm1,Inspector,Ministry,Unit 9,4,x,x@x.example,{}\n",
        keys.public_line()
    );
    let added = world.desk.office.act(|workspace| {
        let permit = workspace.permit(&Action::Administer, Timestamp::now()).unwrap();
        workspace.import_roster(&permit, &roster).map(drop)
    });
    added.unwrap().unwrap();
    let fields = [("officer", "m1"), ("envelopes", "8"), ("every", "30")];
    assert_eq!(to(&world.fields("/approaches/officer", &fields).await), "/approaches/home");
    world
}

fn size(world: &World) -> u64 {
    world.desk.office.view().unwrap().size
}

async fn looked_at(desk: &World, card: &[u8]) -> String {
    let answer = desk.parts("/approaches", &[("card", Some("c.card"), card)]).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    to(&answer)
}

/// An envelope that somebody makes on a desk of their own.
async fn sealed(desk: &World, card: &[u8], fields: &[(&str, &str)]) -> Vec<u8> {
    let at = looked_at(desk, card).await;
    assert_eq!(to(&desk.fields(&at, fields).await), at, "nothing of a report stands in an address");
    let (_, page) = desk.page(&at).await;
    assert!(page.contains("Your envelope is sealed") && !page.contains("pesos") && !page.contains("p10"), "{page}");
    desk.file(&format!("{at}/envelope")).await
}

async fn refused(answer: Response<Body>, said: &str) -> String {
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{said}");
    let page = text(answer).await;
    assert!(page.contains("There is a problem") && page.contains(said), "{said}: {page}");
    page
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_sealed_carried_and_read_by_the_officer_alone() {
    let world = named().await;
    let (_, page) = world.page("/approaches/home").await;
    assert!(page.contains("Reports go to m1 of Ministry.") && page.contains("Have the batch go"), "{page}");
    assert!(world.page("/").await.1.contains("/approaches/home#carry"), "the overview leads there");
    let card = world.file("/approaches/card").await;
    let (one, other) = (own_desk(&world, "p10").await, own_desk(&world, "p11").await);
    let at = looked_at(&one, &card).await;
    let (_, page) = one.page(&at).await;
    let log_key = world.desk.office.act(|w| w.log_key().to_owned()).unwrap();
    assert!(page.contains("Reports go to m1 of Ministry.") && page.contains(&log_key), "{log_key} {page}");
    let report = [("what", "bribed"), ("words", WORDS), ("person", "p10"), ("agency", "Bureau")];
    let says = sealed(&one, &card, &report).await;
    let empty = sealed(&other, &card, &[("what", "nothing"), ("words", ""), ("person", ""), ("agency", "")]).await;
    assert_eq!(says.len(), empty.len());
    // Nothing but the key lies on the reporter's disk.
    assert_eq!(std::fs::read_dir(one.folder.path()).unwrap().count(), 1);

    let before = size(&world);
    let taken = world.parts("/approaches/envelopes", &[("files", Some("a"), &says), ("files", Some("b"), &empty)]).await;
    assert_eq!(taken.status(), StatusCode::OK);
    assert!(text(taken).await.contains("2 envelopes are kept for the next batch"));
    assert_eq!(size(&world), before, "nothing of it is recorded");
    let gone = text(world.fields("/approaches/carry", &[]).await).await;
    assert!(gone.contains("The batch is recorded as entry") && !gone.contains("Have the batch go"), "{gone}");
    assert_eq!(size(&world), before + 1);
    refused(world.fields("/approaches/carry", &[]).await, "The next batch goes on").await;
    assert_eq!(size(&world), before + 1);
    let link = gone.split("/approaches/batches/").nth(1).unwrap().split('"').next().unwrap();
    let batch = world.file(&format!("/approaches/batches/{link}")).await;
    let (_, spanish) = world.page_in("/approaches/home", "es").await;
    assert!(spanish.contains("Va el ") && spanish.contains("Guardar el lote del asiento"), "{spanish}");

    let officer = own_desk(&world, "m1").await;
    let read = text(officer.parts("/approaches/read", &[("batch", Some("b"), &batch), ("passphrase", None, b"")]).await).await;
    for said in
        ["One envelope reports something", "Somebody offered something", "<strong>p10</strong>", "the &#60;gate&#62; offered"]
    {
        assert!(read.contains(said), "{said}: {read}");
    }
    let others = one.parts("/approaches/read", &[("batch", Some("b"), &batch), ("passphrase", None, b"")]).await;
    refused(others, "No envelope of this batch opens with your key").await;

    for (envelope, said) in
        [(says, "● Your envelope is in this batch."), (sealed(&one, &card, &report).await, "○ Your envelope is not in")]
    {
        let checked = one.parts("/approaches/check", &[("envelope", Some("e"), &envelope), ("carried", Some("b"), &batch)]).await;
        let page = text(checked).await;
        assert!(page.contains(said), "{said}: {page}");
    }
    // The home desk's own members may seal by its own record.
    let own = world.parts("/approaches", &[("own", None, b"1")]).await;
    assert!(world.page(&to(&own)).await.1.contains("Reports go to m1 of Ministry."));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_card_envelope_or_batch_is_refused_and_nothing_is_kept_or_recorded() {
    let world = named().await;
    let desk = own_desk(&world, "p10").await;
    let card = world.file("/approaches/card").await;
    let said = String::from_utf8(card.clone()).unwrap();
    let other = said.replace("holm-approach-card/1", "holm-approach-card/9");
    for bad in [&b"%PDF-1.7"[..], &card[..card.len() / 2], other.as_bytes()] {
        refused(desk.parts("/approaches", &[("card", Some("c"), bad)]).await, "This file is no card. Nothing was written.").await;
    }
    // Another's keys, in a record that never said so.
    let mut forged: serde_json::Value = serde_json::from_str(&said).unwrap();
    forged["entry"]["log_key"] = "holm.invalid/0123456789abcdef+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW".into();
    let forged = forged.to_string();
    refused(desk.parts("/approaches", &[("card", Some("c"), forged.as_bytes())]).await, "What this file shows does not hold")
        .await;
    refused(desk.parts("/approaches", &[("card", Some(""), b"")]).await, "Choose the card").await;

    let at = looked_at(&desk, &card).await;
    let long = "x".repeat(LONGEST + 1);
    for (what, words, person, agency, field, said) in [
        ("", "", "", "", "what", "Say what happened, or that nothing did."),
        ("bribed", "", "", "", "words", "Say what happened in 1 to 3000 letters."),
        ("threatened", long.as_str(), "", "", "words", "Say what happened in 1 to 3000 letters."),
        ("nothing", WORDS, "", "", "what", "You chose that nothing happened, and wrote something"),
        ("nothing", "", "p10", "", "what", "You chose that nothing happened, and wrote something"),
        ("approached", WORDS, "p 10", "", "person", ""),
        ("approached", WORDS, "", " ministry", "agency", "your own agency; ask for a card of another one"),
    ] {
        let fields = [("what", what), ("words", words), ("person", person), ("agency", agency)];
        let page = refused(desk.fields(&at, &fields).await, said).await;
        assert!(page.contains(&format!("id=\"{field}-error\"")), "{field}: {page}");
    }
    assert_eq!(desk.send(Request::get(format!("{at}/envelope"))).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(desk.fields(&at, &[("name", "x")]).await.status(), StatusCode::BAD_REQUEST);
    let (status, page) = desk.page("/approaches/0123").await;
    assert!(status == StatusCode::NOT_FOUND && page.contains("nothing that was typed is kept"), "{page}");

    let envelope = sealed(&desk, &card, &[("what", "nothing")]).await;
    let before = size(&world);
    for cut in [&envelope[..4000], &[&envelope[..], b"x"].concat(), b"", &card] {
        let answer = world.parts("/approaches/envelopes", &[("files", Some("e"), cut)]).await;
        refused(answer, if cut.is_empty() { "Choose the envelopes" } else { "e: This is no whole envelope" }).await;
    }
    for (who, said) in [("m9", "cannot receive reports"), ("", "")] {
        let fields = [("officer", who), ("envelopes", "8"), ("every", "30")];
        refused(world.fields("/approaches/officer", &fields).await, said).await;
    }
    refused(
        world.fields("/approaches/officer", &[("officer", "m1"), ("envelopes", "7"), ("every", "30")]).await,
        "from 8 to 1,000",
    )
    .await;
    assert_eq!(size(&world), before, "nothing was recorded");
    assert!(!world.folder.path().join("w/approaches").exists(), "nothing was kept");

    world.fields("/approaches/carry", &[]).await;
    let entry = world.desk.office.view().unwrap().state.approaches.carried[0].0;
    let batch = world.file(&format!("/approaches/batches/{entry}")).await;
    assert_eq!(world.page("/approaches/batches/0").await.0, StatusCode::NOT_FOUND);
    let officer = own_desk(&world, "m1").await;
    for bad in [&batch[..batch.len() - 30], &card, b"\xff"] {
        refused(officer.parts("/approaches/read", &[("batch", Some("b"), bad)]).await, "This file is no batch.").await;
        let check = [("envelope", Some("e"), &envelope[..]), ("carried", Some("b"), bad)];
        refused(desk.parts("/approaches/check", &check).await, "This file is no batch.").await;
    }
    let check = [("envelope", Some("e"), &envelope[..4000]), ("carried", Some("b"), &batch[..])];
    refused(desk.parts("/approaches/check", &check).await, "This is no whole envelope").await;
    refused(desk.parts("/approaches/check", &[]).await, "Choose your copy").await;
    refused(officer.parts("/approaches/read", &[]).await, "Choose the batch").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_member_is_offered_what_their_roles_allow() {
    let mut folder = staffed();
    for (who, takes, carries) in [("p10", true, false), ("p11", true, false), ("p13", false, false), ("p14", false, true)] {
        let world = seen_by(folder, who).await;
        let (status, page) = world.page("/approaches/home").await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains("Nobody is named"), "{page}");
        assert_eq!(page.contains("/approaches/officer"), carries, "{who}: {page}");
        let taken = world.parts("/approaches/envelopes", &[("files", Some("e"), b"x")]).await.status();
        assert_eq!(taken == StatusCode::FORBIDDEN, !takes, "{who}");
        let carried = world.fields("/approaches/carry", &[]).await.status();
        assert_eq!(carried == StatusCode::FORBIDDEN, !carries, "{who}");
        assert_eq!(world.page("/approaches").await.0, StatusCode::OK);
        folder = closed(world);
    }
}
