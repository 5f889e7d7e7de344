//! Pictures that the main part of a Word file shows.

use std::collections::HashMap;
use std::sync::Arc;

use quick_xml::events::{BytesStart, Event};

use super::package::Package;
use crate::carrier::picture::ItemPicture;
use crate::raster::is_picture;

/// A picture and the index of its part.
pub(super) struct Figure {
    pub(super) part: Option<usize>,
    pub(super) picture: ItemPicture,
}

/// Every picture once, in the order in which the main part shows them. Nothing if relations cannot be read.
pub(super) fn figures(package: &Package, main: &str) -> Vec<Figure> {
    let relations = package.main_relations().map(|r| relations(&r)).unwrap_or_default();
    let mut seen: Vec<String> = Vec::new();
    let mut found = Vec::new();
    for Shown { id, drawn } in shown(main) {
        let Some(relation) = relations.get(&id) else { continue };
        if !seen.contains(&relation.target) {
            seen.push(relation.target.clone());
            found.push(figure(package, relation, drawn));
        }
    }
    found
}

fn figure(package: &Package, relation: &Relation, drawn: bool) -> Figure {
    let none = |name: &str, why: &str| Figure { part: None, picture: ItemPicture::new(name.to_owned(), Err(why.to_owned())) };
    if relation.outside {
        return none(&relation.target, "it is linked to and not in the file");
    }
    let name = package.beside_main(&relation.target);
    let Some(part) = package.index_of(&name) else { return none(&name, "the file does not hold it") };
    if drawn {
        return none(&name, "readers show the drawing (SVG) that it stands for");
    }
    match package.bytes_of(part) {
        Ok(bytes) if is_picture(&bytes) => Figure { part: Some(part), picture: ItemPicture::new(name, Ok(Arc::from(bytes))) },
        Ok(bytes) => none(&name, kind(&bytes, &name)),
        Err(error) => none(&name, &error.to_string()),
    }
}

/// Why a part that is none of the three formats is left alone.
fn kind(bytes: &[u8], name: &str) -> &'static str {
    let ending = name.rsplit_once('.').map_or("", |(_, e)| e).to_ascii_lowercase();
    match ending.as_str() {
        "emf" | "wmf" | "svg" => "it is a drawing and not a picture of pixels (EMF, WMF or SVG)",
        _ if bytes.starts_with(b"GIF8") => "it is a GIF; convert it to PNG first",
        _ => "it is no PNG, JPEG or TIFF picture; convert it first",
    }
}

struct Relation {
    target: String,
    outside: bool,
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = element.attributes().flatten().find(|a| a.key.local_name().as_ref() == name)?;
    Some(found.value.replace("&amp;", "&"))
}

fn relations(part: &str) -> HashMap<String, Relation> {
    let mut reader = quick_xml::Reader::from_str(part);
    let mut found = HashMap::new();
    loop {
        match reader.read_event() {
            Ok(Event::Start(e) | Event::Empty(e)) if e.local_name().as_ref() == "Relationship" => {
                if let (Some(id), Some(target)) = (attribute(&e, "Id"), attribute(&e, "Target")) {
                    let outside = attribute(&e, "TargetMode").as_deref() == Some("External");
                    found.insert(id, Relation { target, outside });
                }
            }
            Ok(Event::Eof) | Err(_) => return found,
            Ok(_) => {}
        }
    }
}

/// A place where a picture is shown.
struct Shown {
    id: String,
    /// Whether a drawing is shown in its stead.
    drawn: bool,
}

fn shown(main: &str) -> Vec<Shown> {
    let mut reader = quick_xml::Reader::from_str(main);
    let mut found: Vec<Shown> = Vec::new();
    loop {
        match reader.read_event() {
            Ok(Event::Start(e) | Event::Empty(e)) => match e.local_name().as_ref() {
                "blip" => {
                    let id = attribute(&e, "embed").or_else(|| attribute(&e, "link"));
                    found.extend(id.map(|id| Shown { id, drawn: false }));
                }
                "imagedata" => found.extend(attribute(&e, "id").map(|id| Shown { id, drawn: false })),
                "svgBlip" => found.last_mut().into_iter().for_each(|s| s.drawn = true),
                _ => {}
            },
            Ok(Event::Eof) | Err(_) => return found,
            Ok(_) => {}
        }
    }
}
