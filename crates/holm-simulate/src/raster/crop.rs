//! Some lines cut out of a page image, as somebody does who posts a passage.

use holm_codes::attack::Random;
use image::{DynamicImage, GrayImage};

use crate::chance::{Chance, between};

/// Whole lines of text that are cut out of a page image in their full width.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Crop {
    /// How many lines, at least one; all there are if the page has fewer.
    pub lines: usize,
}

/// What is left around the lines: above and below in parts of the gap between lines, at the sides in parts of a line's height.
const MARGIN_DOWN: [f64; 2] = [0.1, 0.6];
const MARGIN_ACROSS: [f64; 2] = [0.2, 1.0];
/// Angles at which lines are looked for, in degrees.
const STEEPEST: f64 = 1.5;
const ANGLE_STEP: f64 = 0.05;
/// Ink that is looked at to find the angle, in pixels: more does not sharpen it.
const ENOUGH_INK: usize = 60_000;
/// Least difference of ink and paper, in grey levels; less is noise.
const CONTRAST: u8 = 40;
/// The part of a page's pixels that is surely ink if there is any text.
const INK_RANK: f64 = 0.003;
/// A row of pixels belongs to a line if it has this part of the ink of a full one, and this many pixels.
const ROW_SHARE: f64 = 0.04;
const ROW_PIXELS: f64 = 3.0;
/// The least height of a line in parts of the usual one: less is a rule or a speck.
const LEAST_HEIGHT: f64 = 0.4;
/// The part of the page's sides that is not looked at: edges of the sheet.
const BORDER: f64 = 0.015;

/// A rectangle in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rectangle {
    left: u32,
    top: u32,
    width: u32,
    height: u32,
}

impl Crop {
    /// What is cut out of `image`; all of it if it shows no lines.
    pub(super) fn of(self, image: &DynamicImage, chance: &mut Chance) -> DynamicImage {
        match Lines::found(&image.to_luma8()) {
            Some(lines) => {
                let Rectangle { left, top, width, height } = lines.rectangle(self.lines.max(1), chance);
                image.crop_imm(left, top, width, height)
            }
            None => image.clone(),
        }
    }
}

/// The lines of text of a page image.
pub(super) struct Lines {
    /// Rise of the lines per pixel to the right, downwards.
    slope: f64,
    /// First and last row of each line, where it crosses the left border.
    pub(super) bands: Vec<[f64; 2]>,
    /// First and last column with ink.
    columns: [f64; 2],
    size: [f64; 2],
}

impl Lines {
    /// Finds them by where ink lies when it is projected along the lines; `None` if there are none.
    pub(super) fn found(image: &GrayImage) -> Option<Self> {
        let ink = ink(image)?;
        let height = image.height() as usize;
        let slope = slope(&ink, height);
        let bands = bands(&profile(&ink, slope, height));
        let inside = |[x, y]: &[f64; 2]| bands.iter().any(|[a, b]| (*a..=*b).contains(&(y - slope * x)));
        let lined = ink.iter().filter(|p| inside(p)).map(|p| p[0]);
        let columns = lined.fold([f64::INFINITY, 0.0], |[a, b], x| [f64::min(a, x), f64::max(b, x)]);
        let size = [f64::from(image.width()), f64::from(image.height())];
        (!bands.is_empty()).then_some(Self { slope, bands, columns, size })
    }

    /// The upright rectangle around so many successive lines; where they are not level it holds corners of their neighbours.
    fn rectangle(&self, lines: usize, chance: &mut Chance) -> Rectangle {
        let lines = lines.min(self.bands.len());
        let first = chance.below(self.bands.len() - lines + 1);
        let kept = &self.bands[first..first + lines];
        let line = median(self.bands.iter().map(|[a, b]| b - a)).max(1.0);
        let gap = median(self.bands.windows(2).map(|w| w[1][0] - w[0][1])).clamp(1.0, line);
        let ends = self.columns.map(|x| self.slope * x);
        let [above, below] = [(); 2].map(|()| gap * between(MARGIN_DOWN, chance));
        let top = kept[0][0] + ends[0].min(ends[1]) - above;
        let bottom = kept[lines - 1][1] + 1.0 + ends[0].max(ends[1]) + below;
        let [before, after] = [(); 2].map(|()| line * between(MARGIN_ACROSS, chance));
        let [left, right] = [self.columns[0] - before, self.columns[1] + 1.0 + after];
        let span = |from: f64, to: f64, most: f64| {
            let start = from.floor().clamp(0.0, most - 1.0);
            (start as u32, (to.ceil().clamp(start + 1.0, most) - start) as u32)
        };
        let ((left, width), (top, height)) = (span(left, right, self.size[0]), span(top, bottom, self.size[1]));
        Rectangle { left, top, width, height }
    }
}

/// The dark pixels inside the border; `None` if nothing stands out from the paper.
fn ink(image: &GrayImage) -> Option<Vec<[f64; 2]>> {
    let mut counts = [0_usize; 256];
    image.as_raw().iter().for_each(|v| counts[usize::from(*v)] += 1);
    let ranked = |rank: f64| {
        let mut left = (image.as_raw().len() as f64 * rank) as usize;
        counts.iter().position(|c| left.checked_sub(*c).map(|l| left = l).is_none()).unwrap_or(255) as u8
    };
    let (dark, paper) = (ranked(INK_RANK), ranked(0.5));
    let threshold = paper - (paper - dark.min(paper)) / 2;
    let [right, bottom] = [image.width(), image.height()].map(|side| (f64::from(side) * BORDER) as u32);
    let inside = |x: u32, y: u32| x >= right && y >= bottom && x + right < image.width() && y + bottom < image.height();
    let pixels = image.enumerate_pixels().filter(|(x, y, p)| p.0[0] < threshold && inside(*x, *y));
    let ink: Vec<[f64; 2]> = pixels.map(|(x, y, _)| [f64::from(x), f64::from(y)]).collect();
    (paper.saturating_sub(dark) >= CONTRAST && !ink.is_empty()).then_some(ink)
}

/// The slope along which ink and gaps differ most.
fn slope(ink: &[[f64; 2]], height: usize) -> f64 {
    let some: Vec<[f64; 2]> = ink.iter().step_by(ink.len() / ENOUGH_INK + 1).copied().collect();
    let steps = (STEEPEST / ANGLE_STEP).round() as i32;
    let slopes = (-steps..=steps).map(|i| (f64::from(i) * ANGLE_STEP).to_radians().tan());
    let sharpness = |slope: f64| profile(&some, slope, height).rows.iter().map(|r| r * r).sum::<f64>();
    slopes.map(|s| (s, sharpness(s))).max_by(|a, b| a.1.total_cmp(&b.1)).map_or(0.0, |(s, _)| s)
}

/// Ink in each row along a slope; row `i` of the image at the left border is row `before + i`.
struct Profile {
    rows: Vec<f64>,
    before: usize,
}

fn profile(ink: &[[f64; 2]], slope: f64, height: usize) -> Profile {
    let widest = ink.iter().map(|p| p[0]).fold(0.0, f64::max);
    let before = (widest * slope.abs()).ceil() as usize + 1;
    let mut rows = vec![0.0; height + 2 * before];
    ink.iter().for_each(|[x, y]| rows[(y - slope * x + before as f64).round() as usize] += 1.0);
    Profile { rows, before }
}

/// First and last row of each line.
fn bands(profile: &Profile) -> Vec<[f64; 2]> {
    let mut inked: Vec<f64> = profile.rows.iter().copied().filter(|r| *r > 0.0).collect();
    inked.sort_by(f64::total_cmp);
    let full = inked.get(inked.len() * 9 / 10).copied().unwrap_or(0.0);
    let threshold = (full * ROW_SHARE).max(ROW_PIXELS);
    let mut bands: Vec<[f64; 2]> = Vec::new();
    for (at, _) in profile.rows.iter().enumerate().filter(|(_, ink)| **ink >= threshold) {
        let row = at as f64 - profile.before as f64;
        match bands.last_mut() {
            Some(band) if row - band[1] <= 1.0 => band[1] = row,
            _ => bands.push([row, row]),
        }
    }
    let usual = median(bands.iter().map(|[a, b]| b - a + 1.0).filter(|h| *h > 3.0));
    bands.retain(|[a, b]| b - a + 1.0 >= LEAST_HEIGHT * usual);
    bands
}

/// The middle one; 0 of none.
fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}
