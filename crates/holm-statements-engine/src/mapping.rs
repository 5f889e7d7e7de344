//! A provider's columns and ours (`docs/spec/statements.md`, Mapping).

use crate::failure::Failure;
use holm_statements::request::{File, Kind};
use jiff::tz::TimeZone;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};

/// Our columns; those of accounts in the second half.
const PHONES: [&str; 8] = ["at", "own", "other", "direction", "kind", "seconds", "imei", "imsi"];
const ACCOUNTS: [&str; 11] =
    ["at", "account", "amount", "credit", "debit", "direction", "currency", "counterparty", "kind", "words", "balance"];

/// The TOML text as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Text {
    delimiter: Option<char>,
    skip: u64,
    columns: BTreeMap<String, Names>,
    constants: BTreeMap<String, String>,
    time: Time,
    numbers: Numbers,
    direction: BTreeMap<String, Vec<String>>,
    kind: BTreeMap<String, Vec<String>>,
}

/// One column's name, or several that are joined by a blank.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Names {
    One(String),
    Several(Vec<String>),
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Time {
    format: Option<String>,
    zone: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Numbers {
    country: Option<String>,
    decimal: Option<char>,
}

/// How a file is read.
#[derive(Debug)]
pub(crate) struct Mapping {
    /// Between columns of CSV.
    pub(crate) delimiter: u8,
    /// Lines before the line with the columns' names.
    pub(crate) skip: u64,
    /// Our column and the provider's names for it.
    pub(crate) columns: Vec<(&'static str, Vec<String>)>,
    /// Our columns that have one value in all rows.
    pub(crate) constants: HashMap<&'static str, String>,
    /// How times are written; `None`: RFC 3339, with or without an offset.
    pub(crate) format: Option<String>,
    /// The zone of times that do not say theirs.
    pub(crate) zone: Option<TimeZone>,
    /// The country code of numbers that do not begin with one.
    pub(crate) country: Option<String>,
    /// `.` or `,`.
    pub(crate) decimal: char,
    /// The provider's words and whether they mean in or out.
    pub(crate) direction: HashMap<String, Direction>,
    /// The provider's words and ours; empty: all are kept as they are.
    pub(crate) kind: HashMap<String, String>,
}

/// From the person's point of view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// To the number or account.
    In,
    /// From it.
    Out,
}

impl Mapping {
    /// Reads a file's mapping.
    pub(crate) fn read(file: &File, kind: Kind) -> Result<Mapping, Failure> {
        let refuse = |reason: String| Failure::Mapping { path: file.path.clone(), reason };
        let text: Text = toml::from_str(&file.mapping).map_err(|e| refuse(e.message().to_owned()))?;
        let ours: &[&'static str] = if kind == Kind::Phones { &PHONES } else { &ACCOUNTS };
        let known = |name: &str| {
            let found = ours.iter().copied().find(|&o| o == name);
            found.ok_or_else(|| refuse(format!("it names `{name}`; columns are {}", listed(ours.iter().copied()))))
        };
        let mut columns = Vec::new();
        for (our, names) in text.columns {
            let names = match names {
                Names::One(name) => vec![name],
                Names::Several(names) => names,
            };
            columns.push((known(&our)?, names));
        }
        let constants: HashMap<_, _> =
            text.constants.into_iter().map(|(o, v)| Ok((known(&o)?, v))).collect::<Result<_, Failure>>()?;
        let has = |name: &str| constants.contains_key(name) || columns.iter().any(|(o, _)| *o == name);
        require(kind, has).map_err(refuse)?;
        if has("direction") && text.direction.is_empty() {
            return Err(refuse("it has a column `direction` and no values of it for `in` and `out`".to_owned()));
        }
        let zone =
            text.time.zone.map(|z| TimeZone::get(&z).map_err(|_| refuse(format!("the zone `{z}` is not known")))).transpose()?;
        let delimiter = text.delimiter.unwrap_or(',');
        Ok(Mapping {
            delimiter: u8::try_from(delimiter).map_err(|_| refuse(format!("`{delimiter}` cannot stand between columns")))?,
            skip: text.skip,
            columns,
            constants,
            format: text.time.format,
            zone,
            country: text.numbers.country,
            decimal: decimal(text.numbers.decimal).map_err(refuse)?,
            direction: directions(text.direction).map_err(refuse)?,
            kind: text.kind.into_iter().flat_map(|(our, theirs)| theirs.into_iter().map(move |t| (t, our.clone()))).collect(),
        })
    }
}

/// Names in backticks, with commas between.
pub(crate) fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")
}

fn require(kind: Kind, has: impl Fn(&str) -> bool) -> Result<(), String> {
    let needed: &[&str] = if kind == Kind::Phones { &["at", "own", "other"] } else { &["at", "account", "currency"] };
    if let Some(missing) = needed.iter().find(|n| !has(n)) {
        return Err(format!("it has nothing for `{missing}`"));
    }
    if kind == Kind::Accounts && !has("amount") && !(has("credit") && has("debit")) {
        return Err("it has neither `amount` nor `credit` and `debit`".to_owned());
    }
    Ok(())
}

fn decimal(sign: Option<char>) -> Result<char, String> {
    match sign.unwrap_or('.') {
        sign @ ('.' | ',') => Ok(sign),
        other => Err(format!("the decimal sign is `.` or `,`, not `{other}`")),
    }
}

fn directions(text: BTreeMap<String, Vec<String>>) -> Result<HashMap<String, Direction>, String> {
    let mut all = HashMap::new();
    for (our, theirs) in text {
        let direction = match our.as_str() {
            "in" => Direction::In,
            "out" => Direction::Out,
            other => return Err(format!("a direction is `in` or `out`, not `{other}`")),
        };
        all.extend(theirs.into_iter().map(|t| (t, direction)));
    }
    Ok(all)
}
