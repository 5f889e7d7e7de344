use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

use super::homography::Homography;
use super::plane::Plane;
use super::spread::{BLOCK, Deal, Patterns, SplitMix, WAVES, basis, cosines};
use super::{Picture, PictureError, PictureReading, View, luma, registration};

/// A picture like a natural one: noise of spectrum 1/f, shapes with edges and shading, strokes as of text. Seeded.
fn scene(seed: u64, width: u32, height: u32) -> DynamicImage {
    let mut random = SplitMix(seed);
    let mut uniform = move || (random.next() >> 40) as f32 / (1u64 << 24) as f32;
    let (w, h) = (width as usize, height as usize);
    let mut sum = Plane::new(w, h);
    for octave in 0..7 {
        let step = f64::from(1 << (7 - octave));
        let (gw, gh) = ((w as f64 / step) as usize + 3, (h as f64 / step) as usize + 3);
        let grid = Plane { width: gw, height: gh, data: (0..gw * gh).map(|_| uniform() - 0.5).collect() };
        let strength = 110.0 * 0.55f32.powi(octave);
        for (i, v) in sum.data.iter_mut().enumerate() {
            *v += strength * grid.linear((i % w) as f64 / step, (i / w) as f64 / step);
        }
    }
    for _ in 0..40 {
        let (cx, cy, r, level) = (uniform() * w as f32, uniform() * h as f32, 6.0 + 40.0 * uniform(), 120.0 * (uniform() - 0.5));
        let round = uniform() < 0.5;
        for (i, v) in sum.data.iter_mut().enumerate() {
            let (dx, dy) = (((i % w) as f32 - cx) / r, ((i / w) as f32 - cy) / r);
            let inside = if round { dx * dx + dy * dy < 1.0 } else { dx.abs() < 1.0 && dy.abs() < 0.6 };
            *v += if inside { level * (1.0 + 0.3 * dx) } else { 0.0 };
        }
    }
    for line in 0..6 {
        for letter in 0..w / 24 {
            let pattern = uniform();
            for k in 0..35 {
                let (x, y) = (w / 4 + letter * 7 + k % 5, h / 3 + line * 11 + k / 5);
                if x < w && y < h && (pattern * (k as f32 + 3.0) * 7.3).fract() < 0.45 {
                    sum.data[y * w + x] = -100.0;
                }
            }
        }
    }
    DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, |x, y| {
        let v = 125.0 + sum.get(x as usize, y as usize);
        Rgb([v + 12.0, v, v - 15.0].map(|c| c.clamp(0.0, 255.0) as u8))
    }))
}

fn bytes(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    image.write_to(&mut out, format).unwrap();
    out.into_inner()
}

fn picture(image: &DynamicImage) -> Picture {
    Picture::decode(&bytes(image, ImageFormat::Png)).unwrap()
}

/// Marks that it carries, none if it cannot be marked.
fn marks(picture: &Picture) -> usize {
    picture.capacity().unwrap_or(0)
}

fn patterns(picture: &Picture) -> Patterns {
    Patterns::new([7; 32], marks(picture))
}

fn word(seed: u64, marks: usize) -> Vec<u8> {
    let mut random = SplitMix(seed);
    (0..marks).map(|_| (random.next() >> 63) as u8).collect()
}

fn jpeg(image: &DynamicImage, quality: u8) -> DynamicImage {
    let mut out = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(image.to_rgb8()).write_with_encoder(JpegEncoder::new_with_quality(&mut out, quality)).unwrap();
    image::load_from_memory(out.get_ref()).unwrap()
}

fn scaled(image: &DynamicImage, by: f64) -> DynamicImage {
    let size = |n: u32| (f64::from(n) * by) as u32;
    image.resize_exact(size(image.width()), size(image.height()), FilterType::Triangle)
}

fn cropped(image: &DynamicImage, area: f64) -> DynamicImage {
    let part = |n: u32| (f64::from(n) * area.sqrt()) as u32;
    image.crop_imm(image.width() / 4 + 3, image.height() / 5 + 2, part(image.width()), part(image.height()))
}

/// What a camera would see of it: turned, in perspective, shaded, defocused, noisy, JPEG 35.
fn photographed(image: &DynamicImage) -> DynamicImage {
    let source = luma(image);
    let map = Homography([1.01, 0.06, -30.0, -0.05, 1.02, -12.0, 1.2e-4, -0.8e-4, 1.0]);
    let mut random = SplitMix(3);
    let seen = Plane::from_fn(image.width() as usize, image.height() as usize, |x, y| {
        let [u, v] = map.apply([x as f64, y as f64]);
        if source.holds(u, v, 1.0) { source.linear(u, v) } else { 108.0 }
    });
    let soft = seen.blur(1.0);
    let data = soft.data.iter().enumerate().map(|(i, v)| {
        let noise: f32 = (0..12).map(|_| (random.next() >> 40) as f32 / (1u64 << 24) as f32).sum::<f32>() - 6.0;
        (v * (0.85 + 0.2 * (i % soft.width) as f32 / soft.width as f32) + 5.0 + 3.0 * noise).clamp(0.0, 255.0) as u8
    });
    let grey = image::GrayImage::from_raw(image.width(), image.height(), data.collect()).unwrap();
    jpeg(&DynamicImage::ImageLuma8(grey), 35)
}

fn psnr(a: &DynamicImage, b: &DynamicImage) -> f64 {
    let (a, b) = (a.to_rgb16(), b.to_rgb16());
    let squares: f64 = a.iter().zip(b.iter()).map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2)).sum();
    10.0 * (65535.0f64.powi(2) * a.len() as f64 / squares).log10()
}

fn log_odds(reading: &PictureReading) -> Vec<f64> {
    reading.rows.iter().map(|r| (r[1] / r[0]).ln()).collect()
}

/// z of the codeword's score among uniformly drawn ones, in closed form: each symbol moves the score by half the log-odds.
fn standing(reading: &PictureReading, word: &[u8]) -> f64 {
    let odds = log_odds(reading);
    let score: f64 = odds.iter().zip(word).map(|(o, s)| if *s == 1 { *o } else { -o }).sum();
    score / odds.iter().map(|o| o * o).sum::<f64>().sqrt()
}

#[test]
fn copies_of_every_kind_of_picture_lie_40_db_from_the_master_and_keep_its_format() {
    let rgb = scene(1, 320, 256);
    let with_alpha = {
        let mut image = rgb.to_rgba8();
        image.enumerate_pixels_mut().for_each(|(x, _, p)| p.0[3] = (x % 256) as u8);
        DynamicImage::ImageRgba8(image)
    };
    let grey = DynamicImage::ImageLuma8(rgb.to_luma8());
    let deep = DynamicImage::ImageRgb16(rgb.to_rgb16());
    let deep_grey = DynamicImage::ImageLuma16(rgb.to_luma16());
    for (image, format) in [
        (&rgb, ImageFormat::Png),
        (&rgb, ImageFormat::Jpeg),
        (&rgb, ImageFormat::Tiff),
        (&with_alpha, ImageFormat::Png),
        (&grey, ImageFormat::Png),
        (&grey, ImageFormat::Jpeg),
        (&deep, ImageFormat::Png),
        (&deep, ImageFormat::Tiff),
        (&deep_grey, ImageFormat::Png),
    ] {
        let master = bytes(image, format);
        let picture = Picture::decode(&master).unwrap();
        let copy = picture.embed(&patterns(&picture), &word(2, marks(&picture))).unwrap();
        assert_eq!(image::guess_format(&copy).unwrap(), format);
        let (before, after) = (image::load_from_memory(&master).unwrap(), image::load_from_memory(&copy).unwrap());
        assert_eq!((before.color(), before.width(), before.height()), (after.color(), after.width(), after.height()));
        let distance = psnr(&before, &after);
        // Where a picture is half transparent or has little texture, less is added than might be.
        assert!((40.0..46.0).contains(&distance), "{format:?} {:?}: {distance}", before.color());
        let opacity = |i: &DynamicImage| i.to_rgba8().pixels().map(|p| p.0[3]).collect::<Vec<u8>>();
        assert_eq!(opacity(&before), opacity(&after));
    }
}

#[test]
fn a_damaged_copy_still_shows_its_codeword() {
    let master = scene(5, 448, 352);
    let picture = picture(&master);
    let symbols = word(11, marks(&picture));
    let copy = image::load_from_memory(&picture.embed(&patterns(&picture), &symbols).unwrap()).unwrap();
    let turned = copy.crop_imm(100, 60, 280, 240).rotate90();
    for (name, leak) in [
        ("none", copy.clone()),
        ("JPEG 30", jpeg(&copy, 30)),
        ("half, JPEG 60", jpeg(&scaled(&copy, 0.5), 60)),
        ("crop 25 %", cropped(&copy, 0.25)),
        ("crop 10 %, JPEG 50", jpeg(&cropped(&copy, 0.1), 50)),
        ("photographed", photographed(&copy)),
        ("grey, blurred", DynamicImage::ImageLuma8(copy.to_luma8()).blur(2.0)),
        ("a quarter turned", turned),
        ("mirrored", copy.fliph()),
    ] {
        let reading = picture.read(&patterns(&picture), &View::new(&leak)).unwrap_or_else(|| panic!("{name}: not found"));
        let z = standing(&reading, &symbols);
        assert!(z >= 10.0, "{name}: {z} {}", reading.z);
        // None of 1,000 other codewords comes near (5 standard deviations: 3 in 10,000 sets).
        let best = (0..1000).map(|i| standing(&reading, &word(1000 + i, symbols.len()))).fold(0.0, f64::max);
        assert!(best < 5.0, "{name}: {best}");
    }
}

#[test]
fn a_picture_on_a_page_is_found_there() {
    let master = scene(6, 320, 288);
    let picture = picture(&master);
    let symbols = word(12, marks(&picture));
    let copy = image::load_from_memory(&picture.embed(&patterns(&picture), &symbols).unwrap()).unwrap();
    let mut page = scene(77, 800, 700);
    image::imageops::overlay(&mut page, &scaled(&copy, 0.9), 310, 205);
    let reading = picture.read(&patterns(&picture), &View::new(&jpeg(&page, 70))).unwrap();
    assert!(standing(&reading, &symbols) >= 10.0, "{}", reading.z);
    assert!((reading.scale - 0.9).abs() < 0.01, "{}", reading.scale);
}

#[test]
fn another_picture_is_no_leak_of_this_one() {
    let picture = picture(&scene(7, 384, 320));
    for other in [scene(8, 384, 320), scene(9, 300, 500), DynamicImage::new_rgb8(200, 200), DynamicImage::new_luma8(1, 1)] {
        assert!(picture.read(&patterns(&picture), &View::new(&other)).is_none());
    }
}

#[test]
fn unrelated_pictures_are_never_certain() {
    // 45 pairs, seeded; by chance a pilot reaches 6 once in 10⁹.
    let scenes: Vec<DynamicImage> = (100..110).map(|seed| scene(seed, 256, 224)).collect();
    let views: Vec<View> = scenes.iter().map(View::new).collect();
    for (i, one) in scenes.iter().enumerate() {
        let picture = picture(one);
        let patterns = Patterns::new([9; 32], 128);
        for view in &views[..i] {
            assert!(picture.read(&patterns, view).is_none_or(|r| !r.is_certain()));
        }
    }
}

#[test]
fn another_secret_hears_nothing() {
    let picture = picture(&scene(60, 320, 288));
    let copy = image::load_from_memory(&picture.embed(&patterns(&picture), &word(1, marks(&picture))).unwrap()).unwrap();
    let view = View::new(&copy);
    let own = picture.read(&patterns(&picture), &view).unwrap();
    let other = picture.read(&Patterns::new([8; 32], marks(&picture)), &view).unwrap();
    // A pilot of wrong signs is about standard normal.
    assert!(own.z > 20.0 && other.z.abs() < 4.0, "{} {}", own.z, other.z);
}

#[test]
fn an_unmarked_master_says_next_to_nothing() {
    for seed in 20..24 {
        let master = scene(seed, 320, 288);
        let reading = {
            let picture = picture(&master);
            picture.read(&patterns(&picture), &View::new(&jpeg(&master, 50)))
        }
        .unwrap();
        let odds = log_odds(&reading);
        let mean = odds.iter().map(|o| o.abs()).sum::<f64>() / odds.len() as f64;
        // The pilot's z of an unmarked picture is about standard normal.
        assert!(mean < 1.0 && reading.z.abs() < 4.0, "{mean} {}", reading.z);
    }
}

#[test]
fn rows_are_wrong_as_often_as_they_say() {
    // 9 leaks, each so damaged that many marks are read wrongly. If the rows are honest the number of errors is a sum of
    // independent trials of the claimed probabilities; we allow for the claims being off by a quarter.
    let (mut claimed, mut wrong, mut variance) = (0.0, 0.0, 0.0);
    for seed in 30..33 {
        let picture = picture(&scene(seed, 288, 256));
        let symbols = word(seed, marks(&picture));
        let copy = image::load_from_memory(&picture.embed(&patterns(&picture), &symbols).unwrap()).unwrap();
        let small = scaled(&copy, 0.4);
        for leak in [jpeg(&cropped(&copy, 0.25), 15), jpeg(&small, 20), jpeg(&cropped(&photographed(&copy), 0.3), 20)] {
            let Some(reading) = picture.read(&patterns(&picture), &View::new(&leak)) else { continue };
            for (odd, symbol) in log_odds(&reading).into_iter().zip(&symbols) {
                let error = 1.0 / (1.0 + odd.abs().exp());
                claimed += error;
                variance += error * (1.0 - error);
                wrong += f64::from(u8::from((odd > 0.0) != (*symbol == 1)));
            }
        }
    }
    assert!(claimed > 50.0, "{claimed}: too little damage to tell");
    assert!(f64::abs(wrong - claimed) < 0.25 * claimed + 4.0 * f64::sqrt(variance), "{wrong} wrong, {claimed} claimed");
}

#[test]
fn two_averaged_copies_read_as_what_they_share() {
    let picture = picture(&scene(40, 320, 288));
    let words = [word(1, marks(&picture)), word(2, marks(&picture))];
    let copies =
        words.each_ref().map(|w| image::load_from_memory(&picture.embed(&patterns(&picture), w).unwrap()).unwrap().to_rgb8());
    let mean = RgbImage::from_fn(320, 288, |x, y| {
        let [a, b] = copies.each_ref().map(|c| c.get_pixel(x, y).0);
        Rgb(std::array::from_fn(|i| (u16::from(a[i]) + u16::from(b[i])).div_ceil(2) as u8))
    });
    let odds = log_odds(&picture.read(&patterns(&picture), &View::new(&jpeg(&DynamicImage::ImageRgb8(mean), 60))).unwrap());
    let shared = (0..odds.len()).filter(|i| words[0][*i] == words[1][*i]);
    let right = shared.clone().filter(|i| (odds[*i] > 0.0) == (words[0][*i] == 1)).count();
    assert!(right * 100 >= 97 * shared.count(), "{right}");
    let (mut same, mut differ) = (Vec::new(), Vec::new());
    (0..odds.len()).for_each(|i| if words[0][i] == words[1][i] { same.push(odds[i].abs()) } else { differ.push(odds[i].abs()) });
    let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
    assert!(mean(&differ) < 0.4 * mean(&same), "{} {}", mean(&differ), mean(&same));
}

#[test]
fn even_and_tiny_pictures_carry_nothing() {
    for image in [DynamicImage::new_rgb8(600, 600), scene(1, 48, 300), scene(1, 20, 20), DynamicImage::new_luma8(1, 1)] {
        let picture = picture(&image);
        assert_eq!(marks(&picture), 0);
        let copy = image::load_from_memory(&picture.embed(&patterns(&picture), &[]).unwrap()).unwrap();
        assert_eq!(copy.to_rgb8(), image.to_rgb8());
        assert!(picture.read(&patterns(&picture), &View::new(&image)).is_none());
    }
}

#[test]
fn symbols_that_are_none_are_refused() {
    let picture = picture(&scene(1, 128, 128));
    assert!(matches!(picture.embed(&patterns(&picture), &[0]), Err(PictureError::Symbols { given: 1, .. })));
    assert!(matches!(picture.embed(&patterns(&picture), &vec![2; marks(&picture)]), Err(PictureError::Symbol(2))));
}

#[test]
fn splitmix_gives_its_published_values() {
    let mut random = SplitMix(1_234_567);
    let first = [random.next(), random.next(), random.next()];
    assert_eq!(first, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
}

#[test]
fn every_mark_has_its_share_of_every_few_blocks_and_the_pilot_a_ninth() {
    let mut deal = Deal::new(&Patterns::new(SEED, 256), 640, 480);
    let per_block = cosines().len();
    // One round of the deck is 256 marks and 32 slots of the pilot; eight blocks are about four rounds.
    let mut counts = [0usize; 257];
    for _ in 0..8 * per_block {
        counts[deal.slot().mark.map_or(256, usize::from)] += 1;
    }
    let rounds = 8 * per_block / 288;
    assert!(counts[..256].iter().all(|c| (rounds..=rounds + 1).contains(c)), "{counts:?}");
    assert!((32 * rounds..=32 * (rounds + 1)).contains(&counts[256]));
}

/// Bytes 0 to 31.
const SEED: [u8; 32] = {
    let mut seed = [0; 32];
    let mut i = 0;
    while i < 32 {
        seed[i] = i as u8;
        i += 1;
    }
    seed
};

#[test]
fn the_deal_of_this_version_never_changes() {
    // Copies that are out were written by it. FNV-1a over marks and signs of 2,000 slots, computed by a Python program
    // with another implementation of BLAKE3.
    assert_eq!(super::VERSION, "picture-2");
    let mut deal = Deal::new(&Patterns::new(SEED, 256), 640, 480);
    let sum = (0..2000).fold(0xCBF2_9CE4_8422_2325u64, |sum, _| {
        let slot = deal.slot();
        let value = u64::from(slot.mark.map_or(256, u16::from)) << 1 | u64::from(slot.sign > 0.0);
        (sum ^ value).wrapping_mul(0x0100_0000_01B3)
    });
    assert_eq!(sum, 10_176_033_236_330_369_438);
    assert_eq!(cosines().len(), 131);
}

#[test]
fn cosines_are_orthonormal() {
    let basis = basis();
    for a in 0..WAVES {
        for b in 0..WAVES {
            let product: f32 = (0..BLOCK).map(|x| basis[a][x] * basis[b][x]).sum();
            assert!((product - f32::from(u8::from(a == b))).abs() < 1e-5);
        }
    }
}

#[test]
fn registration_finds_a_known_map_to_a_fifth_of_a_pixel() {
    let master = luma(&scene(50, 400, 360));
    let known = Homography([0.93, 0.12, 20.0, -0.10, 0.95, 45.0, 1e-4, 5e-5, 1.0]);
    let back = {
        // The inverse, fitted on a lattice of exact pairs.
        let pairs: Vec<_> =
            (0..81).map(|i| [f64::from(i % 9) * 50.0, f64::from(i / 9) * 45.0]).map(|p| (known.apply(p), p, 1.0)).collect();
        Homography::fit(&pairs, true, [200.0, 180.0], 200.0).unwrap()
    };
    let leak = Plane::from_fn(420, 420, |x, y| {
        let [u, v] = back.apply([x as f64, y as f64]);
        if master.holds(u, v, 1.0) { master.cubic(u, v) } else { 128.0 }
    });
    let found = registration::register(&master, &registration::of_master(&master), &leak, &registration::of_leak(&leak)).unwrap();
    for p in [[50.0, 50.0], [350.0, 60.0], [60.0, 300.0], [340.0, 320.0], [200.0, 180.0]] {
        let ([a, b], [c, d]) = (known.apply(p), found.map.apply(p));
        assert!((a - c).hypot(b - d) < 0.2, "{p:?}: {a} {b} {c} {d}");
    }
}
