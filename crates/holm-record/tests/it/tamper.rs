//! The verifier against every kind of change to what is stored.

use std::collections::BTreeMap;

use ed25519_dalek::SigningKey;
use holm_record::cosignature::CosignerKey;
use holm_record::entry::{BodyKey, Row};
use holm_record::event::Event;
use holm_record::record::{Record, RecordKeys};
use holm_record::store::StoredCheckpoint;
use holm_record::store::memory::MemoryStore;
use holm_record::tiles::Resource;
use holm_record::verify::published::verify_published;
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

/// 300 entries in 20 appends, as a month at a desk may have them.
fn month() -> Record<MemoryStore> {
    let mut record = record(0);
    for append in 0..20_i64 {
        let left = |i: i64| Event::PersonLeft { person: format!("p{append}-{i}").parse().unwrap(), reason: "test".to_owned() };
        let at = jiff::Timestamp::from_second(1_700_000_000 + append).unwrap();
        record.append("officer", at, (0..15).map(left).collect()).unwrap();
    }
    record
}

/// The bytes of `original`, each changed in its turn.
fn changes(original: &[u8], by: u8) -> impl Iterator<Item = Vec<u8>> {
    (0..original.len()).map(move |at| {
        let mut changed = original.to_vec();
        changed[at] ^= by;
        changed
    })
}

/// The verifier looks at each body, each leaf and each checkpoint by itself: what it finds in a part it finds in the whole, where
/// it is to be seen that the part unchanged raises no alarm.
#[test]
fn every_changed_byte_of_300_entries_is_found() {
    let mut record = month();
    let log = identity(&record);
    let (rows, checkpoints) = record.stored().unwrap();
    assert_eq!((rows.len(), checkpoints.len(), finds(&rows, &checkpoints, &log)), (300, 20, false));
    let mut mutations = 0;
    let last = checkpoints.last().unwrap();
    let root = |rows: &[Row]| verify(rows, std::slice::from_ref(last), &log, None).findings.len();
    let body = |row: &Row| verify(std::slice::from_ref(row), &[], &log, Some(&BODY_KEY)).findings.len();
    assert_eq!(root(&rows), 0);
    for (index, row) in rows.iter().enumerate() {
        let mut changed = rows.clone();
        for leaf in changes(row.leaf.as_bytes(), 1).filter_map(|l| String::from_utf8(l).ok()) {
            changed[index].leaf = leaf;
            assert!(root(&changed) > 0, "leaf {index}");
            mutations += 1;
        }
        // By itself a row is covered by no checkpoint, which is one finding.
        assert_eq!(body(row), 1);
        for sealed in changes(row.sealed.as_ref().unwrap(), 0x10) {
            assert!(body(&Row { leaf: row.leaf.clone(), sealed: Some(sealed) }) > 1, "body {index}");
            mutations += 1;
        }
    }
    // Whatever a checkpoint's reader does not accept, the verifier reports.
    let changed = |checkpoints: &[StoredCheckpoint]| {
        let mut mutations = 0;
        for checkpoint in checkpoints {
            assert_eq!(log.checkpoint(&checkpoint.note).map(|(size, _)| size), Ok(checkpoint.size));
            for note in changes(checkpoint.note.as_bytes(), 1).filter_map(|n| String::from_utf8(n).ok()) {
                assert!(log.checkpoint(&note).is_err(), "checkpoint of {}", checkpoint.size);
                mutations += 1;
            }
        }
        mutations
    };
    let (first, second) = checkpoints.split_at(10);
    mutations += std::thread::scope(|scope| {
        let other = scope.spawn(|| changed(second));
        changed(first) + other.join().unwrap()
    });
    assert!(mutations > 140_000, "{mutations}");
}

#[test]
fn every_changed_byte_of_a_published_log_is_found() {
    let mut record = month();
    let log = identity(&record);
    let files: BTreeMap<String, Vec<u8>> =
        Resource::all(300).map(|r| (r.path(), record.resource(&r).unwrap().unwrap())).collect();
    assert_eq!(files.len(), 6);
    let published = |files: &BTreeMap<String, Vec<u8>>| verify_published(&log, |path| files.get(path).cloned());
    let honest = published(&files);
    assert_eq!((honest.findings.as_slice(), honest.entries, honest.files), (&[][..], 300, 6));
    for (path, bytes) in &files {
        let mut changed = files.clone();
        changed.remove(path);
        assert!(!published(&changed).findings.is_empty(), "{path} is missing");
        for (at, bytes) in changes(bytes, 1).enumerate() {
            changed.insert(path.clone(), bytes);
            assert!(!published(&changed).findings.is_empty(), "{path} byte {at}");
        }
    }
}

/// Appends of one to five entries, cosignatures, bodies lawfully destroyed: no alarm in 10,000 of them, each tenth with both keys.
#[test]
fn honest_histories_raise_no_alarm_in_10_000_of_them() {
    let mut state = 42_u64;
    let mut below = |n: u64| {
        // A linear congruential generator (Knuth's MMIX) is random enough to vary histories.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % n
    };
    let key = || CosignerKey::ml_dsa_44("holm.example/test", &[4; 32]).unwrap();
    let mut alarms = Vec::new();
    for history in 0..10_000_u64 {
        let both = history.is_multiple_of(10);
        let keys = RecordKeys {
            origin: "holm.example/test".to_owned(),
            signing: SigningKey::from_bytes(&[4; 32]),
            ml_dsa: both.then(key),
            body: BodyKey::new(BODY_KEY),
        };
        let mut record = Record::open(MemoryStore::default(), keys).unwrap();
        let mut second = 1_700_000_000;
        for _ in 0..=below(5) {
            second += i64::try_from(below(3)).unwrap();
            let events = (0..=below(5))
                .map(|i| Event::PersonLeft { person: format!("p{i}").parse().unwrap(), reason: "x".repeat(i as usize) });
            record.append("officer", jiff::Timestamp::from_second(second).unwrap(), events.collect()).unwrap();
        }
        let log = if both { identity(&record) } else { LogIdentity::parse(&record.verifier().to_vkey()).unwrap() };
        let (mut rows, checkpoints) = record.stored().unwrap();
        for row in &mut rows {
            row.sealed.take_if(|_| below(8) == 0);
        }
        if finds(&rows, &checkpoints, &log) {
            alarms.push(history);
        }
    }
    assert_eq!(alarms, [] as [u64; 0]);
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
