//! Preformatted text: every character as wide as the next, white space kept.

use crate::document::Run;
use crate::flow::{Flow, Ink, MEASURE, Piece, Row, Slot};
use crate::typesetter::Error;
use crate::words::{Setting, stretches};

/// The face is set smaller than this ([`crate::face::Style::scale`]): 8.8 points.
const TEXT: Setting = Setting { size: 10.0, leading: 12.5, bold: false, italic: false };
/// The width of Liberation Mono's characters in ems.
const ADVANCE: f64 = 0.6001;
/// White space beside the text and its background, in points.
const PADDING: f64 = 6.0;
const BACKGROUND: f32 = 0.95;
/// Columns between tab stops.
const TAB: usize = 4;

impl Flow<'_> {
    pub(crate) fn verbatim(&mut self, text: &str, node: usize) -> Result<(), Error> {
        let first = self.rows.len();
        for line in text.lines() {
            self.verbatim_line(line, node)?;
        }
        let count = self.rows.len() - first;
        let (left, width) = (self.left, MEASURE - self.left);
        for (nth, row) in self.rows.iter_mut().skip(first).enumerate() {
            row.bound = nth + 1 < count && (nth == 0 || nth + 2 == count);
            row.inks.push(Ink { left, top: 0.0, width, height: row.height, grey: BACKGROUND });
        }
        Ok(())
    }

    /// Sets one line, in several rows if it is too long.
    fn verbatim_line(&mut self, line: &str, node: usize) -> Result<(), Error> {
        let advance = ADVANCE * TEXT.size * crate::face::Style::Mono.scale();
        let room = MEASURE - self.left - 2.0 * PADDING;
        let most = (room / advance) as usize;
        let mut column = 0;
        let mut row = Row { height: TEXT.leading, ..Row::default() };
        for (stretch, white) in stretches(line) {
            if white {
                column = stretch.chars().fold(column, |at, c| if c == '\t' { at / TAB * TAB + TAB } else { at + 1 });
                continue;
            }
            let long = stretch.chars().count();
            if column > 0 && column + long > most {
                self.rows.push(std::mem::replace(&mut row, Row { height: TEXT.leading, ..Row::default() }));
                column = 0;
            }
            let run = Run { mono: true, ..Run::plain(stretch) };
            let words = self.words(&[run], TEXT)?;
            let slot = Slot { left: self.left + PADDING + column as f64 * advance, node, setting: TEXT };
            for (nth, set) in self.set(words, room, &slot).into_iter().enumerate() {
                if nth > 0 {
                    self.rows.push(std::mem::replace(&mut row, Row { height: TEXT.leading, ..Row::default() }));
                }
                let line = row.pieces.first().map(|piece| piece.line);
                let join = |piece: Piece| Piece { line: line.unwrap_or(piece.line), ..piece };
                row.pieces.extend(set.pieces.into_iter().map(join));
            }
            column += long;
        }
        self.rows.push(row);
        Ok(())
    }
}
