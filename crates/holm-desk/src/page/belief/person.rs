//! Why somebody is believed to leak or not: the section of a person's page. It stands apart from what is proved of copies.

use holm::belief::translation::TrialOf;
use holm::belief::{Belief, Beliefs, Missing, OfChecks, Question, Reason};
use holm::role::UseCase;
use holm::state::State;
use holm_record::event::happening::Outcome;
use holm_record::id::PersonId;
use serde::Deserialize;

use super::{Fact, PATIENCE, Range, lacking, name_of, named, otherwise, person_path, provenance, times};
use crate::belief::{Weighed, Weighing, has_ground, known, weighed};
use crate::language::{Language, count};
use crate::page::in_address;
use crate::problem::Problem;
use crate::server::Desk;
use crate::words::belief::BeliefWords;
use crate::words::fill;

/// Others who may explain the same leaks that are listed.
const OTHERS: usize = 8;

/// Whether the address asks for it.
#[derive(Default, Deserialize)]
pub(crate) struct Weigh {
    weighed: Option<String>,
}

/// Somebody else who knew of the same leaks.
pub(crate) struct Other {
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) link: String,
    pub(crate) shared: String,
    pub(crate) chance: String,
}

/// What checks of one kind say.
pub(crate) struct CheckSaid {
    /// Which checks.
    pub(crate) what: String,
    pub(crate) weight: String,
    /// What would be believed without them, if that is known.
    pub(crate) without: String,
    /// How far they can be trusted, and where that is from.
    pub(crate) trust: String,
}

/// What is said once it is computed.
pub(crate) struct Reasons {
    pub(crate) chance: String,
    pub(crate) innocent: String,
    pub(crate) range: Range,
    pub(crate) band: String,
    pub(crate) lacks: Option<String>,
    pub(crate) unconfirmed: Vec<Unconfirmed>,
    pub(crate) knew: String,
    pub(crate) speaks_for: Vec<Fact>,
    pub(crate) against: Vec<Fact>,
    pub(crate) checks: Vec<CheckSaid>,
    pub(crate) exonerate: String,
    pub(crate) who_else: String,
    pub(crate) others: Vec<Other>,
    pub(crate) alike: Vec<String>,
    pub(crate) provenance: String,
}

/// What one keeper alone says.
pub(crate) struct Unconfirmed {
    pub(crate) title: String,
    pub(crate) what: String,
    /// Each thing, and the form by which somebody else records what they know of it.
    pub(crate) things: Vec<(String, String)>,
}

/// The section.
pub(crate) struct Section {
    pub(crate) title: String,
    /// Where it is computed, if it was not asked for.
    pub(crate) weigh: Option<String>,
    pub(crate) working: bool,
    pub(crate) reasons: Option<Reasons>,
}

/// The section of a person's page; none if there is nothing to judge by. Without being asked for it shows what was computed before.
///
/// # Errors
/// [`Problem`] if it cannot be computed.
pub(crate) fn section(desk: &Desk, language: Language, id: &str, weigh: &Weigh) -> Result<Option<Section>, Problem> {
    let view = desk.office.view()?;
    let (mask, ground) = (view.beliefs_mask(), has_ground(&view.state));
    let called = PersonId::new(id).map_err(|_| Problem::Missing)?;
    if !view.allows(UseCase::SeeBeliefs) {
        return Ok(None);
    }
    // Under a mask, what is believed of somebody stands apart from what is known of them.
    if !ground || mask.find(&called, view.state.persons.keys()).is_none() {
        return Ok(None);
    }
    let person = &called;
    let words = &language.words().belief;
    let question = Question { person: Some(person.clone()), ..Question::default() };
    let title = fill(words.of_person, &[&name_of(&view.state, person)]);
    let section = Section { title, weigh: None, working: false, reasons: None };
    let found = match &weigh.weighed {
        None => known(desk, &question)?,
        Some(_) => match weighed(desk, &question, PATIENCE)? {
            Weighing::Done(found) => Some(found),
            Weighing::Working => return Ok(Some(Section { working: true, ..section })),
            Weighing::Nothing => return Ok(None),
        },
    };
    let reasons = found.and_then(|found| reasons(&view.state, &found, person, language));
    let weigh = reasons.is_none().then(|| person_path(person));
    Ok(Some(Section { weigh, reasons, ..section }))
}

fn reasons(state: &State, weighed: &Weighed, person: &PersonId, language: Language) -> Option<Reasons> {
    let words = &language.words().belief;
    let belief = weighed.beliefs.people.iter().find(|b| b.person == *person)?;
    let facts = |reasons: &[Reason]| reasons.iter().map(|reason| Fact::of(reason, language)).collect();
    let others = others(state, weighed, belief, language);
    let sentence = if others.is_empty() { words.who_else_none } else { words.who_else_what };
    Some(Reasons {
        chance: words.of(belief.probability),
        innocent: super::innocent(belief, language),
        range: Range::of(belief.probability, belief.band.as_ref(), language),
        band: band(belief, language),
        lacks: (!belief.missing.is_empty()).then(|| lacking(&belief.missing, language)),
        unconfirmed: belief.missing.iter().filter_map(|missing| unconfirmed(missing, person, language)).collect(),
        knew: words.knew_of.of(belief.known) + &words.of_them_betrayed.of(belief.betrayed),
        speaks_for: facts(&belief.reasons_for),
        against: facts(&belief.against),
        checks: checks(&weighed.beliefs, belief, language),
        exonerate: exonerates(&belief.against, language),
        who_else: fill(sentence, &[&words.of_hundred(weighed.beliefs.not_listed)]),
        others,
        alike: alike(state, weighed, person, words),
        provenance: provenance(&weighed.beliefs, language),
    })
}

fn unconfirmed(missing: &Missing, person: &PersonId, language: Language) -> Option<Unconfirmed> {
    let Missing::OneWord { keeper, of } = missing else { return None };
    let words = &language.words().belief;
    let form = |of: &TrialOf| {
        let what = of.operation.as_ref().map(|name| format!("operation={}", in_address(name.as_str())));
        let what = what.or_else(|| of.item.as_ref().map(|name| format!("item={}", in_address(name.as_str()))))?;
        let version = of.variant.as_ref().map(|version| format!("&variant={}", in_address(version))).unwrap_or_default();
        Some((named(of, language), format!("/record/telling?{what}&persons={}{version}", in_address(person.as_str()))))
    };
    Some(Unconfirmed {
        title: fill(words.confirm, &[keeper]),
        what: fill(words.confirm_what, &[keeper, keeper]),
        things: of.iter().filter_map(form).collect(),
    })
}

fn band(belief: &Belief, language: Language) -> String {
    let words = &language.words().belief;
    let Some(band) = &belief.band else { return words.no_band.to_owned() };
    let most = band.most.as_ref().map(|most| fill(words.most_depends, &[&otherwise(most, language)])).unwrap_or_default();
    let (lowest, highest) = (words.of(band.lowest), words.of(band.highest));
    if lowest == highest {
        return fill(words.band_same, &[&lowest]) + ".";
    }
    fill(words.band, &[&lowest, &highest]) + &most + "."
}

/// What each kind of check says, what would be believed without it, and how far it can be trusted.
fn checks(beliefs: &Beliefs, belief: &Belief, language: Language) -> Vec<CheckSaid> {
    let words = &language.words().belief;
    let said = |of: &OfChecks| {
        let kind = beliefs.checks.iter().find(|kind| kind.kind == of.kind);
        let sorts =
            kind.map(|kind| kind.sorts.iter().map(|sort| language.words().vetting.sort(*sort)).collect::<Vec<_>>().join(", "));
        let sentence = if of.nats > 0.0 { words.check_for } else { words.check_against };
        CheckSaid {
            what: sorts.unwrap_or_else(|| of.kind.clone()),
            weight: fill(sentence, &[&times(of.nats)]),
            without: of.without.map_or(String::new(), |p| words.of(p)),
            trust: kind.map_or(String::new(), |kind| {
                let of_hundred = |share: f64| format!("{:.1}", share * 100.0);
                fill(words.check_trust, &[&of_hundred(kind.sensitivity), &of_hundred(kind.false_alarms), &kind.source])
            }),
        }
    };
    belief.checks.iter().map(said).collect()
}

/// What an operation that goes as planned would say, by the one that says most.
fn exonerates(against: &[Reason], language: Language) -> String {
    let words = &language.words().belief;
    let clean = against.iter().filter(|reason| reason.of.outcome == Outcome::Clean);
    match clean.max_by(|a, b| a.nats.abs().total_cmp(&b.nats.abs())) {
        Some(most) => fill(words.exonerate_by, &[&times(most.nats), &named(&most.of, language)]),
        None => words.exonerate_unknown.to_owned(),
    }
}

fn others(state: &State, weighed: &Weighed, belief: &Belief, language: Language) -> Vec<Other> {
    let words = &language.words().belief;
    let probability =
        |person: &PersonId| weighed.beliefs.people.iter().find(|b| b.person == *person).map_or(0.0, |b| b.probability);
    let mut sharing = weighed.sharing(&belief.person);
    // Of those who share as many, the likeliest.
    sharing.sort_by(|a, b| b.1.cmp(&a.1).then(probability(b.0).total_cmp(&probability(a.0))));
    let other = |(person, shared): &(&PersonId, usize)| Other {
        name: name_of(state, person),
        id: person.to_string(),
        link: person_path(person),
        shared: fill(words.shared_of, &[&count(*shared), &count(belief.betrayed)]),
        chance: words.of(probability(person)),
    };
    sharing.iter().take(OTHERS).map(other).collect()
}

fn alike(state: &State, weighed: &Weighed, person: &PersonId, words: &BeliefWords) -> Vec<String> {
    let name = |person: &PersonId| format!("{} ({person})", name_of(state, person));
    let groups = weighed.beliefs.alike.iter().filter(|group| group.people.contains(person));
    let said = |group: &holm::belief::Alike| {
        fill(words.alike_one, &[&group.people.iter().map(name).collect::<Vec<_>>().join(", "), &words.of(group.any)])
    };
    groups.map(said).collect()
}
