//! An item's copies as pages: of Word files by LibreOffice, which also says whether moving words would break lines anew.

use std::fmt::Write;
use std::fs;
use std::path::{MAIN_SEPARATOR_STR, Path};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use holm_marks::carrier::{Format, Master};
use holm_marks::layout::reference::{Places, broken_lines, locate};
use holm_marks::layout::{Layout, Shift, Sighting};
use holm_marks::mark::{Layer, Mark};

use crate::pages::{Copies, PageTemplate, PagesError};
use crate::program::{ProgramError, private_folder, version};

/// The program and its package.
const PROGRAM: &str = "soffice";
const PACKAGE: &str = "libreoffice-writer";
/// How long one document may take.
const LONGEST: Duration = Duration::from_secs(180);
/// Times that marks are dropped and the lines looked at again.
const ROUNDS: usize = 6;

/// A copy's pages: the file that shows them, and where the document's words stand on them.
#[derive(Clone, Debug)]
pub struct Rendering {
    /// The pages, as a PDF.
    pub pdf: Vec<u8>,
    /// Their words.
    pub layout: Layout,
    /// Whether marked words are where their first alternative puts them, rather than where the master has them.
    pub moved: bool,
}

/// A copy's pages cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RenderError {
    /// A program that takes part.
    #[error(transparent)]
    Program(#[from] ProgramError),
    /// The typesetter.
    #[error(transparent)]
    Pages(#[from] PagesError),
}

/// Whether Word files can be rendered here.
#[must_use]
pub fn is_available() -> bool {
    let found = Command::new(PROGRAM).env_remove("HOLM_PASSPHRASE").arg("--version").stdin(Stdio::null()).output();
    found.is_ok_and(|o| o.status.success())
}

/// What renders, for the record.
pub(crate) fn programs() -> String {
    version(PROGRAM, "--version")
}

/// The pages of the copy that has these symbols at its wording marks and the first alternative at its layout marks: a page
/// without any would differ from every copy, since LibreOffice rounds the width of each run for itself.
///
/// # Errors
/// [`RenderError`] if LibreOffice is missing or fails, or pages cannot be set.
pub fn rendering(
    master: &Master,
    bytes: &[u8],
    marks: &[Mark],
    symbols: &[u8],
    copies: Copies,
) -> Result<Rendering, RenderError> {
    if copies == Copies::Pages {
        let (pdf, layout) = PageTemplate::new(master, bytes, marks)?.unmoved(symbols)?;
        return Ok(Rendering { pdf, layout, moved: false });
    }
    let failed = |e: String| ProgramError::Failed(PROGRAM.to_owned(), e);
    if master.format() == Format::Pdf {
        let layout = master.layout().cloned().unwrap_or_default();
        return Ok(Rendering { pdf: bytes.to_vec(), layout, moved: false });
    }
    let symbols: Vec<u8> = marks.iter().zip(symbols).map(|(m, s)| if m.layer == Layer::Layout { 0 } else { *s }).collect();
    let copy = master.template(marks).and_then(|t| t.render(&symbols)).map_err(|e| failed(e.to_string()))?;
    let pdf = to_pdf(&[copy])?.pop().ok_or_else(|| failed("it made no PDF".to_owned()))?;
    let pages = Master::parse(&pdf, "pages.pdf").map_err(|e| failed(e.to_string()))?;
    let layout = locate(pages.layout().cloned().unwrap_or_default(), master.blocks(), marks, &symbols);
    Ok(Rendering { pdf, layout, moved: true })
}

/// Of `moved`, the layout marks that break no line anew, whichever alternative each of them takes. Lines are compared with
/// those of the document as it is, with all words to the left, all to the right, and both kinds of turns; where a line ends
/// elsewhere, its words stay where they are, in every copy.
///
/// # Errors
/// [`ProgramError`].
pub(crate) fn without_reflow(
    master: &Master,
    words: &[Mark],
    mut moved: Vec<Mark>,
    before: &Layout,
) -> Result<Vec<Mark>, ProgramError> {
    for _ in 0..ROUNDS {
        let marks: Vec<Mark> = words.iter().chain(&moved).cloned().collect();
        let failed = |e: String| ProgramError::Failed(PROGRAM.to_owned(), e);
        let template = master.template(&marks).map_err(|e| failed(e.to_string()))?;
        let symbols =
            |turn: [u8; 2]| -> Vec<u8> { (0..words.len()).map(|_| 0).chain((0..moved.len()).map(|i| turn[i % 2])).collect() };
        const TURNS: [[u8; 2]; 4] = [[0, 0], [1, 1], [0, 1], [1, 0]];
        let copy = |turn| template.render(&symbols(turn)).map_err(|e| failed(e.to_string()));
        let copies = TURNS.map(copy).into_iter().collect::<Result<Vec<_>, _>>()?;
        let mut broken = Places::new();
        for pdf in to_pdf(&copies)? {
            let pages = Master::parse(&pdf, "pages.pdf").map_err(|e| failed(e.to_string()))?;
            let after = locate(pages.layout().cloned().unwrap_or_default(), master.blocks(), words, &vec![0; words.len()]);
            broken.extend(broken_lines(before, &after));
        }
        let count = moved.len();
        moved.retain(|m| !m.sites.iter().any(|s| broken.contains(&(s.block, s.range.start))));
        if moved.len() == count {
            return Ok(moved);
        }
    }
    // Lines break on every look: nothing is moved at all.
    Ok(Vec::new())
}

/// Converts Word files to PDF. LibreOffice reads and writes files: they lie in memory where the system has a place for that,
/// and are removed at once.
fn to_pdf(documents: &[Vec<u8>]) -> Result<Vec<Vec<u8>>, ProgramError> {
    let failed = |why: String| ProgramError::Failed(PROGRAM.to_owned(), why);
    let shared = Path::new("/dev/shm");
    // Elsewhere anybody might have made a folder of this name.
    let folder = private_folder(Some(shared).filter(|shared| cfg!(target_os = "linux") && shared.is_dir()));
    let folder = folder.map_err(|e| failed(e.to_string()))?;
    let mut inputs = Vec::new();
    for (number, document) in documents.iter().enumerate() {
        let input = folder.path().join(format!("{number}.docx"));
        fs::write(&input, document).map_err(|e| failed(e.to_string()))?;
        inputs.push(input);
    }
    let profile = format!("-env:UserInstallation={}", file_address(&folder.path().join("profile")));
    let child = Command::new(PROGRAM)
        .env_remove("HOLM_PASSPHRASE")
        .envs(["TMPDIR", "TMP", "TEMP"].map(|name| (name, folder.path())))
        .args([profile.as_str(), "--headless", "--norestore", "--convert-to", "pdf", "--outdir"])
        .arg(folder.path())
        .args(&inputs)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let mut child = child.map_err(|_| ProgramError::Missing(PROGRAM.to_owned(), PACKAGE.to_owned()))?;
    let started = Instant::now();
    while child.try_wait().map_err(|e| failed(e.to_string()))?.is_none() {
        if started.elapsed() > LONGEST {
            drop(child.kill());
            drop(child.wait());
            return Err(ProgramError::Time(PROGRAM.to_owned(), LONGEST.as_secs()));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let read = |input: &std::path::PathBuf| fs::read(input.with_extension("pdf"));
    inputs.iter().map(read).collect::<Result<_, _>>().map_err(|_| failed("it made no PDF of the document".to_owned()))
}

/// A path as an address (RFC 8089): `file:///tmp/a%20b`, or `file:///C:/a%20b` where paths begin with a drive.
fn file_address(path: &Path) -> String {
    let path = path.to_string_lossy().replace(MAIN_SEPARATOR_STR, "/");
    let mut address = if path.starts_with('/') { "file://" } else { "file:///" }.to_owned();
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b':' | b'.' | b'-' | b'_' | b'~' => address.push(char::from(byte)),
            // Writing to a string never fails.
            _ => drop(write!(address, "%{byte:02X}")),
        }
    }
    address
}

impl Rendering {
    /// Takes what this rendering itself moved from what was measured against it.
    pub fn unmove(&self, marks: &[Mark], sightings: &mut [Sighting]) {
        for sighting in sightings.iter_mut().filter(|_| self.moved) {
            let mark = sighting.mark.and_then(|m| marks.get(m as usize));
            let shift = mark.and_then(|m| m.sites.first()?.texts.first()).and_then(|t| Shift::parse(t));
            sighting.moved += shift.map_or(0.0, Shift::points);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_with_spaces_accents_or_drives_are_file_addresses() {
        assert_eq!(file_address(&Path::new("/").join("tmp").join("a b%ñ")), "file:///tmp/a%20b%25%C3%B1");
        assert_eq!(file_address(&Path::new("C:").join("Ana Ruiz")), "file:///C:/Ana%20Ruiz");
    }
}
