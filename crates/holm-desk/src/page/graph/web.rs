//! What hangs together: nodes and lines of a state, and the part of it around what is asked for.

use std::collections::{BTreeMap, BTreeSet};

use holm::state::State;
use jiff::Timestamp;

/// What stands in a web. The order is that of titles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    Person,
    Item,
    Operation,
    Incident,
    Channel,
}

impl Kind {
    pub(crate) const ALL: [Self; 5] = [Self::Person, Self::Item, Self::Operation, Self::Incident, Self::Channel];
}

/// A node: its kind and its name.
pub(crate) type Node<'s> = (Kind, &'s str);

/// How two nodes hang together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Relation {
    /// A person was issued a copy of an item.
    Held,
    /// A person was told of an item or an operation by word of mouth.
    Told,
    /// The operation's own entry says that a person knew.
    Knew,
    /// An item tells of an operation.
    TellsOf,
    /// An item or an operation was spoken of by a channel.
    Spoken,
    /// An incident betrays an operation or an item.
    Betrays,
}

/// A line: from where, how, to where, and since when.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Line<'s> {
    pub(crate) from: Node<'s>,
    pub(crate) to: Node<'s>,
    pub(crate) how: Relation,
    pub(crate) since: Option<Timestamp>,
}

/// Lines of a state, each once, in order.
pub(crate) struct Web<'s> {
    pub(crate) lines: Vec<Line<'s>>,
}

impl<'s> Web<'s> {
    /// Everything that hangs together.
    pub(crate) fn of(state: &'s State) -> Self {
        let mut lines: BTreeMap<(Node<'s>, Node<'s>, Relation), Option<Timestamp>> = BTreeMap::new();
        let mut draw = |from: Node<'s>, how: Relation, to: Node<'s>, since: Option<Timestamp>| {
            // Of several times the first.
            let known = lines.entry((from, to, how)).or_insert(since);
            *known = known.zip(since).map(|(a, b)| a.min(b)).or(*known);
        };
        for (name, item) in &state.items {
            for disclosure in &item.disclosures {
                draw(
                    (Kind::Person, disclosure.person.as_str()),
                    Relation::Held,
                    (Kind::Item, name.as_str()),
                    Some(disclosure.told_at),
                );
            }
        }
        for told in &state.happenings.told {
            let telling = &told.telling;
            let item = telling.item.as_ref().map(|item| (Kind::Item, item.as_str()));
            let Some(of) = item.or(telling.operation.as_ref().map(|o| (Kind::Operation, o.as_str()))) else { continue };
            telling.persons.iter().for_each(|p| draw((Kind::Person, p.as_str()), Relation::Told, of, Some(telling.at)));
            telling.channel.iter().for_each(|c| draw(of, Relation::Spoken, (Kind::Channel, c.as_str()), Some(telling.at)));
        }
        for (name, operation) in &state.happenings.operations {
            let node = (Kind::Operation, name.as_str());
            operation.facts.told.iter().for_each(|t| draw((Kind::Person, t.person.as_str()), Relation::Knew, node, t.at));
            operation.facts.items.iter().for_each(|i| draw((Kind::Item, i.as_str()), Relation::TellsOf, node, None));
            operation.facts.channels.iter().for_each(|c| draw(node, Relation::Spoken, (Kind::Channel, c.as_str()), None));
        }
        for (name, incident) in &state.happenings.incidents {
            let (node, noticed) = ((Kind::Incident, name.as_str()), Some(incident.facts.noticed));
            incident.facts.operation.iter().for_each(|o| draw(node, Relation::Betrays, (Kind::Operation, o.as_str()), noticed));
            incident.facts.item.iter().for_each(|i| draw(node, Relation::Betrays, (Kind::Item, i.as_str()), noticed));
        }
        for look in state.looks.iter().filter(|look| look.verdict.is_some()) {
            draw((Kind::Incident, look.incident.as_str()), Relation::Betrays, (Kind::Item, look.item.as_str()), None);
        }
        let line = |((from, to, how), since)| Line { from, to, how, since };
        Self { lines: lines.into_iter().map(line).collect() }
    }

    /// Every node that a line ends at.
    pub(crate) fn nodes(&self) -> BTreeSet<Node<'s>> {
        self.lines.iter().flat_map(|line| [line.from, line.to]).collect()
    }

    /// Nodes within so many steps of one of these.
    pub(crate) fn around(&self, focus: &BTreeSet<Node<'s>>, steps: usize) -> BTreeSet<Node<'s>> {
        let mut within = focus.clone();
        for _ in 0..steps {
            let touched = self.lines.iter().filter(|l| within.contains(&l.from) || within.contains(&l.to));
            let further: Vec<Node<'s>> = touched.flat_map(|l| [l.from, l.to]).collect();
            within.extend(further);
        }
        within
    }

    /// Only the lines between these.
    pub(crate) fn within(&self, nodes: &BTreeSet<Node<'s>>) -> Self {
        let both = |line: &&Line<'s>| nodes.contains(&line.from) && nodes.contains(&line.to);
        Self { lines: self.lines.iter().filter(both).cloned().collect() }
    }
}
