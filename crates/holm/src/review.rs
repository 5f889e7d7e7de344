//! Review files: which marks a person struck, approved or authored, in TOML that people edit.

use holm_marks::authored::{Authored, AuthoredError};
use holm_marks::document::Block;
use holm_marks::find::Found;
use holm_marks::frame::Tier;
use holm_marks::mark::{Layer, Mark, Site};
use holm_record::id::PersonId;
use serde::{Deserialize, Serialize};

use crate::manifest::FactNote;
use crate::prepare::Prepared;

/// Version of the file's format.
pub const FORMAT: &str = "holm-review/1";

/// A review file cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReviewError {
    /// Not TOML of this shape.
    #[error("the review file cannot be read: {0}")]
    Syntax(#[from] toml::de::Error),
    /// Another format.
    #[error("the review file's format is `{0}`; this version reads `{FORMAT}`")]
    Format(String),
    /// It speaks of marks that are not there.
    #[error("the review file speaks of {} marks that this document does not have (the first is `{}`); it was made for another version of the text", .0.len(), .0.first().map_or("", String::as_str))]
    Stale(Vec<String>),
    /// Text to author on is missing or stands several times.
    #[error("`{text}` stands {times} times in the document; an authored mark needs text that stands once, or `occurrence = 1`")]
    Find {
        /// The text.
        text: String,
        /// How often it stands.
        times: usize,
    },
    /// An authored alternation is wrong.
    #[error(transparent)]
    Authored(#[from] AuthoredError),
}

/// A review, as written by `holm marks --review` and edited by a person.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// [`FORMAT`].
    pub format: String,
    /// Marks that were found.
    #[serde(default, rename = "mark", skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<Decision>,
    /// Facts that vary.
    #[serde(default, rename = "fact", skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<FactDecision>,
    /// Further marks of the originator's own.
    #[serde(default, rename = "author", skip_serializing_if = "Vec::is_empty")]
    pub authored: Vec<AuthoredDecision>,
}

/// What to do with a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Use it.
    Keep,
    /// Do not use it.
    Strike,
    /// A proposal that nobody has decided on: not used.
    Undecided,
}

/// One mark in a review.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// Place and rule: what ties the decision to the mark.
    pub id: String,
    /// What to do.
    pub decision: Verdict,
    /// The text around it, for the reader.
    #[serde(default)]
    pub text: String,
}

/// One fact in a review.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactDecision {
    /// The fact's label.
    pub label: String,
    /// The alternative that is true.
    #[serde(default)]
    pub truth: Option<String>,
    /// Who knows it.
    #[serde(default)]
    pub known_to: Option<String>,
    /// Who confirmed that no alternative can do harm: two persons where life may depend on it.
    #[serde(default)]
    pub confirmed_by: Vec<PersonId>,
}

/// A mark that the originator authors in review.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuthoredDecision {
    /// Text of the document that varies.
    pub find: String,
    /// Which occurrence, from 1, if it stands several times.
    #[serde(default)]
    pub occurrence: Option<usize>,
    /// What it may be, in symbol order.
    pub alternatives: Vec<String>,
    /// Whether it is a fact rather than a phrasing.
    #[serde(default)]
    pub fact: bool,
}

impl Review {
    /// Reads a review file.
    ///
    /// # Errors
    /// [`ReviewError`] says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, ReviewError> {
        let review: Self = toml::from_str(text)?;
        if review.format == FORMAT { Ok(review) } else { Err(ReviewError::Format(review.format)) }
    }

    /// What the reviewer decided on the mark of this id ([`Prepared::mark_id`]): kept, struck, or nothing.
    #[must_use]
    pub fn decision(&self, id: &str) -> Option<bool> {
        self.marks.iter().find(|d| d.id == id).and_then(|d| match d.decision {
            Verdict::Keep => Some(true),
            Verdict::Strike => Some(false),
            Verdict::Undecided => None,
        })
    }

    /// Checks that every decision is about a mark that was found.
    ///
    /// # Errors
    /// [`ReviewError::Stale`] names those that are not.
    pub fn check_against(&self, prepared: &Prepared) -> Result<(), ReviewError> {
        let known: Vec<String> =
            prepared.marks.iter().chain(&prepared.proposals).chain(&prepared.struck).map(|m| prepared.mark_id(m)).collect();
        let stale: Vec<String> = self.marks.iter().map(|d| d.id.clone()).filter(|id| !known.contains(id)).collect();
        if stale.is_empty() { Ok(()) } else { Err(ReviewError::Stale(stale)) }
    }

    /// What was said of a fact.
    #[must_use]
    pub fn fact(&self, mark: &Mark) -> Option<FactNote> {
        let label = mark.rule.strip_prefix("authored:")?;
        let fact = self.facts.iter().find(|f| f.label == label)?;
        Some(FactNote {
            rule: mark.rule.clone(),
            truth: fact.truth.clone(),
            known_to: fact.known_to.clone(),
            confirmed_by: fact.confirmed_by.clone(),
        })
    }

    /// The document with what is authored here protected from frames.
    pub(crate) fn with_authored(&self, blocks: &[Block]) -> Result<Vec<Block>, ReviewError> {
        let mut blocks = blocks.to_vec();
        for authored in &self.authored {
            let (block, range) = authored.place(&blocks)?;
            if let Some(block) = blocks.get_mut(block) {
                block.protected.push(range);
                block.protected.sort_by_key(|r| r.start);
            }
        }
        Ok(blocks)
    }

    /// The marks that are authored here.
    pub(crate) fn authored_marks(&self, blocks: &[Block]) -> Result<Vec<Found>, ReviewError> {
        self.authored.iter().map(|a| a.mark(blocks)).collect()
    }

    /// A review of everything that was found, for a person to edit.
    #[must_use]
    pub fn of(prepared: &Prepared) -> Self {
        let decide = |marks: &[Mark], decision: Verdict| {
            let one = |m: &Mark| Decision { id: prepared.mark_id(m), decision, text: in_context(prepared, m) };
            let mut decisions: Vec<Decision> = marks.iter().map(one).collect();
            decisions.dedup_by(|a, b| a.id == b.id);
            decisions
        };
        let mut marks = decide(&prepared.marks, Verdict::Keep);
        marks.extend(decide(&prepared.struck, Verdict::Strike));
        marks.extend(decide(&prepared.proposals, Verdict::Undecided));
        let facts = prepared.facts.iter().map(|f| FactDecision {
            label: f.rule.strip_prefix("authored:").unwrap_or(&f.rule).to_owned(),
            truth: f.truth.clone(),
            known_to: f.known_to.clone(),
            confirmed_by: f.confirmed_by.clone(),
        });
        Self { format: FORMAT.to_owned(), marks, facts: facts.collect(), authored: Vec::new() }
    }

    /// The file's text, with a word on how to edit it.
    #[must_use]
    pub fn to_text(&self) -> String {
        const HELP: &str = "# Decide on each mark: \"keep\" or \"strike\"; proposals stay out of use while \"undecided\".\n\
            # For each [[fact]] say which alternative is true, who knows it, and who confirmed that none can do harm.\n\
            # Further marks of your own:\n\
            #   [[author]]\n\
            #   find = \"grey paint\"\n\
            #   alternatives = [\"grey paint\", \"white paint\"]\n\
            #   fact = true\n\
            # Then: holm share DOCUMENT --marks THIS-FILE --to …\n\n";
        format!("{HELP}{}", toml::to_string(self).unwrap_or_default())
    }
}

/// The text around a mark, its alternatives in double brackets.
#[must_use]
pub fn in_context(prepared: &Prepared, mark: &Mark) -> String {
    const AROUND: usize = 36;
    let Some(site) = mark.sites.first() else { return String::new() };
    let text = prepared.master.blocks().get(site.block).map_or("", |b| b.text.as_str());
    let before: String = text
        .get(..site.range.start)
        .unwrap_or_default()
        .chars()
        .rev()
        .take(AROUND)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .collect();
    let after: String = text.get(site.range.end..).unwrap_or_default().chars().take(AROUND).collect();
    let more = if mark.sites.len() > 1 { format!(" (and {} more)", mark.sites.len() - 1) } else { String::new() };
    format!("{before}[[{}]]{after}{more}", mark.alternatives.join("|")).replace('\n', " ")
}

impl AuthoredDecision {
    fn place(&self, blocks: &[Block]) -> Result<(usize, std::ops::Range<usize>), ReviewError> {
        let places: Vec<(usize, usize)> = blocks
            .iter()
            .enumerate()
            .flat_map(|(b, block)| block.text.match_indices(&self.find).map(move |(at, _)| (b, at)))
            .collect();
        let wrong = || ReviewError::Find { text: self.find.clone(), times: places.len() };
        let chosen = match (self.occurrence, places.as_slice()) {
            (None, [only]) => Some(*only),
            (Some(n), _) => n.checked_sub(1).and_then(|i| places.get(i)).copied(),
            (None, _) => None,
        };
        let (block, at) = chosen.filter(|_| !self.find.is_empty()).ok_or_else(wrong)?;
        Ok((block, at..at + self.find.len()))
    }

    fn mark(&self, blocks: &[Block]) -> Result<Found, ReviewError> {
        let (block, range) = self.place(blocks)?;
        let kind = if self.fact { "" } else { "~" };
        let checked: Vec<Authored> = holm_marks::authored::parse(&format!("[[{kind}{}]]", self.alternatives.join("|")))?;
        let alternatives = checked
            .into_iter()
            .next()
            .map(|a| a.alternatives)
            .ok_or_else(|| AuthoredError::Count(self.find.clone(), self.alternatives.len()))?;
        let layer = if self.fact { Layer::Fact } else { Layer::Wording };
        let master = alternatives.iter().position(|a| *a == self.find).and_then(|i| u8::try_from(i).ok());
        let site = Site { block, range, texts: alternatives.clone() };
        let mark = Mark { layer, rule: format!("authored:{}", alternatives.join("|")), alternatives, master, sites: vec![site] };
        Ok(Found { mark, tier: Tier::Auto })
    }
}
