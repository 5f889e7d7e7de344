//! Leaked files and the text in them.

use holm_marks::leak::{LeakError, LeakFormat, detect, read};

/// A leaked file as it was received.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LeakFile {
    /// Its name.
    pub name: String,
    /// Its bytes.
    #[serde(with = "base64_bytes")]
    pub bytes: Vec<u8>,
}

/// Text cannot be got out of a leaked file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LeakFileError {
    /// The file's format.
    #[error("`{name}`: {error}")]
    Format {
        /// The file.
        name: String,
        /// What is wrong.
        error: LeakError,
    },
    /// `pdftotext` is missing or failed.
    #[error("`{name}` is a PDF and its text could not be read: {why}")]
    Pdf {
        /// The file.
        name: String,
        /// Why.
        why: String,
    },
}

impl LeakFile {
    /// The text of the file.
    ///
    /// # Errors
    /// [`LeakFileError`] names the file and what to do.
    pub fn text(&self) -> Result<String, LeakFileError> {
        match detect(&self.bytes, &self.name) {
            LeakFormat::Pdf => pdf_text(&self.bytes).map_err(|why| LeakFileError::Pdf { name: self.name.clone(), why }),
            _ => read(&self.bytes, &self.name).map_err(|error| LeakFileError::Format { name: self.name.clone(), error }),
        }
    }
}

/// Reads a PDF's text through `pdftotext` of poppler, over pipes: nothing is written to disk.
fn pdf_text(bytes: &[u8]) -> Result<String, String> {
    use std::io::Write;
    use std::process::{Command, Stdio};
    let child = Command::new("pdftotext")
        // No child is given the passphrase.
        .env_remove("HOLM_PASSPHRASE")
        .args(["-enc", "UTF-8", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = child
        .map_err(|_| "`pdftotext` is not installed; install the package poppler-utils, or save the leak as text".to_owned())?;
    let mut stdin = child.stdin.take().ok_or("`pdftotext` takes no input")?;
    let output = std::thread::scope(|scope| {
        // A child that stops reading early closes the pipe; its own error message says why.
        scope.spawn(move || drop(stdin.write_all(bytes)));
        child.wait_with_output().map_err(|e| e.to_string())
    })?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).lines().next().unwrap_or_default().to_owned();
        return Err(format!("`pdftotext` said: {said}"));
    }
    String::from_utf8(output.stdout).map_err(|_| "`pdftotext` wrote something other than UTF-8".to_owned())
}

/// Bytes as base64 in JSON.
pub(crate) mod base64_bytes {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map_err(serde::de::Error::custom)
    }
}
