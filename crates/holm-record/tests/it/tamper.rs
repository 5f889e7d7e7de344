//! The verifier against every kind of change to what is stored.

use ed25519_dalek::SigningKey;
use holm_record::cosignature::CosignerKey;
use holm_record::entry::{BodyKey, Row};
use holm_record::event::Event;
use holm_record::record::{Record, RecordKeys};
use holm_record::store::StoredCheckpoint;
use holm_record::store::memory::MemoryStore;
use holm_record::verify::{LogIdentity, verify, verify_inclusion};

const BODY_KEY: [u8; 32] = [5; 32];

fn record(entries: usize) -> Record<MemoryStore> {
    let keys = RecordKeys {
        origin: "holm.example/test".to_owned(),
        signing: SigningKey::from_bytes(&[4; 32]),
        ml_dsa: Some(CosignerKey::ml_dsa_44("holm.example/test", &[4; 32]).unwrap()),
        body: BodyKey::new(BODY_KEY),
    };
    let mut record = Record::open(MemoryStore::default(), keys).unwrap();
    for i in 0..entries {
        let event = Event::PersonLeft { person: format!("p{i}").parse().unwrap(), reason: "test".to_owned() };
        let at = jiff::Timestamp::from_second(1_700_000_000 + i as i64).unwrap();
        record.append("officer", at, vec![event]).unwrap();
    }
    record
}

/// Both of the log's keys.
fn identity(record: &Record<MemoryStore>) -> LogIdentity {
    let [first, second] = record.verifiers().try_into().unwrap();
    LogIdentity::parse(&first.to_vkey()).unwrap().with_ml_dsa(&second.to_vkey()).unwrap()
}

fn finds(rows: &[Row], checkpoints: &[StoredCheckpoint], log: &LogIdentity) -> bool {
    !verify(rows, checkpoints, log, Some(&BODY_KEY)).findings.is_empty()
}

#[test]
fn an_honest_record_raises_no_alarm_at_any_size() {
    for size in [1, 2, 3, 7, 8, 9, 33] {
        let mut record = record(size);
        let log = identity(&record);
        let (rows, checkpoints) = record.stored().unwrap();
        let report = verify(&rows, &checkpoints, &log, Some(&BODY_KEY));
        assert_eq!(report.findings, []);
        assert_eq!((report.entries, report.bodies, report.checkpoints), (size as u64, size as u64, size as u64));
    }
}

#[test]
fn every_changed_byte_is_found() {
    let mut record = record(9);
    let log = identity(&record);
    let (rows, checkpoints) = record.stored().unwrap();
    let mut mutations = 0;
    for (index, row) in rows.iter().enumerate() {
        for at in 0..row.leaf.len() {
            let mut changed = rows.clone();
            let mut leaf = row.leaf.clone().into_bytes();
            leaf[at] ^= 1;
            let Ok(leaf) = String::from_utf8(leaf) else { continue };
            changed[index].leaf = leaf;
            assert!(finds(&changed, &checkpoints, &log), "leaf {index} byte {at}");
            mutations += 1;
        }
        let sealed = row.sealed.clone().unwrap();
        for at in 0..sealed.len() {
            let mut changed = rows.clone();
            let mut bytes = sealed.clone();
            bytes[at] ^= 0x10;
            changed[index].sealed = Some(bytes);
            assert!(finds(&changed, &checkpoints, &log), "body {index} byte {at}");
            mutations += 1;
        }
    }
    // The verifier looks at each checkpoint by itself: what it finds beside the newest it finds among all.
    for (index, checkpoint) in checkpoints.iter().enumerate() {
        let last = checkpoints.last().filter(|_| index + 1 < checkpoints.len()).cloned();
        for at in 0..checkpoint.note.len() {
            let mut note = checkpoint.note.clone().into_bytes();
            note[at] ^= 1;
            let Ok(note) = String::from_utf8(note) else { continue };
            let changed: Vec<StoredCheckpoint> =
                std::iter::once(StoredCheckpoint { size: checkpoint.size, note }).chain(last.clone()).collect();
            assert!(finds(&rows, &changed, &log), "checkpoint {index} byte {at}");
            mutations += 1;
        }
    }
    assert!(mutations > 30_000, "{mutations}");
}

#[test]
fn dropped_swapped_repeated_and_rolled_back_rows_are_found() {
    let mut record = record(8);
    let log = identity(&record);
    let (rows, checkpoints) = record.stored().unwrap();
    for i in 0..rows.len() {
        let mut dropped = rows.clone();
        dropped.remove(i);
        assert!(finds(&dropped, &checkpoints, &log), "dropped {i}");
        let mut repeated = rows.clone();
        repeated.insert(i, rows[i].clone());
        assert!(finds(&repeated, &checkpoints, &log), "repeated {i}");
        for j in 0..i {
            let mut swapped = rows.clone();
            swapped.swap(i, j);
            assert!(finds(&swapped, &checkpoints, &log), "swapped {i} {j}");
        }
    }
    assert!(finds(&rows[..5], &checkpoints, &log), "rolled back without its checkpoints");
    assert!(finds(&rows, &checkpoints[..5], &log), "checkpoints rolled back");
    // Rolling back both leaves a shorter honest record: only somebody who kept a later checkpoint can tell.
    assert!(!finds(&rows[..5], &checkpoints[..5], &log));
}

#[test]
fn a_destroyed_body_leaves_everything_else_valid() {
    let mut record = record(5);
    let log = identity(&record);
    let (mut rows, checkpoints) = record.stored().unwrap();
    rows[2].sealed = None;
    let report = verify(&rows, &checkpoints, &log, Some(&BODY_KEY));
    assert_eq!((report.findings.len(), report.destroyed, report.bodies), (0, 1, 4));
}

#[test]
fn inclusion_proofs_hold_for_their_leaf_and_no_other() {
    for size in [1, 2, 5, 8, 13] {
        let mut record = record(size);
        let log = identity(&record);
        let (rows, _) = record.stored().unwrap();
        for i in 0..size as u64 {
            let proof = record.prove(i).unwrap();
            for (j, row) in (0..).zip(&rows) {
                assert_eq!(verify_inclusion(&proof, &row.leaf, &log).is_ok(), i == j, "size {size} proof {i} leaf {j}");
            }
        }
    }
}
