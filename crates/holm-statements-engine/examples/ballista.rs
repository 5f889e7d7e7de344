//! A cluster for `make test-cluster`, on loopback: `ballista scheduler PORT`, `ballista executor PORT PORT SCHEDULER-PORT FOLDER`.
//! Whoever outgrows a machine runs Ballista's own programs; these start the same servers without what those have for clouds.

use ballista_executor::executor_process::{ExecutorProcessConfig, start_executor_process};
use ballista_scheduler::cluster::BallistaCluster;
use ballista_scheduler::config::SchedulerConfig;
use ballista_scheduler::scheduler_process::start_server;
use std::error::Error;
use std::sync::Arc;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    match given.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["scheduler", port] => scheduler(port.parse()?).await,
        ["executor", port, grpc, scheduler, folder] => {
            executor(ExecutorProcessConfig {
                port: port.parse()?,
                grpc_port: grpc.parse()?,
                scheduler_host: "127.0.0.1".to_owned(),
                external_host: Some("127.0.0.1".to_owned()),
                scheduler_port: scheduler.parse()?,
                scheduler_connect_timeout_seconds: 60,
                vcores: 1,
                work_dir: Some((*folder).to_owned()),
                ..ExecutorProcessConfig::default()
            })
            .await
        }
        _ => Err("ballista scheduler PORT | ballista executor PORT PORT SCHEDULER-PORT FOLDER".into()),
    }
}

async fn scheduler(port: u16) -> Result<(), Box<dyn Error>> {
    let config = SchedulerConfig { external_host: "127.0.0.1".to_owned(), bind_port: port, ..SchedulerConfig::default() };
    let cluster = BallistaCluster::new_from_config(&config).await?;
    Ok(start_server(cluster, ([127, 0, 0, 1], port).into(), Arc::new(config)).await?)
}

async fn executor(config: ExecutorProcessConfig) -> Result<(), Box<dyn Error>> {
    Ok(start_executor_process(Arc::new(config)).await?)
}
