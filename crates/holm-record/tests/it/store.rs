//! The contract of `Store`, for every implementation.

use holm_record::entry::Row;
use holm_record::store::memory::MemoryStore;
use holm_record::store::sqlite::SqliteStore;
use holm_record::store::{Store, StoreError, StoredCheckpoint};

fn row(n: u8) -> Row {
    Row { leaf: format!("leaf {n}"), sealed: (!n.is_multiple_of(3)).then(|| vec![n; 4]) }
}

fn checkpoint(size: u64) -> StoredCheckpoint {
    StoredCheckpoint { size, note: format!("note {size}") }
}

fn keeps_rows_in_order(store: &mut impl Store) {
    assert_eq!(store.size().unwrap(), 0);
    store.append(0, &[row(0), row(1)], &checkpoint(2)).unwrap();
    store.append(2, &[row(2)], &checkpoint(3)).unwrap();
    assert_eq!(store.size().unwrap(), 3);
    assert_eq!(store.read(0, 3).unwrap(), [row(0), row(1), row(2)]);
    assert_eq!(store.read(1, 99).unwrap(), [row(1), row(2)]);
    assert_eq!(store.read(5, 9).unwrap(), []);
    assert_eq!(store.checkpoints().unwrap(), [checkpoint(2), checkpoint(3)]);
    assert_eq!(
        [1, 2, 3, 4].map(|size| store.checkpoint(size).unwrap()),
        [None, Some("note 2".into()), Some("note 3".into()), None]
    );
}

fn refuses_a_moved_head(store: &mut impl Store) {
    store.append(0, &[row(0)], &checkpoint(1)).unwrap();
    let error = store.append(0, &[row(9)], &checkpoint(1)).unwrap_err();
    assert!(matches!(error, StoreError::Moved { expected: 0, found: 1 }));
    assert_eq!(store.read(0, 9).unwrap(), [row(0)]);
    assert_eq!(store.checkpoints().unwrap().len(), 1);
}

fn appends_all_or_nothing(store: &mut impl Store) {
    store.append(0, &[row(0)], &checkpoint(1)).unwrap();
    // A checkpoint of a size that exists makes SQLite fail after the rows went in; memory has no such failure.
    if store.append(1, &[row(1), row(2)], &checkpoint(1)).is_err() {
        assert_eq!(store.size().unwrap(), 1);
        assert_eq!(store.read(0, 9).unwrap(), [row(0)]);
        store.append(1, &[row(1)], &checkpoint(2)).unwrap();
    }
}

fn keeps_cosignatures_of_its_checkpoints(store: &mut impl Store) {
    store.append(0, &[row(0), row(1)], &checkpoint(2)).unwrap();
    store.append(2, &[row(2)], &checkpoint(3)).unwrap();
    assert_eq!(store.cosigned().unwrap(), []);
    assert!(store.cosign(1, "x\n").is_err());
    store.cosign(3, "a\n").unwrap();
    store.cosign(2, "b\n").unwrap();
    store.cosign(3, "a\nc\n").unwrap();
    assert_eq!(store.cosigned().unwrap(), [(2, "b\n".to_owned()), (3, "a\nc\n".to_owned())]);
    assert_eq!(store.checkpoints().unwrap(), [checkpoint(2), checkpoint(3)]);
}

fn destroys_bodies_and_nothing_else(store: &mut impl Store) {
    store.append(0, &[row(1), row(2), row(3), row(4)], &checkpoint(4)).unwrap();
    // The third has no body, the last is not there.
    assert_eq!(store.destroy(&[1, 2, 9]).unwrap(), 1);
    assert_eq!(store.destroy(&[1]).unwrap(), 0);
    let gone = |n| Row { sealed: None, ..row(n) };
    assert_eq!(store.read(0, 9).unwrap(), [row(1), gone(2), gone(3), row(4)]);
    assert_eq!((store.size().unwrap(), store.checkpoints().unwrap()), (4, vec![checkpoint(4)]));
}

macro_rules! suite {
    ($name:ident, $make:expr) => {
        mod $name {
            use super::*;
            #[test]
            fn rows_are_kept_in_order() {
                let (_guard, mut store) = $make;
                keeps_rows_in_order(&mut store);
            }
            #[test]
            fn a_moved_head_is_refused() {
                let (_guard, mut store) = $make;
                refuses_a_moved_head(&mut store);
            }
            #[test]
            fn an_append_is_all_or_nothing() {
                let (_guard, mut store) = $make;
                appends_all_or_nothing(&mut store);
            }
            #[test]
            fn destroyed_bodies_are_gone_and_leaves_stay() {
                let (_guard, mut store) = $make;
                destroys_bodies_and_nothing_else(&mut store);
            }
            #[test]
            fn cosignatures_are_kept_beside_checkpoints() {
                let (_guard, mut store) = $make;
                keeps_cosignatures_of_its_checkpoints(&mut store);
            }
        }
    };
}

suite!(memory, ((), MemoryStore::default()));
#[cfg(feature = "postgres")]
suite!(postgres, ((), open_postgres()));
suite!(sqlite, {
    let dir = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&dir.path().join("record.db")).unwrap();
    (dir, store)
});

#[test]
fn sqlite_rows_survive_reopening_and_two_writers_never_both_win() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("record.db");
    let (mut a, mut b) = (SqliteStore::open(&path).unwrap(), SqliteStore::open(&path).unwrap());
    a.append(0, &[row(1)], &checkpoint(1)).unwrap();
    assert!(matches!(b.append(0, &[row(2)], &checkpoint(1)), Err(StoreError::Moved { found: 1, .. })));
    drop((a, b));
    assert_eq!(SqliteStore::open(&path).unwrap().read(0, 9).unwrap(), [row(1)]);
}

#[test]
fn the_bytes_of_a_destroyed_body_are_in_no_file() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = SqliteStore::open(&dir.path().join("record.db")).unwrap();
    let secret = b"a body of which nothing is to stay behind ".repeat(200);
    let row = |sealed: &[u8]| Row { leaf: "leaf".to_owned(), sealed: Some(sealed.to_vec()) };
    store.append(0, &[row(&secret), row(b"another")], &checkpoint(2)).unwrap();
    let found = || {
        let files = std::fs::read_dir(dir.path()).unwrap().map(|f| std::fs::read(f.unwrap().path()).unwrap());
        files.flatten().collect::<Vec<u8>>().windows(40).any(|w| *w == secret[..40])
    };
    assert!(found());
    assert_eq!(store.destroy(&[0]).unwrap(), 1);
    assert!(!found());
}

/// A record of its own in the database that `scripts/postgres.sh` started.
#[cfg(feature = "postgres")]
fn open_postgres() -> holm_record::store::postgres::PostgresStore {
    open_log(&fresh_log())
}

#[cfg(feature = "postgres")]
fn fresh_log() -> String {
    let mut id = [0; 8];
    getrandom::fill(&mut id).unwrap();
    holm_record::commitment::hex(&id)
}

#[cfg(feature = "postgres")]
fn open_log(log: &str) -> holm_record::store::postgres::PostgresStore {
    let url = std::env::var("HOLM_TEST_POSTGRES").expect("run these tests with scripts/postgres.sh");
    holm_record::store::postgres::PostgresStore::open(&url, None, log).unwrap()
}

#[cfg(feature = "postgres")]
#[test]
fn of_many_writers_to_one_database_one_wins_each_time_and_records_do_not_mix() {
    const WRITERS: u8 = 6;
    const EACH: usize = 20;
    let log = fresh_log();
    let writers: Vec<_> = (0..WRITERS)
        .map(|n| {
            let log = log.clone();
            std::thread::spawn(move || {
                let (mut store, mut done) = (open_log(&log), 0);
                while done < EACH {
                    let size = store.size().unwrap();
                    match store.append(size, &[row(n), row(n)], &checkpoint(size + 2)) {
                        Ok(()) => done += 1,
                        Err(StoreError::Moved { expected, found }) => assert!(expected == size && found > size),
                        // The database gave up for the sake of others: nothing was kept, as the size shows.
                        Err(error) => assert!(error.to_string().contains("serialize"), "{error}"),
                    }
                }
            })
        })
        .collect();
    writers.into_iter().for_each(|writer| writer.join().unwrap());
    let mut store = open_log(&log);
    let rows = store.read(0, u64::MAX).unwrap();
    assert_eq!((rows.len(), store.size().unwrap()), (240, 240));
    assert!(rows.chunks(2).all(|pair| pair[0] == pair[1]), "appends do not mix");
    assert_eq!(store.checkpoints().unwrap().len(), 120);
    assert_eq!(open_postgres().size().unwrap(), 0);
}

#[cfg(feature = "postgres")]
#[test]
fn a_database_that_is_not_there_is_an_error_that_says_so() {
    use holm_record::store::postgres::PostgresStore;
    for url in ["postgresql://nobody@127.0.0.1:1/x", "postgresql://127.0.0.1:1?nonsense=1", "nonsense"] {
        assert!(matches!(PostgresStore::open(url, None, "x"), Err(StoreError::Medium(_))), "{url}");
    }
}
