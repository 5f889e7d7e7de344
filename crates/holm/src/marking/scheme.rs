//! Schemes of markings: the Traffic Light Protocol, Europol's handling codes, originator control, and those of a file.

use std::sync::LazyLock;

use holm_marks::frame::Language;
use holm_record::event::PersonFacts;
use serde::Deserialize;

/// Holm's own schemes, read as any other.
static OWN: LazyLock<Vec<Scheme>> = LazyLock::new(|| {
    let files = [
        include_str!("../../schemes/tlp.toml"),
        include_str!("../../schemes/siena.toml"),
        include_str!("../../schemes/orcon.toml"),
    ];
    #[expect(clippy::expect_used, reason = "INVARIANT: the files are part of the program, and every test reads them")]
    files.map(|text| Scheme::read(text).expect("a scheme of Holm's own is well formed")).into()
});

/// Bytes that a scheme's file may have.
const LARGEST: usize = 64 << 10;

/// How holders may pass an item on, from least to most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PassOn {
    /// Nobody may, and no request is granted.
    Never,
    /// Only with the originator's consent.
    Consent,
    /// Within the holder's agency; beyond it with consent.
    Agency,
    /// To whoever is on the roster; beyond it with consent.
    Partners,
    /// To anyone.
    Anyone,
}

/// One marking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Level {
    /// As it stands in a banner: `TLP:RED`.
    pub name: String,
    /// As it stands before a portion: `TLP:R`.
    pub portion: String,
    /// How holders may pass it on.
    pub pass_on: PassOn,
    /// Whether two persons must make the key of what is so marked.
    pub two_persons: bool,
    /// Whether it means a restriction that the originator states.
    pub states_conditions: bool,
    /// What a recipient accepts, in English and in Spanish.
    meaning: [String; 2],
    reach: Reach,
}

/// Who may receive it; an empty list allows everyone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Reach {
    agencies: Vec<String>,
    units: Vec<String>,
    roles: Vec<String>,
    least_level: u8,
}

impl Level {
    /// What a recipient accepts.
    #[must_use]
    pub fn conditions(&self, language: Option<Language>) -> &str {
        let [en, es] = &self.meaning;
        if language == Some(Language::Es) { es } else { en }
    }

    /// Why a person may not receive what is so marked.
    #[must_use]
    pub fn refuses(&self, facts: &PersonFacts) -> Option<Bar> {
        let Reach { agencies, units, roles, least_level } = &self.reach;
        let outside = |list: &[String], own: &str| !list.is_empty() && list.iter().all(|l| l != own);
        match facts {
            f if outside(agencies, &f.agency) => Some(Bar::Agency(f.agency.clone())),
            f if outside(units, &f.unit) => Some(Bar::Unit(f.unit.clone())),
            f if outside(roles, &f.role) => Some(Bar::Role(f.role.clone())),
            f if f.level < *least_level => Some(Bar::Rank(f.level, *least_level)),
            _ => None,
        }
    }
}

/// Why a marking keeps something from a person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Bar {
    /// It is for other agencies.
    #[error("it is not for `{0}`")]
    Agency(String),
    /// It is for other units.
    #[error("it is not for the unit `{0}`")]
    Unit(String),
    /// It is for other roles.
    #[error("it is not for the role `{0}`")]
    Role(String),
    /// It is for higher ranks.
    #[error("rank level {0} is below {1}")]
    Rank(u8, u8),
}

/// A scheme: its levels from the least to the most strict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scheme {
    /// Its name.
    pub name: String,
    /// Its levels.
    pub levels: Vec<Level>,
}

/// A scheme's file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SchemeError {
    /// Not TOML of this shape.
    #[error("the scheme's file cannot be read: {0}")]
    Syntax(String),
    /// Too large.
    #[error("the scheme's file is larger than any scheme ({LARGEST} bytes)")]
    Large,
    /// A name that cannot stand in a banner.
    #[error(
        "`{0}` cannot name a scheme, a marking or a portion: use up to 24 letters, digits, `+`, `-`, `_` and, in a portion, `:`"
    )]
    Name(String),
    /// Holm's own.
    #[error("`{0}` is a scheme of Holm's own; give yours another name")]
    Own(String),
    /// No level.
    #[error("the scheme has no `[[level]]`")]
    Empty,
    /// Twice the same.
    #[error("`{0}` stands twice in the scheme")]
    Twice(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SchemeFile {
    scheme: String,
    #[serde(default, rename = "level")]
    levels: Vec<LevelFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct LevelFile {
    /// Without one, the scheme's.
    name: Option<String>,
    portion: String,
    pass_on: PassOn,
    conditions: ConditionsFile,
    #[serde(default)]
    agencies: Vec<String>,
    #[serde(default)]
    units: Vec<String>,
    #[serde(default)]
    roles: Vec<String>,
    #[serde(default)]
    least_level: u8,
    #[serde(default)]
    two_persons: bool,
    #[serde(default)]
    states_conditions: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConditionsFile {
    en: String,
    es: String,
}

impl Scheme {
    /// Reads a scheme's file (`docs/spec/marking.md`).
    ///
    /// # Errors
    /// [`SchemeError`] says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, SchemeError> {
        let scheme = Self::read(text)?;
        if let Some(own) = OWN.iter().find(|s| s.name == scheme.name) {
            return Err(SchemeError::Own(own.name.clone()));
        }
        let taken: Vec<&Level> = OWN.iter().flat_map(|s| &s.levels).collect();
        scheme.levels.iter().try_for_each(|level| differs(level, &taken))?;
        Ok(scheme)
    }

    fn read(text: &str) -> Result<Self, SchemeError> {
        if text.len() > LARGEST {
            return Err(SchemeError::Large);
        }
        let file: SchemeFile = toml::from_str(text).map_err(|e| SchemeError::Syntax(e.to_string()))?;
        let name = named(&file.scheme, false)?.to_uppercase();
        let mut levels: Vec<Level> = Vec::new();
        for level in file.levels {
            let level = level.level(&name)?;
            differs(&level, &levels.iter().collect::<Vec<_>>())?;
            levels.push(level);
        }
        if levels.is_empty() { Err(SchemeError::Empty) } else { Ok(Self { name, levels }) }
    }
}

/// Checks that a level's names are no other's.
fn differs(level: &Level, others: &[&Level]) -> Result<(), SchemeError> {
    let taken = |own: &String| others.iter().any(|o| o.name == *own || o.portion == *own);
    [&level.name, &level.portion].into_iter().find(|own| taken(own)).map_or(Ok(()), |own| Err(SchemeError::Twice(own.clone())))
}

impl LevelFile {
    fn level(self, scheme: &str) -> Result<Level, SchemeError> {
        Ok(Level {
            name: match &self.name {
                Some(name) => format!("{scheme}:{}", named(name, false)?.to_uppercase()),
                None => scheme.to_owned(),
            },
            portion: named(&self.portion, true)?.to_owned(),
            pass_on: self.pass_on,
            two_persons: self.two_persons,
            states_conditions: self.states_conditions,
            meaning: [self.conditions.en, self.conditions.es],
            reach: Reach { agencies: self.agencies, units: self.units, roles: self.roles, least_level: self.least_level },
        })
    }
}

/// A name that can stand in a banner, in a file's name and in a PDF's standard fonts.
fn named(name: &str, portion: bool) -> Result<&str, SchemeError> {
    let letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '_') || c.is_alphabetic() && c <= 'ÿ';
    let fits = (1..=24).contains(&name.chars().count()) && name.chars().all(|c| letter(c) || portion && c == ':');
    if fits { Ok(name) } else { Err(SchemeError::Name(name.to_owned())) }
}

/// All schemes that a workspace knows, in the order in which markings stand in a banner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schemes(Vec<Scheme>);

impl Default for Schemes {
    fn default() -> Self {
        Self(OWN.clone())
    }
}

impl Schemes {
    /// Holm's own and others.
    #[must_use]
    pub fn with(others: impl Iterator<Item = Scheme>) -> Self {
        Self(OWN.iter().cloned().chain(others).collect())
    }

    /// The schemes.
    pub fn iter(&self) -> impl Iterator<Item = &Scheme> {
        self.0.iter()
    }

    /// The level of this name, with its scheme's place.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<(usize, &Level)> {
        let (scheme, level) = self.place(name)?;
        Some((scheme, self.0.get(scheme)?.levels.get(level)?))
    }

    /// Place of a scheme and of its level of this name. `H2` and `SIENA H2` are the level `SIENA:H2`.
    pub(super) fn place(&self, name: &str) -> Option<(usize, usize)> {
        let plain = name.trim().to_uppercase().replace(": ", ":").replace(' ', ":");
        let fits = |l: &Level| l.name.to_uppercase() == plain || l.name == format!("SIENA:{plain}");
        self.0.iter().enumerate().find_map(|(s, scheme)| Some((s, scheme.levels.iter().position(fits)?)))
    }

    /// What a portion mark stands for: places of schemes and levels; `None` if it is no portion mark.
    #[must_use]
    pub fn portion(&self, inside: &str) -> Option<Vec<(usize, usize)>> {
        let one = |part: &str| {
            let short = |l: &Level| l.portion == part;
            let by_short = self.0.iter().enumerate().find_map(|(s, scheme)| Some((s, scheme.levels.iter().position(short)?)));
            by_short.or_else(|| self.place(part).filter(|_| part.contains(':')))
        };
        inside.split("//").map(one).collect()
    }

    /// The names of all levels.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.0.iter().flat_map(|s| s.levels.iter().map(|l| l.name.clone())).collect()
    }
}
