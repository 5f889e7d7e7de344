//! Order and independence where the pieces meet: what the types of `share` and `trace` promise, seen from the record.

use holm_codes::codeword::{Codebook, Issuer};
use holm_codes::key::ItemKey;
use holm_codes::law::{Law, draw_biases};
use holm_marks::carrier::Master;
use holm_marks::extract::Reader;
use holm_marks::find::find;
use holm_marks::frame::{Language, Pack};
use holm_marks::mark::Mark;

const BRIEF: &str = include_str!("../../../holm-simulate/corpus/en-minutes.md");

/// What is read of a leak depends on the leak and the marks alone: the same text gives the same rows whatever was issued.
#[test]
fn extraction_cannot_see_codewords() {
    let master = Master::parse(BRIEF.as_bytes(), "m.md").unwrap();
    let pack = Pack::shipped(Language::En).unwrap();
    let marks: Vec<Mark> = find(master.blocks(), Some(&pack))
        .unwrap()
        .into_iter()
        .map(|f| f.mark)
        .filter(|m| m.sites.iter().all(|s| master.can_carry(m, s)))
        .collect();
    let arities: Vec<usize> = marks.iter().map(Mark::arity).collect();
    let template = master.template(&marks).unwrap();
    let mut symbols_read = Vec::new();
    for seed in 0..3_u8 {
        let key = ItemKey::from_bytes([seed; 32]);
        let issuer = Issuer::new(draw_biases(&key, Law::HalfJ7, &arities));
        let book = Codebook::draw(&issuer, &key, &["a", "b"]);
        let leak = String::from_utf8(template.render(&book.symbols(0)).unwrap()).unwrap();
        // Reader and extraction take no key, no codebook and no roster: their signatures are the proof. That they also read
        // rightly is what makes the proof worth having.
        let extraction = Reader::new(master.blocks(), &marks).extract(&leak);
        let right = extraction.readings.iter().zip(book.symbols(0)).filter(|(r, s)| r.seen == Some(*s)).count();
        assert!(right * 20 >= 19 * marks.len(), "{right} of {}", marks.len());
        symbols_read.push(extraction.readings.iter().map(|r| r.seen).collect::<Vec<_>>());
    }
    assert_ne!(symbols_read[0], symbols_read[1], "different copies read differently");
}
