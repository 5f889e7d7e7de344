//! The forms by which what happened outside is recorded: operations, incidents, tellings, channels and targets.

use askama::Template;
use axum::extract::{Form, Path, Query};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use holm::operation::import::exposure;
use holm::state::State;
use holm::state::happenings::Added;
use holm_record::event::Telling;
use holm_record::event::happening::{ChannelSort, IncidentFacts, IncidentSort, OperationFacts, Outcome, Weight, Window};
use holm_record::id::{ChannelName, IncidentName, ItemName, OperationName, TargetName};
use jiff::Timestamp;

use super::withdrawal::{self, Entry, Refused, WithdrawalForm, Withdrawn};
use super::{Asked, Place, Shell, Shown, answered};
use crate::fields::{Fields, Reading, own_zone};
use crate::happening;
use crate::language::Language;
use crate::problem::{Problem, Wrong, in_language};
use crate::server::Desk;
use crate::words::fill;
use crate::words::recording::{FieldWords, FormWords, RecordingWords};

/// Names that a field suggests; others can be typed as well.
const SUGGESTED: usize = 200;

/// How a field is filled in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Line,
    Area,
    Time,
    Choice,
    Boxes,
}

/// What can be chosen.
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) label: String,
    pub(crate) chosen: bool,
}

/// A field as it is shown.
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) words: &'static FieldWords,
    kind: Kind,
    pub(crate) value: String,
    pub(crate) error: Option<String>,
    /// What can be chosen, or what a line suggests.
    pub(crate) choices: Vec<Choice>,
}

impl Field {
    pub(crate) fn is_area(&self) -> bool {
        self.kind == Kind::Area
    }

    pub(crate) fn is_choice(&self) -> bool {
        self.kind == Kind::Choice
    }

    pub(crate) fn is_boxes(&self) -> bool {
        self.kind == Kind::Boxes
    }

    pub(crate) fn type_(&self) -> &'static str {
        if self.kind == Kind::Time { "datetime-local" } else { "text" }
    }
}

/// What fields are made of: what was sent, and what was wrong with it.
pub(crate) struct Filled<'f> {
    fields: &'f Fields,
    errors: &'f [Wrong],
    words: &'static RecordingWords,
}

impl<'f> Filled<'f> {
    pub(crate) fn new(fields: &'f Fields, errors: &'f [Wrong], language: Language) -> Self {
        Self { fields, errors, words: &language.words().recording }
    }

    fn field(&self, kind: Kind, name: &'static str, words: &'static FieldWords, choices: Vec<Choice>) -> Field {
        let said: Vec<&str> = self.errors.iter().filter(|(field, _)| *field == name).map(|(_, what)| what.as_str()).collect();
        let error = (!said.is_empty()).then(|| said.join(" "));
        Field { name, words, kind, value: self.fields.typed(name).to_owned(), error, choices }
    }

    pub(crate) fn line(&self, name: &'static str, words: &'static FieldWords) -> Field {
        self.field(Kind::Line, name, words, Vec::new())
    }

    pub(crate) fn area(&self, name: &'static str, words: &'static FieldWords) -> Field {
        self.field(Kind::Area, name, words, Vec::new())
    }

    pub(crate) fn time(&self, name: &'static str, words: &'static FieldWords) -> Field {
        self.field(Kind::Time, name, words, Vec::new())
    }

    /// A line that suggests names.
    fn named(&self, name: &'static str, words: &'static FieldWords, known: impl Iterator<Item = String>) -> Field {
        let suggest = |value| Choice { value, label: String::new(), chosen: false };
        self.field(Kind::Line, name, words, known.take(SUGGESTED).map(suggest).collect())
    }

    /// One of several, or none.
    pub(crate) fn choice(
        &self,
        name: &'static str,
        words: &'static FieldWords,
        known: impl Iterator<Item = (String, String)>,
    ) -> Field {
        let none = (String::new(), self.words.nothing_chosen.to_owned());
        let choice = |(value, label): (String, String)| Choice { chosen: self.fields.get(name) == value, value, label };
        self.field(Kind::Choice, name, words, std::iter::once(none).chain(known).map(choice).collect())
    }

    /// Any of several.
    fn boxes(&self, name: &'static str, words: &'static FieldWords, known: impl Iterator<Item = String>) -> Option<Field> {
        let choice = |value: String| Choice { chosen: self.fields.has(name, &value), label: value.clone(), value };
        let field = self.field(Kind::Boxes, name, words, known.map(choice).collect());
        (!field.choices.is_empty() || field.error.is_some()).then_some(field)
    }

    pub(crate) fn zone(&self) -> Field {
        let field = self.line("zone", &self.words.zone);
        Field { value: if field.value.is_empty() && field.error.is_none() { own_zone() } else { field.value }, ..field }
    }
}

/// A form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sheet {
    Operation,
    Incident,
    Telling,
    Channel,
    Target,
}

impl Sheet {
    const ALL: [Self; 5] = [Self::Operation, Self::Incident, Self::Telling, Self::Channel, Self::Target];

    /// What stands in the address.
    fn name(self) -> &'static str {
        match self {
            Self::Operation => "operation",
            Self::Incident => "incident",
            Self::Telling => "telling",
            Self::Channel => "channel",
            Self::Target => "target",
        }
    }

    fn of(name: &str) -> Result<Self, Problem> {
        Self::ALL.into_iter().find(|sheet| sheet.name() == name).ok_or(Problem::Missing)
    }

    fn words(self, words: &'static RecordingWords) -> &'static FormWords {
        match self {
            Self::Operation => &words.operation,
            Self::Incident => &words.incident,
            Self::Telling => &words.telling,
            Self::Channel => &words.channel,
            Self::Target => &words.target,
        }
    }

    /// Fields that it may hold.
    fn known(self) -> &'static [&'static str] {
        match self {
            Self::Operation => {
                &["operation", "sort", "at", "targets", "units", "channels", "items", "told", "endangers", "words", "zone"]
            }
            Self::Incident => &[
                "incident",
                "sort",
                "certainty",
                "operation",
                "item",
                "noticed",
                "from",
                "to",
                "variant",
                "grade",
                "considered",
                "words",
                "zone",
            ],
            Self::Telling => &["operation", "item", "persons", "at", "channel", "weight", "variant", "words", "zone"],
            Self::Channel => &["channel", "sort", "unit", "words"],
            Self::Target => &["target", "words"],
        }
    }

    fn fields(self, filled: &Filled<'_>, state: &State, language: Language) -> Vec<Field> {
        match self {
            Self::Operation => operation_fields(filled, state),
            Self::Incident => incident_fields(filled, state, language),
            Self::Telling => telling_fields(filled, state),
            Self::Channel => {
                let (w, sorts) = (filled.words, language.words().cases.channel_sorts);
                let sorts = ChannelSort::ALL.iter().zip(sorts).map(|(sort, said)| (sort.word().to_owned(), said.to_owned()));
                vec![
                    filled.line("channel", &w.name),
                    filled.choice("sort", &w.channel_sort, sorts),
                    filled.choice("unit", &w.unit, units(state).map(|unit| (unit.clone(), unit))),
                    filled.line("words", &w.words),
                ]
            }
            Self::Target => vec![filled.line("target", &filled.words.name), filled.line("words", &filled.words.words)],
        }
    }

    /// Records what it holds; where that is shown.
    fn record(self, desk: &Desk, language: Language, fields: &Fields) -> Result<String, Problem> {
        match self {
            Self::Operation => {
                let facts = operation_of(fields, language)?;
                let path = format!("/operations/{}", facts.operation);
                happening::add_operations(desk, None, vec![facts]).map(|()| path)
            }
            Self::Incident => {
                let (incident, facts) = incident_of(fields, language)?;
                let path = format!("/cases/{incident}");
                happening::add_incident(desk, incident, facts).map(|()| path)
            }
            Self::Telling => {
                let telling = telling_of(&desk.office.view()?.state, fields, language)?;
                let operation = telling.operation.as_ref().map(|operation| format!("/operations/{operation}#when"));
                let item = telling.item.as_ref().map(|item| format!("/items/{item}#told"));
                happening::tell(desk, telling)?;
                Ok(operation.or(item).unwrap_or_default())
            }
            Self::Channel => {
                let mut reading = Reading::new(fields, language);
                let channel = reading.needed::<ChannelName>("channel").zip(reading.needed::<ChannelSort>("sort"));
                let (unit, words) = (reading.text("unit"), fields.get("words").to_owned());
                let (channel, sort) = reading.done(channel)?;
                happening::add_channel(desk, channel, sort, unit, words).map(|()| "/record/channel".to_owned())
            }
            Self::Target => {
                let mut reading = Reading::new(fields, language);
                let target = reading.needed::<TargetName>("target");
                let target = reading.done(target)?;
                let words = fields.get("words").to_owned();
                happening::add_target(desk, target, words).map(|()| "/record/target".to_owned())
            }
        }
    }

    /// What of its sort is recorded already: name, and what is said of it.
    fn listed(self, state: &State, language: Language) -> Option<Vec<(String, String)>> {
        let sorts = language.words().cases.channel_sorts;
        match self {
            Self::Channel => {
                let line = |(name, channel): (&ChannelName, &holm::state::happenings::Channel)| {
                    let sort = word(ChannelSort::ALL, channel.sort, &sorts);
                    let said = [sort, channel.unit.as_deref().unwrap_or_default(), &channel.words];
                    (name.to_string(), said.into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>().join(", "))
                };
                Some(state.happenings.channels.iter().map(line).collect())
            }
            Self::Target => {
                Some(state.happenings.targets.iter().map(|(name, words)| (name.to_string(), words.clone())).collect())
            }
            _ => None,
        }
    }
}

impl Sheet {
    /// Entries of its sort that can be withdrawn: what they add is named nowhere.
    fn unnamed(self, state: &State, language: Language) -> Vec<Entry> {
        let happened = &state.happenings;
        let own = |added: &Added| match (self, added) {
            (Self::Channel, Added::Channel(channel)) => Some(channel.to_string()),
            (Self::Target, Added::Target(target)) => Some(target.to_string()),
            _ => None,
        };
        let entry = |(index, added): (&u64, &Added)| {
            let name = own(added).filter(|_| happened.names(added).is_none())?;
            Some((*index, fill(language.words().cases.entry_added, &[index, &name])))
        };
        happened.added.iter().filter_map(entry).collect()
    }
}

/// What is said of one of several, in their order.
pub(crate) fn word<T: PartialEq>(all: &[T], one: T, said: &[&'static str]) -> &'static str {
    all.iter().position(|other| *other == one).and_then(|at| said.get(at)).copied().unwrap_or_default()
}

/// Units of the roster, as they are recorded.
fn units(state: &State) -> impl Iterator<Item = String> + use<> {
    let units: std::collections::BTreeSet<String> = state.persons.values().map(|p| p.facts.unit.clone()).collect();
    units.into_iter().filter(|unit| !unit.is_empty())
}

fn items(state: &State) -> impl Iterator<Item = String> {
    super::items::found(state, "").into_iter().filter(|(_, item)| item.released.is_some()).map(|(name, _)| name.to_string())
}

fn operations(state: &State) -> impl Iterator<Item = String> {
    let mut operations: Vec<_> = state.happenings.operations.iter().collect();
    // What is still to come, then the newest.
    operations.sort_by_key(|(_, operation)| (operation.closed.is_some(), std::cmp::Reverse(operation.facts.at)));
    operations.into_iter().map(|(name, _)| name.to_string())
}

fn operation_fields(filled: &Filled<'_>, state: &State) -> Vec<Field> {
    let (w, happened) = (filled.words, &state.happenings);
    let boxes = [
        filled.boxes("targets", &w.targets, happened.targets.keys().map(ToString::to_string)),
        filled.boxes("units", &w.units, units(state)),
        filled.boxes("channels", &w.channels, happened.channels.keys().map(ToString::to_string)),
    ];
    let first = [filled.line("operation", &w.name), filled.line("sort", &w.sort), filled.time("at", &w.at)];
    let last = [
        filled.named("items", &w.items, items(state)),
        filled.area("told", &w.told),
        filled.area("endangers", &w.endangers),
        filled.line("words", &w.words),
        filled.zone(),
    ];
    first.into_iter().chain(boxes.into_iter().flatten()).chain(last).collect()
}

fn incident_fields(filled: &Filled<'_>, state: &State, language: Language) -> Vec<Field> {
    let (w, cases) = (filled.words, &language.words().cases);
    let sorts = IncidentSort::ALL.iter().zip(cases.incident_sorts).map(|(sort, said)| (sort.word().to_owned(), said.to_owned()));
    // Nothing is an incident that went as planned.
    let certainties = Outcome::ALL.iter().zip(cases.certainties).filter(|(outcome, _)| **outcome != Outcome::Clean);
    let certainties = certainties.map(|(outcome, said)| (outcome.word().to_owned(), said.to_owned()));
    vec![
        filled.line("incident", &w.name),
        filled.choice("sort", &w.incident_sort, sorts),
        filled.choice("certainty", &w.certainty, certainties),
        filled.named("operation", &w.betrayed_operation, operations(state)),
        filled.named("item", &w.betrayed_item, items(state)),
        filled.time("noticed", &w.noticed),
        filled.time("from", &w.from),
        filled.time("to", &w.to),
        filled.line("variant", &w.variant),
        filled.line("grade", &w.grade),
        filled.line("considered", &w.considered),
        filled.line("words", &w.words),
        filled.zone(),
    ]
}

fn telling_fields(filled: &Filled<'_>, state: &State) -> Vec<Field> {
    let w = filled.words;
    let weight = filled.line("weight", &w.weight);
    let whole = weight.value.is_empty() && weight.error.is_none();
    let channels = state.happenings.channels.keys().map(|name| (name.to_string(), name.to_string()));
    vec![
        filled.named("operation", &w.told_operation, operations(state)),
        filled.named("item", &w.told_item, items(state)),
        filled.area("persons", &w.persons),
        filled.time("at", &w.told_at),
        filled.choice("channel", &w.told_by, channels),
        Field { value: if whole { "1".to_owned() } else { weight.value }, ..weight },
        filled.line("variant", &w.told_variant),
        filled.line("words", &w.words),
        filled.zone(),
    ]
}

fn operation_of(fields: &Fields, language: Language) -> Result<OperationFacts, Problem> {
    let mut reading = Reading::new(fields, language);
    let operation = reading.needed::<OperationName>("operation");
    let sort = reading.needed::<String>("sort");
    let at = reading.needed_moment("at");
    let (targets, channels, items) = (reading.list("targets"), reading.list("channels"), reading.list::<ItemName>("items"));
    let zone = reading.zone().cloned();
    let told = fields.list("told").into_iter().filter_map(|one| reading.noted("told", exposure(one, zone.as_ref()))).collect();
    let facts = operation.zip(sort).zip(at).map(|((operation, sort), at)| OperationFacts {
        operation,
        sort,
        at,
        targets,
        units: fields.list("units").into_iter().map(str::to_owned).collect(),
        channels,
        items,
        told,
        endangers: fields.list("endangers").into_iter().map(str::to_owned).collect(),
        words: fields.get("words").to_owned(),
        outcome: None,
        window: None,
    });
    reading.done(facts)
}

fn incident_of(fields: &Fields, language: Language) -> Result<(IncidentName, IncidentFacts), Problem> {
    let mut reading = Reading::new(fields, language);
    let incident = reading.needed::<IncidentName>("incident");
    let (sort, certainty) = (reading.needed("sort"), reading.needed("certainty"));
    let (operation, item) = (reading.some("operation"), reading.some("item"));
    let noticed = reading.moment("noticed").unwrap_or_else(Timestamp::now);
    let window = Window { from: reading.moment("from"), to: reading.moment("to") };
    let (variant, grade, considered) = (reading.text("variant"), reading.text("grade"), reading.text("considered"));
    let words = fields.get("words").to_owned();
    let facts = incident.zip(sort).zip(certainty).map(|((incident, sort), certainty)| {
        let facts = IncidentFacts { sort, noticed, window, certainty, operation, item, variant, grade, considered, words };
        (incident, facts)
    });
    reading.done(facts)
}

fn telling_of(state: &State, fields: &Fields, language: Language) -> Result<Telling, Problem> {
    let mut reading = Reading::new(fields, language);
    let (operation, item, channel) = (reading.some("operation"), reading.some("item"), reading.some("channel"));
    let at = reading.moment("at").unwrap_or_else(Timestamp::now);
    let weight = reading.some::<Weight>("weight").unwrap_or_default();
    let persons = match happening::persons(state, language, &fields.list("persons")) {
        Ok(persons) => persons,
        Err(Problem::Wrong(unknown)) => {
            unknown.into_iter().for_each(|(field, what)| reading.wrong(field, what));
            Vec::new()
        }
        Err(problem) => return Err(problem),
    };
    let variant = reading.text("variant");
    let words = fields.get("words").to_owned();
    reading.done(Some(Telling { item, operation, persons, at, channel, weight, variant, breach: None, words }))
}

#[derive(Template)]
#[template(path = "recording.html")]
struct RecordingPage {
    shell: Shell,
    form: &'static FormWords,
    action: String,
    fields: Vec<Field>,
    errors: Vec<Wrong>,
    /// What of its sort is recorded already.
    listed: Option<Vec<(String, String)>>,
    /// What is said if nothing is.
    none_listed: &'static str,
    /// Of channels and targets that nothing names.
    withdrawal: Option<WithdrawalForm>,
}

/// `GET /record/{sheet}`; the address may fill fields in.
pub(crate) async fn form(asked: Asked, Path(sheet): Path<String>, Query(given): Query<Vec<(String, String)>>) -> Shown {
    super::shown(asked, move |desk, language| {
        let sheet = Sheet::of(&sheet)?;
        page(desk, language, sheet, &Fields::of(given, sheet.known())?, Vec::new(), Refused::default())
    })
    .await
}

fn page(
    desk: &Desk,
    language: Language,
    sheet: Sheet,
    fields: &Fields,
    errors: Vec<Wrong>,
    sent: Refused,
) -> Result<RecordingPage, Problem> {
    let view = desk.office.view()?;
    let unnamed = sheet.unnamed(&view.state, language);
    let words = &language.words().recording;
    Ok(RecordingPage {
        form: sheet.words(words),
        action: format!("/record/{}", sheet.name()),
        fields: sheet.fields(&Filled::new(fields, &errors, language), &view.state, language),
        listed: sheet.listed(&view.state, language),
        none_listed: if sheet == Sheet::Channel { words.no_channels } else { words.no_targets },
        withdrawal: WithdrawalForm::of(format!("/record/{}/withdraw", sheet.name()), unnamed, sent),
        errors,
        shell: Shell::of(language, Place::Cases, &view),
    })
}

/// `POST /record/{sheet}`
pub(crate) async fn record(
    (state, extension): Asked,
    Path(sheet): Path<String>,
    Form(given): Form<Vec<(String, String)>>,
) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || {
        let sheet = Sheet::of(&sheet)?;
        let fields = Fields::of(given, sheet.known())?;
        match sheet.record(&desk, language, &fields) {
            Ok(path) => Ok(Redirect::to(&path).into_response()),
            Err(Problem::Wrong(errors)) => {
                let page = page(&desk, language, sheet, &fields, in_language(errors, language), Refused::default())?.render()?;
                Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
            }
            Err(problem) => Err(problem),
        }
    })
    .await
}

/// `POST /record/{sheet}/withdraw`
pub(crate) async fn withdraw((state, extension): Asked, Path(sheet): Path<String>, Form(given): Form<Withdrawn>) -> Response {
    let (desk, language) = (state.0, extension.0);
    answered(language, move || {
        let sheet = Sheet::of(&sheet)?;
        let entries = sheet.unnamed(&desk.office.view()?.state, language);
        match withdrawal::withdraw(&desk, language, &entries, None, &given) {
            Ok(()) => Ok(Redirect::to(&format!("/record/{}", sheet.name())).into_response()),
            Err(problem) => {
                let sent = withdrawal::refused(problem, given, language)?;
                let fields = Fields::of(Vec::new(), sheet.known())?;
                let page = page(&desk, language, sheet, &fields, Vec::new(), sent)?.render()?;
                Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
            }
        }
    })
    .await
}
