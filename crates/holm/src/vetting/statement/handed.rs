//! Statements that somebody gave over through a page: they lie in a folder of their own for as long as they are read.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::StatementError;

/// Letters of a file's name.
const LONGEST: usize = 60;

/// A folder that only its owner can open, with the files in it; both are gone with this value.
#[derive(Debug)]
pub struct Handed {
    folder: TempDir,
    names: Vec<String>,
}

impl Handed {
    /// Keeps files for a while, each under its own name as far as that is one.
    ///
    /// # Errors
    /// [`StatementError::File`]; nothing is kept then.
    pub fn keep<'f>(files: impl IntoIterator<Item = (&'f str, &'f [u8])>) -> Result<Self, StatementError> {
        let unkept = |path: &Path, e: std::io::Error| StatementError::File(path.to_owned(), e.to_string());
        let place = std::env::temp_dir();
        let folder = crate::program::private_folder(None).map_err(|e| unkept(&place, e))?;
        let (mut names, mut taken) = (Vec::new(), BTreeSet::new());
        for (name, bytes) in files {
            let mut name = plain(name);
            // Of several that are called alike, each is one of its own.
            while !taken.insert(name.to_lowercase()) {
                name = format!("{}-{name}", names.len() + 1);
            }
            let path = folder.path().join(&name);
            fs::write(&path, bytes).map_err(|e| unkept(Path::new(&name), e))?;
            names.push(name);
        }
        Ok(Self { folder, names })
    }

    /// Where they are.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What they are called in it, in the order in which they were given.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }
}

/// A name that is one on every system, and leads nowhere else; its ending, which says what it is, stays.
fn plain(name: &str) -> String {
    let fits = |c: char| c.is_alphanumeric() || "-_. ".contains(c);
    let clean: String = name.chars().map(|c| if fits(c) { c } else { '_' }).collect();
    let short: String = clean.chars().rev().take(LONGEST).collect::<Vec<_>>().into_iter().rev().collect();
    let short = short.trim_matches([' ', '.']);
    if short.is_empty() { "statement".to_owned() } else { short.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_lie_in_a_private_folder_under_names_of_their_own_and_go_with_it() {
        let files: [(&str, &[u8]); 5] =
            [("calls.csv", b"a"), ("Calls.csv", b"b"), ("../../etc/passwd", b"c"), ("..", b"d"), ("ñ.parquet", b"e")];
        let handed = Handed::keep(files).unwrap();
        assert_eq!(handed.names(), ["calls.csv", "2-Calls.csv", "_.._etc_passwd", "statement", "ñ.parquet"]);
        let folder = handed.folder().to_owned();
        for (name, (_, content)) in handed.names().iter().zip(files) {
            assert_eq!(fs::read(folder.join(name)).unwrap(), content, "{name}");
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
        }
        drop(handed);
        assert!(!folder.exists());
    }
}
