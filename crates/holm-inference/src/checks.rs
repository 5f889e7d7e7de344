//! Vetting: what checks of some kind found, of whom, and how far that can be trusted.
//!
//! A kind of check comes out adverse of a share of those who leak (its sensitivity) and of a share of those who do not (false
//! alarms). Both are uncertain: they have wide priors and are learned with everything else. Of some people a kind of check says the
//! opposite of the truth, however often it is repeated: the nervous fail and the trained pass. How many these are bounds what all
//! checks of one kind together can be worth of one person: with a share δ of them, no more than (1 − δ) / δ either way. So checks
//! that are repeated are never counted as independent. An old check bears on the present with its weight only, and otherwise comes
//! out as of somebody who does not leak: perhaps it was taken before they did.

use std::collections::BTreeMap;

use crate::case::CaseError;
use crate::priors::Share;

/// Whether a belief may stand on a kind of check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bearing {
    /// It may support what other evidence says, and is not enough by itself (SEAD 4 of technical calls of a polygraph).
    Supporting,
    /// It is evidence like other evidence.
    Full,
}

/// A kind of check.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CheckKind {
    /// Share of those who leak of whom it comes out adverse.
    pub sensitivity: Share,
    /// Share of those who do not leak of whom it comes out adverse.
    pub false_alarms: Share,
    /// Largest likelihood ratio, either way, of all checks of this kind on one person; more than 1.
    pub most: f64,
    /// Whether a belief may stand on it.
    pub bearing: Bearing,
}

impl CheckKind {
    /// Equal variances with an area of 0.86 (NRC 2003, 52 laboratory sets): sensitivity 0.5 at 0.063 false alarms, each as if 10 and
    /// 16 people had been seen; worth 20 at most.
    pub const POLYGRAPH: Self = Self::of((5.0, 5.0), (1.0, 15.0), 20.0, Bearing::Supporting);
    /// It shows drugs, not leaks: worth about 1, elicited 3 at most.
    pub const URINALYSIS: Self = Self::of((1.0, 19.0), (1.0, 19.0), 3.0, Bearing::Supporting);
    /// Of holders of a clearance, 3.4 % owed taxes (GAO-13-733): false alarms as if 20 people had been seen. No sensitivity is
    /// published: 0.3, as if 10 had.
    pub const FINANCIAL: Self = Self::of((3.0, 7.0), (0.7, 19.3), 20.0, Bearing::Full);
    /// Nothing is published: 0.4, as if 5 people had been seen, at 0.02 false alarms, as if 50 had.
    pub const PHONE: Self = Self::of((2.0, 3.0), (1.0, 49.0), 20.0, Bearing::Full);
    /// Background and re-investigation. Nothing is published: 0.2 at 0.1, as if 5 and 10 people had been seen; for years Ames and
    /// Hanssen passed.
    pub const BACKGROUND: Self = Self::of((1.0, 4.0), (1.0, 9.0), 10.0, Bearing::Full);

    const fn of(sensitivity: (f64, f64), false_alarms: (f64, f64), most: f64, bearing: Bearing) -> Self {
        Self {
            sensitivity: Share::Beta(sensitivity.0, sensitivity.1),
            false_alarms: Share::Beta(false_alarms.0, false_alarms.1),
            most,
            bearing,
        }
    }

    /// Share of people of whom it says the opposite.
    #[must_use]
    pub fn opposite(&self) -> f64 {
        1.0 / (1.0 + self.most)
    }
}

/// The kinds that are known, by name, as reference §3.1 of the plan has them. Where nothing is published they are wide, and to be
/// set by whoever knows better.
pub const KINDS: [(&str, CheckKind); 5] = [
    ("polygraph", CheckKind::POLYGRAPH),
    ("urinalysis", CheckKind::URINALYSIS),
    ("financial review", CheckKind::FINANCIAL),
    ("phone review", CheckKind::PHONE),
    ("background", CheckKind::BACKGROUND),
];

/// What a check found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// It speaks against the person.
    Adverse,
    /// It does not.
    Favourable,
    /// Nothing follows from it.
    Inconclusive,
    /// It was due and not taken: nothing follows either.
    NotTaken,
}

/// A check of a person.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Check {
    /// Index of the person.
    pub person: usize,
    /// Index of the kind.
    pub kind: usize,
    /// What it found.
    pub finding: Finding,
    /// How far it still bears on the present, in (0, 1]: less than 1 for one that is older than it is valid.
    pub weight: f64,
}

/// How accurate a kind of check is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Accuracy {
    /// Share of those who leak of whom it comes out adverse.
    pub sensitivity: f64,
    /// Share of those who do not.
    pub false_alarms: f64,
}

/// All that checks of one kind found of one person.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Bundle {
    pub(crate) kind: usize,
    /// Whether adverse, and the bits of the weight; sorted.
    results: Vec<(bool, u64)>,
}

impl Bundle {
    /// Probability of its results of somebody who leaks, and of somebody who does not, by hand: for enumeration, which must not
    /// share what it tests.
    pub(crate) fn probabilities(&self, opposite: f64, accuracy: Accuracy) -> [f64; 2] {
        let of = |leaks: bool| -> f64 {
            let result = |(adverse, weight): &(bool, u64)| {
                let weight = if leaks { f64::from_bits(*weight) } else { 0.0 };
                let share = accuracy.false_alarms + weight * (accuracy.sensitivity - accuracy.false_alarms);
                if *adverse { share } else { 1.0 - share }
            };
            self.results.iter().map(result).product()
        };
        let (leaks, other) = (of(true), of(false));
        [leaks + opposite * (other - leaks), other + opposite * (leaks - other)]
    }

    /// ln of the probability of its results of somebody who leaks, and of somebody who does not.
    pub(crate) fn ln(&self, kind: &CheckKind, accuracy: Accuracy) -> [f64; 2] {
        let (mut leaks, mut other) = (0.0, 0.0);
        for (adverse, weight) in &self.results {
            let weight = f64::from_bits(*weight);
            let old = accuracy.false_alarms;
            let now = weight * accuracy.sensitivity + (1.0 - weight) * old;
            let of = |share: f64| if *adverse { share.ln() } else { (-share).ln_1p() };
            leaks += of(now);
            other += of(old);
        }
        let opposite = kind.opposite();
        let mix = |a: f64, b: f64| {
            let largest = a.max(b);
            largest + ((1.0 - opposite) * (a - largest).exp() + opposite * (b - largest).exp()).ln()
        };
        [mix(leaks, other), mix(other, leaks)]
    }
}

/// What checks found, by people of whom they found the same.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Vetting {
    pub(crate) kinds: Vec<CheckKind>,
    /// Different bundles.
    pub(crate) bundles: Vec<Bundle>,
    /// Different sets of bundles; the first is empty.
    pub(crate) profiles: Vec<Vec<u32>>,
    /// By entity, its profile, and by profile, how many have it.
    pub(crate) profile: Vec<u32>,
    pub(crate) size: Vec<u32>,
}

impl Vetting {
    pub(crate) fn none(entities: usize) -> Self {
        let size = vec![entities as u32];
        Self { kinds: Vec::new(), bundles: Vec::new(), profiles: vec![Vec::new()], profile: vec![0; entities], size }
    }

    pub(crate) fn new(kinds: &[CheckKind], checks: &[Check], persons: usize, entities: usize) -> Result<Self, CaseError> {
        kinds.iter().enumerate().try_for_each(|(index, kind)| usable(index, kind))?;
        let mut found: BTreeMap<(usize, usize), Vec<(bool, u64)>> = BTreeMap::new();
        for (index, check) in checks.iter().enumerate() {
            for (what, at, count) in [("person", check.person, persons), ("kind of check", check.kind, kinds.len())] {
                if at >= count {
                    return Err(CaseError::Index { what, index: at, count });
                }
            }
            within(
                "the weight of check",
                index,
                check.weight,
                "more than 0 and at most 1",
                check.weight > 0.0 && check.weight <= 1.0,
            )?;
            let adverse = match check.finding {
                Finding::Adverse => true,
                Finding::Favourable => false,
                Finding::Inconclusive | Finding::NotTaken => continue,
            };
            found.entry((check.person, check.kind)).or_default().push((adverse, check.weight.to_bits()));
        }
        let mut of_person: BTreeMap<usize, Vec<Bundle>> = BTreeMap::new();
        for ((person, kind), mut results) in found {
            results.sort_unstable();
            of_person.entry(person).or_default().push(Bundle { kind, results });
        }
        Ok(Self::grouped(kinds.to_vec(), &of_person, entities))
    }

    fn grouped(kinds: Vec<CheckKind>, of_person: &BTreeMap<usize, Vec<Bundle>>, entities: usize) -> Self {
        let mut vetting = Self { kinds, ..Self::none(entities) };
        let (mut bundles, mut profiles) = (BTreeMap::new(), BTreeMap::new());
        for (person, own) in of_person.iter().filter(|(_, own)| !own.is_empty()) {
            let number = |bundle: &Bundle| {
                let next = bundles.len() as u32;
                *bundles.entry(bundle.clone()).or_insert(next)
            };
            let set: Vec<u32> = own.iter().map(number).collect();
            let next = profiles.len() as u32 + 1;
            let profile = *profiles.entry(set.clone()).or_insert(next);
            if profile == next {
                vetting.profiles.push(set);
                vetting.size.push(0);
            }
            vetting.profile[*person] = profile;
            vetting.size[profile as usize] += 1;
            vetting.size[0] -= 1;
        }
        let mut sorted: Vec<(Bundle, u32)> = bundles.into_iter().collect();
        sorted.sort_by_key(|(_, number)| *number);
        vetting.bundles = sorted.into_iter().map(|(bundle, _)| bundle).collect();
        vetting
    }

    /// By bundle of a person.
    pub(crate) fn of(&self, person: usize) -> impl Iterator<Item = &Bundle> {
        let own = self.profile.get(person).and_then(|profile| self.profiles.get(*profile as usize));
        own.into_iter().flatten().map(|bundle| &self.bundles[*bundle as usize])
    }

    pub(crate) fn without(&self, dropped: impl Fn(usize, &CheckKind) -> bool) -> Self {
        let stays = |bundle: &&Bundle| !dropped(bundle.kind, &self.kinds[bundle.kind]);
        let of = |person| (person, self.of(person).filter(stays).cloned().collect());
        let of_person = (0..self.profile.len()).filter(|p| self.profile[*p] > 0).map(of).collect();
        Self::grouped(self.kinds.clone(), &of_person, self.profile.len())
    }
}

fn within(what: &'static str, index: usize, value: f64, range: &'static str, is: bool) -> Result<(), CaseError> {
    if is { Ok(()) } else { Err(CaseError::Range { what, index, value, range }) }
}

fn usable(index: usize, kind: &CheckKind) -> Result<(), CaseError> {
    let more = "more than 1 and finite";
    within("the largest ratio of kind of check", index, kind.most, more, kind.most > 1.0 && kind.most.is_finite())?;
    for (what, share) in
        [("the sensitivity of kind of check", kind.sensitivity), ("the false alarms of kind of check", kind.false_alarms)]
    {
        match share {
            Share::Beta(a, b) => {
                [a, b].iter().try_for_each(|x| within(what, index, *x, "more than 0", *x > 0.0 && x.is_finite()))?
            }
            Share::Known(p) => within(what, index, p, "between 0 and 1", p > 0.0 && p < 1.0)?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ln_ratio(kind: CheckKind, accuracy: Accuracy, findings: &[(Finding, f64)]) -> f64 {
        let checks: Vec<Check> =
            findings.iter().map(|(finding, weight)| Check { person: 0, kind: 0, finding: *finding, weight: *weight }).collect();
        let vetting = Vetting::new(&[kind], &checks, 1, 1).unwrap();
        vetting.of(0).map(|bundle| bundle.ln(&kind, accuracy)).map(|[leaks, other]| leaks - other).sum()
    }

    fn middle(share: Share) -> f64 {
        let Share::Beta(a, b) = share else { panic!("{share:?} is known") };
        a / (a + b)
    }

    const ACCURACY: Accuracy = Accuracy { sensitivity: 0.5, false_alarms: 0.063 };

    #[test]
    fn repeated_checks_are_worth_less_than_their_product_and_never_more_than_the_most() {
        let ratio = |count: usize, finding| ln_ratio(CheckKind::POLYGRAPH, ACCURACY, &vec![(finding, 1.0); count]).exp();
        // ((1 − δ) s + δ f) / ((1 − δ) f + δ s) with δ = 1/21.
        let one = (20.0 * 0.5 + 0.063) / (20.0 * 0.063 + 0.5);
        assert!((ratio(1, Finding::Adverse) - one).abs() < 1e-12);
        assert!(ratio(2, Finding::Adverse) < 0.5 * one * one && ratio(2, Finding::Adverse) > one);
        assert!((19.9..=20.0).contains(&ratio(400, Finding::Adverse)), "{}", ratio(400, Finding::Adverse));
        assert!((0.05..0.0501).contains(&ratio(400, Finding::Favourable)), "{}", ratio(400, Finding::Favourable));
    }

    #[test]
    fn old_checks_say_less_and_those_without_a_result_nothing() {
        let ratio = |weight| ln_ratio(CheckKind::POLYGRAPH, ACCURACY, &[(Finding::Adverse, weight)]);
        assert!(ratio(0.5) < ratio(1.0) && ratio(1e-9).abs() < 1e-6);
        assert_eq!(ln_ratio(CheckKind::POLYGRAPH, ACCURACY, &[(Finding::Inconclusive, 1.0), (Finding::NotTaken, 1.0)]), 0.0);
    }

    /// The figures of the plan's reference: a polygraph 3 to 20 failed and 1/4 to 1/2 passed, a urinalysis about 1.
    #[test]
    fn kinds_are_worth_what_is_published_of_them() {
        let worth = |kind: CheckKind, finding| {
            let accuracy = Accuracy { sensitivity: middle(kind.sensitivity), false_alarms: middle(kind.false_alarms) };
            ln_ratio(kind, accuracy, &[(finding, 1.0)]).exp()
        };
        assert!((3.0..20.0).contains(&worth(CheckKind::POLYGRAPH, Finding::Adverse)));
        assert!((0.25..0.6).contains(&worth(CheckKind::POLYGRAPH, Finding::Favourable)));
        assert_eq!((worth(CheckKind::URINALYSIS, Finding::Adverse), CheckKind::URINALYSIS.most), (1.0, 3.0));
        assert!((middle(CheckKind::FINANCIAL.false_alarms) - 0.034).abs() < 0.002);
        assert!((middle(CheckKind::POLYGRAPH.false_alarms) - 0.063).abs() < 0.001 && CheckKind::POLYGRAPH.most == 20.0);
        for (name, kind) in KINDS {
            let (adverse, passed) = (worth(kind, Finding::Adverse), worth(kind, Finding::Favourable));
            assert!(adverse >= 1.0 && passed <= 1.0 && adverse < kind.most, "{name}: {adverse} {passed}");
        }
    }

    #[test]
    fn people_of_whom_the_same_was_found_share_a_profile() {
        let check = |person, kind, finding| Check { person, kind, finding, weight: 1.0 };
        let checks = [
            check(0, 0, Finding::Adverse),
            check(0, 1, Finding::Favourable),
            check(2, 1, Finding::Favourable),
            check(2, 0, Finding::Adverse),
            check(3, 0, Finding::Adverse),
        ];
        let vetting = Vetting::new(&[CheckKind::POLYGRAPH, CheckKind::PHONE], &checks, 4, 5).unwrap();
        assert_eq!(vetting.profile, [1, 0, 1, 2, 0]);
        assert_eq!(vetting.size, [2, 2, 1]);
        let without = vetting.without(|kind, _| kind == 1);
        assert_eq!((without.profile, without.bundles.len()), (vec![1, 0, 1, 1, 0], 1));
    }
}
