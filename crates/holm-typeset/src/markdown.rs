//! Markdown (CommonMark and tables) as a [`Document`].

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::document::{Alignment, Cell, Content, Document, Language, Level, Marker, Paragraph, Run};

/// A document and what of its source could not be set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// The document.
    pub document: Document,
    /// What is missing from it.
    pub left_out: LeftOut,
}

/// How much of a source is missing from the document made of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Pieces of HTML, which are dropped; a `<br>` is a line break and not counted.
    pub html: usize,
    /// Images, of which the description remains as text.
    pub images: usize,
}

/// Reads Markdown. Every source gives a document; one without words is refused when it is laid out.
pub fn parse(markdown: &str, language: Language) -> Parsed {
    let mut reader = Reader::default();
    for (event, range) in Parser::new_ext(markdown, Options::ENABLE_TABLES).into_offset_iter() {
        let literal = |text: &str| (markdown.get(range.clone()) == Some(text)).then_some(range.start);
        reader.read(event, literal);
    }
    reader.end_text();
    Parsed { document: Document { language, blocks: reader.blocks }, left_out: reader.left_out }
}

#[derive(Default)]
struct Reader {
    blocks: Vec<Paragraph>,
    left_out: LeftOut,
    quotes: usize,
    /// The number of the next item of each open list, outermost first; none where items have bullets.
    lists: Vec<Option<u64>>,
    /// The marker of an item whose text has not come yet.
    marker: Option<Marker>,
    runs: Vec<Run>,
    bold: usize,
    italic: usize,
    links: Vec<String>,
    code: Option<String>,
    columns: Vec<Alignment>,
    rows: Vec<Vec<Cell>>,
}

impl Reader {
    /// `literal` says where a text stands in the source, if it stands there as it is.
    fn read(&mut self, event: Event<'_>, literal: impl Fn(&str) -> Option<usize>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => self.text(&text, false, literal(&text)),
            Event::Code(text) => self.text(&text, true, None),
            Event::SoftBreak => self.text(" ", false, None),
            Event::HardBreak => self.text("\n", false, None),
            Event::Rule => {
                self.end_text();
                self.block(Content::Rule);
            }
            Event::Html(html) | Event::InlineHtml(html) => self.html(&html),
            // Their extensions are not asked for, so none of these comes; their text would be kept.
            Event::InlineMath(text) | Event::DisplayMath(text) | Event::FootnoteReference(text) => {
                self.text(&text, false, None);
            }
            Event::TaskListMarker(_) => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph | Tag::HtmlBlock => self.end_text(),
            Tag::Heading { .. } => self.end_item(),
            Tag::BlockQuote(_) => {
                self.end_item();
                self.quotes += 1;
            }
            Tag::CodeBlock(kind) => {
                self.end_item();
                let (CodeBlockKind::Indented | CodeBlockKind::Fenced(_)) = kind;
                self.code = Some(String::new());
            }
            Tag::List(first) => {
                self.end_item();
                self.lists.push(first);
            }
            Tag::Item => {
                self.end_item();
                self.marker = Some(self.next_marker());
            }
            Tag::Table(columns) => {
                self.end_item();
                self.columns = columns.into_iter().map(alignment).collect();
            }
            Tag::TableHead | Tag::TableRow => self.rows.push(Vec::new()),
            Tag::Emphasis => self.italic += 1,
            Tag::Strong => self.bold += 1,
            Tag::Link { dest_url, .. } => self.links.push(dest_url.into_string()),
            Tag::Image { .. } => self.left_out.images += 1,
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph => self.end_text(),
            TagEnd::Heading(level) => {
                let runs = std::mem::take(&mut self.runs);
                self.block(Content::Heading(heading(level), runs));
            }
            TagEnd::BlockQuote(_) => {
                self.end_text();
                self.quotes = self.quotes.saturating_sub(1);
            }
            TagEnd::CodeBlock => {
                let code = self.code.take().unwrap_or_default();
                self.block(Content::Verbatim(code));
            }
            TagEnd::List(_) => {
                self.lists.pop();
            }
            TagEnd::Item => self.end_item(),
            TagEnd::Table => {
                let (columns, rows) = (std::mem::take(&mut self.columns), std::mem::take(&mut self.rows));
                self.block(Content::Table { columns, rows });
            }
            TagEnd::TableCell => {
                let cell = std::mem::take(&mut self.runs);
                if let Some(row) = self.rows.last_mut() {
                    row.push(cell);
                }
            }
            TagEnd::Emphasis => self.italic = self.italic.saturating_sub(1),
            TagEnd::Strong => self.bold = self.bold.saturating_sub(1),
            TagEnd::Link => {
                self.links.pop();
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str, mono: bool, source: Option<usize>) {
        if let Some(code) = &mut self.code {
            code.push_str(text);
            return;
        }
        let (bold, italic, link) = (self.bold > 0, self.italic > 0, self.links.last());
        let same = |r: &Run| (r.bold, r.italic, r.mono, r.link.as_ref()) == (bold, italic, mono, link);
        if !self.runs.last().is_some_and(same) {
            self.runs.push(Run { bold, italic, mono, link: link.cloned(), ..Run::default() });
        }
        if let Some(run) = self.runs.last_mut() {
            run.push(text, source);
        }
    }

    fn html(&mut self, html: &str) {
        let tag = html.trim().to_ascii_lowercase();
        if matches!(tag.as_str(), "<br>" | "<br/>" | "<br />") {
            self.text("\n", false, None);
        } else {
            self.left_out.html += 1;
        }
    }

    fn next_marker(&mut self) -> Marker {
        match self.lists.last_mut() {
            Some(Some(number)) => {
                let marker = Marker::Number(*number);
                *number = number.saturating_add(1);
                marker
            }
            _ => Marker::Bullet,
        }
    }

    /// Ends what text is open, if any.
    fn end_text(&mut self) {
        let runs = std::mem::take(&mut self.runs);
        if runs.iter().all(|run| run.text.trim().is_empty()) {
            return;
        }
        let content = match self.marker.take() {
            Some(marker) => Content::Item(marker, runs),
            None => Content::Prose(runs),
        };
        self.block(content);
    }

    /// Ends what text is open, and the item's first paragraph even if it has no text.
    fn end_item(&mut self) {
        self.end_text();
        if let Some(marker) = self.marker.take() {
            self.block(Content::Item(marker, Vec::new()));
        }
    }

    fn block(&mut self, content: Content) {
        self.blocks.push(Paragraph { quotes: self.quotes, depth: self.lists.len(), content });
    }
}

fn heading(level: HeadingLevel) -> Level {
    match level {
        HeadingLevel::H1 => Level::One,
        HeadingLevel::H2 => Level::Two,
        HeadingLevel::H3 => Level::Three,
        HeadingLevel::H4 | HeadingLevel::H5 | HeadingLevel::H6 => Level::Four,
    }
}

fn alignment(column: pulldown_cmark::Alignment) -> Alignment {
    match column {
        pulldown_cmark::Alignment::Center => Alignment::Centre,
        pulldown_cmark::Alignment::Right => Alignment::Right,
        pulldown_cmark::Alignment::None | pulldown_cmark::Alignment::Left => Alignment::Left,
    }
}
