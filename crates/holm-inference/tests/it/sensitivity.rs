//! What beliefs stand on.

use holm_inference::case::{Case, Exposure, Outcome, Person, Trial};
use holm_inference::checks::{Check, CheckKind, Finding};
use holm_inference::framing::Said;
use holm_inference::posterior::{Posterior, Sampling, posterior};
use holm_inference::priors::{Alike, LeakRate, Priors, Share, Windows};
use holm_inference::sensitivity::{Change, Lack, Referred, Sensitivity, Standing, sensitivity, standing};
use holm_inference::witness::{Word, words};

fn trial(time: usize, told: &[usize], outcome: Outcome) -> Trial {
    let exposed = told.iter().map(|person| Exposure { person: *person, weight: 1.0 }).collect();
    Trial { time: time as f64, exposed, outcome, ..Trial::default() }
}

fn people(ln_checks: &[f64]) -> Vec<Person> {
    ln_checks.iter().map(|ln| Person { unit: 0, ln_checks: *ln }).collect()
}

/// Units so alike that people do not tell of each other, one leak rate, always active.
fn simple() -> Priors {
    Priors {
        leakers: Share::Known(0.05),
        alike: Alike::Known(1e9),
        background: Share::Known(0.1),
        unrecorded: Share::Known(0.1),
        rate: LeakRate::Points(vec![(0.5, 1.0)]),
        windows: Windows::NONE,
        ..Priors::default()
    }
}

fn found(case: &Case, priors: &Priors, people: &[usize], words: &[Word]) -> (Posterior, Sensitivity) {
    let found = posterior(case, priors, &Sampling::default()).unwrap();
    let all = sensitivity(case, priors, &Sampling { kept: 20_000, ..Sampling::brief(3) }, &found, people, words);
    (found, all)
}

/// Two leaks that one person alone knew of, and checks worth 3: everything in closed form.
#[test]
fn bands_are_those_of_the_closed_form() {
    let trials = [trial(0, &[0], Outcome::LEAK), trial(1, &[0], Outcome::LEAK), trial(2, &[1], Outcome::CLEAN)];
    let case = Case::new(1, &people(&[3_f64.ln(), 0.0, 0.0]), (0, &[]), 1, &trials).unwrap();
    let (_, all) = found(&case, &simple(), &[0], &[]);
    let p = |leakers: f64, background: f64, leaks: i32, checks: f64| {
        let odds = leakers / (1.0 - leakers) * ((1.0 - 0.5 * (1.0 - background)) / background).powi(leaks) * checks;
        odds / (1.0 + odds)
    };
    let expected = [
        (Change::Background(0.5), p(0.05, 0.05, 2, 3.0)),
        (Change::Background(2.0), p(0.05, 0.2, 2, 3.0)),
        (Change::Leakers(1.0 / 3.0), p(0.05 / 3.0, 0.1, 2, 3.0)),
        (Change::Leakers(3.0), p(0.15, 0.1, 2, 3.0)),
        (Change::WithoutGiven, p(0.05, 0.1, 2, 1.0)),
        (Change::WithoutTrial(0), p(0.05, 0.1, 1, 3.0)),
    ];
    assert_eq!(all.changes.len(), expected.len());
    for (changed, (change, p)) in all.changes.iter().zip(expected) {
        let person = changed.persons.as_ref().unwrap()[0];
        // Either of two leaks is the weightiest.
        let same = changed.change == change || changed.change == Change::WithoutTrial(1);
        assert!(same && (person - p).abs() < 0.005, "{changed:?} {change:?} {p}");
    }
    let band = all.bands[0];
    assert!((band.lowest - p(0.05, 0.1, 1, 3.0)).abs() < 0.005 && matches!(band.most, Some(Change::WithoutTrial(_))), "{band:?}");
    assert!((band.highest - p(0.05, 0.05, 2, 3.0)).abs() < 0.005, "{band:?}");
}

const POLYGRAPH: CheckKind =
    CheckKind { sensitivity: Share::Known(0.5), false_alarms: Share::Known(0.03), ..CheckKind::POLYGRAPH };

fn checked(person: usize, kind: usize) -> Check {
    Check { person, kind, finding: Finding::Adverse, weight: 1.0 }
}

/// Person 0 knew of two leaks and failed a polygraph; 1 of six; 2 of two and failed a polygraph and a review of money; 3 of four and
/// nothing else.
#[test]
fn what_stands_on_a_polygraph_or_on_one_kind_of_evidence_is_not_actionable() {
    const LINE: f64 = 0.8;
    let mut trials: Vec<Trial> = (0..2).map(|t| trial(t, &[0], Outcome::LEAK)).collect();
    trials.extend((2..8).map(|t| trial(t, &[1], Outcome::LEAK)));
    trials.extend((8..12).map(|t| trial(t, &[1], Outcome::CLEAN)));
    trials.extend((12..14).map(|t| trial(t, &[2], Outcome::LEAK)));
    trials.extend((14..18).map(|t| trial(t, &[3], Outcome::LEAK)));
    let money = CheckKind { sensitivity: Share::Known(0.9), false_alarms: Share::Known(0.01), ..CheckKind::FINANCIAL };
    let case = Case::new(1, &people(&[0.0; 5]), (0, &[]), 1, &trials).unwrap();
    let case = case.with_checks(&[POLYGRAPH, money], &[checked(0, 0), checked(2, 0), checked(2, 1)]).unwrap();
    let (found, all) = found(&case, &simple(), &[], &[]);
    let above = |persons: &[f64]| (0..persons.len()).filter(|p| persons[*p] >= LINE).collect();
    let referred = Referred::by(above, &found, &all, &[]);
    let of = |person| standing(&case, &found, &referred, person);
    assert_eq!(of(0), Standing::NotActionable(vec![Lack::StandsOnSupporting]), "{:?}", found.persons);
    assert_eq!(of(1), Standing::Actionable, "ten exposures: {:?}", found.persons);
    assert_eq!(of(2), Standing::Actionable, "money and operations: {:?}", found.persons);
    assert_eq!(of(3), Standing::NotActionable(vec![Lack::FewKinds { kinds: 1, exposures: 4 }]), "{:?}", found.persons);
    assert_eq!(of(4), Standing::Below);
    let polygraph = Some(Change::WithoutSupporting);
    assert!(all.bands[0].most == polygraph || all.bands[0].most == Some(Change::WithoutKind(0)), "{:?}", all.bands[0]);
}

/// Persons 0 and 1 are said to have known of six leaks each and of nothing else: 0 by keeper 7 alone, 1 by keepers 7 and 8 in turn,
/// 2 by keeper 7 and by somebody else of each.
#[test]
fn what_one_keeper_alone_says_is_not_actionable_until_somebody_else_confirms_it() {
    const LINE: f64 = 0.8;
    let trials: Vec<Trial> = (0..18).map(|t| trial(t, &[t / 6], Outcome::LEAK)).collect();
    let keeper = |t: usize| match t {
        0..6 => Some(7),
        6..12 => Some(7 + t % 2),
        _ => None,
    };
    let mut said: Vec<Vec<Said>> = (0..18).map(|t| vec![Said { person: t / 6, keeper: keeper(t), late: false }]).collect();
    let case = Case::new(1, &people(&[0.0; 5]), (0, &[]), 1, &trials).unwrap();
    let above = |persons: &[f64]| (0..persons.len()).filter(|p| persons[*p] >= LINE).collect::<Vec<usize>>();
    let standings = |said: &[Vec<Said>], doubted: &dyn Fn(usize) -> bool| {
        let found = posterior(&case, &simple(), &Sampling::default()).unwrap();
        let words = words(&case, said, &above(&found.persons), doubted);
        let (found, all) = self::found(&case, &simple(), &[], &words);
        let referred = Referred::by(above, &found, &all, &words);
        [0, 1, 2].map(|person| match standing(&case, &found, &referred, person) {
            Standing::NotActionable(lacks) => lacks.into_iter().filter(|l| !matches!(l, Lack::FewKinds { .. })).collect(),
            Standing::Actionable | Standing::Below => Vec::new(),
        })
    };
    let one_word = vec![Lack::OneWord { keeper: 7 }];
    // Three leaks are enough for person 1, whichever keeper is left out.
    assert_eq!(standings(&said, &|_| true), [one_word, vec![], vec![]]);
    assert_eq!(standings(&said, &|keeper| keeper != 7), [vec![], vec![], vec![]], "a keeper who is not doubted is believed");
    said[..4].iter_mut().for_each(|said| said[0].keeper = None);
    assert_eq!(standings(&said, &|_| true), [vec![], vec![], vec![]], "four of six were confirmed");
}
