//! Passphrases: from a file, the environment or the terminal, read once.

use std::io::IsTerminal;
use std::path::Path;
use std::sync::OnceLock;

use age::secrecy::SecretString;

use crate::error::CommandError;

static FROM_ENVIRONMENT: OnceLock<Option<SecretString>> = OnceLock::new();

/// Reads `$HOLM_PASSPHRASE`. Called once at the start, before any thread or child exists.
///
/// It cannot be removed from this process's own environment without unsafe code; `holm` gives it to no child (tested).
pub(crate) fn take_from_environment() {
    let value = std::env::var("HOLM_PASSPHRASE").ok().map(SecretString::from);
    FROM_ENVIRONMENT.get_or_init(|| value);
}

/// Where a passphrase comes from.
#[derive(Clone, Debug, Default)]
pub(crate) struct PassphraseSource<'p> {
    pub(crate) file: Option<&'p Path>,
}

impl PassphraseSource<'_> {
    /// The passphrase without asking anybody.
    pub(crate) fn given(&self) -> Result<Option<SecretString>, CommandError> {
        if let Some(path) = self.file {
            check_private(path)?;
            let text = std::fs::read_to_string(path)
                .map_err(|e| CommandError::new(format!("`{}` could not be read: {e}", path.display())))?;
            let line = text.lines().next().unwrap_or_default();
            if line.is_empty() {
                return Err(CommandError::new(format!("`{}` holds no passphrase in its first line", path.display())));
            }
            return Ok(Some(SecretString::from(line.to_owned())));
        }
        Ok(FROM_ENVIRONMENT.get().cloned().flatten())
    }

    /// The passphrase of an existing key, asked for if there is a terminal.
    pub(crate) fn existing(&self, what: &str) -> Result<Option<SecretString>, CommandError> {
        match self.given()? {
            Some(passphrase) => Ok(Some(passphrase)),
            None if std::io::stdin().is_terminal() => ask(&format!("Passphrase of {what}: ")).map(Some),
            None => Ok(None),
        }
    }

    /// A passphrase for a new key, asked for twice if there is a terminal.
    pub(crate) fn fresh(&self, what: &str) -> Result<SecretString, CommandError> {
        if let Some(passphrase) = self.given()? {
            return Ok(passphrase);
        }
        if !std::io::stdin().is_terminal() {
            return Err(CommandError::usage(format!("{what} needs a passphrase"))
                .hint("give `--passphrase-file FILE`, set $HOLM_PASSPHRASE, or say `--no-passphrase`"));
        }
        use age::secrecy::ExposeSecret;
        let first = ask(&format!("New passphrase for {what}: "))?;
        let again = ask("The same again: ")?;
        if first.expose_secret() != again.expose_secret() || first.expose_secret().is_empty() {
            return Err(CommandError::new("the two passphrases are empty or differ; nothing was written"));
        }
        Ok(first)
    }
}

fn ask(prompt: &str) -> Result<SecretString, CommandError> {
    rpassword::prompt_password(prompt)
        .map(SecretString::from)
        .map_err(|e| CommandError::new(format!("the passphrase could not be read: {e}")))
}

#[cfg(unix)]
fn check_private(path: &Path) -> Result<(), CommandError> {
    use std::os::unix::fs::MetadataExt;
    let mode =
        std::fs::metadata(path).map_err(|e| CommandError::new(format!("`{}` could not be read: {e}", path.display())))?.mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(CommandError::new(format!("others can read `{}`", path.display())).hint("chmod 600 it"))
}

#[cfg(not(unix))]
fn check_private(_: &Path) -> Result<(), CommandError> {
    Ok(())
}
