//! Where the nodes of a web stand: forces that push all apart and pull what hangs together, from seeded places, until they settle.
//!
//! T. M. J. Fruchterman and E. M. Reingold, "Graph drawing by force-directed placement", Software: Practice and Experience 21 (1991),
//! with a pull to the middle so that what hangs together with nothing stays in the picture. The same web is always laid out alike.

/// Rounds after which everything stands still.
const ROUNDS: usize = 300;
/// Share of the repulsion's length by which everything is drawn to the middle.
const MIDDLE: f64 = 0.06;

/// A place in the unit square.
pub(super) type Place = (f64, f64);

/// Places of `seeds.len()` nodes, each from its own seed, in the unit square; `edges` are pairs of them.
pub(super) fn layout(seeds: &[u64], edges: &[(usize, usize)]) -> Vec<Place> {
    let mut places: Vec<Place> = seeds.iter().map(|seed| (unit(*seed), unit(seed.rotate_left(32) ^ 0x5bd1_e995))).collect();
    // The distance at which both forces are alike.
    let far = 0.75 / (seeds.len().max(1) as f64).sqrt();
    for round in 0..ROUNDS {
        let forces = forces(&places, edges, far);
        let most = 0.1 * (1.0 - round as f64 / ROUNDS as f64);
        for (place, force) in places.iter_mut().zip(forces) {
            let length = force.0.hypot(force.1).max(1e-9);
            let step = length.min(most) / length;
            *place = (place.0 + force.0 * step, place.1 + force.1 * step);
        }
    }
    fitted(places)
}

fn forces(places: &[Place], edges: &[(usize, usize)], far: f64) -> Vec<Place> {
    let mut forces: Vec<Place> = places.iter().map(|(x, y)| ((0.5 - x) * MIDDLE, (0.5 - y) * MIDDLE)).collect();
    for (one, place) in places.iter().enumerate() {
        for (other, further) in places.iter().enumerate().skip(one + 1) {
            let (dx, dy) = (place.0 - further.0, place.1 - further.1);
            let square = (dx * dx + dy * dy).max(1e-6);
            let push = far * far / square * 0.1;
            add(&mut forces, one, (dx * push, dy * push));
            add(&mut forces, other, (-dx * push, -dy * push));
        }
    }
    for (one, other) in edges {
        let (Some(a), Some(b)) = (places.get(*one), places.get(*other)) else { continue };
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        let pull = dx.hypot(dy) / far * 0.1;
        add(&mut forces, *one, (dx * pull, dy * pull));
        add(&mut forces, *other, (-dx * pull, -dy * pull));
    }
    forces
}

fn add(forces: &mut [Place], at: usize, (x, y): Place) {
    if let Some(force) = forces.get_mut(at) {
        *force = (force.0 + x, force.1 + y);
    }
}

/// Stretched so that they fill the unit square.
fn fitted(places: Vec<Place>) -> Vec<Place> {
    let ends = |of: fn(&Place) -> f64| {
        let all = || places.iter().map(of);
        (all().fold(f64::INFINITY, f64::min), all().fold(f64::NEG_INFINITY, f64::max))
    };
    let ((left, right), (top, bottom)) = (ends(|p| p.0), ends(|p| p.1));
    let fit = |at: f64, from: f64, to: f64| if to - from < 1e-9 { 0.5 } else { (at - from) / (to - from) };
    places.iter().map(|(x, y)| (fit(*x, left, right), fit(*y, top, bottom))).collect()
}

/// A number between 0 and 1 from a seed: one step of SplitMix64.
fn unit(seed: u64) -> f64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_web_is_always_laid_out_alike_and_fills_the_square() {
        let seeds: Vec<u64> = (0..20).collect();
        let edges: Vec<(usize, usize)> = (0..19).map(|i| (i, i + 1)).collect();
        let places = layout(&seeds, &edges);
        assert_eq!(places, layout(&seeds, &edges));
        assert!(places.iter().all(|(x, y)| (0.0..=1.0).contains(x) && (0.0..=1.0).contains(y)));
        assert_eq!(places.iter().map(|p| p.0).fold(0.0, f64::max), 1.0);
    }

    #[test]
    fn what_hangs_together_stands_closer_than_what_does_not() {
        let seeds: Vec<u64> = (0..12).collect();
        // Two webs of six, each a ring.
        let ring = |from: usize| (0..6).map(move |i| (from + i, from + (i + 1) % 6));
        let places = layout(&seeds, &ring(0).chain(ring(6)).collect::<Vec<_>>());
        let mean = |of: &dyn Fn(usize, usize) -> bool| {
            let pairs = (0..12).flat_map(|a| (a + 1..12).map(move |b| (a, b))).filter(|(a, b)| of(*a, *b));
            let far: Vec<f64> = pairs.map(|(a, b)| (places[a].0 - places[b].0).hypot(places[a].1 - places[b].1)).collect();
            far.iter().sum::<f64>() / far.len() as f64
        };
        assert!(mean(&|a, b| a / 6 == b / 6) < 0.8 * mean(&|a, b| a / 6 != b / 6));
    }

    #[test]
    fn nothing_and_one_are_laid_out_too() {
        assert_eq!(layout(&[], &[]), []);
        assert_eq!(layout(&[7], &[]), [(0.5, 0.5)]);
    }
}
