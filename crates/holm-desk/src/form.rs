//! Forms that carry files: their parts, read whole.

use axum::body::Bytes;
use axum::extract::Multipart;

use crate::problem::Problem;

/// A field of a form, or a file.
pub(crate) struct Part {
    pub(crate) name: String,
    /// Name of the file, if it is one.
    pub(crate) file: Option<String>,
    pub(crate) bytes: Bytes,
}

impl Part {
    /// What was typed, bytes that are no UTF-8 replaced.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// The file's name and content; `None` for a field, and for a choice of files that was left empty.
    pub(crate) fn file(&self) -> Option<(String, Vec<u8>)> {
        let name = self.file.as_deref().filter(|name| !name.is_empty() && !self.bytes.is_empty())?;
        Some((last_part(name), self.bytes.to_vec()))
    }

    /// A part that the form does not have: whoever misspells one must not be taken to have left it out.
    pub(crate) fn unknown(&self) -> Problem {
        Problem::Malformed(format!("unknown field `{}`", self.name))
    }
}

/// Reads all parts of a form.
///
/// # Errors
/// [`Problem::Large`], or [`Problem::Malformed`] if it is no such form.
pub(crate) async fn parts(mut form: Multipart) -> Result<Vec<Part>, Problem> {
    let mut parts = Vec::new();
    while let Some(field) = form.next_field().await? {
        let name = field.name().unwrap_or_default().to_owned();
        let file = field.file_name().map(str::to_owned);
        parts.push(Part { name, file, bytes: field.bytes().await? });
    }
    Ok(parts)
}

/// A file's name without folders and control characters, as it is recorded.
pub(crate) fn last_part(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last.chars().filter(|c| !c.is_control()).take(120).collect();
    if clean.is_empty() { "leak".to_owned() } else { clean }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_files_name_holds_no_folder_and_no_control_character() {
        for (given, kept) in [("../../etc/pass\0wd", "passwd"), ("C:\\x\\b.txt", "b.txt"), ("a/", "leak"), ("ñ.md", "ñ.md")] {
            assert_eq!(last_part(given), kept, "{given:?}");
        }
    }
}
