//! The table, in Markdown: of each arm the mean over seeds, its standard error, and the range.

use std::fmt::Write;

use crate::arm::Arm;
use crate::row::{Ground, Leaker, Row};

/// Weeks of a programme: of whoever is never named it took at least so many.
const WEEKS: f64 = 104.0;

/// What is told of each programme, and with how many digits.
type Figure = (&'static str, usize, fn(&Row) -> f64);

const FIGURES: [Figure; 20] = [
    ("operations betrayed", 1, |row| row.sum(|q| q.betrayed as f64)),
    ("operations that did not take place", 1, |row| row.sum(|q| (q.asked - q.carried) as f64)),
    ("disclosures made, % of those intended", 1, |row| 100.0 * row.sum(|q| q.made as f64) / row.sum(|q| q.intended as f64)),
    ("value kept, % of what could be had", 1, |row| 100.0 * row.sum(|q| q.value) / row.sum(|q| q.possible)),
    ("leakers named, of 5", 1, |row| named(row, |_| true)),
    ("– by a copy", 1, |row| named(row, |ground| ground == Ground::Copy)),
    ("– by experiments", 1, |row| named(row, |ground| ground == Ground::Experiment)),
    ("– by a guess", 1, |row| named(row, |ground| ground == Ground::Guess)),
    ("weeks until a leaker is named, 104 if never", 1, |row| mean(row.leakers.iter().map(weeks))),
    ("innocents named by proof", 1, |row| innocents(row, |ground, _| ground != Ground::Guess)),
    ("– whose copy the framer had seen", 1, |row| innocents(row, |ground, touched| ground != Ground::Guess && touched)),
    ("innocents named by a guess", 1, |row| innocents(row, |ground, _| ground == Ground::Guess)),
    ("leakers set aside by belief before they were named", 1, |row| count(&row.leakers, |l| l.set_aside.is_some())),
    ("innocents set aside by belief", 1, |row| row.set_aside as f64),
    ("innocents refused more than half of a quarter's reading", 1, |row| row.shut_out as f64),
    ("leaks of operations", 1, |row| row.leaks as f64),
    ("leaks on paper, of baits too", 1, |row| row.papers as f64),
    ("– mixed from several copies", 1, |row| row.mixtures as f64),
    ("– recovered", 1, |row| row.recovered as f64),
    ("– recovered, made with a look at the rival's copy", 1, |row| row.framed as f64),
];

pub(crate) fn table(rows: &[Row]) -> String {
    let arms: Vec<(Arm, Vec<&Row>)> = Arm::ALL
        .into_iter()
        .map(|arm| (arm, rows.iter().filter(|row| row.arm == arm).collect::<Vec<_>>()))
        .filter(|(_, rows)| !rows.is_empty())
        .collect();
    let mut out = "|".to_owned();
    arms.iter().for_each(|(arm, rows)| write!(out, " | {}, {} seeds", arm.name(), rows.len()).unwrap());
    write!(out, " |\n|---{}|\n", "|---".repeat(arms.len())).unwrap();
    for (name, digits, of) in FIGURES {
        write!(out, "| {name}").unwrap();
        for (_, rows) in &arms {
            write!(out, " | {}", told(&rows.iter().map(|row| of(row)).collect::<Vec<_>>(), digits)).unwrap();
        }
        out.push_str(" |\n");
    }
    for (arm, rows) in &arms {
        let asked = mean(rows.iter().map(|row| row.sum(|q| q.asked as f64)));
        let [weighed, refused] = [0, 1].map(|at| rows.iter().map(|row| row.beliefs[at]).sum::<usize>());
        let baits = mean(rows.iter().map(|row| row.baits as f64));
        let seconds = mean(rows.iter().map(|row| row.seconds));
        writeln!(
            out,
            "{}: {asked:.0} operations asked for and {baits:.0} baits told; beliefs weighed {weighed} times in all, chains did not agree {refused} times; {seconds:.1} s each",
            arm.name()
        )
        .unwrap();
    }
    out
}

/// Mean, standard error, and range.
fn told(values: &[f64], digits: usize) -> String {
    let middle = mean(values.iter().copied());
    let square = values.iter().map(|v| (v - middle).powi(2)).sum::<f64>() / (values.len().max(2) - 1) as f64;
    let error = (square / values.len() as f64).sqrt();
    let (least, most) = values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(*v), b.max(*v)));
    if least == most {
        return format!("{least:.digits$}");
    }
    format!("**{middle:.digits$}** ± {error:.digits$} ({least:.digits$}–{most:.digits$})")
}

pub(crate) fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0.0_f64), |(sum, count), value| (sum + value, count + 1.0));
    sum / count.max(1.0)
}

fn weeks(leaker: &Leaker) -> f64 {
    leaker.named.map_or(WEEKS, |(week, _)| week as f64)
}

fn count(leakers: &[Leaker], of: impl Fn(&Leaker) -> bool) -> f64 {
    leakers.iter().filter(|leaker| of(leaker)).count() as f64
}

fn named(row: &Row, by: impl Fn(Ground) -> bool) -> f64 {
    count(&row.leakers, |leaker| leaker.named.is_some_and(|(_, ground)| by(ground)))
}

fn innocents(row: &Row, of: impl Fn(Ground, bool) -> bool) -> f64 {
    row.innocents.iter().filter(|(ground, touched)| of(*ground, *touched)).count() as f64
}
