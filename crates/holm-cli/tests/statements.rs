//! Statements of calls: read under an authority only, recorded before they are shown, destroyed when their time is over. `make engine` builds the
//! program that reads them, and runs this.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "it/desk.rs"]
mod desk;

use std::path::PathBuf;

use desk::{Desk, Ran, Served, ran};

const ORDER: &str = "authority = \"calls\"\nbasis = \"art. 16\"\nissued_by = \"First Court\"\nrequested_by = \"Ruiz\"\napproved_by = \"Vega\"\n\
    sorts = [\"phone-review\"]\npersons = [\"p2\", \"p3\"]\ndata_from = \"2025-01-01\"\ndata_until = \"2025-12-31\"\n\
    valid_from = \"2025-02-01\"\nvalid_until = \"2999-06-30\"\nretain_until = \"2999-12-31\"\n";

fn engine() -> PathBuf {
    let built = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/engine/holm-statements");
    let path = std::env::var_os("HOLM_STATEMENTS").map_or(built, PathBuf::from);
    assert!(path.is_file(), "build what reads statements with `make engine` first: `{}` is not there", path.display());
    path
}

fn import(desk: &Desk, more: &[&str]) -> Ran {
    let args = ["statement", "import", "calls.csv", "--sort", "phone-review", "--owners", "numbers.csv", "--zone", "UTC"];
    ran(desk.command(&[&args[..], more].concat()).env("HOLM_STATEMENTS", engine()).output().unwrap())
}

/// Two people were told of eight operations. Each week both call a colleague; after each briefing, and at no other time, p2 calls a target.
fn told() -> Desk {
    let desk = Desk::with(3);
    let mut operations = "operation,sort,at,targets,units,channels,items,told,outcome,from,to,words\n".to_owned();
    let mut calls = "at,own,other,direction,kind,seconds,imei,imsi\n".to_owned();
    let first: jiff::Timestamp = "2025-01-06T10:00:00Z".parse().unwrap();
    for week in 0..50_i64 {
        let at = first + jiff::SignedDuration::from_hours(168 * week);
        for own in ["+52550002", "+52550003"] {
            calls += &format!("{},{own},+52550009,out,call,60,,\n", at + jiff::SignedDuration::from_hours(30));
        }
        if week % 6 == 3 {
            let end = at + jiff::SignedDuration::from_hours(100);
            operations += &format!("op-{week},raid,{end},,,,,p2@{at};p3@{at},clean,,,\n");
            calls += &format!("{},+52550002,+52557777,out,call,20,,\n", at + jiff::SignedDuration::from_hours(2));
        }
    }
    // What must not be looked at: another's number, and another year.
    calls += "2025-03-01T10:00:00Z,+52550001,+52557777,out,call,20,,\n2024-03-01T10:00:00Z,+52550002,+52557777,out,call,20,,\n";
    calls += "yesterday,+52550002,+52557777,out,call,20,,\n";
    desk.write("operations.csv", operations.as_bytes());
    desk.write("calls.csv", calls.as_bytes());
    desk.write("numbers.csv", b"number,person\n+52 55 0002,p2\n+52550003,p3\n");
    desk.write("targets.csv", b"number\n+52557777\n");
    desk.write("order.toml", ORDER.as_bytes());
    desk.run(&["operation", "import", "operations.csv"]).ok();
    desk
}

#[test]
fn whoever_calls_a_target_after_briefings_is_found_and_nobody_else_and_it_is_recorded_first() {
    let desk = told();
    let under = ["--authority", "calls", "--targets", "targets.csv"];
    import(&desk, &under).fails_with(&["no legal authority `calls` is recorded"]);
    desk.run(&["check", "authority", "add", "order.toml"]).ok();
    let entries = || desk.run(&["record", "log", "--json"]).ok().json().as_array().unwrap().clone();
    let before = entries().len();
    let found = import(&desk, &[&under[..], &["--json"]].concat()).ok().json();
    let person = |id: &str| {
        let of = found["answer"]["persons"].as_array().unwrap().iter().find(|p| p["person"] == id).unwrap();
        (of["corrected"].as_f64().unwrap(), of["disclosures"].as_u64().unwrap())
    };
    assert!(person("p2").0 < 0.001 && person("p3").0 > 0.5, "{:?} {:?}", person("p2"), person("p3"));
    assert_eq!(person("p2").1, 8);
    let read = &found["answer"]["read"];
    assert_eq!((&read["bad"]["total"], &read["outside_days"]), (&1.into(), &1.into()), "{read}");
    assert_eq!(read["outside_persons"]["first"][0]["own"], "+52550001");
    let after = entries();
    let events: Vec<&serde_json::Value> = after[before..].iter().map(|e| &e["entry"]["event"]).collect();
    assert_eq!(events.len(), 1);
    assert_eq!((&events[0]["kind"], &events[0]["files"][0]["name"]), (&"statements-read".into(), &"calls.csv".into()));

    let said = import(&desk, &under).ok().out;
    for words in [
        "target-calls-after: calls and messages with targets: 8 in 8 windows",
        "yesterday",
        "+52550001: 1",
        "holm check add PERSON",
    ] {
        assert!(said.contains(words), "{said}");
    }
    let review = desk.run(&["statement", "review", "--person", "p2"]).ok().out;
    assert!(review.contains("target-calls-after") && !review.contains("p3"), "{review}");
    assert_eq!(entries().last().unwrap()["entry"]["event"]["kind"], "read");
    desk.run(&["statement", "review", "0"]).fails_with(&["entry 0 is not of statements"]);

    let number = found["entry"].to_string();
    let explain = |more: &[&str]| desk.run(&[&["statement", "explain", &number, "--person", "p2"], more].concat());
    let test = ["--test", "target-calls-after"];
    let verified = ["--verified-by", "Vega", "--verified-how", "asked the unit", "--verified-on", "2025-12-30"];
    explain(&["--test", "calls-before"]).fails_with(&["has no finding `calls-before` of `p2`"]);
    explain(&test).fails_with(&["give an explanation"]);
    explain(&[&test[..], &verified].concat()).fails_with(&["no explanation yet"]);
    explain(&[&test[..], &["--explanation", "an informant of mine"]].concat()).ok();
    assert!(desk.run(&["statement", "review"]).ok().out.contains("explained: an informant of mine; not verified"));
    explain(&[&test[..], &verified].concat()).ok();
    let review = desk.run(&["statement", "review", "--json"]).ok();
    assert_eq!(review.json()[0]["explained"].as_array().unwrap().len(), 2);
    let said = "explained: an informant of mine; verified by Vega, 2025-12-30: asked the unit";
    assert!(desk.run(&["statement", "review"]).ok().out.contains(said));
    // Another explanation was not verified by what was said of the one before.
    explain(&[&test[..], &["--explanation", "a wrong number"]].concat()).ok();
    assert!(desk.run(&["statement", "review"]).ok().out.contains("explained: a wrong number; not verified"));

    // What was learnt goes with the authority's time.
    desk.run(&["destroy", "--entry", &number, "--authority", "rule 4", "--reason", "asked for"]).ok();
    let left = desk.run(&["statement", "review", "--json"]).ok().json();
    assert_eq!(left.as_array().unwrap().len(), 1);
    desk.run(&["record", "verify"]).ok();
}

#[test]
fn statements_that_cannot_be_read_are_refused_in_one_line_and_nothing_is_recorded() {
    let desk = told();
    desk.run(&["check", "authority", "add", "order.toml"]).ok();
    let before = desk.run(&["record", "log"]).ok().out;
    let under = ["--authority", "calls", "--targets", "targets.csv"];
    let args = ["statement", "import", "calls.csv", "--sort", "phone-review", "--owners", "numbers.csv", "--authority", "calls"];
    let without = ran(desk.command(&args).env("HOLM_STATEMENTS", "/nonexistent").output().unwrap());
    without.fails_with(&["is not beside this one: build it with `make statements`"]);
    assert_eq!(without.err.trim().lines().count(), 1, "{}", without.err);
    let import_of = |file: &str, more: &[&str]| {
        let args = [&["statement", "import", file, "--owners", "numbers.csv", "--authority", "calls"], more].concat();
        ran(desk.command(&args).env("HOLM_STATEMENTS", engine()).output().unwrap())
    };
    import_of("calls.csv", &["--sort", "bank-review"]).fails_with(&["`calls` does not allow a bank-review"]);
    import_of("calls.csv", &["--sort", "polygraph"]).fails_with(&["and a polygraph is neither"]);
    import_of("none.csv", &["--sort", "phone-review"]).fails_with(&["`none.csv` cannot be read"]);
    import_of("targets.csv", &["--sort", "phone-review"]).fails_with(&["holm-statements", "number"]);
    import_of("calls.csv", &["--sort", "phone-review", "--zone", "Nowhere/At"]).fails_with(&["Nowhere/At"]);
    import_of("calls.csv", &["--sort", "phone-review", "--screened", "1"]).fails_with(&["screened"]);
    desk.write("numbers.csv", b"number,who\n+52550002,p2\n");
    import(&desk, &under).fails_with(&["numbers.csv", "1 line cannot be read, nothing was taken in"]);
    desk.write("numbers.csv", b"number,person\n+52550002,p2\n+52550002,p3\n");
    import(&desk, &under).fails_with(&["+52550002"]);
    desk.write("mapping.toml", b"[columns]\nat = \"Fecha\"\nown = \"own\"\nother = \"other\"\n");
    desk.write("numbers.csv", b"number,person\n+52550002,p2\n");
    import(&desk, &[&under[..], &["--mapping", "mapping.toml"]].concat()).fails_with(&["Fecha", "at"]);
    assert_eq!(desk.run(&["record", "log"]).ok().out, before);
}

/// What lies in a folder.
fn left(folder: &std::path::Path) -> usize {
    std::fs::read_dir(folder).unwrap().count()
}

/// Gives files over on the page, and waits until they are read or not; the address that the answer leads to, and its page.
fn given_over(served: &Served, ticket: &str, files: &[(&str, &str, Vec<u8>)]) -> (Option<String>, String) {
    let mut body = Vec::new();
    let fields = [("ticket", ticket), ("authority", "calls"), ("sort", "phone-review"), ("zone", "UTC")];
    for (name, value) in fields {
        body.extend(format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").into_bytes());
    }
    for (name, file, content) in files {
        let head = format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\n\r\n");
        body.extend([head.as_bytes(), content, b"\r\n"].concat());
    }
    body.extend(b"--x--\r\n");
    let led = |answer: &str| answer.lines().find_map(|line| line.strip_prefix("location: ")).map(str::to_owned);
    let begun = served.send("POST", "/vetting/statements", "multipart/form-data; boundary=x", &body).unwrap();
    let at = led(&begun).unwrap_or_else(|| panic!("{begun}"));
    loop {
        let answer = served.send("GET", &at, "text/plain", &[]).unwrap();
        if let Some(to) = led(&answer) {
            let page = served.send("GET", to.split('#').next().unwrap(), "text/plain", &[]).unwrap();
            return (Some(to), page);
        }
        if !answer.contains("http-equiv=\"refresh\"") {
            return (None, answer);
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}

#[test]
fn statements_that_are_given_over_on_a_page_are_read_and_leave_nothing_behind() {
    let desk = told();
    desk.run(&["check", "authority", "add", "order.toml"]).ok();
    let place = tempfile::tempdir().unwrap();
    let (engine, temporary) = (engine(), place.path().to_str().unwrap());
    let served = Served::start(&desk, &[("HOLM_STATEMENTS", engine.to_str().unwrap()), ("TMPDIR", temporary)]);
    let file = |name: &str| std::fs::read(desk.path(name)).unwrap();
    let given = |files: &str, content: Vec<u8>| {
        [("files", "calls.csv", content), ("owners", "numbers.csv", file("numbers.csv")), ("targets", "targets.csv", file(files))]
    };
    // What the program refuses is one sentence, and names the file as it was given.
    let (to, page) = given_over(&served, "bad", &given("targets.csv", b"at,own\n1,2\n".to_vec()));
    assert!(to.is_none() && page.contains("The statements were not read") && page.contains("calls.csv"), "{page}");
    assert!(!page.contains(temporary) && page.contains("Nothing was recorded"), "{page}");
    let mapping = |text: &str| ("mappings", "calls.toml", text.as_bytes().to_vec());
    let files = [
        &given("targets.csv", file("calls.csv"))[..],
        &[mapping("[columns]\nat = \"Fecha\"\nown = \"own\"\nother = \"other\"\n")],
    ]
    .concat();
    let (to, page) = given_over(&served, "columns", &files);
    assert!(to.is_none() && page.contains("Fecha"), "{page}");
    let (to, page) = given_over(&served, "toml", &[&given("targets.csv", file("calls.csv"))[..], &[mapping("at = ")]].concat());
    assert!(to.is_none() && page.contains("mapping"), "{page}");
    assert_eq!(left(place.path()), 0);

    // Two providers, each with columns of its own.
    let calls = String::from_utf8(file("calls.csv")).unwrap();
    let (head, rows) = calls.split_once('\n').unwrap();
    let of = |wanted: &str| rows.lines().filter(|row| row.contains(wanted)).collect::<Vec<_>>().join("\n");
    let other = format!(
        "when,own,other,direction\n{}\n",
        of("+52557777").lines().map(|row| row.split(",call").next().unwrap()).collect::<Vec<_>>().join("\n")
    );
    let own = "[columns]\nat = \"at\"\nown = \"own\"\nother = \"other\"\ndirection = \"direction\"\n[direction]\nout = [\"out\"]\nin = [\"in\"]\n";
    let files = [
        ("files", "a.csv", format!("{head}\n{}\n", of("+52550009")).into_bytes()),
        ("files", "b.csv", other.into_bytes()),
        ("mappings", "b.toml", own.replace("\"at\"", "\"when\"").into_bytes()),
        ("mappings", "A.toml", own.as_bytes().to_vec()),
        ("owners", "numbers.csv", file("numbers.csv")),
        ("targets", "targets.csv", file("targets.csv")),
    ];
    let (to, page) = given_over(&served, "good", &files);
    assert!(to.is_some_and(|to| to.starts_with("/vetting/statements#read-")), "{page}");
    for said in ["a.csv, b.csv", "Calls to targets after disclosures", "b.csv:2"] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert_eq!(left(place.path()), 0, "nothing is left");
    served.kill();
    let read = desk.run(&["statement", "review", "--json"]).ok();
    assert!(!read.out.contains(temporary) && read.json()[0]["files"][0]["name"] == "a.csv", "{}", read.out);
    desk.run(&["record", "verify"]).ok();
}
