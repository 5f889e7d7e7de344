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

/// The weight of letters stands on this: pages are drawn at 300 dpi, where poppler puts glyphs of reading size on whole
/// pixels, and in the crops of three lines that were measured (scans, screenshots, rectified photographs of four documents)
/// the middle word has four letters and its place a variance of 0.0015 pt². Fitted to such words, a variance of
/// w / letters + (1 − w) is likeliest at w = 0.65, 0.85 and 0.8 of these rows.
#[test]
fn the_weight_of_letters_is_the_share_of_the_grid_that_they_are_put_on() {
    const MIDDLE_WORD: f64 = 0.0015;
    const LETTERS: f64 = 4.0;
    let pixel: f64 = POINTS / 300.0;
    // The variance of a uniform error.
    let letter = pixel * pixel / 12.0;
    assert!((letter / LETTERS / MIDDLE_WORD - BY_LETTERS).abs() < 0.03);
}

/// Words of three lines of a page, and where a picture shows them whose map is `own`; marks move every word, those of the first
/// line a little more to the right and those of the last to the left.
fn three_lines(own: &Homography) -> Vec<Pair> {
    const SHIFTS: [[f64; 6]; 3] = [
        [0.24, 0.24, -0.08, -0.24, 0.08, 0.08],
        [0.08, -0.08, 0.24, -0.24, 0.08, -0.08],
        [-0.24, -0.24, 0.08, 0.24, -0.08, -0.08],
    ];
    let pair = |at: usize| {
        let (x, y) = (80.0 + 36.0 * (at % 12) as f64, 100.0 + 15.0 * (at / 12) as f64);
        ((x, y), own.apply(x + SHIFTS[at / 12][at % 6], y))
    };
    (0..36).map(pair).collect()
}

/// How far apart two maps put the ends of the first and the last line, in points along the line, once they agree in the middle.
fn apart(a: &Homography, b: &Homography) -> f64 {
    let distance = |x: f64, y: f64| (a.apply(x, y).0 - b.apply(x, y).0) * STEP;
    let ends =
        [(80.0, 100.0), (476.0, 100.0), (80.0, 130.0), (476.0, 130.0)].map(|(x, y)| distance(x, y) - distance(278.0, 115.0));
    ends.into_iter().map(f64::abs).fold(0.0, f64::max)
}

#[test]
fn a_crop_that_lies_flat_is_not_sheared_by_its_marks() {
    // Half a degree at 200 dpi.
    let (sine, cosine) = (0.5_f64.to_radians().sin() / STEP, 0.5_f64.to_radians().cos() / STEP);
    let flat = Homography([cosine, -sine, 10.0, sine, cosine, -200.0, 0.0, 0.0]);
    let pairs = three_lines(&flat);
    let free = fit(&pairs).unwrap().0;
    let plain = plainer(&pairs, free);
    assert!((plain.0[0] - plain.0[4]).abs() < 1e-9 && (plain.0[1] + plain.0[3]).abs() < 1e-9, "{plain:?}");
    // The marks' means differ by 0.107 pt from the first line to the last.
    let (sheared, flat) = (apart(&free, &flat), apart(&plain, &flat));
    assert!(sheared > 0.04 && flat < 0.5 * sheared, "{sheared} {flat}");
}

#[test]
fn a_crop_of_a_page_that_was_photographed_aslant_keeps_its_shear() {
    let aslant = Homography([2.8, 0.3, 10.0, 0.02, 2.5, -200.0, 0.0, 0.0]);
    let pairs = three_lines(&aslant);
    let free = fit(&pairs).unwrap().0;
    assert_eq!(plainer(&pairs, free), free);
}

/// Three lines of six words of 11 pt, 15 pt apart.
fn layout() -> Layout {
    let word = |at: usize| LayoutWord {
        text: "word".to_owned(),
        page: 0,
        line: at / 6,
        left: 20.0 + 40.0 * (at % 6) as f64,
        right: 45.0 + 40.0 * (at % 6) as f64,
        baseline: 30.0 + 15.0 * (at / 6) as f64,
        size: 11.0,
        movable: true,
        place: None,
    };
    let page = LayoutPage { width: 280.0, height: 80.0, problems: Vec::new() };
    Layout { pages: vec![page], words: (0..18).map(word).collect() }
}

/// How far a word is moved, in points: some to the left, some to the right.
fn moved(at: usize) -> f64 {
    [0.24, -0.08, 0.08, -0.24, 0.08][at % 5]
}

/// The page at [`MASTER_DPI`]: of each word four letters of two strokes, as high as ink is; what of the page lies within
/// `from` and `to`, left and top before right and bottom, in points.
fn pictured(shift: impl Fn(usize) -> f64, from: (f64, f64), to: (f64, f64)) -> Raster {
    let pixels = |points: f64| (points / STEP).round() as usize;
    let (left, top, right, bottom) = (pixels(from.0), pixels(from.1), pixels(to.0), pixels(to.1));
    let mut values = vec![255.0; (right - left) * (bottom - top)];
    for (at, word) in layout().words.iter().enumerate() {
        for stroke in 0..8 {
            let start = word.left + shift(at) + 3.1 * f64::from(stroke) + f64::from(stroke % 2);
            let (low, high) = (start / STEP, (start + 1.2) / STEP);
            let rows = pixels(word.baseline - 0.68 * word.size)..pixels(word.baseline);
            for y in rows.filter(|y| (top..bottom).contains(y)) {
                for x in left..right {
                    let ink = ((x + 1) as f64).min(high) - (x as f64).max(low);
                    values[(y - top) * (right - left) + x - left] -= 230.0 * ink.clamp(0.0, 1.0);
                }
            }
        }
    }
    Raster::new(right - left, bottom - top, values.iter().map(|v: &f64| v.round() as u8).collect()).unwrap()
}

/// Sightings of what a crop shows, with the word that each is of.
fn cropped(from: (f64, f64), to: (f64, f64)) -> Vec<(usize, f64, f64)> {
    let (layout, whole) = (layout(), pictured(|_| 0.0, (0.0, 0.0), (280.0, 80.0)));
    let pixels = |points: f64| (points / STEP).round();
    let map = Homography([1.0 / STEP, 0.0, -pixels(from.0), 0.0, 1.0 / STEP, -pixels(from.1), 0.0, 0.0]);
    let found = Registration { page: 0, map, words: 18 };
    let whole = MasterPage::new(&layout, 0, &[(whole, MASTER_DPI as u32)], None).unwrap();
    let seen = sight(&layout, &[], &whole, &pictured(moved, from, to), &found, 0);
    let word = |x: f64, y: f64| layout.words.iter().position(|w| (w.left + w.right) / 2.0 == x && w.baseline == y).unwrap();
    seen.iter().map(|s| (word(s.x, s.y), s.moved, s.noise)).collect()
}

#[test]
fn lines_at_the_edges_of_a_crop_are_measured() {
    // A pixel above the first line's ink and one below the last's.
    let seen = cropped((5.0, 30.0 - 0.68 * 11.0 - STEP), (275.0, 60.0 + STEP));
    assert_eq!(seen.iter().map(|(word, ..)| *word).collect::<Vec<_>>(), (0..18).collect::<Vec<_>>());
    let mean = seen.iter().map(|(word, across, _)| across - moved(*word)).sum::<f64>() / 18.0;
    for (word, across, _) in seen {
        // Half the distance from one place to the next; the map follows the marks of so few words a little.
        assert!((across - moved(word) - mean).abs() < 0.08, "{word}: {across} for {}", moved(word));
    }
}

#[test]
fn a_word_of_which_little_is_shown_is_left_out_and_one_of_which_much_is_counts_less() {
    // The last column's words reach from 220 to 245 pt.
    let has_last = |right: f64| cropped((5.0, 10.0), (right, 75.0)).into_iter().filter(|(word, ..)| word % 6 == 5).collect();
    let (most, half): (Vec<_>, Vec<_>) = (has_last(240.0), has_last(230.0));
    assert_eq!((most.len(), half.len()), (3, 0));
    let whole = cropped((5.0, 10.0), (275.0, 75.0));
    assert!(most.iter().all(|(word, _, noise)| whole.iter().any(|(w, _, n)| w == word && n < noise)), "{most:?} {whole:?}");
}

#[test]
fn headings_that_the_masters_pictures_put_aside_are_put_back() {
    let mut layout = layout();
    // The line between two others, where no shear of the page is a heading's place.
    layout.words[6..12].iter_mut().for_each(|w| w.size = 13.0);
    let picture = |aside: f64| {
        let shift = |at: usize| if (6..12).contains(&at) { aside } else { 0.0 };
        (pictured(shift, (0.0, 0.0), (280.0, 80.0)), MASTER_DPI as u32)
    };
    // As far to the left as poppler puts them.
    let (pictures, fine) = ([picture(-0.13)], picture(0.0));
    let map = Homography([1.0 / STEP, 0.0, 0.0, 0.0, 1.0 / STEP, 0.0, 0.0, 0.0]);
    let found = Registration { page: 0, map, words: 18 };
    let heading_aside = |master: &MasterPage| {
        let seen = sight(&layout, &[], master, &fine.0, &found, 0);
        let mean = |words: &[Sighting]| words.iter().map(|s| s.moved).sum::<f64>() / words.len() as f64;
        mean(&seen[6..12]) - (mean(&seen[..6]) + mean(&seen[12..])) / 2.0
    };
    let bare = MasterPage::new(&layout, 0, &pictures, None).unwrap();
    assert!((heading_aside(&bare) - 0.13).abs() < 0.03, "{}", heading_aside(&bare));
    let told = MasterPage::new(&layout, 0, &pictures, Some(&fine)).unwrap();
    assert!(heading_aside(&told).abs() < 0.02, "{}", heading_aside(&told));
    assert!(MasterPage::wants_fine(&layout, 0) && !MasterPage::wants_fine(&self::layout(), 0));
}
