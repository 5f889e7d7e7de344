//! Pages: what all of them share, and one module each.

pub(crate) mod aligned;
pub(crate) mod approaches;
pub(crate) mod approvals;
pub(crate) mod approve;
pub(crate) mod belief;
pub(crate) mod cases;
pub(crate) mod damage;
pub(crate) mod drawer;
pub(crate) mod draws;
pub(crate) mod endings;
pub(crate) mod envelopes;
pub(crate) mod evidence;
pub(crate) mod files;
pub(crate) mod gate;
pub(crate) mod graph;
pub(crate) mod harm;
pub(crate) mod import;
pub(crate) mod inbox;
pub(crate) mod incident;
pub(crate) mod items;
pub(crate) mod knowing;
pub(crate) mod marking;
pub(crate) mod matrix;
pub(crate) mod members;
pub(crate) mod onward;
pub(crate) mod operation;
pub(crate) mod overview;
pub(crate) mod people;
pub(crate) mod proceedings;
pub(crate) mod programme;
pub(crate) mod reader;
pub(crate) mod record;
pub(crate) mod recording;
pub(crate) mod register;
pub(crate) mod roster;
pub(crate) mod scanned;
pub(crate) mod second;
pub(crate) mod share;
pub(crate) mod sorting;
pub(crate) mod statements;
pub(crate) mod timeline;
pub(crate) mod told;
pub(crate) mod trace;
pub(crate) mod vetting;
pub(crate) mod warnings;
pub(crate) mod withdrawal;
pub(crate) mod witnesses;

use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{Html, IntoResponse, Response};
use holm::role::{Reach, UseCase};
use holm_record::event::member::Role;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::bundle;
use crate::language::{Language, grouped};
use crate::office::View;
use crate::problem::Problem;
use crate::server::Desk;
use crate::words::member::roles_in;
use crate::words::{Words, fill};

/// Rows of a table that are shown at once.
pub(crate) const ROWS: usize = 100;

/// Who asks, and for which desk.
pub(crate) type Asked = (State<Arc<Desk>>, Extension<Language>);

/// A part of the desk that the rail leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Overview,
    Share,
    Items,
    Inbox,
    Trace,
    Cases,
    People,
    Record,
}

impl Place {
    const ALL: [Self; 8] =
        [Self::Overview, Self::Share, Self::Items, Self::Inbox, Self::Trace, Self::Cases, Self::People, Self::Record];

    fn path(self) -> &'static str {
        match self {
            Self::Overview => "/",
            Self::Share => "/share",
            Self::Items => "/items",
            Self::Inbox => "/inbox",
            Self::Trace => "/trace",
            Self::Cases => "/cases",
            Self::People => "/people",
            Self::Record => "/record",
        }
    }

    /// What one goes there for.
    fn case(self) -> UseCase {
        match self {
            Self::Overview | Self::Inbox => UseCase::OwnDesk,
            Self::Share => UseCase::Share,
            Self::Items => UseCase::SeeItems,
            Self::Trace => UseCase::Trace,
            Self::Cases => UseCase::SeeHappenings,
            Self::People => UseCase::SeeRoster,
            Self::Record => UseCase::SeeRecord,
        }
    }

    fn name(self, words: &Words) -> &'static str {
        match self {
            Self::Overview => words.shell.overview,
            Self::Share => words.shell.share,
            Self::Items => words.shell.items,
            Self::Inbox => words.shell.inbox,
            Self::Trace => words.shell.trace,
            Self::Cases => words.cases.place,
            Self::People => words.shell.people,
            Self::Record => words.shell.record,
        }
    }
}

/// What stands around a page's own content.
pub(crate) struct Shell {
    pub(crate) language: Language,
    pub(crate) w: &'static Words,
    /// Where the page is; none outside a session.
    place: Option<Place>,
    /// From which record, when.
    provenance: Option<String>,
    /// What whoever looks works here as.
    roles: BTreeSet<Role>,
}

/// A line of the rail.
struct RailLink {
    path: &'static str,
    name: &'static str,
    here: bool,
}

impl Shell {
    /// Around a page that shows nothing of a workspace.
    pub(crate) fn bare(language: Language) -> Self {
        Self { language, w: language.words(), place: None, provenance: None, roles: Role::ALL.into() }
    }

    /// Around a page that shows what the record said.
    pub(crate) fn of(language: Language, place: Place, view: &View) -> Self {
        let words = language.words();
        let tree: String = view.head().chars().take(12).collect();
        let now = moment(Timestamp::now());
        // Whoever does not see the record is not told how long it is.
        let whole = || fill(words.shell.provenance, &[&grouped(view.size), &tree, &now]);
        let said = if view.checkpoint.is_some() { whole() } else { now.clone() };
        let alone = view.state.members.is_one_officer();
        let provenance = if alone { said } else { format!("{} ({}). {said}", view.actor, roles_in(&view.roles, language)) };
        let roles = view.roles.clone();
        Self { language, w: words, place: Some(place), provenance: Some(provenance), roles }
    }

    /// Around a page that a desk without a workspace shows as well.
    pub(crate) fn maybe_of(language: Language, place: Place, view: Option<&View>) -> Self {
        match view {
            Some(view) => Self::of(language, place, view),
            None => Self { place: Some(place), ..Self::bare(language) },
        }
    }

    /// Whether whoever looks may do something.
    fn may(&self, case: UseCase) -> bool {
        case.reach_of(&self.roles) > Reach::No
    }

    /// Whether whoever sees it is inside.
    fn is_inside(&self) -> bool {
        self.place.is_some()
    }

    /// The islands' script and what it says, if it was built: where there is something to look at.
    fn islands(&self) -> askama::Result<Option<(String, String)>> {
        let address = bundle::address().filter(|_| self.is_inside());
        let words = || serde_json::to_string(&self.w.islands).map_err(|e| askama::Error::Custom(e.into()));
        address.map(|address| Ok((address, words()?))).transpose()
    }

    fn rail(&self) -> Vec<RailLink> {
        let link = |p: &Place| RailLink { path: p.path(), name: p.name(self.w), here: self.place == Some(*p) };
        Place::ALL.iter().filter(|place| self.may(place.case())).map(link).collect()
    }
}

/// A moment as pages show it: `2026-11-24 14:05 CST`.
pub(crate) fn moment(at: Timestamp) -> String {
    moment_in(at, TimeZone::system())
}

fn moment_in(at: Timestamp, zone: TimeZone) -> String {
    at.to_zoned_datetime(zone).strftime("%Y-%m-%d %H:%M %Z").to_string()
}

/// A day: `2026-11-24`.
pub(crate) fn day(at: Timestamp) -> String {
    at.to_zoned_datetime(TimeZone::system()).strftime("%Y-%m-%d").to_string()
}

/// A page, or what went wrong.
pub(crate) struct Shown(Language, Result<Response, Problem>);

impl IntoResponse for Shown {
    fn into_response(self) -> Response {
        self.1.unwrap_or_else(|problem| problem.page(self.0))
    }
}

/// Renders a page away from the threads that answer requests, since workspaces are read from disk.
pub(crate) async fn shown<T: Template>(
    (State(desk), Extension(language)): Asked,
    page: impl FnOnce(&Desk, Language) -> Result<T, Problem> + Send + 'static,
) -> Shown {
    let work = move || page(&desk, language).and_then(|page| Ok(Html(page.render()?).into_response()));
    Shown(language, tokio::task::spawn_blocking(work).await.map_err(Problem::from).and_then(|done| done))
}

/// Answers a request away from the threads that take them; what goes wrong is a page.
pub(crate) async fn answered(language: Language, work: impl FnOnce() -> Result<Response, Problem> + Send + 'static) -> Response {
    let made = tokio::task::spawn_blocking(work).await;
    made.map_err(Problem::from).and_then(|made| made).unwrap_or_else(|problem| problem.page(language))
}

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage<'p> {
    shell: Shell,
    title: &'p str,
    text: &'p str,
    /// Whether there is a desk to go back to.
    back: bool,
}

/// A page that says what went wrong.
pub(crate) fn problem(shell: Shell, status: StatusCode, title: &str, text: &str, back: bool) -> Response {
    match (ProblemPage { shell, title, text, back }).render() {
        Ok(page) => (status, Html(page)).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

/// A file to be saved.
pub(crate) fn download(name: &str, kind: &str, bytes: Vec<u8>) -> Response {
    let plain: String = name.chars().map(|c| if c.is_ascii_graphic() && !"\"\\".contains(c) { c } else { '_' }).collect();
    let headers = [(CONTENT_TYPE, kind.to_owned()), (CONTENT_DISPOSITION, format!("attachment; filename=\"{plain}\""))];
    (headers, bytes).into_response()
}

/// Part of a long table, and links to the parts before and after it.
pub(crate) struct Part {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) of: usize,
    /// Query of the part before, if there is one.
    pub(crate) earlier: Option<String>,
    /// Query of the part after.
    pub(crate) later: Option<String>,
}

impl Part {
    /// The `page`-th part, from 0, of `of` rows; `query` is what else stands in the address.
    pub(crate) fn new(page: usize, of: usize, query: &str) -> Self {
        Self::along("page", page, ROWS, of, query)
    }

    /// The same with parts of another size, of which a table has several kinds: `name` is this kind's in the address.
    pub(crate) fn along(name: &str, page: usize, size: usize, of: usize, query: &str) -> Self {
        let pages = of.div_ceil(size).max(1);
        let page = page.min(pages - 1);
        let link = |page: usize| format!("?{query}{name}={page}");
        Self {
            from: page * size,
            to: (page * size + size).min(of),
            of,
            earlier: page.checked_sub(1).map(link),
            later: (page + 1 < pages).then(|| link(page + 1)),
        }
    }

    /// `1 to 100 of 1,240`.
    pub(crate) fn caption(&self, words: &Words) -> String {
        fill(words.shell.shown_of, &[&grouped(self.from as u64 + 1), &grouped(self.to as u64), &grouped(self.of as u64)])
    }

    /// Whether there is more than one part.
    pub(crate) fn is_one_of_several(&self) -> bool {
        self.earlier.is_some() || self.later.is_some()
    }
}

/// Text in an address: letters, digits and a few signs as they are, everything else in percent signs.
pub(crate) fn in_address(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_table_comes_in_parts_that_lead_to_each_other() {
        let part = Part::new(1, 250, "q=a&");
        assert_eq!((part.from, part.to), (100, 200));
        assert_eq!((part.earlier.as_deref(), part.later.as_deref()), (Some("?q=a&page=0"), Some("?q=a&page=2")));
        let last = Part::new(99, 250, "");
        assert_eq!((last.from, last.to, last.later), (200, 250, None));
        assert!(!Part::new(0, 0, "").is_one_of_several());
    }

    #[test]
    fn nothing_in_an_address_has_a_meaning_of_its_own() {
        assert_eq!(in_address("a-1 ñ&x=/"), "a-1%20%C3%B1%26x%3D%2F");
    }
}
