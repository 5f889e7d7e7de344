//! The web of people, items, operations, incidents and channels (`GET /graph`): a picture that always stands alike, and its table.

mod layout;
pub(crate) mod web;

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::extract::Query;
use holm::role::UseCase;
use holm::state::State;
use holm_record::commitment::sha256;
use serde::Deserialize;

use super::{Asked, Part, Place, ROWS, Shell, Shown, day, in_address};
use crate::language::{Language, count};
use crate::problem::Problem;
use crate::server::Desk;
use crate::words::fill;
use crate::words::graph::GraphWords;
use layout::layout;
use web::{Kind, Line, Node, Relation, Web};

/// Nodes that a picture has at most.
const MOST: usize = 150;
/// The picture's size, and the room that labels take at its sides, in its own units.
const SIZE: (f64, f64) = (960.0, 720.0);
const ROOM: (f64, f64) = (72.0, 24.0);
/// Letters of a label.
const LABEL: usize = 18;
/// Rows of the table beside a picture, which says all that the picture shows; printed, it is all there is to read of a line.
const DRAWN_ROWS: usize = 1_000;
/// Steps from what is asked for.
const STEPS: usize = 2;

/// What stands in the address: what to show the surroundings of.
#[derive(Default, Deserialize)]
pub(crate) struct Asks {
    #[serde(default)]
    pub(crate) person: String,
    #[serde(default)]
    pub(crate) item: String,
    #[serde(default)]
    pub(crate) operation: String,
    #[serde(default)]
    pub(crate) incident: String,
    #[serde(default)]
    pub(crate) channel: String,
    pub(crate) page: Option<usize>,
}

impl Asks {
    fn of(&self, kind: Kind) -> &str {
        match kind {
            Kind::Person => &self.person,
            Kind::Item => &self.item,
            Kind::Operation => &self.operation,
            Kind::Incident => &self.incident,
            Kind::Channel => &self.channel,
        }
        .trim()
    }

    fn query(&self) -> String {
        let asked = Kind::ALL.into_iter().filter(|kind| !self.of(*kind).is_empty());
        asked.map(|kind| format!("{}={}&", tag(kind), in_address(self.of(kind)))).collect()
    }
}

/// A kind's name in addresses and style sheets.
pub(crate) fn tag(kind: Kind) -> &'static str {
    match kind {
        Kind::Person => "person",
        Kind::Item => "item",
        Kind::Operation => "operation",
        Kind::Incident => "incident",
        Kind::Channel => "channel",
    }
}

/// A node where it is drawn.
struct PlacedNode {
    x: String,
    y: String,
    kind: &'static str,
    path: &'static str,
    label: String,
    anchor: &'static str,
    dx: &'static str,
    title: String,
    link: String,
    focus: bool,
}

/// A line where it is drawn.
struct PlacedLine {
    /// The nodes that it ends at, by their place in the list.
    from: usize,
    to: usize,
    x1: String,
    y1: String,
    x2: String,
    y2: String,
    said: String,
}

/// A row of the table.
struct Row {
    from: String,
    from_kind: &'static str,
    from_link: String,
    how: &'static str,
    to: String,
    to_kind: &'static str,
    to_link: String,
    since: String,
}

/// A field of the form.
struct Field {
    name: &'static str,
    label: &'static str,
    value: String,
}

#[derive(Template)]
#[template(path = "graph.html")]
struct GraphPage {
    shell: Shell,
    title: String,
    /// Whether there is nothing at all.
    empty: bool,
    fields: Vec<Field>,
    narrowed: bool,
    note: Option<String>,
    size: (f64, f64),
    nodes: Vec<PlacedNode>,
    lines: Vec<PlacedLine>,
    rows: Vec<Row>,
    part: Part,
}

/// `GET /graph`
pub(crate) async fn graph(asked: Asked, Query(asks): Query<Asks>) -> Shown {
    super::shown(asked, move |desk, language| page(desk, language, &asks)).await
}

fn page(desk: &Desk, language: Language, asks: &Asks) -> Result<GraphPage, Problem> {
    let view = desk.office.view()?;
    let (state, words) = (&view.state, &language.words().graph);
    let whole = Web::of(state);
    let focus = focus(state, asks)?;
    let chosen = chosen(&whole, &focus, words);
    let web = whole.within(&chosen.nodes);
    let query = asks.query();
    let drawn = chosen.nodes.len() <= MOST && !web.lines.is_empty();
    let size = if drawn { DRAWN_ROWS } else { ROWS };
    let part = Part::along("page", asks.page.unwrap_or(0), size, web.lines.len(), &query);
    let (nodes, lines) = if drawn { placed(state, &web, &chosen.nodes, &focus, words) } else { Default::default() };
    let field = |kind| Field { name: tag(kind), label: named(kind, words), value: asks.of(kind).to_owned() };
    Ok(GraphPage {
        title: title(state, &web, &focus, &chosen.nodes, words),
        empty: whole.lines.is_empty(),
        fields: Kind::ALL.into_iter().filter(|kind| *kind != Kind::Channel || !asks.channel.is_empty()).map(field).collect(),
        narrowed: !focus.is_empty(),
        note: chosen.note,
        size: SIZE,
        nodes,
        lines,
        rows: web.lines.get(part.from..part.to).unwrap_or_default().iter().map(|line| row(state, line, words)).collect(),
        part,
        shell: Shell::of(language, Place::People, &view),
    })
}

/// What hangs together around what is asked for, and what is said of what is not shown.
///
/// # Errors
/// [`Problem::Missing`] if something of it is not there.
pub(crate) fn around<'s>(state: &'s State, language: Language, asks: &Asks) -> Result<(Web<'s>, Option<String>), Problem> {
    let (whole, focus) = (Web::of(state), focus(state, asks)?);
    let chosen = chosen(&whole, &focus, &language.words().graph);
    Ok((whole.within(&chosen.nodes), chosen.note))
}

/// What is asked for.
///
/// # Errors
/// [`Problem::Missing`] if something of it is not there.
fn focus<'s>(state: &'s State, asks: &Asks) -> Result<BTreeSet<Node<'s>>, Problem> {
    let mut focus = BTreeSet::new();
    for kind in Kind::ALL {
        let asked = asks.of(kind);
        if !asked.is_empty() {
            focus.insert((kind, own_name(state, kind, asked).ok_or(Problem::Missing)?));
        }
    }
    Ok(focus)
}

/// The name as the state has it.
fn own_name<'s>(state: &'s State, kind: Kind, name: &str) -> Option<&'s str> {
    let happenings = &state.happenings;
    match kind {
        Kind::Person => state.persons.keys().map(|p| p.as_str()).find(|p| *p == name),
        Kind::Item => state.items.keys().map(|i| i.as_str()).find(|i| *i == name),
        Kind::Operation => happenings.operations.keys().map(|o| o.as_str()).find(|o| *o == name),
        Kind::Channel => happenings.channels.keys().map(|c| c.as_str()).find(|c| *c == name),
        Kind::Incident => {
            let traced = state.looks.iter().map(|look| look.incident.as_str());
            happenings.incidents.keys().map(|i| i.as_str()).chain(traced).find(|i| *i == name)
        }
    }
}

/// What is shown, and what is said of what is not.
struct Chosen<'s> {
    nodes: BTreeSet<Node<'s>>,
    note: Option<String>,
}

fn chosen<'s>(whole: &Web<'s>, focus: &BTreeSet<Node<'s>>, words: &GraphWords) -> Chosen<'s> {
    let wide = if focus.is_empty() { whole.nodes() } else { whole.around(focus, STEPS) };
    let too_many = |n: usize| fill(words.too_many, &[&count(n), &count(MOST)]);
    if wide.len() <= MOST {
        return Chosen { nodes: wide, note: None };
    }
    if focus.is_empty() {
        let note = Some(too_many(wide.len()));
        return Chosen { nodes: wide, note };
    }
    let near = whole.around(focus, 1);
    let note = if near.len() <= MOST { fill(words.narrowed, &[&count(wide.len())]) } else { too_many(near.len()) };
    Chosen { nodes: near, note: Some(note) }
}

fn title(state: &State, web: &Web<'_>, focus: &BTreeSet<Node<'_>>, nodes: &BTreeSet<Node<'_>>, words: &GraphWords) -> String {
    let asked: Vec<String> =
        focus.iter().map(|(kind, name)| format!("{} {}", named(*kind, words), called(state, (*kind, name)))).collect();
    let asked = listed(&asked, words);
    match (web.lines.is_empty(), focus.is_empty()) {
        (true, true) => words.empty.to_owned(),
        (true, false) => fill(words.lone, &[&asked]),
        (false, none) => {
            let mut counts: BTreeMap<Kind, usize> = BTreeMap::new();
            nodes.iter().filter(|node| !focus.contains(*node)).for_each(|(kind, _)| *counts.entry(*kind).or_default() += 1);
            let counts: Vec<String> = counts.into_iter().map(|(kind, n)| counted(kind, n, words)).collect();
            let said = if none {
                fill(words.all, &[&listed(&counts, words)])
            } else {
                fill(words.of, &[&listed(&counts, words), &asked])
            };
            let mut letters = said.chars();
            letters.next().map(|c| c.to_uppercase().collect::<String>()).unwrap_or_default() + letters.as_str()
        }
    }
}

/// `a, b and c`.
fn listed(parts: &[String], words: &GraphWords) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} {} {last}", first.join(", "), words.and),
    }
}

fn counted(kind: Kind, n: usize, words: &GraphWords) -> String {
    match kind {
        Kind::Person => &words.people,
        Kind::Item => &words.items,
        Kind::Operation => &words.operations,
        Kind::Incident => &words.incidents,
        Kind::Channel => &words.channels,
    }
    .of(n)
}

fn named(kind: Kind, words: &GraphWords) -> &'static str {
    match kind {
        Kind::Person => words.person,
        Kind::Item => words.item,
        Kind::Operation => words.operation,
        Kind::Incident => words.incident,
        Kind::Channel => words.channel,
    }
}

fn how(relation: Relation, words: &GraphWords) -> &'static str {
    match relation {
        Relation::Held => words.held,
        Relation::Told => words.told,
        Relation::Knew => words.knew,
        Relation::TellsOf => words.tells_of,
        Relation::Spoken => words.spoken,
        Relation::Betrays => words.betrays,
    }
}

/// A person's name, or the name itself.
fn called(state: &State, (kind, name): Node<'_>) -> String {
    let person = || state.persons.iter().find(|(id, _)| id.as_str() == name).map(|(_, p)| p.facts.name.clone());
    let known = if kind == Kind::Person { person() } else { None };
    known.unwrap_or_else(|| name.to_owned())
}

/// Where its surroundings are shown.
fn link((kind, name): Node<'_>) -> String {
    format!("/graph?{}={}", tag(kind), in_address(name))
}

fn said(state: &State, line: &Line<'_>, words: &GraphWords) -> String {
    let since = line.since.map(|at| format!(", {}", day(at))).unwrap_or_default();
    format!("{} {} {}{since}", called(state, line.from), how(line.how, words), called(state, line.to))
}

fn row(state: &State, line: &Line<'_>, words: &GraphWords) -> Row {
    Row {
        from: called(state, line.from),
        from_kind: named(line.from.0, words),
        from_link: link(line.from),
        how: how(line.how, words),
        to: called(state, line.to),
        to_kind: named(line.to.0, words),
        to_link: link(line.to),
        since: line.since.map(day).unwrap_or_default(),
    }
}

/// The seed of a node's place: what it is called, so that it begins where it began before.
fn seed((kind, name): &Node<'_>) -> u64 {
    let digest = sha256(format!("{} {name}", tag(*kind)).as_bytes());
    digest.iter().take(8).fold(0, |seed, byte| seed << 8 | u64::from(*byte))
}

/// The shape of a kind, around the origin.
fn shape(kind: Kind) -> &'static str {
    match kind {
        Kind::Person => "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z",
        Kind::Item => "M-4.5 -6h6l3 3v9h-9z",
        Kind::Operation => "M-5 -5h10v10h-10z",
        Kind::Incident => "M0 -6.5l6.5 11.5h-13z",
        Kind::Channel => "M-2 -6h4v4h4v4h-4v4h-4v-4h-4v-4h4z",
    }
}

fn placed<'s>(
    state: &State,
    web: &Web<'s>,
    nodes: &BTreeSet<Node<'s>>,
    focus: &BTreeSet<Node<'s>>,
    words: &GraphWords,
) -> (Vec<PlacedNode>, Vec<PlacedLine>) {
    let index: BTreeMap<Node<'s>, usize> = nodes.iter().copied().zip(0..).collect();
    let ends = |line: &Line<'s>| Some((*index.get(&line.from)?, *index.get(&line.to)?));
    let edges: BTreeSet<(usize, usize)> = web.lines.iter().filter_map(ends).collect();
    let seeds: Vec<u64> = nodes.iter().map(seed).collect();
    let unit = layout(&seeds, &edges.into_iter().collect::<Vec<_>>());
    let inside = |(x, y): (f64, f64)| (ROOM.0 + x * (SIZE.0 - 2.0 * ROOM.0), ROOM.1 + y * (SIZE.1 - 2.0 * ROOM.1));
    let places: Vec<(f64, f64)> = unit.into_iter().map(inside).collect();
    let number = |v: f64| format!("{v:.0}");
    let node = |(node, (x, y)): (&Node<'s>, &(f64, f64))| {
        let right = *x > SIZE.0 / 2.0;
        PlacedNode {
            x: number(*x),
            y: number(*y),
            kind: tag(node.0),
            path: shape(node.0),
            label: node.1.chars().take(LABEL).collect(),
            anchor: if right { "start" } else { "end" },
            dx: if right { "9" } else { "-9" },
            title: format!("{}, {}", called(state, *node), named(node.0, words)),
            link: link(*node),
            focus: focus.contains(node),
        }
    };
    let line = |line: &Line<'s>| {
        let (from, to) = ends(line)?;
        let ((x1, y1), (x2, y2)) = (places.get(from)?, places.get(to)?);
        let [x1, y1, x2, y2] = [x1, y1, x2, y2].map(|v| number(*v));
        Some(PlacedLine { from, to, x1, y1, x2, y2, said: said(state, line, words) })
    };
    (nodes.iter().zip(&places).map(node).collect(), web.lines.iter().filter_map(line).collect())
}
