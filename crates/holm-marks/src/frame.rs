//! Frames: alternations that mean the same wherever their conditions hold, kept as data in packs.
//!
//! The pack format is described in `docs/design/frames.md`.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::mark::Layer;
use crate::pattern::{Class, Lists, Pattern, PatternError};

/// The language of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English.
    En,
    /// Spanish.
    Es,
}

/// Whether the sites of a frame vary each for itself or together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Each hit is a mark of its own.
    #[default]
    Site,
    /// All hits in the document are one mark, because a mixture would be seen (spelling).
    Document,
}

/// How sure a frame is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// Precise enough to be used without approval.
    #[default]
    Auto,
    /// Only proposed; a person approves each hit.
    Propose,
}

/// A pack cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PackError {
    /// Not TOML of the pack's shape.
    #[error("the pack cannot be read: {0}")]
    Syntax(#[from] toml::de::Error),
    /// A pattern is wrong.
    #[error("frame `{frame}`: {error}")]
    Pattern {
        /// The frame's id.
        frame: String,
        /// What is wrong.
        error: PatternError,
    },
    /// Two frames have one id.
    #[error("frame `{0}` stands twice")]
    Duplicate(String),
    /// A frame needs two alternatives or more.
    #[error("frame `{0}` has fewer than two alternatives")]
    TooFew(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PackFile {
    language: Language,
    #[serde(default)]
    abbreviations: Vec<String>,
    #[serde(default)]
    never_in_sentence_with: Vec<String>,
    #[serde(default)]
    negations: Vec<String>,
    #[serde(default)]
    lists: Lists,
    #[serde(default, rename = "frame")]
    frames: Vec<FrameFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FrameFile {
    id: String,
    layer: Layer,
    alt: Vec<String>,
    #[serde(default)]
    also: Vec<Vec<String>>,
    #[serde(default)]
    find: Option<Vec<usize>>,
    #[serde(default)]
    before: Vec<String>,
    #[serde(default)]
    after: Vec<String>,
    #[serde(default)]
    not_before: Vec<String>,
    #[serde(default)]
    not_after: Vec<String>,
    #[serde(default)]
    not_in_sentence: Vec<String>,
    #[serde(default)]
    scope: Scope,
    #[serde(default)]
    tier: Tier,
    #[serde(default)]
    near_negation: bool,
    #[serde(default)]
    any_case: bool,
    #[serde(default)]
    yes: Vec<[String; 2]>,
    #[serde(default)]
    no: Vec<String>,
}

/// One alternation of a frame: alternatives in symbol order.
pub(crate) struct Alternation {
    pub(crate) alternatives: Vec<Pattern>,
    pub(crate) forms: usize,
    /// Words that stand with a capital because the frame says so.
    pub(crate) capitals: Vec<String>,
}

/// One frame, compiled.
pub struct Frame {
    /// Unique in its pack.
    pub id: String,
    /// The layer of its marks.
    pub layer: Layer,
    /// Whether hits vary together.
    pub scope: Scope,
    /// Whether a person must approve.
    pub tier: Tier,
    /// Pairs of a text and the same text with another alternative.
    pub yes: Vec<[String; 2]>,
    /// Texts in which it must not fire.
    pub no: Vec<String>,
    pub(crate) alternations: Vec<Alternation>,
    pub(crate) find: Option<Vec<usize>>,
    pub(crate) before: Vec<Pattern>,
    pub(crate) after: Vec<Pattern>,
    pub(crate) not_before: Vec<Pattern>,
    pub(crate) not_after: Vec<Pattern>,
    pub(crate) not_in_sentence: Vec<Pattern>,
    pub(crate) near_negation: bool,
    pub(crate) any_case: bool,
}

/// The frames of one language.
pub struct Pack {
    /// Its language.
    pub language: Language,
    /// BLAKE3 is taken over this text by whoever freezes a manifest.
    pub source: String,
    /// The frames, in order.
    pub frames: Vec<Frame>,
    pub(crate) abbreviations: Vec<String>,
    pub(crate) never_in_sentence_with: Vec<Vec<String>>,
    pub(crate) negations: Vec<String>,
}

impl Pack {
    /// Reads a pack.
    ///
    /// # Errors
    /// [`PackError`] names the frame and what is wrong with it.
    pub fn parse(source: &str) -> Result<Self, PackError> {
        let file: PackFile = toml::from_str(source)?;
        let mut frames: Vec<Frame> = Vec::with_capacity(file.frames.len());
        for frame in file.frames {
            let id = frame.id.clone();
            if frames.iter().any(|f| f.id == id) {
                return Err(PackError::Duplicate(id));
            }
            frames.push(Frame::compile(frame, &file.lists)?);
        }
        let split = |phrase: &String| phrase.split_whitespace().map(str::to_lowercase).collect();
        Ok(Self {
            language: file.language,
            source: source.to_owned(),
            frames,
            abbreviations: file.abbreviations,
            never_in_sentence_with: file.never_in_sentence_with.iter().map(split).collect(),
            negations: file.negations,
        })
    }

    /// The pack that ships for `language`.
    ///
    /// # Errors
    /// Never in a released build: the packs' own tests read them.
    pub fn shipped(language: Language) -> Result<Self, PackError> {
        Self::parse(match language {
            Language::En => include_str!("../packs/en.toml"),
            Language::Es => include_str!("../packs/es.toml"),
        })
    }
}

impl Frame {
    fn compile(file: FrameFile, lists: &Lists) -> Result<Self, PackError> {
        let named = |error: PatternError| PackError::Pattern { frame: file.id.clone(), error };
        let mut alternations = Vec::new();
        for alternatives in std::iter::once(&file.alt).chain(&file.also) {
            if alternatives.len() < 2 {
                return Err(PackError::TooFew(file.id.clone()));
            }
            alternations.push(Alternation::compile(alternatives, lists).map_err(named)?);
        }
        let context = |written: &Vec<String>| contexts(written, lists).map_err(named);
        Ok(Self {
            alternations,
            before: context(&file.before)?,
            after: context(&file.after)?,
            not_before: context(&file.not_before)?,
            not_after: context(&file.not_after)?,
            not_in_sentence: context(&file.not_in_sentence)?,
            id: file.id,
            layer: file.layer,
            scope: file.scope,
            tier: file.tier,
            yes: file.yes,
            no: file.no,
            find: file.find,
            near_negation: file.near_negation,
            any_case: file.any_case,
        })
    }
}

impl Alternation {
    fn compile(alternatives: &[String], lists: &Lists) -> Result<Self, PatternError> {
        let mut classes: BTreeMap<String, Class> = BTreeMap::new();
        let compiled: Vec<Pattern> =
            alternatives.iter().map(|w| Pattern::parse(w, lists, &mut classes)).collect::<Result<_, _>>()?;
        let forms = compiled.iter().map(Pattern::forms).max().unwrap_or(1);
        let capitals = compiled.iter().flat_map(Pattern::capitals).map(str::to_owned).collect();
        Ok(Self { alternatives: compiled, forms, capitals })
    }
}

fn contexts(written: &[String], lists: &Lists) -> Result<Vec<Pattern>, PatternError> {
    written.iter().map(|w| Pattern::parse(w, lists, &mut BTreeMap::new())).collect()
}
