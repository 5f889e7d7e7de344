//! A phone's photograph of a page on a table.

use image::RgbImage;

use super::camera::{Camera, PHOTO_DPI, Region, Sheet};
use super::ink::printed;
use super::noise::{grained, noisy};
use super::plane::{Plane, Sampling, level};
use crate::chance::{Chance, between, happens};

/// Luminance of the table.
const TABLE: [f64; 2] = [0.18, 0.38];
/// Loss of light from the lamp's side of the frame to the other.
const FALL: [f64; 2] = [0.12, 0.3];
/// Loss in the frame's corners: what phones leave of the fourth power of the cosine.
const VIGNETTE: [f64; 2] = [0.05, 0.15];
/// Depth of the shadow of hand and phone, and the width of its edge in parts of the frame's diagonal.
const SHADOW: [f64; 2] = [0.08, 0.25];
const PENUMBRA: [f64; 2] = [0.08, 0.3];
/// Exposure of the brightest place.
const EXPOSURE: [f64; 2] = [0.85, 0.98];
/// Defocus, shake and demosaicing together, as a Gaussian's deviation in pixels.
const BLUR: [f64; 2] = [0.6, 1.0];
/// Standard deviations of paper grain and of what denoising leaves of a sensor's noise, as parts of white.
const GRAIN: f64 = 0.008;
const SENSOR: [f64; 2] = [0.008, 0.02];
/// Error of white balance in red and blue under lamps.
const CAST: [f64; 2] = [-0.06, 0.06];
/// The part of a page's height that a photograph of one half holds: nobody stops at the middle.
const HALF: [f64; 2] = [0.48, 0.56];

/// What of the page is in the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    Whole,
    /// The upper or the lower half.
    Half,
}

/// A photograph and what it was taken with.
pub(super) struct Photograph {
    pub(super) image: RgbImage,
    pub(super) camera: Camera,
}

/// Photographs `page`, of `dpi`, printed on a sheet that may be curled.
pub(super) fn photographed(page: &Plane, dpi: f64, framing: Framing, chance: &mut Chance) -> Photograph {
    let whole = sheet(page, dpi);
    let region = match framing {
        Framing::Whole => whole,
        Framing::Half => half(whole, chance),
    };
    let waves = Sheet::drawn(whole.width.max(whole.height), chance);
    let camera = Camera::over(region, waves, chance);
    let seen = exposed(&printed(page, dpi, chance), dpi, &camera, chance);
    let blurred = seen.blurred(between(BLUR, chance));
    let image = developed(&grained(blurred, PHOTO_DPI, GRAIN, chance), chance);
    Photograph { image, camera }
}

/// All of the page.
pub(super) fn sheet(page: &Plane, dpi: f64) -> Region {
    Region { left: 0.0, top: 0.0, width: page.size.width as f64 / dpi, height: page.size.height as f64 / dpi }
}

fn half(whole: Region, chance: &mut Chance) -> Region {
    let height = whole.height * between(HALF, chance);
    let top = if happens(0.5, chance) { 0.0 } else { whole.height - height };
    Region { top, height, ..whole }
}

/// The light that reaches the sensor from the sheet and the table around it.
fn exposed(paper: &Plane, dpi: f64, camera: &Camera, chance: &mut Chance) -> Plane {
    let table = between(TABLE, chance) as f32;
    let light = Light::drawn(chance);
    let [width, height] = [camera.size.width as f64, camera.size.height as f64];
    paper
        .warped(camera.size, Sampling::sensor(dpi / PHOTO_DPI, table), |pixel| camera.shows(pixel).map(|inch| inch * dpi))
        .mapped_at(|value, [x, y]| value * light.at([x / width - 0.5, y / height - 0.5]) as f32)
}

/// Three colours with noise of their own and a cast.
fn developed(plane: &Plane, chance: &mut Chance) -> RgbImage {
    let sensor = between(SENSOR, chance);
    let cast = [1.0 + between(CAST, chance), 1.0, 1.0 + between(CAST, chance)];
    // The sum of a noise that the colours share and one of each: luminance noise is what compression leaves.
    let shared = noisy(plane.clone(), sensor, chance);
    let colours = cast.map(|gain| noisy(shared.clone(), sensor / 2.0, chance).mapped(|v| v * gain as f32));
    let width = plane.size.width;
    RgbImage::from_fn(width as u32, plane.size.height as u32, |x, y| {
        let at = y as usize * width + x as usize;
        image::Rgb([0, 1, 2].map(|i| level(colours[i].values[at])))
    })
}

/// Lamp, lens and the shadow of whoever holds the phone; positions are parts of the frame from its middle.
struct Light {
    exposure: f64,
    fall: f64,
    lamp: [f64; 2],
    vignette: f64,
    shadow: f64,
    penumbra: f64,
    /// Direction of the shadow and how far from the middle it begins.
    from: [f64; 2],
    edge: f64,
}

impl Light {
    fn drawn(chance: &mut Chance) -> Self {
        let mut direction = || {
            let (sine, cosine) = between([0.0, std::f64::consts::TAU], chance).sin_cos();
            [cosine, sine]
        };
        let [lamp, from] = [direction(), direction()];
        let [exposure, fall, vignette, shadow, penumbra, edge] =
            [EXPOSURE, FALL, VIGNETTE, SHADOW, PENUMBRA, [-0.1, 0.4]].map(|range| between(range, chance));
        Self { exposure, fall, lamp, vignette, shadow, penumbra, from, edge }
    }

    fn at(&self, place: [f64; 2]) -> f64 {
        let along = |direction: [f64; 2]| place[0] * direction[0] + place[1] * direction[1];
        let corner = 2.0 * (place[0].powi(2) + place[1].powi(2));
        let shade = 1.0 / (1.0 + (-4.0 * (along(self.from) - self.edge) / self.penumbra).exp());
        let lamp = 1.0 - self.fall * (0.5 + along(self.lamp)).clamp(0.0, 1.0);
        self.exposure * lamp * (1.0 - self.vignette * corner) * (1.0 - self.shadow * shade)
    }
}
