//! Speed as ratios to a peer or a limit of the same run: `make speed`, or `cargo bench -p holm --bench speed`; `-- --scan` traces the
//! scan of ten pages and nothing else.
//!
//! `$HOLM_PEERS` is the environment with numpy (`scripts/peers.sh`); without it the rows against numpy say so.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use holm::identity::DeviceKeys;
use holm::leak::{LeakContent, LeakFile};
use holm::pages::Copies;
use holm::policy::Action;
use holm::prepare::{MarkOptions, Prepared};
use holm::recognise::picture;
use holm::rehearsal::Rehearsal;
use holm::share::Terms;
use holm::workspace::{DEFAULT_ALPHA, InitOptions, LARGEST_COALITION, Workspace};
use holm_codes::codeword::{Codebook, Issuer};
use holm_codes::decode::{LeaveOneOut, TestPolicy, decode_single};
use holm_codes::evidence::Rows;
use holm_codes::key::{Context, ItemKey};
use holm_codes::law::{Bias, Law, draw_biases};
use holm_codes::score::ScoreTable;
use holm_codes::tail::Tail;
use holm_marks::carrier::Master;
use holm_marks::extract::Reader;
use holm_marks::mark::Mark;
use holm_record::id::ItemName;
use holm_simulate::chance::Chance;
use holm_simulate::raster::{RasterChannel, damage_page, page_image};
use jiff::Timestamp;

const ASSESSMENT: &str = include_str!("../../holm-simulate/corpus/en-assessment.md");

fn main() {
    let args: Vec<String> = std::env::args().collect();
    if let Some(at) = args.iter().position(|a| a == "--share") {
        share(args[at + 1].parse().unwrap(), Path::new(&args[at + 2]));
        return;
    }
    println!("| what | seconds | limit or peer | ratio | target |");
    println!("|---|---|---|---|---|");
    if args.iter().any(|a| a == "--scan") {
        tracing_a_scan(&set(&ten_pages()));
        return;
    }
    scoring();
    exact_tail();
    tracing();
    sharing();
    paging();
}

/// Best of several runs, as is usual on a machine that others use too.
fn best(runs: usize, mut once: impl FnMut()) -> f64 {
    (0..runs)
        .map(|_| {
            let start = Instant::now();
            once();
            start.elapsed().as_secs_f64()
        })
        .fold(f64::INFINITY, f64::min)
}

fn row(what: &str, seconds: f64, against: &str, ratio: f64, target: &str) {
    println!("| {what} | {seconds:.4} | {against} | {ratio:.2} | {target} |");
    std::io::stdout().flush().unwrap();
}

fn issuer(marks: usize) -> (ItemKey, Issuer) {
    let key = ItemKey::from_bytes([7; 32]);
    let issuer = Issuer::new(draw_biases(&key, Law::J7, &vec![2; marks]));
    (key, issuer)
}

fn scoring() {
    const COPIES: usize = 100_000;
    const MARKS: usize = 1000;
    let (key, issuer) = issuer(MARKS);
    let ids: Vec<[u8; 4]> = (0..COPIES as u32).map(u32::to_le_bytes).collect();
    let book = Codebook::draw(&issuer, &key, &ids);
    let table = ScoreTable::from_nats(MARKS, |j, x| (j % 17) as f64 * 0.01 + x as f64 * 0.3, |_| 2);
    let packed = best(9, || drop(std::hint::black_box(table.scan(&book))));
    let drawn = best(3, || {
        let draw = |i: usize, out: &mut [u8]| issuer.draw(&key, &ids[i], out);
        drop(std::hint::black_box(table.scan_drawn(issuer.layout(), COPIES, draw)));
    });
    match numpy(COPIES, MARKS) {
        Some(peer) => {
            let named = format!("numpy float32 matvec {peer:.4} s");
            row("score 100,000 packed codewords of 1,000 marks, one core", packed, &named, peer / packed, "≥ 2 times faster");
            row("draw and score 100,000 codewords from the key", drawn, &named, drawn / peer, "at most 8 times its time");
        }
        None => println!("| score 100,000 packed codewords | {packed:.4} | numpy not installed: not compared | – | – |"),
    }
    let half = peak_rss(|| drop(table.scan_drawn(issuer.layout(), COPIES / 10, |i, out| issuer.draw(&key, &ids[i], out))));
    let full = peak_rss(|| drop(table.scan_drawn(issuer.layout(), COPIES, |i, out| issuer.draw(&key, &ids[i], out))));
    row("memory of that, 100,000 copies against 10,000 (MiB)", full, &format!("{half:.1} MiB"), full / half, "flat");
}

/// numpy's float32 matrix-vector product on a stored matrix, one thread, best of nine.
fn numpy(copies: usize, marks: usize) -> Option<f64> {
    let script = format!(
        "import numpy as np, time\nm=(np.random.default_rng(1).random(({copies},{marks}),dtype=np.float32)<0.5).astype(np.float32)\n\
         v=np.random.default_rng(2).random({marks},dtype=np.float32)\nb=9.0\nfor _ in range(9):\n t=time.perf_counter(); m@v; b=min(b,time.perf_counter()-t)\nprint(b)"
    );
    let python = PathBuf::from(std::env::var("HOLM_PEERS").ok()?).join("bin/python");
    let mut command = Command::new(python);
    command.args(["-c", &script]).env("OPENBLAS_NUM_THREADS", "1").env("OMP_NUM_THREADS", "1");
    String::from_utf8(command.output().ok()?.stdout).ok()?.trim().parse().ok()
}

fn peak_rss(work: impl FnOnce()) -> f64 {
    // Linux only: writing 5 resets the high-water mark of this process.
    drop(std::fs::write("/proc/self/clear_refs", "5"));
    work();
    status("VmHWM:")
}

fn status(field: &str) -> f64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kib = text
        .lines()
        .find_map(|l| l.strip_prefix(field))
        .and_then(|l| l.split_whitespace().next())
        .and_then(|n| n.parse::<f64>().ok());
    kib.unwrap_or(f64::NAN) / 1024.0
}

fn exact_tail() {
    const MARKS: usize = 50_000;
    let (_, issuer) = issuer(MARKS);
    // The coarser lattice of long codes: 32 steps a nat.
    let gain = |j: usize, x: usize| {
        let p = issuer.biases()[j].probability(x);
        let seen = j.is_multiple_of(3);
        let ln = if (x == 1) == seen { (1.0 + (1.0 / p - 1.0) / 5.0).ln() } else { 0.8_f64.ln() };
        ln / 8.0
    };
    let table = ScoreTable::from_nats(MARKS, gain, |_| 2);
    let marks = table.with_biases(issuer.biases());
    let seconds = best(3, || drop(std::hint::black_box(Tail::of(&marks))));
    row("exact tail at 50,000 marks", seconds, "0.5 s", seconds / 0.5, "≤ 1");
}

/// A 3,000-word leak against 1,000 copies: alignment and both decoders, as `holm trace` runs them.
fn tracing() {
    const COPIES: usize = 1000;
    let prepared = Prepared::new(ASSESSMENT.as_bytes(), "a.md", &MarkOptions::default(), None).unwrap();
    let arities: Vec<usize> = prepared.marks.iter().map(Mark::arity).collect();
    let key = ItemKey::from_bytes([9; 32]);
    let law = Law::default_for(arities.iter().map(|q| *q as f64 - 1.0).sum(), COPIES, 4);
    let issuer = Issuer::new(draw_biases(&key, law, &arities));
    let ids: Vec<Vec<u8>> = (0..COPIES).map(|i| format!("p{i}.1").into_bytes()).collect();
    let master: &Master = &prepared.master;
    let leak =
        String::from_utf8(master.template(&prepared.marks).unwrap().render(&issuer.codeword(&key, &ids[3])).unwrap()).unwrap();
    let biases: &[Bias] = issuer.biases();
    let mut rows = None;
    let read = best(3, || {
        let extraction = Reader::new(master.blocks(), &prepared.marks).extract(&leak);
        rows = Some(Rows::new(extraction.readings.into_iter().map(|r| r.likelihood).collect()).unwrap());
    });
    let rows = rows.unwrap();
    let single = best(3, || drop(decode_single(biases, &rows, |t| t.scan(&Codebook::draw(&issuer, &key, &ids)))));
    row("read a 3,000-word leak and test 1,000 copies, single decoder", read + single, "1 s", read + single, "≤ 1");
    let policy = TestPolicy::default_for(COPIES);
    let joint = best(2, || {
        let book = Codebook::draw(&issuer, &key, &ids);
        drop(LeaveOneOut::search(&book, biases, &rows).scores(&policy, 5e-4, |c| key.stream(Context::Certificate, &ids[c])));
    });
    row("the same with the joint decoder", read + joint, "10 s", (read + joint) / 10.0, "≤ 1");
}

/// Ten pages as Holm sets them.
fn ten_pages() -> String {
    let summary = include_str!("../../holm-simulate/corpus/en-intelligence-summary.md");
    let memo = include_str!("../../holm-simulate/corpus/en-legal-memo.md");
    let order = include_str!("../../holm-simulate/corpus/en-travel-order.md");
    format!("{ASSESSMENT}\n\n{}\n\n{memo}\n\n{order}", summary.replace("[[", "").replace("]]", "").replace('|', " or "))
}

/// A ten-page DOCX to 1,000 recipients through the real use-case, on one core, in a process of its own.
fn sharing() {
    let folder = tempfile::tempdir().unwrap();
    let markdown = folder.path().join("ten.md");
    std::fs::write(&markdown, ten_pages()).unwrap();
    let docx = folder.path().join("ten.docx");
    let made = Command::new("pandoc").arg(&markdown).arg("-o").arg(&docx).status();
    if !made.is_ok_and(|s| s.success()) {
        println!("| share a ten-page DOCX | – | pandoc not installed: not measured | – | – |");
        return;
    }
    share_rows("share a ten-page DOCX with 1,000 recipients, one core", &docx);
}

/// The rows of sharing one document with 100 and with 1,000 recipients.
fn share_rows(what: &str, document: &Path) {
    let run = |copies: usize| -> (f64, f64) {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--share", &copies.to_string()]).arg(document).env("RAYON_NUM_THREADS", "1");
        let out = String::from_utf8(command.output().unwrap().stdout).unwrap();
        let mut numbers = out.split_whitespace().map(|n| n.parse::<f64>().unwrap());
        (numbers.next().unwrap(), numbers.next().unwrap())
    };
    let (_, small) = run(100);
    let (seconds, large) = run(1000);
    row(what, seconds, "30 s", seconds / 30.0, "≤ 1");
    println!("| copies per second of that | {:.0} | | | |", 1000.0 / seconds);
    row("memory of that, 1,000 recipients against 100 (MiB)", large, &format!("{small:.1} MiB"), large / small, "flat");
}

/// Pages without marks, as a PDF.
fn set(markdown: &str) -> Vec<u8> {
    let master = Master::parse(markdown.as_bytes(), "a.md").unwrap();
    Copies::Pages.template(&master, markdown.as_bytes(), &[]).unwrap().render(&[]).unwrap()
}

/// PDF: copies of a page and of ten, and a scan of ten pages traced.
fn paging() {
    let one = set(include_str!("../../holm-simulate/corpus/en-email.md"));
    let prepared = Prepared::new(&one, "one.pdf", &MarkOptions::default(), None).unwrap();
    let pages = prepared.master.layout().map_or(0, |l| l.pages.len());
    let template = prepared.master.template(&prepared.marks).unwrap();
    let (key, ids) = (ItemKey::from_bytes([9; 32]), 0..200_u32);
    let arities: Vec<usize> = prepared.marks.iter().map(Mark::arity).collect();
    let issuer = Issuer::new(draw_biases(&key, Law::J7, &arities));
    let codewords: Vec<Vec<u8>> = ids.map(|i| issuer.codeword(&key, &i.to_le_bytes())).collect();
    let seconds = best(3, || codewords.iter().for_each(|c| drop(std::hint::black_box(template.render(c).unwrap()))));
    let rate = codewords.len() as f64 / seconds;
    let what = format!("write {} copies of a PDF of {pages} page and {} marks, one core", codewords.len(), arities.len());
    row(&what, seconds, &format!("{rate:.0} copies a second of 600"), 600.0 / rate, "≤ 1");
    let folder = tempfile::tempdir().unwrap();
    let (pdf, markdown) = (folder.path().join("ten.pdf"), folder.path().join("ten.md"));
    std::fs::write(&pdf, set(&ten_pages())).unwrap();
    std::fs::write(&markdown, ten_pages()).unwrap();
    let pages = Master::parse(&std::fs::read(&pdf).unwrap(), "ten.pdf").unwrap().layout().map_or(0, |l| l.pages.len());
    share_rows(&format!("share a PDF of {pages} pages with 1,000 recipients, one core"), &pdf);
    share_rows(&format!("set and share Markdown as {pages} pages with 1,000 recipients, one core"), &markdown);
    tracing_a_scan(&std::fs::read(&pdf).unwrap());
}

/// A scan of all pages, read and tested against 1,000 copies as `holm trace` does; tesseract takes most of it.
fn tracing_a_scan(pdf: &[u8]) {
    let prepared = Prepared::new(pdf, "ten.pdf", &MarkOptions::default(), None).unwrap();
    let rehearsal = Rehearsal::new(&prepared, 1000, (DEFAULT_ALPHA, LARGEST_COALITION), 1).unwrap();
    let pages = prepared.master.layout().map_or(0, |l| l.pages.len());
    let mut files = Vec::new();
    for page in 1..=pages {
        let Ok(clean) = picture(rehearsal.copy(), page, 300) else {
            println!("| trace a scan of {pages} pages | – | pdftoppm not installed: not measured | – | – |");
            return;
        };
        let image = page_image(clean.width(), clean.height(), clean.pixels()).unwrap();
        let (bytes, ending) = damage_page(&image, 300.0, RasterChannel::Scan, &mut Chance::new(page as u64)).to_file();
        files.push(LeakFile { name: format!("{page}.{ending}"), bytes });
    }
    let start = Instant::now();
    let Ok(content) = LeakContent::read(&files, &|_| ()) else {
        println!("| trace a scan of {pages} pages | – | tesseract not installed: not measured | – | – |");
        return;
    };
    let recognised = start.elapsed().as_secs_f64();
    let shown = rehearsal.judge_content(&content).unwrap();
    let all = start.elapsed().as_secs_f64();
    assert!(shown.named && !shown.wrong, "a scan of all pages names its source");
    let what = format!("trace a scan of {pages} pages against 1,000 copies");
    row(&what, all, &format!("recognition {recognised:.1} s"), all / recognised, "≤ 2");
    println!("| share of that which is not recognition | {:.0} % | | | |", 100.0 * (1.0 - recognised / all));
}

fn share(copies: usize, document: &Path) {
    let folder = tempfile::tempdir().unwrap();
    let mut workspace = Workspace::init(&folder.path().join("w"), &InitOptions::default(), Timestamp::now()).unwrap();
    let mut roster = "id,name,agency,unit,level,role,email,recipient\n".to_owned();
    for i in 0..copies {
        let keys = DeviceKeys::generate().unwrap();
        roster.push_str(&format!("p{i},Person {i},B,U,1,x,x@x,{}\n", keys.public_line()));
    }
    let permit = workspace.permit(&Action::Administer, Timestamp::now()).unwrap();
    workspace.import_roster(&permit, &roster).unwrap();
    let bytes = std::fs::read(document).unwrap();
    let start = Instant::now();
    let file = document.file_name().unwrap().to_string_lossy().into_owned();
    let copies_are = if file.ends_with(".md") { Copies::Pages } else { Copies::AsMaster };
    let options = MarkOptions { copies: copies_are, ..MarkOptions::default() };
    let mut prepared = Prepared::new(&bytes, &file, &options, None).unwrap();
    if copies_are == Copies::Pages {
        prepared.move_words(None).unwrap();
    }
    let (item, to) = (ItemName::new("ten").unwrap(), workspace.state().resolve("all").unwrap());
    let terms = Terms { name: item, file, marking: None, conditions: None, second: None, planned: copies, review: None };
    let share = Action::Share { item: &terms.name, to: &to, handling: terms.handling() };
    let permit = workspace.permit(&share, Timestamp::now()).unwrap();
    let keyed = workspace.freeze(&permit, &prepared, &terms).unwrap().make_key(&mut workspace, &permit, None).unwrap();
    let (released, _) = keyed.seal(&workspace, &to, &|_| {}).unwrap().append(&mut workspace, &permit, &to, None).unwrap();
    released.deliver(&mut workspace, &folder.path().join("out")).unwrap();
    println!("{} {}", start.elapsed().as_secs_f64(), status("VmHWM:"));
}
