//! The file that leaks.

use std::fs;
use std::path::Path;
use std::process::Command;

use holm::leak::LeakFile;
use holm::program::ProgramError;
use holm::recognise::picture;
use holm::render::RenderError;
use holm_simulate::chance::Chance;
use holm_simulate::raster::{RasterChannel, damage_page};
use image::GrayImage;

use crate::program::{Trouble, run};
use crate::row::{Converter, Row};

/// Dots an inch at which pages are pictured before they are damaged.
const DPI: u32 = 300;

/// What `row` makes of a copy.
pub(crate) fn of(row: Row, copy: Vec<u8>, chance: &mut Chance) -> Result<LeakFile, Trouble> {
    match row {
        Row::File(Converter::Copy) => Ok(LeakFile { name: "leak.pdf".to_owned(), bytes: copy }),
        Row::File(converter) => Ok(LeakFile { name: "leak.pdf".to_owned(), bytes: converted(converter, &copy)? }),
        Row::Text => {
            let text = run(Command::new("pdftotext").args(["-enc", "UTF-8", "-", "-"]), "pdftotext", &copy)?;
            Ok(LeakFile { name: "leak.txt".to_owned(), bytes: text })
        }
        Row::Picture(channel) => pictured(channel, &copy, chance),
    }
}

fn pictured(channel: RasterChannel, copy: &[u8], chance: &mut Chance) -> Result<LeakFile, Trouble> {
    let page = picture(copy, 1, DPI).map_err(trouble)?;
    let (width, height) = (u32::try_from(page.width())?, u32::try_from(page.height())?);
    let page = GrayImage::from_raw(width, height, page.pixels().to_vec()).ok_or("a page of another size")?;
    let (bytes, ending) = damage_page(&page, f64::from(DPI), channel, chance).to_file();
    Ok(LeakFile { name: format!("leak.{ending}"), bytes })
}

/// A program that is missing is another thing than one that failed.
pub(crate) fn unrendered(error: RenderError) -> Trouble {
    match error {
        RenderError::Program(error) => trouble(error),
        other => Trouble::Other(other.into()),
    }
}

pub(crate) fn trouble(error: ProgramError) -> Trouble {
    match error {
        ProgramError::Missing(tool, _) => Trouble::Missing(tool),
        other => other.into(),
    }
}

fn converted(converter: Converter, copy: &[u8]) -> Result<Vec<u8>, Trouble> {
    let folder = tempfile::tempdir()?;
    let [from, to, between] = ["copy.pdf", "leak.pdf", "print.ps"].map(|name| folder.path().join(name));
    fs::write(&from, copy)?;
    let gs = |device: &str, from: &Path, to: &Path| {
        let mut command = Command::new("gs");
        command.args(["-q", "-dNOPAUSE", "-dBATCH", "-dSAFER", &format!("-sDEVICE={device}")]);
        command.arg("-o").arg(to).arg(from);
        command
    };
    match converter {
        Converter::Copy => fs::copy(&from, &to).map(drop)?,
        Converter::Qpdf => {
            let anew = ["--object-streams=generate", "--recompress-flate", "--compression-level=9", "--normalize-content=y"];
            run(Command::new("qpdf").args(anew).arg(&from).arg(&to), "qpdf", &[]).map(drop)?;
        }
        Converter::Mutool => {
            run(Command::new("mutool").args(["clean", "-gggg"]).arg(&from).arg(&to), "mutool", &[]).map(drop)?;
        }
        Converter::Ghostscript => run(&mut gs("pdfwrite", &from, &to), "gs", &[]).map(drop)?,
        Converter::Cairo => run(Command::new("pdftocairo").arg("-pdf").arg(&from).arg(&to), "pdftocairo", &[]).map(drop)?,
        Converter::Print => {
            run(&mut gs("ps2write", &from, &between), "gs", &[])?;
            run(Command::new("ps2pdf").arg(&between).arg(&to), "ps2pdf", &[]).map(drop)?;
        }
    }
    Ok(fs::read(&to)?)
}
