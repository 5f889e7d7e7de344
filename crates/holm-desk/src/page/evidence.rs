//! The evidence plot: a logarithmic axis of how seldom an innocent copy shows so much, one ruled line for what a verdict asks.

use crate::language::{grouped, power_of_ten};

/// A named copy.
pub(crate) struct Dot {
    pub(crate) label: String,
    /// What is said of it.
    pub(crate) said: String,
    /// Its p over all copies, looks and items.
    pub(crate) p: f64,
}

/// Width of the axis and its left end, in the picture's units.
const AXIS: (f64, f64) = (24.0, 640.0);

/// A mark on the axis.
pub(crate) struct Tick {
    pub(crate) x: String,
    pub(crate) label: String,
}

/// A dot where it is drawn.
pub(crate) struct Placed {
    pub(crate) x: String,
    pub(crate) y: String,
    /// The corners of a diamond there.
    pub(crate) diamond: String,
    pub(crate) label: String,
    pub(crate) said: String,
    /// How seldom an innocent copy shows so much, in powers of ten.
    pub(crate) power: String,
    /// Where the label begins, so that it stays in the picture.
    pub(crate) anchor: &'static str,
}

/// What is drawn.
pub(crate) struct EvidencePlot {
    pub(crate) ticks: Vec<Tick>,
    pub(crate) dots: Vec<Placed>,
    pub(crate) line: String,
    /// Where its label begins, so that it stays in the picture.
    pub(crate) line_anchor: &'static str,
    pub(crate) line_label: String,
    pub(crate) axis_label: &'static str,
    /// The power of ten at the end of the axis.
    pub(crate) end: String,
    pub(crate) height: String,
    pub(crate) base: String,
}

impl EvidencePlot {
    pub(crate) fn new(dots: Vec<Dot>, alpha: f64, line_label: String, axis_label: &'static str) -> Self {
        const ROW: f64 = 28.0;
        const TOP: f64 = 44.0;
        let powers = |p: f64| -p.max(1e-300).log10();
        // Whole powers of a thousand, with room to the right of the farthest dot.
        let most = dots.iter().map(|d| powers(d.p)).fold(powers(alpha) + 1.0, f64::max);
        let step = if most > 24.0 {
            12.0
        } else if most > 9.0 {
            3.0
        } else {
            1.0
        };
        let end = (most / step).ceil() * step;
        let x = |power: f64| AXIS.0 + AXIS.1 * power / end;
        let number = |v: f64| format!("{v:.1}");
        let base = TOP + ROW * dots.len().max(1) as f64;
        let tick = |i: usize| {
            let power = step * i as f64;
            let label = match power as u32 {
                0 => "1".to_owned(),
                p @ 1..=6 => grouped(10_u64.pow(p)),
                p => power_of_ten(p),
            };
            Tick { x: number(x(power)), label }
        };
        let place = |(row, dot): (usize, Dot)| {
            let power = powers(dot.p);
            let (x, y) = (x(power), TOP + ROW * (row as f64 + 0.5) - 8.0);
            let diamond = format!("M{:.1} {y:.1}l7 -7l7 7l-7 7z", x - 7.0);
            let right = x > AXIS.0 + AXIS.1 / 2.0;
            let label_x = if right { x - 14.0 } else { x + 14.0 };
            Placed {
                x: number(label_x),
                y: number(y + 5.0),
                diamond,
                label: dot.label,
                said: dot.said,
                power: format!("{power:.3}"),
                anchor: if right { "end" } else { "start" },
            }
        };
        Self {
            ticks: (0..=(end / step).round() as usize).map(tick).collect(),
            dots: dots.into_iter().enumerate().map(place).collect(),
            line: number(x(powers(alpha))),
            line_anchor: if x(powers(alpha)) < AXIS.0 + AXIS.1 / 4.0 { "start" } else { "middle" },
            line_label,
            axis_label,
            end: number(end),
            height: number(base + 44.0),
            base: number(base),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_copy_stands_beyond_the_line_and_within_the_picture() {
        for p in [9e-4, 1e-8, 1e-30, 0.0] {
            let plot =
                EvidencePlot::new(vec![Dot { label: "p17.1".to_owned(), said: String::new(), p }], 0.001, String::new(), "");
            let line: f64 = plot.line.parse().unwrap();
            let dot: f64 = plot.dots[0].diamond[1..].split(' ').next().unwrap().parse::<f64>().unwrap() + 7.0;
            assert!(line < dot && dot <= AXIS.0 + AXIS.1, "{p}: {line} {dot}");
        }
    }

    #[test]
    fn ticks_are_numbers_that_people_read() {
        let plot = EvidencePlot::new(Vec::new(), 0.001, String::new(), "");
        let labels: Vec<&str> = plot.ticks.iter().map(|t| t.label.as_str()).collect();
        assert_eq!(labels, ["1", "10", "100", "1,000", "10,000"]);
        let far = Dot { label: "p17.1".to_owned(), said: String::new(), p: 1e-14 };
        let plot = EvidencePlot::new(vec![far], 0.001, String::new(), "");
        assert_eq!((plot.line_anchor, EvidencePlot::new(Vec::new(), 0.001, String::new(), "").line_anchor), ("start", "middle"));
        assert_eq!(plot.ticks.iter().map(|t| t.label.as_str()).collect::<Vec<_>>()[3..], ["10⁹", "10¹²", "10¹⁵"]);
    }
}
