//! The file that leaks.

use std::fs;
use std::path::Path;
use std::process::Command;

use holm::leak::LeakFile;
use holm::pages::Copies;
use holm::program::ProgramError;
use holm::recognise::picture;
use holm::render::{RenderError, rendering};
use holm_marks::carrier::Master;
use holm_simulate::chance::Chance;
use holm_simulate::raster::{RasterChannel, damage_page};
use image::GrayImage;

use crate::item::Form;
use crate::program::{Trouble, run};
use crate::row::{Converter, Row};

/// Dots an inch at which pages are pictured before they are damaged.
const DPI: u32 = 300;

/// What `row` makes of a copy: one file, or one picture a page.
pub(crate) fn of(row: Row, form: Form, copy: Vec<u8>, chance: &mut Chance) -> Result<Vec<LeakFile>, Trouble> {
    let file = |ending: &str, bytes: Vec<u8>| vec![LeakFile { name: format!("leak.{ending}"), bytes }];
    match (row, form) {
        (Row::File(Converter::Copy), Form::Word) => Ok(file("docx", copy)),
        (Row::File(Converter::Copy), Form::Picture) => Ok(file("png", copy)),
        (Row::Picture(channel), Form::Picture) => {
            let picture = image::load_from_memory(&copy)?.to_luma8();
            Ok(vec![damaged(channel, &picture, 0, chance)])
        }
        _ => of_pages(row, &if form == Form::Word { pages_of(&copy)? } else { copy }, chance),
    }
}

/// What `row` makes of a PDF.
fn of_pages(row: Row, pdf: &[u8], chance: &mut Chance) -> Result<Vec<LeakFile>, Trouble> {
    let file = |ending: &str, bytes: Vec<u8>| vec![LeakFile { name: format!("leak.{ending}"), bytes }];
    match row {
        Row::File(Converter::Copy | Converter::LibreOffice) => Ok(file("pdf", pdf.to_vec())),
        Row::File(converter) => Ok(file("pdf", converted(converter, pdf)?)),
        Row::Text => Ok(file("txt", run(Command::new("pdftotext").args(["-enc", "UTF-8", "-", "-"]), "pdftotext", pdf)?)),
        Row::Picture(channel) => {
            // Lines are cut out of the first page; of other pictures there is one a page.
            let all = Master::parse(pdf, "copy.pdf")?.layout().map_or(1, |l| l.pages.len());
            let pages = if channel.crop().is_some() { 1 } else { all };
            (1..=pages).map(|page| pictured(channel, pdf, page, chance)).collect()
        }
    }
}

/// The pages of a Word file.
fn pages_of(copy: &[u8]) -> Result<Vec<u8>, Trouble> {
    let master = Master::parse(copy, "copy.docx")?;
    Ok(rendering(&master, copy, &[], &[], Copies::AsMaster).map_err(unrendered)?.pdf)
}

fn pictured(channel: RasterChannel, pdf: &[u8], page: usize, chance: &mut Chance) -> Result<LeakFile, Trouble> {
    let picture = picture(pdf, page, DPI).map_err(trouble)?;
    let (width, height) = (u32::try_from(picture.width())?, u32::try_from(picture.height())?);
    let picture = GrayImage::from_raw(width, height, picture.pixels().to_vec()).ok_or("a page of another size")?;
    Ok(damaged(channel, &picture, page, chance))
}

fn damaged(channel: RasterChannel, page: &GrayImage, number: usize, chance: &mut Chance) -> LeakFile {
    let (bytes, ending) = damage_page(page, f64::from(DPI), channel, chance).to_file();
    LeakFile { name: format!("leak-{number}.{ending}"), bytes }
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
        Converter::Copy | Converter::LibreOffice => fs::copy(&from, &to).map(drop)?,
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
