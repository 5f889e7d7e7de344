//! Text and Markdown: copies are the source with some ranges exchanged.

use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::splice::{self, Splice};
use super::{CarrierError, Copy};
use crate::document::{Block, BlockKind};
use crate::mark::{Mark, Site};

/// A document whose source is its text.
#[derive(Clone, Debug)]
pub(crate) struct SourceMaster {
    source: String,
    pub(crate) blocks: Vec<Block>,
    /// By block, where pieces of its text stand in the source; sorted.
    pieces: Vec<Vec<Piece>>,
}

/// Text that stands in the source as it stands in the block.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Piece {
    text: Range<usize>,
    source: usize,
}

impl SourceMaster {
    /// Plain text: blocks are separated by blank lines; lines that quote with `>` are quotations.
    pub(crate) fn text(source: &str) -> Self {
        let mut master = Self { source: source.to_owned(), blocks: Vec::new(), pieces: Vec::new() };
        let mut start: Option<usize> = None;
        let mut at = 0;
        for line in source.split_inclusive('\n') {
            if line.trim().is_empty() {
                master.close_text(start.take(), at);
            } else if start.is_none() {
                start = Some(at);
            }
            at += line.len();
        }
        master.close_text(start, at);
        master
    }

    fn close_text(&mut self, start: Option<usize>, end: usize) {
        let Some(start) = start else { return };
        let text = self.source.get(start..end).unwrap_or_default().trim_end().to_owned();
        let quoted = text.lines().all(|l| l.trim_start().starts_with('>'));
        let kind = if quoted { BlockKind::Quotation } else { BlockKind::Prose };
        // Lines that quote somebody within a paragraph of one's own.
        let mut at = 0;
        let mut protected = Vec::new();
        for line in text.split_inclusive('\n') {
            if line.trim_start().starts_with('>') {
                protected.push(at..at + line.len());
            }
            at += line.len();
        }
        self.pieces.push(vec![Piece { text: 0..text.len(), source: start }]);
        self.blocks.push(Block { kind, text, protected });
    }

    /// Markdown: what the parser calls text; everything else is kept as it is.
    pub(crate) fn markdown(source: &str) -> Self {
        let mut reader = MarkdownReader { source, ..MarkdownReader::default() };
        let options = Options::ENABLE_TABLES
            | Options::ENABLE_FOOTNOTES
            | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS
            | Options::ENABLE_PLUSES_DELIMITED_METADATA_BLOCKS
            | Options::ENABLE_MATH
            | Options::ENABLE_STRIKETHROUGH;
        for (event, range) in Parser::new_ext(source, options).into_offset_iter() {
            reader.take(event, range);
        }
        reader.close();
        Self { source: source.to_owned(), blocks: reader.blocks, pieces: reader.pieces }
    }

    /// Where a site stands in the source, if it stands there exactly as in the block.
    pub(crate) fn source_range(&self, site: &Site) -> Option<Range<usize>> {
        let block = self.blocks.get(site.block)?;
        let pieces = self.pieces.get(site.block)?;
        let start = pieces.iter().find(|p| {
            p.text.start <= site.range.start
                && site.range.start <= p.text.end
                && (site.range.is_empty() || site.range.start < p.text.end)
        })?;
        let end = pieces.iter().find(|p| p.text.start <= site.range.end && site.range.end <= p.text.end)?;
        let range = start.source + (site.range.start - start.text.start)..end.source + (site.range.end - end.text.start);
        let same = self.source.get(range.clone())? == block.text.get(site.range.clone())?;
        same.then_some(range)
    }

    pub(crate) fn template(&self, marks: &[Mark]) -> Result<SourceTemplate, CarrierError> {
        let mut splices = Vec::new();
        for (index, mark) in marks.iter().enumerate() {
            for site in &mark.sites {
                let range = self
                    .source_range(site)
                    .ok_or_else(|| CarrierError::Unknown(format!("mark `{}` does not lie in its text", mark.rule)))?;
                let texts = site.texts.iter().map(|t| t.clone().into_bytes()).collect();
                splices.push(Splice { range, mark: Some(index), texts });
            }
        }
        splices.sort_by_key(|s| s.range.start);
        if splice::overlap(&splices) {
            return Err(CarrierError::Unknown("two marks overlap".to_owned()));
        }
        Ok(SourceTemplate { source: self.source.clone().into_bytes(), splices })
    }
}

/// A source with its marks.
#[derive(Clone, Debug)]
pub(crate) struct SourceTemplate {
    source: Vec<u8>,
    splices: Vec<Splice>,
}

impl SourceTemplate {
    /// The source with nothing where marks are.
    pub(crate) fn without_marks(&self) -> Vec<u8> {
        let nothing: Vec<Splice> = self.splices.iter().map(|s| Splice::fixed(s.range.clone(), "")).collect();
        splice::splice(&self.source, &nothing, &[])
    }

    pub(crate) fn offset_in_copy(&self, at: usize, symbols: &[u8]) -> Option<usize> {
        splice::offset(at, &self.splices, symbols)
    }

    pub(crate) fn render(&self, symbols: &[u8]) -> Copy {
        splice::splice(&self.source, &self.splices, symbols)
    }
}

/// Collects blocks from the parser's events.
#[derive(Default)]
struct MarkdownReader<'s> {
    source: &'s str,
    blocks: Vec<Block>,
    pieces: Vec<Vec<Piece>>,
    text: String,
    current: Vec<Piece>,
    protected: Vec<Range<usize>>,
    /// Depth of tags whose text must stay as it is.
    shielded: usize,
    quotations: usize,
    tables: usize,
    headings: usize,
    verbatim: usize,
}

impl MarkdownReader<'_> {
    fn take(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.open(&tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => self.push(&text, &range, self.shielded > 0),
            Event::InlineHtml(text) => {
                self.push(&text, &range, true);
                self.inline_html(&text);
            }
            Event::Code(text) | Event::InlineMath(text) | Event::DisplayMath(text) => self.push(&text, &range, true),
            Event::SoftBreak | Event::HardBreak => self.push("\n", &range, false),
            Event::FootnoteReference(text) => self.push(&text, &range, true),
            _ => {}
        }
    }

    /// Between `<code>` and `</code>` and the like stand somebody else's words.
    fn inline_html(&mut self, tag: &str) {
        const SHIELDING: &[&str] = &["code", "kbd", "samp", "pre", "q", "cite", "del", "s"];
        let name = tag.trim_start_matches(['<', '/']).split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        if SHIELDING.contains(&name.to_ascii_lowercase().as_str()) {
            self.shielded = if tag.starts_with("</") { self.shielded.saturating_sub(1) } else { self.shielded + 1 };
        }
    }

    fn open(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Link { .. } | Tag::Image { .. } | Tag::Strikethrough => self.shielded += 1,
            Tag::BlockQuote(_) => self.quotations += 1,
            Tag::Table(_) => self.tables += 1,
            Tag::Heading { .. } => self.headings += 1,
            Tag::CodeBlock(_) | Tag::HtmlBlock | Tag::MetadataBlock(_) => self.verbatim += 1,
            _ => {}
        }
        if matches!(tag, Tag::Paragraph | Tag::Heading { .. } | Tag::Item | Tag::TableCell | Tag::CodeBlock(_) | Tag::List(_)) {
            self.close();
        }
    }

    fn end(&mut self, tag: TagEnd) {
        if matches!(
            tag,
            TagEnd::Paragraph
                | TagEnd::Heading(_)
                | TagEnd::Item
                | TagEnd::TableCell
                | TagEnd::CodeBlock
                | TagEnd::HtmlBlock
                | TagEnd::MetadataBlock(_)
        ) {
            self.close();
        }
        let depth = match tag {
            TagEnd::Link | TagEnd::Image | TagEnd::Strikethrough => &mut self.shielded,
            TagEnd::BlockQuote(_) => &mut self.quotations,
            TagEnd::Table => &mut self.tables,
            TagEnd::Heading(_) => &mut self.headings,
            TagEnd::CodeBlock | TagEnd::HtmlBlock | TagEnd::MetadataBlock(_) => &mut self.verbatim,
            _ => return,
        };
        *depth = depth.saturating_sub(1);
    }

    fn push(&mut self, text: &str, range: &Range<usize>, protect: bool) {
        let start = self.text.len();
        self.text.push_str(text);
        let literal = self.source.get(range.clone()) == Some(text);
        if literal {
            self.current.push(Piece { text: start..self.text.len(), source: range.start });
        }
        if protect || !literal && text != "\n" {
            self.protected.push(start..self.text.len());
        }
    }

    fn close(&mut self) {
        let text = std::mem::take(&mut self.text);
        let pieces = std::mem::take(&mut self.current);
        let protected = std::mem::take(&mut self.protected);
        if text.trim().is_empty() {
            return;
        }
        let kind = match () {
            () if self.verbatim > 0 => BlockKind::Verbatim,
            () if self.tables > 0 => BlockKind::Table,
            () if self.headings > 0 => BlockKind::Heading,
            () if self.quotations > 0 => BlockKind::Quotation,
            () => BlockKind::Prose,
        };
        self.blocks.push(Block { kind, text, protected });
        self.pieces.push(pieces);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mark::Layer;

    fn mark(block: usize, range: Range<usize>, texts: &[&str]) -> Mark {
        let texts: Vec<String> = texts.iter().map(|t| (*t).to_owned()).collect();
        let site = Site { block, range, texts: texts.clone() };
        Mark { layer: Layer::Wording, rule: "test".to_owned(), alternatives: texts, master: Some(0), sites: vec![site] }
    }

    fn find(master: &SourceMaster, word: &str) -> (usize, Range<usize>) {
        let block = master.blocks.iter().position(|b| b.text.contains(word)).unwrap();
        let at = master.blocks[block].text.find(word).unwrap();
        (block, at..at + word.len())
    }

    #[test]
    fn copies_of_text_differ_at_their_marks_only() {
        let master = SourceMaster::text("One two three.\n\n\nFour five.\n");
        assert_eq!(master.blocks.iter().map(|b| b.text.as_str()).collect::<Vec<_>>(), ["One two three.", "Four five."]);
        let (block, range) = find(&master, "five");
        let template = master.template(&[mark(block, range, &["five", "FIVE!"])]).unwrap();
        assert_eq!(template.render(&[0]), b"One two three.\n\n\nFour five.\n");
        assert_eq!(template.render(&[1]), b"One two three.\n\n\nFour FIVE!.\n");
    }

    #[test]
    fn markdown_keeps_what_is_not_text() {
        let source = "# Title\n\nSome *good* text with `code` and a [link](http://x).\n\n> quoted\n\n| a | b |\n|---|---|\n| c | d |\n\n```\nraw\n```\n\n- item one\n- item two\n";
        let master = SourceMaster::markdown(source);
        let kinds: Vec<(BlockKind, &str)> = master.blocks.iter().map(|b| (b.kind, b.text.as_str())).collect();
        assert_eq!(
            kinds,
            [
                (BlockKind::Heading, "Title"),
                (BlockKind::Prose, "Some good text with code and a link."),
                (BlockKind::Quotation, "quoted"),
                (BlockKind::Table, "a"),
                (BlockKind::Table, "b"),
                (BlockKind::Table, "c"),
                (BlockKind::Table, "d"),
                (BlockKind::Verbatim, "raw\n"),
                (BlockKind::Prose, "item one"),
                (BlockKind::Prose, "item two"),
            ]
        );
        let protected: Vec<&str> = master.blocks[1].protected.iter().map(|r| &master.blocks[1].text[r.clone()]).collect();
        assert_eq!(protected, ["code", "link"]);
        let (block, range) = find(&master, "good");
        let out = master.template(&[mark(block, range, &["good", "fine"])]).unwrap().render(&[1]);
        assert_eq!(String::from_utf8(out).unwrap(), source.replace("good", "fine"));
    }

    #[test]
    fn formulae_code_and_what_others_said_are_left_alone() {
        let protected = |master: &SourceMaster| {
            let block = &master.blocks[0];
            block.protected.iter().map(|r| block.text[r.clone()].to_owned()).collect::<String>()
        };
        for (source, kept) in [
            ("So $a \\text{ did not }$ holds.\n", "a \\text{ did not }"),
            ("He typed <code>do not</code> twice.\n", "<code>do not</code>"),
            ("It ~~did not~~ work.\n", "did not"),
        ] {
            assert_eq!(protected(&SourceMaster::markdown(source)), kept);
        }
        let mail = SourceMaster::text("On Monday Ana wrote:\n> They did not see.\nI did.\n");
        assert_eq!(protected(&mail), "> They did not see.\n");
    }

    #[test]
    fn an_alternation_that_a_table_splits_is_left_over() {
        let left = |source: &str| SourceMaster::markdown(source).template(&[]).unwrap().without_marks();
        let table = left("| a | b |\n|---|---|\n| gate | [[two|three]] |\n");
        assert_eq!(crate::carrier::left_over(&String::from_utf8(table).unwrap()).as_deref(), Some("two|three"));
        assert_eq!(crate::carrier::left_over("plain \\[[a|b]] and [[ -n x || y ]] and [[link]]"), None);
    }

    #[test]
    fn authored_alternations_survive_the_markdown_parser() {
        let source = "There were [[two|three]] *empty* drums.\n";
        let master = SourceMaster::markdown(source);
        assert_eq!(master.blocks[0].text, "There were [[two|three]] empty drums.");
        let (block, range) = find(&master, "[[two|three]]");
        let out = master.template(&[mark(block, range, &["two", "three"])]).unwrap().render(&[1]);
        assert_eq!(String::from_utf8(out).unwrap(), "There were three *empty* drums.\n");
    }

    #[test]
    fn a_site_across_markup_is_not_carried() {
        let master = SourceMaster::markdown("in *order* to go\n");
        let (block, range) = find(&master, "in order to");
        assert_eq!(master.source_range(&Site { block, range, texts: Vec::new() }), None);
    }
}
