//! The text of leaked files.

mod view;

pub use view::views;

use crate::carrier::{CarrierError, Master, docx_text, docx_words};
use crate::layout::spaced::SpacedWord;
use crate::raster::{RasterError, is_picture};

/// What a leaked file seems to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeakFormat {
    /// Plain text or anything unknown that is text.
    Text,
    /// Markdown.
    Markdown,
    /// A Word document.
    Docx,
    /// A web page.
    Html,
    /// A mail.
    Eml,
    /// PDF: its pages are read by other means.
    Pdf,
    /// A picture: its words are recognised by other means.
    Picture,
}

/// A leaked file that holds no text to be read.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum LeakError {
    /// No bytes.
    #[error("this file is empty; give the leak as it was found")]
    Empty,
    /// No known format.
    #[error("this is a binary file of an unknown kind; give the leak as text, Markdown, DOCX, HTML, EML, PDF, PNG, JPEG or TIFF")]
    Unknown,
    /// Read otherwise.
    #[error("the text of a PDF is read by another program")]
    Pdf,
    /// A picture that cannot be decoded.
    #[error(transparent)]
    Picture(#[from] RasterError),
    /// Read otherwise.
    #[error("the words of a picture are recognised by another program")]
    Pictured,
    /// Rich text.
    #[error("this is rich text (RTF); save it as text or DOCX and give that")]
    Rtf,
    /// A page made to be slow.
    #[error("this page nests elements deeper than any page does; save its text and give that")]
    Nested,
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
        _ if is_picture(bytes) => LeakFormat::Picture,
        _ if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) => LeakFormat::Docx,
        "html" | "htm" | "xhtml" => LeakFormat::Html,
        "eml" => LeakFormat::Eml,
        "md" | "markdown" => LeakFormat::Markdown,
        _ if looks_like_html(bytes) => LeakFormat::Html,
        _ => LeakFormat::Text,
    }
}

fn looks_like_html(bytes: &[u8]) -> bool {
    let head: String = bytes.iter().take(256).map(|b| char::from(b.to_ascii_lowercase())).collect();
    let head = head.trim_start();
    head.starts_with("<!doctype html") || head.starts_with("<html")
}

/// The text of a leak. Text in another encoding than UTF-8 is taken as Windows-1252, which every byte string is.
///
/// # Errors
/// [`LeakError`] says what to do.
pub fn read(bytes: &[u8], name: &str) -> Result<String, LeakError> {
    if bytes.starts_with(b"{\\rtf") {
        return Err(LeakError::Rtf);
    }
    match detect(bytes, name) {
        LeakFormat::Pdf => Err(LeakError::Pdf),
        LeakFormat::Picture => Err(LeakError::Pictured),
        LeakFormat::Markdown => {
            let text = decode(bytes)?;
            let master = Master::parse(text.as_bytes(), "leak.md")?;
            Ok(master.blocks().iter().map(|b| b.text.as_str()).collect::<Vec<_>>().join("\n\n"))
        }
        LeakFormat::Docx => Ok(docx_text(bytes)?),
        LeakFormat::Html => html_text(&decode(bytes)?),
        LeakFormat::Eml => eml_text(bytes),
        LeakFormat::Text => decode(bytes),
    }
}

/// Words of a leaked Word file, by paragraph, with how far the spaces beside them move each.
///
/// # Errors
/// [`LeakError`] says what to do.
pub fn spaced_words(bytes: &[u8]) -> Result<Vec<Vec<SpacedWord>>, LeakError> {
    Ok(docx_words(bytes)?)
}

/// The visible text of a page: block elements end a paragraph, scripts and styles are left out.
///
/// # Errors
/// [`LeakError::Nested`].
fn html_text(page: &str) -> Result<String, LeakError> {
    const BLOCKS: &[&str] = &[
        "address",
        "article",
        "aside",
        "blockquote",
        "br",
        "dd",
        "div",
        "dl",
        "dt",
        "figcaption",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "td",
        "th",
        "tr",
        "ul",
    ];
    const UNSEEN: &[&str] = &["script", "style", "head", "template", "noscript"];
    if depth(page) > DEEPEST {
        return Err(LeakError::Nested);
    }
    let document = scraper::Html::parse_document(page);
    let mut text = String::new();
    let mut unseen = 0_usize;
    for edge in document.tree.root().traverse() {
        let (node, opens) = match edge {
            ego_tree::iter::Edge::Open(node) => (node, true),
            ego_tree::iter::Edge::Close(node) => (node, false),
        };
        match node.value() {
            scraper::Node::Element(element) if UNSEEN.contains(&element.name()) => {
                unseen = if opens { unseen + 1 } else { unseen.saturating_sub(1) }
            }
            scraper::Node::Element(element) if BLOCKS.contains(&element.name()) => text.push_str("\n\n"),
            scraper::Node::Text(piece) if opens && unseen == 0 => text.push_str(piece),
            _ => {}
        }
    }
    Ok(text)
}

/// Parsing takes time by the square of a page's depth; browsers go no deeper than 512.
const DEEPEST: usize = 512;

/// About how deep a page's elements are nested: those that are often left open do not count.
fn depth(page: &str) -> usize {
    const LEFT_OPEN: &[&str] = &[
        "area", "base", "br", "col", "dd", "dt", "embed", "hr", "img", "input", "li", "link", "meta", "option", "p", "source",
        "td", "th", "tr", "wbr",
    ];
    const RAW: &[&str] = &["script", "style"];
    let (mut now, mut deepest) = (0_usize, 0);
    let mut raw = false;
    for tag in page.split('<').skip(1) {
        let (closes, rest) = tag.strip_prefix('/').map_or((false, tag), |rest| (true, rest));
        let name: String = rest.chars().take_while(char::is_ascii_alphanumeric).take(16).collect::<String>().to_ascii_lowercase();
        if RAW.contains(&name.as_str()) {
            raw = !closes;
            continue;
        }
        let selfclosed = rest.split('>').next().is_some_and(|t| t.ends_with('/'));
        if raw || name.is_empty() || selfclosed || LEFT_OPEN.contains(&name.as_str()) {
            continue;
        }
        now = if closes { now.saturating_sub(1) } else { now + 1 };
        deepest = deepest.max(now);
    }
    deepest
}

/// Mails inside mails are read to this depth.
const DEEPEST_MAIL: usize = 8;

/// Subject and body of a mail, the fuller one if it has a plain and an HTML body; attached texts and mails too.
fn eml_text(bytes: &[u8]) -> Result<String, LeakError> {
    let mail = mail_parser::MessageParser::default().parse(bytes).ok_or(LeakError::Unknown)?;
    let mut parts = Vec::new();
    mail_parts(&mail, 0, &mut parts)?;
    Ok(parts.join("\n\n"))
}

fn mail_parts(mail: &mail_parser::Message<'_>, depth: usize, parts: &mut Vec<String>) -> Result<(), LeakError> {
    parts.extend(mail.subject().map(str::to_owned));
    let plain: Vec<String> = (0..mail.text_body_count()).filter_map(|i| mail.body_text(i)).map(|t| t.into_owned()).collect();
    let pages = (0..mail.html_body_count()).filter_map(|i| mail.body_html(i));
    let html = pages.map(|page| html_text(&page)).collect::<Result<Vec<_>, _>>()?;
    let words = |texts: &[String]| texts.iter().map(|t| t.split_whitespace().count()).sum::<usize>();
    // "Your program cannot show this message" is no body.
    parts.extend(if words(&html) > 2 * words(&plain) { html } else { plain });
    for attachment in mail.attachments() {
        use mail_parser::MimeHeaders;
        if let Some(inner) = attachment.message().filter(|_| depth < DEEPEST_MAIL) {
            mail_parts(inner, depth + 1, parts)?;
            continue;
        }
        let name = attachment.attachment_name().unwrap_or("attachment");
        // An attachment that holds no text takes nothing away from the mail that it came with.
        let text = match detect(attachment.contents(), name) {
            LeakFormat::Eml if depth >= DEEPEST_MAIL => continue,
            _ => read(attachment.contents(), name),
        };
        parts.extend(text.ok());
    }
    Ok(())
}

/// A file attached to a mail or shown in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Its name.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// The files attached to a mail, at any depth: some are read by other means.
#[must_use]
pub fn attachments(bytes: &[u8]) -> Vec<Attachment> {
    fn collect(mail: &mail_parser::Message<'_>, depth: usize, found: &mut Vec<Attachment>) {
        use mail_parser::MimeHeaders;
        for attachment in mail.attachments() {
            match attachment.message() {
                Some(inner) if depth < DEEPEST_MAIL => collect(inner, depth + 1, found),
                _ => found.push(Attachment {
                    name: attachment.attachment_name().unwrap_or("attachment").to_owned(),
                    bytes: attachment.contents().to_vec(),
                }),
            }
        }
    }
    let mut found = Vec::new();
    if let Some(mail) = mail_parser::MessageParser::default().parse(bytes) {
        collect(&mail, 0, &mut found);
    }
    found
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
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’', '“',
        '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9f => HIGH[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_gives_what_a_reader_sees() {
        let page = "<html><head><title>t</title><style>p{}</style></head><body><p>One &amp; two<p>three<script>if(a<b){x()}</script>\
            <ul><li>four<li>five</ul></body></html>";
        let text = read(page.as_bytes(), "leak.html").unwrap();
        assert_eq!(text.split_whitespace().collect::<Vec<_>>(), ["One", "&", "two", "three", "four", "five"]);
    }

    #[test]
    fn a_page_made_to_be_slow_is_refused() {
        let deep = format!("<html>{}they did not{}", "<div>".repeat(100_000), "</div>".repeat(100_000));
        assert_eq!(read(deep.as_bytes(), "leak.html"), Err(LeakError::Nested));
        let long = format!("<html><script>{}</script>{}", "a<b;".repeat(100_000), "<p>they did not<br>".repeat(10_000));
        assert!(read(long.as_bytes(), "leak.html").unwrap().contains("they did not"));
    }

    #[test]
    fn a_mail_gives_its_subject_bodies_and_attached_text() {
        let mail = "From: a@x.example\r\nTo: b@x.example\r\nSubject: =?utf-8?Q?Ma=C3=B1ana?=\r\nMIME-Version: 1.0\r\n\
            Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\
            Content-Transfer-Encoding: quoted-printable\r\n\r\nThey did=\r\n not know.\r\n--b\r\n\
            Content-Type: text/plain; name=\"notes.txt\"\r\nContent-Disposition: attachment; filename=\"notes.txt\"\r\n\
            Content-Transfer-Encoding: base64\r\n\r\nQXR0YWNoZWQgbm90ZQ==\r\n--b--\r\n";
        let text = read(mail.as_bytes(), "leak.eml").unwrap();
        for piece in ["Ma\u{f1}ana", "They did not know.", "Attached note"] {
            assert!(text.contains(piece), "`{piece}` is not in {text}");
        }
    }

    #[test]
    fn a_stub_for_old_programs_does_not_stand_for_the_message_and_forwarded_mails_are_read() {
        let inner = "Subject: inner\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n\
            VGhleSBkaWQgbm90IGtub3cgYWJvdXQgaXQu\r\n";
        let mail = format!(
            "From: a@x.example\r\nSubject: outer\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"m\"\r\n\r\n\
             --m\r\nContent-Type: multipart/alternative; boundary=\"a\"\r\n\r\n--a\r\nContent-Type: text/plain\r\n\r\nNo HTML here.\r\n\
             --a\r\nContent-Type: text/html\r\n\r\n<p>The convoy will leave the yard at four and cross the bridge.</p>\r\n--a--\r\n\
             --m\r\nContent-Type: message/rfc822\r\n\r\n{inner}\r\n\
             --m\r\nContent-Type: application/pdf; name=\"x.pdf\"\r\n\r\n%PDF-1.7\r\n--m--\r\n"
        );
        let text = read(mail.as_bytes(), "leak.eml").unwrap();
        assert!(text.contains("The convoy will leave") && text.contains("They did not know about it."), "{text}");
        assert!(attachments(mail.as_bytes()).iter().any(|a| a.bytes.starts_with(b"%PDF")));
        assert_eq!(read(b"{\\rtf1 text}", "leak.rtf"), Err(LeakError::Rtf));
    }

    #[test]
    fn a_mail_whose_parts_do_not_close_is_read() {
        // Found by fuzzing: a debug assertion of the parser fails, which the workspace turns off.
        let mail = "Subject: They left\r\nContent-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\n\
            Content-Type: message/rfc822\r\n\r\nContent-Type: message/rfc822\r\n\r\n\r\n--b--\r\n";
        assert!(read(mail.as_bytes(), "leak.eml").unwrap().contains("They left"));
    }
}
