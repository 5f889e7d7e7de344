//! The engine's distributed sibling, Ballista. A plan is computed where the executors are, so tables are files there: Parquet, in a
//! folder of this session that goes when it ends. They hold numbers that only this program can say the texts of.

use super::Cluster;
use crate::failure::Failure;
use ballista::prelude::{SessionConfigExt, SessionContextExt};
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::dataframe::DataFrameWriteOptions;
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::prelude::{DataFrame, ParquetReadOptions, SessionConfig, SessionContext};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;

/// Rows of one file that is laid down: what an executor reads at a time.
const ROWS: usize = 1 << 20;

/// Into how many pieces a table is cut between two steps; executors with more cores than that together have nothing to do.
const PIECES: usize = 16;

/// A session with a cluster, and the folder of its tables.
///
/// # Errors
/// [`Failure::Url`] if it is none, [`Failure::Shared`] if nothing can be written there.
pub(crate) async fn session(cluster: &Cluster) -> Result<(SessionContext, Shared), Failure> {
    let failed = |e: std::io::Error| Failure::Shared { path: cluster.shared.clone(), reason: e.to_string() };
    let shared = fs::canonicalize(&cluster.shared).map_err(failed)?;
    let mut private = tempfile::Builder::new();
    private.prefix("holm-statements-");
    #[cfg(unix)]
    private.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    let folder = private.tempdir_in(shared).map_err(failed)?;
    let pieces = std::env::var("HOLM_CLUSTER_PIECES").ok().and_then(|n| n.parse().ok()).unwrap_or(PIECES);
    // The adaptive planner of Ballista 55 never ends a query of which a table turns out to be empty.
    let config = SessionConfig::new_with_ballista().with_target_partitions(pieces).with_ballista_adaptive_query_planner(false);
    let state = SessionStateBuilder::new().with_config(config).with_default_features().build();
    let context = SessionContext::remote_with_state(&cluster.url, state).await;
    let context = context.map_err(|e| Failure::Url { url: cluster.url.clone(), reason: e.to_string() })?;
    Ok((context, Shared { folder, laid: RefCell::default(), next: Cell::new(0) }))
}

/// Tables that executors reach. They go with it.
pub(crate) struct Shared {
    folder: TempDir,
    laid: RefCell<BTreeMap<String, PathBuf>>,
    next: Cell<u32>,
}

impl Shared {
    /// Lays down a table.
    pub(crate) async fn lay(
        &self,
        context: &SessionContext,
        name: &str,
        schema: &SchemaRef,
        batches: &[RecordBatch],
    ) -> Result<(), Failure> {
        let folder = self.next(name)?;
        let mut batches = batches.iter().peekable();
        let mut file = 0;
        while batches.peek().is_some() {
            let path = folder.join(format!("{file}.parquet"));
            let mut writer = ArrowWriter::try_new(fs::File::create(path)?, Arc::clone(schema), None).map_err(written)?;
            let mut rows = 0;
            while let Some(batch) = batches.next_if(|batch| rows == 0 || rows + batch.num_rows() <= ROWS) {
                writer.write(batch).map_err(written)?;
                rows += batch.num_rows();
            }
            writer.close().map_err(written)?;
            file += 1;
        }
        self.register(context, name, schema, folder).await
    }

    /// Keeps what a plan comes to, which executors write themselves.
    pub(crate) async fn keep(
        &self,
        context: &SessionContext,
        name: &str,
        schema: &SchemaRef,
        frame: DataFrame,
    ) -> Result<(), Failure> {
        let folder = self.next(name)?;
        frame.write_parquet(&as_folder(&folder), DataFrameWriteOptions::new(), None).await?;
        self.register(context, name, schema, folder).await
    }

    /// Takes a table's files away.
    pub(crate) fn remove(&self, name: &str) -> Result<(), Failure> {
        if let Some(folder) = self.laid.borrow_mut().remove(name) {
            fs::remove_dir_all(folder)?;
        }
        Ok(())
    }

    fn next(&self, name: &str) -> Result<PathBuf, Failure> {
        let number = self.next.get();
        self.next.set(number + 1);
        let folder = self.folder.path().join(format!("{number}-{name}"));
        fs::create_dir(&folder)?;
        Ok(folder)
    }

    async fn register(&self, context: &SessionContext, name: &str, schema: &SchemaRef, folder: PathBuf) -> Result<(), Failure> {
        context.deregister_table(name)?;
        self.remove(name)?;
        context.register_parquet(name, as_folder(&folder), ParquetReadOptions::default().schema(schema)).await?;
        self.laid.borrow_mut().insert(name.to_owned(), folder);
        Ok(())
    }
}

/// With a stroke at its end, by which the engine knows a folder.
fn as_folder(path: &std::path::Path) -> String {
    format!("{}/", path.display())
}

fn written(e: datafusion::parquet::errors::ParquetError) -> Failure {
    Failure::Engine(e.into())
}
