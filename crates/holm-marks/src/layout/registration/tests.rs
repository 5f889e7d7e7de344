use super::*;

/// A page of 40 by 10 points with a bar over its height from `left` to `left` + 6 points, drawn as poppler draws glyphs:
/// from the quarter of a pixel before its place.
fn drawn(left: f64, dpi: u32) -> Raster {
    let scale = f64::from(dpi) / POINTS;
    let (width, height) = ((40.0 * scale).round() as usize, (10.0 * scale).round() as usize);
    let from = (left * scale * 4.0).floor() / 4.0;
    let to = from + 6.0 * scale;
    let covered = |x: usize| ((x as f64 + 1.0).min(to) - (x as f64).max(from)).clamp(0.0, 1.0);
    let row: Vec<u8> = (0..width).map(|x| (255.0 * (1.0 - covered(x))).round() as u8).collect();
    Raster::new(width, height, row.repeat(height)).unwrap()
}

/// The middle of the ink of the middle row, in points.
fn middle(picture: &Raster) -> f64 {
    let row = &picture.pixels()[picture.height() / 2 * picture.width()..][..picture.width()];
    let ink = |(x, v): (usize, &u8)| ((x as f64 + 0.5) * STEP, 255.0 - f64::from(*v));
    let (sum, all) = row.iter().enumerate().map(ink).fold((0.0, 0.0), |(s, a), (x, i)| (s + x * i, a + i));
    sum / all
}

fn deviation(errors: &[f64]) -> f64 {
    let mean = errors.iter().sum::<f64>() / errors.len() as f64;
    (errors.iter().map(|e| (e - mean).powi(2)).sum::<f64>() / errors.len() as f64).sqrt()
}

/// Each letter is drawn from the quarter of a pixel before its place; what is measured of a word is the mean of its letters'
/// errors.
#[test]
fn a_words_measurement_is_as_good_as_it_has_letters() {
    let pixel = STEP / 4.0;
    let mut state = 88_172_645_463_325_252_u64;
    let mut error = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        -pixel * (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let mut words =
        |letters: usize| -> Vec<f64> { (0..2000).map(|_| (0..letters).map(|_| error()).sum::<f64>() / letters as f64).collect() };
    let mut variance = |letters: usize| deviation(&words(letters)).powi(2);
    // Against a word of four letters, where the match says nothing: the weight of letters is at least half of it.
    for letters in [2, 8] {
        let (seen, said) = (variance(letters) / variance(4), noise(letters as f64 / 4.0, 1.0));
        let by_letters = 4.0 / letters as f64;
        // 2,000 words give a variance to 3.2 %, a ratio of two to 4.5 %; α = 10⁻³.
        assert!((seen / by_letters).ln().abs() < 0.15, "{letters}: {seen}");
        assert!((said.ln() / by_letters.ln()) > 0.5, "{letters}: {said}");
    }
    assert!(noise(1.0, 3.0) > noise(1.0, 1.0), "a word that was matched badly counts less");
    assert_eq!([noise(1e-3, 1.0), noise(1e3, 0.0)], [6.0, 0.2]);
}

#[test]
fn pictures_of_several_resolutions_agree_on_where_glyphs_stand() {
    let lefts: Vec<f64> = (0..50).map(|i| 10.0 + 0.137 * f64::from(i)).collect();
    let error = |left: &f64, dpis: &[u32]| {
        let pictures: Vec<(Raster, u32)> = dpis.iter().map(|dpi| (drawn(*left, *dpi), *dpi)).collect();
        middle(&master_picture(&pictures).unwrap()) - left - 3.0
    };
    let of = |dpis: &[u32]| deviation(&lefts.iter().map(|left| error(left, dpis)).collect::<Vec<_>>());
    let (one, eight) = (of(&[MASTER_DPI as u32]), of(&MASTER_PICTURES));
    // A quarter of a pixel of 200 dpi is 0.09 pt, and a uniform error's deviation is that over the root of 12: 0.026 pt.
    assert!((one - 0.026).abs() < 0.004, "{one}");
    // Eight independent ones would leave 0.0092 pt.
    assert!(eight < 0.6 * one, "{eight} of {one}");
    assert!(master_picture(&[]).is_none());
}
