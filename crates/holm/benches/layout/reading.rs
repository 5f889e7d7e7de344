//! What is recognised in a leaked file, kept by the file's hash: recognition takes most of the time and sees no key.

use std::fs;
use std::process::Command;
use std::sync::LazyLock;
use std::time::Instant;

use holm::leak::{LeakContent, LeakFile, LeakFileError};
use holm::recognise::{PictureSource, Recognised};
use holm_marks::layout::SeenPage;
use holm_marks::leak::{LeakFormat, detect};
use holm_marks::raster::Raster;
use serde::{Deserialize, Serialize};

use crate::item::cache;
use crate::leaked::trouble;
use crate::program::Trouble;

/// What recognition depends on besides the file: the code that asks for it, and the program.
static RECOGNISER: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let source = include_bytes!("../../src/recognise.rs");
    let output = Command::new("tesseract").arg("--version").output();
    [source.as_slice(), &output.map(|o| [o.stdout, o.stderr].concat()).unwrap_or_default()].concat()
});

/// A leak that was read, and the seconds that it took.
pub(crate) struct Reading {
    pub(crate) content: LeakContent,
    /// Of these, by the program that recognises words.
    pub(crate) recognising: f64,
    /// Everything else: decoding, turning, even light.
    pub(crate) rest: f64,
}

/// What is kept of the pages of a picture.
#[derive(Serialize, Deserialize)]
struct Remembered {
    pages: Vec<RememberedPage>,
    seconds: f64,
}

#[derive(Serialize, Deserialize)]
struct RememberedPage {
    seen: SeenPage,
    /// Hash of the picture that the words are of: how it was turned is found anew.
    picture: String,
}

/// Reads a leak, or remembers how it was read.
pub(crate) fn read(files: &[LeakFile]) -> Result<Reading, Trouble> {
    let mut all = Reading { content: LeakContent::default(), recognising: 0.0, rest: 0.0 };
    for file in files {
        let Reading { content, recognising, rest } = read_one(file)?;
        all.recognising += recognising;
        all.rest += rest;
        all.content.typed += &content.typed;
        all.content.recognised |= content.recognised;
        all.content.pages.extend(content.pages);
        all.content.spaced.extend(content.spaced);
        all.content.pictures.extend(content.pictures);
    }
    let start = Instant::now();
    all.content.views = LeakContent::views_of(files);
    all.rest += start.elapsed().as_secs_f64();
    Ok(all)
}

fn read_one(file: &LeakFile) -> Result<Reading, Trouble> {
    if detect(&file.bytes, &file.name) != LeakFormat::Picture {
        let start = Instant::now();
        let content = LeakContent::read(std::slice::from_ref(file), &|_| ()).map_err(missing)?;
        let seconds = start.elapsed().as_secs_f64();
        // A file without readable text is read as pictures of its pages, which takes the time of recognising them.
        let (recognising, rest) = if content.recognised { (seconds, 0.0) } else { (0.0, seconds) };
        return Ok(Reading { content, recognising, rest });
    }
    let folder = cache()?.join("readings");
    let name = blake3::Hasher::new().update(&RECOGNISER).update(&file.bytes).finalize().to_hex();
    let path = folder.join(format!("{name}.json"));
    let known = fs::read(&path).ok().and_then(|bytes| serde_json::from_slice::<Remembered>(&bytes).ok());
    if let Some(reading) = known.map(|known| restore(file, &known)).transpose()?.flatten() {
        return Ok(reading);
    }
    let start = Instant::now();
    let content = LeakContent::read(std::slice::from_ref(file), &|_| ()).map_err(missing)?;
    let seconds = start.elapsed().as_secs_f64();
    let page = |p: &Recognised| RememberedPage { seen: p.seen.clone(), picture: hash(&p.picture) };
    let mut remembered = Remembered { pages: content.pictures.iter().map(page).collect(), seconds: 0.0 };
    let mut reading = restore(file, &remembered)?.ok_or("a picture was read that is not in its file")?;
    reading.recognising = (seconds - reading.rest).max(0.0);
    remembered.seconds = reading.recognising;
    fs::create_dir_all(&folder)?;
    let beside = folder.join(format!("{name}.new"));
    fs::write(&beside, serde_json::to_vec(&remembered)?)?;
    fs::rename(beside, path)?;
    Ok(reading)
}

/// The content of a file whose words are known; `None` if pictures are now made otherwise.
fn restore(file: &LeakFile, known: &Remembered) -> Result<Option<Reading>, Trouble> {
    let start = Instant::now();
    let mut content = LeakContent::default();
    let pictures = Raster::decode(&file.bytes)?;
    for (page, known) in pictures.iter().zip(&known.pages) {
        let mut turned = (0..4_u8).map(|quarters| (quarters, page.turned(quarters.into()).flattened()));
        let Some((quarters, picture)) = turned.find(|(_, p)| hash(p) == known.picture) else { return Ok(None) };
        let source = PictureSource::default();
        content.pictures.push(Recognised { seen: known.seen.clone(), picture, quarters, source });
    }
    if pictures.len() != known.pages.len() {
        return Ok(None);
    }
    content.recognised = true;
    Ok(Some(Reading { content, recognising: known.seconds, rest: start.elapsed().as_secs_f64() }))
}

fn hash(picture: &Raster) -> String {
    let width = (picture.width() as u64).to_le_bytes();
    blake3::Hasher::new().update(&width).update(picture.pixels()).finalize().to_hex().to_string()
}

fn missing(error: LeakFileError) -> Trouble {
    match error {
        LeakFileError::Program { error, .. } => trouble(error),
        other => other.into(),
    }
}
