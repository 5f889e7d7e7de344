//! A PDF shared as an item: whatever is taken gives copies whose text is the master's.
#![no_main]

use holm_marks::carrier::Master;
use holm_marks::layout::{Density, find};
use holm_marks::mark::Mark;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(master) = Master::parse(bytes, "x.pdf") else { return };
    let Some(layout) = master.layout() else { return };
    let carried = |m: &Mark| m.sites.iter().all(|s| master.can_carry(m, s));
    let marks: Vec<Mark> = find(layout, Density::Every, &[]).into_iter().map(|f| f.mark).filter(carried).collect();
    let Ok(template) = master.template(&marks) else { return };
    // What would be lost in writing is refused before anything is shared.
    let Ok(()) = master.check_copies(&template, marks.len()) else { return };
    let symbols: Vec<u8> = (0..marks.len()).map(|i| (i % 2) as u8).collect();
    for picture in master.pictures().iter().filter_map(|p| p.picture().ok()) {
        assert!(picture.size().0 > 0 && picture.size().1 > 0);
    }
    let copy = template.render(&symbols).unwrap();
    let again = Master::parse(&copy, "x.pdf").unwrap();
    let text = |m: &Master| m.blocks().iter().map(|b| b.text.clone()).collect::<Vec<_>>();
    assert_eq!(text(&master).concat(), text(&again).concat());
});
