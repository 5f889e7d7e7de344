//! The survival report as a picture: one bar for each kind of damage against the line that a proof needs.

use super::survival::{Row, Survival};

/// Sizes in pixels.
const LEFT: f64 = 210.0;
const BAR: f64 = 420.0;
const WIDTH: f64 = 860.0;
const PITCH: f64 = 24.0;
const TOP: f64 = 64.0;
/// Bars end at so many times what a proof needs; longer ones are cut, and their number says how long they are.
const MOST: f64 = 5.0;

/// An SVG, for light and dark pages; what is named is told by a full bar and a word, not by colour alone.
pub(crate) fn draw(survival: &Survival) -> String {
    let height = TOP + PITCH * survival.rows.len() as f64 + 28.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" font-size=\"13\">\n\
         <style>text{{fill:#1b1b1b}}.bar{{stroke:#1d5a8c;fill:none}}.full{{fill:#1d5a8c}}.line{{stroke:#1b1b1b}}.page{{fill:#fff}}\
         @media(prefers-color-scheme:dark){{text{{fill:#eee}}.bar{{stroke:#8cc1ee}}.full{{fill:#8cc1ee}}.line{{stroke:#eee}}.page{{fill:#16181b}}}}</style>\n\
         <rect class=\"page\" width=\"{WIDTH}\" height=\"{height}\"/>\n"
    );
    let page = survival.page.map(|p| format!(", pictures of page {p}")).unwrap_or_default();
    text(&mut svg, (12.0, 24.0), "start", &format!("What a copy still proves, among {} copies{page}", survival.copies));
    let need = LEFT + BAR / MOST;
    text(&mut svg, (need, TOP - 12.0), "middle", &format!("a proof: {:.0} bits", survival.needed_bits));
    for (nth, row) in survival.rows.iter().enumerate() {
        bar(&mut svg, row, TOP + PITCH * nth as f64, survival.needed_bits);
    }
    let bottom = height - 24.0;
    push(&mut svg, &format!("<path class=\"line\" stroke-dasharray=\"4 3\" d=\"M{need:.1} {TOP:.1}V{bottom:.1}\"/>"));
    svg.push_str("</svg>\n");
    svg
}

fn bar(svg: &mut String, row: &Row, top: f64, needed: f64) {
    let share = (row.bits() / needed.max(1.0)).clamp(0.0, MOST);
    let (width, trials) = (BAR * share / MOST, row.trials.len());
    let full = 2 * row.named() > trials;
    text(svg, (LEFT - 10.0, top + 15.0), "end", row.channel);
    let class = if full { "bar full" } else { "bar" };
    push(svg, &format!("<rect class=\"{class}\" x=\"{LEFT}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"14\"/>", top + 4.0));
    let verdict = match (trials, row.named()) {
        (1, 1) => "named".to_owned(),
        (1, _) => "not named".to_owned(),
        (trials, named) => format!("named {named} of {trials}"),
    };
    text(svg, (LEFT + width + 8.0, top + 15.0), "start", &format!("{:.0} bits, {verdict}", row.bits()));
}

/// Only names and numbers of Holm's own stand in the picture.
fn text(svg: &mut String, (x, y): (f64, f64), anchor: &str, what: &str) {
    push(svg, &format!("<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{what}</text>"));
}

fn push(svg: &mut String, element: &str) {
    svg.push_str(element);
    svg.push('\n');
}
