//! The zip package of a Word document.

use std::io::{Cursor, Read, Write};
use std::sync::Arc;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::carrier::{CarrierError, Copy};
use crate::raster::is_picture;

/// The main part may not be larger than this when unpacked.
const LARGEST_PART: u64 = 64 << 20;
/// Nor more than so many times larger than it is packed: Word's own files stay below 40.
const LARGEST_RATIO: u64 = 200;
/// Pictures of a leaked package that are looked at.
const MOST_PICTURES: usize = 200;
/// A package has no more parts than this.
const MOST_PARTS: usize = 10_000;

/// A package, shared between the threads that write copies.
#[derive(Clone)]
pub(crate) struct Package {
    archive: ZipArchive<Cursor<Arc<[u8]>>>,
    main_index: usize,
    main: Arc<str>,
}

impl Package {
    /// Opens a package and reads its main part.
    pub(crate) fn open(bytes: &[u8]) -> Result<Self, CarrierError> {
        if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
            return Err(CarrierError::Encrypted);
        }
        let damaged = |what: String| CarrierError::DamagedDocx(what);
        let mut archive = ZipArchive::new(Cursor::new(Arc::from(bytes)))
            .map_err(|e| damaged(format!("it is not a whole zip package ({e})")))?;
        if archive.len() > MOST_PARTS {
            return Err(damaged(format!("it has {} parts", archive.len())));
        }
        let signs = |n: &str| ["_xmlsignatures", "digital-signature"].iter().any(|s| n.to_ascii_lowercase().contains(s));
        if archive.file_names().flatten().any(|n| signs(&n)) {
            return Err(CarrierError::Signed);
        }
        let main_name = main_part_name(&mut archive)?;
        let main_index =
            archive.index_for_name(&main_name).ok_or_else(|| damaged(format!("its main part `{main_name}` is missing")))?;
        let main: Arc<str> = Arc::from(read_part(&mut archive, main_index)?);
        Ok(Self { archive, main_index, main })
    }

    /// The XML of every part that may hold text; parts that cannot be read hold none.
    pub(crate) fn text_parts(&self) -> Vec<String> {
        let mut archive = self.archive.clone();
        let named = |name: &str| (name.starts_with("word/") || name.starts_with("docProps/")) && name.ends_with(".xml");
        let mut indices: Vec<usize> = vec![self.main_index];
        for index in 0..archive.len() {
            let name = archive.by_index_raw(index).ok().and_then(|e| e.name().ok().map(|n| n.into_owned()));
            if index != self.main_index && name.is_some_and(|n| named(&n)) {
                indices.push(index);
            }
        }
        indices.into_iter().filter_map(|index| read_part(&mut archive, index).ok()).collect()
    }

    pub(crate) fn main_part(&self) -> Result<&str, CarrierError> {
        Ok(&self.main)
    }

    /// What the main part refers to, as XML.
    pub(crate) fn main_relations(&self) -> Option<String> {
        let mut archive = self.archive.clone();
        let index = archive.index_for_name(&self.relations_name()?)?;
        read_part(&mut archive, index).ok()
    }

    /// The name of the part that says what the main part refers to.
    pub(crate) fn relations_name(&self) -> Option<String> {
        let main = self.main_name()?;
        let (folder, file) = main.rsplit_once('/').unwrap_or(("", &main));
        Some(if folder.is_empty() { format!("_rels/{file}.rels") } else { format!("{folder}/_rels/{file}.rels") })
    }

    fn main_name(&self) -> Option<String> {
        let mut archive = self.archive.clone();
        archive.by_index_raw(self.main_index).ok().and_then(|e| e.name().ok().map(|n| n.into_owned()))
    }

    /// The name of the part that a relation of the main part calls `target`.
    pub(crate) fn beside_main(&self, target: &str) -> String {
        if let Some(absolute) = target.strip_prefix('/') {
            return absolute.to_owned();
        }
        let main = self.main_name().unwrap_or_default();
        let mut path: Vec<&str> = main.rsplit_once('/').map_or(Vec::new(), |(folder, _)| folder.split('/').collect());
        for step in target.split('/') {
            match step {
                "." => {}
                ".." => drop(path.pop()),
                name => path.push(name),
            }
        }
        path.join("/")
    }

    /// The index of a part.
    pub(crate) fn index_of(&self, name: &str) -> Option<usize> {
        self.archive.index_for_name(name)
    }

    /// A part's bytes.
    ///
    /// # Errors
    /// If it cannot be unpacked or unpacks to far more than any part.
    pub(crate) fn bytes_of(&self, index: usize) -> Result<Vec<u8>, CarrierError> {
        read_bytes(&mut self.archive.clone(), index)
    }

    /// Pictures that the package holds, as far as they can be unpacked.
    pub(crate) fn pictures(&self) -> Vec<Vec<u8>> {
        let mut archive = self.archive.clone();
        let held = |index: usize| -> Option<Vec<u8>> {
            let media = archive.by_index_raw(index).ok()?.name().is_ok_and(|n| n.contains("media/"));
            media.then(|| read_bytes(&mut archive, index).ok()).flatten()
        };
        let all = (0..self.archive.len()).filter_map(held);
        all.filter(|bytes| is_picture(bytes)).take(MOST_PICTURES).collect()
    }

    /// The package with another main part and other pictures; every other part is copied as stored.
    pub(crate) fn with_parts(&self, main: Vec<u8>, parts: Vec<(usize, Vec<u8>)>) -> Result<Copy, CarrierError> {
        self.with_new_parts(main, parts, &[])
    }

    /// The same with parts that it does not have, by name.
    pub(crate) fn with_new_parts(
        &self,
        main: Vec<u8>,
        mut parts: Vec<(usize, Vec<u8>)>,
        added: &[(String, Vec<u8>)],
    ) -> Result<Copy, CarrierError> {
        let failed = |e: zip::result::ZipError| CarrierError::DamagedDocx(format!("its package cannot be copied ({e})"));
        let size = main.len() + parts.iter().map(|(_, p)| 4 * p.len()).sum::<usize>();
        parts.push((self.main_index, main));
        let mut archive = self.archive.clone();
        let mut writer = ZipWriter::new(Cursor::new(Vec::with_capacity(size / 4 + 4096)));
        for index in 0..archive.len() {
            if let Some((_, part)) = parts.iter().find(|(i, _)| *i == index) {
                let (name, modified, stored) = {
                    let entry = archive.by_index_raw(index).map_err(failed)?;
                    let stored = index != self.main_index && entry.compression() == CompressionMethod::Stored;
                    (entry.name().map_err(failed)?.into_owned(), entry.last_modified(), stored)
                };
                let method = if stored { CompressionMethod::Stored } else { CompressionMethod::Deflated };
                let mut options = SimpleFileOptions::default().compression_method(method);
                if let Some(modified) = modified {
                    options = options.last_modified_time(modified);
                }
                writer.start_file(name, options).map_err(failed)?;
                writer.write_all(part).map_err(|e| CarrierError::DamagedDocx(e.to_string()))?;
            } else {
                let entry = archive.by_index_raw(index).map_err(failed)?;
                writer.raw_copy_file(entry).map_err(failed)?;
            }
        }
        for (name, part) in added {
            // The same date whenever it is written, or a copy that is made again would be another file.
            let options = SimpleFileOptions::default().last_modified_time(zip::DateTime::default());
            writer.start_file(name.as_str(), options).map_err(failed)?;
            writer.write_all(part).map_err(|e| CarrierError::DamagedDocx(e.to_string()))?;
        }
        writer.finish().map(Cursor::into_inner).map_err(failed)
    }
}

/// The part that `_rels/.rels` calls the office document.
fn main_part_name(archive: &mut ZipArchive<Cursor<Arc<[u8]>>>) -> Result<String, CarrierError> {
    const USUAL: &str = "word/document.xml";
    if archive.index_for_name("[Content_Types].xml").is_none() {
        return Err(CarrierError::DamagedDocx(
            "it is a zip file but no Word document: [Content_Types].xml is missing".to_owned(),
        ));
    }
    let Some(index) = archive.index_for_name("_rels/.rels") else { return Ok(USUAL.to_owned()) };
    let rels = read_part(archive, index)?;
    if rels.contains("/digital-signature/origin") {
        return Err(CarrierError::Signed);
    }
    let rels = rels.replace('\'', "\"");
    let target = rels
        .split("<Relationship")
        .filter(|r| r.starts_with(char::is_whitespace))
        .find(|r| r.contains("/relationships/officeDocument\""))
        .and_then(|r| r.split_once("Target=\""))
        .and_then(|(_, t)| t.split_once('"'));
    Ok(target.map_or(USUAL, |(t, _)| t).trim_start_matches('/').to_owned())
}

/// One part as text, unless it is a bomb or not UTF-8.
fn read_part(archive: &mut ZipArchive<Cursor<Arc<[u8]>>>, index: usize) -> Result<String, CarrierError> {
    let bytes = read_bytes(archive, index)?;
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").map(<[u8]>::to_vec).unwrap_or(bytes);
    String::from_utf8(text).map_err(|_| CarrierError::DamagedDocx("its main part is not UTF-8".to_owned()))
}

/// One part as it is, unless it is a bomb.
fn read_bytes(archive: &mut ZipArchive<Cursor<Arc<[u8]>>>, index: usize) -> Result<Vec<u8>, CarrierError> {
    let mut entry = archive.by_index(index).map_err(|e| CarrierError::DamagedDocx(format!("a part cannot be unpacked ({e})")))?;
    let limit = LARGEST_PART.min(entry.compressed_size().saturating_mul(LARGEST_RATIO).max(16 << 20));
    let mut bytes = Vec::new();
    let read = entry.by_ref().take(limit + 1).read_to_end(&mut bytes);
    read.map_err(|e| CarrierError::DamagedDocx(format!("a part cannot be unpacked ({e})")))?;
    if bytes.len() as u64 > limit {
        return Err(CarrierError::Bomb);
    }
    Ok(bytes)
}
