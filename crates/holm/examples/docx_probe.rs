//! Temporary.
use holm::prepare::*;
use holm_marks::layout::*;
use holm_marks::mark::Layer;
fn main() {
    let name = std::env::args().nth(1).unwrap();
    let bytes = std::fs::read(&name).unwrap();
    let mut p = Prepared::new(&bytes, &name, &MarkOptions::default(), None).unwrap();
    let moved = p.move_words(&bytes, None).unwrap();
    println!("{moved:?} of {} words", p.words());
    let symbols: Vec<u8> = (0..p.marks.len()).map(|i| ((i * 7919 + i / 3) % 5 % 2) as u8).collect();
    let copy = p.master.template(&p.marks).unwrap().render(&symbols).unwrap();
    std::fs::write("/tmp/c.docx", &copy).unwrap();
    std::process::Command::new("soffice")
        .args(["--headless", "--convert-to", "pdf", "--outdir", "/tmp", "/tmp/c.docx"])
        .output()
        .unwrap();
    let r = holm::render::rendering(&p.master, &bytes, &p.marks, &symbols).unwrap();
    std::fs::write("/tmp/ref.pdf", &r.pdf).unwrap();
    println!("layout words {} placed {}", r.layout.words.len(), r.layout.words.iter().filter(|w| w.place.is_some()).count());
    let pages: Vec<_> =
        holm_marks::pdf::leaked_pages(&std::fs::read("/tmp/c.pdf").unwrap()).unwrap().into_iter().map(|p| p.seen).collect();
    let mut s = sight(&r.layout, &p.marks, &pages);
    r.unmove(&p.marks, &mut s);
    let mut line = 0;
    for x in s.iter().take(60) {
        if x.line != line {
            println!();
            line = x.line;
        }
        let sym = x.mark.map(|m| symbols[m as usize]);
        print!(
            "[{} {:.2}] ",
            match sym {
                None => ".",
                Some(0) => "-",
                _ => "+",
            },
            x.moved
        );
    }
    println!();
    let rows = field::rows(&p.marks, &s);
    let wrong = rows.iter().filter(|(m, r)| r[symbols[**m] as usize] < r[1 - symbols[**m] as usize]).count();
    println!(
        "rows {} wrong {wrong} sure {} layout marks {}",
        rows.len(),
        rows.values().filter(|r| (r[0] / r[1]).ln().abs() > 1.4).count(),
        p.marks.iter().filter(|m| m.layer == Layer::Layout).count()
    );
}
