fn main() {
    let name = std::env::args().nth(1).unwrap();
    let bytes = std::fs::read(&name).unwrap();
    let master = match holm_marks::carrier::Master::parse(&bytes, &name) {
        Ok(m) => m,
        Err(e) => {
            println!("{e}");
            return;
        }
    };
    let layout = master.layout().unwrap();
    let marks: Vec<_> = holm_marks::layout::find(layout, &[])
        .into_iter()
        .map(|f| f.mark)
        .filter(|m| m.sites.iter().all(|s| master.can_carry(m, s)))
        .collect();
    println!(
        "pages {} words {} movable {} marks {}",
        layout.pages.len(),
        layout.words.len(),
        layout.words.iter().filter(|w| w.movable).count(),
        marks.len()
    );
    for (i, p) in layout.pages.iter().enumerate().filter(|(_, p)| !p.problems.is_empty()).take(5) {
        println!("page {i}: {:?}", p.problems);
    }
    if std::env::args().nth(2).as_deref() == Some("-v") {
        for b in master.blocks() {
            println!("| {}", b.text);
        }
    }
    let symbols: Vec<u8> = (0..marks.len()).map(|i| ((i * 7919 + i / 3) % 5 % 2) as u8).collect();
    let template = master.template(&marks).unwrap();
    let t = std::time::Instant::now();
    let copy = template.render(&symbols).unwrap();
    println!("copy {} bytes of {} in {:?}", copy.len(), bytes.len(), t.elapsed());
    let out = std::env::args().nth(3).unwrap_or("/tmp/copy.pdf".into());
    std::fs::write(&out, &copy).unwrap();
    for leak in [out].into_iter().chain(std::env::args().skip(4)) {
        let pages = holm_marks::pdf::leaked_pages(&std::fs::read(&leak).unwrap()).unwrap();
        let seen: Vec<_> = pages.into_iter().map(|p| p.seen).collect();
        let sightings = holm_marks::layout::sight(layout, &marks, &seen);
        let rows = holm_marks::layout::field::rows(&marks, &sightings);
        let wrong = rows.iter().filter(|(m, r)| r[symbols[**m] as usize] < r[1 - symbols[**m] as usize]).count();
        let sure = rows.values().filter(|r| (r[0] / r[1]).ln().abs() > 4f64.ln()).count();
        println!("{leak}: sightings {} rows {} sure {sure} wrong {wrong}", sightings.len(), rows.len());
    }
}
