//! A line above and below every page of a Word document: in its headers and footers, and in new ones where it has none.

use super::escape;
use super::package::Package;
use crate::carrier::CarrierError;

/// Kinds of page that a section may have a header of its own for.
const TYPES: [&str; 3] = ["default", "first", "even"];
/// Namespaces of relations and of references to them, in the transitional and the strict form of ECMA-376.
const RELATIONS: [&str; 2] = [
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
];
const STRICT: &str = "http://purl.oclc.org/ooxml/wordprocessingml/main";
const TRANSITIONAL: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const CONTENT: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml";
const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

/// Above or below.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Edge {
    Header,
    Footer,
}

impl Edge {
    const BOTH: [Self; 2] = [Self::Header, Self::Footer];

    fn name(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Footer => "footer",
        }
    }

    /// Its root element.
    fn root(self) -> &'static str {
        match self {
            Self::Header => "w:hdr",
            Self::Footer => "w:ftr",
        }
    }
}

/// What of a package changes so that every page has the line.
#[derive(Default)]
pub(crate) struct Headers {
    /// Where the main part's first section begins to refer to them, and by what; the range is replaced.
    pub(crate) section: Option<(std::ops::Range<usize>, String)>,
    /// Parts that change, by index.
    pub(crate) changed: Vec<(usize, Vec<u8>)>,
    /// Parts that are new, by name.
    pub(crate) added: Vec<(String, Vec<u8>)>,
}

/// Puts a line into every header and footer of a document, and makes those that its first section lacks: later sections take
/// over what they have none of (ECMA-376 part 1, §17.10).
///
/// # Errors
/// [`CarrierError::DamagedDocx`] if a header, or what the package says of its parts, cannot be read.
pub(crate) fn on_every_page(package: &Package, line: &str) -> Result<Headers, CarrierError> {
    let main = package.main_part()?;
    let mut headers = Headers::default();
    let relations = package.main_relations();
    for (target, edge) in relations.as_deref().map(targets).unwrap_or_default() {
        let name = package.beside_main(&target);
        let damaged = || CarrierError::DamagedDocx(format!("its {} `{name}` cannot be read", edge.name()));
        let index = package.index_of(&name).ok_or_else(damaged)?;
        let part = String::from_utf8(package.bytes_of(index)?).map_err(|_| damaged())?;
        if let Some(part) = with_line(&part, edge, line).ok_or_else(damaged)? {
            headers.changed.push((index, part.into_bytes()));
        }
    }
    add_missing(package, main, relations, line, &mut headers)?;
    Ok(headers)
}

/// Makes the headers and footers that the first section has none of.
fn add_missing(
    package: &Package,
    main: &str,
    relations: Option<String>,
    line: &str,
    headers: &mut Headers,
) -> Result<(), CarrierError> {
    let section = Section::first(main)?;
    let strict = usize::from(main.contains(STRICT));
    let mut references = String::new();
    let (mut new_relations, mut new_types) = (String::new(), String::new());
    for edge in Edge::BOTH {
        let missing: Vec<&str> = TYPES.into_iter().filter(|of| !section.has(edge, of)).collect();
        if missing.is_empty() {
            continue;
        }
        let id = free(|n| format!("holm{}{n}", edge.name()), |id| relations.as_deref().is_some_and(|r| r.contains(id)));
        let file = free(|n| format!("holm-{}{n}.xml", edge.name()), |f| package.index_of(&package.beside_main(f)).is_some());
        let kind = RELATIONS[strict];
        for of in missing {
            references += &format!(r#"<w:{}Reference xmlns:r="{kind}" w:type="{of}" r:id="{id}"/>"#, edge.name());
        }
        new_relations += &format!(r#"<Relationship Id="{id}" Type="{kind}/{}" Target="{file}"/>"#, edge.name());
        let part = package.beside_main(&file);
        new_types += &format!(r#"<Override PartName="/{part}" ContentType="{CONTENT}.{}+xml"/>"#, edge.name());
        let space = if strict == 1 { STRICT } else { TRANSITIONAL };
        let root = edge.root();
        headers.added.push((part, format!("{XML}<{root} xmlns:w=\"{space}\">{}</{root}>", paragraph(line)).into_bytes()));
    }
    if references.is_empty() {
        return Ok(());
    }
    headers.section = Some(section.referring(&references));
    let namespace = "http://schemas.openxmlformats.org/package/2006/relationships";
    let old = relations.unwrap_or_else(|| format!("{XML}<Relationships xmlns=\"{namespace}\"></Relationships>"));
    let damaged = |what: &str| CarrierError::DamagedDocx(format!("{what} cannot be read"));
    let relations = inside(&old, "Relationships", &new_relations).ok_or_else(|| damaged("its list of relations"))?;
    let name = package.relations_name().ok_or_else(|| damaged("its main part's name"))?;
    match package.index_of(&name) {
        Some(index) => headers.changed.push((index, relations.into_bytes())),
        None => headers.added.push((name, relations.into_bytes())),
    }
    let types = package.index_of("[Content_Types].xml").ok_or_else(|| damaged("its list of content types"))?;
    let old = String::from_utf8(package.bytes_of(types)?).map_err(|_| damaged("its list of content types"))?;
    let new = inside(&old, "Types", &new_types).ok_or_else(|| damaged("its list of content types"))?;
    headers.changed.push((types, new.into_bytes()));
    Ok(())
}

/// The first name of a kind that is not taken.
fn free(name: impl Fn(&str) -> String, taken: impl Fn(&str) -> bool) -> String {
    let mut found = name("");
    let mut number = 2;
    while taken(&found) {
        found = name(&number.to_string());
        number += 1;
    }
    found
}

/// Headers and footers that a document refers to, in the order of its relations.
fn targets(relations: &str) -> Vec<(String, Edge)> {
    let plain = relations.replace('\'', "\"").replace(['\n', '\r', '\t'], " ");
    let value = |tag: &str, name: &str| Some(tag.split_once(&format!(" {name}=\""))?.1.split_once('"')?.0.to_owned());
    let of = |tag: &str| {
        let kind = value(tag, "Type")?;
        let edge = Edge::BOTH.into_iter().find(|e| RELATIONS.iter().any(|r| kind == format!("{r}/{}", e.name())))?;
        Some((value(tag, "Target")?, edge))
    };
    plain.split("<Relationship").filter_map(|rest| of(rest.split('>').next()?)).collect()
}

/// A header or footer with the line as its outermost paragraph, `Some(None)` if it has it; `None` if it is no header.
fn with_line(part: &str, edge: Edge, line: &str) -> Option<Option<String>> {
    // Not in `w:delText`, which no page shows.
    if part.contains(&format!(">{}</w:t>", escape(line))) {
        return Some(None);
    }
    let (open, close) = (format!("<{}", edge.root()), format!("</{}>", edge.root()));
    let start = part.find(&open)?;
    let tag = part.get(start..)?.find('>')? + start;
    let at = if part.get(..tag)?.ends_with('/') {
        let (head, tail) = part.split_at_checked(tag)?;
        return Some(Some(format!("{}>{}{close}{}", head.strip_suffix('/')?, paragraph(line), tail.strip_prefix('>')?)));
    } else if edge == Edge::Header {
        tag + 1
    } else {
        part.rfind(&close)?
    };
    let (head, tail) = part.split_at_checked(at)?;
    Some(Some(format!("{head}{}{tail}", paragraph(line))))
}

/// A document with more inside its root element.
fn inside(xml: &str, root: &str, more: &str) -> Option<String> {
    if let Some(at) = xml.rfind(&format!("</{root}>")) {
        let (head, tail) = xml.split_at_checked(at)?;
        return Some(format!("{head}{more}{tail}"));
    }
    let start = xml.find(&format!("<{root}"))?;
    let end = xml.get(start..)?.find("/>")? + start;
    let (head, tail) = xml.split_at_checked(end)?;
    Some(format!("{head}>{more}</{root}>{}", tail.strip_prefix("/>")?))
}

fn paragraph(line: &str) -> String {
    format!(
        "<w:p><w:pPr><w:jc w:val=\"center\"/></w:pPr><w:r><w:rPr><w:b/></w:rPr><w:t xml:space=\"preserve\">{}</w:t></w:r></w:p>",
        escape(line)
    )
}

/// A document's first section.
struct Section<'m> {
    /// Where its properties' tag stands; an empty range where a document without any gets some.
    tag: std::ops::Range<usize>,
    /// The tag as it is, without its end.
    opening: &'m str,
    /// Whether the tag has no content.
    is_empty: bool,
    /// What stands within.
    content: &'m str,
}

impl<'m> Section<'m> {
    fn first(main: &'m str) -> Result<Self, CarrierError> {
        const OPEN: &str = "<w:sectPr";
        let is_one = |at: &usize| {
            let next = main.get(at + OPEN.len()..).and_then(|rest| rest.chars().next());
            // What a tracked change replaced is no section.
            let changed =
                main.get(..*at).is_some_and(|before| before.rfind("<w:sectPrChange") > before.rfind("</w:sectPrChange>"));
            next.is_some_and(|c| c == '>' || c == '/' || c.is_whitespace()) && !changed
        };
        let found = main.match_indices(OPEN).map(|(at, _)| at).find(is_one);
        let Some(start) = found else {
            let end = main.rfind("</w:body>").ok_or_else(|| CarrierError::DamagedDocx("its main part has no body".to_owned()))?;
            return Ok(Self { tag: end..end, opening: OPEN, is_empty: true, content: "" });
        };
        let damaged = || CarrierError::DamagedDocx("its first section does not end".to_owned());
        let rest = main.get(start..).ok_or_else(damaged)?;
        let end = rest.find('>').ok_or_else(damaged)?;
        let opening = rest.get(..end).ok_or_else(damaged)?;
        let is_empty = opening.ends_with('/');
        let content = match is_empty {
            true => "",
            false => rest.get(end + 1..).and_then(|inner| inner.split_once("</w:sectPr>")).ok_or_else(damaged)?.0,
        };
        Ok(Self { tag: start..start + end + 1, opening: opening.trim_end_matches('/'), is_empty, content })
    }

    fn has(&self, edge: Edge, of: &str) -> bool {
        let open = format!("<w:{}Reference", edge.name());
        let tags = self.content.split(open.as_str()).skip(1).filter_map(|rest| rest.split('>').next());
        tags.into_iter().any(|tag| tag.replace('\'', "\"").contains(&format!("w:type=\"{of}\"")))
    }

    /// What stands in place of its tag so that it has these references.
    fn referring(&self, references: &str) -> (std::ops::Range<usize>, String) {
        let end = if self.is_empty { "</w:sectPr>" } else { "" };
        (self.tag.clone(), format!("{}>{references}{end}", self.opening))
    }
}
