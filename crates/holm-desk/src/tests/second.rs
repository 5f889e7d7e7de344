//! A key that two persons make, on their two desks.

use super::*;

/// The draft's form as its page has it, with these fields in place of its own.
async fn sent(world: &World, draft: &str, own: &[(&str, &str)]) -> Response<Body> {
    let (_, page) = world.page(draft).await;
    let seen = page.split("name=\"seen\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let boxes = page.split("name=\"keep\" value=\"").skip(1).map(|rest| ("keep", rest.split('"').next().unwrap()));
    let fields: Vec<(&str, &str)> = [("seen", seen)].into_iter().chain(boxes).chain(own.iter().copied()).collect();
    world.fields(draft, &fields).await
}

/// Sends a form with files and fields.
async fn given(world: &World, path: &str, parts: &[(&str, Option<&str>, &[u8])]) -> (StatusCode, Vec<u8>) {
    let response = world.parts(path, parts).await;
    (response.status(), to_bytes(response.into_body(), 1 << 20).await.unwrap().to_vec())
}

/// What the second person's desk refuses to draw half of a key for.
async fn nothing_is_drawn_for_what_is_no_request(world: &World, request: &[u8]) {
    for (file, person, said) in [
        (&b""[..], &b"p5"[..], "Choose the file that the originator sent"),
        (b"{}", b"p5", "no request for half of a key"),
        (request, b"p 5<b>", "This is no id"),
    ] {
        let (status, page) = given(world, "/contributions", &[("request", Some("x"), file), ("person", None, person)]).await;
        let page = String::from_utf8(page).unwrap();
        assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains(said) && !page.contains("<b>"), "{page}");
        assert!(page.contains("There is a problem"), "{page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_waits_for_its_second_person_and_goes_on_with_what_they_drew() {
    let world = World::new().await;
    let draft = world.draft(minutes()).await;
    let second = format!("{draft}/second");
    let own = [("name", "hall"), ("to", "unit:Unit 1"), ("second", "p5"), ("do", "release")];
    assert_eq!(world.page(&second).await.0, StatusCode::NOT_FOUND, "nothing waits");
    for unfit in ["nobody", "../p5", "p5\0", "<b>"] {
        sent(&world, &draft, &[("name", "hall"), ("to", "unit:Unit 1"), ("second", unfit), ("do", "save")]).await;
        assert!(!world.page(&draft).await.1.contains("<option value=\"p5\" selected>"), "{unfit}");
    }
    assert_eq!(to(&sent(&world, &draft, &own).await), format!("{draft}/release"));
    let (_, page) = world.page(&format!("{draft}/release")).await;
    assert!(page.contains("Then Person 5 draws the other half of the key") && !page.contains("by this desk alone"), "{page}");
    let size = || world.desk.office.view().unwrap().size;
    let before = size();
    let release = format!("{draft}/release");
    assert_eq!(world.fields(&release, &[("ticket", "one")]).await.status(), StatusCode::SEE_OTHER);
    assert_eq!(world.done_at(&format!("{release}/one")).await, second);
    assert_eq!((size(), world.copies_of("hall")), (before + 1, 0), "the manifest, and no copy");
    assert!(world.page(&second).await.1.contains("The release waits for Person 5"));
    assert!(world.page(&draft).await.1.contains("This draft waits for Person 5"));
    assert!(world.page("/").await.1.contains("hall: The release waits for Person 5"));

    // On the second person's desk, which is this one too.
    let request = world.file(&format!("{second}/request")).await;
    let text = String::from_utf8(request.clone()).unwrap();
    assert!(text.contains("\"item\": \"hall\"") && !text.contains("minutes"), "{text}");
    nothing_is_drawn_for_what_is_no_request(&world, &request).await;
    let (_, drawn) = given(&world, "/contributions", &[("request", Some("r"), &request), ("person", None, b"p5")]).await;
    let (_, posing) = given(&world, "/contributions", &[("request", Some("r"), &request), ("person", None, b"p6")]).await;

    let back = async |ticket: &[u8], file: &[u8]| {
        world.parts(&second, &[("ticket", None, ticket), ("contribution", Some("hall.contribution"), file)]).await
    };
    for (file, said) in
        [(&b""[..], "Choose the file that they sent back"), (b"[]", "no contribution"), (&request, "no contribution")]
    {
        let refused = back(b"t", file).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(super::text(refused).await.contains(said), "{said}");
    }
    back(b"posing", &posing).await;
    let page = loop {
        let page = world.page(&format!("{release}/posing")).await.1;
        if !page.contains("http-equiv=\"refresh\"") {
            break page;
        }
    };
    assert!(page.contains("not signed by the key that “p5” has enrolled"), "{page}");
    assert_eq!((size(), world.copies_of("hall")), (before + 1, 0), "nothing follows from what another drew");
    for _ in 0..2 {
        assert_eq!(to(&back(b"two", &drawn).await), format!("{release}/two"));
        assert_eq!(world.done_at(&format!("{release}/two")).await, "/items/hall");
    }
    assert_eq!(world.copies_of("hall"), 10, "once");
    let (_, item) = world.page("/items/hall").await;
    assert!(item.contains("p5") && !item.contains("The originator&#39;s desk made it alone"), "{item}");
    assert_eq!(world.page(&second).await.0, StatusCode::NOT_FOUND, "nothing waits any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_that_waits_keeps_its_draft_its_second_person_and_those_who_were_there_when_it_began() {
    let world = World::new().await;
    let draft = world.draft(minutes()).await;
    let own = [("name", "hall"), ("to", "unit:Unit 1"), ("second", "p5"), ("do", "release")];
    sent(&world, &draft, &own).await;
    let release = format!("{draft}/release");
    world.fields(&release, &[("ticket", "one")]).await;
    assert_eq!(world.done_at(&format!("{release}/one")).await, format!("{draft}/second"));
    let dropped = sent(&world, &draft, &[("do", "drop")]).await;
    assert!(super::text(dropped).await.contains("This draft waits for its second person"));
    assert_eq!(world.page(&draft).await.0, StatusCode::OK, "it is kept");

    // Somebody who came since would be the one whom a known half could frame.
    let line = DeviceKeys::generate().unwrap().public_line();
    let csv = format!("id,name,agency,unit,level,role,email,recipient\nz1,Zoe,Bureau,Unit 1,1,x,z@x,{line}\n");
    world.parts("/roster", &[("text", None, csv.as_bytes())]).await;
    let request = world.file(&format!("{draft}/second/request")).await;
    let (_, drawn) = given(&world, "/contributions", &[("request", Some("r"), &request), ("person", None, b"p5")]).await;
    let parts = [("ticket", None, &b"two"[..]), ("contribution", Some("c"), &drawn)];
    let (status, page) = given(&world, &format!("{draft}/second"), &parts).await;
    let page = String::from_utf8(page).unwrap();
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains("cannot get a copy of it: z1"), "{page}");

    // Whoever cannot contribute any more stays chosen, and that is said.
    world.fields("/people/p5/left", &[("reason", "retired")]).await;
    let (_, page) = world.page(&draft).await;
    assert!(page.contains("<option value=\"p5\" selected>"), "{page}");
    let own = [("name", "hall"), ("to", "p1"), ("second", "p5"), ("do", "release")];
    assert!(super::text(sent(&world, &draft, &own).await).await.contains("has left or has no key that signs"));
    assert_eq!(world.copies_of("hall"), 0);
}
