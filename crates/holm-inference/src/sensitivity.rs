//! What a belief stands on: how far it moves when what was supposed is otherwise, or when one part of the evidence is left out; and
//! whether it may be acted on at all.

use std::collections::BTreeSet;

use crate::case::{Case, UNRECORDED};
use crate::chain::State;
use crate::checks::{Bearing, Bundle};
use crate::posterior::{Posterior, Sampling, posterior_from};
use crate::priors::{Priors, Share};
use crate::reasons::reasons_from;
use crate::witness::{Knew, Word};

/// Factors of the background and of the share of leakers (reference §8.2 of the plan).
const BACKGROUNDS: [f64; 2] = [0.5, 2.0];
const LEAKERS: [f64; 2] = [1.0 / 3.0, 3.0];
/// Kinds of evidence of which as many must speak for a belief (reference §7).
pub const LEAST_KINDS: usize = 2;
/// Or as many recorded exposures: with fewer the honest answer is that nobody can tell (reference §1.3).
pub const LEAST_EXPOSURES: usize = 10;

/// Something that is supposed otherwise or left out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Change {
    /// The background of all types of operations, by a factor.
    Background(f64),
    /// The share of leakers among people, by a factor.
    Leakers(f64),
    /// Nothing was found by a kind of check.
    WithoutKind(usize),
    /// Nothing was found by any kind of check on which no belief may stand.
    WithoutSupporting,
    /// The ratios that were given of checks are all 1.
    WithoutGiven,
    /// Nothing is known of how a trial ended.
    WithoutTrial(usize),
    /// What a keeper alone says of leaks does not stand, for anybody who is referred.
    WithoutWord {
        /// Index of the keeper.
        keeper: usize,
    },
}

/// What a change makes of beliefs.
#[derive(Clone, Debug, PartialEq)]
pub struct Changed {
    /// The change.
    pub change: Change,
    /// By person, the probability that they leak; `None` if chains did not agree.
    pub persons: Option<Vec<f64>>,
}

/// Where the belief about a person lies, whatever of the changes is made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Band {
    /// The lowest probability.
    pub lowest: f64,
    /// The highest.
    pub highest: f64,
    /// What moved it most, in log-odds; `None` where nothing was changed.
    pub most: Option<Change>,
}

/// What all changes make of beliefs.
#[derive(Clone, Debug, PartialEq)]
pub struct Sensitivity {
    /// Each change with what it makes of them.
    pub changes: Vec<Changed>,
    /// By person.
    pub bands: Vec<Band>,
}

impl Sampling {
    /// Enough for a band, begun from where a posterior ended: probabilities to about 0.03.
    #[must_use]
    pub fn brief(seed: u64) -> Self {
        Self { burn_in: 300, kept: 1_000, doublings: 3, largest_error: 0.03, seed, ..Self::default() }
    }

    /// The same for one of many changes: as many sweeps only where chains do not agree before.
    #[must_use]
    pub fn glance(seed: u64) -> Self {
        Self { burn_in: 100, kept: 250, doublings: 5, ..Self::brief(seed) }
    }
}

/// Samples again under each change, from where `found` ended. Of each of `people` the trial that speaks most for their leaking is left
/// out once, and each of `words` is.
#[must_use]
pub fn sensitivity(
    case: &Case,
    priors: &Priors,
    sampling: &Sampling,
    found: &Posterior,
    people: &[usize],
    words: &[Word],
) -> Sensitivity {
    let weightiest = weightiest(case, priors, sampling, found.ends.first(), people);
    let doubts = words.iter().map(|word| Change::WithoutWord { keeper: word.keeper });
    let changes: Vec<Changed> = changes(case, &weightiest)
        .into_iter()
        .chain(doubts)
        .map(|change| {
            let (case, priors) = (change.case(case, words), change.priors(priors));
            let persons = posterior_from(&case, &priors, sampling, &found.ends).ok().map(|p| p.persons);
            Changed { change, persons }
        })
        .collect();
    let bands = (0..case.persons()).map(|person| band(person, found.persons[person], &changes)).collect();
    Sensitivity { changes, bands }
}

fn band(person: usize, now: f64, changes: &[Changed]) -> Band {
    let mut band = Band { lowest: now, highest: now, most: None };
    let mut furthest = 0.0;
    for Changed { change, persons } in changes {
        let Some(then) = persons.as_ref().and_then(|p| p.get(person)).copied() else { continue };
        band.lowest = band.lowest.min(then);
        band.highest = band.highest.max(then);
        let moved = (ln_odds(then) - ln_odds(now)).abs();
        if moved > furthest {
            (furthest, band.most) = (moved, Some(*change));
        }
    }
    band
}

/// No probability is told apart from 0 or 1 by fewer than a million draws.
fn ln_odds(p: f64) -> f64 {
    let p = p.clamp(1e-6, 1.0 - 1e-6);
    (p / (1.0 - p)).ln()
}

/// The trials that speak most for somebody's leaking, without repeats.
fn weightiest(case: &Case, priors: &Priors, sampling: &Sampling, state: Option<&State>, people: &[usize]) -> Vec<usize> {
    let of_all = reasons_from(case, priors, sampling, people, state);
    let strongest = of_all.iter().filter_map(|own| own.iter().max_by(|a, b| a.nats.total_cmp(&b.nats)));
    let mut trials: Vec<usize> = strongest.filter(|reason| reason.nats > 0.0).map(|reason| reason.trial).collect();
    trials.sort_unstable();
    trials.dedup();
    trials
}

fn changes(case: &Case, weightiest: &[usize]) -> Vec<Change> {
    let mut changes: Vec<Change> = BACKGROUNDS.map(Change::Background).to_vec();
    changes.extend(LEAKERS.map(Change::Leakers));
    let used = |kind: &usize| case.vetting.bundles.iter().any(|bundle| bundle.kind == *kind);
    let kinds: Vec<usize> = (0..case.vetting.kinds.len()).filter(used).collect();
    changes.extend(kinds.iter().map(|kind| Change::WithoutKind(*kind)));
    if kinds.iter().any(|kind| case.vetting.kinds[*kind].bearing == Bearing::Supporting) {
        changes.push(Change::WithoutSupporting);
    }
    if case.ln_checks.iter().any(|ln| *ln != 0.0) {
        changes.push(Change::WithoutGiven);
    }
    changes.extend(weightiest.iter().map(|trial| Change::WithoutTrial(*trial)));
    changes
}

impl Change {
    fn case(self, case: &Case, words: &[Word]) -> Case {
        let doubted = |keeper: usize| words.iter().filter(move |word| word.keeper == keeper).flat_map(|word| &word.knew);
        match self {
            Self::Background(_) | Self::Leakers(_) => case.clone(),
            Self::WithoutKind(dropped) => case.without_checks(|kind, _| kind == dropped),
            Self::WithoutSupporting => case.without_checks(|_, kind| kind.bearing == Bearing::Supporting),
            Self::WithoutGiven => case.without_given_checks(),
            Self::WithoutTrial(trial) => case.setting_aside(trial),
            Self::WithoutWord { keeper } => case.without(&doubted(keeper).copied().collect::<BTreeSet<Knew>>()),
        }
    }

    fn priors(self, priors: &Priors) -> Priors {
        match self {
            Self::Background(factor) => Priors { background: priors.background.times(factor), ..priors.clone() },
            Self::Leakers(factor) => Priors { leakers: priors.leakers.times(factor), ..priors.clone() },
            _ => priors.clone(),
        }
    }
}

impl Share {
    /// With the mean times a factor, at most 0.9, and as sure of it as before.
    fn times(self, factor: f64) -> Self {
        const MOST: f64 = 0.9;
        match self {
            Self::Beta(a, b) => {
                let mean = (a / (a + b) * factor).min(MOST);
                Self::Beta(mean * (a + b), (1.0 - mean) * (a + b))
            }
            Self::Known(value) => Self::Known((value * factor).min(MOST)),
        }
    }
}

/// Whether a belief may be acted on: that is, the person referred for review.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// It is below the line.
    Below,
    /// It is above the line and stands by itself.
    Actionable,
    /// It is above the line and lacks something.
    NotActionable(Vec<Lack>),
}

/// What a belief lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    /// It is not referred without checks on which no belief may stand, as a polygraph.
    StandsOnSupporting,
    /// Whether it would be without these, or without what one keeper alone says, is not known: chains did not agree.
    Unsettled,
    /// It is not referred without what one keeper alone says.
    OneWord {
        /// Index of the keeper.
        keeper: usize,
    },
    /// Fewer than [`LEAST_KINDS`] kinds of evidence speak for it, and fewer than [`LEAST_EXPOSURES`] exposures are recorded.
    FewKinds {
        /// Kinds that speak for it.
        kinds: usize,
        /// Recorded exposures.
        exposures: usize,
    },
}

/// Who is referred for review, and who would be without checks on which no belief may stand, and without each keeper's word.
#[derive(Clone, Debug)]
pub struct Referred {
    now: BTreeSet<usize>,
    /// `None` without such checks.
    without: Option<Without>,
    /// By keeper, whom of those referred they speak of.
    words: Vec<(usize, BTreeSet<usize>, Without)>,
}

/// Who is referred without something; `None` if chains did not agree.
type Without = Option<BTreeSet<usize>>;

impl Referred {
    /// By a rule that says of probabilities whom they refer: where the line lies may depend on all of them. `words` are those
    /// that were left out.
    #[must_use]
    pub fn by(rule: impl Fn(&[f64]) -> Vec<usize>, found: &Posterior, sensitivity: &Sensitivity, words: &[Word]) -> Self {
        let set = |persons: &[f64]| rule(persons).into_iter().collect();
        let under = |change: Change| {
            let changed = sensitivity.changes.iter().find(|changed| changed.change == change);
            changed.map(|changed| changed.persons.as_deref().map(set))
        };
        let of = |word: &Word| {
            let people = word.knew.iter().map(|knew| knew.person).collect();
            Some((word.keeper, people, under(Change::WithoutWord { keeper: word.keeper })?))
        };
        Self { now: set(&found.persons), without: under(Change::WithoutSupporting), words: words.iter().filter_map(of).collect() }
    }
}

/// Whether the belief about a person may be acted on.
#[must_use]
pub fn standing(case: &Case, found: &Posterior, referred: &Referred, person: usize) -> Standing {
    if !referred.now.contains(&person) {
        return Standing::Below;
    }
    let mut lacks = Vec::new();
    match &referred.without {
        Some(None) => lacks.push(Lack::Unsettled),
        Some(Some(persons)) if !persons.contains(&person) => lacks.push(Lack::StandsOnSupporting),
        _ => {}
    }
    for (keeper, _, without) in referred.words.iter().filter(|(_, people, _)| people.contains(&person)) {
        match without {
            None if !lacks.contains(&Lack::Unsettled) => lacks.push(Lack::Unsettled),
            Some(persons) if !persons.contains(&person) => lacks.push(Lack::OneWord { keeper: *keeper }),
            _ => {}
        }
    }
    let (kinds, exposures) = (speaking(case, found, person), recorded(case, person));
    if kinds < LEAST_KINDS && exposures < LEAST_EXPOSURES {
        lacks.push(Lack::FewKinds { kinds, exposures });
    }
    if lacks.is_empty() { Standing::Actionable } else { Standing::NotActionable(lacks) }
}

/// By kind of check of which there is something about a person, ln of how much likelier it is if they leak, at the mean accuracy.
#[must_use]
pub fn check_weights(case: &Case, found: &Posterior, person: usize) -> Vec<(usize, f64)> {
    let weight = |bundle: &Bundle| {
        let accuracy = found.accuracy.get(bundle.kind).copied().unwrap_or_default();
        let [leaks, other] = bundle.ln(&case.vetting.kinds[bundle.kind], accuracy);
        (bundle.kind, leaks - other)
    };
    case.vetting.of(person).map(weight).collect()
}

/// Kinds of evidence that speak for somebody's leaking: operations, each kind of check, ratios given of checks.
fn speaking(case: &Case, found: &Posterior, person: usize) -> usize {
    let operations = usize::from(!case.positives.of(person).is_empty());
    let given = usize::from(case.ln_checks.get(person).is_some_and(|ln| *ln > 0.0));
    operations + given + check_weights(case, found, person).iter().filter(|(_, nats)| *nats > 0.0).count()
}

fn recorded(case: &Case, person: usize) -> usize {
    case.edges.of(person).iter().filter(|edge| edge.weight != UNRECORDED).count()
}
