//! Copies that are pages set from Markdown or text.

use serde_json::Value;

use crate::desk::Desk;

fn pages_desk() -> Desk {
    let desk = Desk::with(5);
    desk.run(&["share", "brief.md", "--as", "pdf", "--to", "all", "--plain", "plain"]).ok();
    desk
}

fn the_named(report: &Value) -> Vec<Value> {
    report["copies"].as_array().unwrap().iter().filter(|c| c["named"] == true).cloned().collect()
}

#[test]
fn markdown_goes_out_as_pages_that_are_named_by_wording_and_by_where_words_stand() {
    let desk = pages_desk();
    let traced = desk.run(&["trace", "plain/p3.pdf", "--json"]).ok();
    desk.write("report.json", traced.out.as_bytes());
    let report = traced.json();
    let named = the_named(&report);
    assert_eq!(named.len(), 1);
    assert_eq!(
        (named[0]["person"].as_str(), named[0]["layers"]["wording"].as_str(), named[0]["layers"]["layout"].as_str()),
        (Some("p3"), Some("fits"), Some("fits"))
    );
    let marks = |layer: &str, which: &str| report["marks"]["by_layer"][layer][which].as_u64().unwrap();
    assert_eq!(marks("layout", "read"), marks("layout", "total"));
    // About one codeword in a hundred looks by chance as if somebody had made some frames uniform: those are then taken for unread.
    assert!(marks("wording", "read") * 3 > marks("wording", "total"), "{report}");
    assert!(["wording", "layout"].iter().all(|l| marks(l, "total") > 20), "{report}");
    desk.run(&["item", "open", "brief", "--out", "bundle.json"]).ok();
    let checked = desk.run(&["verify-trace", "report.json", "--bundle", "bundle.json"]).ok();
    assert!(checked.out.contains("the verdict follows"), "{}", checked.out);
}

#[test]
fn text_of_a_page_that_was_typed_anew_names_by_its_wording_alone() {
    let desk = pages_desk();
    let pages = holm_marks::pdf::leaked_pages(&std::fs::read(desk.path("plain/p2.pdf")).unwrap()).unwrap();
    let text: Vec<String> = pages.iter().map(|p| p.seen.text()).collect();
    desk.write("leak.txt", text.join("\n").to_uppercase().as_bytes());
    let named = the_named(&desk.run(&["trace", "leak.txt", "--json"]).ok().json());
    assert_eq!(named.len(), 1);
    assert_eq!((named[0]["person"].as_str(), named[0]["layers"]["layout"].as_str()), (Some("p2"), Some("silent")));
}

#[test]
fn further_recipients_of_pages_get_pages_of_the_same_item() {
    let desk = Desk::with(5);
    desk.run(&["share", "brief.md", "--as", "pdf", "--to", "p1", "--to", "p2", "--plain", "plain"]).ok();
    desk.run(&["share", "brief.md", "--as", "pdf", "--to", "all", "--plain", "plain"]).ok();
    let named = the_named(&desk.run(&["trace", "plain/p5.pdf", "--json"]).ok().json());
    assert_eq!(named.iter().filter_map(|c| c["person"].as_str()).collect::<Vec<_>>(), ["p5"]);
}

#[test]
fn plain_text_goes_out_as_pages_too() {
    let desk = Desk::with(3);
    let text = desk.read("brief.md").replace(['#', '*', '|'], "");
    desk.write("note.txt", text.as_bytes());
    desk.run(&["share", "note.txt", "--as", "pdf", "--to", "all", "--plain", "plain"]).ok();
    let named = the_named(&desk.run(&["trace", "plain/p1.pdf", "--json"]).ok().json());
    assert_eq!(named.iter().filter_map(|c| c["person"].as_str()).collect::<Vec<_>>(), ["p1"]);
}

#[test]
fn what_cannot_be_set_is_said_before_anything_is_recorded() {
    let desk = Desk::with(2);
    let before = desk.run(&["record", "log", "--json"]).out;
    desk.write("emoji.md", "Meet at the [[gate|\u{1f6a2}]] with both drivers and the empty drums.\n".repeat(3).as_bytes());
    desk.run(&["share", "emoji.md", "--as", "pdf", "--to", "all", "--accept-weak"]).fails_with(&["U+1F6A2"]);
    let pdf = pages_of("Words of a page that stands.");
    desk.write("page.pdf", &pdf);
    desk.run(&["share", "page.pdf", "--as", "pdf", "--to", "all"])
        .fails_with(&["only text and Markdown", "leave `--as pdf` out"]);
    assert_eq!(desk.run(&["record", "log", "--json"]).out, before, "nothing was recorded");
    assert!(!desk.path("holm-out").exists());
}

fn pages_of(text: &str) -> Vec<u8> {
    use holm::pages::Copies;
    let master = holm_marks::carrier::Master::parse(text.as_bytes(), "x.md").unwrap();
    Copies::Pages.template(&master, text.as_bytes(), &[]).unwrap().render(&[]).unwrap()
}
