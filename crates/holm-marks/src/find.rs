//! Finds every mark that a document can carry: authored alternations first, then what the frames of a pack allow.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use crate::authored::{self, AuthoredError};
use crate::document::{Block, BlockKind};
use crate::frame::{Alternation, Frame, Pack, Scope, Tier};
use crate::guard;
use crate::mark::{Mark, Site};
use crate::pattern::{Kept, Matchable, Pattern};
use crate::token::{Token, sentence_starts, tokenize};

/// A mark that was found, before anybody reviewed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The mark.
    pub mark: Mark,
    /// Whether it may be used without approval.
    pub tier: Tier,
}

/// One place where a frame fires.
#[derive(Clone, Debug)]
struct Hit {
    frame: usize,
    block: usize,
    /// What the alternatives replace.
    core: Range<usize>,
    /// What must stay as it is for the frame's conditions to hold; contains the core.
    span: Range<usize>,
    texts: Vec<String>,
    master: u8,
}

/// Finds all marks of `blocks`, in document order. Without a `pack`, only what the originator authored (legal mode).
///
/// # Errors
/// [`AuthoredError`] if an authored alternation cannot be used.
pub fn find(blocks: &[Block], pack: Option<&Pack>) -> Result<Vec<Found>, AuthoredError> {
    let (authored, reserved) = find_authored(blocks)?;
    let mut found = authored;
    if let Some(pack) = pack {
        let finder = Finder::new(pack);
        let mut hits = Vec::new();
        for (index, block) in blocks.iter().enumerate() {
            if block.kind == BlockKind::Prose {
                finder.hits(index, block, reserved.get(&index).map_or(&[][..], Vec::as_slice), &mut hits);
            }
        }
        found.extend(finder.marks(keep_compatible(hits, pack)));
    }
    found.sort_by_key(|f| f.mark.sites.first().map_or((usize::MAX, 0), |s| (s.block, s.range.start)));
    Ok(found)
}

/// What one frame alone finds in a text, whatever the other frames of its pack would take.
#[must_use]
pub fn find_with_frame(text: &str, pack: &Pack, frame: &str) -> Vec<Found> {
    let finder = Finder::new(pack);
    let mut hits = Vec::new();
    finder.hits(0, &Block::prose(text), &[], &mut hits);
    hits.retain(|hit| pack.frames.get(hit.frame).is_some_and(|f| f.id == frame));
    finder.marks(keep_compatible(hits, pack))
}

type Reserved = BTreeMap<usize, Vec<Range<usize>>>;

fn find_authored(blocks: &[Block]) -> Result<(Vec<Found>, Reserved), AuthoredError> {
    let mut marks: Vec<Mark> = Vec::new();
    let mut reserved = Reserved::new();
    for (index, block) in blocks.iter().enumerate().filter(|(_, b)| b.kind != BlockKind::Verbatim) {
        for one in authored::parse(&block.text)? {
            reserved.entry(index).or_default().push(one.range.clone());
            let site = Site { block: index, range: one.range, texts: one.alternatives.clone() };
            let rule = format!("authored:{}", one.label);
            match marks.iter_mut().find(|m| m.rule == rule) {
                Some(mark) if mark.arity() == one.alternatives.len() && mark.layer == one.layer => mark.sites.push(site),
                Some(_) => return Err(AuthoredError::Uneven(one.label)),
                None => {
                    marks.push(Mark { layer: one.layer, rule, alternatives: one.alternatives, master: None, sites: vec![site] })
                }
            }
        }
    }
    let found = marks.into_iter().map(|mark| Found { mark, tier: Tier::Auto }).collect();
    Ok((found, reserved))
}

/// The patterns of a pack, indexed by a word that must stand where they match.
struct Finder<'p> {
    pack: &'p Pack,
    by_word: HashMap<String, Vec<Candidate>>,
    anywhere: Vec<Candidate>,
}

/// One findable alternative of one alternation of one frame.
#[derive(Clone, Copy)]
struct Candidate {
    frame: usize,
    alternation: usize,
    alternative: usize,
    /// Tokens between the start of the pattern and the word by which it is indexed.
    offset: usize,
}

/// A block made ready.
struct Prepared<'b> {
    text: &'b str,
    tokens: Vec<Token>,
    starts: Vec<bool>,
    untouchable: Vec<Range<usize>>,
}

impl Prepared<'_> {
    /// Writes apostrophes as the block's own text does.
    fn with_own_apostrophes(&self, text: &str) -> String {
        let typographic = self.text.contains('\u{2019}') && !self.text.contains('\'');
        if typographic { text.replace('\'', "\u{2019}") } else { text.to_owned() }
    }
}

impl<'p> Finder<'p> {
    fn new(pack: &'p Pack) -> Self {
        let mut finder = Self { pack, by_word: HashMap::new(), anywhere: Vec::new() };
        for (frame_index, frame) in pack.frames.iter().enumerate() {
            for (alternation_index, alternation) in frame.alternations.iter().enumerate() {
                for (alternative, pattern) in alternation.alternatives.iter().enumerate() {
                    if frame.find.as_ref().is_some_and(|f| !f.contains(&alternative)) {
                        continue;
                    }
                    finder
                        .index(pattern, Candidate { frame: frame_index, alternation: alternation_index, alternative, offset: 0 });
                }
            }
        }
        finder
    }

    fn index(&mut self, pattern: &Pattern, candidate: Candidate) {
        match pattern.anchor() {
            Some((offset, words)) => {
                let mut words = words;
                words.sort();
                words.dedup();
                for word in words {
                    self.by_word.entry(word).or_default().push(Candidate { offset, ..candidate });
                }
            }
            None => self.anywhere.push(candidate),
        }
    }

    fn hits(&self, index: usize, block: &Block, reserved: &[Range<usize>], hits: &mut Vec<Hit>) {
        let tokens = tokenize(&block.text);
        let starts = sentence_starts(&block.text, &tokens, &self.pack.abbreviations);
        let mut untouchable = guard::untouchable(&block.text, &tokens);
        untouchable.extend(block.protected.iter().cloned());
        untouchable.extend(reserved.iter().cloned());
        let prepared = Prepared { text: &block.text, tokens, starts, untouchable };
        for at in 0..prepared.tokens.len() {
            let word = prepared.tokens.get(at).map_or("", |t| t.lower.as_str());
            let here = self.by_word.get(word).map_or(&[][..], Vec::as_slice);
            for candidate in here.iter().chain(&self.anywhere) {
                if let Some(start) = at.checked_sub(candidate.offset) {
                    hits.extend(self.hit(&prepared, *candidate, start).map(|hit| Hit { block: index, ..hit }));
                }
            }
        }
    }

    fn hit(&self, on: &Prepared<'_>, candidate: Candidate, start: usize) -> Option<Hit> {
        let frame = self.pack.frames.get(candidate.frame)?;
        let alternation = frame.alternations.get(candidate.alternation)?;
        let matchable = Matchable { text: on.text, tokens: &on.tokens, starts: &on.starts };
        let (end, kept, texts) = written(alternation, candidate.alternative, &matchable, start)?;
        let (first, last) = contexts(frame, &matchable, start, end)?;
        let elsewhere = |p: &Pattern| guard::sentence_has(p, &matchable, start..end);
        if frame.not_in_sentence.iter().any(elsewhere) || !self.allowed(frame, alternation, on, &kept, start..end) {
            return None;
        }
        let texts = texts.iter().map(|t| on.with_own_apostrophes(t)).collect();
        let (core, texts) = trim_to_core(on, start..end, candidate.alternative, texts)?;
        let span_start = on.tokens.get(first)?.range.start.min(core.start);
        let span_end = on.tokens.get(last.checked_sub(1)?)?.range.end.max(core.end);
        let span = span_start..span_end;
        if on.untouchable.iter().any(|u| u.start < span.end && span.start < u.end) {
            return None;
        }
        let core_token = on.tokens.iter().position(|t| t.range.start >= core.start).unwrap_or(on.tokens.len());
        let before = core_token.checked_sub(1).and_then(|i| on.tokens.get(i));
        if guard::neighbour_would_change(self.pack.language, before, &full_texts(on, &core, &texts)) {
            return None;
        }
        let master = u8::try_from(candidate.alternative).ok()?;
        Some(Hit { frame: candidate.frame, block: 0, core, span, texts, master })
    }

    fn allowed(&self, frame: &Frame, alternation: &Alternation, on: &Prepared<'_>, kept: &Kept, span: Range<usize>) -> bool {
        let named = !frame.any_case
            && guard::has_name(
                on.text,
                &on.tokens,
                &on.starts,
                span.clone(),
                &kept.slots().collect::<Vec<_>>(),
                &alternation.capitals,
            );
        let denied = !frame.near_negation && guard::near_negation(self.pack, &on.tokens, span.start, span.end);
        !named && !denied && !guard::in_formula(self.pack, &on.tokens, &on.starts, span.start)
    }

    fn marks(&self, hits: Vec<Hit>) -> Vec<Found> {
        let mut found: Vec<Found> = Vec::new();
        let mut whole: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        for hit in hits {
            let Some(frame) = self.pack.frames.get(hit.frame) else { continue };
            let site = Site { block: hit.block, range: hit.core, texts: hit.texts.clone() };
            let group = whole.get(&(hit.frame, hit.texts.len())).copied().filter(|_| frame.scope == Scope::Document);
            if let Some(existing) = group.and_then(|g| found.get_mut(g)) {
                existing.mark.sites.push(site);
                continue;
            }
            whole.insert((hit.frame, hit.texts.len()), found.len());
            let mark = Mark {
                layer: frame.layer,
                rule: frame.id.clone(),
                alternatives: hit.texts,
                master: Some(hit.master),
                sites: vec![site],
            };
            found.push(Found { mark, tier: frame.tier });
        }
        found
    }
}

/// What the alternatives write, for comparison with the word before: the core's text, or what follows it where it is empty.
fn full_texts(on: &Prepared<'_>, core: &Range<usize>, texts: &[String]) -> Vec<String> {
    let follows = on.text.get(core.end..).unwrap_or_default();
    texts.iter().map(|t| if t.trim().is_empty() { follows.to_owned() } else { t.clone() }).collect()
}

/// Matches an alternative in each form; what all alternatives write must not depend on which form matched.
fn written(
    alternation: &Alternation,
    alternative: usize,
    on: &Matchable<'_>,
    start: usize,
) -> Option<(usize, Kept, Vec<String>)> {
    let pattern = alternation.alternatives.get(alternative)?;
    let mut outcome: Option<(usize, Kept, Vec<String>)> = None;
    for form in 0..alternation.forms {
        let mut kept = Kept::default();
        let Some(end) = pattern.match_at(on, start, form, alternation.forms, &mut kept) else { continue };
        let texts =
            alternation.alternatives.iter().map(|a| a.write(on, &kept, alternation.forms)).collect::<Result<Vec<_>, _>>().ok()?;
        match &outcome {
            Some((_, _, before)) if *before != texts => return None,
            Some(_) => {}
            None => outcome = Some((end, kept, texts)),
        }
    }
    let (end, kept, texts) = outcome?;
    let texts = at_sentence_start(alternation, alternative, on, start, texts)?;
    Some((end, kept, texts))
}

/// Moves the capital of a sentence's first word to whatever comes first; refuses where a kept word would have to lose it.
fn at_sentence_start(
    alternation: &Alternation,
    matched: usize,
    on: &Matchable<'_>,
    start: usize,
    texts: Vec<String>,
) -> Option<Vec<String>> {
    let token = on.tokens.get(start)?;
    if on.starts.get(start) != Some(&true) || !token.is_capitalised(on.text) {
        return Some(texts);
    }
    let leading = alternation.alternatives.get(matched)?.leading_slot();
    if leading.is_some() && alternation.alternatives.iter().any(|a| a.leading_slot() != leading) {
        return None;
    }
    if texts.iter().any(|t| t.trim().is_empty()) {
        return None;
    }
    Some(texts.iter().map(|t| capitalise(t)).collect())
}

fn capitalise(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// First token and end token of what the frame's contexts need; `None` if they do not hold.
fn contexts(frame: &Frame, on: &Matchable<'_>, start: usize, end: usize) -> Option<(usize, usize)> {
    let denied = frame.not_before.iter().any(|p| p.before(on, start).is_some())
        || frame.not_after.iter().any(|p| p.after(on, end).is_some());
    if denied {
        return None;
    }
    let first = if frame.before.is_empty() { Some(start) } else { frame.before.iter().find_map(|p| p.before(on, start)) };
    let last = if frame.after.is_empty() { Some(end) } else { frame.after.iter().find_map(|p| p.after(on, end)) };
    Some((first?, last?))
}

/// Cuts what all alternatives share, token by token, from both ends.
fn trim_to_core(
    on: &Prepared<'_>,
    span: Range<usize>,
    matched: usize,
    texts: Vec<String>,
) -> Option<(Range<usize>, Vec<String>)> {
    let first = on.tokens.get(span.start)?.range.start;
    let last = on.tokens.get(span.end.checked_sub(1)?)?.range.end;
    let mut texts = texts;
    *texts.get_mut(matched)? = on.text.get(first..last)?.to_owned();
    let (first, last) = absorb_space(on, span, first..last, &mut texts)?;
    let tokens: Vec<Vec<Token>> = texts.iter().map(|t| tokenize(t)).collect();
    let shortest = tokens.iter().map(Vec::len).min()?;
    let prefix = (0..shortest).take_while(|i| same_token(&texts, &tokens, |_| *i)).count();
    let suffix = (0..shortest - prefix).take_while(|i| same_token(&texts, &tokens, |t| t.len() - 1 - i)).count();
    let mut cores = Vec::with_capacity(texts.len());
    let mut core_start = first;
    let mut core_end = last;
    for (k, (text, tokens)) in texts.iter().zip(&tokens).enumerate() {
        let from = if prefix == 0 { 0 } else { tokens.get(prefix - 1)?.range.end };
        let to = if suffix == 0 { text.len() } else { tokens.get(tokens.len() - suffix)?.range.start };
        cores.push(text.get(from..to)?.to_owned());
        if k == matched {
            core_start = first + from;
            core_end = first + to;
        }
    }
    strip_common_space(&mut cores, &mut core_start, &mut core_end, matched);
    let distinct = cores.iter().enumerate().all(|(i, a)| cores.iter().skip(i + 1).all(|b| a != b));
    distinct.then_some((core_start..core_end, cores))
}

/// Where an alternative writes nothing, one of the spaces around it goes with the word.
fn absorb_space(on: &Prepared<'_>, span: Range<usize>, bytes: Range<usize>, texts: &mut [String]) -> Option<(usize, usize)> {
    let glued = !on.tokens.get(span.start)?.spaced && span.start > 0;
    if glued || texts.iter().all(|t| !t.is_empty()) {
        return Some((bytes.start, bytes.end));
    }
    let next = on.tokens.get(span.end).filter(|t| t.spaced).map(|t| t.range.start);
    let last = span.start.checked_sub(1).and_then(|i| on.tokens.get(i)).map(|t| t.range.end);
    let (start, end) = match (next, last) {
        (Some(next), _) => (bytes.start, next),
        (None, Some(last)) => (last, bytes.end),
        (None, None) => return None,
    };
    let before = on.text.get(start..bytes.start)?;
    let after = on.text.get(bytes.end..end)?;
    for text in texts.iter_mut().filter(|t| !t.is_empty()) {
        *text = format!("{before}{text}{after}");
    }
    Some((start, end))
}

fn same_token(texts: &[String], tokens: &[Vec<Token>], pick: impl Fn(&[Token]) -> usize) -> bool {
    let mut words = texts.iter().zip(tokens).map(|(text, list)| list.get(pick(list)).map(|t| (t.text(text), t.spaced)));
    let first = words.next().flatten();
    first.is_some() && words.all(|w| w == first)
}

fn strip_common_space(cores: &mut [String], start: &mut usize, end: &mut usize, matched: usize) {
    if cores.iter().all(|c| c.starts_with(char::is_whitespace)) {
        for (k, core) in cores.iter_mut().enumerate() {
            let stripped = core.trim_start().to_owned();
            *start += if k == matched { core.len() - stripped.len() } else { 0 };
            *core = stripped;
        }
    }
    if cores.iter().all(|c| c.ends_with(char::is_whitespace)) {
        for (k, core) in cores.iter_mut().enumerate() {
            let stripped = core.trim_end().to_owned();
            *end -= if k == matched { core.len() - stripped.len() } else { 0 };
            *core = stripped;
        }
    }
}

/// Keeps hits of which none changes what another needs: frames for the whole document first, then by where they end.
fn keep_compatible(mut hits: Vec<Hit>, pack: &Pack) -> Vec<Hit> {
    let frame = |hit: &Hit| pack.frames.get(hit.frame);
    let order = |hit: &Hit| {
        let proposed = frame(hit).is_some_and(|f| f.tier == Tier::Propose);
        let single = frame(hit).is_some_and(|f| f.scope == Scope::Site);
        (proposed, single, hit.block, hit.span.end, hit.span.len(), hit.frame)
    };
    hits.sort_by_key(order);
    let mut kept: Vec<Hit> = Vec::with_capacity(hits.len());
    for hit in hits {
        let clashes = kept
            .iter()
            .rev()
            .any(|other| other.block == hit.block && (touches(&other.core, &hit.span) || touches(&hit.core, &other.span)));
        if !clashes {
            kept.push(hit);
        }
    }
    kept.sort_by_key(|hit| (hit.block, hit.core.start));
    kept
}

fn touches(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end || a.is_empty() && b.start < a.start && a.start < b.end || a == b
}
