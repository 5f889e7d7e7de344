use std::io::{BufRead, IsTerminal};
use std::path::PathBuf;

use clap::Args;
use holm::approval::bundle::{Approval, OpenedRequest, open_request};
use holm::vault::write_durably;
use holm_record::event::approval::Act;
use holm_record::id::PersonId;

use super::open::check_log_key;
use crate::app::{App, read};
use crate::error::{CommandError, Outcome};

/// As somebody who is asked, see exactly what is to be approved, and approve or refuse it with your own key
#[derive(Debug, Args)]
pub(crate) struct Approve {
    /// The request that you were given.
    bundle: PathBuf,
    /// Your id on the originator's roster.
    #[arg(long = "as", value_name = "PERSON")]
    person: PersonId,
    /// Your key file.
    #[arg(long, value_name = "KEY")]
    identity: PathBuf,
    /// Where to write what you sign; by default beside the request.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Refuse, and say why.
    #[arg(long, value_name = "REASON")]
    refuse: Option<String>,
    /// Approve without being asked once more.
    #[arg(long, conflicts_with = "refuse")]
    yes: bool,
    /// Write the text that is to be released here, to read it.
    #[arg(long, value_name = "FILE")]
    text: Option<PathBuf>,
    /// The record's verifier key, or a file that holds it; requests of any other record are refused.
    #[arg(long, value_name = "KEY|FILE")]
    log_key: Option<String>,
}

impl Approve {
    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let keys = app.device_keys(&self.identity)?;
        let request = open_request(&read(&self.bundle)?, &keys)?;
        check_log_key(self.log_key.as_deref(), &request.log_key)?;
        let ending = if self.refuse.is_some() { "refusal" } else { "approval" };
        let out = self.out.clone().unwrap_or_else(|| self.bundle.with_extension(format!("{}.{ending}", self.person)));
        let text = self.text.as_ref().zip(request.text.as_ref());
        if let Some(taken) = [Some(&out), text.map(|(path, _)| path)].into_iter().flatten().find(|path| path.exists()) {
            return Err(CommandError::new(format!("`{}` exists; nothing was signed or overwritten", taken.display())));
        }
        print_request(&request);
        if let Some((path, (_, content))) = text {
            write_durably(path, content)?;
            say!("the text is in {}", path.display());
        }
        if self.refuse.is_none() && !self.yes && !agreed()? {
            say!("nothing was signed");
            return Ok(Outcome::No);
        }
        let approved = self.refuse.is_none();
        let approval = Approval { approved, person: self.person, at: app.now(), reason: self.refuse };
        write_durably(&out, approval.sign(&request, &keys)?.as_bytes())?;
        say!("your {ending} is in {}; send it back", out.display());
        Ok(Outcome::Done)
    }
}

fn print_request(request: &OpenedRequest) {
    say!("request {} of the record {}", request.number, request.log_key);
    say!("  to {}", request.act);
    say!("  because {}", request.reason);
    if let Act::Release { to, .. } = &request.act {
        to.iter().for_each(|person| say!("    {person}"));
    }
    if let Act::Destroy { objects, .. } = &request.act {
        objects.iter().for_each(|object| say!("    sealed file {object}"));
    }
    if let Some((file, content)) = &request.text {
        match std::str::from_utf8(content) {
            Ok(text) => say!("--- {file}, which the record committed to\n{text}\n---"),
            Err(_) => {
                say!("  the text is `{file}`, {} bytes, which the record committed to; `--text FILE` writes it", content.len())
            }
        }
    }
}

fn agreed() -> Result<bool, CommandError> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        return Err(CommandError::usage("say `--yes` to approve, or `--refuse REASON`; nothing was signed"));
    }
    eprint!("approve this with your key? Type yes: ");
    let mut line = String::new();
    stdin.lock().read_line(&mut line).map_err(|e| CommandError::new(format!("the terminal could not be read: {e}")))?;
    Ok(line.trim() == "yes")
}
