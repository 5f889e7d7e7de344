//! Other people's programs, each started once for all copies of a document.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use holm::leak::LeakFile;
use holm_marks::leak;
use tempfile::TempDir;

use crate::Failure;
use crate::program::{Trouble, run};

/// A converter or a cleaner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Peer {
    /// DOCX to PDF through LibreOffice, the PDF's text through `pdftotext`.
    DocxPdf,
    /// Markdown to HTML and HTML to text through pandoc.
    PandocHtml,
    /// Markdown to DOCX and DOCX to text through pandoc.
    PandocDocx,
    /// PyPI antiwatermark.
    Antiwatermark,
    /// PyPI watermark-cleaner, `fix --aggressive`.
    WatermarkCleaner,
    /// PyPI dewatermark, profile `aggressive`.
    Dewatermark,
}

/// Paragraph that keeps copies apart in a file of many; no channel here changes it.
const CUT: &str = "HOLMCUTHERE";

impl Peer {
    pub(crate) const ALL: [Self; 6] =
        [Self::DocxPdf, Self::PandocHtml, Self::PandocDocx, Self::Antiwatermark, Self::WatermarkCleaner, Self::Dewatermark];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::DocxPdf => "docx-pdf-text",
            Self::PandocHtml => "pandoc-html-text",
            Self::PandocDocx => "pandoc-docx-text",
            Self::Antiwatermark => "antiwatermark",
            Self::WatermarkCleaner => "watermark-cleaner",
            Self::Dewatermark => "dewatermark",
        }
    }

    pub(crate) fn group(self) -> &'static str {
        match self {
            Self::DocxPdf | Self::PandocHtml | Self::PandocDocx => "converters",
            Self::Antiwatermark | Self::WatermarkCleaner | Self::Dewatermark => "cleaners",
        }
    }

    pub(crate) fn trials(self) -> u32 {
        match self {
            Self::DocxPdf => 10,
            _ => 20,
        }
    }

    /// What each copy becomes; all have the format of a file named `name`.
    pub(crate) fn convert(self, copies: &[Vec<u8>], name: &str) -> Result<Vec<String>, Trouble> {
        let folder = tempfile::tempdir()?;
        match self {
            Self::DocxPdf => through_pdf(&folder, copies),
            Self::PandocHtml => through_pandoc(copies, "html"),
            Self::PandocDocx => through_pandoc(copies, "docx"),
            Self::Antiwatermark => clean(&folder, copies, name, "antiwatermark"),
            Self::Dewatermark => clean(&folder, copies, name, "dewatermark"),
            Self::WatermarkCleaner => {
                let program = in_peers("watermark-cleaner")?;
                let texts = write_texts(&folder, copies, name)?;
                run(
                    Command::new(program).args(["fix", "--aggressive", "--no-backup", "--quiet"]).arg(folder.path()),
                    "watermark-cleaner",
                    &[],
                )?;
                Ok(texts.iter().map(fs::read_to_string).collect::<Result<_, _>>()?)
            }
        }
    }
}

/// The DOCX that pandoc makes of Markdown.
pub(crate) fn docx(markdown: &str) -> Result<Vec<u8>, Trouble> {
    run(Command::new("pandoc").args(["-f", "gfm", "-t", "docx", "-o", "-"]), "pandoc", markdown.as_bytes())
}

fn through_pdf(folder: &TempDir, copies: &[Vec<u8>]) -> Result<Vec<String>, Trouble> {
    let paths: Vec<PathBuf> = (0..copies.len()).map(|i| folder.path().join(format!("{i:04}.docx"))).collect();
    for (path, copy) in paths.iter().zip(copies) {
        fs::write(path, copy)?;
    }
    // A profile of its own keeps it apart from an office that is already open.
    let profile = format!("-env:UserInstallation=file://{}/profile", folder.path().display());
    let arguments = [profile.as_str(), "--headless", "--convert-to", "pdf", "--outdir"];
    run(Command::new("soffice").args(arguments).arg(folder.path()).args(&paths), "soffice", &[])?;
    run(Command::new("pdftotext").arg("-v"), "pdftotext", &[])?;
    let text = |path: &PathBuf| -> Result<String, Failure> {
        let bytes = fs::read(path.with_extension("pdf"))?;
        Ok(LeakFile { name: "leak.pdf".to_owned(), bytes }.text()?)
    };
    Ok(paths.iter().map(text).collect::<Result<_, _>>()?)
}

/// All copies as one document, so that pandoc starts twice and not twice a copy.
fn through_pandoc(copies: &[Vec<u8>], by: &str) -> Result<Vec<String>, Trouble> {
    let texts: Vec<&str> = copies.iter().map(|c| std::str::from_utf8(c)).collect::<Result<_, _>>()?;
    let joined = texts.join(&format!("\n\n{CUT}\n\n"));
    let middle = run(Command::new("pandoc").args(["-f", "markdown", "-t", by, "-o", "-"]), "pandoc", joined.as_bytes())?;
    let plain = run(Command::new("pandoc").args(["-f", by, "-t", "plain"]), "pandoc", &middle)?;
    let leaks: Vec<String> = String::from_utf8(plain)?.split(CUT).map(str::to_owned).collect();
    if leaks.len() == copies.len() {
        Ok(leaks)
    } else {
        Err(Trouble::Other(format!("{} copies became {} through pandoc", copies.len(), leaks.len()).into()))
    }
}

/// Through a cleaner's Python interface, by the script beside this file.
fn clean(folder: &TempDir, copies: &[Vec<u8>], name: &str, tool: &str) -> Result<Vec<String>, Trouble> {
    in_peers(tool)?;
    let texts = write_texts(folder, copies, name)?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/survival/clean.py");
    run(Command::new(in_peers("python")?).arg(script).arg(tool).args(&texts), tool, &[])?;
    Ok(texts.iter().map(fs::read_to_string).collect::<Result<_, _>>()?)
}

fn write_texts(folder: &TempDir, copies: &[Vec<u8>], name: &str) -> Result<Vec<PathBuf>, Failure> {
    let write = |(i, copy): (usize, &Vec<u8>)| -> Result<PathBuf, Failure> {
        let path = folder.path().join(format!("{i:04}.txt"));
        fs::write(&path, leak::read(copy, name)?)?;
        Ok(path)
    };
    copies.iter().enumerate().map(write).collect()
}

/// A program of the virtual environment that `scripts/peers.sh` makes.
fn in_peers(program: &str) -> Result<PathBuf, Trouble> {
    let own = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/peers");
    let peers = std::env::var_os("HOLM_PEERS").map_or_else(own, PathBuf::from);
    let path = peers.join("bin").join(program);
    if path.exists() { Ok(path) } else { Err(Trouble::Missing(program.to_owned())) }
}
