//! Pictures that the pages of a PDF paint.

use std::sync::Arc;

use lopdf::{Dictionary, Document, Object, ObjectId, Stream};

use crate::carrier::CarrierError;
use crate::carrier::picture::{ItemPicture, PictureWriter};
use crate::pdf::{PaintedImage, PdfFile};
use crate::picture::{MOST_PICTURES, MOST_PIXELS, PictureError, SIDES};

/// A picture and, if it can be taken out, its image.
pub(super) struct Figure {
    pub(super) image: Option<PaintedImage>,
    pub(super) picture: ItemPicture,
}

/// Every picture once, by the page that paints it first: pages from 0, images in order, `None` for those in a page itself.
pub(super) fn figures(file: &Arc<PdfFile>, painted: &[(usize, Option<ObjectId>)]) -> Vec<Figure> {
    let masks = if painted.is_empty() { Default::default() } else { file.masks() };
    let mut room = Room { pictures: MOST_PICTURES, pixels: MOST_PIXELS };
    let (mut page, mut number) = (0, 0);
    let figure = |(on, id): &(usize, Option<ObjectId>)| {
        number = if *on == page { number + 1 } else { 1 };
        page = *on;
        let name = format!("page {}, picture {number}", page + 1);
        let image = id.ok_or("it is written into the page itself (an inline image)");
        let image = image.and_then(|id| PaintedImage::new(file, id, &masks)).map_err(str::to_owned);
        match image.and_then(|image| room.take(image)) {
            Ok(image) => Figure { picture: ItemPicture::painted(name, image.clone(), *on), image: Some(image) },
            Err(why) => Figure { picture: ItemPicture::new(name, Err(why)), image: None },
        }
    };
    painted.iter().map(figure).collect()
}

/// What may still be marked, so that all of it can be read in a leak and none takes memory or time without end.
struct Room {
    pictures: usize,
    pixels: usize,
}

impl Room {
    fn take(&mut self, image: PaintedImage) -> Result<PaintedImage, String> {
        let (width, height) = (image.width, image.height);
        if width.min(height) < SIDES.0 {
            return Err(PictureError::Small.to_string());
        }
        if width.max(height) > SIDES.1 {
            return Err(PictureError::TooLarge.to_string());
        }
        let pixels = self.pixels.checked_sub(width as usize * height as usize);
        let (Some(pictures), Some(pixels)) = (self.pictures.checked_sub(1), pixels) else {
            let most = format!("{MOST_PICTURES}, or {} million pixels", MOST_PIXELS / 1_000_000);
            return Err(format!("no more pictures of one file are looked at ({most})"));
        };
        (self.pictures, self.pixels) = (pictures, pixels);
        Ok(image)
    }
}

/// A picture that is written anew in each copy.
#[derive(Clone)]
pub(super) struct FigureEdit {
    image: PaintedImage,
    entries: Dictionary,
    writer: PictureWriter,
}

impl FigureEdit {
    pub(super) fn new(image: PaintedImage, writer: PictureWriter) -> Result<Self, CarrierError> {
        Ok(Self { entries: image.entries()?, image, writer })
    }

    /// Takes the master's picture out of a file.
    pub(super) fn empty(&self, doc: &mut Document) {
        doc.set_object(self.image.id(), Object::Stream(Stream::new(self.entries.clone(), Vec::new())));
    }

    /// Writes the picture of the copy that carries `symbols`.
    pub(super) fn write(&self, doc: &mut Document, symbols: &[u8]) -> Result<(), CarrierError> {
        let data = self.image.data(self.writer.render(symbols)?)?;
        doc.set_object(self.image.id(), Object::Stream(Stream::new(self.entries.clone(), data)));
        Ok(())
    }
}
