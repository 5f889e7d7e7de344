//! Damage channels for page images: what happens to a page that is shown, printed, scanned, faxed or photographed.
//!
//! In: a clean rendering of a page. Out: the image as it would turn up. **These are simulations.** No printer, scanner or phone
//! was measured for them; the magnitudes are those of office equipment, each a named constant with its unit and reason. What
//! survives here may be lost on a real machine, and a claim about real print and scan needs real print and scan.
//!
//! ```
//! use holm_simulate::chance::Chance;
//! use holm_simulate::raster::{RasterChannel, damage_page};
//!
//! let page = image::GrayImage::from_pixel(850, 1100, image::Luma([255]));
//! let leak = damage_page(&page, 100.0, RasterChannel::Scan, &mut Chance::new(1));
//! assert_eq!((leak.image.width(), leak.dpi), (1700, 200.0));
//! assert_eq!(leak.to_file().1, "jpg");
//! ```
//!
//! Start reading at [`damage_page`]; `plane` has the resampling, `scanner` and `camera` the geometry.

use holm_codes::attack::Random;
use image::{DynamicImage, GrayImage, imageops};

use crate::chance::Chance;

mod camera;
mod crop;
mod file;
mod ink;
mod noise;
mod photograph;
mod plane;
mod rectification;
mod scanner;

#[cfg(test)]
mod tests;

pub use crop::Crop;

use camera::PHOTO_DPI;
use photograph::{Framing, photographed};
use plane::Plane;
use scanner::{FAX_DPI, SCAN_DPI, faxed, scanned};

/// Version of the channels: results of another version are not comparable.
pub const CHANNELS: &str = "raster-channels/1";

/// Pixels per inch at which a viewer shows a page on a laptop, and how much its window is enlarged when it is shared.
const SCREEN_DPI: f64 = 120.0;
const SCREEN_ZOOM: f64 = 1.25;
/// JPEG qualities, of 100: messengers for screenshots, office archives for grey pages, three services in a row, scanners set to
/// small files, messengers again for photographs, scanner apps, and whatever a crop is posted with.
const SCREENSHOT_QUALITY: u8 = 60;
const GREY_QUALITY: u8 = 75;
const RECOMPRESSED: [u8; 3] = [85, 60, 50];
const SCAN_QUALITY: [u8; 2] = [45, 60];
const PHOTO_QUALITY: [u8; 2] = [35, 50];
const APP_QUALITY: [u8; 2] = [70, 80];
const CROP_QUALITY: [u8; 2] = [75, 90];
/// Resolutions that a page may be given at, and its longest side in inches; what is beyond is taken as at the limit or cut.
/// They keep every side of every channel below the 65,535 pixels of JPEG.
const DPI: [f64; 2] = [50.0, 2400.0];
const LONGEST_SIDE: f64 = 60.0;

/// A damage channel for page images.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RasterChannel {
    /// Rendered at 300 dpi.
    Render300,
    /// Rendered at 150 dpi.
    Render150,
    /// Rendered at 100 dpi.
    Render100,
    /// Rendered at 72 dpi.
    Render72,
    /// Shown on a screen, enlarged and compressed.
    Screenshot,
    /// A grey JPEG.
    Grey,
    /// Compressed three times.
    Recompress,
    /// Printed and scanned.
    Scan,
    /// Printed and faxed.
    Fax,
    /// Printed and photographed.
    Photo,
    /// Printed, photographed, and made upright by a scanner app.
    PhotoRectified,
    /// Half of the page printed and photographed.
    PhotoHalf,
    /// Ten lines of a scan.
    ScanCrop10,
    /// Six lines of a scan.
    ScanCrop6,
    /// Three lines of a scan.
    ScanCrop3,
    /// Ten lines of a screenshot.
    ScreenshotCrop10,
    /// Six lines of a screenshot.
    ScreenshotCrop6,
    /// Three lines of a screenshot.
    ScreenshotCrop3,
    /// Ten lines of a rectified photograph.
    PhotoRectifiedCrop10,
    /// Six lines of a rectified photograph.
    PhotoRectifiedCrop6,
    /// Three lines of a rectified photograph.
    PhotoRectifiedCrop3,
    /// A scan that lies on its side or stands on its head.
    Rotated,
    /// A scan seen in a mirror.
    Mirrored,
}

impl RasterChannel {
    /// All channels, in the order of the survival matrix.
    pub const ALL: [Self; 23] = [
        Self::Render300,
        Self::Render150,
        Self::Render100,
        Self::Render72,
        Self::Screenshot,
        Self::Grey,
        Self::Recompress,
        Self::Scan,
        Self::Fax,
        Self::Photo,
        Self::PhotoRectified,
        Self::PhotoHalf,
        Self::ScanCrop10,
        Self::ScanCrop6,
        Self::ScanCrop3,
        Self::ScreenshotCrop10,
        Self::ScreenshotCrop6,
        Self::ScreenshotCrop3,
        Self::PhotoRectifiedCrop10,
        Self::PhotoRectifiedCrop6,
        Self::PhotoRectifiedCrop3,
        Self::Rotated,
        Self::Mirrored,
    ];

    /// The name by which it is asked for.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Render300 => "render-300",
            Self::Render150 => "render-150",
            Self::Render100 => "render-100",
            Self::Render72 => "render-72",
            Self::Screenshot => "screenshot",
            Self::Grey => "grey",
            Self::Recompress => "recompress",
            Self::Scan => "scan",
            Self::Fax => "fax",
            Self::Photo => "photo",
            Self::PhotoRectified => "photo-rectified",
            Self::PhotoHalf => "photo-half",
            Self::ScanCrop10 => "scan-crop-10",
            Self::ScanCrop6 => "scan-crop-6",
            Self::ScanCrop3 => "scan-crop-3",
            Self::ScreenshotCrop10 => "screenshot-crop-10",
            Self::ScreenshotCrop6 => "screenshot-crop-6",
            Self::ScreenshotCrop3 => "screenshot-crop-3",
            Self::PhotoRectifiedCrop10 => "photo-rectified-crop-10",
            Self::PhotoRectifiedCrop6 => "photo-rectified-crop-6",
            Self::PhotoRectifiedCrop3 => "photo-rectified-crop-3",
            Self::Rotated => "rotated",
            Self::Mirrored => "mirrored",
        }
    }

    /// What it does, in one line.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::Render300 => "the page at 300 dpi, nothing else",
            Self::Render150 => "the page at 150 dpi, nothing else",
            Self::Render100 => "the page at 100 dpi, nothing else",
            Self::Render72 => "the page at 72 dpi, nothing else",
            Self::Screenshot => "shown at 120 dpi, enlarged by a quarter, JPEG 60",
            Self::Grey => "a grey JPEG of quality 75 at 150 dpi",
            Self::Recompress => "a JPEG at 150 dpi, of quality 85, then 60, then 50",
            Self::Scan => "printed and scanned at 200 dpi: turned up to 0.6°, blurred, grained, JPEG 45 to 60",
            Self::Fax => "printed and faxed: black and white, 204 by 196 dpi, turned up to 0.3°, specks",
            Self::Photo => "printed and photographed on a table: perspective, waves, shadow, blur, JPEG 35 to 50",
            Self::PhotoRectified => "as photo, then made a rectangle between its corners and evenly lit, JPEG 70 to 80",
            Self::PhotoHalf => "as photo, of the upper or lower half of the page",
            Self::ScanCrop10 => "10 successive lines of a scan",
            Self::ScanCrop6 => "6 successive lines of a scan",
            Self::ScanCrop3 => "3 successive lines of a scan",
            Self::ScreenshotCrop10 => "10 successive lines of a screenshot",
            Self::ScreenshotCrop6 => "6 successive lines of a screenshot",
            Self::ScreenshotCrop3 => "3 successive lines of a screenshot",
            Self::PhotoRectifiedCrop10 => "10 successive lines of a rectified photograph",
            Self::PhotoRectifiedCrop6 => "6 successive lines of a rectified photograph",
            Self::PhotoRectifiedCrop3 => "3 successive lines of a rectified photograph",
            Self::Rotated => "a scan turned by 90°, 180° or 270°",
            Self::Mirrored => "a scan in a mirror, which nobody can read",
        }
    }

    /// The channel of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.name() == name)
    }

    /// What is cut out at the end; `None` if the channel keeps the page.
    #[must_use]
    pub fn crop(self) -> Option<Crop> {
        let lines = match self {
            Self::ScanCrop10 | Self::ScreenshotCrop10 | Self::PhotoRectifiedCrop10 => 10,
            Self::ScanCrop6 | Self::ScreenshotCrop6 | Self::PhotoRectifiedCrop6 => 6,
            Self::ScanCrop3 | Self::ScreenshotCrop3 | Self::PhotoRectifiedCrop3 => 3,
            _ => return None,
        };
        Some(Crop { lines })
    }

    /// The channel without its crop.
    #[must_use]
    pub fn uncropped(self) -> Self {
        match self {
            Self::ScanCrop10 | Self::ScanCrop6 | Self::ScanCrop3 => Self::Scan,
            Self::ScreenshotCrop10 | Self::ScreenshotCrop6 | Self::ScreenshotCrop3 => Self::Screenshot,
            Self::PhotoRectifiedCrop10 | Self::PhotoRectifiedCrop6 | Self::PhotoRectifiedCrop3 => Self::PhotoRectified,
            whole => whole,
        }
    }
}

/// A page image as it turns up.
#[derive(Clone, Debug)]
pub struct DamagedPage {
    /// What a reader sees, after decoding: grey, or colour for photographs.
    pub image: DynamicImage,
    /// Nominal pixels per inch of the page, across; for a photograph those at the point aimed at.
    pub dpi: f64,
    form: Form,
}

/// How the image is stored.
#[derive(Clone, Debug)]
enum Form {
    Png,
    Jpeg(Vec<u8>),
    BilevelTiff,
}

impl DamagedPage {
    /// The file that a leak would be, and the ending of its name: `png`, `jpg` or `tif`.
    #[must_use]
    pub fn to_file(&self) -> (Vec<u8>, &'static str) {
        match &self.form {
            Form::Png => (file::png(&self.image), "png"),
            Form::Jpeg(bytes) => (bytes.clone(), "jpg"),
            Form::BilevelTiff => (file::bilevel_tiff(&self.image.to_luma8(), FAX_DPI), "tif"),
        }
    }

    /// Lines of this image, stored anew: with a loss if it was stored with one.
    #[must_use]
    pub fn cropped(&self, crop: Crop, random: &mut impl Random) -> Self {
        let mut chance = Chance::new(random.next());
        let image = crop.of(&self.image, &mut chance);
        match self.form {
            Form::Jpeg(_) => Self::jpeg(&image, self.dpi, quality(CROP_QUALITY, &mut chance), None),
            Form::Png | Form::BilevelTiff => Self { image, dpi: self.dpi, form: self.form.clone() },
        }
    }

    fn jpeg(image: &DynamicImage, dpi: f64, quality: u8, written: Option<f64>) -> Self {
        let (image, bytes) = file::jpeg(image, quality, written);
        Self { image, dpi, form: Form::Jpeg(bytes) }
    }
}

/// A clean page from rows of grey pixels; `None` if there are too few of them or too many for an image.
#[must_use]
pub fn page_image(width: usize, height: usize, pixels: &[u8]) -> Option<GrayImage> {
    GrayImage::from_raw(u32::try_from(width).ok()?, u32::try_from(height).ok()?, pixels.to_vec())
}

/// What `channel` leaves of `page`, a clean rendering at `dpi`; any image will do, an image without pixels is taken as one white
/// pixel.
#[must_use]
pub fn damage_page(page: &GrayImage, dpi: f64, channel: RasterChannel, random: &mut impl Random) -> DamagedPage {
    let mut chance = Chance::new(random.next());
    let dpi = if dpi.is_nan() { SCAN_DPI } else { dpi.clamp(DPI[0], DPI[1]) };
    let longest = (LONGEST_SIDE * dpi) as usize;
    let page = Plane::from_gray(page).cut(longest, longest);
    let whole = transformed(&page, dpi, channel.uncropped(), &mut chance);
    match channel.crop() {
        Some(crop) => whole.cropped(crop, &mut chance),
        None => whole,
    }
}

fn transformed(page: &Plane, dpi: f64, channel: RasterChannel, chance: &mut Chance) -> DamagedPage {
    match channel {
        RasterChannel::Render300 => rendered(page, dpi, 300.0),
        RasterChannel::Render150 => rendered(page, dpi, 150.0),
        RasterChannel::Render100 => rendered(page, dpi, 100.0),
        RasterChannel::Render72 => rendered(page, dpi, 72.0),
        RasterChannel::Screenshot => screenshot(page, dpi),
        RasterChannel::Grey => compressed(page, dpi, &[GREY_QUALITY]),
        RasterChannel::Recompress => compressed(page, dpi, &RECOMPRESSED),
        RasterChannel::Fax => fax(page, dpi, chance),
        RasterChannel::Photo => photo(page, dpi, Framing::Whole, chance),
        RasterChannel::PhotoHalf => photo(page, dpi, Framing::Half, chance),
        RasterChannel::PhotoRectified => photo_rectified(page, dpi, chance),
        RasterChannel::Rotated => turned_scan(page, dpi, chance),
        RasterChannel::Mirrored => scan(page, dpi, imageops::flip_horizontal, chance),
        // `uncropped` leaves no crop to come here.
        _ => scan(page, dpi, GrayImage::clone, chance),
    }
}

fn rendered(page: &Plane, dpi: f64, to: f64) -> DamagedPage {
    let image = page.scaled(to / dpi, to / dpi).to_gray().into();
    DamagedPage { image, dpi: to, form: Form::Png }
}

fn screenshot(page: &Plane, dpi: f64) -> DamagedPage {
    let shown = page.scaled(SCREEN_DPI / dpi, SCREEN_DPI / dpi).scaled(SCREEN_ZOOM, SCREEN_ZOOM);
    DamagedPage::jpeg(&shown.to_gray().into(), SCREEN_DPI * SCREEN_ZOOM, SCREENSHOT_QUALITY, None)
}

fn compressed(page: &Plane, dpi: f64, qualities: &[u8]) -> DamagedPage {
    let first = rendered(page, dpi, 150.0);
    qualities.iter().fold(first, |page, quality| DamagedPage::jpeg(&page.image, page.dpi, *quality, None))
}

fn scan(page: &Plane, dpi: f64, lies: impl Fn(&GrayImage) -> GrayImage, chance: &mut Chance) -> DamagedPage {
    let seen = lies(&scanned(page, dpi, chance).to_gray());
    DamagedPage::jpeg(&seen.into(), SCAN_DPI, quality(SCAN_QUALITY, chance), Some(SCAN_DPI))
}

fn turned_scan(page: &Plane, dpi: f64, chance: &mut Chance) -> DamagedPage {
    match chance.below(3) {
        0 => scan(page, dpi, imageops::rotate90, chance),
        1 => scan(page, dpi, imageops::rotate180, chance),
        _ => scan(page, dpi, imageops::rotate270, chance),
    }
}

fn fax(page: &Plane, dpi: f64, chance: &mut Chance) -> DamagedPage {
    DamagedPage { image: faxed(page, dpi, chance).into(), dpi: FAX_DPI[0], form: Form::BilevelTiff }
}

fn photo(page: &Plane, dpi: f64, framing: Framing, chance: &mut Chance) -> DamagedPage {
    let photograph = photographed(page, dpi, framing, chance);
    DamagedPage::jpeg(&photograph.image.into(), PHOTO_DPI, quality(PHOTO_QUALITY, chance), None)
}

fn photo_rectified(page: &Plane, dpi: f64, chance: &mut Chance) -> DamagedPage {
    let photograph = photographed(page, dpi, Framing::Whole, chance);
    let (seen, _) = file::jpeg(&photograph.image.clone().into(), quality(PHOTO_QUALITY, chance), None);
    let sheet = photograph::sheet(page, dpi);
    let upright = rectification::rectified(&Plane::from_image(&seen), &photograph, sheet, chance);
    DamagedPage::jpeg(&upright.to_gray().into(), PHOTO_DPI, quality(APP_QUALITY, chance), Some(PHOTO_DPI))
}

/// A quality from the range, both ends included.
fn quality([low, high]: [u8; 2], chance: &mut Chance) -> u8 {
    low + chance.below(usize::from(high - low) + 1) as u8
}
