//! The leak beside the item, same lines level: a row for each passage, in the leak's order.

use std::ops::Range;

use holm::exhibit::Exhibit;
use holm_marks::extract::passage::Passage;

/// A piece of the leak's text, and what it is.
pub(crate) struct LeakSpan {
    pub(crate) text: String,
    /// Whether it is the item's.
    pub(crate) own: bool,
    /// The mark whose alternative it shows.
    pub(crate) mark: Option<usize>,
}

/// A passage of the leak, and the item's block beside it.
pub(crate) struct Level {
    pub(crate) leak: Vec<LeakSpan>,
    pub(crate) block: Option<usize>,
}

/// All of the leak and all of the item: blocks that the leak does not show stand alone where they belong; a block that the leak
/// comes back to stands there again.
pub(crate) fn levels(exhibit: &Exhibit) -> Vec<Level> {
    let text = &exhibit.leak.text;
    let spans = |pieces: &[Piece]| trimmed(pieces.iter().map(|p| p.span(text)).collect());
    let mut levels = Vec::new();
    let mut next = 0;
    for group in groups(text, &exhibit.passages) {
        if let Some(block) = group.block {
            levels.extend((next..block).map(|block| Level { leak: Vec::new(), block: Some(block) }));
            next = next.max(block + 1);
        }
        levels.push(Level { leak: spans(&group.pieces), block: group.block });
    }
    levels.extend((next..exhibit.blocks.len()).map(|block| Level { leak: Vec::new(), block: Some(block) }));
    levels.retain(|level| {
        !level.leak.is_empty() || level.block.is_some_and(|b| exhibit.blocks.get(b).is_some_and(|b| !b.is_empty()))
    });
    levels
}

/// A part of the leak's text.
struct Piece {
    at: Range<usize>,
    /// Block and mark; none for what is not the item's.
    place: Option<(usize, Option<usize>)>,
}

impl Piece {
    fn span(&self, text: &str) -> LeakSpan {
        let text = text.get(self.at.clone()).unwrap_or_default();
        // Space between two passages is nobody's.
        let own = self.place.is_some() || text.trim().is_empty();
        LeakSpan { text: text.to_owned(), own, mark: self.place.and_then(|(_, mark)| mark) }
    }
}

/// Pieces that stand together beside one block.
struct Group {
    pieces: Vec<Piece>,
    block: Option<usize>,
}

/// Cuts the leak where it goes on with another block. What is not the item's stays on the line on which it stands; whole lines
/// of it stand alone, unless the same block goes on after them.
fn groups(text: &str, passages: &[Passage]) -> Vec<Group> {
    let mut groups: Vec<Group> = vec![Group { pieces: Vec::new(), block: None }];
    let mut at = 0;
    for passage in passages {
        let gap = at..passage.leak.start;
        let open = groups.last().and_then(|g| g.block);
        match open {
            Some(block) if block == passage.block => add(&mut groups, gap, None),
            _ => between(&mut groups, text, gap, passage.block),
        }
        add(&mut groups, passage.leak.clone(), Some((passage.block, passage.mark)));
        at = passage.leak.end;
    }
    let rest = at..text.len();
    let line = text.get(rest.clone()).and_then(|t| t.find('\n')).map_or(rest.end, |n| at + n);
    add(&mut groups, rest.start..line, None);
    if line < rest.end {
        groups.push(Group { pieces: Vec::new(), block: None });
        add(&mut groups, line..rest.end, None);
    }
    groups.retain(|g| g.pieces.iter().any(|p| text.get(p.at.clone()).is_some_and(|t| !t.trim().is_empty())));
    groups
}

/// What stands between two blocks: the end of the line goes with the first, the beginning of the last line with the second.
fn between(groups: &mut Vec<Group>, text: &str, gap: Range<usize>, block: usize) {
    let written = text.get(gap.clone()).unwrap_or_default();
    let (first, last) = (written.find('\n').map(|n| gap.start + n), written.rfind('\n').map(|n| gap.start + n + 1));
    let (head, tail) = match (first, last) {
        (Some(first), Some(last)) => (first, last),
        // On one line with both: what came before keeps it, if anything did.
        _ if gap.start > 0 => (gap.end, gap.end),
        _ => (gap.start, gap.start),
    };
    add(groups, gap.start..head, None);
    groups.push(Group { pieces: Vec::new(), block: None });
    add(groups, head..tail, None);
    groups.push(Group { pieces: Vec::new(), block: Some(block) });
    add(groups, tail..gap.end, None);
}

fn add(groups: &mut [Group], at: Range<usize>, place: Option<(usize, Option<usize>)>) {
    if let Some(group) = groups.last_mut().filter(|_| !at.is_empty()) {
        group.pieces.push(Piece { at, place });
    }
}

/// Without lines that are empty at both ends.
fn trimmed(mut spans: Vec<LeakSpan>) -> Vec<LeakSpan> {
    if let Some(first) = spans.first_mut() {
        first.text = first.text.trim_start().to_owned();
    }
    if let Some(last) = spans.last_mut() {
        last.text = last.text.trim_end().to_owned();
    }
    spans.retain(|s| !s.text.is_empty());
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(text: &str, part: &str, block: usize) -> Passage {
        let start = text.find(part).unwrap();
        Passage { leak: start..start + part.len(), block, mark: None }
    }

    fn shown(text: &str, passages: &[Passage]) -> Vec<(String, Option<usize>)> {
        let joined = |g: &Group| g.pieces.iter().map(|p| &text[p.at.clone()]).collect::<String>().trim().to_owned();
        groups(text, passages).iter().map(|g| (joined(g), g.block)).collect()
    }

    #[test]
    fn what_is_not_the_items_stays_on_its_line_and_whole_lines_of_it_stand_alone() {
        let text = "Look: we saw two drums, friend.\nCall me.\nPS The lorry left.\nBye.";
        let passages = [own(text, "we saw two drums", 0), own(text, "The lorry left.", 3)];
        assert_eq!(
            shown(text, &passages),
            [
                ("Look: we saw two drums, friend.".to_owned(), Some(0)),
                ("Call me.".to_owned(), None),
                ("PS The lorry left.".to_owned(), Some(3)),
                ("Bye.".to_owned(), None),
            ]
        );
    }

    #[test]
    fn blocks_that_run_together_are_cut_apart_and_one_that_is_broken_is_not() {
        let text = "We saw two drums. The lorry left\nyesterday for\nthe harbour.";
        let passages = [own(text, "We saw two drums.", 0), own(text, "The lorry left", 1), own(text, "the harbour.", 1)];
        let expected =
            [("We saw two drums.".to_owned(), Some(0)), ("The lorry left\nyesterday for\nthe harbour.".to_owned(), Some(1))];
        assert_eq!(shown(text, &passages), expected);
    }

    #[test]
    fn nothing_of_the_leak_is_lost() {
        let text = "a\n\nWe saw two drums. b\nc\nd The lorry left. e\n";
        let passages = [own(text, "The lorry left.", 1), own(text, "We saw two drums.", 0)];
        for passages in [&passages[..0], &passages[..1], &passages[1..]] {
            let all: Vec<String> = shown(text, passages).into_iter().map(|(group, _)| group).collect();
            assert_eq!(all.join("\n").split_whitespace().collect::<Vec<_>>(), text.split_whitespace().collect::<Vec<_>>());
        }
    }
}
