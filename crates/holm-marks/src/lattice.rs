//! The master as a lattice: its tokens in order, with the alternatives of each mark side by side.

use std::collections::HashMap;

use crate::document::Block;
use crate::mark::{Layer, Mark};
use crate::normal::{NormToken, fold, norm_tokens};

/// A place in the lattice.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    /// What is written there; `None` for a place that only joins or splits paths.
    pub(crate) token: Option<NormToken>,
    /// Places from which it is reached; all are smaller.
    pub(crate) before: Vec<usize>,
    /// Whether all copies have it.
    pub(crate) fixed: bool,
}

/// One site of a mark in the lattice.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    pub(crate) mark: usize,
    /// By alternative, the place where its path ends.
    pub(crate) exits: Vec<usize>,
    /// The place where the paths split.
    pub(crate) entry: usize,
    /// Whether a sentence or a block begins here.
    pub(crate) opens: bool,
}

/// All texts that copies of one item can have.
#[derive(Clone, Debug)]
pub(crate) struct Lattice {
    pub(crate) nodes: Vec<Node>,
    /// The first node of each block.
    pub(crate) blocks: Vec<usize>,
    /// In order of their place.
    pub(crate) choices: Vec<Choice>,
    /// Fixed tokens by bare form: how often each occurs.
    pub(crate) counts: HashMap<String, usize>,
    /// Whether invisible marks are among them.
    pub(crate) invisible: bool,
}

impl Lattice {
    pub(crate) fn new(blocks: &[Block], marks: &[Mark]) -> Self {
        let invisible = marks.iter().any(|m| m.layer == Layer::Invisible);
        let mut lattice = Self { nodes: Vec::new(), blocks: Vec::new(), choices: Vec::new(), counts: HashMap::new(), invisible };
        for (index, block) in blocks.iter().enumerate() {
            lattice.blocks.push(lattice.nodes.len());
            let mut sites: Vec<(usize, std::ops::Range<usize>, &[String])> = Vec::new();
            // Where words stand does not change what they are.
            for (mark, m) in marks.iter().enumerate().filter(|(_, m)| m.layer.is_text()) {
                sites.extend(m.sites.iter().filter(|s| s.block == index).map(|s| (mark, s.range.clone(), s.texts.as_slice())));
            }
            sites.sort_by_key(|(_, range, _)| range.start);
            let mut at = 0;
            for (mark, range, texts) in sites {
                let (range, texts) = whole_words(&block.text, range, texts, at);
                lattice.fixed(block.text.get(at..range.start).unwrap_or_default());
                let begins = block.text.get(..range.start).is_some_and(|before| before.trim().is_empty());
                lattice.choice(mark, &texts, begins);
                at = range.end;
            }
            lattice.fixed(block.text.get(at..).unwrap_or_default());
        }
        lattice
    }

    fn last(&self) -> Vec<usize> {
        self.nodes.len().checked_sub(1).into_iter().collect()
    }

    fn fixed(&mut self, text: &str) {
        for token in norm_tokens(&fold(text, self.invisible).text) {
            *self.counts.entry(token.bare.clone()).or_default() += 1;
            let before = self.last();
            self.nodes.push(Node { token: Some(token), before, fixed: true });
        }
    }

    fn choice(&mut self, mark: usize, texts: &[String], begins: bool) {
        let joint = |before: Vec<usize>| Node { token: None, before, fixed: false };
        let entry = self.nodes.len();
        let sentence = |n: &Node| n.token.as_ref().is_some_and(|t| matches!(t.norm.as_str(), "." | "?" | "!" | "\u{2026}"));
        let opens = begins || self.nodes.last().is_none_or(sentence);
        let before = self.last();
        self.nodes.push(joint(before));
        let mut exits = Vec::with_capacity(texts.len());
        for text in texts {
            let mut last = entry;
            for token in norm_tokens(&fold(text, self.invisible).text) {
                self.nodes.push(Node { token: Some(token), before: vec![last], fixed: false });
                last = self.nodes.len() - 1;
            }
            self.nodes.push(joint(vec![last]));
            exits.push(self.nodes.len() - 1);
        }
        self.nodes.push(joint(exits.clone()));
        self.choices.push(Choice { mark, exits, entry, opens });
    }

    /// Number of tokens that every copy has.
    pub(crate) fn fixed_tokens(&self) -> usize {
        self.nodes.iter().filter(|n| n.fixed).count()
    }

    /// Bare forms of the tokens on every path of `length` tokens that starts at `node`, with the place where each ends.
    pub(crate) fn grams(&self, length: usize) -> HashMap<Vec<&str>, Vec<usize>> {
        let mut after: Vec<Vec<usize>> = vec![Vec::new(); self.nodes.len()];
        for (at, node) in self.nodes.iter().enumerate() {
            node.before.iter().for_each(|b| after[*b].push(at));
        }
        let mut found: HashMap<Vec<&str>, Vec<usize>> = HashMap::new();
        for start in (0..self.nodes.len()).filter(|n| self.is_word(*n)) {
            let mut open = vec![(start, vec![self.bare(start)])];
            while let Some((at, gram)) = open.pop() {
                if gram.len() == length {
                    let places = found.entry(gram).or_default();
                    if places.last() != Some(&start) {
                        places.push(start);
                    }
                    continue;
                }
                for next in &after[at] {
                    let mut longer = gram.clone();
                    if self.is_word(*next) {
                        longer.push(self.bare(*next));
                    }
                    open.push((*next, longer));
                }
            }
        }
        found
    }

    fn is_word(&self, node: usize) -> bool {
        self.nodes.get(node).and_then(|n| n.token.as_ref()).is_some_and(|t| !t.punct)
    }

    fn bare(&self, node: usize) -> &str {
        self.nodes.get(node).and_then(|n| n.token.as_ref()).map_or("", |t| t.bare.as_str())
    }
}

/// Widens a site to whole words, as far back as `from`, so that each alternative is a string of tokens.
fn whole_words(
    text: &str,
    range: std::ops::Range<usize>,
    texts: &[String],
    from: usize,
) -> (std::ops::Range<usize>, Vec<String>) {
    let is_inner = |c: char| c.is_alphanumeric() || matches!(c, '\'' | '\u{2019}' | '-');
    let head = text.get(from..range.start).unwrap_or_default();
    let tail = text.get(range.end..).unwrap_or_default();
    let joins_left = texts.iter().any(|t| t.starts_with(is_inner)) && head.ends_with(is_inner);
    let joins_right = texts.iter().any(|t| t.ends_with(is_inner)) && tail.starts_with(is_inner);
    let left = if joins_left { head.len() - head.trim_end_matches(is_inner).len() } else { 0 };
    let right = if joins_right { tail.len() - tail.trim_start_matches(is_inner).len() } else { 0 };
    let (before, after) = (head.get(head.len() - left..).unwrap_or_default(), tail.get(..right).unwrap_or_default());
    let texts = texts.iter().map(|t| format!("{before}{t}{after}")).collect();
    (range.start - left..range.end + right, texts)
}
