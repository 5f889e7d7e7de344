//! Plain text as a [`Document`]: paragraphs between blank lines, lines as they are.

use crate::document::{Content, Document, Language, Paragraph, Run};

/// Characters of a paragraph's longest line from which on its lines were broken by a program and not by its author.
const WRAPPED: usize = 60;

/// Reads plain text; every line of it stays one.
pub fn parse_text(text: &str, language: Language) -> Document {
    let mut blocks = Vec::new();
    let mut run = Run::default();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.trim().is_empty() {
            blocks.extend(paragraph(std::mem::take(&mut run)));
        } else {
            run.push(line, Some(at));
        }
        at += line.len();
    }
    blocks.extend(paragraph(run));
    Document { language, blocks }
}

fn paragraph(run: Run) -> Option<Paragraph> {
    (!run.text.is_empty()).then(|| Paragraph::new(Content::Prose(vec![run])))
}

/// The text with spaces instead of those line breaks that only filled lines: where the next line's first word had no room
/// beside the paragraph's longest line, if that is longer than 60 characters. Every byte stays where it was.
pub fn unwrap_lines(text: &str) -> String {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut out = String::with_capacity(text.len());
    for paragraph in lines.split_inclusive(|line| line.trim().is_empty()) {
        let longest = paragraph.iter().map(|line| line.trim_end().chars().count()).max().unwrap_or(0);
        for (nth, line) in paragraph.iter().enumerate() {
            let next = paragraph.get(nth + 1).and_then(|next| next.split_whitespace().next());
            let needed = next.map_or(0, |word| line.trim_end().chars().count() + 1 + word.chars().count());
            if longest >= WRAPPED && needed > longest {
                let content = line.trim_end_matches(['\r', '\n']);
                out.push_str(content);
                out.extend(std::iter::repeat_n(' ', line.len() - content.len()));
            } else {
                out.push_str(line);
            }
        }
    }
    out
}
