//! Random draws by the real binary: two drawers at their own desks, and what comes of it.

use crate::desk::{Desk, Ran};

/// A desk on which p1 (unit U1) and p2 (unit U0) have both committed; the draw's number.
pub(crate) fn committed(desk: &Desk, rates: &str) -> String {
    let open =
        ["check", "draw", "open", "--sort", "urinalysis", "--rates", rates, "--drawers", "p1", "p2", "--out", "draws", "--json"];
    let number = desk.run(&open).ok().json()["draw"].to_string();
    for person in ["p1", "p2"] {
        commit(desk, &number, person).ok();
        let note = format!("draws/draw-{number}.{person}.commitment");
        desk.run(&["check", "draw", "take", &note, "--out", "draws"]).ok();
    }
    number
}

fn commit(desk: &Desk, number: &str, person: &str) -> Ran {
    let bundle = format!("draws/draw-{number}.to-commit");
    desk.run(&["check", "draw", "commit", &bundle, "--as", person, "--identity", &person.replace('p', "k")])
}

pub(crate) fn reveal(desk: &Desk, number: &str, person: &str) -> Ran {
    let (secret, with) = (format!("draws/draw-{number}.{person}.secret"), format!("draws/draw-{number}.to-reveal"));
    desk.run(&["check", "draw", "reveal", &secret, "--with", &with, "--identity", &person.replace('p', "k")]).ok();
    desk.run(&["check", "draw", "take", &format!("draws/draw-{number}.{person}.revealed")])
}

#[test]
fn people_are_drawn_and_owe_a_check_and_anybody_can_compute_it_again() {
    let desk = Desk::with(8);
    let list = || desk.run(&["check", "draw", "list", "--json"]).ok().json();
    let number = committed(&desk, "10,20,30,40,100");
    assert_eq!((&list()[0]["standing"], &list()[0]["waits_for"]), (&"reveals".into(), &serde_json::json!(["p1", "p2"])));
    // What would write over the only secret, or reveals what is not committed to.
    commit(&desk, &number, "p1").fails_with(&["exists; nothing was drawn or overwritten"]);
    let with = format!("draws/draw-{number}.to-commit");
    let early = format!("draws/draw-{number}.p1.secret");
    desk.run(&["check", "draw", "reveal", &early, "--with", &with, "--identity", "k1"])
        .fails_with(&["waits for both commitments"]);
    desk.run(&["check", "draw", "reveal", &early, "--with", &with, "--identity", "k2"])
        .fails_with(&["not of a draw that this key opens"]);
    desk.run(&["check", "draw", "take", "roster.csv"]).fails_with(&["this is not what comes back of a draw"]);
    desk.run(&["check", "draw", "close", &number]).fails_with(&["waits for what may still come until"]);
    assert!(reveal(&desk, &number, "p2").ok().out.contains("p2 revealed"));
    let done = reveal(&desk, &number, "p1").ok().out;
    assert!(done.contains("is done and recorded"), "{done}");
    let rows = list();
    let drawn: Vec<String> = serde_json::from_value(rows[0]["drawn"].clone()).unwrap();
    assert!(rows[0]["standing"] == "done" && drawn.contains(&"p4".to_owned()), "p4 is of level 5: {drawn:?}");
    let due = desk.run(&["check", "due", "--json"]).ok().json();
    let waiting: Vec<&str> = due["waiting"].as_array().unwrap().iter().map(|row| row["person"].as_str().unwrap()).collect();
    assert_eq!(waiting.len(), drawn.len(), "{waiting:?} of {drawn:?}");
    let shown = desk.run(&["check", "draw", "show", &number]).ok().json();
    assert_eq!(shown["events"].as_array().unwrap().len(), 6);
    let coverage = desk.run(&["check", "draw", "coverage", "--sort", "urinalysis", "--json"]).ok().json();
    assert_eq!((&coverage[4]["drawn"], &coverage[4]["never"]), (&1.into(), &0.into()), "{coverage}");
    desk.run(&["record", "verify"]).ok();
    desk.run(&["check", "draw", "open", "--sort", "urinalysis", "--rates", "20,10,5,5,5", "--drawers", "p1", "p2"])
        .fails_with(&["no level's is lower than that of a level below"]);
    desk.run(&["check", "draw", "open", "--sort", "urinalysis", "--rates", "5", "--drawers", "p1", "p3"])
        .fails_with(&["of different units"]);
}
