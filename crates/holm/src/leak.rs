//! Leaked files and the text in them.

use holm_marks::leak::{LeakError, LeakFormat, attached_pdfs, detect, read};

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
        let pdf = |bytes: &[u8]| pdf_text(bytes).map_err(|why| LeakFileError::Pdf { name: self.name.clone(), why });
        match detect(&self.bytes, &self.name) {
            LeakFormat::Pdf => pdf(&self.bytes),
            LeakFormat::Eml => {
                let mail = read(&self.bytes, &self.name);
                let mail = mail.map_err(|error| LeakFileError::Format { name: self.name.clone(), error })?;
                let attached = attached_pdfs(&self.bytes).iter().map(|b| pdf(b)).collect::<Result<Vec<_>, _>>()?;
                Ok(std::iter::once(mail).chain(attached).collect::<Vec<_>>().join("\n\n"))
            }
            _ => read(&self.bytes, &self.name).map_err(|error| LeakFileError::Format { name: self.name.clone(), error }),
        }
    }
}

/// More text than this in one PDF is not read.
const LARGEST_TEXT: u64 = 16 << 20;

/// Reads a PDF's text through `pdftotext` of poppler, over pipes: nothing is written to disk.
fn pdf_text(bytes: &[u8]) -> Result<String, String> {
    use std::io::{Read, Write};
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
    let stdout = child.stdout.take().ok_or("`pdftotext` gives no output")?;
    let mut text = Vec::new();
    let output = std::thread::scope(|scope| {
        // A child that stops reading early closes the pipe; its own error message says why.
        scope.spawn(move || drop(stdin.write_all(bytes)));
        let read = stdout.take(LARGEST_TEXT + 1).read_to_end(&mut text);
        if text.len() as u64 > LARGEST_TEXT {
            drop(child.kill());
        }
        read.and_then(|_| child.wait_with_output()).map_err(|e| e.to_string())
    })?;
    if text.len() as u64 > LARGEST_TEXT {
        return Err("it holds more text than any document; save the pages that matter as text".to_owned());
    }
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).lines().next().unwrap_or_default().to_owned();
        return Err(format!("`pdftotext` said: {said}"));
    }
    String::from_utf8(text).map_err(|_| "`pdftotext` wrote something other than UTF-8".to_owned())
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
