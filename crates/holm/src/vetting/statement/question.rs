//! What the program is asked, and what it answers. Neither needs the workspace, so that others use it while statements are read.

use std::fs::File as Disk;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use holm_record::commitment::{hex, sha256};
use holm_record::event::vetting::StatementFile;
use holm_statements::request::Request;
use sha2::{Digest, Sha256};

use super::{Cluster, StatementError, Statements};

/// The program that reads statements.
const PROGRAM: &str = "holm-statements";
/// Where it is, if it is not beside this one.
const PLACE: &str = "HOLM_STATEMENTS";

/// What the program is asked, by what the record said when it was.
#[derive(Clone, Debug)]
pub struct Question {
    asked: Statements,
    request: Request,
    /// The request as the program reads it.
    text: Vec<u8>,
}

/// What the program answered. It is shown to nobody before it is recorded.
#[derive(Clone, Debug)]
pub struct Reading {
    pub(super) question: Question,
    /// What was read, by name and hash.
    pub(super) files: Vec<StatementFile>,
    pub(super) answer: String,
}

impl Question {
    pub(super) fn new(request: Request, asked: Statements) -> Result<Self, StatementError> {
        let text = serde_json::to_vec(&request).map_err(|e| StatementError::Answer(e.to_string()))?;
        Ok(Self { asked, request, text })
    }

    pub(super) fn asked(&self) -> &Statements {
        &self.asked
    }

    /// SHA-256 of the request, in hexadecimal.
    pub(super) fn hash(&self) -> String {
        hex(&sha256(&self.text))
    }

    /// Asks the program, which may take minutes; what it says on the way goes to `progress`. Nothing is recorded by that.
    ///
    /// # Errors
    /// [`StatementError`] if a file cannot be read, or the program is not there or fails.
    pub fn read(self, progress: &dyn Fn(&str)) -> Result<Reading, StatementError> {
        let within = self.asked.folder.as_deref().unwrap_or(Path::new(""));
        let files = self.request.files.iter().map(|file| hashed(within, Path::new(&file.path))).collect::<Result<Vec<_>, _>>()?;
        let answer = answered(&self.text, &self.asked, progress)?;
        Ok(Reading { question: self, files, answer })
    }
}

/// A file's name and hash; it may be larger than memory.
fn hashed(folder: &Path, path: &Path) -> Result<StatementFile, StatementError> {
    let failed = |e: io::Error| StatementError::File(path.to_owned(), e.to_string());
    let mut file = BufReader::with_capacity(1 << 20, Disk::open(folder.join(path)).map_err(failed)?);
    let mut hasher = Sha256::new();
    loop {
        let bytes = file.fill_buf().map_err(failed)?;
        if bytes.is_empty() {
            break;
        }
        hasher.update(bytes);
        let read = bytes.len();
        file.consume(read);
    }
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(StatementFile { name, hash: hex(&hasher.finalize()) })
}

/// Where the program is: where somebody says, or beside this one.
fn program(said: Option<&Path>) -> Result<PathBuf, StatementError> {
    let said = said.map(Path::to_owned).or_else(|| std::env::var_os(PLACE).map(PathBuf::from));
    let beside = || Some(std::env::current_exe().ok()?.with_file_name(PROGRAM));
    let found = said.or_else(beside).filter(|path| path.is_file()).ok_or(StatementError::Missing)?;
    // It may be asked from within another folder.
    std::path::absolute(&found).map_err(|e| StatementError::File(found, e.to_string()))
}

/// Asks the program; what it answers. What it says on the way goes to `progress`, and its last words are why it failed.
fn answered(question: &[u8], asked: &Statements, progress: &dyn Fn(&str)) -> Result<String, StatementError> {
    let failed = |e: io::Error| StatementError::Failed(e.to_string());
    let none = || StatementError::Failed("it takes no question".to_owned());
    // No child is given the passphrase.
    let mut command = Command::new(program(asked.program.as_deref())?);
    if let Some(Cluster { url, shared }) = &asked.cluster {
        command.args(["--cluster", url, "--shared"]).arg(shared);
    }
    command.env_remove("HOLM_PASSPHRASE").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    if let Some(folder) = &asked.folder {
        command.current_dir(folder);
    }
    let mut child = command.spawn().map_err(failed)?;
    let mut stdin = child.stdin.take().ok_or_else(none)?;
    let mut stdout = child.stdout.take().ok_or_else(none)?;
    let stderr = child.stderr.take().ok_or_else(none)?;
    std::thread::scope(|scope| {
        // One that stops reading early says why itself.
        scope.spawn(move || drop(stdin.write_all(question)));
        let answer = scope.spawn(move || {
            let mut text = String::new();
            stdout.read_to_string(&mut text).map(|_| text)
        });
        let mut last = "nothing".to_owned();
        for line in BufReader::new(stderr).lines().map_while(Result::ok).filter(|line| !line.trim().is_empty()) {
            progress(&line);
            last = line;
        }
        let status = child.wait().map_err(failed)?;
        let text = answer.join().map_err(|_| none())?.map_err(failed)?;
        let said = last.strip_prefix("error: ").unwrap_or(&last).to_owned();
        if status.success() { Ok(text) } else { Err(StatementError::Failed(said)) }
    })
}
