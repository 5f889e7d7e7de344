//! Photographs and figures: informed spread spectrum with registration by features.
//!
//! A copy is the master plus, for each mark, a faint pattern or its negative, spread over the whole picture, stronger where
//! texture hides it. A leak may be a crop, a photograph, a screenshot of a page with the picture on it: it is laid over the
//! master by what both show, the master is taken away, and what remains is correlated with each mark's pattern. Patterns follow from a
//! secret that the caller gives ([`Patterns`]); which sign a copy has is its codeword, which nothing here knows.

pub(crate) mod banner;
mod feature;
mod format;
mod homography;
mod mask;
mod pattern;
mod plane;
mod reading;
mod registration;
mod residual;
mod spread;
#[cfg(test)]
mod tests;

use std::sync::{Arc, OnceLock};

use image::imageops::{FilterType, resize};
use image::{DynamicImage, GrayImage};

use self::feature::Feature;
pub use self::format::PictureFormat;
pub(crate) use self::format::{grey_jpeg, jpeg_frame};
use self::mask::Mask;
pub use self::pattern::PictureTemplate;
use self::plane::Plane;
pub use self::reading::{PictureReading, PictureSight, PictureSighting};
use self::residual::Original;
pub use self::spread::Patterns;
use self::spread::{Grid, cosines};

/// What is fixed between writing a copy and reading a leak: cosines, deal and mask. Another version reads other marks.
pub const VERSION: &str = "picture-2";

/// Most marks of a picture. What is read of a codeword of n marks lies at most √n standard deviations above chance.
const MOST_MARKS: usize = 256;
/// Fewest marks worth having.
const LEAST_MARKS: usize = 32;
/// A pilot of z carries an eighth of what all marks do: so many marks for a square of it stand 1.6 deviations above the noise
/// each, and one in twenty is misread.
const MARKS_A_SQUARE: f64 = 3.0;
/// Matches that a copy of half the size must keep, twice what registration needs: a photograph loses half.
const TRIED_MATCHES: usize = 20;
/// Quality of the JPEG in which a copy is tried.
const TRIED_QUALITY: u8 = 50;
/// Patterns of the trial, which no copy has.
const TRIAL: [u8; 32] = *b"holm picture trial: no copy has ";
/// Cosines a mark has at least.
const COSINES_A_MARK: usize = 48;
/// Cells of 8 × 8 pixels with some activity without which a picture could not be found again.
const ACTIVE_CELLS: usize = 40;
/// Shortest and longest side.
pub(crate) const SIDES: (u32, u32) = (64, 32_767);

/// Pictures of one file that are looked at, or marked in a PDF, and pixels that they may have together.
pub(crate) const MOST_PICTURES: usize = 64;
pub(crate) const MOST_PIXELS: usize = 160_000_000;

/// Why a picture cannot be marked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PictureError {
    /// Not one of the three formats.
    #[error("this is no PNG, JPEG or TIFF picture; convert it first")]
    Format,
    /// More pixels than are taken.
    #[error("this picture has more than 64 million pixels; make it smaller")]
    TooLarge,
    /// The header announces far more than the file could hold.
    #[error("this picture's header announces more than the file can hold")]
    Bomb,
    /// An animation or a file of several pages.
    #[error("this file holds several pictures; give one at a time")]
    SeveralPictures,
    /// Colours that could not be written back as they are.
    #[error("this picture's colours are CMYK or floating point; convert it to RGB or grey first")]
    Colours,
    /// Unreadable or unwritable, with the codec's own words.
    #[error("this picture cannot be read or written: {0}")]
    Damaged(String),
    /// Fewer pixels than marks need.
    #[error("this picture is too small to be marked: it must have 64 pixels on each side, and about 12,000 in all")]
    Small,
    /// Little texture.
    #[error("this picture is too even to be marked and found again")]
    Even,
    /// What stands in it is lost where the picture is made smaller.
    #[error("this picture has too few distinct places: made smaller, a copy's marks could not be read again")]
    Indistinct,
    /// A copy was asked for with the wrong number of symbols.
    #[error("{given} symbols were given for {marks} marks")]
    Symbols {
        /// Symbols given.
        given: usize,
        /// Marks of the picture.
        marks: usize,
    },
    /// A letter of a line that was to stand above and below it.
    #[error("`{0}` cannot be written on a picture; give the marking's level another name")]
    Letter(char),
    /// A symbol other than 0 or 1.
    #[error("a picture's marks have two alternatives, and symbol `{0}` is neither")]
    Symbol(u8),
}

/// A master picture.
pub struct Picture {
    decoded: Arc<format::Decoded>,
    luma: Plane,
    colour: Option<[Plane; 2]>,
    mask: Mask,
    features: OnceLock<Vec<Feature>>,
}

impl Picture {
    /// A picture from the bytes of a PNG, JPEG or TIFF file, 8 or 16 bits, grey or RGB, with or without transparency. Indexed
    /// colours become RGB.
    ///
    /// # Errors
    ///
    /// If the format is another, the file is damaged, too large (64 million pixels), announces far more than it can hold, holds
    /// several pictures, or its colours are CMYK or floating point.
    pub fn decode(bytes: &[u8]) -> Result<Self, PictureError> {
        Self::decode_under(bytes, None)
    }

    /// As [`Picture::decode`]; `opacity` says how much of each place is seen, whatever its size.
    ///
    /// # Errors
    ///
    /// As there.
    pub(crate) fn decode_under(bytes: &[u8], opacity: Option<&GrayImage>) -> Result<Self, PictureError> {
        let decoded = format::decode(bytes)?;
        if decoded.image.width().max(decoded.image.height()) > SIDES.1 {
            return Err(PictureError::TooLarge);
        }
        Ok(Self::new(decoded, opacity))
    }

    /// A picture of these pixels, whose copies go out as PNG.
    pub(crate) fn of_samples(image: DynamicImage, opacity: Option<&GrayImage>) -> Self {
        Self::new(format::Decoded { format: PictureFormat::Png, image, profile: None, exif: None }, opacity)
    }

    fn new(decoded: format::Decoded, opacity: Option<&GrayImage>) -> Self {
        let luma = luma(&decoded.image);
        let (width, height) = (decoded.image.width(), decoded.image.height());
        let laid = opacity.map(|o| opacity_of(&resize(o, width, height, FilterType::Triangle)));
        let own = || decoded.image.color().has_alpha().then(|| coverage(&decoded.image));
        let mask = Mask::new(&luma, laid.or_else(own).as_ref());
        let colour = decoded.image.color().has_color().then(|| colour(&decoded.image, &luma));
        Self { decoded: Arc::new(decoded), luma, colour, mask, features: OnceLock::new() }
    }

    /// Number of marks with two alternatives each that it can carry, so many that they are read from a copy at half the size,
    /// saved as a JPEG of quality 50: this is tried, with a codeword and patterns that nothing else uses.
    ///
    /// # Errors
    ///
    /// If it is too small or too even, or such a copy could not be found or read again.
    pub fn capacity(&self) -> Result<usize, PictureError> {
        let grid = Grid::new(self.luma.width, self.luma.height);
        let most = (grid.columns * grid.rows * cosines().len() / COSINES_A_MARK).min(MOST_MARKS);
        if self.luma.width.min(self.luma.height) < SIDES.0 as usize || most < LEAST_MARKS {
            return Err(PictureError::Small);
        }
        if self.mask.active < ACTIVE_CELLS {
            return Err(PictureError::Even);
        }
        let read = self.tried(most)?.ok_or(PictureError::Indistinct)?;
        // Bounded before it becomes a number of marks.
        let clear = (MARKS_A_SQUARE * read.z.max(0.0).powi(2)).min(most as f64) as usize;
        if read.matches < TRIED_MATCHES || clear < LEAST_MARKS { Err(PictureError::Indistinct) } else { Ok(clear) }
    }

    /// What is read of a copy that was made smaller and saved again.
    fn tried(&self, marks: usize) -> Result<Option<PictureReading>, PictureError> {
        let patterns = Patterns::new(TRIAL, marks);
        let symbols: Vec<u8> = (0..marks).map(|i| (i % 2) as u8).collect();
        let copy = format::decode(&self.embed(&patterns, &symbols)?)?.image;
        let small = copy.resize_exact((copy.width() / 2).max(1), (copy.height() / 2).max(1), FilterType::Triangle);
        let mut saved = std::io::Cursor::new(Vec::new());
        let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut saved, TRIED_QUALITY);
        let failed = |e: image::ImageError| PictureError::Damaged(e.to_string());
        DynamicImage::ImageRgb8(small.to_rgb8()).write_with_encoder(encoder).map_err(failed)?;
        Ok(self.read_upright(&patterns, &View::new(&format::decode(saved.get_ref())?.image)))
    }

    /// Width and height in pixels.
    #[must_use]
    pub fn size(&self) -> (u32, u32) {
        (self.decoded.image.width(), self.decoded.image.height())
    }

    /// The format it came in and its copies go out as.
    #[must_use]
    pub fn format(&self) -> PictureFormat {
        self.decoded.format
    }

    /// One copy: [`Picture::template`] and [`PictureTemplate::render`] in one step.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn embed(&self, patterns: &Patterns, symbols: &[u8]) -> Result<Vec<u8>, PictureError> {
        self.template(patterns)?.render(symbols)
    }

    /// What is the same for all copies, computed once.
    ///
    /// # Errors
    ///
    /// If the picture cannot be written.
    pub fn template(&self, patterns: &Patterns) -> Result<PictureTemplate, PictureError> {
        PictureTemplate::new(self, patterns)
    }

    /// Reads a leak, mirrored too: nothing if the master is not found in it.
    #[must_use]
    pub fn read(&self, patterns: &Patterns, leak: &View) -> Option<PictureReading> {
        self.read_upright(patterns, leak).or_else(|| self.read_upright(patterns, leak.mirrored()))
    }

    fn read_upright(&self, patterns: &Patterns, leak: &View) -> Option<PictureReading> {
        if patterns.marks() == 0 {
            return None;
        }
        let ours = self.features.get_or_init(|| registration::of_master(&self.luma));
        let found = registration::register(&self.luma, ours, &leak.luma, leak.features())?;
        let original = Original { luma: &self.luma, colour: self.colour.as_ref() };
        let residual = residual::residual(&original, &found)?;
        let (rows, z) = reading::rows(patterns, &self.mask, &residual);
        let (matches, likeness, scale, shown) = (found.matches, found.likeness, found.scale, residual.shown);
        Some(PictureReading { rows, z, matches, likeness, scale, shown })
    }
}

/// A picture in which masters are looked for; what is found out about it is kept for the next.
pub struct View {
    luma: Plane,
    features: OnceLock<Vec<Feature>>,
    mirrored: OnceLock<Box<View>>,
}

impl View {
    /// A decoded picture of any kind.
    #[must_use]
    pub fn new(image: &DynamicImage) -> Self {
        Self::of(luma(image))
    }

    /// Decodes PNG, JPEG or TIFF of any colours and turns it as its camera says; of several pages or moments the first.
    ///
    /// # Errors
    ///
    /// If the format is another, the file damaged or too large.
    pub fn decode(bytes: &[u8]) -> Result<Self, PictureError> {
        Ok(Self::new(&format::decode_leak(bytes)?))
    }

    fn of(luma: Plane) -> Self {
        Self { luma, features: OnceLock::new(), mirrored: OnceLock::new() }
    }

    /// Width and height in pixels.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        (self.luma.width, self.luma.height)
    }

    fn features(&self) -> &[Feature] {
        self.features.get_or_init(|| registration::of_leak(&self.luma))
    }

    fn mirrored(&self) -> &Self {
        self.mirrored.get_or_init(|| Box::new(Self::of(mirrored(&self.luma))))
    }
}

impl std::fmt::Debug for View {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "View({} × {})", self.luma.width, self.luma.height)
    }
}

/// Brightness (ITU-R BT.601), 0 to 255.
fn luma(image: &DynamicImage) -> Plane {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let data: Vec<f32> = match image {
        DynamicImage::ImageLuma8(i) => i.pixels().map(|p| f32::from(p.0[0])).collect(),
        DynamicImage::ImageLumaA8(i) => i.pixels().map(|p| f32::from(p.0[0])).collect(),
        DynamicImage::ImageRgb8(i) => i.pixels().map(|p| weigh(p.0.map(f32::from))).collect(),
        DynamicImage::ImageRgba8(i) => i.pixels().map(|p| weigh([p.0[0], p.0[1], p.0[2]].map(f32::from))).collect(),
        other => other.to_rgb16().pixels().map(|p| weigh(p.0.map(|v| f32::from(v) / 257.0))).collect(),
    };
    Plane { width, height, data }
}

fn weigh([r, g, b]: [f32; 3]) -> f32 {
    0.299 * r + 0.587 * g + 0.114 * b
}

/// Red and blue minus brightness.
fn colour(image: &DynamicImage, luma: &Plane) -> [Plane; 2] {
    let rgb = image.to_rgb8();
    [0, 2].map(|channel| Plane {
        width: luma.width,
        height: luma.height,
        data: rgb.pixels().zip(&luma.data).map(|(p, y)| f32::from(p.0[channel]) - y).collect(),
    })
}

/// A mask's opacity, 0 to 1.
fn opacity_of(mask: &GrayImage) -> Plane {
    let data = mask.pixels().map(|p| f32::from(p.0[0]) / 255.0).collect();
    Plane { width: mask.width() as usize, height: mask.height() as usize, data }
}

/// Opacity, 0 to 1.
fn coverage(image: &DynamicImage) -> Plane {
    let data = image.to_luma_alpha8().pixels().map(|p| f32::from(p.0[1]) / 255.0).collect();
    Plane { width: image.width() as usize, height: image.height() as usize, data }
}

fn mirrored(plane: &Plane) -> Plane {
    Plane::from_fn(plane.width, plane.height, |x, y| plane.get(plane.width - 1 - x, y))
}
