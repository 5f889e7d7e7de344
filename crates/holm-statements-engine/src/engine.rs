//! The columnar engine: tables of integers in memory, SQL over them. Nothing is written to disk, so nothing private is left there,
//! unless a cluster is to answer, which reads and writes a folder that it shares with this program.

#[cfg(feature = "cluster")]
mod cluster;

use crate::failure::Failure;
use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Int32Array, Int64Array, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Int64Type, SchemaRef};
use datafusion::datasource::MemTable;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::prelude::{DataFrame, SessionConfig, SessionContext};
use datafusion::scalar::ScalarValue;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

/// Values of the placeholders in a text of SQL.
pub(crate) type Values<'a> = &'a [(&'a str, i64)];

/// A cluster of the engine's distributed sibling.
#[derive(Clone, Debug)]
#[cfg_attr(not(feature = "cluster"), expect(dead_code, reason = "who asks for a cluster is told that the client is missing"))]
pub(crate) struct Cluster {
    /// Its scheduler, as `df://HOST:PORT`.
    pub(crate) url: String,
    /// A folder that this program and all executors reach under one path.
    pub(crate) shared: PathBuf,
}

/// Where tables lie.
enum Tables {
    /// In memory, in as many parts.
    Memory(usize),
    /// In a folder that a cluster shares.
    #[cfg(feature = "cluster")]
    Shared(cluster::Shared),
}

/// A session of the engine.
pub(crate) struct Engine {
    context: SessionContext,
    runtime: tokio::runtime::Runtime,
    tables: Tables,
}

impl Engine {
    /// One on all cores of the machine, or one that has a cluster do the work.
    pub(crate) fn new(cluster: Option<&Cluster>) -> Result<Engine, Failure> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        match cluster {
            None => Engine::here(runtime),
            #[cfg(feature = "cluster")]
            Some(cluster) => {
                let (context, shared) = runtime.block_on(cluster::session(cluster))?;
                Ok(Engine { context, runtime, tables: Tables::Shared(shared) })
            }
            #[cfg(not(feature = "cluster"))]
            Some(_) => Err(Failure::NoClient),
        }
    }

    fn here(runtime: tokio::runtime::Runtime) -> Result<Engine, Failure> {
        let partitions = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let disk = DiskManagerBuilder::default().with_mode(DiskManagerMode::Disabled);
        let environment = RuntimeEnvBuilder::new().with_disk_manager_builder(disk).build_arc()?;
        let config = SessionConfig::new().with_target_partitions(partitions);
        let context = SessionContext::new_with_config_rt(config, environment);
        Ok(Engine { context, runtime, tables: Tables::Memory(partitions) })
    }

    /// Lays down a table, in place of another of the name.
    pub(crate) fn lay(&self, name: &str, schema: SchemaRef, batches: Vec<RecordBatch>) -> Result<(), Failure> {
        let parts = match &self.tables {
            Tables::Memory(parts) => *parts,
            #[cfg(feature = "cluster")]
            Tables::Shared(shared) => return self.runtime.block_on(shared.lay(&self.context, name, &schema, &batches)),
        };
        let mut dealt = vec![Vec::new(); parts];
        for (at, batch) in batches.into_iter().enumerate() {
            dealt[at % parts].push(batch);
        }
        self.drop(name)?;
        self.context.register_table(name, Arc::new(MemTable::try_new(schema, dealt)?))?;
        Ok(())
    }

    /// The same of columns with values of one kind each.
    pub(crate) fn lay_columns(&self, name: &str, columns: Vec<(&str, ArrayRef)>) -> Result<(), Failure> {
        let batch = RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(n, c)| (n, c, true)))?;
        self.lay(name, batch.schema(), vec![batch])
    }

    /// Takes a table away.
    pub(crate) fn drop(&self, name: &str) -> Result<(), Failure> {
        self.context.deregister_table(name)?;
        #[cfg(feature = "cluster")]
        if let Tables::Shared(shared) = &self.tables {
            shared.remove(name)?;
        }
        Ok(())
    }

    /// Keeps what a query answers as a table.
    pub(crate) fn keep(&self, name: &str, sql: &str, values: Values<'_>) -> Result<(), Failure> {
        let began = Instant::now();
        let frame = self.ask(sql, values)?;
        let schema = Arc::clone(frame.schema().inner());
        match &self.tables {
            Tables::Memory(_) => {
                let parts = self.runtime.block_on(frame.collect_partitioned())?;
                self.drop(name)?;
                self.context.register_table(name, Arc::new(MemTable::try_new(schema, parts)?))?;
            }
            #[cfg(feature = "cluster")]
            Tables::Shared(shared) => self.runtime.block_on(shared.keep(&self.context, name, &schema, frame))?,
        }
        eprintln!("{name}: {:.1} s", began.elapsed().as_secs_f64());
        Ok(())
    }

    /// What a query answers: rows of the columns named, as integers; false is 0, true is 1.
    pub(crate) fn rows<const N: usize>(
        &self,
        sql: &'static str,
        values: Values<'_>,
        names: [&str; N],
    ) -> Result<Vec<[Option<i64>; N]>, Failure> {
        let began = Instant::now();
        let batches = self.runtime.block_on(self.ask(sql, values)?.collect())?;
        let mut rows = Vec::new();
        for batch in &batches {
            let columns = names.iter().map(|n| integers(batch, n, sql)).collect::<Result<Vec<_>, Failure>>()?;
            for at in 0..batch.num_rows() {
                rows.push(std::array::from_fn(|c| columns[c].is_valid(at).then(|| columns[c].value(at))));
            }
        }
        let title = sql.lines().next().and_then(|line| line.split('.').next()).unwrap_or_default().trim_start_matches("-- ");
        eprintln!("{title}: {} rows in {:.1} s", rows.len(), began.elapsed().as_secs_f64());
        Ok(rows)
    }

    fn ask(&self, sql: &str, values: Values<'_>) -> Result<DataFrame, Failure> {
        let frame = self.runtime.block_on(self.context.sql(sql))?;
        let used = values.iter().filter(|(name, _)| sql.contains(&format!("${name}")));
        let values: Vec<_> = used.map(|(name, value)| ((*name).to_owned(), ScalarValue::from(*value))).collect();
        Ok(if values.is_empty() { frame } else { frame.with_param_values(values)? })
    }
}

fn integers(batch: &RecordBatch, name: &str, sql: &'static str) -> Result<Int64Array, Failure> {
    let column = batch.column_by_name(name).ok_or(Failure::Shape(sql))?;
    Ok(cast(column, &DataType::Int64)?.as_primitive::<Int64Type>().clone())
}

/// A column of 64-bit integers.
pub(crate) fn longs(values: impl IntoIterator<Item = Option<i64>>) -> ArrayRef {
    Arc::new(values.into_iter().collect::<Int64Array>())
}

/// A column of 32-bit integers.
pub(crate) fn ints(values: impl IntoIterator<Item = Option<i32>>) -> ArrayRef {
    Arc::new(values.into_iter().collect::<Int32Array>())
}

/// A column of truths.
pub(crate) fn truths(values: impl IntoIterator<Item = bool>) -> ArrayRef {
    Arc::new(values.into_iter().map(Some).collect::<BooleanArray>())
}
