//! Tokens of a content stream (ISO 32000-1, §7.2, §7.3 and §7.8.2), each with its place, so that bytes can be exchanged.

use std::ops::Range;

/// A byte of a string object, and the bytes of the stream that write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CodeByte {
    pub(crate) value: u8,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// How a string is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quoting {
    /// `(…)`
    Literal,
    /// `<…>`
    Hexadecimal,
}

/// What a token is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TokenKind {
    Number(f64),
    Name(Vec<u8>),
    Text(Vec<CodeByte>, Quoting),
    ArrayStart,
    ArrayEnd,
    /// A dictionary's bracket.
    Dictionary,
    /// An operator, `true`, `false` or `null`.
    Word,
}

/// A token and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PdfToken {
    pub(crate) kind: TokenKind,
    pub(crate) range: Range<usize>,
}

/// Reads tokens one after the other; never fails: what is no token is passed over.
pub(crate) struct Lexer<'c> {
    bytes: &'c [u8],
    at: usize,
}

const fn is_space(byte: u8) -> bool {
    matches!(byte, 0 | 9 | 10 | 12 | 13 | 32)
}

const fn is_delimiter(byte: u8) -> bool {
    matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

impl<'c> Lexer<'c> {
    pub(crate) fn new(bytes: &'c [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn peek_second(&self) -> Option<u8> {
        self.bytes.get(self.at + 1).copied()
    }

    fn skip_space(&mut self) {
        while let Some(byte) = self.peek() {
            if byte == b'%' {
                while self.peek().is_some_and(|b| b != b'\n' && b != b'\r') {
                    self.at += 1;
                }
            } else if is_space(byte) {
                self.at += 1;
            } else {
                return;
            }
        }
    }

    /// The next token, or `None` at the end.
    pub(crate) fn next(&mut self) -> Option<PdfToken> {
        loop {
            self.skip_space();
            let start = self.at;
            let kind = match (self.peek()?, self.peek_second()) {
                (b'(', _) => self.literal(),
                (b'<', Some(b'<')) | (b'>', Some(b'>')) => {
                    self.at += 2;
                    TokenKind::Dictionary
                }
                (b'<', _) => self.hexadecimal(),
                (b'[', _) => self.bracket(TokenKind::ArrayStart),
                (b']', _) => self.bracket(TokenKind::ArrayEnd),
                (b'/', _) => self.name(),
                (b')' | b'>' | b'{' | b'}', _) => {
                    self.at += 1;
                    continue;
                }
                _ => self.word(),
            };
            return Some(PdfToken { kind, range: start..self.at });
        }
    }

    fn bracket(&mut self, kind: TokenKind) -> TokenKind {
        self.at += 1;
        kind
    }

    fn regular(&mut self) -> Range<usize> {
        let start = self.at;
        while self.peek().is_some_and(|b| !is_space(b) && !is_delimiter(b)) {
            self.at += 1;
        }
        start..self.at
    }

    fn name(&mut self) -> TokenKind {
        self.at += 1;
        let range = self.regular();
        let raw = self.bytes.get(range).unwrap_or_default();
        let mut name = Vec::with_capacity(raw.len());
        let mut rest = raw;
        while let [first, tail @ ..] = rest {
            rest = tail;
            match (first, tail) {
                (b'#', [high, low, after @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                    name.push(digit(*high) << 4 | digit(*low));
                    rest = after;
                }
                _ => name.push(*first),
            }
        }
        TokenKind::Name(name)
    }

    fn word(&mut self) -> TokenKind {
        let range = self.regular();
        let raw = self.bytes.get(range).unwrap_or_default();
        number(raw).map_or(TokenKind::Word, TokenKind::Number)
    }

    fn literal(&mut self) -> TokenKind {
        self.at += 1;
        let mut codes = Vec::new();
        let mut depth = 1;
        while let Some(byte) = self.peek() {
            let start = self.at;
            self.at += 1;
            let value = match byte {
                b'\\' => match self.escape() {
                    Some(value) => value,
                    None => continue,
                },
                b'(' => {
                    depth += 1;
                    byte
                }
                b')' => {
                    depth -= 1;
                    if depth == 0 {
                        break;
                    }
                    byte
                }
                b'\r' => {
                    self.at += usize::from(self.peek() == Some(b'\n'));
                    b'\n'
                }
                _ => byte,
            };
            codes.push(CodeByte { value, start, end: self.at });
        }
        TokenKind::Text(codes, Quoting::Literal)
    }

    /// What follows a backslash; `None` for an end of line that does not count.
    fn escape(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(match byte {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'b' => 8,
            b'f' => 12,
            b'0'..=b'7' => {
                let mut value = u32::from(byte - b'0');
                for _ in 0..2 {
                    match self.peek() {
                        Some(next @ b'0'..=b'7') => {
                            value = value * 8 + u32::from(next - b'0');
                            self.at += 1;
                        }
                        _ => break,
                    }
                }
                (value & 0xff) as u8
            }
            b'\r' => {
                self.at += usize::from(self.peek() == Some(b'\n'));
                return None;
            }
            b'\n' => return None,
            other => other,
        })
    }

    fn hexadecimal(&mut self) -> TokenKind {
        self.at += 1;
        let mut codes = Vec::new();
        let mut high: Option<(u8, usize)> = None;
        while let Some(byte) = self.peek() {
            let start = self.at;
            self.at += 1;
            if byte == b'>' {
                break;
            }
            if !byte.is_ascii_hexdigit() {
                continue;
            }
            match high.take() {
                None => high = Some((byte, start)),
                Some((first, from)) => {
                    codes.push(CodeByte { value: digit(first) << 4 | digit(byte), start: from, end: self.at });
                }
            }
        }
        // An odd digit at the end counts as if a zero followed; nothing can be inserted behind it.
        if let Some((first, from)) = high {
            codes.push(CodeByte { value: digit(first) << 4, start: from, end: from + 1 });
        }
        TokenKind::Text(codes, Quoting::Hexadecimal)
    }

    /// Passes over the data of an inline image, up to its `EI` (ISO 32000-1, §8.9.7).
    pub(crate) fn skip_inline_image(&mut self) {
        let ends = |at: usize| {
            let after = self.bytes.get(at + 2).copied().unwrap_or(b' ');
            let before = at.checked_sub(1).and_then(|b| self.bytes.get(b)).copied().unwrap_or(b' ');
            self.bytes.get(at..at + 2) == Some(b"EI") && is_space(before) && (is_space(after) || is_delimiter(after))
        };
        self.at = (self.at..self.bytes.len()).find(|at| ends(*at)).map_or(self.bytes.len(), |at| at + 2);
    }
}

const fn digit(hex: u8) -> u8 {
    match hex {
        b'0'..=b'9' => hex - b'0',
        b'a'..=b'f' => hex - b'a' + 10,
        b'A'..=b'F' => hex - b'A' + 10,
        _ => 0,
    }
}

/// A number of PDF: no exponent; some producers write `--1` or `1.-2`, which readers take for what they can.
fn number(raw: &[u8]) -> Option<f64> {
    let shaped = !raw.is_empty() && raw.len() <= 64 && raw.iter().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.'));
    if !shaped || !raw.iter().any(u8::is_ascii_digit) {
        return None;
    }
    let text = std::str::from_utf8(raw).ok()?;
    text.parse().ok().or_else(|| Some(text.trim_start_matches(['-', '+']).parse().unwrap_or(0.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(content: &str) -> Vec<TokenKind> {
        let mut lexer = Lexer::new(content.as_bytes());
        std::iter::from_fn(|| lexer.next()).map(|t| t.kind).collect()
    }

    fn text(content: &str) -> Vec<u8> {
        match kinds(content).first() {
            Some(TokenKind::Text(codes, _)) => codes.iter().map(|c| c.value).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn strings_are_those_of_the_standard() {
        // ISO 32000-1, §7.3.4.2, examples 1 to 3 and §7.3.4.3.
        assert_eq!(text(r"(These \two strings \are the same.)").as_slice(), b"These \two strings are the same.");
        let balanced = "Strings may contain balanced parentheses ( ) and special characters ( * ! & } ^ % and so on ) .";
        assert_eq!(text(&format!("({balanced})")), balanced.as_bytes());
        assert_eq!(text(r"(\0053)"), [5, b'3']);
        assert_eq!(text(r"(\53)"), b"+");
        assert_eq!(text("(a\\\nb)"), b"ab");
        assert_eq!(text("<901FA3>"), [0x90, 0x1f, 0xa3]);
        assert_eq!(text("<901fA>"), [0x90, 0x1f, 0xa0]);
    }

    #[test]
    fn every_code_knows_its_bytes() {
        let content = r"(a\053b)";
        let mut lexer = Lexer::new(content.as_bytes());
        let Some(PdfToken { kind: TokenKind::Text(codes, Quoting::Literal), range }) = lexer.next() else { panic!() };
        assert_eq!(range, 0..content.len());
        assert_eq!(codes.iter().map(|c| &content[c.start..c.end]).collect::<Vec<_>>(), ["a", r"\053", "b"]);
    }

    #[test]
    fn numbers_names_and_operators_are_told_apart() {
        use TokenKind::{ArrayEnd, ArrayStart, Dictionary, Name, Number, Word};
        assert_eq!(
            kinds("/F1 -.5 Tf [+3] TJ % c\n<</A#42 true>> BDC"),
            [
                Name(b"F1".to_vec()),
                Number(-0.5),
                Word,
                ArrayStart,
                Number(3.0),
                ArrayEnd,
                Word,
                Dictionary,
                Name(b"AB".to_vec()),
                Word,
                Dictionary,
                Word
            ]
        );
        assert_eq!(kinds("--5"), [Number(5.0)]);
        assert_eq!(kinds("T*"), [Word]);
    }

    #[test]
    fn image_data_is_passed_over() {
        let mut lexer = Lexer::new(b"BI /W 1 ID \x00EIx( EI Q");
        while let Some(token) = lexer.next() {
            if token.range == (8..10) {
                lexer.skip_inline_image();
                break;
            }
        }
        assert_eq!(lexer.next().map(|t| t.range), Some(20..21));
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_to_the_end(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..400)) {
            let mut lexer = Lexer::new(&bytes);
            let mut last = 0;
            while let Some(token) = lexer.next() {
                proptest::prop_assert!(token.range.start >= last && token.range.end > token.range.start);
                last = token.range.end;
            }
        }
    }
}
