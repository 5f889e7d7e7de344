//! Tables: columns as wide as their text asks for, or, where that is too much, as wide as the page allows.

use pdf_writer::types::StructRole;

use crate::document::{Alignment, Cell};
use crate::flow::{Flow, Ink, MEASURE, Row, Slot, baseline};
use crate::lines::WORD_SPACE;
use crate::typesetter::Error;
use crate::words::{Gap, Setting, Word};

const TEXT: Setting = Setting { size: 10.0, leading: 13.0, bold: false, italic: false };
const HEADER: Setting = Setting { bold: true, ..TEXT };
/// White space between two columns, and above and below a row's text, in points.
const GUTTER: f64 = 14.0;
const PADDING: f64 = 2.5;
/// No column is narrower, so that any letter has room.
const NARROWEST: f64 = 14.0;
/// A table row of more lines than this may be divided between pages.
const TALLEST: usize = 25;

impl Flow<'_> {
    pub(crate) fn table(&mut self, alignments: &[Alignment], rows: &[Vec<Cell>], node: usize) -> Result<(), Error> {
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        let room = MEASURE - self.left;
        let most = ((room + GUTTER) / (NARROWEST + GUTTER)) as usize;
        if columns == 0 {
            return Ok(());
        }
        if columns > most {
            return Err(Error::Columns { paragraph: self.number, columns, most });
        }
        let mut cells: Vec<Vec<Vec<Word>>> = Vec::new();
        for (nth, row) in rows.iter().enumerate() {
            let setting = if nth == 0 { HEADER } else { TEXT };
            cells.push(row.iter().map(|cell| self.words(cell, setting)).collect::<Result<_, _>>()?);
        }
        let widths = widths(&cells, columns, room - GUTTER * columns.saturating_sub(1) as f64);
        let total = widths.iter().sum::<f64>() + GUTTER * columns.saturating_sub(1) as f64;
        let last = cells.len().saturating_sub(1);
        for (nth, row) in cells.into_iter().enumerate() {
            let mut set = self.table_row(row, nth == 0, &widths, alignments, node);
            frame(&mut set, self.left, total, nth, last);
            self.rows.extend(set);
        }
        Ok(())
    }

    fn table_row(
        &mut self,
        cells: Vec<Vec<Word>>,
        header: bool,
        widths: &[f64],
        alignments: &[Alignment],
        table: usize,
    ) -> Vec<Row> {
        let (role, setting) = if header { (StructRole::TH, HEADER) } else { (StructRole::TD, TEXT) };
        let tr = self.outline.add(StructRole::TR, table);
        let mut rows: Vec<Row> = vec![Row { height: setting.leading, ..Row::default() }];
        let mut left = self.left;
        for (nth, (words, &width)) in cells.into_iter().zip(widths).enumerate() {
            let slot = Slot { left, node: self.outline.add(role, tr), setting };
            let lines = self.set(words, width, &slot);
            for (line, row) in lines.into_iter().enumerate() {
                if rows.len() <= line {
                    rows.push(Row { height: setting.leading, ..Row::default() });
                }
                let used = row.pieces.last().map_or(0.0, |piece| piece.left + piece.width - left);
                let moved = match alignments.get(nth) {
                    Some(Alignment::Right) => width - used,
                    Some(Alignment::Centre) => (width - used) / 2.0,
                    Some(Alignment::Left) | None => 0.0,
                };
                let pieces = row.pieces.into_iter().map(|mut piece| {
                    piece.left += moved;
                    piece.baseline = baseline(setting) + if line == 0 { PADDING } else { 0.0 };
                    piece
                });
                rows[line].pieces.extend(pieces);
            }
            left += width + GUTTER;
        }
        rows
    }
}

/// Padding, lines and what stays together.
fn frame(rows: &mut [Row], left: f64, width: f64, nth: usize, last: usize) {
    let count = rows.len();
    for (line, row) in rows.iter_mut().enumerate() {
        row.bound = (line + 1 < count && count <= TALLEST) || (nth == 0 && last > 0);
        if line == 0 {
            row.height += PADDING;
            if nth == 0 {
                row.inks.push(Ink { left, top: 0.0, width, height: 0.8, grey: 0.0 });
            }
        }
        if line + 1 == count {
            row.height += PADDING;
            let (height, grey) = if nth == last {
                (0.8, 0.0)
            } else if nth == 0 {
                (0.5, 0.0)
            } else {
                (0.3, 0.6)
            };
            row.inks.push(Ink { left, top: row.height - height, width, height, grey });
        }
    }
}

/// The columns' widths in points, of which there are `room` in all: what the longest line asks for if there is room; else
/// narrow columns have that, and the others share the rest ([`shared`]); else even less, and words are cut.
fn widths(rows: &[Vec<Vec<Word>>], columns: usize, room: f64) -> Vec<f64> {
    let mut least = vec![NARROWEST; columns];
    let mut liked = vec![NARROWEST; columns];
    for row in rows {
        for (column, words) in row.iter().enumerate() {
            let longest = words.iter().map(Word::width).fold(0.0, f64::max);
            least[column] = longest.max(least[column]);
            liked[column] = longest_line(words).max(liked[column]);
        }
    }
    if liked.iter().sum::<f64>() <= room {
        return liked;
    }
    if least.iter().sum::<f64>() > room {
        return shared(&vec![NARROWEST; columns], &least, room);
    }
    let mut rest = room;
    // A column that asks for no more than an even share of what is left has it, as long as the others' words still fit.
    let mut open: Vec<usize> = (0..columns).collect();
    open.sort_by(|&a, &b| liked[a].total_cmp(&liked[b]));
    while let Some(&narrow) = open.first() {
        let others: f64 = open.iter().skip(1).map(|&column| least[column]).sum();
        if liked[narrow] > rest / open.len() as f64 || liked[narrow] + others > rest {
            break;
        }
        least[narrow] = liked[narrow];
        rest -= liked[narrow];
        open.remove(0);
    }
    shared(&least, &liked, room)
}

/// Each width `from` and of the rest of `room` a share by how much more `to` is (as in CSS 2.2, section 17.5.2.2).
fn shared(from: &[f64], to: &[f64], room: f64) -> Vec<f64> {
    let rest = room - from.iter().sum::<f64>();
    let wanted: f64 = from.iter().zip(to).map(|(from, to)| to - from).sum();
    from.iter().zip(to).map(|(from, to)| from + rest * (to - from) / wanted).collect()
}

/// The width of the text if lines ended only where they must, and a little more against rounding.
fn longest_line(words: &[Word]) -> f64 {
    let (mut longest, mut line) = (0.0_f64, 0.0);
    for word in words {
        line = if word.gap == Gap::Line { word.width() } else { line + WORD_SPACE * TEXT.size + word.width() };
        longest = longest.max(line);
    }
    longest + 0.01
}
