//! The figure: quarter by quarter, what is betrayed, what is shared, and how many leakers are named, as one SVG with a ground of its
//! own, so that it can be read on light and dark pages.

use std::fmt::Write;

use crate::arm::Arm;
use crate::row::Row;
use crate::table::mean;

const WIDTH: f64 = 880.0;
const HEIGHT: f64 = 330.0;
const TOP: f64 = 64.0;
const BOTTOM: f64 = 250.0;
/// Left edge of the first panel, width of each, and from one to the next.
const LEFT: f64 = 46.0;
const PANEL: f64 = 225.0;
const STEP: f64 = 285.0;
/// Weeks of a quarter.
const QUARTER: usize = 13;

/// A panel: its title, the distance of its lines, and what it shows of a programme in a quarter.
struct Panel {
    title: &'static str,
    every: f64,
    of: fn(&Row, usize) -> f64,
}

const PANELS: [Panel; 3] = [
    Panel { title: "operations betrayed, %", every: 5.0, of: betrayed },
    Panel { title: "disclosures withheld, %", every: 5.0, of: withheld },
    Panel { title: "leakers named so far, of 5", every: 1.0, of: named },
];

/// Arms that are drawn: what they are called, and how their lines are told apart without colour.
const LINES: [(Arm, &str, &str); 4] = [
    (Arm::Nothing, "no Holm", "2 4"),
    (Arm::Guess, "no Holm, by hit rates", "8 3 2 3"),
    (Arm::Marks, "marks alone", "7 4"),
    (Arm::Everything, "everything", "none"),
];

const STYLE: &str = "\
    .ground{fill:#ffffff;stroke:#d0d7de}.text{fill:#1f2328}.soft{fill:#59636e}.rule{stroke:#d8dee4}\
    .nothing{stroke:#bc4c00}.guess{stroke:#8250df}.marks{stroke:#0969da}.everything{stroke:#1a7f37}\
    @media (prefers-color-scheme:dark){.ground{fill:#0d1117;stroke:#3d444d}.text{fill:#f0f6fc}.soft{fill:#9198a1}\
    .rule{stroke:#3d444d}.nothing{stroke:#f0883e}.guess{stroke:#b083f0}.marks{stroke:#58a6ff}.everything{stroke:#3fb950}}";

fn betrayed(row: &Row, quarter: usize) -> f64 {
    row.quarters.get(quarter).map_or(0.0, |q| 100.0 * q.betrayed as f64 / q.asked.max(1) as f64)
}

fn withheld(row: &Row, quarter: usize) -> f64 {
    row.quarters.get(quarter).map_or(0.0, |q| 100.0 * (q.intended - q.made) as f64 / q.intended.max(1) as f64)
}

fn named(row: &Row, quarter: usize) -> f64 {
    let before = |week: usize| week < (quarter + 1) * QUARTER;
    row.leakers.iter().filter(|leaker| leaker.named.is_some_and(|(week, _)| before(week))).count() as f64
}

pub(crate) fn figure(rows: &[Row]) -> String {
    let quarters = rows.iter().map(|row| row.quarters.len()).max().unwrap_or(0);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" \
         font-family=\"system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif\" font-size=\"12\" role=\"img\" \
         aria-labelledby=\"title\">\n<title id=\"title\">Two simulated years of sharing, by quarter: operations betrayed, disclosures \
         withheld and leakers named, without Holm, with marks alone, and with everything</title>\n<style>{STYLE}</style>\n\
         <rect class=\"ground\" x=\"0.5\" y=\"0.5\" width=\"{}\" height=\"{}\" rx=\"8\"/>\n",
        WIDTH - 1.0,
        HEIGHT - 1.0
    );
    let seeds = LINES.map(|(arm, ..)| rows.iter().filter(|row| row.arm == arm).count());
    let [least, most] = [seeds.iter().min(), seeds.iter().max()].map(|n| n.copied().unwrap_or(0));
    let seeds = if least == most { least.to_string() } else { format!("{least} to {most}") };
    let title =
        format!("Two simulated years, 200 people, 5 leakers who adapt: means of {seeds} programmes, by quarter of a year");
    text(&mut out, (LEFT - 24.0, 26.0), "class=\"text\" font-size=\"14\" font-weight=\"600\"", &title);
    for (number, panel) in PANELS.iter().enumerate() {
        draw(&mut out, panel, LEFT + STEP * number as f64, (rows, quarters));
    }
    legend(&mut out);
    out.push_str("</svg>\n");
    out
}

fn text(out: &mut String, (x, y): (f64, f64), attributes: &str, words: &str) {
    writeln!(out, "<text x=\"{x:.1}\" y=\"{y:.1}\" {attributes}>{words}</text>").unwrap();
}

/// By arm, the mean over programmes in each quarter; none of an arm that was not run.
fn means(panel: &Panel, rows: &[Row], quarters: usize) -> Vec<(Arm, &'static str, Vec<f64>)> {
    let line = |(arm, _, dashes): (Arm, &str, &'static str)| {
        let of_arm: Vec<&Row> = rows.iter().filter(|row| row.arm == arm).collect();
        let value = |quarter| mean(of_arm.iter().map(|row| (panel.of)(row, quarter)));
        (!of_arm.is_empty()).then(|| (arm, dashes, (0..quarters).map(value).collect()))
    };
    LINES.into_iter().filter_map(line).collect()
}

fn draw(out: &mut String, panel: &Panel, left: f64, (rows, quarters): (&[Row], usize)) {
    let means = means(panel, rows, quarters);
    let highest = means.iter().flat_map(|(_, _, values)| values).copied().fold(panel.every, f64::max);
    let steps = (highest / panel.every).ceil();
    let down = |value: f64| BOTTOM - (BOTTOM - TOP) * value / (steps * panel.every);
    let across = |quarter: usize| left + PANEL * (quarter as f64 + 0.5) / quarters.max(1) as f64;
    text(out, (left - 24.0, TOP - 14.0), "class=\"text\" font-weight=\"600\"", panel.title);
    for value in (0..=steps as usize).map(|n| n as f64 * panel.every) {
        let y = down(value);
        writeln!(out, "<line class=\"rule\" x1=\"{left}\" y1=\"{y:.1}\" x2=\"{:.1}\" y2=\"{y:.1}\"/>", left + PANEL).unwrap();
        text(out, (left - 6.0, y + 4.0), "class=\"soft\" text-anchor=\"end\" font-size=\"11\"", &value.to_string());
    }
    for quarter in 0..quarters {
        let at = (across(quarter), BOTTOM + 16.0);
        text(out, at, "class=\"soft\" text-anchor=\"middle\" font-size=\"11\"", &(quarter + 1).to_string());
    }
    for (arm, dashes, values) in means {
        let point = |(quarter, value): (usize, &f64)| format!("{:.1},{:.1}", across(quarter), down(*value));
        let points: Vec<String> = values.iter().enumerate().map(point).collect();
        let line = "fill=\"none\" stroke-width=\"2.5\" stroke-linejoin=\"round\"";
        let (arm, points) = (arm.name(), points.join(" "));
        writeln!(out, "<polyline class=\"{arm}\" points=\"{points}\" {line} stroke-dasharray=\"{dashes}\"/>").unwrap();
    }
}

fn legend(out: &mut String) {
    let mut x = LEFT;
    let y = HEIGHT - 28.0;
    for (arm, name, dashes) in LINES {
        let (arm, to, at) = (arm.name(), x + 34.0, y - 4.0);
        let line = format!("x1=\"{x}\" y1=\"{at}\" x2=\"{to}\" y2=\"{at}\" stroke-width=\"2.5\"");
        writeln!(out, "<line class=\"{arm}\" {line} stroke-dasharray=\"{dashes}\"/>").unwrap();
        text(out, (x + 42.0, y), "class=\"text\"", name);
        x += 66.0 + 7.0 * name.len() as f64;
    }
}
