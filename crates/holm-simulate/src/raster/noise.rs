//! What paper and sensors add that was not printed.

use holm_codes::attack::Random;

use super::plane::Plane;
use crate::chance::Chance;

/// Width of a paper's flocks, in inches: 0.15 mm, between one fibre and the clouds that formation testers see.
const FLOCK: f64 = 0.006;

/// Adds to each pixel an error of its own.
pub(super) fn noisy(mut plane: Plane, deviation: f64, chance: &mut Chance) -> Plane {
    plane.values.iter_mut().for_each(|v| *v += deviation as f32 * error(chance));
    plane
}

/// Adds the cloudiness of paper, of this standard deviation, to a plane of `dpi`.
pub(super) fn grained(mut plane: Plane, dpi: f64, deviation: f64, chance: &mut Chance) -> Plane {
    let width = FLOCK * dpi;
    let clouds = noisy(Plane::of(plane.size, 0.0), 1.0, chance).blurred(width);
    // White noise of deviation 1 blurred in two dimensions by a Gaussian of deviation s has deviation 1 / (2 s √π).
    let gain = (deviation * 2.0 * width * std::f64::consts::PI.sqrt()) as f32;
    plane.values.iter_mut().zip(&clouds.values).for_each(|(v, c)| *v += gain * c);
    plane
}

/// A number of mean 0 and variance 1: four uniform ones added, close to a normal law up to its end at 3.46.
fn error(chance: &mut Chance) -> f32 {
    let bits = chance.next();
    let sum: f32 = (0..4).map(|i| ((bits >> (16 * i)) & 0xffff) as f32 / 65_535.0).sum();
    (sum - 2.0) * 3_f32.sqrt()
}
