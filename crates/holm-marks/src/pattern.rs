//! The little language in which frames say what they match and what they write.
//!
//! A pattern is written as the text itself, token by token; what is glued in the pattern is glued in the text:
//!
//! | written | matches |
//! |---|---|
//! | `prior to` | these words, in any case |
//! | `start/starts/started` | a *form group*: one of them; groups of equal length share the form |
//! | `as_long_as/while` | `_` is a space inside a member of a group |
//! | `{n:NUM}` | a token of that class, kept under the name `n` |
//! | `{NUM}` | a token of that class, not kept |
//! | `{n}` | what `n` kept (when writing), its class (when matching) |
//! | `{v\|-ra+se}` | what `v` kept, its ending exchanged |
//! | `^` and `$` | the start and the end of a sentence |
//!
//! Classes: `NUM`, `INT` (no separators), `GROUPED` (`1,200`), `DAYNUM` (1 to 31), `YEAR` (1000 to 2999), `WORD`,
//! `LOWER` (all lower case), `CAP` (capital first), `ANY`, `PUNCT`, `@list`, `*ending`, `beginning*`, a word itself,
//! or several words with `/`; a class may be denied with `!`, and several are joined with `&`.

use std::collections::BTreeMap;

use crate::token::{Token, TokenKind, tokenize};

/// Named word lists of a pack, lower case.
pub(crate) type Lists = BTreeMap<String, Vec<String>>;

/// Why a pattern cannot be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum PatternError {
    /// A brace was not closed.
    #[error("`{0}` has an unclosed brace")]
    Unclosed(String),
    /// A list is not in the pack.
    #[error("`@{0}` is not a list of this pack")]
    UnknownList(String),
    /// A name is written that no alternative keeps.
    #[error("`{{{0}}}` is written but never kept")]
    UnknownName(String),
    /// A class word is not one of the classes.
    #[error("`{0}` is not a class")]
    UnknownClass(String),
}

/// One condition on one token.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Term {
    Num,
    Int,
    Grouped,
    DayNum,
    Year,
    Word,
    Lower,
    Cap,
    Any,
    Punct,
    OneOf(Vec<String>),
    EndsWith(String),
    StartsWith(String),
}

/// A conjunction of conditions, each possibly denied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Class(Vec<(bool, Term)>);

/// A word as it is matched (lower case) and as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Literal {
    lower: String,
    written: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Element {
    /// A word or sign.
    Literal {
        word: Literal,
        spaced: bool,
    },
    /// Members of equal meaning in different forms; each member is one or more words.
    Group {
        members: Vec<Vec<Literal>>,
        spaced: bool,
    },
    /// A token of a class.
    Slot {
        name: String,
        class: Class,
        exchange: Option<(String, String)>,
        spaced: bool,
    },
    SentenceStart,
    SentenceEnd,
}

/// A compiled pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    elements: Vec<Element>,
}

/// What a match kept: token indices by name, and the form that its groups share.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Kept {
    slots: BTreeMap<String, usize>,
    pub(crate) form: usize,
}

/// A text ready for matching.
pub(crate) struct Matchable<'t> {
    pub(crate) text: &'t str,
    pub(crate) tokens: &'t [Token],
    pub(crate) starts: &'t [bool],
}

impl Class {
    fn parse(spec: &str, lists: &Lists) -> Result<Self, PatternError> {
        spec.split('&').map(|term| Self::term(term, lists)).collect::<Result<_, _>>().map(Self)
    }

    fn term(spec: &str, lists: &Lists) -> Result<(bool, Term), PatternError> {
        let (denied, spec) = spec.strip_prefix('!').map_or((false, spec), |rest| (true, rest));
        let term = match spec {
            "NUM" => Term::Num,
            "INT" => Term::Int,
            "GROUPED" => Term::Grouped,
            "DAYNUM" => Term::DayNum,
            "YEAR" => Term::Year,
            "WORD" => Term::Word,
            "LOWER" => Term::Lower,
            "CAP" => Term::Cap,
            "ANY" => Term::Any,
            "PUNCT" => Term::Punct,
            _ => Self::word_term(spec, lists)?,
        };
        Ok((denied, term))
    }

    fn word_term(spec: &str, lists: &Lists) -> Result<Term, PatternError> {
        if let Some(list) = spec.strip_prefix('@') {
            let words = lists.get(list).ok_or_else(|| PatternError::UnknownList(list.to_owned()))?;
            return Ok(Term::OneOf(words.clone()));
        }
        if let Some(ending) = spec.strip_prefix('*') {
            return Ok(Term::EndsWith(ending.to_owned()));
        }
        if let Some(beginning) = spec.strip_suffix('*') {
            return Ok(Term::StartsWith(beginning.to_owned()));
        }
        if spec.is_empty() || spec.chars().all(|c| c.is_uppercase()) && spec.chars().count() > 1 {
            return Err(PatternError::UnknownClass(spec.to_owned()));
        }
        Ok(Term::OneOf(spec.split('/').map(str::to_lowercase).collect()))
    }

    fn accepts(&self, token: &Token, text: &str) -> bool {
        self.0.iter().all(|(denied, term)| term.accepts(token, text) != *denied)
    }
}

impl Term {
    fn accepts(&self, token: &Token, text: &str) -> bool {
        let lower = token.lower.as_str();
        match self {
            Self::Num => token.kind == TokenKind::Number,
            Self::Int => token.kind == TokenKind::Number && lower.chars().all(|c| c.is_ascii_digit()),
            Self::Grouped => is_grouped(lower),
            Self::DayNum => lower.parse::<u8>().is_ok_and(|day| (1..=31).contains(&day)),
            Self::Year => lower.len() == 4 && lower.parse::<u16>().is_ok_and(|year| (1000..3000).contains(&year)),
            Self::Word => token.kind == TokenKind::Word,
            Self::Lower => token.kind == TokenKind::Word && !token.text(text).chars().any(char::is_uppercase),
            Self::Cap => token.kind == TokenKind::Word && token.is_capitalised(text),
            Self::Any => true,
            Self::Punct => token.kind == TokenKind::Punct,
            Self::OneOf(words) => words.iter().any(|word| word == lower),
            Self::EndsWith(ending) => {
                token.kind == TokenKind::Word && lower.len() > ending.len() && lower.ends_with(ending.as_str())
            }
            Self::StartsWith(start) => {
                token.kind == TokenKind::Word && lower.len() > start.len() && lower.starts_with(start.as_str())
            }
        }
    }
}

fn is_grouped(lower: &str) -> bool {
    let mut parts = lower.split(',');
    let head = parts.next().unwrap_or_default();
    let mut groups = 0;
    let tail_ok = parts.all(|part| {
        groups += 1;
        part.len() == 3 && part.chars().all(|c| c.is_ascii_digit())
    });
    groups > 0 && tail_ok && (1..=3).contains(&head.len()) && head.chars().all(|c| c.is_ascii_digit())
}

impl Pattern {
    /// Compiles `written`; `classes` holds the classes of names kept by earlier alternatives and receives new ones.
    pub(crate) fn parse(written: &str, lists: &Lists, classes: &mut BTreeMap<String, Class>) -> Result<Self, PatternError> {
        let mut elements = Vec::new();
        for chunk in written.split_whitespace() {
            let mut rest = chunk;
            let mut spaced = true;
            while !rest.is_empty() {
                let (piece, after) = next_piece(rest)?;
                let mut parsed = parse_piece(piece, lists, classes)?;
                if let Some(first) = parsed.first_mut() {
                    first.set_spaced(spaced && !elements.is_empty());
                }
                elements.extend(parsed);
                spaced = false;
                rest = after;
            }
        }
        Ok(Self { elements })
    }

    /// Number of members of the largest form group; 1 without groups.
    pub(crate) fn forms(&self) -> usize {
        self.elements.iter().map(|e| if let Element::Group { members, .. } = e { members.len() } else { 1 }).max().unwrap_or(1)
    }

    /// Lower-case words of which one must stand in the text wherever the pattern matches, if the pattern has any.
    pub(crate) fn anchor(&self) -> Option<(usize, Vec<String>)> {
        for (at, element) in self.elements.iter().enumerate() {
            match element {
                Element::Literal { word, .. } => return Some((at, vec![word.lower.clone()])),
                Element::Group { members, .. } => {
                    return Some((at, members.iter().filter_map(|m| m.first().map(|l| l.lower.clone())).collect()));
                }
                Element::Slot { .. } => {}
                Element::SentenceStart | Element::SentenceEnd => return None,
            }
        }
        None
    }

    /// Words that the pattern itself writes with a capital.
    pub(crate) fn capitals(&self) -> impl Iterator<Item = &str> {
        let words = self.elements.iter().flat_map(|element| match element {
            Element::Literal { word, .. } => vec![word.written.as_str()],
            Element::Group { members, .. } => members.iter().flatten().map(|l| l.written.as_str()).collect(),
            Element::Slot { .. } | Element::SentenceStart | Element::SentenceEnd => Vec::new(),
        });
        words.filter(|w| w.chars().next().is_some_and(char::is_uppercase))
    }

    /// Whether the pattern starts with a kept token.
    pub(crate) fn leading_slot(&self) -> Option<&str> {
        match self.elements.iter().find(|e| !matches!(e, Element::SentenceStart)) {
            Some(Element::Slot { name, .. }) => Some(name),
            _ => None,
        }
    }

    /// Matches at token `at`; groups take their member `form` where they have `forms` members, else any member.
    /// Returns the index after the last token.
    pub(crate) fn match_at(&self, on: &Matchable<'_>, at: usize, form: usize, forms: usize, kept: &mut Kept) -> Option<usize> {
        let mut next = at;
        for element in &self.elements {
            next = element.match_at(on, next, at, form, forms, kept)?;
        }
        kept.form = form;
        Some(next)
    }

    /// Where the pattern starts if, as a context, it ends right before token `end`.
    pub(crate) fn before(&self, on: &Matchable<'_>, end: usize) -> Option<usize> {
        const LONGEST_CONTEXT: usize = 12;
        let starts = (0..=end).rev().take(LONGEST_CONTEXT);
        starts.into_iter().find(|start| self.match_at(on, *start, 0, 0, &mut Kept::default()) == Some(end))
    }

    /// Where the pattern ends if, as a context, it starts at token `start`.
    pub(crate) fn after(&self, on: &Matchable<'_>, start: usize) -> Option<usize> {
        self.match_at(on, start, 0, 0, &mut Kept::default())
    }

    /// Writes the pattern with what was kept.
    ///
    /// # Errors
    /// [`PatternError::UnknownName`] for a name that the match did not keep.
    pub(crate) fn write(&self, on: &Matchable<'_>, kept: &Kept, forms: usize) -> Result<String, PatternError> {
        let mut out = String::new();
        for element in &self.elements {
            let (spaced, words) = match element {
                Element::Literal { word, spaced } => (*spaced, word.written.clone()),
                Element::Group { members, spaced } => {
                    let form = if members.len() == forms { kept.form } else { 0 };
                    (*spaced, members.get(form).map(|m| join_written(m)).unwrap_or_default())
                }
                Element::Slot { name, exchange, spaced, .. } => (*spaced, kept.word(name, exchange.as_ref(), on)?),
                Element::SentenceStart | Element::SentenceEnd => continue,
            };
            if spaced && !out.is_empty() {
                out.push(' ');
            }
            out.push_str(&words);
        }
        Ok(out)
    }
}

impl Kept {
    fn word(&self, name: &str, exchange: Option<&(String, String)>, on: &Matchable<'_>) -> Result<String, PatternError> {
        let token = self.slots.get(name).and_then(|i| on.tokens.get(*i));
        let token = token.ok_or_else(|| PatternError::UnknownName(name.to_owned()))?;
        let word = token.text(on.text);
        Ok(match exchange {
            None => word.to_owned(),
            Some((from, _)) if from == "group" => group_digits(word),
            Some((from, _)) if from == "ungroup" => word.replace(',', ""),
            Some((from, to)) => word.strip_suffix(from.as_str()).map_or_else(|| word.to_owned(), |stem| format!("{stem}{to}")),
        })
    }

    /// Indices of all kept tokens.
    pub(crate) fn slots(&self) -> impl Iterator<Item = usize> {
        self.slots.values().copied()
    }
}

fn group_digits(digits: &str) -> String {
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

impl Element {
    fn set_spaced(&mut self, value: bool) {
        match self {
            Self::Literal { spaced, .. } | Self::Group { spaced, .. } | Self::Slot { spaced, .. } => *spaced = value,
            Self::SentenceStart | Self::SentenceEnd => {}
        }
    }

    fn match_at(
        &self,
        on: &Matchable<'_>,
        next: usize,
        first: usize,
        form: usize,
        forms: usize,
        kept: &mut Kept,
    ) -> Option<usize> {
        let spacing_ok = |spaced: bool| next == first || on.tokens.get(next).is_some_and(|t| t.spaced == spaced);
        match self {
            Self::Literal { word, spaced } => {
                let token = on.tokens.get(next)?;
                (token.lower == word.lower && spacing_ok(*spaced)).then_some(next + 1)
            }
            Self::Group { members, spaced } if spacing_ok(*spaced) => {
                if forms > 1 && members.len() == forms {
                    return match_words(on, next, members.get(form)?);
                }
                members.iter().find_map(|member| match_words(on, next, member))
            }
            Self::Group { .. } => None,
            Self::Slot { name, class, spaced, .. } => {
                let token = on.tokens.get(next)?;
                if !class.accepts(token, on.text) || !spacing_ok(*spaced) {
                    return None;
                }
                if !name.is_empty() {
                    kept.slots.insert(name.clone(), next);
                }
                Some(next + 1)
            }
            Self::SentenceStart => (next == on.tokens.len() || on.starts.get(next).copied().unwrap_or(false)).then_some(next),
            Self::SentenceEnd => {
                let ends = on.tokens.get(next).is_none_or(|t| matches!(t.lower.as_str(), "." | "?" | "!" | ";" | ":"));
                ends.then_some(next)
            }
        }
    }
}

fn join_written(member: &[Literal]) -> String {
    member.iter().map(|l| l.written.as_str()).collect::<Vec<_>>().join(" ")
}

fn match_words(on: &Matchable<'_>, start: usize, words: &[Literal]) -> Option<usize> {
    let mut next = start;
    for (i, word) in words.iter().enumerate() {
        let token = on.tokens.get(next)?;
        if token.lower != word.lower || (i > 0 && !token.spaced) {
            return None;
        }
        next += 1;
    }
    Some(next)
}

/// Cuts off the next `{…}` or the literal run before the next brace.
fn next_piece(rest: &str) -> Result<(&str, &str), PatternError> {
    let end = if rest.starts_with('{') {
        rest.find('}').map(|i| i + 1).ok_or_else(|| PatternError::Unclosed(rest.to_owned()))?
    } else {
        rest.find('{').unwrap_or(rest.len())
    };
    Ok(rest.split_at(end))
}

fn parse_piece(piece: &str, lists: &Lists, classes: &mut BTreeMap<String, Class>) -> Result<Vec<Element>, PatternError> {
    if let Some(slot) = piece.strip_prefix('{').and_then(|p| p.strip_suffix('}')) {
        return Ok(vec![parse_slot(slot, lists, classes)?]);
    }
    match piece {
        "^" => return Ok(vec![Element::SentenceStart]),
        "$" => return Ok(vec![Element::SentenceEnd]),
        _ => {}
    }
    let is_group = piece.contains('/') && piece.len() > 1;
    if is_group {
        let literal = |w: &str| Literal { lower: w.to_lowercase(), written: w.to_owned() };
        let members = piece.split('/').map(|m| m.split('_').map(literal).collect()).collect();
        return Ok(vec![Element::Group { members, spaced: false }]);
    }
    let tokens = tokenize(piece);
    let literal = |t: &Token| Literal { lower: t.lower.clone(), written: t.text(piece).to_owned() };
    Ok(tokens.iter().map(|t| Element::Literal { word: literal(t), spaced: false }).collect())
}

fn parse_slot(slot: &str, lists: &Lists, classes: &mut BTreeMap<String, Class>) -> Result<Element, PatternError> {
    let (head, exchange) = match slot.split_once('|') {
        Some((head, exchange)) => (head, Some(parse_exchange(exchange)?)),
        None => (slot, None),
    };
    let names_class = |h: &str| h.chars().any(|c| c.is_uppercase() || "@*!&/".contains(c));
    let (name, class) = match head.split_once(':') {
        Some((name, class)) => (name, Class::parse(class, lists)?),
        None if names_class(head) => ("", Class::parse(head, lists)?),
        None => (head, classes.get(head).cloned().ok_or_else(|| PatternError::UnknownName(head.to_owned()))?),
    };
    if !name.is_empty() {
        classes.entry(name.to_owned()).or_insert_with(|| class.clone());
    }
    Ok(Element::Slot { name: name.to_owned(), class, exchange, spaced: false })
}

fn parse_exchange(written: &str) -> Result<(String, String), PatternError> {
    if matches!(written, "group" | "ungroup") {
        return Ok((written.to_owned(), String::new()));
    }
    let exchange = written.strip_prefix('-').and_then(|w| w.split_once('+'));
    exchange.map(|(from, to)| (from.to_owned(), to.to_owned())).ok_or_else(|| PatternError::UnknownClass(written.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compile(written: &str) -> Pattern {
        let lists = Lists::from([("say".to_owned(), vec!["said".to_owned(), "says".to_owned()])]);
        Pattern::parse(written, &lists, &mut BTreeMap::new()).unwrap()
    }

    fn find(pattern: &Pattern, text: &str, form: usize) -> Option<String> {
        let tokens = tokenize(text);
        let starts = crate::token::sentence_starts(text, &tokens, &[]);
        let on = Matchable { text, tokens: &tokens, starts: &starts };
        let mut kept = Kept::default();
        (0..tokens.len()).find_map(|i| {
            let end = pattern.match_at(&on, i, form, pattern.forms(), &mut kept)?;
            Some(text[tokens[i].range.start..tokens[end - 1].range.end].to_owned())
        })
    }

    #[test]
    fn glued_signs_must_be_glued_in_the_text() {
        assert_eq!(find(&compile("{n:NUM}%"), "about 5% of", 0).as_deref(), Some("5%"));
        assert_eq!(find(&compile("{n:NUM}%"), "about 5 % of", 0), None);
        assert_eq!(find(&compile("{a:WORD}, and {b:WORD}"), "men, and women", 0).as_deref(), Some("men, and women"));
    }

    #[test]
    fn groups_of_equal_length_share_their_form() {
        let pattern = compile("start/starts/started to");
        assert_eq!(find(&pattern, "it starts to rain", 1).as_deref(), Some("starts to"));
        assert_eq!(find(&pattern, "it starts to rain", 2), None);
    }

    #[test]
    fn classes_join_and_deny() {
        assert_eq!(find(&compile("{@say} {!that&LOWER}"), "He said that. She says so.", 0).as_deref(), Some("says so"));
        assert_eq!(find(&compile("{DAYNUM} {YEAR}"), "32 2020 and 31 2024", 0).as_deref(), Some("31 2024"));
    }

    #[test]
    fn a_name_that_nobody_keeps_is_refused() {
        let error = Pattern::parse("{x}", &Lists::new(), &mut BTreeMap::new()).unwrap_err();
        assert_eq!(error, PatternError::UnknownName("x".to_owned()));
    }

    #[test]
    fn digits_group_and_ungroup() {
        assert_eq!(group_digits("1234567"), "1,234,567");
        assert!(is_grouped("1,234") && !is_grouped("12,34") && !is_grouped("1234"));
    }
}
