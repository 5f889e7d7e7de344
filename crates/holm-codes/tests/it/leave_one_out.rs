//! The table by which a copy is tested does not move when that copy's codeword does: every copy, every decoder.

use holm_codes::attack::{Attack, Channel, Random};
use holm_codes::codeword::Codebook;
use holm_codes::decode::{LeaveOneOut, single_test};
use holm_codes::key::Context;
use holm_codes::law::Law;

use crate::trial::{Scenario, Trial};

/// The codebook with copy `copy` drawn anew under the same biases.
fn redrawn(trial: &Trial, copy: usize, round: u64) -> Codebook {
    let mut random =
        trial.key.stream(Context::Salt, &[b"redraw", &round.to_le_bytes()[..], &(copy as u64).to_le_bytes()].concat());
    let mut words: Vec<Vec<u8>> = (0..trial.book.copies()).map(|c| trial.book.symbols(c)).collect();
    words[copy] = trial.biases().iter().map(|b| b.quantile((random.next() >> 48) as u16)).collect();
    Codebook::from_symbols(&trial.scenario.arities, &words)
}

fn holds_for_every_copy(scenario: &Scenario, rounds: u64) {
    let trial = scenario.trial("leave one out", scenario.copies as u64);
    let decoder = LeaveOneOut::search(&trial.book, trial.biases(), &trial.rows);
    for copy in 0..scenario.copies {
        let own = decoder.test(copy).to_bytes();
        assert!(!own.is_empty());
        for round in 0..rounds {
            let book = redrawn(&trial, copy, round);
            assert_ne!(book.row(copy), trial.book.row(copy), "the redraw must change something");
            let again = LeaveOneOut::search(&book, trial.biases(), &trial.rows).test(copy).to_bytes();
            assert_eq!(own, again, "copy {copy} of {} round {round}", scenario.copies);
        }
    }
}

#[test]
fn the_joint_test_of_a_copy_is_the_same_whatever_its_codeword() {
    // Above 20 copies the beam with all pairs, up to 20 every coalition.
    holds_for_every_copy(&Scenario::binary(50, 60, Law::J7, 3, Attack::Minority, Channel::NOISY), 10);
    holds_for_every_copy(&Scenario::binary(24, 40, Law::HalfJ7, 2, Attack::Interleave, Channel::CLEAN), 10);
    holds_for_every_copy(&Scenario::binary(7, 30, Law::J7, 2, Attack::AllOne, Channel::CLEAN), 10);
    let mixed =
        Scenario { arities: [2, 3, 4, 2, 2].repeat(8), ..Scenario::binary(30, 0, Law::J7, 3, Attack::Coin, Channel::NOISY) };
    holds_for_every_copy(&mixed, 10);
}

#[test]
fn the_joint_test_holds_in_the_beam_that_looks_at_no_pairs() {
    let scenario = Scenario::binary(320, 50, Law::J7, 3, Attack::Interleave, Channel::CLEAN);
    let trial = scenario.trial("leave one out, beam", 1);
    let decoder = LeaveOneOut::search(&trial.book, trial.biases(), &trial.rows);
    for copy in [0, 1, 2, 3, 40, 111, 200, 319] {
        let own = decoder.test(copy).to_bytes();
        for round in 0..10 {
            let book = redrawn(&trial, copy, round);
            assert_eq!(
                own,
                LeaveOneOut::search(&book, trial.biases(), &trial.rows).test(copy).to_bytes(),
                "copy {copy} round {round}"
            );
        }
    }
}

#[test]
fn the_single_test_is_made_from_evidence_and_biases_alone() {
    let trial = Scenario::binary(50, 60, Law::J7, 3, Attack::Majority, Channel::NOISY).trial("single", 0);
    let test = single_test(trial.biases(), &trial.rows).to_bytes();
    assert_eq!(test, single_test(trial.biases(), &trial.rows).to_bytes());
    assert!(!test.is_empty(), "its arguments hold no codeword, so nothing else can move it");
}
