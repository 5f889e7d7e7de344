//! Damage channels: what happens to one text on its way from a copy to whoever recovers it.
//!
//! Channels that need other programs (LibreOffice, pandoc, cleaners) live in the survival bench of `holm`; what several
//! leakers do together lives in [`crate::mixture`].

use holm_codes::attack::Random;
use holm_marks::frame::Language;
use holm_marks::language;

mod canonical;
mod edit;
mod excerpt;
mod retype;
mod surface;

#[cfg(test)]
mod tests;

/// Version of the channels: results of another version are not comparable.
pub const CHANNELS: &str = "channels/1";

/// A damage channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// The words as they are, other white space.
    CopyPaste,
    /// Unicode compatibility composition.
    Nfkc,
    /// Accents, quotes and dashes made ASCII.
    AsciiFold,
    /// Wrapped at 72 columns and quoted as mail programs do.
    WrapQuote,
    /// Typed anew with typing errors.
    Retype,
    /// Typed anew in lower case and without accents, with typing errors.
    RetypeBare,
    /// Half of the text.
    Excerpt50,
    /// A fifth of the text.
    Excerpt20,
    /// One paragraph.
    Paragraph,
    /// Sentences in another order.
    Shuffle,
    /// Ten times as much foreign text around it.
    Bury,
    /// 5 % of the words deleted.
    Delete5,
    /// 15 % of the words deleted.
    Delete15,
    /// Foreign words inserted, one per 20 words.
    Insert5,
    /// Foreign words inserted, three per 20 words.
    Insert15,
    /// 5 % of the words exchanged for foreign ones.
    Substitute5,
    /// 15 % of the words exchanged for foreign ones.
    Substitute15,
    /// Every frame of Holm's own packs rewritten to its first alternative.
    Canonical,
}

impl Channel {
    /// All channels, in the order of the survival matrix.
    pub const ALL: [Self; 18] = [
        Self::CopyPaste,
        Self::Nfkc,
        Self::AsciiFold,
        Self::WrapQuote,
        Self::Retype,
        Self::RetypeBare,
        Self::Excerpt50,
        Self::Excerpt20,
        Self::Paragraph,
        Self::Shuffle,
        Self::Bury,
        Self::Delete5,
        Self::Delete15,
        Self::Insert5,
        Self::Insert15,
        Self::Substitute5,
        Self::Substitute15,
        Self::Canonical,
    ];

    /// The name by which it is asked for.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::CopyPaste => "copy-paste",
            Self::Nfkc => "nfkc",
            Self::AsciiFold => "ascii-fold",
            Self::WrapQuote => "wrap-quote",
            Self::Retype => "retype",
            Self::RetypeBare => "retype-bare",
            Self::Excerpt50 => "excerpt-50",
            Self::Excerpt20 => "excerpt-20",
            Self::Paragraph => "paragraph",
            Self::Shuffle => "shuffle",
            Self::Bury => "bury",
            Self::Delete5 => "delete-5",
            Self::Delete15 => "delete-15",
            Self::Insert5 => "insert-5",
            Self::Insert15 => "insert-15",
            Self::Substitute5 => "substitute-5",
            Self::Substitute15 => "substitute-15",
            Self::Canonical => "canonical",
        }
    }

    /// What it does, in one line.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::CopyPaste => "the words as they are; lines, blank lines and spaces as a paste leaves them",
            Self::Nfkc => "Unicode compatibility composition (NFKC)",
            Self::AsciiFold => "accents dropped; quotes, dashes and other signs made ASCII",
            Self::WrapQuote => "wrapped at 72 columns, every line quoted with `> `",
            Self::Retype => "typed anew: ASCII quotes and dashes, an error in 1 % of the letters, new lines with hyphenation",
            Self::RetypeBare => "as retype, in lower case and without accents",
            Self::Excerpt50 => "successive sentences that hold half of the words",
            Self::Excerpt20 => "successive sentences that hold a fifth of the words",
            Self::Paragraph => "one paragraph of 60 to 100 words, or the one nearest to that",
            Self::Shuffle => "all sentences in a random order",
            Self::Bury => "its paragraphs, in order, scattered in ten times as much foreign text",
            Self::Delete5 => "each word deleted with probability 0.05",
            Self::Delete15 => "each word deleted with probability 0.15",
            Self::Insert5 => "a word of foreign texts inserted before each word with probability 0.05",
            Self::Insert15 => "a word of foreign texts inserted before each word with probability 0.15",
            Self::Substitute5 => "each word exchanged for one of foreign texts with probability 0.05",
            Self::Substitute15 => "each word exchanged for one of foreign texts with probability 0.15",
            Self::Canonical => "whatever Holm's own frames find rewritten to the first alternative: the knowing attacker",
        }
    }

    /// The channel of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.name() == name)
    }

    /// Whether all words of the text reach the leak, changed or not.
    #[must_use]
    pub fn keeps_all(self) -> bool {
        !matches!(self, Self::Excerpt50 | Self::Excerpt20 | Self::Paragraph)
    }
}

/// What `channel` leaves of `text`, which has blank lines between its paragraphs.
#[must_use]
pub fn damage(text: &str, channel: Channel, random: &mut impl Random) -> String {
    let language = language::detect(text).unwrap_or(Language::En);
    match channel {
        Channel::CopyPaste => surface::copy_paste(text, random),
        Channel::Nfkc => surface::nfkc(text),
        Channel::AsciiFold => surface::ascii_fold(text),
        Channel::WrapQuote => surface::wrap_quote(text),
        Channel::Retype => retype::retype(text, random),
        Channel::RetypeBare => retype::retype(&surface::without_accents(&text.to_lowercase()), random),
        Channel::Excerpt50 => excerpt::excerpt(text, 0.5, random),
        Channel::Excerpt20 => excerpt::excerpt(text, 0.2, random),
        Channel::Paragraph => excerpt::paragraph(text, random),
        Channel::Shuffle => excerpt::shuffled(text, random),
        Channel::Bury => excerpt::bury(text, language, random),
        Channel::Delete5 => edit::delete(text, 0.05, random),
        Channel::Delete15 => edit::delete(text, 0.15, random),
        Channel::Insert5 => edit::insert(text, 0.05, language, random),
        Channel::Insert15 => edit::insert(text, 0.15, language, random),
        Channel::Substitute5 => edit::substitute(text, 0.05, language, random),
        Channel::Substitute15 => edit::substitute(text, 0.15, language, random),
        Channel::Canonical => canonical::canonical(text),
    }
}
