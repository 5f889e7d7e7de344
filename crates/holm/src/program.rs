//! Other people's programs that read leaks: run over pipes, so that nothing is written to disk, with limits on time and output.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// What a program is run for.
pub(crate) struct Run<'r> {
    /// Its name.
    pub(crate) name: &'r str,
    /// Its Debian package, for the message that asks for it.
    pub(crate) package: &'r str,
    /// Its arguments.
    pub(crate) arguments: &'r [&'r str],
    /// What it reads.
    pub(crate) input: &'r [u8],
    /// How much it may write.
    pub(crate) largest: u64,
    /// How long it may take.
    pub(crate) longest: Duration,
}

/// A folder for what must be a file, which goes with the value; nobody else may even look into it, from its beginning.
pub(crate) fn private_folder(inside: Option<&Path>) -> std::io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("holm-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    inside.map_or_else(|| builder.tempdir(), |folder| builder.tempdir_in(folder))
}

/// A program gave no answer.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum ProgramError {
    /// It is not there.
    #[error("`{0}` is not installed; install the package {1}, or save the leak as text")]
    Missing(String, String),
    /// It wrote more than any document.
    #[error("`{0}` found more in it than any document holds; give the pages that matter")]
    Output(String),
    /// It took too long.
    #[error("`{0}` did not finish within {1} seconds; give the pages that matter")]
    Time(String, u64),
    /// It failed.
    #[error("`{0}` said: {1}")]
    Failed(String, String),
}

impl Run<'_> {
    /// What the program writes.
    ///
    /// # Errors
    /// [`ProgramError`].
    pub(crate) fn output(&self) -> Result<Vec<u8>, ProgramError> {
        let failed = |why: String| ProgramError::Failed(self.name.to_owned(), why);
        let child = Command::new(self.name)
            // No child is given the passphrase.
            .env_remove("HOLM_PASSPHRASE")
            // One page a thread is faster than one page on all of them.
            .env("OMP_THREAD_LIMIT", "1")
            .args(self.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let missing = |_| ProgramError::Missing(self.name.to_owned(), self.package.to_owned());
        let mut child = child.map_err(missing)?;
        let mut stdin = child.stdin.take().ok_or_else(|| failed("it takes no input".to_owned()))?;
        let stdout = child.stdout.take().ok_or_else(|| failed("it gives no output".to_owned()))?;
        let stderr = child.stderr.take().ok_or_else(|| failed("it gives no errors".to_owned()))?;
        let started = Instant::now();
        std::thread::scope(|scope| {
            // A child that stops reading early closes the pipe; its own error message says why.
            scope.spawn(move || drop(stdin.write_all(self.input)));
            let output = scope.spawn(move || read_some(stdout, self.largest));
            let errors = scope.spawn(move || read_first(stderr, 1 << 16));
            let status = loop {
                if let Some(status) = child.try_wait().map_err(|e| failed(e.to_string()))? {
                    break status;
                }
                if started.elapsed() > self.longest
                    || output.is_finished() && !errors.is_finished() && started.elapsed() > self.longest
                {
                    drop(child.kill());
                    drop(child.wait());
                    return Err(ProgramError::Time(self.name.to_owned(), self.longest.as_secs()));
                }
                std::thread::sleep(Duration::from_millis(5));
            };
            let output = output.join().map_err(|_| failed("its output could not be read".to_owned()))?;
            let errors = errors.join().unwrap_or_default();
            if output.len() as u64 > self.largest {
                return Err(ProgramError::Output(self.name.to_owned()));
            }
            if status.success() {
                return Ok(output);
            }
            let said = String::from_utf8_lossy(&errors).lines().find(|l| !l.trim().is_empty()).unwrap_or("nothing").to_owned();
            Err(failed(said))
        })
    }
}

/// Up to `most` bytes and one; closing the pipe ends a child that writes more.
fn read_some(from: impl Read, most: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    // What was read before a failure is judged by the child's own status.
    drop(from.take(most + 1).read_to_end(&mut bytes));
    bytes
}

/// The first `most` bytes. The rest is read and thrown away: a program that complains of every glyph of a page still pictures it.
fn read_first(mut from: impl Read, most: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    // As above.
    drop(from.by_ref().take(most).read_to_end(&mut bytes));
    drop(std::io::copy(&mut from, &mut std::io::sink()));
    bytes
}

/// The first line that a program prints of its version, for the record; its name if it prints none.
pub(crate) fn version(name: &str, argument: &str) -> String {
    let output = Command::new(name).env_remove("HOLM_PASSPHRASE").arg(argument).stdin(Stdio::null()).output();
    let text = output.map(|o| [o.stdout, o.stderr].concat()).unwrap_or_default();
    let line = String::from_utf8_lossy(&text).lines().next().unwrap_or_default().trim().to_owned();
    if line.is_empty() { name.to_owned() } else { line }
}
