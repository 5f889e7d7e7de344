//! Sets a Markdown file: `set IN.md OUT.pdf [en|es]`; with `speed` for OUT.pdf it says how fast.

use holm_typeset::{Language, Typesetter, parse};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let [source, target, rest @ ..] = given.as_slice() else { return Err("give a Markdown file and a PDF to write".into()) };
    let language = if rest.first().is_some_and(|l| l == "es") { Language::Spanish } else { Language::English };
    let text = std::fs::read_to_string(source)?;
    let typesetter = Typesetter::new();
    if target == "speed" {
        return speed(&typesetter, &text, language);
    }
    let parsed = parse(&text, language);
    let set = typesetter.typeset(&parsed.document, |_| 0.0)?;
    std::fs::write(target, &set.pdf)?;
    eprintln!("{} words, {} bytes, left out: {:?}", set.words.len(), set.pdf.len(), parsed.left_out);
    Ok(())
}

fn speed(typesetter: &Typesetter, text: &str, language: Language) -> Result<(), Box<dyn std::error::Error>> {
    let copies = 100;
    let mut pages = 0;
    let start = std::time::Instant::now();
    for _ in 0..copies {
        let layout = typesetter.lay_out(&parse(text, language).document)?;
        pages += layout.pages();
        std::hint::black_box(layout.draw(|word| word as f64 % 3.0 * 0.1)?);
    }
    let whole = start.elapsed().as_secs_f64();
    println!("{:.0} pages/s from Markdown ({} pages in {whole:.2} s)", pages as f64 / whole, pages);
    let layout = typesetter.lay_out(&parse(text, language).document)?;
    let start = std::time::Instant::now();
    for _ in 0..copies {
        std::hint::black_box(layout.draw(|word| word as f64 % 3.0 * 0.1)?);
    }
    println!("{:.0} pages/s when one layout is drawn again", pages as f64 / start.elapsed().as_secs_f64());
    Ok(())
}
