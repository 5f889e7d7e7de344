//! Statements that are given over on a page: what is refused, where it is said, and that nothing is recorded. What the program finds is shown in
//! `crates/holm-cli/tests/statements.rs`, with the program.

use super::*;

const ORDER: &str = "authority = \"calls\"\nbasis = \"art. 16\"\nissued_by = \"First Court\"\nrequested_by = \"Ruiz\"\napproved_by = \"Vega\"\n\
    sorts = [\"phone-review\"]\npersons = [\"p2\", \"p3\"]\ndata_from = \"2025-01-01\"\ndata_until = \"2025-12-31\"\n\
    valid_from = \"2025-02-01\"\nvalid_until = \"2999-06-30\"\nretain_until = \"2999-12-31\"\n";
const CALLS: &[u8] = b"at,own,other,direction,kind,seconds,imei,imsi\n2025-01-06T10:00:00Z,+52550002,+52550009,out,call,60,,\n";
const OWNERS: &[u8] = b"number,person\n+52550002,p2\n";

type Sent<'s> = (&'s str, Option<&'s str>, &'s [u8]);

/// What a form sends if nothing is wrong with it, with some parts in place of its own.
async fn sent(world: &World, ticket: &str, other: &[Sent<'_>]) -> Response<Body> {
    let usual: [Sent<'_>; 6] = [
        ("ticket", None, ticket.as_bytes()),
        ("authority", None, b"calls"),
        ("sort", None, b"phone-review"),
        ("zone", None, b"UTC"),
        ("files", Some("calls.csv"), CALLS),
        ("owners", Some("owners.csv"), OWNERS),
    ];
    let kept = usual.iter().filter(|(name, ..)| other.iter().all(|(own, ..)| own != name));
    let parts: Vec<Sent<'_>> = kept.chain(other).copied().collect();
    world.parts("/vetting/statements", &parts).await
}

async fn world() -> World {
    let world = World::new().await;
    let (_, page) = world.page("/vetting/statements").await;
    assert!(page.contains("none that allows it is in force today") && !page.contains("name=\"owners\""), "{page}");
    assert_eq!(to(&world.fields("/vetting/authorities", &[("order", ORDER)]).await), "/vetting");
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_said_at_its_field_and_nothing_is_recorded() {
    let world = world().await;
    let (_, page) = world.page("/vetting/statements").await;
    for said in ["calls: review of calls, 2 people, 2025-01-01 to 2025-12-31", "at most 64 MB", "name=\"targets\""] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let before = world.desk.office.view().unwrap().size;
    let two = [("mappings", Some("a.toml"), &b"[columns]"[..]), ("mappings", Some("b.toml"), &b"[columns]"[..])];
    let cases: [(&[Sent<'_>], &str, &str); 14] = [
        (&[("files", Some(""), b"")], "files", "Choose the statements"),
        (&[("owners", Some(""), b"")], "owners", "Choose the list of whose"),
        (
            &[("owners", Some("o.csv"), b"number,who\n1,p2\n")],
            "owners",
            "o.csv: One line cannot be read, so nothing was taken in",
        ),
        (&[("owners", Some("o.csv"), b"number,person\n\xff,p2\n")], "owners", "not UTF-8"),
        (&[("targets", Some("t.csv"), b"name\nx\ny\n")], "targets", "2 lines cannot be read"),
        (&[("income", Some("i.csv"), b"person,currency,amount\np2,EUR,much\n")], "income", "i.csv: One line"),
        (
            &[("holdings", Some("h.csv"), b"person,currency,on,worth,words\np2,EUR,yesterday,1,boat\n")],
            "holdings",
            "h.csv: One line",
        ),
        (&[("authority", None, b"other")], "authority", "o legal authority"),
        (&[("authority", None, b"")], "authority", ""),
        (&[("sort", None, b"bank-review")], "authority", "does not allow a"),
        (&[("sort", None, b"polygraph")], "sort", "is neither"),
        (&[("zone", None, b"Atlantis")], "zone", ""),
        (&[("thresholds", None, b"10000")], "thresholds", "ay it as CURRENCY=AMOUNT"),
        (&two, "mappings", "No mapping is called as calls.csv is"),
    ];
    for (n, (parts, field, said)) in cases.into_iter().enumerate() {
        let answer = sent(&world, &format!("t{n}"), parts).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{field} {said}");
        let page = text(answer).await;
        assert!(page.contains(&format!("id=\"{field}-error\"")) && page.contains(said), "{field} {said}: {page}");
    }
    assert_eq!(sent(&world, "t", &[("drow", None, b"x")]).await.status(), StatusCode::BAD_REQUEST);
    assert_eq!(sent(&world, "a b", &[]).await.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(to(&world.send(Request::get("/vetting/statements/nothing")).await), "/vetting/statements");
    let large = vec![b'9'; 65 << 20];
    assert_eq!(sent(&world, "t", &[("files", Some("c.csv"), &large)]).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let view = world.desk.office.view().unwrap();
    // Only that the page was read is an entry.
    assert!(view.state.vetting.statements.is_empty() && view.size == before, "{} {before}", view.size);
}

/// No program lies beside this one.
#[tokio::test(flavor = "multi_thread")]
async fn a_desk_without_the_program_says_so_once_the_job_is_asked() {
    let world = world().await;
    let begun = sent(&world, "first", &[]).await;
    assert_eq!((begun.status(), to(&begun).as_str()), (StatusCode::SEE_OTHER, "/vetting/statements/first"));
    assert_eq!(to(&sent(&world, "first", &[]).await), "/vetting/statements/first", "sent twice, it is read once");
    let other = sent(&world, "first", &[("owners", Some("o.csv"), b"number,person\n1,p3\n")]).await;
    assert_eq!(other.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = loop {
        let (_, page) = world.page("/vetting/statements/first").await;
        if !page.contains("http-equiv=\"refresh\"") {
            break page;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    for said in ["The statements were not read", "is not beside this one", "Nothing was recorded"] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let (_, spanish) = world.page_in("/vetting/statements/first", "es").await;
    assert!(spanish.contains("no está junto a este") && spanish.contains("No se asentó nada"), "{spanish}");
    assert!(world.desk.office.view().unwrap().state.vetting.statements.is_empty());
}
