//! What cannot be used is named.

use holm_inference::case::{Case, CaseError, Exposure, Outcome, Person, Trial};
use holm_inference::checks::{Check, CheckKind, Finding};
use holm_inference::priors::Share;

fn with(trial: Trial) -> CaseError {
    Case::new(1, &[Person { unit: 0, ln_checks: 0.0 }; 3], (1, &[0]), 1, &[Trial::default(), trial]).unwrap_err()
}

fn told(person: usize, weight: f64) -> Vec<Exposure> {
    vec![Exposure { person, weight }]
}

#[test]
fn what_cannot_be_used_is_named() {
    for (trial, said) in [
        (Trial { exposed: told(3, 1.0), ..Trial::default() }, "person 3 does not exist: there are 3"),
        (Trial { channels: vec![1], ..Trial::default() }, "channel 1 does not exist: there are 1"),
        (Trial { kind: 1, ..Trial::default() }, "type of operation 1 does not exist: there are 1"),
        (Trial { exposed: told(1, 0.0), ..Trial::default() }, "trial 1 gives person 1 the weight 0, which must be more than 0"),
        (Trial { exposed: told(1, f64::NAN), ..Trial::default() }, "the weight NaN"),
        (Trial { exposed: told(1, 1.0), unrecorded: vec![1], ..Trial::default() }, "trial 1 names person 1 twice"),
        (Trial { channels: vec![0, 0], ..Trial::default() }, "trial 1 names channel 0 twice"),
        (Trial { time: f64::INFINITY, ..Trial::default() }, "the time of trial 1 has inf, which is no finite number"),
    ] {
        let error = with(trial).to_string();
        assert!(error.contains(said), "`{said}` is not in: {error}");
    }
    assert!(Outcome::ratio(-1.0).unwrap_err().to_string().contains("no likelihood ratio"));
    assert!(Outcome::ratio(f64::NAN).is_err());
    let unit = Case::new(1, &[Person { unit: 1, ln_checks: 0.0 }], (0, &[]), 1, &[]).unwrap_err();
    assert_eq!(unit.to_string(), "unit 1 does not exist: there are 1");
    let checks = Case::new(1, &[Person { unit: 0, ln_checks: f64::NAN }], (0, &[]), 1, &[]).unwrap_err();
    assert!(checks.to_string().contains("the checks of person 0 has NaN"), "{checks}");
    let weights: Vec<Exposure> = (0..300).map(|n| Exposure { person: n, weight: (n as f64 + 1.0) / 301.0 }).collect();
    let many =
        Case::new(1, &[Person { unit: 0, ln_checks: 0.0 }; 300], (0, &[]), 1, &[Trial { exposed: weights, ..Trial::default() }]);
    assert_eq!(many.unwrap_err(), CaseError::Weights);
}

#[test]
fn checks_that_cannot_be_used_are_named() {
    let check = Check { person: 0, kind: 0, finding: Finding::Adverse, weight: 1.0 };
    for (kind, check, said) in [
        (CheckKind::POLYGRAPH, Check { person: 2, ..check }, "person 2 does not exist: there are 2"),
        (CheckKind::POLYGRAPH, Check { kind: 1, ..check }, "kind of check 1 does not exist: there are 1"),
        (
            CheckKind::POLYGRAPH,
            Check { weight: 0.0, ..check },
            "the weight of check 0 has 0, which must be more than 0 and at most 1",
        ),
        (CheckKind::POLYGRAPH, Check { weight: f64::NAN, ..check }, "the weight of check 0 has NaN"),
        (CheckKind { most: 1.0, ..CheckKind::POLYGRAPH }, check, "the largest ratio of kind of check 0 has 1"),
        (CheckKind { sensitivity: Share::Known(1.0), ..CheckKind::POLYGRAPH }, check, "the sensitivity of kind of check 0 has 1"),
        (
            CheckKind { false_alarms: Share::Beta(0.0, 1.0), ..CheckKind::POLYGRAPH },
            check,
            "the false alarms of kind of check 0 has 0",
        ),
    ] {
        let case = Case::new(1, &[Person { unit: 0, ln_checks: 0.0 }; 2], (0, &[]), 1, &[]).unwrap();
        let error = case.with_checks(&[kind], &[check]).unwrap_err().to_string();
        assert!(error.contains(said), "`{said}` is not in: {error}");
    }
}
