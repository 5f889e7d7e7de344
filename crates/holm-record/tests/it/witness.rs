//! Witnesses: what they cosign, what they refuse, and that a log cannot show two histories to a quorum.

use std::collections::BTreeMap;

use ed25519_dalek::SigningKey;
use holm_record::cosignature::CosignerKey;
use holm_record::entry::BodyKey;
use holm_record::event::Event;
use holm_record::note::Checkpoint;
use holm_record::record::{Record, RecordKeys};
use holm_record::store::memory::MemoryStore;
use holm_record::tlog::Tree;
use holm_record::trust::TrustPolicy;
use holm_record::verify::verify_consistency;
use holm_record::witness::memory::{Forgetful, Memory, SqliteMemory};
use holm_record::witness::{Refusal, Request, Witness};
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};

const ORIGIN: &str = "holm.example/log";

/// A record of `shared` entries and then `own` of its own; the same keys whatever `branch`.
pub(crate) fn record(branch: u8, shared: usize, own: usize) -> Record<MemoryStore> {
    let keys = RecordKeys {
        origin: ORIGIN.to_owned(),
        signing: SigningKey::from_bytes(&[4; 32]),
        ml_dsa: Some(CosignerKey::ml_dsa_44(ORIGIN, &[4; 32]).unwrap()),
        body: BodyKey::new([5; 32]),
    };
    let mut record = Record::open(MemoryStore::default(), keys).unwrap();
    (0..shared + own).for_each(|n| grow(&mut record, branch, n));
    record
}

fn grow(record: &mut Record<MemoryStore>, branch: u8, n: usize) {
    let reason = format!("branch {branch}");
    let left = Event::PersonLeft { person: format!("p{n}").parse().unwrap(), reason };
    record.append("officer", jiff::Timestamp::from_second(1_700_000_000 + n as i64).unwrap(), vec![left]).unwrap();
}

fn witness<M: Memory>(name: u8, memory: M) -> Witness<M> {
    let keys = vec![
        CosignerKey::timed_ed25519(&format!("w{name}.example"), &[name; 32]).unwrap(),
        CosignerKey::ml_dsa_44(&format!("w{name}.example"), &[name; 32]).unwrap(),
    ];
    Witness::new(keys, record(0, 0, 1).verifiers(), memory)
}

fn size_of(witness: &mut Witness<impl Memory>) -> u64 {
    let note = witness.newest(ORIGIN).unwrap();
    note.map_or(0, |n| n.lines().nth(1).unwrap().parse().unwrap())
}

#[test]
fn a_growing_log_is_cosigned_and_each_wrong_request_has_its_own_refusal() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("witness.db");
    let mut keeper = witness(1, SqliteMemory::open(&path).unwrap());
    let mut log = record(0, 5, 0);
    let ask = |keeper: &mut Witness<SqliteMemory>, request: &Request| keeper.add_checkpoint(&request.to_text(), 1_800_000_000);
    let first = log.request(0).unwrap();
    let lines = ask(&mut keeper, &first).unwrap();
    assert_eq!(lines.lines().count(), 2);
    (5..300).for_each(|n| grow(&mut log, 0, n));
    let next = log.request(5).unwrap();

    let status = |keeper: &mut Witness<SqliteMemory>, request: &str| keeper.add_checkpoint(request, 1).unwrap_err().status();
    let text = next.to_text();
    for (request, expected) in [
        (String::new(), 400),
        (text.replacen("old 5", "old 05", 1), 400),
        (text.replacen("old 5", "old -1", 1), 400),
        (text.replacen("old 5", "old 999", 1), 400),
        (text.replacen('\u{2014}', "-", 1), 400),
        (text.replacen(ORIGIN, "holm.example/other", 1), 404),
        (text.replacen("\n300\n", "\n301\n", 1), 403),
        (log.request(0).unwrap().to_text(), 409),
        (log.request(4).unwrap().to_text(), 409),
        (Request { proof: next.proof[1..].to_vec(), ..next.clone() }.to_text(), 422),
        (Request { proof: [&next.proof[..], &[[0; 32]]].concat(), ..next.clone() }.to_text(), 422),
        (Request { proof: vec![[0; 32]; 64], ..next.clone() }.to_text(), 400),
    ] {
        assert_eq!(status(&mut keeper, &request), expected, "{request:.80}");
        assert_eq!(size_of(&mut keeper), 5);
    }
    // Only a stranger signed it: the signatures of the log are passed over where their key is another's.
    let stranger = RecordKeys {
        origin: ORIGIN.to_owned(),
        signing: SigningKey::from_bytes(&[9; 32]),
        ml_dsa: None,
        body: BodyKey::new([5; 32]),
    };
    let mut forged = Record::open(MemoryStore::default(), stranger).unwrap();
    (0..6).for_each(|n| grow(&mut forged, 0, n));
    assert_eq!(status(&mut keeper, &forged.request(5).unwrap().to_text()), 403);

    ask(&mut keeper, &next).unwrap();
    // What it cosigned survives its end, and the same checkpoint is cosigned again.
    let mut again = witness(1, SqliteMemory::open(&path).unwrap());
    assert_eq!(size_of(&mut again), 300);
    assert!(matches!(ask(&mut again, &next), Err(Refusal::Moved { size: 300 })));
    ask(&mut again, &log.request(300).unwrap()).unwrap();
    // Another history of the same size is refused, and kept.
    let fork = record(1, 5, 295).request(300).unwrap();
    assert!(matches!(ask(&mut again, &fork), Err(Refusal::Forked { size: 300 })));
    let forks = witness(1, SqliteMemory::open(&path).unwrap()).forks().unwrap();
    assert_eq!(forks.len(), 1);
    let key = &log.verifiers()[0];
    assert!(key.signed(&forks[0].0).unwrap().is_some() && key.signed(&forks[0].1).unwrap().is_some());
}

/// Two histories are signed with the stolen key of one log. Of three witnesses one is honest; the thief's two cosign anything. Whatever
/// the order of requests, no more than one history gets a quorum that the honest one is needed for.
#[test]
fn two_forks_never_both_get_a_quorum_that_needs_an_honest_witness_in_500_interleavings() {
    const MOST: usize = 7;
    let forks: Vec<Vec<(Tree, String)>> = [0, 1].iter().map(|branch| grown(*branch, MOST)).collect();
    let logs: String = record(0, 0, 1).verifiers().iter().map(|k| format!("log {}\n", k.to_vkey())).collect();
    let line = |n: u8| {
        let key = CosignerKey::timed_ed25519(&format!("w{n}.example"), &[n; 32]).unwrap();
        format!("witness W{n} {}\n", key.verifier().to_vkey())
    };
    let policy = logs + &line(0) + &line(1) + &line(2) + "group X all W0 W1 W2\nquorum X\n";
    let policy = TrustPolicy::parse(&policy).unwrap();
    // What is the thief's forgets what it cosigned before.
    let complaisant = |asked: u8, note: &str| {
        let request = Request { old: 0, proof: Vec::new(), note: note.to_owned() };
        witness(asked, Forgetful::default()).add_checkpoint(&request.to_text(), 1_800_000_000).unwrap()
    };
    let mut thiefs = BTreeMap::new();
    for (asked, (fork, history)) in [1, 2].iter().flat_map(|asked| forks.iter().enumerate().map(move |f| (*asked, f))) {
        thiefs.extend((1..).zip(history).map(|(size, (_, note))| ((asked, fork, size), complaisant(asked, note))));
    }
    let mut runner = TestRunner::new_with_rng(
        ProptestConfig { cases: 500, ..ProptestConfig::default() },
        TestRng::deterministic_rng(RngAlgorithm::ChaCha),
    );
    let both = std::cell::Cell::new([0_u32; 2]);
    let steps = proptest::collection::vec((0..2_usize, 1..=MOST, 0..3_u8), 1..60);
    let interleaved = runner.run(&steps, |steps| {
        let mut honest = witness(0, Forgetful::default());
        let mut cosigned: BTreeMap<(usize, usize), String> = BTreeMap::new();
        for (fork, size, asked) in steps {
            let (tree, note) = &forks[fork][size - 1];
            let (old, proof) = match (asked, size_of(&mut honest)) {
                (0, old) if old > 0 => (old, tree.consistency(old, size as u64).unwrap_or_default()),
                _ => (0, Vec::new()),
            };
            let request = Request { old, proof, note: note.clone() }.to_text();
            let lines = match asked {
                0 => honest.add_checkpoint(&request, 1_800_000_000).unwrap_or_default(),
                _ => thiefs.get(&(asked, fork, size)).cloned().unwrap_or_default(),
            };
            *cosigned.entry((fork, size)).or_insert_with(|| note.clone()) += &lines;
        }
        let quorum = |fork| cosigned.iter().any(|((f, _), note)| *f == fork && policy.standing(note).unwrap().quorum);
        let met = [quorum(0), quorum(1)];
        let [a, b] = both.get();
        both.set([a + u32::from(met[0]), b + u32::from(met[1])]);
        prop_assert!(met != [true, true], "both forks have a quorum");
        Ok(())
    });
    interleaved.unwrap();
    // Each of them does get one now and then, or this would show nothing.
    assert!(both.get().iter().all(|n| *n > 20), "{:?}", both.get());
}

/// The trees and signed checkpoints of one history at each size.
fn grown(branch: u8, most: usize) -> Vec<(Tree, String)> {
    let mut log = record(branch, 0, 0);
    (0..most)
        .map(|n| {
            grow(&mut log, branch, n);
            (log.tree().clone(), log.checkpoint().unwrap().to_owned())
        })
        .collect()
}

#[test]
fn consistency_proofs_hold_for_the_sizes_that_they_are_for_and_no_others() {
    let tree = record(0, 0, 40).tree().clone();
    let root = |size: u64| tree.root_at(size).unwrap();
    for new in 1..=40 {
        for old in 1..=new {
            let proof = tree.consistency(old, new).unwrap();
            assert_eq!(verify_consistency((old, root(old)), (new, root(new)), &proof), Ok(()), "{old} {new}");
            for other in (1..=40).filter(|o| *o != old) {
                assert!(verify_consistency((old, root(other)), (new, root(new)), &proof).is_err(), "{old} {new} {other}");
            }
            for at in 0..proof.len() {
                let mut changed = proof.clone();
                changed[at][7] ^= 1;
                assert!(verify_consistency((old, root(old)), (new, root(new)), &changed).is_err());
                changed.remove(at);
                assert!(verify_consistency((old, root(old)), (new, root(new)), &changed).is_err());
            }
        }
    }
    assert!(verify_consistency((7, root(7)), (5, root(5)), &[]).is_err());
}

#[test]
fn checkpoints_bear_both_signatures_of_the_log() {
    let log = record(0, 3, 0);
    let note = log.checkpoint().unwrap();
    let [first, second] = log.verifiers().try_into().unwrap();
    assert_eq!(first.signed(note), Ok(Some(0)));
    assert_eq!(second.signed(note), Ok(Some(1_700_000_002)));
    assert_eq!(Checkpoint::from_text(note).unwrap().size, 3);
}
