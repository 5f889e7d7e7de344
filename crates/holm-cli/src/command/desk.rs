use std::path::PathBuf;
use std::process::{Command, Stdio};

use clap::Args;
use holm_desk::{Options, Server};

use crate::app::{App, heads};
use crate::error::{CommandError, Outcome};

/// Serve the desk: the workspace as pages in a browser on this machine
///
/// Prints a link that works once and for one browser. Nothing outside this machine can reach it. Ctrl-C ends it.
#[derive(Debug, Args)]
pub(crate) struct Desk {
    /// The port of this machine; 0 for any that is free.
    #[arg(long, default_value_t = 7465)]
    port: u16,
    /// Your own key file, to open copies that are sent to you, if it is not `--own-key`. Without a workspace the desk is then a recipient's.
    #[arg(long, value_name = "KEY")]
    identity: Option<PathBuf>,
    /// Ask the system to show it in a browser.
    #[arg(long)]
    open: bool,
}

impl Desk {
    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let options = Options {
            port: self.port,
            key: app.global.own_key.clone(),
            identity: self.identity.or(app.global.own_key.clone()),
            heads: heads(),
            ..Options::of(app.global.workspace.clone())
        };
        serve(options, self.open)
    }
}

/// Says where the desk is and serves it until it is interrupted.
pub(crate) fn serve(options: Options, open: bool) -> Result<Outcome, CommandError> {
    let server = Server::bind(options)?;
    say!("\nthe desk is at {}", server.start_link());
    say!("(this link works once, in one browser; Ctrl-C ends the desk)");
    if open {
        show(server.start_link());
    }
    server.run()?;
    Ok(Outcome::Done)
}

/// Asks the system to show an address. A machine without a screen has nothing that could; the address was printed.
fn show(address: &str) {
    let program = match std::env::consts::OS {
        "macos" => "open",
        "windows" => "explorer",
        _ => "xdg-open",
    };
    let mut command = Command::new(program);
    let child = command.env_remove("HOLM_PASSPHRASE").arg(address);
    drop(child.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn());
}
