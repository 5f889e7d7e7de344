//! What cannot be concluded, in words.

use holm::programme::effect::{Caveat, Other, OtherSort, Seeing};

use super::{hours, in_100};
use crate::language::count;
use crate::words::fill;
use crate::words::programme::ProgrammeWords;

pub(super) fn said(caveat: &Caveat, w: &ProgrammeWords) -> String {
    match caveat {
        Caveat::Few { seeing } => few(*seeing, w),
        Caveat::Regression { run, noticed, without } => {
            let of = |share: &holm::programme::effect::Share| fill(w.of_so_many, &[&count(share.hits), &count(share.of)]);
            let without = without.as_ref().map_or_else(|| w.nothing_left.to_owned(), of);
            fill(w.regression, &[&count(*run), &count(*noticed), &without])
        }
        Caveat::Others { others } => {
            let all: Vec<String> = others.iter().map(|of| other(of, w)).collect();
            fill(w.others_changed, &[&all.join("; ")])
        }
        Caveat::Mix { as_after, one_sided } => {
            let sides = (!one_sided.is_empty()).then(|| fill(w.mix_sides, &[&one_sided.join(", ")]));
            let as_after = as_after.map(|share| fill(w.mix_as, &[&in_100(share, w)]));
            let all: Vec<String> = std::iter::once(w.mix.to_owned()).chain(sides).chain(as_after).collect();
            all.join(" ")
        }
        Caveat::Open { open, before, after } => {
            let range = |of: &[f64; 2]| {
                let [low, high] = of.map(|share| format!("{:.0}", share * 100.0));
                fill(w.from_to, &[&low, &high])
            };
            let after = after.as_ref().map_or_else(|| w.no_share.to_owned(), range);
            fill(w.open_said, &[&count(open[0]), &count(open[1]), &range(before), &after])
        }
        Caveat::Late { late, knowing } => fill(w.late_said, &[&count(late[0]), &count(late[1]), &count(*knowing)]),
        Caveat::Unnoticed { days, longest: Some(longest) } => fill(w.unnoticed, &[days, &hours(*longest, w)]),
        Caveat::Unnoticed { days, longest: None } => fill(w.unnoticed_unknown, &[days]),
        Caveat::Cut { days, of } => fill(w.cut, &[days, of]),
        Caveat::Lengths { before, after } => fill(w.lengths, &[before, after]),
        Caveat::Model => w.model.to_owned(),
        Caveat::Today => w.today.to_owned(),
        Caveat::Cause => w.cause.to_owned(),
    }
}

fn few(seeing: Seeing, w: &ProgrammeWords) -> String {
    let what = match seeing {
        Seeing::Enough => w.enough.to_owned(),
        Seeing::More(more) => fill(w.more, &[&more]),
        Seeing::Each(each) => fill(w.each, &[&each]),
        Seeing::Never => w.never.to_owned(),
        Seeing::Nothing => w.none_before.to_owned(),
    };
    fill(w.few, &[&what])
}

fn other(of: &Other, w: &ProgrammeWords) -> String {
    let [schedule, draw, approvals, witnesses, members, exceptions, unit, came, left] = w.other_sorts;
    let what = match of.sort {
        OtherSort::Schedule => schedule,
        OtherSort::Draw => draw,
        OtherSort::Approvals => approvals,
        OtherSort::Witnesses => witnesses,
        OtherSort::Members => members,
        OtherSort::Exceptions => exceptions,
        OtherSort::Unit => unit,
        OtherSort::Came => came,
        OtherSort::Left => left,
    };
    if of.first == of.last {
        fill(w.other_once, &[&what, &count(of.times), &of.first])
    } else {
        fill(w.other_often, &[&what, &count(of.times), &of.first, &of.last])
    }
}
