//! Where the words of a page stand in a picture of it.
//!
//! The text itself registers the picture: words that were recognised give a homography from the master's page to the picture
//! (Hartley and Zisserman, "Multiple View Geometry", 2nd ed., §4.1 and §4.7), fitted robustly. Then every word of the page,
//! recognised or not, is looked for where the homography expects it, by least squares against the master's own picture (Lucas
//! and Kanade, IJCAI 1981; Baker and Matthews, IJCV 56, 2004), which gives its displacement to a small part of a pixel.

use std::borrow::Cow;

use super::{Layout, LayoutPage, LayoutWord, SeenPage, SeenWord, Sighting, marks_of_words, matching::Matcher};
use crate::mark::Mark;
use crate::raster::Raster;

/// Dots an inch at which the master's pages are pictured for comparison.
pub const MASTER_DPI: f64 = 200.0;
/// Dots an inch at which they are pictured in fact. Poppler puts glyphs on quarters of a pixel, at each resolution on others:
/// what all pictures have in common is nearer to where the words stand. Above about 220 dpi glyphs of reading size are put on
/// whole pixels, which is coarser.
pub const MASTER_PICTURES: [u32; 8] = [173, 179, 187, 193, 199, 205, 211, 217];
/// Dots an inch of a picture in which glyphs of all sizes are put on whole pixels, by which [`MasterPage`] tells sizes apart.
pub const FINE_DPI: u32 = 600;
/// Pixels of such a picture at most: those of A3.
const LARGEST_FINE: f64 = 8e7;
/// Font sizes that differ by less, in points, are the same.
const SAME_SIZE: f64 = 0.2;
/// Words of a size that tell where words of this size stand; more tell it no better.
const ENOUGH_WORDS: usize = 40;
/// Points to an inch.
const POINTS: f64 = 72.0;
/// Fewer recognised words do not register a page.
const FEWEST_WORDS: usize = 4;
/// Pixels at the edge of a picture that are not measured.
const EDGE: f64 = 1.0;
/// The least part of a word that is measured, by the energy of what tells where it stands.
const LEAST_SHOWN: f64 = 0.6;
/// A word is taken as seen if it is as like the master's as this (normalised correlation).
const LEAST_LIKENESS: f64 = 0.55;

/// A page of the master at [`MASTER_DPI`]: the mean of pictures of it, each with its dots an inch; `None` of none.
#[must_use]
pub fn master_picture(pictures: &[(Raster, u32)]) -> Option<Raster> {
    let (first, dpi) = pictures.first()?;
    let pixels = |length: usize| (length as f64 * MASTER_DPI / f64::from(*dpi)).round() as usize;
    let (width, height) = (pixels(first.width()), pixels(first.height()));
    let mut sums = vec![0.0_f32; width * height];
    for (picture, dpi) in pictures {
        let rows = picture.resampled(width, height, f64::from(*dpi) / MASTER_DPI);
        for (sums, row) in sums.chunks_exact_mut(width.max(1)).zip(rows) {
            sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
        }
    }
    let count = pictures.len() as f32;
    Raster::new(width, height, sums.into_iter().map(|sum| (sum / count).round() as u8).collect())
}

/// A page of the master as leaks are compared with it.
#[derive(Clone, Debug)]
pub struct MasterPage {
    picture: Raster,
    /// Font sizes, and how far words of each stand to the left of their place in `picture`, in points; only differences count.
    aside: Vec<(f64, f64)>,
}

impl MasterPage {
    /// Page `page` of a layout from `pictures` of it, each with its dots an inch; `None` of none. Poppler puts large glyphs on the
    /// whole pixel before their place and small ones on the quarter, so that in these pictures headings stand 0.13 pt farther to
    /// the left than text. `fine`, at [`FINE_DPI`], does not put sizes apart; pages of one size need none.
    #[must_use]
    pub fn new(layout: &Layout, page: usize, pictures: &[(Raster, u32)], fine: Option<&(Raster, u32)>) -> Option<Self> {
        let template = Template { picture: master_picture(pictures)? };
        let aside = fine.map_or_else(Vec::new, |(fine, dpi)| {
            let scale = f64::from(*dpi) / POINTS;
            let map = Homography([scale, 0.0, 0.0, 0.0, scale, 0.0, 0.0, 0.0]);
            let pass = Pass { reach: 0.5, every: 1, still: 0.003 };
            let of = |(size, words): &(f64, Vec<(usize, &LayoutWord)>)| {
                let some: Vec<(usize, &LayoutWord)> = words.iter().step_by(words.len().div_ceil(ENOUGH_WORDS)).copied().collect();
                let seen = measure_all(&windows(&template, &some), fine, &some, &map, &|_| (0.0, 0.0), pass);
                (*size, median(seen.iter().flatten().map(|m| m.across).collect()))
            };
            sizes(&words_of(layout, page)).iter().map(of).collect()
        });
        Some(Self { picture: template.picture, aside })
    }

    /// Whether a page wants a fine picture: it has words of more than one size, and is no poster.
    #[must_use]
    pub fn wants_fine(layout: &Layout, page: usize) -> bool {
        let scale = f64::from(FINE_DPI) / POINTS;
        let is_small = |p: &LayoutPage| p.width * p.height * scale * scale <= LARGEST_FINE;
        layout.pages.get(page).is_some_and(is_small) && sizes(&words_of(layout, page)).len() > 1
    }

    fn aside(&self, size: f64) -> f64 {
        self.aside.iter().rev().find(|(from, _)| size >= *from).map_or(0.0, |(_, aside)| *aside)
    }

    /// Measurements against places of which those of all sizes are equally right.
    fn put_right(&self, words: &[(usize, &LayoutWord)], measured: Vec<Option<Measured>>) -> Vec<Option<Measured>> {
        let right = |((_, word), measured): (&(usize, &LayoutWord), Option<Measured>)| {
            measured.map(|m| Measured { across: m.across - self.aside(word.size), ..m })
        };
        words.iter().zip(measured).map(right).collect()
    }
}

/// The words of a page that are looked for.
fn words_of(layout: &Layout, page: usize) -> Vec<(usize, &LayoutWord)> {
    layout.words.iter().enumerate().filter(|(_, w)| w.page == page && w.size > 4.0).collect()
}

/// Words by font size, the smallest first.
fn sizes<'w>(words: &[(usize, &'w LayoutWord)]) -> Vec<(f64, Vec<(usize, &'w LayoutWord)>)> {
    let mut words = words.to_vec();
    words.sort_by(|(_, a), (_, b)| a.size.total_cmp(&b.size));
    let mut sizes: Vec<(f64, Vec<(usize, &LayoutWord)>)> = Vec::new();
    for word in words {
        match sizes.last_mut() {
            Some((size, same)) if word.1.size - *size < SAME_SIZE => same.push(word),
            _ => sizes.push((word.1.size, vec![word])),
        }
    }
    sizes
}

/// Of a measurement's variance, the part that goes by a word's letters and not by how well it was matched. Programs that draw
/// pages put each letter on a grid of its own, whose errors a word's letters average: measured on simulated scans, screenshots
/// and photographs of 300 dpi pages, the variance is 0.006 pt² over the number of letters, whatever the match.
const BY_LETTERS: f64 = 0.8;

/// A map of the plane that keeps straight lines straight, row by row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Homography(pub(super) [f64; 8]);

impl Homography {
    /// The image of a point; both axes are infinite for points at the horizon.
    #[must_use]
    pub fn apply(&self, x: f64, y: f64) -> (f64, f64) {
        let h = &self.0;
        let w = h[6] * x + h[7] * y + 1.0;
        ((h[0] * x + h[1] * y + h[2]) / w, (h[3] * x + h[4] * y + h[5]) / w)
    }

    fn is_affine(&self) -> bool {
        self.0[6] == 0.0 && self.0[7] == 0.0
    }

    /// The derivative at a point: ((∂u/∂x, ∂u/∂y), (∂v/∂x, ∂v/∂y)).
    fn derivative(&self, x: f64, y: f64) -> [[f64; 2]; 2] {
        let h = &self.0;
        let w = h[6] * x + h[7] * y + 1.0;
        let (u, v) = self.apply(x, y);
        [[(h[0] - h[6] * u) / w, (h[1] - h[7] * u) / w], [(h[3] - h[6] * v) / w, (h[4] - h[7] * v) / w]]
    }
}

/// A point of the master's page, in points, and of the picture, in pixels.
type Pair = ((f64, f64), (f64, f64));

/// How a picture shows one page of the master.
#[derive(Clone, Debug)]
pub struct Registration {
    /// The page.
    pub page: usize,
    /// From points of the page to pixels of the picture.
    pub map: Homography,
    /// Recognised words that agree.
    pub words: usize,
}

/// Registers a picture's recognised words with the pages of a layout: one registration a page that it shows.
#[must_use]
pub fn register(layout: &Layout, seen: &SeenPage) -> Vec<Registration> {
    let matcher = Matcher::new(layout);
    let mut by_page: std::collections::BTreeMap<usize, Vec<Pair>> = std::collections::BTreeMap::new();
    let mut words: std::collections::BTreeMap<usize, usize> = std::collections::BTreeMap::new();
    for (word, seen) in matcher.page(seen).into_iter().flatten() {
        let Some(master) = layout.words.get(word) else { continue };
        // A misread word's box is another word's.
        if master.text.chars().count().abs_diff(seen.text.chars().count()) > 1 {
            continue;
        }
        let (top, bottom) = ink_reach(&master.text);
        let y = master.baseline + master.size * (bottom - top) / 2.0;
        let pairs = by_page.entry(master.page).or_default();
        pairs.push(((master.left, y), (seen.left, (seen.top + seen.bottom) / 2.0)));
        pairs.push(((master.right, y), (seen.right, (seen.top + seen.bottom) / 2.0)));
        *words.entry(master.page).or_default() += 1;
    }
    let found = by_page.into_iter().filter(|(page, _)| words.get(page).is_some_and(|n| *n >= FEWEST_WORDS));
    found
        .filter_map(|(page, pairs)| {
            let (map, agreeing) = fit(&pairs)?;
            (agreeing >= 2 * FEWEST_WORDS).then_some(Registration { page, map, words: agreeing / 2 })
        })
        .collect()
}

/// Where a registered picture shows the words that marks move: mark and word, in pixels. What stands outside of the picture is
/// left out.
#[must_use]
pub fn moved_words(layout: &Layout, marks: &[Mark], registration: &Registration, picture: &Raster) -> Vec<(u32, SeenWord)> {
    let (width, height) = (picture.width() as f64, picture.height() as f64);
    let moved_by = marks_of_words(layout, marks);
    let words = layout.words.iter().zip(moved_by).filter(|(word, _)| word.page == registration.page);
    let seen = |(word, mark): (&LayoutWord, Option<u32>)| {
        let (above, below) = ink_reach(&word.text);
        let (top, bottom) = (word.baseline - above * word.size, word.baseline + below * word.size);
        let corners = [(word.left, top), (word.right, top), (word.left, bottom), (word.right, bottom)];
        let corners = corners.map(|(x, y)| registration.map.apply(x, y));
        let inside = corners.iter().all(|(x, y)| (0.0..width).contains(x) && (0.0..height).contains(y));
        let [x, y] = [corners.map(|(x, _)| x), corners.map(|(_, y)| y)];
        let (least, most) =
            (|n: [f64; 4]| n.into_iter().fold(f64::MAX, f64::min), |n: [f64; 4]| n.into_iter().fold(0.0, f64::max));
        let word = SeenWord { text: word.text.clone(), left: least(x), right: most(x), top: least(y), bottom: most(y) };
        mark.filter(|_| inside).map(|mark| (mark, word))
    };
    words.filter_map(seen).collect()
}

/// How far ink reaches above and below the baseline, in font sizes, by the letters of a word.
fn ink_reach(text: &str) -> (f64, f64) {
    let tall = |c: char| c.is_uppercase() || c.is_numeric() || "bdfhkltiíáéóúñ!?¿¡()[]'\"".contains(c);
    let deep = |c: char| "gjpqyç,;()[]Q".contains(c);
    (if text.chars().any(tall) { 0.68 } else { 0.46 }, if text.chars().any(deep) { 0.21 } else { 0.0 })
}

/// The homography that most pairs agree with, and how many do.
fn fit(pairs: &[Pair]) -> Option<(Homography, usize)> {
    let start = consensus(pairs)?;
    let mut map = start;
    let mut inliers = 0;
    for round in 0..12 {
        let errors: Vec<f64> = pairs.iter().map(|p| error(&map, p)).collect();
        let mut sorted = errors.clone();
        sorted.sort_by(f64::total_cmp);
        let median = sorted.get(sorted.len() / 2).copied().unwrap_or(0.0);
        // Tukey's biweight at 4.7 robust standard deviations, opened in the first rounds.
        let reach = 4.685 * 1.4826 * median.max(0.4) * if round < 3 { 2.0 } else { 1.0 };
        let weights: Vec<f64> =
            errors.iter().map(|e| if *e < reach { (1.0 - (e / reach).powi(2)).powi(2) } else { 0.0 }).collect();
        inliers = weights.iter().filter(|w| **w > 0.0).count();
        map = solve(pairs, &weights)?;
    }
    Some((map, inliers))
}

fn error(map: &Homography, pair: &Pair) -> f64 {
    let (u, v) = map.apply(pair.0.0, pair.0.1);
    (u - pair.1.0).hypot(v - pair.1.1)
}

/// An affine map with which many pairs agree: three pairs at a time, spread over the list (RANSAC with a fixed schedule).
fn consensus(pairs: &[Pair]) -> Option<Homography> {
    let count = pairs.len();
    if count < 2 * FEWEST_WORDS {
        return None;
    }
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut pick = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % count as u64) as usize
    };
    let mut best: Option<(f64, Homography)> = None;
    for _ in 0..400 {
        let chosen = [pick(), pick(), pick()];
        let sample: Vec<Pair> = chosen.iter().filter_map(|i| pairs.get(*i).copied()).collect();
        let Some(map) = similarity_or_affine(&sample) else { continue };
        let mut errors: Vec<f64> = pairs.iter().map(|p| error(&map, p)).collect();
        errors.sort_by(f64::total_cmp);
        let median = errors.get(count / 2).copied().unwrap_or(f64::INFINITY);
        if median.is_finite() && best.is_none_or(|(b, _)| median < b) {
            best = Some((median, map));
        }
    }
    best.map(|(_, map)| map)
}

/// The affine map of three pairs; a similarity where they lie on one line, as in a crop of a line or two.
fn similarity_or_affine(sample: &[Pair]) -> Option<Homography> {
    let weights = vec![1.0; sample.len()];
    let spread = |axis: fn(&Pair) -> f64| {
        let values: Vec<f64> = sample.iter().map(axis).collect();
        values.iter().copied().fold(f64::MIN, f64::max) - values.iter().copied().fold(f64::MAX, f64::min)
    };
    let (wide, tall) = (spread(|p| p.0.0), spread(|p| p.0.1));
    if wide < 20.0 {
        return None;
    }
    let parameters = if tall > 20.0 { Parameters::Affine } else { Parameters::Similarity };
    least_squares(sample, &weights, parameters)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Parameters {
    Similarity,
    Affine,
    Projective,
}

/// As many parameters as the pairs can tell.
fn solve(pairs: &[Pair], weights: &[f64]) -> Option<Homography> {
    let used: Vec<&Pair> = pairs.iter().zip(weights).filter(|(_, w)| **w > 0.0).map(|(p, _)| p).collect();
    let (low, high) = used.iter().fold((f64::MAX, f64::MIN), |(l, h), p| (l.min(p.0.1), h.max(p.0.1)));
    let parameters = match high - low {
        tall if tall > 120.0 && used.len() > 60 => Parameters::Projective,
        tall if tall > 24.0 => Parameters::Affine,
        _ => Parameters::Similarity,
    };
    least_squares(pairs, weights, parameters)
}

/// Weighted least squares on the equations u (w·p) = …; centred and scaled, so that they are well conditioned.
fn least_squares(pairs: &[Pair], weights: &[f64], parameters: Parameters) -> Option<Homography> {
    let total: f64 = weights.iter().sum();
    if total <= 0.0 {
        return None;
    }
    let mean = |value: fn(&Pair) -> f64| pairs.iter().zip(weights).map(|(p, w)| w * value(p)).sum::<f64>() / total;
    let (x0, y0, u0, v0) = (mean(|p| p.0.0), mean(|p| p.0.1), mean(|p| p.1.0), mean(|p| p.1.1));
    const UNIT: f64 = 100.0;
    let count = match parameters {
        Parameters::Similarity => 4,
        Parameters::Affine => 6,
        Parameters::Projective => 8,
    };
    let mut normal = vec![vec![0.0; count + 1]; count];
    let mut add = |row: &[f64], right: f64, weight: f64| {
        for i in 0..count {
            for j in 0..count {
                normal[i][j] += weight * row[i] * row[j];
            }
            normal[i][count] += weight * row[i] * right;
        }
    };
    for (((x, y), (u, v)), weight) in pairs.iter().zip(weights).filter(|(_, w)| **w > 0.0) {
        let (x, y, u, v) = ((x - x0) / UNIT, (y - y0) / UNIT, (u - u0) / UNIT, (v - v0) / UNIT);
        match parameters {
            // u = a x − b y + c, v = b x + a y + d: pages are not mirrored.
            Parameters::Similarity => {
                add(&[x, -y, 1.0, 0.0], u, *weight);
                add(&[y, x, 0.0, 1.0], v, *weight);
            }
            Parameters::Affine => {
                add(&[x, y, 1.0, 0.0, 0.0, 0.0], u, *weight);
                add(&[0.0, 0.0, 0.0, x, y, 1.0], v, *weight);
            }
            Parameters::Projective => {
                add(&[x, y, 1.0, 0.0, 0.0, 0.0, -u * x, -u * y], u, *weight);
                add(&[0.0, 0.0, 0.0, x, y, 1.0, -v * x, -v * y], v, *weight);
            }
        }
    }
    let s = eliminate(normal)?;
    let [a, b, c, d, e, f, g, h] = match (parameters, s.as_slice()) {
        (Parameters::Similarity, [a, b, c, d]) => [*a, -*b, *c, *b, *a, *d, 0.0, 0.0],
        (Parameters::Affine, [a, b, c, d, e, f]) => [*a, *b, *c, *d, *e, *f, 0.0, 0.0],
        (_, [a, b, c, d, e, f, g, h]) => [*a, *b, *c, *d, *e, *f, *g, *h],
        _ => return None,
    };
    // Back from centred and scaled coordinates: p ↦ T⁻¹ H S p.
    let (sx, sy) = (-x0 / UNIT, -y0 / UNIT);
    let row = |a: f64, b: f64, c: f64| [a / UNIT, b / UNIT, a * sx + b * sy + c];
    let (first, second, third) = (row(a, b, c), row(d, e, f), row(g, h, 1.0));
    let back = |r: [f64; 3], origin: f64| [0, 1, 2].map(|i| UNIT * r[i] + origin * third[i]);
    let (first, second) = (back(first, u0), back(second, v0));
    let scale = third[2];
    let map = [first[0], first[1], first[2], second[0], second[1], second[2], third[0], third[1]].map(|v| v / scale);
    map.iter().all(|v| v.is_finite()).then_some(Homography(map))
}

/// Gaussian elimination with pivoting; `None` if singular.
fn eliminate(mut m: Vec<Vec<f64>>) -> Option<Vec<f64>> {
    let n = m.len();
    for column in 0..n {
        let pivot = (column..n).max_by(|a, b| m[*a][column].abs().total_cmp(&m[*b][column].abs()))?;
        if m[pivot][column].abs() < 1e-12 {
            return None;
        }
        m.swap(column, pivot);
        for row in 0..n {
            if row != column {
                let factor = m[row][column] / m[column][column];
                for k in column..=n {
                    let above = m[column][k];
                    m[row][k] -= factor * above;
                }
            }
        }
    }
    Some((0..n).map(|i| m[i][n] / m[i][i]).collect())
}

/// Sightings of all words of a registered page in a picture. `picture` is the flattened leak; `number` is the leak's page.
#[must_use]
pub fn sight(
    layout: &Layout,
    marks: &[Mark],
    master: &MasterPage,
    picture: &Raster,
    registration: &Registration,
    number: usize,
) -> Vec<Sighting> {
    let moved_by = marks_of_words(layout, marks);
    let words = words_of(layout, registration.page);
    let windows = windows(&Template::best(&master.picture, picture, &registration.map, &words), &words);
    let first = measure_all(&windows, picture, &words, &registration.map, &|_| (0.0, 0.0), Pass::rough(3.0));
    // Words that were measured register the page better than words that were recognised.
    let map = refined(&registration.map, &words, &master.put_right(&words, first));
    let start = measure_all(&windows, picture, &words, &map, &|_| (0.0, 0.0), Pass::rough(1.5));
    // What neighbours agree on is the page's own displacement: the last pass starts from it.
    let around = |word: &LayoutWord| neighbourhood(word, &words, &start);
    let second = measure_all(&windows, picture, &words, &map, &around, Pass { reach: 0.5, every: 1, still: 0.003 });
    let second = master.put_right(&words, second);
    let usual = median(second.iter().flatten().map(|m| m.variance).collect()).max(1e-9);
    let length = median(words.iter().map(|(_, w)| letters(w)).collect());
    let sightings = words.iter().zip(&second).filter_map(|((index, word), measured)| {
        let measured = (*measured)?;
        Some(Sighting {
            mark: moved_by.get(*index).copied().flatten(),
            page: u32::try_from(number).unwrap_or(u32::MAX),
            line: u32::try_from(word.line).unwrap_or(u32::MAX),
            x: (word.left + word.right) / 2.0,
            y: word.baseline,
            size: word.size,
            moved: measured.across,
            noise: noise(measured.shown * letters(word) / length, measured.variance / usual),
        })
    });
    sightings.collect()
}

fn letters(word: &LayoutWord) -> f64 {
    word.text.chars().count().max(1) as f64
}

/// Variance of a measurement against the page's usual one, by how many letters the word has and how well it was matched, each
/// against the page's middle word.
fn noise(letters: f64, variance: f64) -> f64 {
    (BY_LETTERS / letters + (1.0 - BY_LETTERS) * variance).clamp(0.2, 6.0)
}

/// The map through the places at which words were measured.
fn refined(map: &Homography, words: &[(usize, &LayoutWord)], measured: &[Option<Measured>]) -> Homography {
    let pairs: Vec<Pair> = words
        .iter()
        .zip(measured)
        .filter_map(|((_, word), measured)| {
            let measured = measured.as_ref()?;
            let (x, y) = ((word.left + word.right) / 2.0, word.baseline - 0.26 * word.size);
            Some(((x, y), map.apply(x + measured.across, y + measured.down)))
        })
        .collect();
    fit(&pairs).map_or(*map, |(refined, _)| plainer(&pairs, refined))
}

/// The similarity through the same places, unless these tell that the map is none: how lines of a few words slant is told far
/// better by where they stand along themselves than by how one is moved against the next, which is what marks do. What tells is
/// the Bayesian information criterion (Schwarz, Ann. Statist. 6, 1978).
fn plainer(pairs: &[Pair], map: Homography) -> Homography {
    let reach = 3.0 * median(pairs.iter().map(|p| error(&map, p)).collect());
    let weights: Vec<f64> = pairs.iter().map(|p| f64::from(u8::from(error(&map, p) <= reach))).collect();
    let Some((similar, free)) = least_squares(pairs, &weights, Parameters::Similarity).zip(solve(pairs, &weights)) else {
        return map;
    };
    let squares = |map: &Homography| pairs.iter().zip(&weights).map(|(p, w)| w * error(map, p).powi(2)).sum::<f64>();
    let equations = 2.0 * weights.iter().sum::<f64>();
    let gain = equations * (squares(&similar) / squares(&free).max(1e-12)).ln();
    let parameters = if free.is_affine() { 2.0 } else { 4.0 };
    if gain < parameters * equations.max(1.0).ln() { similar } else { map }
}

/// Where a word was found against where the map expects it, in points of the master.
#[derive(Clone, Copy, Debug)]
struct Measured {
    across: f64,
    down: f64,
    likeness: f64,
    /// Of `across`, up to a factor that is the same for all words of a picture.
    variance: f64,
    /// The part of the word that is inside of the picture.
    shown: f64,
}

/// The median displacement of the words around `word`, itself left out.
fn neighbourhood(word: &LayoutWord, words: &[(usize, &LayoutWord)], measured: &[Option<Measured>]) -> (f64, f64) {
    let near = |w: &LayoutWord| (w.left - word.left).abs() < 110.0 && (w.baseline - word.baseline).abs() < 40.0;
    let around: Vec<&Measured> =
        words.iter().zip(measured).filter(|((_, w), _)| near(w)).filter_map(|(_, m)| m.as_ref()).collect();
    if around.len() < 3 {
        return (0.0, 0.0);
    }
    (median(around.iter().map(|m| m.across).collect()), median(around.iter().map(|m| m.down).collect()))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

/// The master's picture, blurred as the leak is.
struct Template {
    picture: Raster,
}

/// Points between samples of a word.
const STEP: f64 = POINTS / MASTER_DPI;

impl Template {
    /// Of several blurs, the one under which a few words of the leak look most like the master's.
    fn best(master: &Raster, picture: &Raster, map: &Homography, words: &[(usize, &LayoutWord)]) -> Self {
        const BLURS: [f64; 5] = [0.0, 0.6, 1.0, 1.5, 2.2];
        let every = (words.len() / 40).max(1);
        let some: Vec<(usize, &LayoutWord)> = words.iter().copied().step_by(every).collect();
        let mut best: Option<(f64, Self)> = None;
        for blur in BLURS {
            let template = Self { picture: master.blurred(blur) };
            let found = measure_all(&windows(&template, &some), picture, &some, map, &|_| (0.0, 0.0), Pass::rough(2.0));
            let likeness: f64 = found.iter().flatten().map(|m| m.likeness).sum();
            if best.as_ref().is_none_or(|(l, _)| likeness > *l) {
                best = Some((likeness, template));
            }
        }
        best.map_or_else(|| Self { picture: master.clone() }, |(_, template)| template)
    }
}

fn windows(template: &Template, words: &[(usize, &LayoutWord)]) -> Vec<Option<Window>> {
    words.iter().map(|(_, word)| Window::of(template, word)).collect()
}

/// How carefully words are looked for.
#[derive(Clone, Copy, Debug)]
struct Pass {
    /// How far, in points.
    reach: f64,
    /// Every so manieth sample counts.
    every: usize,
    /// A step that is shorter, in points, is the last.
    still: f64,
}

impl Pass {
    /// Good enough to go on from.
    fn rough(reach: f64) -> Self {
        Self { reach, every: 3, still: 0.02 }
    }
}

fn measure_all(
    windows: &[Option<Window>],
    picture: &Raster,
    words: &[(usize, &LayoutWord)],
    map: &Homography,
    start: &dyn Fn(&LayoutWord) -> (f64, f64),
    pass: Pass,
) -> Vec<Option<Measured>> {
    let one = |(window, (_, word)): (&Option<Window>, &(usize, &LayoutWord))| {
        window.as_ref().and_then(|w| w.measure(picture, map, start(word), pass))
    };
    windows.iter().zip(words).map(one).collect()
}

/// Samples of a word in the master: place, value and the value's derivatives a point.
#[derive(Clone)]
struct Window {
    middle: (f64, f64),
    /// Width and height in points.
    size: (f64, f64),
    samples: Vec<[f64; 5]>,
}

impl Window {
    fn of(template: &Template, word: &LayoutWord) -> Option<Self> {
        const MARGIN: f64 = 0.6;
        let pixel = |points: f64| (points / STEP).floor().max(1.0) as usize;
        let (left, right) = (pixel(word.left - MARGIN), pixel((word.right + MARGIN).min(word.left + 200.0)));
        let (top, bottom) = (pixel(word.baseline - 0.78 * word.size), pixel(word.baseline + 0.26 * word.size));
        let picture = &template.picture;
        let (right, bottom) = (right.min(picture.width().saturating_sub(1)), bottom.min(picture.height().saturating_sub(1)));
        let (across, down) = (right.saturating_sub(left), bottom.saturating_sub(top));
        if across < 3 || down < 3 || across * down > 40_000 {
            return None;
        }
        let mut samples = Vec::with_capacity(across * down);
        let mut contrast = (f64::MAX, f64::MIN);
        for j in top..bottom {
            let [above, row, below] = [j - 1, j, j + 1].map(|j| picture.row(j));
            for i in left..right {
                let value = f64::from(row[i]);
                let slope_x = (f64::from(row[i + 1]) - f64::from(row[i - 1])) / (2.0 * STEP);
                let slope_y = (f64::from(below[i]) - f64::from(above[i])) / (2.0 * STEP);
                contrast = (contrast.0.min(value), contrast.1.max(value));
                samples.push([(i as f64 + 0.5) * STEP, (j as f64 + 0.5) * STEP, value, slope_x, slope_y]);
            }
        }
        let middle = ((left + right) as f64 * STEP / 2.0, (top + bottom) as f64 * STEP / 2.0);
        let inked = contrast.1 - contrast.0 > 40.0;
        let size = (across as f64 * STEP, down as f64 * STEP);
        inked.then_some(Self { middle, size, samples })
    }

    /// The pixel of the leak at a point of the master, near the word: the map's derivative is taken at its middle.
    fn local(&self, map: &Homography) -> impl Fn(f64, f64) -> (f64, f64) + use<> {
        let (mx, my) = self.middle;
        let (u, v) = map.apply(mx, my);
        let d = map.derivative(mx, my);
        move |x: f64, y: f64| {
            let (x, y) = (x - mx, y - my);
            (u + d[0][0] * x + d[0][1] * y, v + d[1][0] * x + d[1][1] * y)
        }
    }

    fn measure(&self, picture: &Raster, map: &Homography, start: (f64, f64), pass: Pass) -> Option<Measured> {
        let local = self.local(map);
        let (window, shown) = self.inside(picture, &local, start)?;
        window.locate(picture, &local, start, pass).map(|found| Measured { shown, ..found })
    }

    /// What of the word lies inside of a picture, where it is looked for, and which part of its energy this is; `None` if too
    /// little does. Lines at the edge of a crop have their letters but not always all of the paper around them.
    fn inside(&self, picture: &Raster, local: &impl Fn(f64, f64) -> (f64, f64), at: (f64, f64)) -> Option<(Cow<'_, Self>, f64)> {
        let (right, bottom) = (picture.width() as f64 - EDGE, picture.height() as f64 - EDGE);
        let inside = |s: &&[f64; 5]| {
            let (u, v) = local(s[0] + at.0, s[1] + at.1);
            u > EDGE && v > EDGE && u < right && v < bottom
        };
        let (width, height) = self.size;
        let corners = [(-width, -height), (width, -height), (-width, height), (width, height)];
        if corners.map(|(x, y)| [self.middle.0 + x / 2.0, self.middle.1 + y / 2.0, 0.0, 0.0, 0.0]).iter().all(|c| inside(&c)) {
            return Some((Cow::Borrowed(self), 1.0));
        }
        let samples: Vec<[f64; 5]> = self.samples.iter().filter(inside).copied().collect();
        let energy = |samples: &[[f64; 5]]| samples.iter().map(|s| s[3] * s[3]).sum::<f64>();
        let shown = energy(&samples) / energy(&self.samples).max(1e-9);
        (shown >= LEAST_SHOWN).then_some((Cow::Owned(Self { samples, ..*self }), shown))
    }

    fn locate(
        &self,
        picture: &Raster,
        local: &impl Fn(f64, f64) -> (f64, f64),
        start: (f64, f64),
        pass: Pass,
    ) -> Option<Measured> {
        let mut at = self.search(picture, local, start, pass.reach);
        for _ in 0..6 {
            let step = self.step(picture, local, at, pass.every)?;
            at = (at.0 - step.0, at.1 - step.1);
            if step.0.hypot(step.1) < pass.still {
                break;
            }
        }
        if (at.0 - start.0).hypot(at.1 - start.1) > pass.reach + 1.5 {
            return None;
        }
        let likeness = self.likeness(picture, local, at, pass.every);
        let energy: f64 = self.samples.iter().map(|s| s[3] * s[3]).sum();
        let lost = 1.0 - (likeness * likeness).min(0.999);
        let spread: f64 = self.spread();
        // Cramér and Rao: the noise's variance over the energy of the derivative.
        let variance = lost * spread / energy.max(1e-9);
        (likeness >= LEAST_LIKENESS).then_some(Measured { across: at.0, down: at.1, likeness, variance, shown: 1.0 })
    }

    fn spread(&self) -> f64 {
        let mean = self.samples.iter().map(|s| s[2]).sum::<f64>() / self.samples.len() as f64;
        self.samples.iter().map(|s| (s[2] - mean).powi(2)).sum::<f64>() / self.samples.len() as f64
    }

    /// The displacement at which the leak looks most like the word: on a grid of points, then of half points around its best.
    fn search(&self, picture: &Raster, local: &impl Fn(f64, f64) -> (f64, f64), start: (f64, f64), reach: f64) -> (f64, f64) {
        let around = |middle: (f64, f64), steps: i32, grid: f64, every: usize| {
            let mut best = (f64::MIN, middle);
            for j in -steps..=steps {
                for i in -steps..=steps {
                    let at = (middle.0 + f64::from(i) * grid, middle.1 + f64::from(j) * grid);
                    let likeness = self.likeness(picture, local, at, every);
                    if likeness > best.0 {
                        best = (likeness, at);
                    }
                }
            }
            best.1
        };
        let coarse = if reach >= 1.0 { around(start, reach.round() as i32, 1.0, 5) } else { start };
        around(coarse, 1, 0.5, 3)
    }

    /// Normalised correlation of word and leak at a displacement, over every `every`-th sample.
    fn likeness(&self, picture: &Raster, local: &impl Fn(f64, f64) -> (f64, f64), at: (f64, f64), every: usize) -> f64 {
        let (mut n, mut t, mut i, mut tt, mut ii, mut ti) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
        for s in self.samples.iter().step_by(every) {
            let (u, v) = local(s[0] + at.0, s[1] + at.1);
            let seen = f64::from(picture.sample(u, v));
            n += 1.0;
            t += s[2];
            i += seen;
            tt += s[2] * s[2];
            ii += seen * seen;
            ti += s[2] * seen;
        }
        let (vt, vi) = (tt - t * t / n, ii - i * i / n);
        if vt <= 0.0 || vi <= 1e-6 { 0.0 } else { (ti - t * i / n) / (vt * vi).sqrt() }
    }

    /// How far past the best displacement `at` is, by every `every`-th sample: leak ≈ gain · word + level + slopes · (what is
    /// too much).
    fn step(
        &self,
        picture: &Raster,
        local: &impl Fn(f64, f64) -> (f64, f64),
        at: (f64, f64),
        every: usize,
    ) -> Option<(f64, f64)> {
        let mut sums = [[0.0; 5]; 4];
        for s in self.samples.iter().step_by(every) {
            let (u, v) = local(s[0] + at.0, s[1] + at.1);
            let seen = f64::from(picture.sample(u, v)) / 255.0;
            let row = [s[2] / 255.0, 1.0, s[3] / 255.0, s[4] / 255.0];
            for a in 0..4 {
                for b in a..4 {
                    sums[a][b] += row[a] * row[b];
                }
                sums[a][4] += row[a] * seen;
            }
        }
        let normal = (0..4).map(|a| (0..5).map(|b| if b < a { sums[b][a] } else { sums[a][b] }).collect()).collect();
        let solved = eliminate(normal)?;
        let [gain, _, across, down] = solved.as_slice() else { return None };
        if *gain < 0.05 {
            return None;
        }
        let clamp = |v: f64| v.clamp(-0.5, 0.5);
        Some((clamp(across / gain), clamp(down / gain)))
    }
}

#[cfg(test)]
mod tests;
