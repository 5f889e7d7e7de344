//! Leaks of real documents, read without any codeword.

use holm_marks::carrier::Master;
use holm_marks::extract::{Extraction, Reader};
use holm_marks::find::find;
use holm_marks::frame::{Language, Pack};
use holm_marks::mark::Mark;

const BRIEF: &str = include_str!("../../../holm-simulate/corpus/en-raid-brief.md");
const FOREIGN: &str = include_str!("../../../holm-simulate/corpus/foreign-en-1.md");

struct Item {
    master: Master,
    marks: Vec<Mark>,
}

fn item() -> Item {
    let master = Master::parse(BRIEF.as_bytes(), "brief.md").unwrap();
    let pack = Pack::shipped(Language::En).unwrap();
    let found = find(master.blocks(), Some(&pack)).unwrap();
    let marks: Vec<Mark> = found.into_iter().map(|f| f.mark).filter(|m| m.sites.iter().all(|s| master.can_carry(m, s))).collect();
    Item { master, marks }
}

impl Item {
    fn symbols(&self, seed: usize) -> Vec<u8> {
        self.marks.iter().enumerate().map(|(j, m)| ((seed * 7 + j * j * 3 + j / 2) % m.arity()) as u8).collect()
    }

    fn copy(&self, symbols: &[u8]) -> String {
        String::from_utf8(self.master.template(&self.marks).unwrap().render(symbols).unwrap()).unwrap()
    }

    fn extract(&self, leak: &str) -> Extraction {
        Reader::new(self.master.blocks(), &self.marks).extract(leak)
    }
}

/// (read rightly, read wrongly, not read).
fn outcome(extraction: &Extraction, symbols: &[u8]) -> (usize, usize, usize) {
    let each = extraction.readings.iter().zip(symbols).map(|(r, s)| r.seen.map(|seen| seen == *s));
    each.fold((0, 0, 0), |(right, wrong, none), seen| match seen {
        Some(true) => (right + 1, wrong, none),
        Some(false) => (right, wrong + 1, none),
        None => (right, wrong, none + 1),
    })
}

#[test]
fn an_untouched_copy_is_read_in_full() {
    let item = item();
    for seed in 0..5 {
        let symbols = item.symbols(seed);
        let (right, wrong, none) = outcome(&item.extract(&item.copy(&symbols)), &symbols);
        assert_eq!(wrong, 0, "seed {seed}");
        assert!(none * 20 <= right, "seed {seed}: {right} read, {none} not");
    }
}

#[test]
fn sentences_in_another_order_are_read_as_well() {
    let item = item();
    let symbols = item.symbols(3);
    let copy = item.copy(&symbols);
    let mut sentences: Vec<&str> = copy.split_inclusive(". ").collect();
    sentences.reverse();
    let (right, wrong, _) = outcome(&item.extract(&sentences.concat()), &symbols);
    assert!(wrong == 0 && right * 100 >= item.marks.len() * 85, "{right} of {} right, {wrong} wrong", item.marks.len());
}

#[test]
fn an_excerpt_buried_in_foreign_text_is_found_and_the_rest_is_erased() {
    let item = item();
    let symbols = item.symbols(1);
    let copy = item.copy(&symbols);
    let most = |block: &usize| item.marks.iter().filter(|m| m.sites[0].block == *block).count();
    let block = (0..item.master.blocks().len()).max_by_key(most).unwrap();
    let opening: String = item.master.blocks()[block].text.chars().take(20).collect();
    let paragraph = copy.split("\n\n").find(|p| p.starts_with(&opening)).unwrap();
    let (half, rest) = FOREIGN.split_at(FOREIGN.find("\n\n").unwrap());
    let extraction = item.extract(&format!("{half}\n\n{paragraph}\n\n{rest}"));
    let (right, wrong, none) = outcome(&extraction, &symbols);
    assert!(extraction.belongs() && right > 0 && wrong == 0 && none > right, "{right} {wrong} {none}");
}

#[test]
fn a_text_about_something_else_belongs_to_nothing() {
    let extraction = item().extract(FOREIGN);
    assert!(!extraction.belongs(), "{:?}", extraction.coverage);
    assert_eq!(extraction.read_marks(), 0);
}
