//! The overview: what needs the officer now, and why.

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use holm::approval::Standing;
use holm::role::UseCase;
use holm::state::{Item, State};
use holm::vetting::authority::Authority;
use holm::warning::Warning;
use holm_record::id::ItemName;
use jiff::Timestamp;

use super::approvals::act_words;
use super::trace::report_path;
use super::witnesses::standing;
use super::{Asked, Place, Shell, in_address, moment};
use crate::contribution::waits_for;
use crate::entry_words::sentence;
use crate::language::{Language, count};
use crate::office::View;
use crate::onward;
use crate::problem::Problem;
use crate::server::Desk;
use crate::session::held;
use crate::vetting::today;
use crate::words::fill;

/// Days after which a copy without a receipt is worth asking about.
const PATIENCE: i64 = 7;
/// Items of whose copies receipts are missing that are listed one by one; more are one thing to do.
const LISTED: usize = 3;
/// Entries that are shown as the latest.
const LATEST: u64 = 8;

/// Something that waits for the officer.
pub(crate) struct Need {
    pub(crate) what: String,
    pub(crate) why: String,
    path: String,
    /// For whom: those who may do this.
    case: UseCase,
}

/// A number with what it counts.
struct Figure {
    number: String,
    of: &'static str,
    path: &'static str,
}

/// An entry in a sentence.
struct Line {
    at: String,
    what: String,
}

#[derive(Template)]
#[template(path = "overview.html")]
struct Overview {
    shell: Shell,
    title: String,
    needs: Vec<Need>,
    figures: Vec<Figure>,
    lately: Vec<Line>,
    empty: bool,
}

/// `GET /`
pub(crate) async fn overview(asked: Asked) -> Response {
    // A recipient's desk has no workspace, and nothing to show but what arrives.
    if asked.0.identity.is_some() && !asked.0.office.is_there() {
        return Redirect::to("/inbox").into_response();
    }
    super::shown(asked, page).await.into_response()
}

fn page(desk: &Desk, language: Language) -> Result<Overview, Problem> {
    let view = desk.office.view()?;
    let words = &language.words().overview;
    let mut needs = needs(&view, language, Timestamp::now());
    if let Some(why) = &*held(&desk.office.unnoted) {
        needs.push(Need {
            what: words.unnoted.to_owned(),
            why: language.said(why),
            path: "/record/witnesses".to_owned(),
            case: UseCase::SeeRecord,
        });
        needs.retain(|need| view.allows(need.case));
    }
    let title = if needs.is_empty() { words.calm.to_owned() } else { words.waiting.of(needs.len()) };
    let first = if view.allows(UseCase::SeeRecord) { view.size.saturating_sub(LATEST) } else { view.size };
    let entries = desk.office.act(|workspace| workspace.entries_from(first, view.size))??;
    let line = |opened: &holm_record::entry::Opened| Line {
        at: moment(opened.entry.at),
        what: sentence(&view.masks.event(&view.state, opened.entry.event.clone(), Timestamp::now()), language),
    };
    Ok(Overview {
        title,
        needs,
        figures: figures(&view, language),
        lately: entries.iter().flatten().rev().map(line).collect(),
        empty: view.state.items.is_empty(),
        shell: Shell::of(language, Place::Overview, &view),
    })
}

/// Numbers of people on the roster, items released, copies issued and receipts that came back.
pub(crate) fn counts(state: &State) -> [usize; 4] {
    let copies = || state.items.values().flat_map(|i| &i.disclosures);
    [
        state.persons.values().filter(|p| !p.left).count(),
        state.items.values().filter(|i| i.released.is_some()).count(),
        copies().count(),
        copies().filter(|d| d.receipt.is_some()).count(),
    ]
}

fn figures(view: &View, language: Language) -> Vec<Figure> {
    let words = &language.words().overview;
    let of = [
        (words.people, "/people", UseCase::SeeRoster),
        (words.items, "/items", UseCase::SeeItems),
        (words.copies, "/items", UseCase::SeeItems),
        (words.receipts, "/items", UseCase::SeeItems),
    ];
    let figures = counts(&view.state).into_iter().zip(of).filter(|(_, (.., case))| view.allows(*case));
    figures.map(|(number, (of, path, _))| Figure { number: count(number), of, path }).collect()
}

/// What waits for the officer, and why.
pub(crate) fn needs(view: &View, language: Language, now: Timestamp) -> Vec<Need> {
    let words = &language.words().overview;
    let mut needs = Vec::new();
    needs.extend(record_needs(view, language, now));
    needs.extend(warning_needs(&view.state, language, now));
    needs.extend(retention_needs(&view.state, language));
    needs.extend(view.state.approaches.next_batch().filter(|next| *next <= now).map(|_| Need {
        what: words.envelopes.to_owned(),
        why: words.envelopes_why.to_owned(),
        path: "/approaches/home#carry".to_owned(),
        case: UseCase::KeepRecord,
    }));
    for look in view.state.looks.iter().rev() {
        let path = format!("/items/{}", look.item);
        match &look.verdict {
            Some(verdict) if !verdict.named.is_empty() => {
                let copies: Vec<String> = verdict.named.iter().map(ToString::to_string).collect();
                let what = fill(words.named, &[&look.item, &copies.join(", ")]);
                needs.push(Need { what, why: words.named_why.to_owned(), path: report_path(look), case: UseCase::SeeLooks });
            }
            Some(_) => {}
            None => {
                let what = fill(words.undecided, &[&look.incident, &look.item]);
                needs.push(Need { what, why: words.undecided_why.to_owned(), path, case: UseCase::Trace });
            }
        }
    }
    let all = view.state.requests();
    let asked = onward::waiting(&all);
    if let Some(first) = asked.first() {
        let onward = &language.words().onward;
        let by = first.request.by.map_or_else(|| onward.any_day.to_owned(), |day| day.to_string());
        let why = fill(onward.need_why, &[&by]);
        needs.push(Need { what: onward.need.of(asked.len()), why, path: "/requests".to_owned(), case: UseCase::Answer });
    }
    for (name, item) in &view.state.items {
        if let Some(second) = waits_for(&view.state, name) {
            let who = view.state.persons.get(second).map_or_else(|| second.to_string(), |p| p.facts.name.clone());
            let what = format!("{name}: {}", fill(language.words().second.waits, &[&who]));
            needs.push(Need {
                what,
                why: language.words().second.waits_why.to_owned(),
                path: "/share".to_owned(),
                case: UseCase::Share,
            });
        } else if item.prepared.is_some() && item.released.is_none() {
            let what = fill(words.interrupted, &[name]);
            needs.push(Need {
                what,
                why: words.interrupted_why.to_owned(),
                path: format!("/items/{name}"),
                case: UseCase::Share,
            });
        }
    }
    needs.extend(unsigned_needs(&view.state, language, now));
    let keyless = view.state.persons.values().filter(|p| !p.left && p.usable_devices().next().is_none()).count();
    if keyless > 0 {
        let path = "/people?keyless=1".to_owned();
        needs.push(Need { what: words.keyless.of(keyless), why: words.keyless_why.to_owned(), path, case: UseCase::KeepRoster });
    }
    needs.retain(|need| view.allows(need.case));
    needs
}

/// What waits of the record itself: that it is signed, witnessed, approved.
fn record_needs(view: &View, language: Language, now: Timestamp) -> Vec<Need> {
    let words = &language.words().overview;
    let mut needs = Vec::new();
    let witnesses = &language.words().record.witnesses;
    if let Some(stale) = view.stale {
        let why = language.said(&stale.to_string());
        needs.push(Need { what: words.stale.to_owned(), why, path: "/record/witnesses".to_owned(), case: UseCase::SeeRecord });
    }
    if let (_, _, Some(late)) = standing(view, witnesses, now) {
        needs.push(Need {
            what: late,
            why: witnesses.late_why.to_owned(),
            path: "/record/witnesses".to_owned(),
            case: UseCase::SeeRecord,
        });
    }
    let approvals = &view.state.approvals;
    let policy = approvals.policy.clone().unwrap_or_default();
    let approved = approvals.requests.values().filter(|r| r.standing(&policy) == Standing::Approved);
    needs.extend(approved.map(|request| Need {
        what: fill(language.words().approval.waiting, &[&request.number, &act_words(&request.act, language)]),
        why: language.words().approval.waiting_why.to_owned(),
        path: format!("/record/approvals/{}", request.number),
        case: UseCase::SeeApprovals,
    }));
    needs
}

/// Warnings that another person is to review.
fn warning_needs(state: &State, language: Language, now: Timestamp) -> Vec<Need> {
    let words = &language.words().warning;
    let waiting = state.warnings.iter().filter(|warning| warning.review.is_none());
    let need = |warning: &Warning| Need {
        what: fill(words.need, &[&warning.item]),
        why: fill(if warning.is_late(now) { words.need_late } else { words.need_why }, &[&moment(warning.review_by())]),
        path: "/warnings".to_owned(),
        case: UseCase::SeeItems,
    };
    waiting.map(need).collect()
}

/// What was learnt under authorities whose time is over.
fn retention_needs(state: &State, language: Language) -> Vec<Need> {
    let words = &language.words().overview;
    let need = |(authority, _): (&Authority, usize)| {
        let (name, until) = (&authority.facts.authority, &authority.facts.retain_until);
        Need {
            what: fill(words.retention, &[name]),
            why: fill(words.retention_why, &[until, name]),
            path: format!("/record/destruction?retention={}", in_address(name.as_str())),
            case: UseCase::Destroy,
        }
    };
    state.retention_over(today()).into_iter().map(need).collect()
}

fn unsigned_needs(state: &State, language: Language, now: Timestamp) -> Vec<Need> {
    let words = &language.words().overview;
    let items: Vec<_> = state.items.iter().filter_map(|(name, item)| Some((name, item, unsigned(item, now)?))).collect();
    if items.len() > LISTED {
        let missing: usize = items.iter().map(|(_, _, (missing, _))| missing).sum();
        let days = items.iter().map(|(_, _, (_, days))| *days).max().unwrap_or(PATIENCE);
        let what = fill(words.unsigned_many, &[&count(missing), &count(items.len())]);
        return vec![Need {
            what,
            why: fill(words.unsigned_many_why, &[&days]),
            path: "/items?unsigned=1".to_owned(),
            case: UseCase::TakeReceipts,
        }];
    }
    let need = |(name, item, (missing, days)): (&ItemName, &Item, (usize, i64))| Need {
        what: fill(words.unsigned, &[&count(missing), &count(item.disclosures.len()), name]),
        why: fill(words.unsigned_why, &[&days]),
        path: format!("/items/{name}?sort=receipt"),
        case: UseCase::TakeReceipts,
    };
    items.into_iter().map(need).collect()
}

/// Copies that have been without a receipt for too long, and the days since the first of them was issued.
pub(crate) fn unsigned(item: &Item, now: Timestamp) -> Option<(usize, i64)> {
    let days = |at: Timestamp| now.duration_since(at).as_hours() / 24;
    let waiting: Vec<i64> =
        item.disclosures.iter().filter(|d| d.receipt.is_none()).map(|d| days(d.told_at)).filter(|d| *d >= PATIENCE).collect();
    let oldest = waiting.iter().copied().max()?;
    Some((waiting.len(), oldest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::told::tests::world;

    #[test]
    fn a_few_items_without_receipts_are_listed_and_many_are_one_thing_to_do() {
        let now = Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_hours(24 * 30);
        let needs = |items| unsigned_needs(&world(40, items).state, Language::English, now);
        let few = needs(3);
        assert_eq!(few.iter().map(|n| n.what.as_str()).collect::<Vec<_>>()[0], "4 of 8 copies of item-000 have no receipt");
        assert_eq!((few.len(), few[2].path.as_str()), (3, "/items/item-002?sort=receipt"));
        let many = needs(30);
        assert_eq!((many.len(), many[0].what.as_str()), (1, "120 copies of 30 items have no receipt"));
        assert!(many[0].why.starts_with("The oldest was issued 30 days ago") && many[0].path == "/items?unsigned=1");
        let early = Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_hours(24 * 6);
        assert!(unsigned_needs(&world(40, 30).state, Language::English, early).is_empty(), "a week is waited");
    }
}
