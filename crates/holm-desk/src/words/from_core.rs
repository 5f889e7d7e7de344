//! What the core says of an error or of its work, in the officer's language.
//!
//! The core speaks English, to programs and terminals. Its sentences are recognised here by their words, with the values in them,
//! and said again as a catalogue ([`super::core_messages`]) has them; what is in a value, such as the error behind an error,
//! likewise. A sentence that is not in the catalogue stays as it is: a test sees to it that every one is.

use std::sync::LazyLock;

use jiff::Timestamp;

use super::reasons::{PHRASES, REASONS};
use super::{
    approval_messages, core_messages, experiment_messages, happening_messages, member_messages, record_messages, vetting_messages,
};
use crate::language::Language;
use crate::page::moment;

/// A sentence of the core.
pub(super) struct Message {
    /// As the core has it, `{}` for each value.
    pub(super) core: &'static str,
    /// Where that speaks of the command line: the desk's English, with values as `{0}`, `{1}`, …
    pub(super) en: &'static str,
    /// In Spanish.
    pub(super) es: &'static str,
}

impl Message {
    /// The values in a text, if it is this sentence.
    fn values<'t>(&self, text: &'t str) -> Option<Vec<&'t str>> {
        let mut words = self.core.split("{}");
        let mut before = words.next()?;
        let mut rest = text.strip_prefix(before)?;
        let mut words: Vec<&str> = words.collect();
        let Some(end) = words.pop() else { return rest.is_empty().then(Vec::new) };
        rest = rest.strip_suffix(end)?;
        let mut values = Vec::new();
        for word in words {
            let (value, after) = rest.split_once(word)?;
            values.push((before, value));
            (before, rest) = (word, after);
        }
        values.push((before, rest));
        // Otherwise the sentence that stands in another would be taken for the whole.
        let quoted = |(before, value): &(&str, &str)| before.ends_with('`') && value.contains('`');
        (!values.iter().any(quoted)).then(|| values.into_iter().map(|(_, value)| value).collect())
    }

    fn in_language(&self, values: &[&str], language: Language, depth: u32) -> String {
        let mut before = self.core.split("{}");
        // What stands in quotation marks is a name, and lines that follow are a list of sentences.
        let said = values.iter().map(|value| match before.next() {
            Some(word) if word.ends_with('`') => (*value).to_owned(),
            Some(word) if word.ends_with('\n') => {
                value.lines().map(|line| known(line, language, depth)).collect::<Vec<_>>().join("\n")
            }
            _ => known(value, language, depth),
        });
        let said: Vec<String> = said.collect();
        match language {
            Language::English if self.en.is_empty() => filled(&self.core.replace("`{}`", "“{}”"), &said),
            Language::English => filled(self.en, &said),
            Language::Spanish => filled(self.es, &said),
        }
    }

    /// Letters that are no value's: the more there are, the surer it is this sentence.
    fn letters(&self) -> usize {
        self.core.replace("{}", "").len()
    }
}

/// All sentences.
fn messages() -> impl Iterator<Item = &'static Message> {
    core_messages::MESSAGES
        .iter()
        .chain(happening_messages::MESSAGES)
        .chain(record_messages::MESSAGES)
        .chain(approval_messages::MESSAGES)
        .chain(member_messages::MESSAGES)
        .chain(vetting_messages::MESSAGES)
        .chain(experiment_messages::MESSAGES)
}

/// Sentences from the surest to the one that fits most.
static SUREST_FIRST: LazyLock<Vec<&'static Message>> = LazyLock::new(|| {
    let mut all: Vec<&Message> = messages().collect();
    all.sort_by_key(|message| std::cmp::Reverse(message.letters()));
    all
});

/// Errors within errors that are said; what is deeper was made up by whoever made the file.
const DEEPEST: u32 = 3;
/// Longer texts are left as they are: no sentence is.
const LONGEST: usize = 4_000;
/// Letters of a text that are shown at most.
const MOST_SHOWN: usize = 20_000;

/// A text with its values in their places: `{}` is the next one's, `{1}` the second one's.
fn filled(text: &str, values: &[String]) -> String {
    let mut out = String::new();
    let mut rest = text;
    let mut next = 0;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((place, after)) = after.split_once('}') else { break };
        let number = if place.is_empty() { Some(next) } else { place.parse().ok() };
        out += before;
        out += number.and_then(|n: usize| values.get(n)).map_or("", String::as_str);
        rest = after;
        next += 1;
    }
    out + rest
}

/// A text of the core in a language; `None` if it is none that is known.
fn inner(text: &str, language: Language, depth: u32) -> Option<String> {
    let own = text.trim_start();
    if depth > DEEPEST || own.len() > LONGEST && !own.contains('\n') {
        return None;
    }
    let said = SUREST_FIRST.iter().find_map(|m| Some(m.in_language(&m.values(own)?, language, depth + 1)))?;
    Some(format!("{}{said}", &text[..text.len() - own.len()]))
}

/// The same, or the text as it is; a moment as pages write it.
fn known(text: &str, language: Language, depth: u32) -> String {
    if let Ok(at) = text.parse::<Timestamp>() {
        return moment(at);
    }
    let phrase = || PHRASES.iter().find(|(core, _)| *core == text).filter(|_| language == Language::Spanish);
    inner(text, language, depth).or_else(|| phrase().map(|(_, own)| (*own).to_owned())).unwrap_or_else(|| text.to_owned())
}

impl Language {
    /// What stands within a sentence: why the core left a page or a picture alone, or the error behind an error.
    pub(crate) fn reason(self, why: &str) -> String {
        let own = REASONS.iter().find(|(core, _)| *core == why).filter(|_| self == Self::Spanish);
        own.map_or_else(|| known(why, self, 0), |(_, spanish)| (*spanish).to_owned())
    }

    /// What the core said, as a sentence in this language. Anything else is returned as it is.
    pub(crate) fn said(self, text: &str) -> String {
        // Damaged files are quoted by what reads them, whatever their length.
        let text = text.char_indices().nth(MOST_SHOWN).map_or(text, |(end, _)| &text[..end]);
        let Some(said) = inner(text, self, 0) else { return text.to_owned() };
        let mut letters = said.chars();
        let first: String = letters.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
        let end = if said.ends_with(['.', '!', '?', ':', '\n']) || said.contains('\n') { "" } else { "." };
        format!("{first}{}{end}", letters.as_str())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};

    use super::*;

    fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()) {
            match entry.extension() {
                _ if entry.is_dir() => sources(&entry, into),
                Some(kind) if kind == "rs" => into.push(entry),
                _ => {}
            }
        }
    }

    /// The texts after each `before` in the core's sources, with `{}` for each value.
    fn texts(crates: &[&str], before: &str) -> BTreeSet<String> {
        let mut files = Vec::new();
        let all = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        crates.iter().for_each(|name| sources(&all.join(name).join("src"), &mut files));
        // Packs of frames and patterns are read when the program is built.
        files.retain(|f| !f.ends_with("frame.rs") && !f.ends_with("pattern.rs"));
        let one = |source: &str| -> Option<String> {
            let mut text = String::new();
            let mut letters = source.trim_start().strip_prefix('"')?.chars();
            let mut place = None;
            while let Some(letter) = letters.next() {
                match (letter, place) {
                    ('"', _) => break,
                    ('\\', _) => match letters.next()? {
                        'n' => text.push('\n'),
                        '\n' => letters = letters.as_str().trim_start().chars(),
                        other => text.push(other),
                    },
                    ('{', None) => place = Some(()),
                    ('}', Some(())) => {
                        text += "{}";
                        place = None;
                    }
                    (_, Some(())) => {}
                    (letter, None) => text.push(letter),
                }
            }
            Some(text)
        };
        let read = files.iter().map(|f| std::fs::read_to_string(f).unwrap());
        let found = read.flat_map(|source| source.split(before).skip(1).filter_map(one).collect::<Vec<_>>());
        found.filter(|text| text != "{}").collect()
    }

    #[test]
    fn everything_that_the_core_says_is_said_in_both_languages() {
        let mut core = texts(&["holm", "holm-marks", "holm-record", "holm-typeset", "holm-statements-engine"], "#[error(");
        core.extend(texts(&["holm"], "progress("));
        assert!(core.len() > 150, "{}", core.len());
        let known: BTreeSet<String> = messages().map(|m| m.core.to_owned()).collect();
        let missing: Vec<_> = core.difference(&known).collect();
        assert!(missing.is_empty(), "add these to `words/*_messages.rs`: {missing:#?}");
        let gone: Vec<_> = known.difference(&core).collect();
        assert!(gone.is_empty(), "the core does not say these any more: {gone:#?}");
        for message in messages() {
            let places = message.core.matches("{}").count();
            for text in [message.en, message.es].into_iter().filter(|t| !t.is_empty()) {
                let numbers: Vec<usize> =
                    text.split('{').skip(1).map(|t| t.split('}').next().unwrap().parse().unwrap()).collect();
                assert!(numbers.iter().all(|n| *n < places), "{text}");
                assert!(!text.ends_with('.') && !text.contains('`') || text.contains("`holm "), "{text}");
            }
            assert!(!message.es.is_empty(), "{}", message.core);
        }
    }

    #[test]
    fn every_reason_why_something_is_left_alone_is_said_in_spanish() {
        let mut core = BTreeSet::new();
        for before in ["problem(", "problems.push(", "vec![", "Some(", "Err("] {
            core.extend(texts(&["holm-marks"], before).into_iter().filter(|t| t.split_whitespace().count() > 2));
        }
        let known: BTreeSet<String> = REASONS.iter().map(|(core, _)| (*core).to_owned()).collect();
        let missing: Vec<_> = core.difference(&known).collect();
        assert!(missing.is_empty(), "add these to `words/reasons.rs`: {missing:#?}");
        let gone: Vec<_> = known.difference(&core).collect();
        assert!(gone.is_empty(), "the core does not say these any more: {gone:#?}");
        let mut files = Vec::new();
        let all = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        ["holm/src", "holm-record/src"].iter().for_each(|folder| sources(&all.join(folder), &mut files));
        let holm: String = files.iter().map(|f| std::fs::read_to_string(f).unwrap()).collect();
        let unsaid: Vec<_> = PHRASES.iter().filter(|(core, _)| !holm.contains(&format!("\"{core}\""))).collect();
        assert!(unsaid.is_empty(), "the core does not say these any more: {unsaid:#?}");
        assert_eq!(Language::Spanish.reason("it is JPEG 2000"), "es JPEG 2000");
        assert_eq!(Language::English.reason("it is JPEG 2000"), "it is JPEG 2000");
    }

    #[test]
    fn sentences_are_said_with_their_values_and_what_is_within_them() {
        let said = |text: &str| Language::Spanish.said(text);
        let [format, binary] = [
            "this Word file is digitally signed; marking it would break the signature. Ask the sender for an unsigned file",
            "this is a binary file of an unknown kind; give the leak as text, Markdown, DOCX, HTML, EML, PDF, PNG, JPEG or TIFF",
        ];
        assert!(said(format).starts_with(|c: char| c.is_uppercase()) && said(format).ends_with('.') && said(format) != format);
        let nested = said(&format!("`a{{0}}.bin`: {binary}"));
        let inside = said(binary);
        assert!(nested.contains("a{0}.bin") && nested.contains(inside.get(1..).unwrap()), "{nested}");
        assert_eq!(said("Diese Datei ist kaputt"), "Diese Datei ist kaputt", "what nobody knows stays as it is");
        assert_eq!(Language::English.said("no leak was given"), "No leak was given.");
        let lines =
            said("nothing was imported: 2 of the roster's lines cannot be used\n  line 3: x\n  line 4: level `9` is not 1 to 5");
        assert!(lines.contains("  renglón 3: x\n  renglón 4: el nivel «9»"), "{lines}");
        let lines = said(
            "nothing was imported: 1 of 2 operations cannot be used\n  line 4: `wet` is no outcome: it is one of clean, unknown",
        );
        assert!(lines.contains("  renglón 4: «wet» no es un resultado: use una de estas palabras: clean, unknown"), "{lines}");
        let noticed = said("it was noticed at 2026-11-24T20:05:00Z, which is still to come; check the time");
        assert!(noticed.contains("2026-11-24 ") && !noticed.contains('Z'), "as pages write it: {noticed}");
        let nested = said(
            "`scan.pdf` could not be read: `pdftotext` is not installed; install the package poppler-utils, or save the leak as text",
        );
        assert!(
            nested.contains("scan.pdf") && nested.contains("«pdftotext» no está instalado") && !nested.contains('`'),
            "{nested}"
        );
    }
}
