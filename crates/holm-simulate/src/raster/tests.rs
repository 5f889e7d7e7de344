//! What each channel keeps, moves and loses, on pages made of bars.

use super::camera::{Camera, Region, Sheet};
use super::crop::Lines;
use super::plane::{Kernel, Sampling, Size};
use super::rectification::{Quad, between_corners};
use super::scanner::Feed;
use super::*;

/// Pixels per inch of the pages below.
const PAGE_DPI: f64 = 150.0;
/// Inches of a page (half a letter), of a line's bars and from line to line.
const SHEET: [f64; 2] = [5.5, 8.5];
const BAR: f64 = 0.1;
const PITCH: f64 = 0.2;

fn white(inches: [f64; 2]) -> GrayImage {
    let [width, height] = inches.map(|i| (i * PAGE_DPI).round() as u32);
    GrayImage::from_pixel(width, height, image::Luma([255]))
}

fn ink(page: &mut GrayImage, [left, top, right, bottom]: [f64; 4]) {
    let [left, top, right, bottom] = [left, top, right, bottom].map(|i| (i * PAGE_DPI).round() as u32);
    (top..bottom).for_each(|y| (left..right).for_each(|x| page.put_pixel(x, y, image::Luma([0]))));
}

/// A page of `lines` lines of bars of many widths between margins of half an inch, the last one half as long.
fn text(lines: usize) -> GrayImage {
    let mut page = white(SHEET);
    let mut chance = Chance::new(11);
    for line in 0..lines {
        let top = 0.5 + line as f64 * PITCH;
        let end = if line + 1 == lines { 2.75 } else { 5.0 };
        let mut left = 0.5;
        while left < end {
            let right = (left + 0.1 + 0.5 * chance.unit()).min(end);
            ink(&mut page, [left, top, right, top + BAR]);
            left = right + 0.06;
        }
    }
    page
}

/// Squares at every inch of a page.
fn squares() -> GrayImage {
    let mut page = white(SHEET);
    for [x, y] in places() {
        ink(&mut page, [x - BAR / 2.0, y - BAR / 2.0, x + BAR / 2.0, y + BAR / 2.0]);
    }
    page
}

/// Where they are, in inches; symmetric about the middle of the page.
fn places() -> Vec<[f64; 2]> {
    (0..8).flat_map(|row| (0..5).map(move |column| [0.75 + f64::from(column), 0.75 + f64::from(row)])).collect()
}

/// Where the squares of a page image are, in inches, each looked for within a fifth of an inch.
fn found(plane: &Plane, dpi: [f64; 2]) -> Vec<[f64; 2]> {
    let near = |[x, y]: [f64; 2]| {
        let [left, top] = [(x - 0.2) * dpi[0], (y - 0.2) * dpi[1]].map(|p| p.round() as usize);
        let [right, bottom] = [(x + 0.2) * dpi[0], (y + 0.2) * dpi[1]].map(|p| p.round() as usize);
        let mut sums = [0.0; 3];
        for (y, row) in (top..bottom).map(|y| (y, &plane.values[y * plane.size.width..])) {
            for x in left..right {
                let ink = f64::from(0.6 - row[x]).max(0.0);
                [ink, ink * (x as f64 + 0.5), ink * (y as f64 + 0.5)].iter().zip(&mut sums).for_each(|(v, s)| *s += v);
            }
        }
        [sums[1] / sums[0] / dpi[0], sums[2] / sums[0] / dpi[1]]
    };
    places().into_iter().map(near).collect()
}

fn distance(a: [f64; 2], b: [f64; 2]) -> f64 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

fn mean(values: impl IntoIterator<Item = f64>) -> f64 {
    let values: Vec<f64> = values.into_iter().collect();
    values.iter().sum::<f64>() / values.len() as f64
}

/// The middle of the ink on a plane, in pixels.
fn centre(plane: &Plane) -> [f64; 2] {
    let mut sums = [0.0; 3];
    for (at, value) in plane.values.iter().enumerate() {
        let [ink, x, y] = [f64::from(1.0 - value), (at % plane.size.width) as f64, (at / plane.size.width) as f64];
        [ink, ink * (x + 0.5), ink * (y + 0.5)].iter().zip(&mut sums).for_each(|(v, s)| *s += v);
    }
    [sums[1] / sums[0], sums[2] / sums[0]]
}

/// A plane of 80 by 60 pixels with a bar off its middle, soft enough for its middle to show in large pixels.
fn bar() -> Plane {
    Plane::of(Size { width: 80, height: 60 }, 1.0)
        .mapped_at(|v, [x, y]| if (24.0..41.0).contains(&x) && (22.0..31.0).contains(&y) { 0.0 } else { v })
        .blurred(4.0)
}

/// Runs of rows with ink in the middle fifth of an image that are at least so high.
fn lines_of(image: &GrayImage, least: f64) -> usize {
    let [left, right] = [2, 3].map(|i| image.width() * i / 5);
    let inked = |y: u32| (left..right).any(|x| image.get_pixel(x, y).0[0] < 110);
    let rows: Vec<bool> = (0..image.height()).map(inked).collect();
    rows.chunk_by(|a, b| a == b).filter(|run| run[0] && run.len() as f64 >= least).count()
}

/// Mean difference of two images of a size, in parts of white.
fn difference(a: &GrayImage, b: &GrayImage) -> f64 {
    assert_eq!(a.dimensions(), b.dimensions());
    mean(a.as_raw().iter().zip(b.as_raw()).map(|(a, b)| f64::from(a.abs_diff(*b)) / 255.0))
}

fn leak(page: &GrayImage, channel: RasterChannel, seed: u64) -> DamagedPage {
    damage_page(page, PAGE_DPI, channel, &mut Chance::new(seed))
}

#[test]
fn names_are_unique_and_find_their_channel() {
    for channel in RasterChannel::ALL {
        assert_eq!(RasterChannel::named(channel.name()), Some(channel));
        assert!(!channel.about().is_empty());
        let lines = channel.crop().map_or_else(String::new, |crop| format!("-crop-{}", crop.lines));
        assert_eq!(channel.name(), format!("{}{lines}", channel.uncropped().name()));
    }
    assert_eq!(RasterChannel::named("hologram"), None);
}

#[test]
fn equal_seeds_give_equal_leaks_and_other_seeds_others() {
    let fixed = [
        RasterChannel::Render300,
        RasterChannel::Render150,
        RasterChannel::Render100,
        RasterChannel::Render72,
        RasterChannel::Screenshot,
        RasterChannel::Grey,
        RasterChannel::Recompress,
    ];
    let mut page = white([2.0, 1.5]);
    (1..5).for_each(|i| ink(&mut page, [0.3, 0.25 * f64::from(i), 1.7, 0.25 * f64::from(i) + BAR]));
    for channel in RasterChannel::ALL {
        let [one, again, other] = [1, 1, 2].map(|seed| leak(&page, channel, seed).to_file());
        assert_eq!(one, again, "{}", channel.name());
        assert_eq!(one == other, fixed.contains(&channel), "{}", channel.name());
    }
}

#[test]
fn no_channel_fails_on_images_that_are_hardly_pages() {
    for (width, height) in [(0, 0), (0, 9), (1, 1), (2, 200), (200, 1), (40, 30)] {
        for (grey, dpi) in [(255, 300.0), (0, 100.0), (128, f64::NAN), (255, f64::INFINITY), (0, -1.0)] {
            let page = GrayImage::from_pixel(width, height, image::Luma([grey]));
            for channel in RasterChannel::ALL {
                let page = damage_page(&page, dpi, channel, &mut Chance::new(5));
                assert!(page.image.width() > 0 && page.image.height() > 0 && !page.to_file().0.is_empty());
            }
        }
    }
}

#[test]
fn a_file_shows_what_the_reader_sees() {
    let page = text(8);
    let channels = RasterChannel::ALL.into_iter().filter(|c| c.crop().is_none_or(|c| c.lines == 3));
    for channel in channels {
        let leak = leak(&page, channel, 3);
        let (bytes, ending) = leak.to_file();
        let format = image::ImageFormat::from_extension(ending).unwrap();
        let read = image::load_from_memory_with_format(&bytes, format).unwrap();
        assert!(read.to_rgb8() == leak.image.to_rgb8(), "{}", channel.name());
    }
}

#[test]
fn a_page_keeps_its_inches() {
    for channel in RasterChannel::ALL.into_iter().filter(|c| c.crop().is_none()) {
        let leak = leak(&white(SHEET), channel, 3);
        let inches = [f64::from(leak.image.width()) / leak.dpi, f64::from(leak.image.height()) / leak.dpi];
        let off = inches.iter().zip(SHEET).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        match channel {
            RasterChannel::Photo => assert!(inches[0] > 5.0 && inches[1] > 7.5, "{inches:?}"),
            RasterChannel::PhotoHalf => assert!(inches[1] < 6.2, "{inches:?}"),
            RasterChannel::Rotated => assert!(off < 0.01 || (inches[0] - SHEET[1]).abs() < 0.01),
            // Down a fax has 196 lines an inch.
            RasterChannel::Fax => assert!((inches[1] - SHEET[1] * 196.0 / 204.0).abs() < 0.01),
            _ => assert!(off < 0.01, "{} {inches:?}", channel.name()),
        }
    }
}

#[test]
fn half_the_resolution_is_the_mean_of_four_pixels() {
    let page = GrayImage::from_fn(50, 30, |x, y| image::Luma([((x * 37 + y * 91) % 256) as u8]));
    let half = damage_page(&page, 300.0, RasterChannel::Render150, &mut Chance::new(1)).image.to_luma8();
    assert_eq!(half.dimensions(), (25, 15));
    for (x, y, value) in half.enumerate_pixels() {
        let four = [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(i, j)| f64::from(page.get_pixel(2 * x + i, 2 * y + j).0[0]));
        assert!((f64::from(value.0[0]) - mean(four)).abs() <= 0.5 + 1e-3);
    }
}

#[test]
fn no_resampling_moves_ink() {
    let at = centre(&bar());
    for by in [0.24, 1.0 / 3.0, 0.5, 0.7, 1.0, 1.25, 2.0, 3.1] {
        let scaled = centre(&bar().scaled(by, by));
        assert!(distance(scaled, at.map(|p| p * by)) < 0.01, "{by}: {scaled:?}");
    }
    assert!(distance(centre(&bar().blurred(1.3)), at) < 1e-4);
    for (samples, kernel) in [(1, Kernel::Bilinear), (1, Kernel::Cubic), (3, Kernel::Bilinear), (4, Kernel::Cubic)] {
        let sampling = Sampling { samples, kernel, outside: 1.0 };
        for by in [0.0, 0.3, 1.0, 2.5] {
            let moved = bar().warped(bar().size, sampling, |[x, y]| [x - by, y + by]);
            assert!(distance(centre(&moved), [at[0] + by, at[1] - by]) < 1e-3, "{samples} {kernel:?} {by}");
        }
    }
}

#[test]
fn a_map_that_moves_nothing_changes_nothing() {
    for kernel in [Kernel::Bilinear, Kernel::Cubic] {
        let same = bar().warped(bar().size, Sampling { samples: 1, kernel, outside: 0.5 }, |p| p);
        assert_eq!(same.values, bar().values);
    }
    assert_eq!(bar().scaled(1.0, 1.0).values, bar().values);
}

#[test]
fn a_blur_has_the_variance_of_its_gaussian() {
    let point = Plane::of(Size { width: 41, height: 41 }, 0.0).mapped_at(|_, p| f32::from(u8::from(p == [20.5, 20.5])));
    let blurred = point.blurred(2.0);
    let weights = blurred.values.iter().enumerate().map(|(at, v)| ((at % 41) as f64 - 20.0, f64::from(*v)));
    let (sum, square) = weights.fold((0.0, 0.0), |(s, q), (x, v)| (s + v, q + v * x * x));
    // Three deviations hold 97.3 % of a Gaussian's variance; in whole pixels a little else.
    assert!((sum - 1.0).abs() < 1e-5 && (square / 4.0 - 0.973).abs() < 0.02, "{sum} {square}");
}

#[test]
fn noise_and_grain_have_the_deviations_they_are_given() {
    let size = Size { width: 400, height: 400 };
    let mut chance = Chance::new(8);
    let made =
        [noise::noisy(Plane::of(size, 0.5), 0.02, &mut chance), noise::grained(Plane::of(size, 0.5), 200.0, 0.02, &mut chance)];
    for (plane, tolerance) in made.into_iter().zip([0.01, 0.05]) {
        let middle = mean(plane.values.iter().map(|v| f64::from(*v)));
        let deviation = mean(plane.values.iter().map(|v| (f64::from(*v) - middle).powi(2))).sqrt();
        // 160,000 values that are alone, or 160,000 / (4 π 1.2²) that are: tolerances of four standard errors and more.
        assert!((middle - 0.5).abs() < 0.001 && (deviation / 0.02 - 1.0).abs() < tolerance, "{middle} {deviation}");
    }
}

#[test]
fn ink_grows_by_its_spread() {
    let growth = |dpi: f64| {
        mean((0..40).map(|seed| {
            let bar = Plane::of(Size { width: 40, height: 9 }, 1.0)
                .mapped_at(|v, [x, _]| if (10.0..20.0).contains(&x) { 0.0 } else { v });
            let inked = ink::printed(&bar, dpi, &mut Chance::new(seed));
            let [solid, paper] = [inked.values[15], inked.values[0]];
            // The two pixels beside the bar show how far it has grown, through the tone curve.
            f64::from((paper - inked.values[9]) / (paper - solid))
        }))
    };
    // The mean spread is 18 micrometres: 0.21 of a pixel at 300 dpi and 0.11 at 150; tone and chance give a quarter.
    assert!((growth(300.0) - 0.21).abs() < 0.05 && (growth(150.0) - 0.11).abs() < 0.03, "{} {}", growth(300.0), growth(150.0));
}

#[test]
fn a_feed_stays_within_its_turn_stretch_and_offset() {
    let size = Size { width: 1700, height: 2200 };
    for seed in 0..200 {
        let feed = Feed::drawn(size, [200.0; 2], [-0.6, 0.6], &mut Chance::new(seed));
        let [a, b] = [[0.0, 1100.0], [1700.0, 1100.0]].map(|p| feed.on_paper(p));
        let turn = ((b[1] - a[1]) / (b[0] - a[0])).atan().to_degrees();
        assert!(turn.abs() <= 0.6 + 1e-9 && (distance(a, b) / 8.5 - 1.0).abs() <= 0.004_02, "{turn}");
        // The middle moves by the offset and the wobble alone.
        let middle = feed.on_paper([850.0, 1100.0]);
        assert!((middle[0] - 4.25).abs() <= 0.0404 && (middle[1] - 5.5).abs() <= 0.0416, "{middle:?}");
    }
}

#[test]
fn a_scan_keeps_its_ink() {
    let page = text(20);
    let inked = |image: &GrayImage, dark: u8| mean(image.as_raw().iter().map(|v| f64::from(u8::from(*v < dark))));
    for seed in 1..4 {
        let scan = leak(&page, RasterChannel::Scan, seed).image.to_luma8();
        let ratio = inked(&scan, 140) / inked(&page, 128);
        // Bars of 0.1 by 0.35 inches grow by up to 28 micrometres at each side: 3 %; specks and turns give the rest.
        assert!((0.95..1.12).contains(&ratio), "{ratio}");
    }
}

#[test]
fn a_scan_moves_words_as_one() {
    let centred = |p: [f64; 2]| [p[0] - SHEET[0] / 2.0, p[1] - SHEET[1] / 2.0];
    for seed in 1..4 {
        let plane = Plane::from_image(&leak(&squares(), RasterChannel::Scan, seed).image);
        let moved: Vec<[f64; 2]> = found(&plane, [SCAN_DPI; 2]).into_iter().map(centred).collect();
        let placed: Vec<[f64; 2]> = places().into_iter().map(centred).collect();
        // Least squares for an affine map; the places are symmetric, so its parts separate.
        let part = |i: usize, j: usize| {
            let products = placed.iter().zip(&moved).map(|(p, m)| p[j] * m[i]).sum::<f64>();
            products / placed.iter().map(|p| p[j] * p[j]).sum::<f64>()
        };
        let shift = [0, 1].map(|i| mean(moved.iter().map(|m| m[i])));
        for (p, m) in placed.iter().zip(&moved) {
            let fitted = [0, 1].map(|i| shift[i] + part(i, 0) * p[0] + part(i, 1) * p[1]);
            // Uneven feed moves a line by up to 0.08 pixels across and 0.32 down; noise and compression a tenth more.
            let off = [0, 1].map(|i| (fitted[i] - m[i]).abs() * SCAN_DPI);
            assert!(off[0] < 0.2 && off[1] < 0.5, "{off:?} px");
        }
    }
}

#[test]
fn a_camera_shows_the_place_that_it_sees() {
    let region = Region { left: 0.0, top: 0.0, width: SHEET[0], height: SHEET[1] };
    for seed in 0..50 {
        let mut chance = Chance::new(seed);
        let waves = Sheet::drawn(SHEET[1], &mut chance);
        let camera = Camera::over(region, waves, &mut chance);
        for place in places().into_iter().chain(region.corners()) {
            let pixel = camera.sees(place);
            assert!(distance(camera.shows(pixel), place) < 1e-5, "{place:?}");
            assert!(pixel[0] > 0.0 && pixel[1] > 0.0);
            assert!(pixel[0] < camera.size.width as f64 && pixel[1] < camera.size.height as f64);
        }
    }
}

#[test]
fn a_square_is_mapped_onto_its_corners() {
    let corners = [[10.0, 20.0], [210.0, 5.0], [190.0, 330.0], [-15.0, 300.0]];
    let quad = Quad::new(corners);
    for (place, corner) in [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]].into_iter().zip(corners) {
        assert!(distance(quad.at(place), corner) < 1e-9);
    }
}

#[test]
fn a_flat_photograph_is_made_upright_without_moving_a_word() {
    let region = Region { left: 0.0, top: 0.0, width: SHEET[0], height: SHEET[1] };
    let page = Plane::from_gray(&squares());
    for seed in 1..4 {
        let camera = Camera::over(region, Sheet::FLAT, &mut Chance::new(seed));
        let sampling = Sampling::sensor(PAGE_DPI / PHOTO_DPI, 0.2);
        let seen = page.warped(camera.size, sampling, |p| camera.shows(p).map(|inch| inch * PAGE_DPI));
        let upright = between_corners(&seen, region.corners().map(|c| camera.sees(c)), region);
        for (found, place) in found(&upright, [PHOTO_DPI; 2]).into_iter().zip(places()) {
            assert!(distance(found, place) * PHOTO_DPI < 0.1, "{found:?} {place:?}");
        }
    }
}

#[test]
fn a_rectified_photograph_puts_words_back_to_a_few_pixels() {
    for seed in 1..6 {
        let plane = Plane::from_image(&leak(&squares(), RasterChannel::PhotoRectified, seed).image);
        let off: Vec<f64> =
            found(&plane, [PHOTO_DPI; 2]).into_iter().zip(places()).map(|(a, b)| distance(a, b) * PHOTO_DPI).collect();
        // Corners are found to 3 pixels; waves of 0.051 inches seen 30° off the vertical move paper by 5.9.
        assert!(off.iter().all(|o| *o < 8.9) && mean(off.iter().copied()) < 3.0, "{off:?}");
    }
}

#[test]
fn a_photograph_shows_a_bright_page_on_a_dark_table() {
    let photo = leak(&white(SHEET), RasterChannel::Photo, 4).image.to_luma8();
    let (width, height) = photo.dimensions();
    let corners = [(2, 2), (width - 3, 2), (2, height - 3), (width - 3, height - 3)];
    let table = mean(corners.map(|(x, y)| f64::from(photo.get_pixel(x, y).0[0])));
    assert!(f64::from(photo.get_pixel(width / 2, height / 2).0[0]) > 1.8 * table);
}

#[test]
fn a_fax_is_black_and_white_and_stored_so() {
    let fax = leak(&text(10), RasterChannel::Fax, 2);
    assert!(fax.image.to_luma8().as_raw().iter().all(|v| [0, 255].contains(v)));
    let (bytes, ending) = fax.to_file();
    let pixels = (fax.image.width().div_ceil(8) * fax.image.height()) as usize;
    assert_eq!((bytes.len() - pixels, ending), (8 + 2 + 12 * 12 + 4 + 16, "tif"));
}

#[test]
fn crops_have_as_many_lines_as_they_say_in_full_width() {
    let page = text(30);
    for channel in RasterChannel::ALL {
        let Some(crop) = channel.crop() else { continue };
        for seed in 1..3 {
            let leak = leak(&page, channel, seed);
            let image = leak.image.to_luma8();
            assert_eq!(lines_of(&image, 0.7 * BAR * leak.dpi), crop.lines, "{} {seed}", channel.name());
            let width = f64::from(image.width()) / leak.dpi;
            assert!((4.5..4.8).contains(&width), "{} {seed}: {width} inches", channel.name());
        }
    }
}

#[test]
fn a_crop_of_more_lines_than_there_are_keeps_them_all() {
    let page = leak(&text(4), RasterChannel::Render150, 1).cropped(Crop { lines: 10 }, &mut Chance::new(1));
    assert_eq!(lines_of(&page.image.to_luma8(), 10.0), 4);
    assert_eq!(Lines::found(&text(4)).unwrap().bands.len(), 4);
    assert!(Lines::found(&white(SHEET)).is_none());
}

#[test]
fn a_scan_upside_down_or_in_a_mirror_is_the_scan_turned() {
    let page = text(12);
    let scan = leak(&page, RasterChannel::Scan, 7).image.to_luma8();
    let mirrored = leak(&page, RasterChannel::Mirrored, 7).image.to_luma8();
    assert!(difference(&imageops::flip_horizontal(&mirrored), &scan) < 0.02);
    let mut seen = [false; 3];
    for seed in 0..40 {
        if seen == [true; 3] {
            break;
        }
        let turned = leak(&page, RasterChannel::Rotated, seed).image.to_luma8();
        let back = [imageops::rotate270(&turned), imageops::rotate180(&turned), imageops::rotate90(&turned)];
        // The first lines of bars are in the upper half, the lower is white.
        let upright = |image: &GrayImage| {
            let ink = |from: u32| (from..from + 600).filter(|y| image.get_pixel(300, *y).0[0] < 128).count();
            image.height() == 1700 && ink(100) > 50 && ink(950) < 10
        };
        back.iter().zip(&mut seen).for_each(|(image, seen)| *seen |= upright(image));
        assert_eq!(back.iter().filter(|image| upright(image)).count(), 1, "{seed}");
    }
    assert_eq!(seen, [true; 3]);
}
