//! For each append: "failed" and "failed but persisted", and whether the record advances.

use ed25519_dalek::SigningKey;
use holm_record::entry::{BodyKey, Row};
use holm_record::event::Event;
use holm_record::record::{Record, RecordError, RecordKeys};
use holm_record::store::memory::MemoryStore;
use holm_record::store::{Store, StoreError, StoredCheckpoint};
use holm_record::verify::{LogIdentity, verify};

/// How the next append goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    Failed,
    FailedButPersisted,
}

struct FaultyStore {
    inner: MemoryStore,
    next: std::rc::Rc<std::cell::Cell<Fault>>,
}

impl Store for FaultyStore {
    fn size(&mut self) -> Result<u64, StoreError> {
        self.inner.size()
    }
    fn append(&mut self, expected: u64, rows: &[Row], checkpoint: &StoredCheckpoint) -> Result<(), StoreError> {
        let fault = self.next.replace(Fault::None);
        if fault != Fault::Failed {
            self.inner.append(expected, rows, checkpoint)?;
        }
        if fault == Fault::None { Ok(()) } else { Err(StoreError::Medium("the disk said no".to_owned())) }
    }
    fn read(&mut self, from: u64, to: u64) -> Result<Vec<Row>, StoreError> {
        self.inner.read(from, to)
    }
    fn destroy(&mut self, rows: &[u64]) -> Result<usize, StoreError> {
        self.inner.destroy(rows)
    }
    fn checkpoints(&mut self) -> Result<Vec<StoredCheckpoint>, StoreError> {
        self.inner.checkpoints()
    }
    fn checkpoint(&mut self, size: u64) -> Result<Option<String>, StoreError> {
        self.inner.checkpoint(size)
    }
    fn cosign(&mut self, size: u64, lines: &str) -> Result<(), StoreError> {
        self.inner.cosign(size, lines)
    }
    fn cosigned(&mut self) -> Result<Vec<(u64, String)>, StoreError> {
        self.inner.cosigned()
    }
}

fn event(n: usize) -> Event {
    Event::PersonLeft { person: format!("p{n}").parse().unwrap(), reason: String::new() }
}

fn at(second: i64) -> jiff::Timestamp {
    jiff::Timestamp::from_second(1_700_000_000 + second).unwrap()
}

fn record() -> (Record<FaultyStore>, std::rc::Rc<std::cell::Cell<Fault>>) {
    let fault = std::rc::Rc::new(std::cell::Cell::new(Fault::None));
    let store = FaultyStore { inner: MemoryStore::default(), next: fault.clone() };
    let keys = RecordKeys {
        origin: "o".to_owned(),
        signing: SigningKey::from_bytes(&[1; 32]),
        ml_dsa: None,
        body: BodyKey::new([2; 32]),
    };
    (Record::open(store, keys).unwrap(), fault)
}

#[test]
fn a_failed_append_does_not_advance_and_a_persisted_one_does() {
    for (fault, advances) in [(Fault::Failed, false), (Fault::FailedButPersisted, true)] {
        let (mut record, next) = record();
        record.append("a", at(0), vec![event(0)]).unwrap();
        next.set(fault);
        let outcome = record.append("a", at(1), vec![event(1), event(2)]);
        assert_eq!(outcome.is_ok(), advances);
        assert_eq!(record.size(), if advances { 3 } else { 1 });
        // Whichever it was, the next append goes on from there and everything verifies.
        record.append("a", at(2), vec![event(3)]).unwrap();
        let log = LogIdentity::parse(&record.verifier().to_vkey()).unwrap();
        let (rows, checkpoints) = record.stored().unwrap();
        let report = verify(&rows, &checkpoints, &log, Some(&[2; 32]));
        assert_eq!((report.findings.len(), report.bodies), (0, if advances { 4 } else { 2 }));
    }
}

#[test]
fn a_clock_that_runs_far_behind_is_refused_and_one_that_lags_a_little_is_not() {
    let (mut record, _) = record();
    record.append("a", at(1000), vec![event(0)]).unwrap();
    assert!(matches!(record.append("a", at(100), vec![event(1)]), Err(RecordError::Clock { .. })));
    assert_eq!(record.size(), 1);
    record.append("a", at(950), vec![event(1)]).unwrap();
    let (rows, checkpoints) = record.stored().unwrap();
    let log = LogIdentity::parse(&record.verifier().to_vkey()).unwrap();
    assert_eq!(verify(&rows, &checkpoints, &log, Some(&[2; 32])).findings, [], "times never run backwards in the record");
}
