//! Reviews of calls and accounts: only under a recorded authority, within its scope, and destroyed when its time is over.

use crate::desk::{Desk, Ran};

/// An authority for reviews of p2's accounts, to be kept until a day.
pub(crate) fn order(name: &str, retain_until: &str) -> String {
    format!(
        "authority = \"{name}\"\nbasis = \"art. 16\"\nissued_by = \"First Court\"\nrequested_by = \"Ruiz\"\napproved_by = \"Vega\"\n\
         sorts = [\"bank-review\"]\npersons = [\"p2\"]\ndata_from = \"2024-01-01\"\ndata_until = \"2024-12-31\"\n\
         valid_from = \"2025-02-01\"\nvalid_until = \"2025-06-30\"\nretain_until = \"{retain_until}\"\n"
    )
}

fn add(desk: &Desk, text: &str) -> Ran {
    desk.write("order.toml", text.as_bytes());
    desk.run(&["check", "authority", "add", "order.toml"])
}

fn review(desk: &Desk, person: &str, sort: &str, on: &str, authority: &str) -> Ran {
    let check = ["check", "add", person, "--sort", sort, "--on", on, "--result", "failed", "--authority", authority];
    desk.run(&[&check[..], &["--concern", "F: forty deposits of 9,900", "--json"]].concat())
}

#[test]
fn a_review_is_made_within_an_authority_and_destroyed_when_its_time_is_over() {
    let desk = Desk::with(2);
    let good = order("first", "2025-12-31");
    for (from, to, said) in [
        ("approved_by = \"Vega\"", "approved_by = \"ruiz \"", "requested and approved"),
        ("[\"bank-review\"]", "[\"polygraph\"]", "a polygraph needs no legal authority"),
        ("[\"bank-review\"]", "[]", "names no checks"),
        ("[\"p2\"]", "[\"p9\"]", "`p9` is not on the roster"),
        ("2024-12-31", "2023-12-31", "the authority's data ends before it begins"),
        ("valid_until = \"2025-06-30\"", "valid_until = \"2026-06-30\"", "or after what was learnt is destroyed"),
        ("basis = \"art. 16\"", "basis = \"\"", "`basis` is empty"),
        ("issued_by", "issued", "this is not a legal authority"),
    ] {
        assert!(good.contains(from));
        add(&desk, &good.replacen(from, to, 1)).fails_with(&[said]);
    }
    review(&desk, "p2", "bank-review", "2025-03-01", "first").fails_with(&["no legal authority `first` is recorded"]);
    add(&desk, &good).ok();
    add(&desk, &good).fails_with(&["`first` is recorded already"]);
    review(&desk, "p2", "phone-review", "2025-03-01", "first").fails_with(&["`first` does not allow a phone-review"]);
    review(&desk, "p1", "bank-review", "2025-03-01", "first").fails_with(&["`first` does not allow anything about `p1`"]);
    review(&desk, "p2", "bank-review", "2025-07-01", "first").fails_with(&["may be used from 2025-02-01 to 2025-06-30"]);
    let entry = review(&desk, "p2", "bank-review", "2025-03-01", "first").ok().json()["entry"].to_string();
    desk.run(&["check", "answer", &entry, "--guideline", "F", "--explanation", "the sale of a boat"]).ok();
    // A second authority, of which everything may still be kept.
    add(&desk, &order("second", "2999-12-31")).ok();
    review(&desk, "p2", "bank-review", "2025-04-01", "second").ok();
    let listed = desk.run(&["check", "authority", "list"]).ok().out;
    assert!(listed.contains("first: 2 entries to be destroyed since 2025-12-31"), "{listed}");
    assert!(listed.contains("second: over since 2025-06-30; 1 entry kept until 2999-12-31"), "{listed}");
    let destroy = |name: &str| {
        desk.run(&["destroy", "--retention", name, "--authority", "retention rule 4", "--reason", "its time is over"])
    };
    destroy("third").fails_with(&["no legal authority `third`"]);
    destroy("second").fails_with(&["may be kept until 2999-12-31"]);
    assert!(destroy("first").ok().out.contains("2 bodies"));
    destroy("first").fails_with(&["nothing is kept"]);
    let checks = desk.run(&["check", "list"]).ok().out;
    assert!(checks.contains("2025-04-01") && !checks.contains("2025-03-01") && !checks.contains("a boat"), "{checks}");
    assert!(desk.run(&["check", "authority", "list"]).ok().out.contains("first: over, and nothing is kept of it"));
    desk.run(&["record", "verify"]).ok();
}

#[test]
fn where_others_must_approve_an_authority_nobody_records_one_alone() {
    let desk = Desk::with(4);
    let policy = "officer = \"p1\"\n[groups.court]\nneeded = 1\npersons = [\"p3\"]\n[acts]\nauthority = [\"court\"]\n";
    desk.write("policy.toml", policy.as_bytes());
    desk.run(&["approval", "policy", "policy.toml"]).ok();
    let text = order("first", "2999-12-31");
    add(&desk, &text).fails_with(&["this needs approval by court", "holm approval ask authority"]);
    let ask = ["approval", "ask", "authority", "order.toml", "--reason", "the leak of May", "--out", "asked"];
    desk.run(&ask).ok();
    let request = desk.run(&["approval", "list", "--json"]).ok().json()[0]["request"].to_string();
    let bundle = format!("asked/request-{request}.approval-request");
    let shown = desk.run(&["approve", &bundle, "--as", "p3", "--identity", "k3", "--out", "note", "--yes"]).ok().out;
    assert!(shown.contains("use `first` (art. 16, First Court) until 2025-06-30 for bank-review of p2"), "{shown}");
    desk.run(&["approval", "import", "note"]).ok();
    // Another one than was approved.
    add(&desk, &text.replace("[\"p2\"]", "[\"p2\", \"p4\"]")).fails_with(&["this needs approval by court"]);
    desk.run(&["approval", "use", &request]).ok();
    assert_eq!(desk.run(&["check", "authority", "list", "--json"]).ok().json()[0]["authority"], "first");
}
