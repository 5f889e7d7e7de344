//! The file says its language, links lead somewhere, the structure tree covers the text.

use std::collections::BTreeSet;

use holm_typeset::Language;
use lopdf::content::Content;
use lopdf::{Dictionary, Document, Object};

use crate::{CORPUS, SAMPLE, layout};

fn file(markdown: &str, language: Language) -> Document {
    Document::load_mem(&layout(markdown, language).draw(|_| 0.0).unwrap()).unwrap()
}

fn dictionary<'d>(document: &'d Document, object: &'d Object) -> &'d Dictionary {
    document.dereference(object).unwrap().1.as_dict().unwrap()
}

#[test]
fn the_language_is_declared() {
    for (language, tag) in [(Language::English, "en"), (Language::Spanish, "es")] {
        let document = file("a", language);
        assert_eq!(document.catalog().unwrap().get(b"Lang").unwrap().as_str().unwrap(), tag.as_bytes());
    }
}

#[test]
fn nothing_tells_when_or_by_what_the_file_was_made() {
    let document = file(SAMPLE, Language::Spanish);
    assert!(document.trailer.get(b"Info").is_err() && document.trailer.get(b"ID").is_err());
    assert!(document.catalog().unwrap().get(b"Metadata").is_err());
}

#[test]
fn links_that_mean_something_elsewhere_can_be_clicked() {
    let document =
        file("[a](https://example.org/ñ?x=1) [b](other.md) [c](javascript:x) [d](mailto:a@example.org)", Language::English);
    let page = document.get_pages()[&1];
    let targets: Vec<String> = document
        .get_page_annotations(page)
        .unwrap()
        .into_iter()
        .map(|annotation| {
            let action = dictionary(&document, annotation.get(b"A").unwrap());
            String::from_utf8(action.get(b"URI").unwrap().as_str().unwrap().to_vec()).unwrap()
        })
        .collect();
    assert_eq!(targets, ["https://example.org/%C3%B1?x=1", "mailto:a@example.org"]);
}

/// The marked contents that the tree below `element` covers, as (page object, number), in reading order.
fn covered(document: &Document, element: &Dictionary, found: &mut Vec<(u32, i64)>, roles: &mut Vec<String>) {
    roles.push(String::from_utf8(element.get(b"S").unwrap().as_name().unwrap().to_vec()).unwrap());
    for kid in element.get(b"K").unwrap().as_array().unwrap() {
        let kid = dictionary(document, kid);
        if let Ok(number) = kid.get(b"MCID") {
            found.push((kid.get(b"Pg").unwrap().as_reference().unwrap().0, number.as_i64().unwrap()));
        } else if kid.get(b"S").is_ok() {
            covered(document, kid, found, roles);
        }
    }
}

#[test]
fn the_structure_tree_covers_every_marked_content_once() {
    for (markdown, language) in CORPUS.into_iter().chain([(SAMPLE, Language::Spanish)]) {
        let document = file(markdown, language);
        let root = dictionary(&document, document.catalog().unwrap().get(b"StructTreeRoot").unwrap());
        let (mut found, mut roles) = (Vec::new(), Vec::new());
        covered(&document, dictionary(&document, root.get(b"K").unwrap()), &mut found, &mut roles);
        let mut marked = BTreeSet::new();
        for id in document.get_pages().into_values() {
            for operation in Content::decode(&document.get_page_content(id)).unwrap().operations {
                if let ("BDC", [_, Object::Dictionary(properties)]) = (operation.operator.as_str(), &operation.operands[..])
                    && let Ok(number) = properties.get(b"MCID")
                {
                    assert!(marked.insert((id.0, number.as_i64().unwrap())));
                }
            }
        }
        assert_eq!(found.len(), marked.len());
        assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), marked);
        assert_eq!(roles.iter().filter(|role| *role == "Document").count(), 1);
    }
}

#[test]
fn every_kind_of_paragraph_has_its_role() {
    let document = file(SAMPLE, Language::Spanish);
    let root = dictionary(&document, document.catalog().unwrap().get(b"StructTreeRoot").unwrap());
    let mut roles = Vec::new();
    covered(&document, dictionary(&document, root.get(b"K").unwrap()), &mut Vec::new(), &mut roles);
    let expected =
        "Document H1 P Link L LI Lbl LBody LI Lbl LBody L LI Lbl LBody BlockQuote P Table TR TH TH TR TD TD TR TD TD P";
    assert_eq!(roles.join(" "), expected);
}
