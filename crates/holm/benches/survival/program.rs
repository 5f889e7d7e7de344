//! Other people's programs.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::Failure;

/// A program could not do its part.
pub(crate) enum Trouble {
    /// It is not installed.
    Missing(String),
    /// Anything else.
    Other(Failure),
}

impl<E: Into<Failure>> From<E> for Trouble {
    fn from(failure: E) -> Self {
        Self::Other(failure.into())
    }
}

/// Runs a program to its end and returns what it printed.
pub(crate) fn run(command: &mut Command, tool: &str, input: &[u8]) -> Result<Vec<u8>, Trouble> {
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = match child {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Err(Trouble::Missing(tool.to_owned())),
        other => other?,
    };
    let stdin = child.stdin.take();
    let output = std::thread::scope(|scope| {
        // A program that stops reading early closes the pipe; its own message says why.
        scope.spawn(move || stdin.map(|mut s| drop(s.write_all(input))));
        child.wait_with_output()
    })?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(Trouble::Other(format!("`{tool}` failed: {said}").into()))
}
