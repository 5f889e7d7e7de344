//! What cannot be concluded from a before and an after, and why: as facts with their figures, which command and page put into words.

use std::collections::{BTreeMap, BTreeSet};

use holm_inference::effect::{Needed, needed};
use holm_record::entry::Opened;
use holm_record::event::Event;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::{Measure, Share, Side, counted};

/// A fall to this part is what a comparison should have been able to see.
const HALF: f64 = 0.5;
/// Where so large a share of operations is of another sort, the mix is named.
const MIXED: f64 = 0.2;
/// Whatever was noticed so shortly before a measure may have led to it.
const LED: SignedDuration = SignedDuration::from_hours(24 * 30);

/// How many operations it takes to see, in 8 of 10 cases, that half as many are betrayed as before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Seeing {
    /// There are enough.
    Enough,
    /// So many more afterwards.
    More(u32),
    /// However many follow, there are too few before: so many on each side.
    Each(u32),
    /// Not thousands on each side.
    Never,
    /// None was betrayed before: there is nothing to fall.
    Nothing,
}

/// Something else that was recorded in the time that is compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Other {
    /// What.
    pub sort: OtherSort,
    /// How often.
    pub times: usize,
    /// The first day, in UTC.
    pub first: Date,
    /// The last day.
    pub last: Date,
}

/// What else can move these figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum OtherSort {
    /// A schedule of checks.
    Schedule,
    /// A draw for a check.
    Draw,
    /// A policy of approvals.
    Approvals,
    /// Who witnesses the record.
    Witnesses,
    /// Members and their roles.
    Members,
    /// Exceptions from what holds people back.
    Exceptions,
    /// People of a unit that was not there before.
    Unit,
    /// People who came.
    Came,
    /// People who left.
    Left,
}

/// Why something does not follow.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "why")]
pub enum Caveat {
    /// Too few operations: the change could be none.
    Few {
        /// What it would take.
        seeing: Seeing,
    },
    /// The measure followed a bad run, which ends by itself more often than not.
    Regression {
        /// How many of the last operations before the measure were betrayed, one after the other.
        run: usize,
        /// Betrayed operations that were noticed in the 30 days before it.
        noticed: usize,
        /// The share before without these.
        without: Option<Share>,
    },
    /// Other things were changed in the same time.
    Others {
        /// Which.
        others: Vec<Other>,
    },
    /// Operations were of other sorts.
    Mix {
        /// The share before, had the sorts been as after; absent where a sort is new.
        as_after: Option<f64>,
        /// Sorts on one side only.
        one_sided: Vec<String>,
    },
    /// What came of some is not known.
    Open {
        /// How many before, and after.
        open: [usize; 2],
        /// The lowest and the highest share before.
        before: [f64; 2],
        /// The same after.
        after: Option<[f64; 2]>,
    },
    /// Entries were made late.
    Late {
        /// Operations entered more than 72 hours after they were to be: before, and after.
        late: [usize; 2],
        /// Operations of before that were entered, or whose outcome was, when the measure was there already.
        knowing: usize,
    },
    /// Leaks of after may not have been noticed yet.
    Unnoticed {
        /// Days since its end.
        days: i64,
        /// The longest that a leak of before went unnoticed, in hours.
        longest: Option<f64>,
    },
    /// After is not over.
    Cut {
        /// Days that there are of it.
        days: i64,
        /// Days that were asked for.
        of: u32,
    },
    /// The sides are of different lengths: whoever leaks now and then is found active in the longer one more often.
    Lengths {
        /// Days before.
        before: u32,
        /// Days after.
        after: u32,
    },
    /// What is believed rests on the same operations and knows nothing of the measure.
    Model,
    /// Vetting is counted over the roster and the schedule of today.
    Today,
    /// Nothing was assigned by chance.
    Cause,
}

pub(super) fn caveats(
    entries: &[Option<Opened>],
    measure: &Measure,
    [before, after]: [&Side; 2],
    now: Timestamp,
    believed: bool,
) -> Vec<Caveat> {
    let days = |from: Timestamp, until: Timestamp| until.duration_since(from).as_hours() / 24;
    let had = days(after.from, after.until);
    let is_cut = had < i64::from(measure.after);
    let longest = before.entered.longest.into_iter().chain(before.noticed.longest).max_by(f64::total_cmp);
    let since = days(after.until, now);
    let unnoticed = longest.is_none_or(|hours| hours > 24.0 * since as f64);
    let lengths = believed && (measure.before != measure.after || is_cut);
    let all = [
        few(before, after),
        regression(before, after.from),
        others(entries, measure, (before.from, after.until)),
        mix(before, after),
        open(before, after),
        late(before, after),
        unnoticed.then_some(Caveat::Unnoticed { days: since, longest }),
        is_cut.then_some(Caveat::Cut { days: had, of: measure.after }),
        lengths.then_some(Caveat::Lengths { before: measure.before, after: u32::try_from(had).unwrap_or_default() }),
        believed.then_some(Caveat::Model),
        before.vetting.as_ref().or(after.vetting.as_ref()).map(|_| Caveat::Today),
        Some(Caveat::Cause),
    ];
    all.into_iter().flatten().collect()
}

fn few(before: &Side, after: &Side) -> Option<Caveat> {
    let change = before.operations.zip(after.operations).and_then(|(before, after)| before.change(after));
    if change.is_some_and(|change| !change.may_be_none()) {
        return None;
    }
    let share = before.operations?;
    let had = after.operations.map_or(0, |share| share.of) as u32;
    let seeing = match needed(counted(share.hits, share.of)?, HALF) {
        None => Seeing::Nothing,
        Some(Needed::After(number)) if number <= had => Seeing::Enough,
        Some(Needed::After(number)) => Seeing::More(number - had),
        Some(Needed::Each(number)) => Seeing::Each(number),
        Some(Needed::More) => Seeing::Never,
    };
    Some(Caveat::Few { seeing })
}

fn regression(before: &Side, at: Timestamp) -> Option<Caveat> {
    let run = before.course.iter().rev().take_while(|(_, betrayed)| betrayed.is_some()).count();
    let led = |noticed: Timestamp| noticed < at && at.duration_since(noticed) <= LED;
    let last = before.course.len() - run;
    let is_left = |(place, (_, betrayed)): &(usize, &(Timestamp, Option<Timestamp>))| *place < last && !betrayed.is_some_and(led);
    let left: Vec<bool> = before.course.iter().enumerate().filter(is_left).map(|(_, (_, b))| b.is_some()).collect();
    let noticed = before.course.iter().filter(|(_, betrayed)| betrayed.is_some_and(led)).count();
    let without = Share::of(left.iter().filter(|betrayed| **betrayed).count(), left.len());
    (run > 0 || noticed > 0).then_some(Caveat::Regression { run, noticed, without })
}

fn others(entries: &[Option<Opened>], measure: &Measure, (from, until): (Timestamp, Timestamp)) -> Option<Caveat> {
    let mut found: BTreeMap<OtherSort, Other> = BTreeMap::new();
    let mut units: BTreeSet<&str> = BTreeSet::new();
    let mut enrolment: Option<Date> = None;
    for Opened { entry, .. } in entries.iter().flatten() {
        let day = TimeZone::UTC.to_datetime(entry.at).date();
        let is_new = match &entry.event {
            Event::PersonAdded { facts, .. } | Event::PersonUpdated { facts, .. } => units.insert(facts.unit.as_str()),
            _ => false,
        };
        let Some(sort) = sort_of(&entry.event, is_new) else { continue };
        // Whoever came on the first day that anybody did was there before.
        if matches!(sort, OtherSort::Unit | OtherSort::Came) && day == *enrolment.get_or_insert(day) {
            continue;
        }
        // What is of its own day may be the measure itself.
        if entry.at < from || entry.at >= until || day == measure.on {
            continue;
        }
        let other = found.entry(sort).or_insert(Other { sort, times: 0, first: day, last: day });
        other.times += 1;
        other.last = day;
    }
    (!found.is_empty()).then(|| Caveat::Others { others: found.into_values().collect() })
}

fn sort_of(event: &Event, is_new: bool) -> Option<OtherSort> {
    Some(match event {
        Event::ScheduleSet { .. } => OtherSort::Schedule,
        Event::DrawOpened(_) => OtherSort::Draw,
        Event::ApprovalPolicySet { .. } => OtherSort::Approvals,
        Event::TrustPolicySet { .. } => OtherSort::Witnesses,
        Event::MemberSet { .. } => OtherSort::Members,
        Event::ExceptionRecorded { .. } => OtherSort::Exceptions,
        Event::PersonAdded { .. } | Event::PersonUpdated { .. } if is_new => OtherSort::Unit,
        Event::PersonAdded { .. } => OtherSort::Came,
        Event::PersonLeft { .. } => OtherSort::Left,
        _ => return None,
    })
}

/// By sort, how large a share of a side's operations it is.
fn shares(side: &Side) -> BTreeMap<&str, f64> {
    let all: usize = side.sorts.values().map(|[_, of]| of).sum();
    side.sorts.iter().map(|(sort, [_, of])| (sort.as_str(), *of as f64 / all.max(1) as f64)).collect()
}

fn mix(before: &Side, after: &Side) -> Option<Caveat> {
    let (first, second) = (shares(before), shares(after));
    if first.is_empty() || second.is_empty() {
        return None;
    }
    let names: BTreeSet<&str> = first.keys().chain(second.keys()).copied().collect();
    let of = |shares: &BTreeMap<&str, f64>, name: &str| shares.get(name).copied().unwrap_or(0.0);
    let apart: f64 = names.iter().map(|name| (of(&first, name) - of(&second, name)).abs()).sum::<f64>() / 2.0;
    let one_sided: Vec<String> =
        names.iter().filter(|name| first.contains_key(*name) != second.contains_key(*name)).map(ToString::to_string).collect();
    // Directly standardised: each sort's own share before, weighed as after (Fleiss, Levin and Paik, § 19.4).
    let rate = |name: &str| before.sorts.get(name).map(|[hits, of]| *hits as f64 / (*of).max(1) as f64);
    let as_after = second.iter().map(|(name, weight)| Some(weight * rate(name)?)).sum::<Option<f64>>();
    (apart >= MIXED || !one_sided.is_empty()).then_some(Caveat::Mix { as_after, one_sided })
}

fn open(before: &Side, after: &Side) -> Option<Caveat> {
    let open = [before.open, after.open];
    (open != [0, 0]).then(|| Caveat::Open { open, before: before.bounds.unwrap_or([0.0, 1.0]), after: after.bounds })
}

fn late(before: &Side, after: &Side) -> Option<Caveat> {
    let (late, knowing) = ([before.late, after.late], before.afterwards);
    (late != [0, 0] || knowing > 0).then_some(Caveat::Late { late, knowing })
}
