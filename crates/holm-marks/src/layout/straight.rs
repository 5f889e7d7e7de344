//! A page that was photographed aslant, made straight once it is known which page it is: letters that stand as they were
//! printed are recognised better. Places are measured in the picture as it came, since each time that a picture is made anew
//! costs sharpness.

use super::registration::Registration;
use super::{Layout, LayoutPage, SeenPage, SeenWord};
use crate::raster::Raster;

/// Points to an inch.
const POINTS: f64 = 72.0;
/// Dots an inch at which pages are made straight: the picture's own, within what recognition is made for.
const DPI: [f64; 2] = [150.0, 300.0];
/// Share of the words within a picture's edges of which fewer were recognised, if it was read badly.
const READ_WELL: f64 = 0.93;

/// Whether fewer of the page's words were recognised in the picture than it shows.
#[must_use]
pub fn is_read_badly(layout: &Layout, picture: &Raster, registration: &Registration) -> bool {
    let (width, height) = (picture.width() as f64, picture.height() as f64);
    let inside = |(u, v): (f64, f64)| (0.0..width).contains(&u) && (0.0..height).contains(&v);
    let shown = |x: f64, y: f64| inside(registration.map.apply(x, y));
    let words = layout.words.iter().filter(|w| w.page == registration.page);
    let count = words.filter(|w| shown(w.left, w.baseline) && shown(w.right, w.baseline - w.size)).count();
    (registration.words as f64) < READ_WELL * count as f64
}

/// A page of a picture as it was printed.
pub struct StraightPage {
    /// The page; white where the picture does not show it.
    pub picture: Raster,
    /// Dots an inch.
    dpi: f64,
}

impl StraightPage {
    /// The page of the layout that the registration says, taken from the picture; `None` if it has no size.
    #[must_use]
    pub fn of(layout: &Layout, picture: &Raster, registration: &Registration) -> Option<Self> {
        let LayoutPage { width, height, .. } = layout.pages.get(registration.page)?;
        let middle = registration.map.apply(width / 2.0, height / 2.0);
        let beside = registration.map.apply(width / 2.0 + 1.0, height / 2.0);
        let dpi = ((beside.0 - middle.0).hypot(beside.1 - middle.1) * POINTS).clamp(DPI[0], DPI[1]);
        let [across, down] = [width, height].map(|points| (points * dpi / POINTS).round() as usize);
        let from = |x: f64, y: f64| registration.map.apply(x * POINTS / dpi, y * POINTS / dpi);
        (across > 0 && down > 0).then(|| Self { picture: picture.warped(across, down, from), dpi })
    }

    /// What was recognised in the straight page, where it stands in the picture that this is from.
    #[must_use]
    pub fn in_picture(&self, seen: &SeenPage, registration: &Registration) -> SeenPage {
        let place = |x: f64, y: f64| registration.map.apply(x * POINTS / self.dpi, y * POINTS / self.dpi);
        let word = |w: &SeenWord| {
            let (x, y) = ((w.left + w.right) / 2.0, (w.top + w.bottom) / 2.0);
            let [left, right] = [w.left, w.right].map(|x| place(x, y).0);
            let [top, bottom] = [w.top, w.bottom].map(|y| place(x, y).1);
            SeenWord { text: w.text.clone(), left, right, top, bottom }
        };
        SeenPage { lines: seen.lines.iter().map(|line| line.iter().map(word).collect()).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::super::LayoutWord;
    use super::super::registration::Homography;
    use super::*;

    /// A page of 60 by 40 points with words of ten points in four lines of four.
    fn layout() -> Layout {
        let word = |line: usize, column: usize| {
            let left = 5.0 + 13.0 * column as f64;
            LayoutWord {
                text: "word".to_owned(),
                page: 0,
                line,
                left,
                right: left + 10.0,
                baseline: 9.0 + 9.0 * line as f64,
                size: 6.0,
                movable: true,
                place: None,
            }
        };
        let words = (0..4).flat_map(|line| (0..4).map(move |column| word(line, column))).collect();
        Layout { pages: vec![LayoutPage { width: 60.0, height: 40.0, problems: Vec::new() }], words }
    }

    /// Aslant, at about three pixels a point, with the far side smaller.
    fn aslant(words: usize) -> Registration {
        Registration { page: 0, map: Homography([3.0, 0.3, 12.0, -0.2, 3.1, 20.0, 0.001, 0.0005]), words }
    }

    /// What a camera sees of the page: each word a black box.
    fn photograph() -> Raster {
        let (width, height) = (240, 180);
        let mut pixels = vec![255; width * height];
        for word in layout().words {
            for step in 0..20_000 {
                let (x, y) = (f64::from(step % 200) / 20.0, f64::from(step / 200) / 20.0);
                let (u, v) = aslant(0).map.apply(word.left + x, word.baseline - y);
                pixels[v as usize * width + u as usize] = 0;
            }
        }
        Raster::new(width, height, pixels).unwrap()
    }

    #[test]
    fn a_page_that_was_photographed_aslant_is_straight_again() {
        let straight = StraightPage::of(&layout(), &photograph(), &aslant(0)).unwrap();
        let at = |x: f64, y: f64| straight.picture.sample(x * straight.dpi / POINTS, y * straight.dpi / POINTS);
        for word in layout().words {
            assert!(at(word.left + 5.0, word.baseline - 2.5) < 60.0, "{word:?}");
            assert!(at(word.right + 1.5, word.baseline - 2.5) > 200.0, "{word:?}");
            assert!(at(word.left + 5.0, word.baseline + 2.0) > 200.0, "{word:?}");
        }
    }

    #[test]
    fn words_of_the_straight_page_stand_in_the_photograph_where_they_were() {
        let straight = StraightPage::of(&layout(), &photograph(), &aslant(0)).unwrap();
        let pixels = |points: f64| points * straight.dpi / POINTS;
        let word =
            SeenWord { text: "word".to_owned(), left: pixels(5.0), right: pixels(15.0), top: pixels(3.0), bottom: pixels(9.0) };
        let seen = straight.in_picture(&SeenPage { lines: vec![vec![word]] }, &aslant(0));
        let (left, top) = (aslant(0).map.apply(5.0, 6.0).0, aslant(0).map.apply(10.0, 3.0).1);
        let found = &seen.lines[0][0];
        assert!((found.left - left).abs() < 1e-9 && (found.top - top).abs() < 1e-9, "{found:?}");
    }

    #[test]
    fn a_picture_of_half_the_page_is_not_read_badly_for_the_other_half() {
        let (layout, whole) = (layout(), photograph());
        assert!(is_read_badly(&layout, &whole, &aslant(12)));
        assert!(!is_read_badly(&layout, &whole, &aslant(16)));
        let (width, height) = (whole.width(), 80);
        let half = Raster::new(width, height, whole.pixels()[..width * height].to_vec()).unwrap();
        assert!(!is_read_badly(&layout, &half, &aslant(8)));
    }
}
