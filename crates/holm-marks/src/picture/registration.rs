//! Where the master lies in a leak: features, then a homography, then both pictures laid over one another.

use super::feature::{Feature, distance, features};
use super::homography::{Homography, Pair, System};
use super::plane::Plane;

/// Features kept of a master and of a leak (which may be a page with the picture on it).
const FEATURES: (usize, usize) = (3000, 6000);
/// Longest side at which features of a leak are looked for.
const LEAK_SIDE: f64 = 2400.0;
/// Longest side for a master.
const MASTER_SIDE: f64 = 1600.0;
/// Matches tried as hypotheses.
const HYPOTHESES: usize = 1200;
/// A match is kept if its distance is at most this share of the next best's (Lowe 2004: 0.8).
const RATIO: f64 = 0.86;
/// Fewest matches that must agree on one homography.
const AGREEING: usize = 10;
/// Products of numbers of features from which a quick look at the master's strongest comes first, and how many of these must
/// agree: a page of text must not cost what a picture does.
const SLOW: usize = 4_000_000;
const QUICK_FEATURES: usize = 600;
const QUICKLY: usize = 6;
/// So many agreeing matches determine a homography well.
const PLENTY: usize = 80;
/// Least correlation of master and leak, laid over one another, without their shading.
const ALIKE: f64 = 0.45;
/// Scales of a leak that are believed.
const SCALES: std::ops::Range<f64> = 0.08..12.0;
/// Half of the side over which master and leak are compared place by place.
const AROUND: usize = 20;
/// Mean square of a master's contrast, in grey levels, from which a place can be compared.
const CONTRAST: f32 = 4.0;
/// Correlation below which a place shows something else.
const STRANGE: f32 = 0.35;
/// Likeness at which nothing better is looked for.
const SURELY: f64 = 0.9;
/// The least where the leak is taken for the whole master.
const VERY_ALIKE: f64 = 0.8;
/// Points at which the pictures are compared while the homography is refined.
const POINTS: usize = 24_000;

/// A leak laid over its master.
pub(super) struct Registered {
    /// The leak's brightness, at the master's scale or smaller.
    pub(super) leak: Plane,
    /// From the master's pixels to this plane's.
    pub(super) map: Homography,
    /// This plane's pixels for one of the master's: at most about one.
    pub(super) scale: f64,
    /// Matches that agree.
    pub(super) matches: usize,
    /// Correlation of master and leak after registration.
    pub(super) likeness: f64,
    /// By pixels of the master: whether the leak shows something else there (what lies over or beside the picture).
    pub(super) foreign: Vec<bool>,
}

/// Features of a master.
pub(super) fn of_master(master: &Plane) -> Vec<Feature> {
    found(master, MASTER_SIDE, FEATURES.0)
}

/// Features of a leak.
pub(super) fn of_leak(leak: &Plane) -> Vec<Feature> {
    if leak.width.min(leak.height) < 24 { Vec::new() } else { found(leak, LEAK_SIDE, FEATURES.1) }
}

/// Finds the master in the leak; nothing if it is not there.
pub(super) fn register(master: &Plane, ours: &[Feature], leak: &Plane, theirs: &[Feature]) -> Option<Registered> {
    if leak.width.min(leak.height) < 24 {
        return None;
    }
    let alike = ours.len() * theirs.len() < SLOW || {
        let strongest = ours.get(..QUICK_FEATURES.min(ours.len())).unwrap_or_default();
        agreed(&matched(strongest, theirs), QUICKLY).is_some()
    };
    let pairs = if alike { matched(ours, theirs) } else { Vec::new() };
    let best = |maps: Vec<Homography>, matches: usize, least: f64| {
        let refined = maps.into_iter().filter_map(|map| overlaid(master, leak, map, matches));
        refined.max_by(|a, b| a.likeness.total_cmp(&b.likeness)).filter(|r| r.likeness >= least)
    };
    let found = agreed(&pairs, AGREEING).and_then(|(maps, matches)| best(maps, matches, ALIKE));
    if found.as_ref().is_some_and(|f| f.likeness >= SURELY) {
        return found;
    }
    let whole = whole(master, leak).and_then(|map| best(vec![map], 0, VERY_ALIKE));
    found.into_iter().chain(whole).max_by(|a, b| a.likeness.total_cmp(&b.likeness))
}

/// The map under which the leak is the whole master, larger or smaller: for pictures of few distinct features.
fn whole(master: &Plane, leak: &Plane) -> Option<Homography> {
    let [across, down] = [leak.width as f64 / master.width as f64, leak.height as f64 / master.height as f64];
    let (x, y) = (0.5 * across - 0.5, 0.5 * down - 0.5);
    ((across / down).ln().abs() < 0.02).then_some(Homography([across, 0.0, x, 0.0, down, y, 0.0, 0.0, 1.0]))
}

/// The leak laid over the master by a first map, which is refined.
fn overlaid(master: &Plane, leak: &Plane, map: Homography, matches: usize) -> Option<Registered> {
    let scale = map.scale_at(seen_centre(master, leak, &map)?).filter(|s| SCALES.contains(s))?;
    // A leak larger than the master is brought to the master's scale, so that nothing aliases when it is sampled.
    let factor = if scale > 1.15 { 1.0 / scale } else { 1.0 };
    let small = if factor < 1.0 { leak.resized(factor) } else { leak.clone() };
    let map = Homography::resize(factor).after(&map);
    let mut registered = Registered { leak: small, map, scale: scale * factor, matches, likeness: 0.0, foreign: Vec::new() };
    registered.refine(master);
    Some(registered)
}

fn found(plane: &Plane, side: f64, most: usize) -> Vec<Feature> {
    let factor = side / plane.width.max(plane.height) as f64;
    if factor >= 1.0 {
        return features(plane, most);
    }
    let mut out = features(&plane.resized(factor), most);
    let back = Homography::resize(1.0 / factor);
    for feature in &mut out {
        [feature.x, feature.y] = back.apply([feature.x, feature.y]);
        feature.size /= factor;
    }
    out
}

/// The middle of what the leak shows of the master.
fn seen_centre(master: &Plane, leak: &Plane, map: &Homography) -> Option<[f64; 2]> {
    let mut sum = [0.0; 3];
    for y in 0..20 {
        for x in 0..20 {
            let at = [(f64::from(x) + 0.5) / 20.0 * master.width as f64, (f64::from(y) + 0.5) / 20.0 * master.height as f64];
            let [u, v] = map.apply(at);
            if leak.holds(u, v, 0.0) {
                sum = [sum[0] + at[0], sum[1] + at[1], sum[2] + 1.0];
            }
        }
    }
    (sum[2] > 0.0).then(|| [sum[0] / sum[2], sum[1] / sum[2]])
}

/// For each feature of the leak the nearest of the master, if much nearer than any other place's.
fn matched<'f>(ours: &'f [Feature], theirs: &'f [Feature]) -> Vec<(&'f Feature, &'f Feature)> {
    let mut out: Vec<(f64, &Feature, &Feature)> = Vec::new();
    for leaked in theirs {
        let (mut best, mut second): (Option<(i32, &Feature)>, i32) = (None, i32::MAX);
        for own in ours {
            let d = distance(&leaked.descriptor, &own.descriptor);
            match best {
                Some((least, at)) if d < least => {
                    second = if near(own, at) { second } else { least };
                    best = Some((d, own));
                }
                Some((_, at)) if d < second && !near(own, at) => second = d,
                None => best = Some((d, own)),
                _ => {}
            }
        }
        if let Some((least, own)) = best {
            let ratio = f64::from(least.max(1)).sqrt() / f64::from(second.max(1)).sqrt();
            if ratio < RATIO {
                out.push((ratio, own, leaked));
            }
        }
    }
    out.sort_by(|a, b| a.0.total_cmp(&b.0));
    out.into_iter().take(HYPOTHESES).map(|(_, own, leaked)| (own, leaked)).collect()
}

fn near(a: &Feature, b: &Feature) -> bool {
    (a.x - b.x).abs().max((a.y - b.y).abs()) < 4.0
}

/// The map on which most matches agree, and how many; few matches leave open whether it is affine or projective, so that
/// both are tried. Each match is a hypothesis of its own: a feature has a place, a
/// size and a direction, so one pair fixes a similarity, and nothing needs to be drawn at random.
fn agreed(pairs: &[(&Feature, &Feature)], least: usize) -> Option<(Vec<Homography>, usize)> {
    let mut votes: Vec<(usize, Vec<usize>)> = Vec::new();
    for (own, leaked) in pairs {
        let (scale, turn) = (leaked.size / own.size, leaked.angle - own.angle);
        let map = Homography::similarity(scale, turn, [own.x, own.y], [leaked.x, leaked.y]);
        let agree: Vec<usize> = (0..pairs.len()).filter(|i| agrees(&map, scale, turn, pairs[*i], leaked)).collect();
        votes.push((agree.len(), agree));
    }
    votes.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    let best = |projective: bool| {
        let fits = votes.iter().take(6).filter_map(|(_, agree)| sharpened(pairs, agree, projective));
        fits.max_by_key(|(_, count)| *count).filter(|(_, count)| *count >= least)
    };
    let full = best(true);
    let flat = if full.as_ref().is_none_or(|(_, count)| *count < PLENTY) { best(false) } else { None };
    let count = full.iter().chain(&flat).map(|(_, count)| *count).max()?;
    Some((full.into_iter().chain(flat).map(|(map, _)| map).collect(), count))
}

fn agrees(map: &Homography, scale: f64, turn: f64, (own, leaked): (&Feature, &Feature), anchor: &Feature) -> bool {
    let [u, v] = map.apply([own.x, own.y]);
    let far = (leaked.x - anchor.x).hypot(leaked.y - anchor.y);
    let turned = (leaked.angle - own.angle - turn + std::f64::consts::PI).rem_euclid(std::f64::consts::TAU);
    (u - leaked.x).hypot(v - leaked.y) < 4.0 * scale + 0.15 * far
        && (leaked.size / own.size / scale).ln().abs() < 0.45
        && (turned - std::f64::consts::PI).abs() < 0.45
}

/// From a rough consensus to an affine map, to a homography, with a tolerance that shrinks to a few pixels.
fn sharpened(pairs: &[(&Feature, &Feature)], agree: &[usize], projective: bool) -> Option<(Homography, usize)> {
    let mut kept: Vec<usize> = agree.to_vec();
    let mut map = Homography([1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]);
    for (round, share) in [0.1, 0.05, 0.025, 0.012, 0.006, 0.006, 0.006].into_iter().enumerate() {
        if kept.len() < 6 {
            return None;
        }
        let points: Vec<Pair> = kept.iter().map(|i| pair(pairs[*i])).collect();
        let (about, radius) = extent(points.iter().map(|p| p.0));
        map = Homography::fit(&points, projective && round >= 2 && kept.len() >= 12, about, radius)?;
        let scale = map.scale_at(about)?;
        let tolerance = scale * (share * radius).max(2.5);
        kept = (0..pairs.len()).filter(|i| miss(&map, pairs[*i]) < tolerance).collect();
    }
    // Several features may stand at one place: what counts is how many places agree.
    let mut places: Vec<(i64, i64)> = kept.iter().map(|i| ((pairs[*i].0.x / 4.0) as i64, (pairs[*i].0.y / 4.0) as i64)).collect();
    places.sort_unstable();
    places.dedup();
    Some((map, places.len()))
}

fn pair((own, leaked): (&Feature, &Feature)) -> Pair {
    // A feature's place is known to a share of its size.
    ([own.x, own.y], [leaked.x, leaked.y], 1.0 / (leaked.size * leaked.size))
}

fn miss(map: &Homography, (own, leaked): (&Feature, &Feature)) -> f64 {
    let [u, v] = map.apply([own.x, own.y]);
    (u - leaked.x).hypot(v - leaked.y)
}

fn extent(points: impl Iterator<Item = [f64; 2]>) -> ([f64; 2], f64) {
    let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
    for p in points {
        low = [low[0].min(p[0]), low[1].min(p[1])];
        high = [high[0].max(p[0]), high[1].max(p[1])];
    }
    let radius = (0.5 * (high[0] - low[0]).max(high[1] - low[1])).max(1.0);
    ([0.5 * (low[0] + high[0]), 0.5 * (low[1] + high[1])], radius)
}

impl Registered {
    /// Gauss–Newton on the homography's eight parameters, from blurred to sharp, on pictures without their shading.
    fn refine(&mut self, master: &Plane) {
        let shrink = self.scale.min(1.0);
        for sigma in [4.0, 2.0, 1.0] {
            let own = master.blur((sigma * sigma + 0.25 * (1.0 / (shrink * shrink) - 1.0)).sqrt()).without_shading(12.0 * sigma);
            let other = self.leak.blur(sigma * shrink).without_shading(12.0 * sigma * shrink);
            self.climb(&own, &other, if sigma > 1.0 { 8 } else { 12 });
            if sigma > 1.0 {
                self.foreign = self.foreign(&own, &other);
            }
        }
    }

    /// Steps until they are small; keeps the map at which the pictures were most alike.
    fn climb(&mut self, own: &Plane, other: &Plane, most: usize) {
        let points = self.points(own);
        let mut map = self.map;
        self.likeness = -1.0;
        for _ in 0..=most {
            let Some((next, likeness)) = step(&map, own, other, &points) else { break };
            if likeness > self.likeness {
                (self.map, self.likeness) = (map, likeness);
            }
            let moved = corners(own).into_iter().map(|c| {
                let ([a, b], [c, d]) = (next.apply(c), map.apply(c));
                (a - c).hypot(b - d)
            });
            if moved.fold(0.0, f64::max) < 0.01 {
                break;
            }
            map = next;
        }
    }

    /// Where the master has contrast and the leak shows none of it.
    fn foreign(&self, own: &Plane, other: &Plane) -> Vec<bool> {
        let seen = Plane::from_fn(own.width, own.height, |x, y| {
            let [u, v] = self.map.apply([x as f64, y as f64]);
            if other.holds(u, v, 1.0) { other.linear(u, v) } else { 0.0 }
        });
        let around = |a: &Plane, b: &Plane| {
            let data = a.data.iter().zip(&b.data).map(|(a, b)| a * b).collect();
            Plane { width: a.width, height: a.height, data }.mean(AROUND).data
        };
        let (mm, ml, ll) = (around(own, own), around(own, &seen), around(&seen, &seen));
        let strange = |i: usize| mm[i] > CONTRAST && ml[i] < STRANGE * (mm[i] * ll[i]).sqrt();
        (0..mm.len()).map(strange).collect()
    }

    /// Points of the master that lie in the leak and have some contrast around them.
    fn points(&self, own: &Plane) -> Vec<[usize; 2]> {
        let stride = ((own.width * own.height) as f64 / (4 * POINTS) as f64).sqrt().max(1.0) as usize;
        let mut out: Vec<(f32, [usize; 2])> = Vec::new();
        for y in (2..own.height.saturating_sub(2)).step_by(stride) {
            for x in (2..own.width.saturating_sub(2)).step_by(stride) {
                let [u, v] = self.map.apply([x as f64, y as f64]);
                let foreign = self.foreign.get(y * own.width + x).is_some_and(|f| *f);
                if !foreign && self.leak.holds(u, v, 3.0) {
                    let slope = (own.get(x + 1, y) - own.get(x - 1, y)).abs() + (own.get(x, y + 1) - own.get(x, y - 1)).abs();
                    out.push((slope, [x, y]));
                }
            }
        }
        out.sort_by(|a, b| b.0.total_cmp(&a.0));
        out.truncate(POINTS);
        out.into_iter().map(|(_, p)| p).collect()
    }
}

fn corners(plane: &Plane) -> [[f64; 2]; 4] {
    let (w, h) = (plane.width as f64, plane.height as f64);
    [[0.0, 0.0], [w, 0.0], [0.0, h], [w, h]]
}

/// One step, and how alike the pictures were before it.
fn step(map: &Homography, own: &Plane, other: &Plane, points: &[[usize; 2]]) -> Option<(Homography, f64)> {
    let place = |p: &[usize; 2]| [p[0] as f64, p[1] as f64];
    let (about, radius) = extent(points.iter().map(place));
    let samples: Vec<(f64, f64, [f64; 2], [f64; 2])> = points
        .iter()
        .filter_map(|p| {
            let at = map.apply(place(p));
            let inside = other.holds(at[0], at[1], 2.0);
            inside.then(|| (f64::from(own.get(p[0], p[1])), f64::from(other.linear(at[0], at[1])), place(p), at))
        })
        .collect();
    if samples.len() < 200 {
        return None;
    }
    let (mut mm, mut ml, mut ll) = (1e-9, 0.0, 1e-9);
    samples.iter().for_each(|(m, l, ..)| (mm, ml, ll) = (mm + m * m, ml + m * l, ll + l * l));
    let gain = ml / mm;
    let spread = ((ll - gain * ml) / samples.len() as f64).max(1e-6).sqrt();
    // In units in which the system is well conditioned, scaled so that its last entry is 1.
    let back = Homography([radius, 0.0, about[0], 0.0, radius, about[1], 0.0, 0.0, 1.0]);
    let mut h = map.after(&back);
    let last = h.0[8];
    h.0.iter_mut().for_each(|v| *v /= last);
    let mut system = System::new(8);
    for (m, l, [x, y], [u, v]) in samples {
        let (x, y) = ((x - about[0]) / radius, (y - about[1]) / radius);
        let w = h.0[6] * x + h.0[7] * y + 1.0;
        let gx = 0.5 * f64::from(other.linear(u + 1.0, v) - other.linear(u - 1.0, v)) / w;
        let gy = 0.5 * f64::from(other.linear(u, v + 1.0) - other.linear(u, v - 1.0)) / w;
        let through = -(gx * u + gy * v);
        let row = [gx * x, gx * y, gx, gy * x, gy * y, gy, through * x, through * y];
        let miss = gain * m - l;
        // Huber's weight: what lies over the picture, a cursor or a caption, must not pull.
        system.add(&row, miss, (1.5 * spread / miss.abs().max(1e-9)).min(1.0));
    }
    let change = system.solve(1e-6)?;
    h.0.iter_mut().zip(&change).for_each(|(v, d)| *v += d);
    Some((h.after(&Homography::units(about, radius)), ml / (mm * ll).sqrt()))
}
