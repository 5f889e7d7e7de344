//! Every frame's own examples, and what must hold of a pack as a whole.

use holm_marks::document::Block;
use holm_marks::find::{find, find_with_frame};
use holm_marks::frame::{Frame, Language, Pack};

fn renderings(text: &str, pack: &Pack, frame: &Frame) -> Vec<String> {
    let found = find_with_frame(text, pack, &frame.id);
    let sites = found.iter().flat_map(|f| &f.mark.sites);
    sites
        .flat_map(|site| {
            let (before, after) = (&text[..site.range.start], &text[site.range.end..]);
            site.texts.iter().map(move |t| format!("{before}{t}{after}"))
        })
        .collect()
}

fn check_examples(language: Language) {
    let pack = Pack::shipped(language).unwrap();
    let mut wrong = Vec::new();
    for frame in &pack.frames {
        if frame.yes.is_empty() || frame.no.is_empty() {
            wrong.push(format!("{}: a frame needs a positive and a negative example", frame.id));
        }
        for [from, to] in &frame.yes {
            let written = renderings(from, &pack, frame);
            if !written.contains(to) {
                wrong.push(format!("{}: `{from}` should also be `{to}`, got {written:?}", frame.id));
            }
        }
        for text in &frame.no {
            let written = renderings(text, &pack, frame);
            if !written.is_empty() {
                wrong.push(format!("{}: should not fire in `{text}`, got {written:?}", frame.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn english_frames_do_what_their_examples_say() {
    check_examples(Language::En);
}

#[test]
fn spanish_frames_do_what_their_examples_say() {
    check_examples(Language::Es);
}

#[test]
fn each_alternative_of_a_hit_leaves_the_rest_of_the_text_alone() {
    let text = "The officer said that they had found about 300 packets near the gate.";
    let pack = Pack::shipped(Language::En).unwrap();
    let found = find(&[Block::prose(text)], Some(&pack)).unwrap();
    assert!(!found.is_empty());
    for site in found.iter().flat_map(|f| &f.mark.sites) {
        let master = &text[site.range.clone()];
        assert!(site.texts.iter().any(|t| t == master), "the master's own text is one of {:?}", site.texts);
    }
}

#[test]
fn alternatives_are_written_with_the_apostrophes_of_the_text() {
    let pack = Pack::shipped(Language::En).unwrap();
    let all = |text: &str| {
        find(&[Block::prose(text)], Some(&pack)).unwrap().into_iter().flat_map(|f| f.mark.alternatives).collect::<String>()
    };
    let typographic = all("They do not know what he\u{2019}s planning, and it is not certain that they will find the van.");
    assert!(typographic.contains('\u{2019}') && !typographic.contains('\''), "{typographic}");
}
