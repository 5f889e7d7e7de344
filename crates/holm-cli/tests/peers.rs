//! Holm against other people's programs: age, OpenSSL, Python, detectors of hidden marks, LibreOffice, pandoc and poppler.
//!
//! `make test` installs them; `$HOLM_PEERS` is the virtual environment of the detectors.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "it/desk.rs"]
mod desk;
#[path = "it/drawn.rs"]
mod drawn;
#[path = "it/scene.rs"]
mod scene;

use std::path::Path;
use std::process::Command;

use desk::{Desk, ran};
use holm::experiment::contribute;
use holm::identity::DeviceKeys;
use holm::leak::LeakContent;
use holm::operation::import::parse_operations;
use holm::pages::Copies;
use holm::plan::experiment::ExperimentNeed;
use holm::policy::Action;
use holm::prepare::{MarkOptions, Prepared};
use holm::recognise::{picture, recognise};
use holm::rehearsal::Rehearsal;
use holm::workspace::{DEFAULT_ALPHA, InitOptions, LARGEST_COALITION, Workspace};
use holm_marks::mark::Layer;
use holm_marks::raster::Raster;
use holm_simulate::chance::Chance;
use holm_simulate::raster::{RasterChannel, damage_page, page_image};
use image::{DynamicImage, GrayImage, ImageFormat, Luma};

const BRIEF_DOCX: &[u8] = include_bytes!("../scenario/yard-brief.docx");

fn detector(name: &str) -> Command {
    let folder = std::env::var("HOLM_PEERS").expect("HOLM_PEERS names the detectors' environment");
    Command::new(Path::new(&folder).join("bin").join(name))
}

fn docx_desk() -> Desk {
    let desk = Desk::with(6);
    desk.write("yard.docx", BRIEF_DOCX);
    let args = ["share", "yard.docx", "--to", "all", "--plain", "plain", "--confirmed-by", "p1", "--confirmed-by", "p2"];
    desk.run(&args).ok();
    desk
}

/// Converts to PDF with a profile of the desk's own, so that tests may run side by side.
fn to_pdf(desk: &Desk, file: &str) {
    let profile = format!("-env:UserInstallation=file://{}", desk.path("profile").display());
    let args = [profile.as_str(), "--headless", "--convert-to", "pdf", file];
    let converted = Command::new("soffice").args(args).current_dir(desk.root()).output().unwrap();
    assert!(converted.status.success(), "{}", String::from_utf8_lossy(&converted.stderr));
}

fn named(desk: &Desk, leak: &str) -> Vec<String> {
    let report = desk.run(&["trace", leak, "--json"]).json();
    let copies = report["copies"].as_array().unwrap().iter().filter(|c| c["named"] == true);
    copies.map(|c| c["person"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_ordinary_age_command_opens_a_sealed_copy() {
    let desk = Desk::with(2);
    desk.share();
    let opened =
        Command::new("age").args(["-d", "-i", "k2", "holm-out/brief/p2.md.age"]).current_dir(desk.root()).output().unwrap();
    assert!(opened.status.success(), "{}", String::from_utf8_lossy(&opened.stderr));
    assert_eq!(opened.stdout, std::fs::read(desk.path("plain/p2.md")).unwrap());
    let other =
        Command::new("age").args(["-d", "-i", "k1", "holm-out/brief/p2.md.age"]).current_dir(desk.root()).output().unwrap();
    assert!(!other.status.success());
}

#[test]
fn a_recipient_checks_the_record_with_python_and_openssl_alone() {
    const SPECIFICATION: &str = include_str!("../../../docs/spec/record.md");
    let script = SPECIFICATION.split("```python\n").nth(1).and_then(|s| s.split("```").next()).unwrap();
    let desk = Desk::with(5);
    desk.share();
    desk.write("check.py", script.as_bytes());
    let check = |slip: &str| Command::new("python3").args(["check.py", slip]).current_dir(desk.root()).output().unwrap();
    let signature = || {
        let args = "pkeyutl -verify -pubin -keyform DER -inkey key.der -rawin -in text -sigfile sig";
        Command::new("openssl").args(args.split(' ')).current_dir(desk.root()).status().unwrap().success()
    };
    let good = check("holm-out/brief/p3.md.holm");
    assert!(good.status.success() && signature(), "{}", String::from_utf8_lossy(&good.stderr));
    let text = desk.read("text");
    desk.write("text", text.replace("holm.invalid", "holm.example").as_bytes());
    assert!(!signature());
    let slip = desk.read("holm-out/brief/p3.md.holm");
    let other: serde_json::Value = serde_json::from_str(&desk.read("holm-out/brief/p4.md.holm")).unwrap();
    for field in ["leaf", "body", "proof"] {
        let mut changed: serde_json::Value = serde_json::from_str(&slip).unwrap();
        changed[field] = other[field].clone();
        desk.write("changed.holm", changed.to_string().as_bytes());
        assert!(!check("changed.holm").status.success(), "{field}");
    }
}

#[test]
fn a_verdict_is_computed_again_in_python_from_the_specification() {
    // Up to twenty copies every coalition is tried, beyond that a beam.
    for (people, every) in [(5, true), (22, false)] {
        let desk = Desk::with(people);
        desk.share();
        let report = desk.run(&["trace", "plain/p2.md", "--json"]).ok().out;
        desk.write("report.json", report.as_bytes());
        desk.run(&["item", "open", "brief", "--out", "bundle"]).ok();
        let recompute = |report: &str| {
            let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/recompute.py");
            let mut python = detector("python");
            python.args([script, report, "bundle"]).args(every.then_some("--every-copy"));
            python.current_dir(desk.root()).output().unwrap()
        };
        let good = recompute("report.json");
        let said = String::from_utf8_lossy(&good.stdout);
        assert!(good.status.success() && said.contains("p2.1: p "), "{said}{}", String::from_utf8_lossy(&good.stderr));
        assert_eq!(said.lines().count(), if every { people + 1 } else { 2 });
        let mut other: serde_json::Value = serde_json::from_str(&report).unwrap();
        let copies = other["copies"].as_array_mut().unwrap();
        copies.iter_mut().filter(|c| c["copy"] == "p2.1").for_each(|c| c["p_value"] = 0.00001.into());
        desk.write("false.json", other.to_string().as_bytes());
        assert!(!recompute("false.json").status.success());
    }
}

/// A workspace in which an experiment was announced, drawn, told and closed, all of it some months ago.
fn closed_experiment(desk: &Desk) {
    let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap();
    let folder = desk.path("holm-workspace");
    let mut workspace = Workspace::init(&folder, &InitOptions::default(), at("2026-01-01T00:00:00Z")).unwrap();
    let keys = DeviceKeys::generate().unwrap();
    let mut roster = "id,name,agency,unit,level,role,email,recipient\n".to_owned();
    for n in 1..=9 {
        let key = if n == 9 { keys.public_line() } else { String::new() };
        roster += &format!("p{n},Person {n},Bureau,U{},1,x,x@x.example,{key}\n", n % 2);
    }
    let permit = |workspace: &Workspace, when: &str| workspace.permit(&Action::Administer, at(when)).unwrap();
    workspace.import_roster(&permit(&workspace, "2026-01-01T00:00:00Z"), &roster).unwrap();
    let mut operations = "operation,sort,at,targets,units,channels,items,told,outcome,from,to,words\n".to_owned();
    for n in 1..=12 {
        let outcome = if n % 3 == 0 { "confirmed" } else { "clean" };
        operations += &format!("op-{n},raid,2026-01-{n:02}T10:00:00Z,,,,,p{};p{},{outcome},,,\n", n % 3 + 1, n % 5 + 4);
    }
    operations += "bait,raid,2026-03-09T00:00:00Z,,,,,,,,,\n";
    let imported = parse_operations(workspace.state(), &operations, None, at("2026-02-01T00:00:00Z")).unwrap();
    workspace.add_operations(&permit(&workspace, "2026-02-01T00:00:00Z"), None, imported).unwrap();
    let need = "experiment = \"barge\"\noperation = \"bait\"\nat = \"2026-03-02T00:00:00Z\"\ncloses = \"2026-03-10T00:00:00Z\"\n\
        harm = \"low\"\nsecond = \"p9\"\nleast_one_in = 7\nvariants = [\"a\", \"b\", \"c\", \"d\", \"e\"]\n\
        [[party]]\nwho = [\"p1\", \"p2\", \"p3\"]\n[[party]]\nwho = [\"p4\", \"p5\", \"p6\"]\ntogether = true\n";
    let need = ExperimentNeed::read(need).unwrap();
    let name = need.experiment.clone();
    let plan = workspace.plan_experiment(&need, 1, at("2026-02-02T00:00:00Z")).unwrap();
    let announced = workspace.announce_experiment(&permit(&workspace, "2026-02-02T00:00:00Z"), &need, &plan).unwrap();
    let answer = contribute(&announced[0].request, &"p9".parse().unwrap(), &keys).unwrap();
    workspace.draw_experiment(&permit(&workspace, "2026-02-03T00:00:00Z"), &name, &answer).unwrap();
    let told = (at("2026-03-01T00:00:00Z"), None);
    workspace.tell_experiment(&permit(&workspace, "2026-03-01T00:00:00Z"), &name, told, Vec::new()).unwrap();
    workspace.close_experiment(&permit(&workspace, "2026-03-11T00:00:00Z"), &name).unwrap();
}

#[test]
fn who_was_told_what_in_an_experiment_is_computed_again_in_python_from_the_specification() {
    const SPECIFICATION: &str = include_str!("../../../docs/spec/experiments.md");
    let script = SPECIFICATION.split("```python\n").nth(1).and_then(|s| s.split("```").next()).unwrap();
    let desk = Desk::empty();
    closed_experiment(&desk);
    desk.write("check.py", script.as_bytes());
    let shown = desk.run(&["experiment", "show", "barge", "--json"]).ok().json();
    let check = |shown: &serde_json::Value| {
        desk.write("shown.json", shown.to_string().as_bytes());
        detector("python").args(["check.py", "shown.json"]).current_dir(desk.root()).output().unwrap()
    };
    let good = check(&shown);
    assert!(good.status.success(), "{}", String::from_utf8_lossy(&good.stderr));
    assert!(String::from_utf8_lossy(&good.stdout).contains("holds: 4 groups"));
    for change in [
        &(|shown: &mut serde_json::Value| shown["told"][0][1] = ((shown["told"][0][1].as_u64().unwrap() + 1) % 5).into())
            as &dyn Fn(&mut serde_json::Value),
        &|shown| shown["facts"]["contribution"] = shown["contribution"].clone(),
        &|shown| shown["opened"]["desk"] = shown["opened"]["second"].clone(),
    ] {
        let mut changed = shown.clone();
        change(&mut changed);
        assert!(!check(&changed).status.success(), "{changed}");
    }
}

#[test]
fn a_draw_is_computed_again_in_python_from_the_specification() {
    const SPECIFICATION: &str = include_str!("../../../docs/spec/draws.md");
    let script = SPECIFICATION.split("```python\n").nth(1).and_then(|s| s.split("```").next()).unwrap();
    let desk = Desk::with(9);
    desk.write("check.py", script.as_bytes());
    let number = drawn::committed(&desk, "30");
    ["p1", "p2"].iter().for_each(|person| drop(drawn::reveal(&desk, &number, person).ok()));
    let shown = desk.run(&["check", "draw", "show", &number]).ok();
    let check = |shown: &str| {
        desk.write("draw.json", shown.as_bytes());
        Command::new("python3").args(["check.py", "draw.json"]).current_dir(desk.root()).output().unwrap()
    };
    let good = check(&shown.out);
    let said = String::from_utf8_lossy(&good.stdout);
    assert!(good.status.success() && said.contains("drawn of 9"), "{said}{}", String::from_utf8_lossy(&good.stderr));
    let shown = shown.json();
    for change in [
        |draw: &mut serde_json::Value| draw["events"][0]["rates"] = serde_json::json!([0, 0, 0, 0, 0]),
        |draw: &mut serde_json::Value| draw["events"][0]["commitment"] = draw["events"][1]["commitment"].clone(),
        |draw: &mut serde_json::Value| draw["events"][3]["secret"] = draw["events"][4]["secret"].clone(),
        |draw: &mut serde_json::Value| draw["events"][5]["drawn"] = serde_json::json!(["p9", "p1"]),
    ] {
        let mut other = shown.clone();
        change(&mut other);
        // Rates of 0 draw nobody, which is what was drawn of nine people by 30 of 100 once in 25 times.
        let same =
            other["events"][0]["rates"] != shown["events"][0]["rates"] && shown["events"][5]["drawn"] == serde_json::json!([]);
        assert_eq!(check(&other.to_string()).status.success(), same);
    }
}

#[test]
fn what_age_sealed_holm_opens_as_a_key_file() {
    let desk = Desk::with(1);
    // A passphrase-protected identity file of Holm's is an age file, so age can read its recipients' line after decrypting.
    let shown = Command::new("age-keygen").args(["-y", "k1"]).current_dir(desk.root()).output().unwrap();
    let recipient = String::from_utf8(shown.stdout).unwrap();
    assert!(desk.read("k1.pub").starts_with(recipient.trim()), "{recipient}");
}

#[test]
fn public_detectors_report_nothing_on_default_copies_and_do_report_invisible_marks() {
    let desk = Desk::with(4);
    desk.share();
    desk.run(&["share", "brief.md", "--name", "stained", "--to", "all", "--invisible", "--plain", "stained", "--out", "o2"]).ok();
    // One copy may by chance carry so few that a detector's threshold is not reached.
    let stained: String = (1..=4).map(|i| desk.read(&format!("stained/p{i}.md"))).collect();
    desk.write("stained.md", stained.as_bytes());
    assert!(stained.contains('\u{2060}'), "the control must carry what is asked for");
    for i in 1..=4 {
        assert!(findings(&desk, &format!("plain/p{i}.md")).is_empty(), "{:?}", findings(&desk, &format!("plain/p{i}.md")));
    }
    assert_eq!(findings(&desk, "stained.md").len(), 3, "each detector must see what is there");
}

/// What each of three detectors says of a file, for those that say something.
fn findings(desk: &Desk, file: &str) -> Vec<String> {
    let mut found = Vec::new();
    let scan = ran(detector("textmark").args(["scan", file]).current_dir(desk.root()).output().unwrap());
    assert!(scan.out.contains("findings:"), "{}{}", scan.out, scan.err);
    found.extend((!scan.out.contains("findings: none")).then_some(scan.out));
    let scan = ran(detector("disarm").args(["scan", file]).current_dir(desk.root()).output().unwrap());
    assert!(scan.out.contains("scanned 1 file"), "{}{}", scan.out, scan.err);
    found.extend((!scan.out.contains(", 0 finding(s)")).then_some(scan.out));
    let text = desk.read(file);
    let scan = ran(detector("dewatermark").args(["analyze", "--", &text]).current_dir(desk.root()).output().unwrap());
    let report: serde_json::Value = serde_json::from_str(&scan.out).unwrap_or_else(|e| panic!("{e}: {}{}", scan.out, scan.err));
    found.extend((report["unicode"]["total_flags"] != 0).then_some(scan.out));
    found
}

#[test]
fn a_docx_copy_is_traced_through_libreoffice_pdf_and_pandoc_html() {
    let desk = docx_desk();
    to_pdf(&desk, "plain/p3.docx");
    assert_eq!(named(&desk, "p3.pdf"), ["p3"]);
    let html = Command::new("pandoc")
        .args(["plain/p5.docx", "-t", "html", "-s", "-o", "p5.html"])
        .current_dir(desk.root())
        .status()
        .unwrap();
    assert!(html.success());
    assert_eq!(named(&desk, "p5.html"), ["p5"]);
    let text = desk.read("p5.html");
    desk.write(
        "mail.eml",
        format!("From: a@x\nTo: b@x\nSubject: see this\nMIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n{text}")
            .as_bytes(),
    );
    assert_eq!(named(&desk, "mail.eml"), ["p5"]);
    assert_eq!(named(&desk, "plain/p6.docx"), ["p6"]);
}

#[test]
fn a_docx_copy_looks_like_its_master_in_libreoffice() {
    let desk = docx_desk();
    let pages = |file: &str| {
        to_pdf(&desk, file);
        let pdf = Path::new(file).with_extension("pdf").file_name().unwrap().to_string_lossy().into_owned();
        let info = ran(Command::new("pdfinfo").arg(&pdf).current_dir(desk.root()).output().unwrap());
        let fonts = ran(Command::new("pdffonts").arg(&pdf).current_dir(desk.root()).output().unwrap());
        let names: Vec<String> = fonts
            .out
            .lines()
            .skip(2)
            .filter_map(|l| l.split_whitespace().next())
            .map(|n| n.split('+').next_back().unwrap().to_owned())
            .collect();
        (info.out.lines().find(|l| l.starts_with("Pages:")).unwrap().to_owned(), names)
    };
    let master = pages("yard.docx");
    assert_eq!(pages("plain/p1.docx"), master);
    assert_eq!(pages("plain/p2.docx"), master);
}

/// The brief as a PDF that LibreOffice made, without the alternations that a PDF cannot carry.
fn pdf_desk() -> Desk {
    let desk = Desk::with(6);
    let text = include_str!("../../holm-simulate/corpus/es-correo.md");
    desk.write("correo.md", text.as_bytes());
    let made = Command::new("pandoc").args(["correo.md", "-o", "correo.docx"]).current_dir(desk.root()).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    to_pdf(&desk, "correo.docx");
    desk.run(&["share", "correo.pdf", "--to", "all", "--plain", "plain"]).ok();
    desk
}

/// A third person's copy of `master` is named, is a good file, and says what its master says.
fn copy_is_sound(desk: &Desk, master: &str) {
    assert_eq!(named(desk, "plain/p3.pdf"), ["p3"], "the file itself");
    let check = Command::new("qpdf").args(["--check", "plain/p3.pdf"]).current_dir(desk.root()).output().unwrap();
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stdout));
    let text = |file: &str| Command::new("pdftotext").args([file, "-"]).current_dir(desk.root()).output().unwrap().stdout;
    assert_eq!(text(master), text("plain/p3.pdf"), "no word is changed");
}

#[test]
fn copies_with_a_marking_are_sound_and_show_it_to_other_programs() {
    let desk = pdf_desk();
    let marking = ["--marking", "TLP:AMBER//SIENA:H2"];
    let shared = |file: &str, name: &str| {
        let share = ["share", file, "--name", name, "--to", "all", "--confirmed-by", "p1", "--confirmed-by", "p2"];
        let plain = ["--plain", name, "--out", &format!("out-{name}")];
        desk.run(&[&share[..], &plain, &marking].concat()).ok();
    };
    let done = |command: &mut Command| {
        let out = command.current_dir(desk.root()).output().unwrap();
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8(out.stdout).unwrap()
    };
    let banners = |text: &str| -> Vec<usize> {
        text.trim_end_matches('\u{c}').split('\u{c}').map(|page| page.matches("TLP:AMBER//SIENA:H2").count()).collect()
    };
    shared("correo.pdf", "labelled");
    done(Command::new("qpdf").args(["--check", "labelled/p3.pdf"]));
    let text = done(Command::new("pdftotext").args(["labelled/p3.pdf", "-"]));
    let per_page = banners(&text);
    assert!(per_page.iter().all(|n| *n == 2), "{per_page:?}");
    assert!(text.matches("(TLP:A//H2)").count() > 5, "{text}");
    // Every word of the master is still there.
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<std::collections::BTreeSet<_>>();
    let master = words(&done(Command::new("pdftotext").args(["correo.pdf", "-"])));
    assert!(master.is_subset(&words(&text)));
    assert_eq!(named(&desk, "labelled/p3.pdf"), ["p3"]);

    desk.write("yard.docx", BRIEF_DOCX);
    shared("yard.docx", "yard");
    to_pdf(&desk, "yard/p3.docx");
    let text = done(Command::new("pdftotext").args(["p3.pdf", "-"]));
    assert!(banners(&text).iter().all(|n| *n == 2), "above and below every page: {text}");
    assert!(text.matches("(TLP:A//H2)").count() > 5, "{text}");
    assert_eq!(named(&desk, "yard/p3.docx"), ["p3"]);
}

#[test]
fn a_pdf_that_typst_made_is_traced_after_ghostscript_and_from_a_screenshot() {
    let desk = Desk::with(6);
    let text = include_str!("../../holm-simulate/corpus/es-correo.md").replace(['#', '*', '_', '<', '@', '$'], "");
    desk.write("correo.typ", format!("#set par(justify: true)\n{text}").as_bytes());
    let made = detector("python")
        .args(["-c", "import typst; typst.compile('correo.typ', output='correo.pdf')"])
        .current_dir(desk.root())
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    desk.run(&["share", "correo.pdf", "--to", "all", "--plain", "plain"]).ok();
    copy_is_sound(&desk, "correo.pdf");
    let args = ["-q", "-dBATCH", "-dNOPAUSE", "-sDEVICE=pdfwrite", "-sOutputFile=again.pdf", "plain/p2.pdf"];
    assert!(Command::new("gs").args(args).current_dir(desk.root()).status().unwrap().success());
    assert_eq!(named(&desk, "again.pdf"), ["p2"], "written anew by Ghostscript");
    desk.run(&["simulate", "damage", "plain/p4.pdf", "--channel", "screenshot", "--out", "screen"]).ok();
    let page = std::fs::read_dir(desk.path("screen")).unwrap().next().unwrap().unwrap().path();
    assert_eq!(named(&desk, page.to_str().unwrap()), ["p4"], "a screenshot");
}

#[test]
fn a_pdf_is_traced_by_where_its_words_stand_on_paper_and_screen() {
    let desk = pdf_desk();
    copy_is_sound(&desk, "correo.pdf");
    for channel in ["scan", "photo-rectified", "rotated"] {
        desk.run(&["simulate", "damage", "plain/p4.pdf", "--channel", channel, "--out", channel]).ok();
        let page = std::fs::read_dir(desk.path(channel)).unwrap().next().unwrap().unwrap().path();
        assert_eq!(named(&desk, page.to_str().unwrap()), ["p4"], "{channel}");
    }
    desk.run(&["simulate", "damage", "plain/p4.pdf", "--channel", "mirrored", "--out", "mirrored"]).ok();
    let mirrored = std::fs::read_dir(desk.path("mirrored")).unwrap().next().unwrap().unwrap().path();
    assert_eq!(desk.run(&["trace", mirrored.to_str().unwrap()]).code, 3, "a mirrored page names nobody");
    let copied = desk.run(&["trace", "correo.md"]);
    assert_eq!(copied.code, 3, "text alone carries no layout: {}", copied.out);
}

#[test]
fn pages_in_unusual_colours_are_traced_and_pictures_of_something_else_match_nothing() {
    let desk = pdf_desk();
    // Ghostscript's devices of four printing colours and of 16 bits a colour.
    for (device, who) in [("tiff32nc", "p2"), ("tiff48nc", "p5")] {
        let [to, from] = [format!("-sOutputFile={device}.tif"), format!("plain/{who}.pdf")];
        let args = ["-q", "-dBATCH", "-dNOPAUSE", "-r150", &format!("-sDEVICE={device}"), &to, &from];
        assert!(Command::new("gs").args(args).current_dir(desk.root()).status().unwrap().success());
        assert_eq!(named(&desk, &format!("{device}.tif")), [who], "{device}");
    }
    let plain =
        |level: u8, width: u32, height: u32| DynamicImage::ImageLuma8(GrayImage::from_pixel(width, height, Luma([level])));
    let others = [
        ("white.png", plain(255, 1240, 1754), ImageFormat::Png),
        ("black.jpg", plain(0, 1240, 1754), ImageFormat::Jpeg),
        ("dot.png", plain(128, 1, 1), ImageFormat::Png),
        ("line.tif", plain(200, 2000, 1), ImageFormat::Tiff),
        ("yard.jpg", scene::scene(5, 1600, 1200), ImageFormat::Jpeg),
        ("deep.png", DynamicImage::ImageRgb16(scene::scene(6, 700, 500).to_rgb16()), ImageFormat::Png),
    ];
    for (name, picture, format) in others {
        desk.write(name, &scene::bytes(&picture, format));
        let traced = desk.run(&["trace", name, "--json"]);
        assert_eq!((traced.code, traced.json()["verdict"].as_str()), (3, Some("no-match")), "{name}: {}", traced.out);
    }
}

/// The same with a picture of a yard between its paragraphs.
fn picture_desk() -> Desk {
    let desk = Desk::with(6);
    desk.write("yard.png", &scene::bytes(&scene::scene(31, 600, 420), image::ImageFormat::Png));
    let text = include_str!("../../holm-simulate/corpus/es-correo.md");
    let mut paragraphs: Vec<&str> = text.split("\n\n").collect();
    paragraphs.insert(3, "![](yard.png){width=10cm}");
    desk.write("correo.md", paragraphs.join("\n\n").as_bytes());
    let made = Command::new("pandoc").args(["correo.md", "-o", "correo.docx"]).current_dir(desk.root()).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    to_pdf(&desk, "correo.docx");
    desk.run(&["share", "correo.pdf", "--to", "all", "--plain", "plain"]).ok();
    desk
}

/// Who is named, and shares of marks that were read in pictures and by places.
fn read_layers(desk: &Desk, leak: &str) -> (Vec<String>, [f64; 2]) {
    let report = desk.run(&["trace", leak, "--json"]).json();
    let named = report["copies"].as_array().unwrap().iter().filter(|c| c["named"] == true);
    let named: Vec<&serde_json::Value> = named.collect();
    for copy in &named {
        assert_eq!(
            (copy["layers"]["picture"].as_str(), copy["layers"]["layout"].as_str()),
            (Some("fits"), Some("fits")),
            "{leak}"
        );
    }
    let share = |layer: &str| {
        let read = &report["marks"]["by_layer"][layer];
        read["read"].as_f64().unwrap() / read["total"].as_f64().unwrap()
    };
    (named.iter().map(|c| c["person"].as_str().unwrap().to_owned()).collect(), [share("picture"), share("layout")])
}

#[test]
fn a_pdfs_picture_is_read_from_files_that_qpdf_and_ghostscript_wrote_anew() {
    let desk = picture_desk();
    let done = |command: &mut Command| assert!(command.current_dir(desk.root()).status().unwrap().success());
    done(Command::new("qpdf").args(["--check", "plain/p3.pdf"]));
    done(Command::new("qpdf").args(["--object-streams=generate", "--recompress-flate", "plain/p3.pdf", "qpdf.pdf"]));
    // Pictures at 72 dots an inch, saved as JPEG once more.
    done(Command::new("gs").args(["-q", "-sDEVICE=pdfwrite", "-dPDFSETTINGS=/screen", "-o", "gs.pdf", "plain/p3.pdf"]));
    for (leak, least) in [("plain/p3.pdf", 0.98), ("qpdf.pdf", 0.98), ("gs.pdf", 0.9)] {
        let (named, [picture, layout]) = read_layers(&desk, leak);
        assert_eq!(named, ["p3"], "{leak}");
        assert!(picture >= least && layout >= 0.9, "{leak}: {picture} {layout}");
    }
}

#[test]
fn a_page_with_a_picture_is_read_from_a_scan_and_a_photograph_by_places_and_picture() {
    let desk = picture_desk();
    for channel in ["scan", "photo", "screenshot"] {
        desk.run(&["simulate", "damage", "plain/p4.pdf", "--channel", channel, "--out", channel]).ok();
        let page = std::fs::read_dir(desk.path(channel)).unwrap().next().unwrap().unwrap().path();
        let (named, [picture, layout]) = read_layers(&desk, page.to_str().unwrap());
        assert_eq!(named, ["p4"], "{channel}");
        assert!(picture > 0.8 && layout > 0.6, "{channel}: {picture} {layout}");
    }
}

#[test]
fn a_word_files_moved_words_are_read_back_from_a_scan_of_it() {
    let desk = docx_desk();
    let converted = desk.root().join("plain/p5.docx");
    std::fs::copy(&converted, desk.path("p5.docx")).unwrap();
    to_pdf(&desk, "p5.docx");
    let report = desk.run(&["trace", "p5.pdf", "--json"]).json();
    let layout = &report["marks"]["by_layer"]["layout"];
    let share = layout["read"].as_f64().unwrap() / layout["total"].as_f64().unwrap();
    assert!(share > 0.8, "{layout}");
    let copy = report["copies"].as_array().unwrap().iter().find(|c| c["named"] == true).unwrap().clone();
    assert_eq!((copy["person"].as_str(), copy["layers"]["layout"].as_str()), (Some("p5"), Some("fits")), "{copy}");
}

#[test]
fn a_word_files_moved_words_are_read_from_the_file_itself_and_after_libreoffice_saved_it() {
    let desk = docx_desk();
    let profile = format!("-env:UserInstallation=file://{}", desk.path("profile").display());
    let args = [profile.as_str(), "--headless", "--convert-to", "docx", "--outdir", "saved", "plain/p5.docx"];
    assert!(Command::new("soffice").args(args).current_dir(desk.root()).output().unwrap().status.success());
    for leak in ["plain/p5.docx", "saved/p5.docx"] {
        let report = desk.run(&["trace", leak, "--json"]).json();
        let layout = &report["marks"]["by_layer"]["layout"];
        assert!(layout["total"].as_u64() > Some(50) && layout["read"] == layout["total"], "{leak}: {layout}");
        let copies = report["copies"].as_array().unwrap();
        let named: Vec<_> = copies.iter().filter(|c| c["named"] == true).collect();
        assert_eq!(named.len(), 1, "{leak}: {named:?}");
        let (person, voice) = (named[0]["person"].as_str(), named[0]["layers"]["layout"].as_str());
        assert_eq!((person, voice, named[0]["against"].is_null()), (Some("p5"), Some("fits"), true), "{leak}");
        desk.write("report.json", report.to_string().as_bytes());
    }
    let item = desk.run(&["item", "list", "--json"]).ok().json()[0]["item"].as_str().unwrap().to_owned();
    desk.run(&["item", "open", &item, "--out", "bundle.json"]).ok();
    desk.run(&["verify-trace", "report.json", "--bundle", "bundle.json"]).ok();
}

#[test]
fn a_leak_that_was_put_together_from_two_copies_is_said_to_contradict_itself() {
    let desk = Desk::with(6);
    desk.run(&["share", "brief.md", "--as", "pdf", "--to", "all", "--plain", "plain"]).ok();
    let done = |command: &mut Command| assert!(command.current_dir(desk.root()).status().unwrap().success());
    done(Command::new("pdftotext").args(["plain/p4.pdf", "p4.txt"]));
    done(Command::new("qpdf").args(["plain/p2.pdf", "--pages", ".", "2", "--", "page.pdf"]));
    // All words of one copy, and a page of another.
    let traced = desk.run(&["trace", "p4.txt", "page.pdf", "--json"]);
    let report = traced.json();
    let copies = report["copies"].as_array().unwrap();
    let named: Vec<_> = copies.iter().filter(|c| c["named"] == true).map(|c| (&c["person"], &c["layers"])).collect();
    let contradicted = named.iter().any(|(_, layers)| layers.as_object().unwrap().values().any(|v| v == "contradicts"));
    assert!(!named.is_empty() && contradicted, "{named:?}");
    assert!(named.iter().all(|(person, _)| *person == "p2" || *person == "p4"), "{named:?}");
    let again = desk.run(&["trace", "p4.txt", "page.pdf"]);
    assert!(again.out.contains("contradict"), "{}", again.out);
}

#[test]
fn pages_that_were_set_from_markdown_are_read_from_a_scan_by_wording_and_layout() {
    let desk = Desk::with(6);
    desk.run(&["share", "brief.md", "--as", "pdf", "--to", "all", "--plain", "plain"]).ok();
    desk.run(&["simulate", "damage", "plain/p5.pdf", "--channel", "scan", "--out", "scan"]).ok();
    let mut pages: Vec<_> = std::fs::read_dir(desk.path("scan")).unwrap().map(|e| e.unwrap().path()).collect();
    // In any order.
    pages.sort_by(|a, b| b.cmp(a));
    let mut arguments = vec!["trace", "--json"];
    arguments.extend(pages.iter().map(|p| p.to_str().unwrap()));
    let report = desk.run(&arguments).ok().json();
    let copy = report["copies"].as_array().unwrap().iter().find(|c| c["named"] == true).unwrap().clone();
    assert_eq!((copy["person"].as_str(), copy["layers"]["layout"].as_str()), (Some("p5"), Some("fits")), "{copy}");
    assert_eq!(copy["layers"]["wording"], "fits");
    let layout = &report["marks"]["by_layer"]["layout"];
    assert!(layout["read"].as_f64().unwrap() > 0.6 * layout["total"].as_f64().unwrap(), "{layout}");
}

#[test]
fn a_photograph_taken_aslant_is_read_again_once_it_is_straight() {
    let source = include_bytes!("../../holm-simulate/corpus/en-raid-brief.md");
    let options = MarkOptions { copies: Copies::Pages, ..MarkOptions::default() };
    let mut prepared = Prepared::new(source, "brief.md", &options, None).unwrap();
    prepared.move_words(None).unwrap();
    let (mut read, mut total) = (0, 0);
    // Throw-away copies whose keys and damage follow from these numbers.
    for seed in 0..2 {
        let rehearsal = Rehearsal::new(&prepared, 30, (DEFAULT_ALPHA, LARGEST_COALITION), seed).unwrap();
        let mut content = LeakContent::default();
        for page in 1..=2 {
            let clean = picture(rehearsal.copy(), page, 300).unwrap();
            let clean = page_image(clean.width(), clean.height(), clean.pixels()).unwrap();
            let mut chance = Chance::of(&["aslant", &seed.to_string(), &page.to_string()]);
            let (bytes, _) = damage_page(&clean, 300.0, RasterChannel::Photo, &mut chance).to_file();
            content.pictures.extend(recognise(Raster::decode(&bytes).unwrap()).unwrap());
        }
        let rehearsed = rehearsal.judge_content(&content).unwrap();
        assert!(rehearsed.named && !rehearsed.wrong);
        for layer in [Layer::Fact, Layer::Wording, Layer::Orthography] {
            read += rehearsed.layers[&layer].read;
            total += rehearsed.layers[&layer].total;
        }
    }
    // As the photographs came, with perspective and waves, 28 of 46 are read.
    assert!(read * 10 >= total * 9, "{read} of {total} marks of the text");
}

#[test]
fn a_survival_report_counts_picture_marks_of_pages_and_of_pictures_alone() {
    let desk = picture_desk();
    let layer = |document: &str, channel: &str, layer: &str| {
        let survival: serde_json::Value = serde_json::from_str(&desk.read(&format!("{document}-report/survival.json"))).unwrap();
        let row = survival["rows"].as_array().unwrap().iter().find(|r| r["channel"] == channel).unwrap().clone();
        let read = &row["trials"][0]["layers"][layer];
        assert_eq!(row["trials"][0]["wrong"], false);
        read["read"].as_f64().unwrap() / read["total"].as_f64().unwrap()
    };
    for document in ["correo.pdf", "yard.png"] {
        desk.run(&["marks", document, "--survival", &format!("{document}-report")]).ok();
        for (channel, least) in [("file", 0.98), ("scan", 0.8), ("screenshot", 0.8)] {
            let read = layer(document, channel, "picture");
            assert!(read > least, "{document}, {channel}: {read}");
        }
    }
    assert!(layer("correo.pdf", "scan", "layout") > 0.6);
    assert!(layer("correo.pdf", "copy-paste", "picture") < 0.01, "pasted text has no pictures");
}

#[test]
fn a_survival_report_says_of_each_kind_of_damage_what_a_throw_away_copy_would_prove() {
    let desk = Desk::with(1);
    desk.write("correo.md", include_bytes!("../../holm-simulate/corpus/es-correo.md"));
    let ran = desk.run(&["marks", "correo.md", "--as", "pdf", "--copies", "50", "--survival", "report", "--json"]).ok();
    let survival = &ran.json()["survival"];
    let rows = survival["rows"].as_array().unwrap();
    let row = |name: &str| rows.iter().find(|r| r["channel"] == name).unwrap_or_else(|| panic!("{name}"));
    for channel in ["file", "scan", "photo-rectified", "screenshot"] {
        let trial = &row(channel)["trials"][0];
        assert_eq!((trial["named"].as_bool(), trial["wrong"].as_bool()), (Some(true), Some(false)), "{channel}: {trial}");
        assert!(trial["bits"].as_f64() > survival["needed_bits"].as_f64(), "{channel}");
    }
    let layers = &row("copy-paste")["trials"][0]["layers"];
    assert_eq!(layers["layout"]["read"], 0, "pasted text has no places");
    assert!(desk.read("report/survival.svg").contains("a proof: "));
    assert!(desk.path("report/scan.jpg").exists());
    assert_eq!(std::fs::read_dir(desk.root()).unwrap().filter(|e| e.as_ref().unwrap().file_name() == "holm-out").count(), 0);
    let log = desk.run(&["record", "log", "--json"]).ok().json();
    assert!(log.as_array().unwrap().iter().all(|e| e["kind"] != "item-prepared"), "nothing is recorded");
}
