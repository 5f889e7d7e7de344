//! Rows in a PostgreSQL database, or one that speaks like it: many records in one database, each under its own name.
//!
//! Bodies are encrypted before they come here; whoever runs the database sees sizes and times. The SQL keeps to what distributed
//! databases with PostgreSQL's protocol accept: no advisory locks, no notifications, compare and swap on the head, bounded retries.

use std::time::Duration;

use postgres::error::SqlState;
use postgres::{Client, Config, IsolationLevel, NoTls, Transaction};

use super::{Store, StoreError, StoredCheckpoint};
use crate::entry::Row;

/// A server that cannot be reached holds up nobody for longer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Times that a transaction is tried which the database ended for the sake of another.
const TRIES: u32 = 6;
/// Before the second try; twice as long before each further one.
const PAUSE: Duration = Duration::from_millis(5);

const TABLES: &str = "
CREATE TABLE IF NOT EXISTS holm_head (log TEXT PRIMARY KEY, size BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS holm_entry (log TEXT NOT NULL REFERENCES holm_head, seq BIGINT NOT NULL, leaf TEXT NOT NULL, sealed BYTEA,
    PRIMARY KEY (log, seq));
CREATE TABLE IF NOT EXISTS holm_checkpoint (log TEXT NOT NULL REFERENCES holm_head, size BIGINT NOT NULL, note TEXT NOT NULL,
    PRIMARY KEY (log, size));
CREATE TABLE IF NOT EXISTS holm_cosignature (log TEXT NOT NULL, size BIGINT NOT NULL, lines TEXT NOT NULL, PRIMARY KEY (log, size),
    FOREIGN KEY (log, size) REFERENCES holm_checkpoint);
";

/// A store in a database.
pub struct PostgresStore {
    config: Config,
    client: Client,
    log: String,
}

impl From<postgres::Error> for StoreError {
    fn from(error: postgres::Error) -> Self {
        // What the server says is in its source.
        let source = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        Self::Medium(format!("the database: {error}: {source}").trim_end_matches(": ").to_owned())
    }
}

impl PostgresStore {
    /// Opens the record named `log` in the database at `url` (`postgresql://user@host/database`), or makes it; `password` if the
    /// address has none. Connections are not encrypted: reach a server elsewhere through a tunnel.
    ///
    /// # Errors
    /// [`StoreError::Medium`] if there is no such database or it cannot be reached.
    pub fn open(url: &str, password: Option<&str>, log: &str) -> Result<Self, StoreError> {
        let mut config: Config = url.parse().map_err(|e: postgres::Error| StoreError::Medium(e.to_string()))?;
        if let Some(password) = password.filter(|_| config.get_password().is_none()) {
            config.password(password);
        }
        config.application_name("holm").connect_timeout(PATIENCE).tcp_user_timeout(PATIENCE);
        let mut client = connect(&config)?;
        // Two that make the tables at once collide in the catalogue, in spite of IF NOT EXISTS.
        retrying(&mut client, &[SqlState::UNIQUE_VIOLATION, SqlState::DUPLICATE_TABLE], |transaction| {
            transaction.batch_execute(TABLES)?;
            transaction.execute("INSERT INTO holm_head (log, size) VALUES ($1, 0) ON CONFLICT (log) DO NOTHING", &[&log])?;
            Ok(())
        })?;
        Ok(Self { config, client, log: log.to_owned() })
    }

    /// The connection, anew if it was lost. What was not committed then is not kept.
    fn client(&mut self) -> Result<&mut Client, StoreError> {
        if self.client.is_closed() {
            self.client = connect(&self.config)?;
        }
        Ok(&mut self.client)
    }
}

fn connect(config: &Config) -> Result<Client, StoreError> {
    let mut client = config.connect(NoTls)?;
    // Whatever the server's default: a commit that was answered is on its disk.
    client.batch_execute("SET synchronous_commit TO on")?;
    Ok(client)
}

/// Does `work` in one transaction, again if the database asks for that or fails for one of the reasons `also`. What must not be done twice
/// begins with changing the head's row, which locks it: no isolation above `READ COMMITTED` is needed, and where there is only a higher
/// one, retries follow.
fn retrying<T>(
    client: &mut Client,
    also: &[SqlState],
    mut work: impl FnMut(&mut Transaction<'_>) -> Result<T, StoreOrDatabase>,
) -> Result<T, StoreError> {
    let mut tried: u32 = 0;
    loop {
        tried += 1;
        let outcome = (|| {
            let mut transaction = client.build_transaction().isolation_level(IsolationLevel::ReadCommitted).start()?;
            let done = work(&mut transaction)?;
            transaction.commit()?;
            Ok(done)
        })();
        match outcome {
            Ok(done) => return Ok(done),
            Err(StoreOrDatabase::Store(error)) => return Err(error),
            Err(StoreOrDatabase::Database(error)) => {
                let again = [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED];
                let may = error.code().is_some_and(|code| again.contains(code) || also.contains(code));
                if !may || tried == TRIES {
                    return Err(error.into());
                }
                std::thread::sleep(PAUSE * 2_u32.pow(tried));
            }
        }
    }
}

/// Why a transaction ended.
enum StoreOrDatabase {
    Store(StoreError),
    Database(postgres::Error),
}

impl From<postgres::Error> for StoreOrDatabase {
    fn from(error: postgres::Error) -> Self {
        Self::Database(error)
    }
}

/// The database counts with a sign.
fn signed(number: u64) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|_| StoreError::Medium("a record of more than 2⁶³ entries".to_owned()))
}

fn clipped(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

impl Store for PostgresStore {
    fn size(&mut self) -> Result<u64, StoreError> {
        let log = self.log.clone();
        let row = self.client()?.query_one("SELECT size FROM holm_head WHERE log = $1", &[&log])?;
        u64::try_from(row.get::<_, i64>(0)).map_err(|_| StoreError::Medium("the record has a negative size".to_owned()))
    }

    fn append(&mut self, expected: u64, rows: &[Row], checkpoint: &StoredCheckpoint) -> Result<(), StoreError> {
        let log = self.log.clone();
        let (old, new) = (signed(expected)?, signed(expected + rows.len() as u64)?);
        let size = signed(checkpoint.size)?;
        let seqs: Vec<i64> = (old..new).collect();
        let leaves: Vec<&str> = rows.iter().map(|r| r.leaf.as_str()).collect();
        let bodies: Vec<Option<&[u8]>> = rows.iter().map(|r| r.sealed.as_deref()).collect();
        retrying(self.client()?, &[], |transaction| {
            let head = "UPDATE holm_head SET size = $2 WHERE log = $1 AND size = $3";
            if transaction.execute(head, &[&log, &new, &old])? != 1 {
                let found = transaction.query_opt("SELECT size FROM holm_head WHERE log = $1", &[&log])?;
                let found = found.and_then(|row| u64::try_from(row.get::<_, i64>(0)).ok()).unwrap_or(0);
                return Err(StoreOrDatabase::Store(StoreError::Moved { expected, found }));
            }
            transaction.execute(
                "INSERT INTO holm_entry (log, seq, leaf, sealed)
                 SELECT $1, row.* FROM unnest($2::bigint[], $3::text[], $4::bytea[]) AS row",
                &[&log, &seqs, &leaves, &bodies],
            )?;
            let note = "INSERT INTO holm_checkpoint (log, size, note) VALUES ($1, $2, $3)";
            transaction.execute(note, &[&log, &size, &checkpoint.note])?;
            Ok(())
        })
    }

    fn read(&mut self, from: u64, to: u64) -> Result<Vec<Row>, StoreError> {
        let log = self.log.clone();
        let select = "SELECT leaf, sealed FROM holm_entry WHERE log = $1 AND seq >= $2 AND seq < $3 ORDER BY seq";
        let rows = self.client()?.query(select, &[&log, &clipped(from), &clipped(to)])?;
        Ok(rows.iter().map(|row| Row { leaf: row.get(0), sealed: row.get(1) }).collect())
    }

    fn destroy(&mut self, rows: &[u64]) -> Result<usize, StoreError> {
        let log = self.log.clone();
        let rows = rows.iter().map(|row| signed(*row)).collect::<Result<Vec<i64>, _>>()?;
        let removed = self.client()?.execute(
            "UPDATE holm_entry SET sealed = NULL WHERE log = $1 AND seq = ANY($2) AND sealed IS NOT NULL",
            &[&log, &rows],
        )?;
        Ok(usize::try_from(removed).unwrap_or(usize::MAX))
    }

    fn checkpoints(&mut self) -> Result<Vec<StoredCheckpoint>, StoreError> {
        let log = self.log.clone();
        let rows = self.client()?.query("SELECT size, note FROM holm_checkpoint WHERE log = $1 ORDER BY size", &[&log])?;
        let one = |row: &postgres::Row| StoredCheckpoint { size: row.get::<_, i64>(0).unsigned_abs(), note: row.get(1) };
        Ok(rows.iter().map(one).collect())
    }

    fn checkpoint(&mut self, size: u64) -> Result<Option<String>, StoreError> {
        let log = self.log.clone();
        let select = "SELECT note FROM holm_checkpoint WHERE log = $1 AND size = $2";
        Ok(self.client()?.query_opt(select, &[&log, &clipped(size)])?.map(|row| row.get(0)))
    }

    fn cosign(&mut self, size: u64, lines: &str) -> Result<(), StoreError> {
        let log = self.log.clone();
        let size = signed(size)?;
        self.client()?.execute(
            "INSERT INTO holm_cosignature (log, size, lines) VALUES ($1, $2, $3)
             ON CONFLICT (log, size) DO UPDATE SET lines = excluded.lines",
            &[&log, &size, &lines],
        )?;
        Ok(())
    }

    fn cosigned(&mut self) -> Result<Vec<(u64, String)>, StoreError> {
        let log = self.log.clone();
        let rows = self.client()?.query("SELECT size, lines FROM holm_cosignature WHERE log = $1 ORDER BY size", &[&log])?;
        Ok(rows.iter().map(|row| (row.get::<_, i64>(0).unsigned_abs(), row.get(1))).collect())
    }
}
