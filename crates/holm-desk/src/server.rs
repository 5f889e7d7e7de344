//! The server: one port of this machine, one officer.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use holm::workspace::WorkspaceError;

use crate::approach::SealedHere;
use crate::approval::AskedHere;
use crate::arrival::Arrivals;
use crate::drawer::DrawsHere;
use crate::job::Jobs;
use crate::office::{Closed, Office};
use crate::router::router;
use crate::session::{Sessions, secret};

/// The port unless another is asked for.
const PORT: u16 = 7465;
/// How long a desk that nobody uses stays open.
const IDLE: Duration = Duration::from_secs(15 * 60);
/// How often that is looked at.
const WATCH: Duration = Duration::from_secs(20);

/// The desk cannot be served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeskError {
    /// The port is taken.
    #[error("port {port} of this machine is taken ({why}); say another with `--port`, or 0 for any")]
    Port {
        /// The port.
        port: u16,
        /// Why.
        why: String,
    },
    /// The workspace.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
    /// No randomness.
    #[error("the system has no randomness to make a start link from")]
    Randomness,
    /// The server failed.
    #[error("the desk cannot go on: {0}")]
    Serve(#[from] std::io::Error),
}

/// How the desk is to be served.
#[derive(Clone, Debug)]
pub struct Options {
    /// The workspace's folder.
    pub workspace: PathBuf,
    /// The port; 0 for any that is free.
    pub port: u16,
    /// Key file that opens the workspace, if that is not the officer's: a member's own.
    pub key: Option<PathBuf>,
    /// Key file of whoever sits at the desk, to open copies with. With one, a desk without a workspace is a recipient's.
    pub identity: Option<PathBuf>,
    /// Where the newest heads of this machine's records are noted, apart from all workspaces.
    pub heads: Option<PathBuf>,
}

impl Options {
    /// The workspace in `folder`, at the usual port.
    #[must_use]
    pub fn of(folder: PathBuf) -> Self {
        Self { workspace: folder, port: PORT, key: None, identity: None, heads: None }
    }
}

/// Everything that handlers share.
pub(crate) struct Desk {
    pub(crate) office: Office,
    pub(crate) sessions: Sessions,
    pub(crate) jobs: Jobs,
    pub(crate) identity: Option<PathBuf>,
    pub(crate) arrivals: Arrivals,
    pub(crate) asked_here: AskedHere,
    pub(crate) draws_here: DrawsHere,
    pub(crate) sealed_here: SealedHere,
    /// `Host` headers that are answered.
    pub(crate) hosts: [String; 2],
    /// Held while a leak's picture is made.
    pub(crate) picture: Mutex<()>,
    /// Held while statements are read, which takes much memory.
    pub(crate) reading: Mutex<()>,
    /// The program that reads them, if it is not the one beside this.
    pub(crate) statements: Option<PathBuf>,
}

/// A desk that is bound to its port.
pub struct Server {
    listener: TcpListener,
    desk: Arc<Desk>,
    link: String,
}

impl Server {
    /// Binds the port on loopback and looks whether there is a workspace. A workspace whose key has a passphrase stays locked
    /// until somebody gives it in the browser.
    ///
    /// # Errors
    /// [`DeskError`].
    pub fn bind(options: Options) -> Result<Self, DeskError> {
        let taken = |e: std::io::Error| DeskError::Port { port: options.port, why: e.to_string() };
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, options.port))).map_err(taken)?;
        listener.set_nonblocking(true)?;
        let port = listener.local_addr()?.port();
        let office = Office::new(options.workspace, options.key, options.heads);
        match office.unlock(None) {
            Ok(()) | Err(Closed::Locked) => {}
            Err(Closed::Workspace(WorkspaceError::Missing(_))) if options.identity.is_some() => {}
            Err(Closed::Workspace(error)) => return Err(error.into()),
        }
        let code = secret()?;
        let desk = Desk {
            office,
            sessions: Sessions::new(&code, IDLE),
            jobs: Jobs::default(),
            identity: options.identity,
            arrivals: Arrivals::default(),
            asked_here: AskedHere::default(),
            draws_here: DrawsHere::default(),
            sealed_here: SealedHere::default(),
            hosts: [format!("127.0.0.1:{port}"), format!("localhost:{port}")],
            picture: Mutex::new(()),
            reading: Mutex::new(()),
            statements: None,
        };
        Ok(Self { listener, desk: Arc::new(desk), link: format!("http://127.0.0.1:{port}/start/{code}") })
    }

    /// The address to open in a browser; it works once.
    #[must_use]
    pub fn start_link(&self) -> &str {
        &self.link
    }

    /// Serves until the process is interrupted.
    ///
    /// # Errors
    /// [`DeskError::Serve`].
    pub fn run(self) -> Result<(), DeskError> {
        // Held until the runtime is gone: the connection to a database cannot be closed within it.
        let _desk = Arc::clone(&self.desk);
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(self.listener)?;
            let watched = Arc::clone(&self.desk);
            tokio::spawn(async move { watch(&watched).await });
            let interrupted = async {
                // Without a signal to wait for, the desk runs until its process is ended.
                if tokio::signal::ctrl_c().await.is_err() {
                    std::future::pending::<()>().await;
                }
            };
            Ok(axum::serve(listener, router(self.desk)).with_graceful_shutdown(interrupted).await?)
        })
    }
}

/// Closes the workspace once nobody has used the desk for a while.
async fn watch(desk: &Desk) {
    loop {
        tokio::time::sleep(WATCH).await;
        if !desk.sessions.are_any(Instant::now()) {
            desk.arrivals.clear();
            desk.asked_here.clear();
            desk.draws_here.clear();
            desk.sealed_here.clear();
            tokio::task::block_in_place(|| desk.office.lock());
        }
    }
}
