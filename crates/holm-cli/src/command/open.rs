use std::path::{Path, PathBuf};

use clap::Args;
use holm::receipt::open_copy;
use holm::slip::Slip;
use holm::vault::{write_durably, write_secret};

use crate::app::{App, file_name, read, read_text};
use crate::error::{CommandError, Outcome};

/// As a recipient, open a sealed copy: checks its slip, writes the copy and a signed receipt
#[derive(Debug, Args)]
pub(crate) struct Open {
    /// The sealed copy (…​.age) or its slip (…​.holm); both lie in one folder.
    file: PathBuf,
    /// Your key file.
    #[arg(long, value_name = "KEY")]
    identity: PathBuf,
    /// The record's verifier key, or a file that holds it, as the sender gave it to you by another way; slips of any other
    /// record are refused.
    #[arg(long, value_name = "KEY|FILE")]
    log_key: Option<String>,
    /// Where to write copy and receipt; by default beside the sealed copy.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl Open {
    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let name = file_name(&self.file);
        let stem = name
            .strip_suffix(".age")
            .or_else(|| name.strip_suffix(".holm"))
            .ok_or_else(|| CommandError::usage("give a sealed copy (.age) or its slip (.holm)"))?;
        let folder = self.file.parent().unwrap_or(Path::new("."));
        let slip_path = folder.join(format!("{stem}.holm"));
        if !slip_path.exists() {
            return Err(CommandError::new(format!("the slip `{}` is missing", slip_path.display()))
                .hint("ask the sender for it; without it nothing proves what this copy is"));
        }
        let slip = Slip::parse(&read_text(&slip_path)?)?;
        check_log_key(self.log_key.as_deref(), &slip.entry.log_key)?;
        // Mail programs and browsers rename files; the slip knows the right one by its hash.
        let beside = folder.join(format!("{stem}.age"));
        let sealed = read(&if beside.exists() { beside } else { folder.join(&slip.sealed_file) })?;
        let keys = app.device_keys(&self.identity)?;
        let opened = open_copy(&sealed, &slip, &keys, app.now())?;
        let out = self.out.as_deref().unwrap_or(folder);
        std::fs::create_dir_all(out).map_err(|e| CommandError::new(format!("`{}` could not be made: {e}", out.display())))?;
        let copy_path = out.join(stem);
        if copy_path.exists() && read(&copy_path)? != opened.bytes {
            return Err(CommandError::new(format!("`{}` exists and is another file; nothing was written", copy_path.display()))
                .hint("name another folder with `--out`"));
        }
        write_secret(&copy_path, &opened.bytes)?;
        say!("copy {} of {}, issued to {}", slip.copy, slip.item, slip.person);
        slip.marking.iter().for_each(|m| say!("marking: {m}"));
        slip.conditions.iter().for_each(|c| say!("conditions: {c}"));
        say!("its entry is in the record {}", slip.entry.log_key);
        if self.log_key.is_none() {
            say!("  (compare this key once with the sender by another way, then give it with `--log-key`)");
        }
        say!("written to {}", copy_path.display());
        match opened.receipt {
            Some(receipt) => {
                let path = out.join(format!("{stem}.receipt"));
                write_durably(&path, receipt.as_bytes())?;
                say!("receipt written to {}; send it back", path.display());
            }
            None => eprintln!("warning: this key cannot sign, so there is no receipt"),
        }
        Ok(Outcome::Done)
    }
}

/// A slip or an answer brings its own record's key: only whoever knows the right one sees that a record was made up for them.
pub(crate) fn check_log_key(given: Option<&str>, own: &str) -> Result<(), CommandError> {
    let Some(given) = given else { return Ok(()) };
    let key = if Path::new(given).exists() { read_text(Path::new(given))? } else { given.to_owned() };
    if key.trim() == own {
        return Ok(());
    }
    Err(CommandError::new(format!("this comes from another record: its key is {own}"))
        .hint("ask the sender, by another way than this came, which record is theirs"))
}
