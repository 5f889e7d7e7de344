//! What the record costs beside what the disk and the database allow: durable appends a second, verification of a million entries, and
//! the latency of proofs.
//!
//! `cargo bench -p holm-record --bench record [-- --quick]`; with the feature `postgres` under `scripts/postgres.sh`, a database too.
//! Every figure stands beside a limit that was measured in the same run, in the same folder.

use std::error::Error;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use ed25519_dalek::SigningKey;
use holm_record::cosignature::CosignerKey;
use holm_record::entry::BodyKey;
use holm_record::event::Event;
use holm_record::record::{Record, RecordKeys};
use holm_record::store::Store;
use holm_record::store::memory::MemoryStore;
use holm_record::store::sqlite::SqliteStore;
use holm_record::verify::{LogIdentity, verify};
use rusqlite::{Connection, params};

const ORIGIN: &str = "bench.holm.example/log";
const BODY_KEY: [u8; 32] = [2; 32];
/// Entries of an append in the long record: what the desk enters when an item is shared with a hundred people.
const TOGETHER: usize = 100;

type Failure = Box<dyn Error>;

fn main() -> Result<(), Failure> {
    let quick = std::env::args().any(|a| a == "--quick");
    let folder = tempfile::tempdir_in(".")?;
    appends(folder.path(), if quick { 50 } else { 1_000 })?;
    long(if quick { 20_000 } else { 1_000_000 })
}

fn record<S: Store>(store: S) -> Result<Record<S>, Failure> {
    let keys = RecordKeys {
        origin: ORIGIN.to_owned(),
        signing: SigningKey::from_bytes(&[1; 32]),
        ml_dsa: Some(CosignerKey::ml_dsa_44(ORIGIN, &[1; 32])?),
        body: BodyKey::new(BODY_KEY),
    };
    Ok(Record::open(store, keys)?)
}

/// An entry of usual length: some 300 bytes sealed.
fn event(n: usize) -> Result<Event, Failure> {
    Ok(Event::PersonLeft {
        person: format!("p{n}").parse()?,
        reason: "moved to another unit and was told of nothing after that ".repeat(3),
    })
}

fn at(n: usize) -> Result<jiff::Timestamp, Failure> {
    Ok(jiff::Timestamp::from_second(1_790_000_000 + i64::try_from(n)?)?)
}

/// Times of `count` runs of `work`: how many a second.
fn rate(count: usize, mut work: impl FnMut(usize) -> Result<(), Failure>) -> Result<f64, Failure> {
    let start = Instant::now();
    (0..count).try_for_each(&mut work)?;
    Ok(count as f64 / start.elapsed().as_secs_f64())
}

/// One entry an append, each on the disk before the next, beside bare inserts of as many bytes and beside fsync.
fn appends(folder: &Path, count: usize) -> Result<(), Failure> {
    println!("durable appends of one entry, {count} each");
    let mut holm = record(SqliteStore::open(&folder.join("holm.db"))?)?;
    let recorded = rate(count, |n| Ok(holm.append("officer", at(n)?, vec![event(n)?]).map(drop)?))?;
    let (rows, checkpoints) = holm.stored()?;
    let bytes = |n: usize| -> Option<(&str, &[u8], &str)> {
        let (row, note) = (rows.get(n)?, checkpoints.get(n)?);
        Some((&row.leaf, row.sealed.as_deref()?, &note.note))
    };

    let connection = Connection::open(folder.join("bare.db"))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute_batch("CREATE TABLE t (n INTEGER PRIMARY KEY, leaf TEXT, sealed BLOB, note TEXT) STRICT")?;
    let mut insert = connection.prepare("INSERT INTO t VALUES (?1, ?2, ?3, ?4)")?;
    let bare = rate(count, |n| {
        let (leaf, sealed, note) = bytes(n).ok_or("a row is missing")?;
        Ok(insert.execute(params![i64::try_from(n)?, leaf, sealed, note]).map(drop)?)
    })?;

    let mut file = OpenOptions::new().create(true).append(true).open(folder.join("file"))?;
    let synced = rate(count, |n| {
        let (leaf, sealed, note) = bytes(n).ok_or("a row is missing")?;
        file.write_all(&[leaf.as_bytes(), sealed, note.as_bytes()].concat())?;
        Ok(file.sync_data()?)
    })?;
    let mut unsynced = record(MemoryStore::default())?;
    let memory = rate(count, |n| Ok(unsynced.append("officer", at(n)?, vec![event(n)?]).map(drop)?))?;
    println!("  holm on SQLite        {recorded:8.0} a second");
    println!("  bare SQLite inserts   {bare:8.0} a second, holm reaches {:.2} of it", recorded / bare);
    println!("  write and fsync       {synced:8.0} a second, holm reaches {:.2} of it", recorded / synced);
    println!("  holm without a disk   {memory:8.0} a second (sealing, hashing, two signatures)");
    let (row, note) =
        (rows.iter().map(|r| r.leaf.len() + r.sealed.as_ref().map_or(0, Vec::len)), checkpoints.iter().map(|c| c.note.len()));
    println!("  bytes of an entry {}, of a checkpoint {}", row.sum::<usize>() / count, note.sum::<usize>() / count);
    #[cfg(feature = "postgres")]
    database(count, &bytes)?;
    Ok(())
}

/// The same in the database that `scripts/postgres.sh` started.
#[cfg(feature = "postgres")]
fn database<'b>(count: usize, bytes: &dyn Fn(usize) -> Option<(&'b str, &'b [u8], &'b str)>) -> Result<(), Failure> {
    use holm_record::store::postgres::PostgresStore;

    let url = std::env::var("HOLM_TEST_POSTGRES").map_err(|_| "run this with scripts/postgres.sh")?;
    let mut holm = record(PostgresStore::open(&url, None, ORIGIN)?)?;
    let first = usize::try_from(holm.size())?;
    let recorded = rate(count, |n| Ok(holm.append("officer", at(first + n)?, vec![event(n)?]).map(drop)?))?;
    let mut client = postgres::Client::connect(&url, postgres::NoTls)?;
    client.batch_execute("DROP TABLE IF EXISTS t; CREATE TABLE t (n BIGINT PRIMARY KEY, leaf TEXT, sealed BYTEA, note TEXT)")?;
    let insert = client.prepare("INSERT INTO t VALUES ($1, $2, $3, $4)")?;
    let bare = rate(count, |n| {
        let (leaf, sealed, note) = bytes(n).ok_or("a row is missing")?;
        Ok(client.execute(&insert, &[&i64::try_from(n)?, &leaf, &sealed, &note]).map(drop)?)
    })?;
    println!("  holm on PostgreSQL    {recorded:8.0} a second");
    println!("  bare PostgreSQL       {bare:8.0} a second, holm reaches {:.2} of it", recorded / bare);
    Ok(())
}

/// A long record: verified with its bodies and without, and proofs from it.
fn long(entries: usize) -> Result<(), Failure> {
    println!("a record of {entries} entries in appends of {TOGETHER}");
    let mut holm = record(MemoryStore::default())?;
    let start = Instant::now();
    for n in 0..entries / TOGETHER {
        let events = (0..TOGETHER).map(|i| event(n * TOGETHER + i)).collect::<Result<_, _>>()?;
        holm.append("officer", at(n)?, events)?;
    }
    println!("  made in               {:8.1} s", start.elapsed().as_secs_f64());
    let [first, second] = holm.verifiers().try_into().map_err(|_| "two keys")?;
    let log = LogIdentity::parse(&first.to_vkey())?.with_ml_dsa(&second.to_vkey())?;
    let (rows, checkpoints) = holm.stored()?;
    let plain = hashed(rows.iter().map(|r| r.sealed.as_deref().unwrap_or_default()));
    let start = Instant::now();
    let report = verify(&rows, &checkpoints, &log, None);
    let without = start.elapsed();
    let start = Instant::now();
    let with = verify(&rows, &checkpoints, &log, Some(&BODY_KEY));
    let whole = start.elapsed();
    assert!(report.findings.is_empty() && with.findings.is_empty(), "an honest record raises no alarm");
    println!("  verified              {:8.1} s with all bodies, {:.1} s without", whole.as_secs_f64(), without.as_secs_f64());
    println!(
        "  SHA-256 of the bodies {:8.1} s, verification takes {:.1} times as long",
        plain.as_secs_f64(),
        whole.as_secs_f64() / plain.as_secs_f64()
    );
    let proofs = 10_000;
    let start = Instant::now();
    let found = (0..proofs).filter(|n| holm.prove((n * 7_919) % entries as u64).is_some()).count();
    println!("  a proof               {:8.1} µs ({found} of {proofs})", start.elapsed().as_secs_f64() * 1e6 / proofs as f64);
    Ok(())
}

fn hashed<'b>(bodies: impl Iterator<Item = &'b [u8]>) -> Duration {
    let start = Instant::now();
    let mut last = [0; 32];
    bodies.for_each(|body| last = holm_record::commitment::sha256(body));
    std::hint::black_box(last);
    start.elapsed()
}
