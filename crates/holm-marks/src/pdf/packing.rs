//! How an image's data are packed, layer by layer (ISO 32000-1, §7.4), down to a JPEG file or to samples.

use lopdf::{Dictionary, Document, Object, Stream};

use super::allowance::{Allowance, LARGEST_CONTENT};
use super::font::{deref, resolve};

/// Layers that an image may be packed in.
const MOST_LAYERS: usize = 4;

/// What is found below all layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    /// A JPEG file.
    Jpeg,
    /// Rows of samples.
    Samples,
}

/// The layers over an image.
pub(super) struct Packing {
    pub(super) coding: Coding,
    /// Whether JPEG data are said not to be in YCbCr, as those of three components are.
    pub(super) turns_colours: bool,
    layers: Vec<Object>,
    parameters: Vec<Object>,
}

impl Packing {
    /// What a stream's dictionary says of its layers.
    ///
    /// # Errors
    /// Why they cannot be undone, in words.
    pub(super) fn of(doc: &Document, dict: &Dictionary) -> Result<Self, &'static str> {
        let mut layers = names(doc, dict).ok_or("its filters are damaged")?;
        let mut parameters = parameters(doc, dict, layers.len());
        let undone = |f: &Vec<u8>| {
            matches!(f.as_slice(), b"FlateDecode" | b"LZWDecode" | b"ASCII85Decode" | b"ASCIIHexDecode" | b"RunLengthDecode")
        };
        let coding = match layers.last().map(Vec::as_slice) {
            Some(b"DCTDecode") => Coding::Jpeg,
            Some(b"JPXDecode") => return Err("it is JPEG 2000"),
            Some(b"CCITTFaxDecode" | b"JBIG2Decode") => return Err("it is black and white (fax or JBIG2)"),
            _ => Coding::Samples,
        };
        let mut turns_colours = false;
        if coding == Coding::Jpeg {
            layers.pop();
            let own = parameters.pop().and_then(|p| p.as_dict().ok()?.get(b"ColorTransform").ok()?.as_i64().ok());
            turns_colours = own == Some(0);
        }
        if layers.len() > MOST_LAYERS || !layers.iter().all(undone) {
            return Err("its data are packed in a way that this program does not undo");
        }
        Ok(Self { coding, turns_colours, layers: layers.into_iter().map(Object::Name).collect(), parameters })
    }

    /// What is below; nothing if it is damaged or far too large.
    pub(super) fn unpack(&self, stream: &Stream, allowance: &mut Allowance) -> Option<Vec<u8>> {
        let mut dict = Dictionary::new();
        dict.set("Filter", Object::Array(self.layers.clone()));
        dict.set("DecodeParms", Object::Array(self.parameters.clone()));
        allowance.unpack(&Stream::new(dict, stream.content.clone()), LARGEST_CONTENT)
    }
}

/// Names of filters, in the order in which they are undone; nothing if one of them is no name.
fn names(doc: &Document, dict: &Dictionary) -> Option<Vec<Vec<u8>>> {
    match deref(doc, dict, b"Filter") {
        None | Some(Object::Null) => Some(Vec::new()),
        Some(Object::Name(name)) => Some(vec![name.clone()]),
        Some(Object::Array(all)) => all.iter().map(|o| Some(resolve(doc, o)?.as_name().ok()?.to_vec())).collect(),
        Some(_) => None,
    }
}

/// Each filter's parameters, without references.
fn parameters(doc: &Document, dict: &Dictionary, count: usize) -> Vec<Object> {
    let whole = deref(doc, dict, b"DecodeParms");
    let own = |index: usize| match whole {
        Some(Object::Array(all)) => all.get(index).and_then(|o| resolve(doc, o)),
        other => other.filter(|_| count == 1),
    };
    let settled = |object: &Object| {
        let entries = object.as_dict().ok()?.iter();
        let entries = entries.filter_map(|(key, value)| Some((key.clone(), resolve(doc, value)?.clone())));
        Some(Object::Dictionary(Dictionary::from_iter(entries)))
    };
    (0..count).map(|index| own(index).and_then(settled).unwrap_or(Object::Null)).collect()
}
