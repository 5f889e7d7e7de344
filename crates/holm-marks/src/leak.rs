//! The text of leaked files.

use crate::carrier::{CarrierError, Master};

/// What a leaked file seems to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeakFormat {
    /// Plain text or anything unknown that is text.
    Text,
    /// Markdown.
    Markdown,
    /// PDF: its text is read by other means.
    Pdf,
}

/// A leaked file that holds no text to be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum LeakError {
    /// No known format.
    #[error("this is a binary file of an unknown kind; give the leak as text, Markdown, DOCX, HTML, EML or PDF")]
    Unknown,
    /// Read otherwise.
    #[error("the text of a PDF is read by another program")]
    Pdf,
    /// The carrier's error.
    #[error(transparent)]
    Carrier(#[from] CarrierError),
}

/// What the file is, by its first bytes and its name.
#[must_use]
pub fn detect(bytes: &[u8], name: &str) -> LeakFormat {
    let ending = name.rsplit_once('.').map_or("", |(_, e)| e).to_ascii_lowercase();
    match ending.as_str() {
        _ if bytes.starts_with(b"%PDF") => LeakFormat::Pdf,
        "md" | "markdown" => LeakFormat::Markdown,
        _ => LeakFormat::Text,
    }
}

/// The text of a leak. Text in another encoding than UTF-8 is taken as Windows-1252, which every byte string is.
///
/// # Errors
/// [`LeakError`] says what to do.
pub fn read(bytes: &[u8], name: &str) -> Result<String, LeakError> {
    match detect(bytes, name) {
        LeakFormat::Pdf => Err(LeakError::Pdf),
        LeakFormat::Markdown => {
            let text = decode(bytes)?;
            let master = Master::parse(text.as_bytes(), "leak.md")?;
            Ok(master.blocks().iter().map(|b| b.text.as_str()).collect::<Vec<_>>().join("\n\n"))
        }
        LeakFormat::Text => decode(bytes),
    }
}

fn decode(bytes: &[u8]) -> Result<String, LeakError> {
    let utf16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.chunks_exact(2).map(|c| unit([c[0], c[1]])).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => Ok(utf16(rest, u16::from_le_bytes)),
        [0xfe, 0xff, rest @ ..] => Ok(utf16(rest, u16::from_be_bytes)),
        _ if bytes.contains(&0) => Err(LeakError::Unknown),
        _ => Ok(std::str::from_utf8(bytes).map_or_else(|_| bytes.iter().map(|b| windows_1252(*b)).collect(), str::to_owned)),
    }
}

fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•', '–', '—',
        '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9f => HIGH[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}
