//! Statements that are given over on a page: what is refused, where it is said, and that nothing is recorded. What the program finds is shown in
//! `crates/holm-cli/tests/statements.rs`, with the program.

use holm::telling::Part;
use holm_record::commitment::{hex, sha256};

use super::*;

pub(super) const ORDER: &str = "authority = \"calls\"\nbasis = \"art. 16\"\nissued_by = \"First Court\"\nrequested_by = \"Ruiz\"\napproved_by = \"Vega\"\n\
    sorts = [\"phone-review\"]\npersons = [\"p2\", \"p3\"]\ndata_from = \"2025-01-01\"\ndata_until = \"2025-12-31\"\n\
    valid_from = \"2025-02-01\"\nvalid_until = \"2999-06-30\"\nretain_until = \"2999-12-31\"\n";
pub(super) const CALLS: &[u8] =
    b"at,own,other,direction,kind,seconds,imei,imsi\n2025-01-06T10:00:00Z,+52550002,+52550009,out,call,60,,\n";
pub(super) const OWNERS: &[u8] = b"number,person\n+52550002,p2\n";

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

/// A stand-in for the program: it keeps what it is asked, and answers once it is told to.
#[cfg(unix)]
pub(super) struct StandIn {
    place: std::path::PathBuf,
    answers: std::fs::File,
}

#[cfg(unix)]
impl StandIn {
    const SCRIPT: &str = "#!/bin/sh\ncat >>\"$0.asked\"\necho >>\"$0.asked\"\necho waits >&2\nIFS= read -r answer <\"$0.pipe\"\nprintf '%s' \"$answer\"\n";

    /// Written by another process: a file that this one has open could not be run.
    fn new(folder: &Path) -> Self {
        let place = folder.join("stand-in");
        let write = "mkfifo \"$0.pipe\" && printf '%s' \"$1\" >\"$0\" && chmod 700 \"$0\"";
        let written = std::process::Command::new("sh").args(["-c", write]).arg(&place).arg(Self::SCRIPT).status().unwrap();
        assert!(written.success());
        // Open at both ends, so that neither side waits for the other to open it.
        let answers = std::fs::File::options().read(true).write(true).open(place.with_extension("pipe")).unwrap();
        Self { place, answers }
    }

    fn asked(&self) -> Vec<String> {
        let asked = std::fs::read_to_string(self.place.with_extension("asked")).unwrap_or_default();
        asked.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n')).map(str::to_owned).collect()
    }

    /// Waits until so many questions wait for an answer, or were given one.
    pub(super) async fn is_asked(&self, times: usize) {
        while self.asked().len() < times {
            tokio::task::yield_now().await;
        }
    }

    pub(super) fn answer(&self) {
        use std::io::Write;
        (&self.answers).write_all(format!("{}\n", super::vetting::answer()).as_bytes()).unwrap();
    }

    /// A desk that asks it, under a recorded authority.
    pub(super) async fn desk() -> (World, Self) {
        let folder = tempfile::tempdir().unwrap();
        fill(&folder);
        let stand_in = Self::new(folder.path());
        let mut desk = desk(&folder);
        Arc::get_mut(&mut desk).unwrap().statements = Some(stand_in.place.clone());
        let world = World::started(folder, desk).await;
        assert_eq!(to(&world.fields("/vetting/authorities", &[("order", ORDER)]).await), "/vetting");
        (world, stand_in)
    }

    /// Of which a reading waits for its answer.
    async fn waiting() -> (World, Self) {
        let (world, stand_in) = Self::desk().await;
        assert_eq!(to(&sent(&world, "first", &[]).await), "/vetting/statements/first");
        stand_in.is_asked(1).await;
        (world, stand_in)
    }
}

/// Where the first reading leads, or why it failed.
#[cfg(unix)]
async fn came_to(world: &World) -> String {
    loop {
        let shown = world.send(Request::get("/vetting/statements/first")).await;
        if shown.status() == StatusCode::SEE_OTHER {
            return to(&shown);
        }
        let page = text(shown).await;
        if !page.contains("http-equiv=\"refresh\"") {
            return page;
        }
        tokio::task::yield_now().await;
    }
}

/// An authority of the same sort for one person more, so that more are screened.
#[cfg(unix)]
async fn screen_another(world: &World, person: &str) {
    let order = ORDER.replace("\"calls\"", &format!("\"calls-{person}\"")).replace("\"p2\", \"p3\"", &format!("\"{person}\""));
    assert_eq!(to(&world.fields("/vetting/authorities", &[("order", &order)]).await), "/vetting");
}

/// Fails instead of waiting for ever where nobody is answered.
#[cfg(unix)]
pub(super) async fn in_time<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(120), work).await.expect("somebody waits for the program")
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn others_read_and_record_while_the_program_reads_and_what_it_found_is_an_entry_before_it_is_shown() {
    let (world, stand_in) = StandIn::waiting().await;
    let other = ORDER.replace("\"calls\"", "\"accounts\"").replace("phone-review", "bank-review");
    in_time(async {
        assert_eq!(to(&world.fields("/vetting/authorities", &[("order", &other)]).await), "/vetting", "another act");
        let (_, page) = world.page("/vetting/statements").await;
        assert!(page.contains("No statements were read") && page.contains("accounts: review of"), "{page}");
        while !world.page("/vetting/statements/first").await.1.contains("waits") {}
    })
    .await;
    let before = world.desk.office.view().unwrap();
    assert!(before.state.vetting.statements.is_empty());
    stand_in.answer();
    let led = in_time(came_to(&world)).await;
    let view = world.desk.office.view().unwrap();
    let [read] = view.state.vetting.statements.as_slice() else { panic!("{led}") };
    assert_eq!((led, read.index >= before.size), (format!("/vetting/statements#read-{}", read.index), true));
    let asked = stand_in.asked();
    assert_eq!(
        (asked.len(), read.facts.request.as_str()),
        (1, hex(&sha256(asked[0].as_bytes())).as_str()),
        "what others did is no concern of it"
    );
    assert!(world.page("/vetting/statements").await.1.contains("calls.csv: 1,234 rows analysed"));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn what_the_record_says_otherwise_meanwhile_is_asked_anew_and_said_if_it_goes_on() {
    let (world, stand_in) = StandIn::waiting().await;
    in_time(screen_another(&world, "p9")).await;
    stand_in.answer();
    in_time(stand_in.is_asked(2)).await;
    assert!(world.desk.office.view().unwrap().state.vetting.statements.is_empty(), "the first answer is nobody's");
    stand_in.answer();
    let led = in_time(came_to(&world)).await;
    let view = world.desk.office.view().unwrap();
    let [read] = view.state.vetting.statements.as_slice() else { panic!("{led}") };
    let asked = stand_in.asked();
    let screened =
        asked.iter().map(|asked| serde_json::from_str::<serde_json::Value>(asked).unwrap()["screened"].as_u64().unwrap());
    assert_eq!((screened.collect::<Vec<_>>(), &read.facts.request), (vec![2, 3], &hex(&sha256(asked[1].as_bytes()))));

    let (world, stand_in) = StandIn::waiting().await;
    for (asked, person) in (1..).zip(["p9", "p10", "p11"]) {
        in_time(stand_in.is_asked(asked)).await;
        in_time(screen_another(&world, person)).await;
        stand_in.answer();
    }
    let page = in_time(came_to(&world)).await;
    assert!(page.contains("came to say other things of these people") && page.contains("Nothing was recorded"), "{page}");
    assert!(world.page_in("/vetting/statements/first", "es").await.1.contains("ientras se leían los extractos, el registro"));
    assert!(world.desk.office.view().unwrap().state.vetting.statements.is_empty() && stand_in.asked().len() == 3);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_authority_that_ends_while_statements_are_read_has_nothing_recorded() {
    let (world, stand_in) = StandIn::waiting().await;
    let index = world.desk.office.view().unwrap().state.vetting.authorities.values().next().unwrap().index;
    let withdrawn = world.desk.office.act(|workspace| {
        let permit = workspace.permit(&Action::Administer, Timestamp::now()).unwrap();
        workspace.withdraw(&permit, index, &Part::Only, "set aside by the court")
    });
    withdrawn.unwrap().unwrap();
    stand_in.answer();
    let page = in_time(came_to(&world)).await;
    assert!(page.contains("o legal authority “calls” is recorded") && page.contains("Nothing was recorded"), "{page}");
    assert!(world.desk.office.view().unwrap().state.vetting.statements.is_empty());
    assert_eq!(stand_in.asked().len(), 1, "what is not allowed is not asked again");
}
