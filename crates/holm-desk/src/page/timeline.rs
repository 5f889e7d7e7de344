//! Who knew when: time from left to right, a lane each, a tick for each time that somebody was told, and a pale band for the
//! time in which a leak must have happened.

use jiff::tz::TimeZone;
use jiff::{RoundMode, Span, Timestamp, ToSpan, Unit, ZonedDateTime, ZonedDateTimeRound};
use serde::Deserialize;

use super::{in_address, moment_in};
use crate::language::{Language, count};
use crate::words::fill;

/// The picture's width, and where its axis begins and ends.
const WIDTH: f64 = 760.0;
const AXIS: (f64, f64) = (208.0, 744.0);
/// Heights of a lane and of a line of text.
const LANE: f64 = 20.0;
const LINE: f64 = 18.0;
/// Letters of a label; the table says it in full.
const LABEL: usize = 25;
/// Lanes of a picture that is as high as a screen; a higher one is shown when it is asked for.
const HIGH: usize = 40;

/// Somebody or something that was told, and when.
pub(crate) struct Lane {
    pub(crate) label: String,
    pub(crate) told: Vec<Timestamp>,
    /// The time in which this lane's own leak must have happened, if there was one.
    pub(crate) leak: Option<Leak>,
}

/// The time in which a leak must have happened: after the item was released, before the leak was received.
#[derive(Clone)]
pub(crate) struct Leak {
    pub(crate) from: Timestamp,
    pub(crate) received: Timestamp,
    pub(crate) label: String,
}

/// A stroke of the axis.
pub(crate) struct Stroke {
    pub(crate) x: String,
    pub(crate) label: String,
}

/// A disclosure where it is drawn.
pub(crate) struct Tick {
    pub(crate) x: String,
    /// In milliseconds.
    pub(crate) at: i64,
}

/// A lane where it is drawn.
pub(crate) struct PlacedLane {
    pub(crate) label: String,
    /// The whole label, with the times.
    pub(crate) title: String,
    pub(crate) y: String,
    pub(crate) ticks: Vec<Tick>,
    /// Left edge and width of its own leak's band.
    pub(crate) band: Option<(String, String)>,
    /// Whether all of it came after the last leak was received.
    pub(crate) late: bool,
}

/// A band across all lanes.
pub(crate) struct PlacedLeak {
    pub(crate) x: String,
    pub(crate) width: String,
    pub(crate) end: String,
    pub(crate) label: String,
    pub(crate) label_y: String,
    /// Where the label begins, so that it stays in the picture.
    pub(crate) anchor: &'static str,
}

/// What is drawn.
pub(crate) struct Timeline {
    pub(crate) lanes: Vec<PlacedLane>,
    pub(crate) leaks: Vec<PlacedLeak>,
    pub(crate) strokes: Vec<Stroke>,
    pub(crate) width: String,
    pub(crate) height: String,
    pub(crate) top: String,
    pub(crate) base: String,
    pub(crate) left: String,
    pub(crate) right: String,
    /// Ends of the axis, in milliseconds.
    pub(crate) from: i64,
    pub(crate) until: i64,
    /// The window that is looked at: left edge and width.
    pub(crate) window: Option<(String, String)>,
}

impl Timeline {
    /// What is pressed to see a picture that is too high to stand before the table.
    pub(crate) fn summary(&self, language: Language) -> Option<String> {
        (self.lanes.len() > HIGH).then(|| fill(language.words().told.show_picture, &[&count(self.lanes.len())]))
    }

    /// Lanes in their order, and leaks that concern all of them.
    pub(crate) fn new(lanes: Vec<Lane>, leaks: &[Leak], window: &Window, zone: &TimeZone) -> Self {
        let axis = Axis::over(&lanes, leaks);
        let top = 8.0 + LINE * leaks.len() as f64;
        let base = top + LANE * lanes.len().max(1) as f64;
        let last = leaks.iter().map(|l| l.received).max();
        let lane = |(row, lane): (usize, Lane)| PlacedLane {
            label: shortened(&lane.label),
            title: titled(&lane, zone),
            y: number(top + LANE * (row as f64 + 0.5)),
            band: lane.leak.as_ref().map(|l| axis.band(l.from, l.received)),
            // Of whom it is not known since when may have known before.
            late: !lane.told.is_empty() && last.is_some_and(|last| lane.told.iter().all(|at| *at > last)),
            ticks: lane.told.iter().map(|at| Tick { x: number(axis.x(*at)), at: at.as_millisecond() }).collect(),
        };
        let leak = |(row, leak): (usize, &Leak)| {
            let ((x, width), end) = (axis.band(leak.from, leak.received), axis.x(leak.received));
            let anchor = if end > (AXIS.0 + AXIS.1) / 2.0 { "end" } else { "start" };
            PlacedLeak {
                x,
                width,
                end: number(end),
                label: leak.label.clone(),
                label_y: number(LINE * (row as f64 + 0.8)),
                anchor,
            }
        };
        Self {
            lanes: lanes.into_iter().enumerate().map(lane).collect(),
            leaks: leaks.iter().enumerate().map(leak).collect(),
            strokes: axis.strokes(zone),
            width: number(WIDTH),
            height: number(base + 32.0),
            top: number(top),
            base: number(base),
            left: number(AXIS.0),
            right: number(AXIS.1),
            from: axis.from.as_millisecond(),
            until: axis.until.as_millisecond(),
            window: window.is_some().then(|| axis.band(window.from(axis.from), window.until(axis.until))),
        }
    }
}

fn number(value: f64) -> String {
    format!("{value:.1}")
}

fn titled(lane: &Lane, zone: &TimeZone) -> String {
    let told: Vec<String> = lane.told.iter().map(|at| moment_in(*at, zone.clone())).collect();
    if told.is_empty() { lane.label.clone() } else { format!("{}: {}", lane.label, told.join(", ")) }
}

fn shortened(label: &str) -> String {
    if label.chars().count() <= LABEL {
        return label.to_owned();
    }
    label.chars().take(LABEL - 1).chain(['…']).collect()
}

/// Time laid out on the axis.
struct Axis {
    from: Timestamp,
    until: Timestamp,
}

impl Axis {
    /// All that is to be shown, with room on both sides.
    fn over(lanes: &[Lane], leaks: &[Leak]) -> Self {
        let shortest = Span::new().hours(1);
        let own = lanes.iter().filter_map(|l| l.leak.as_ref());
        let ends = own.chain(leaks).flat_map(|l| [l.from, l.received]);
        let all = || lanes.iter().flat_map(|l| l.told.iter().copied()).chain(ends.clone());
        let (first, last) = (all().min().unwrap_or_default(), all().max().unwrap_or_default());
        let room = (last.as_millisecond() - first.as_millisecond()) / 25;
        let room = if room > 0 { Span::new().milliseconds(room) } else { shortest };
        Self { from: first.saturating_sub(room).unwrap_or(first), until: last.saturating_add(room).unwrap_or(last) }
    }

    fn x(&self, at: Timestamp) -> f64 {
        let ms = |t: Timestamp| t.as_millisecond() as f64;
        let share = (ms(at) - ms(self.from)) / (ms(self.until) - ms(self.from)).max(1.0);
        AXIS.0 + (AXIS.1 - AXIS.0) * share.clamp(0.0, 1.0)
    }

    /// Left edge and width.
    fn band(&self, from: Timestamp, until: Timestamp) -> (String, String) {
        let (left, right) = (self.x(from), self.x(until));
        (number(left), number((right - left).max(1.0)))
    }

    /// Strokes at round times: as many as have room for their labels.
    fn strokes(&self, zone: &TimeZone) -> Vec<Stroke> {
        const MOST: usize = 5;
        let (from, until) = (self.from.to_zoned_datetime(zone.clone()), self.until.to_zoned_datetime(zone.clone()));
        let fits = |step: &Step| step.between(&from, &until, MOST);
        let Some((step, times)) = STEPS.iter().find_map(|step| Some((step, fits(step)?))) else { return Vec::new() };
        let stroke =
            |at: &ZonedDateTime| Stroke { x: number(self.x(at.timestamp())), label: at.strftime(step.format()).to_string() };
        times.iter().map(stroke).collect()
    }
}

/// The distance of two strokes.
struct Step(Unit, i64);

/// From the finest; a century is coarse enough.
const STEPS: [Step; 19] = [
    Step(Unit::Minute, 1),
    Step(Unit::Minute, 5),
    Step(Unit::Minute, 15),
    Step(Unit::Minute, 30),
    Step(Unit::Hour, 1),
    Step(Unit::Hour, 3),
    Step(Unit::Hour, 6),
    Step(Unit::Hour, 12),
    Step(Unit::Day, 1),
    Step(Unit::Day, 2),
    Step(Unit::Day, 7),
    Step(Unit::Day, 14),
    Step(Unit::Month, 1),
    Step(Unit::Month, 2),
    Step(Unit::Month, 3),
    Step(Unit::Month, 6),
    Step(Unit::Year, 1),
    Step(Unit::Year, 10),
    Step(Unit::Year, 100),
];

impl Step {
    fn format(&self) -> &'static str {
        match self.0 {
            Unit::Minute | Unit::Hour => "%Y-%m-%d %H:%M",
            Unit::Day => "%Y-%m-%d",
            Unit::Month => "%Y-%m",
            _ => "%Y",
        }
    }

    /// The first round time at or after `from`.
    fn first(&self, from: &ZonedDateTime) -> Option<ZonedDateTime> {
        let up = |unit, by| from.round(ZonedDateTimeRound::new().smallest(unit).increment(by).mode(RoundMode::Ceil)).ok();
        match self.0 {
            unit @ (Unit::Minute | Unit::Hour) => up(unit, self.1),
            Unit::Day => up(Unit::Day, 1),
            Unit::Month => from.first_of_month().ok()?.start_of_day().ok()?.checked_add(1.month()).ok(),
            _ => from.first_of_year().ok()?.start_of_day().ok()?.checked_add(1.year()).ok(),
        }
    }

    /// Round times between two, if they are at most `most`.
    fn between(&self, from: &ZonedDateTime, until: &ZonedDateTime, most: usize) -> Option<Vec<ZonedDateTime>> {
        let span = match self.0 {
            Unit::Minute => self.1.minutes(),
            Unit::Hour => self.1.hours(),
            Unit::Day => self.1.days(),
            Unit::Month => self.1.months(),
            _ => self.1.years(),
        };
        // Times of day take more room than days.
        let most = if matches!(self.0, Unit::Minute | Unit::Hour) { most - 2 } else { most };
        let mut times = Vec::new();
        let mut at = self.first(from)?;
        while at <= *until {
            if times.len() == most {
                return None;
            }
            let next = at.checked_add(span).ok()?;
            times.push(std::mem::replace(&mut at, next));
        }
        Some(times)
    }
}

/// The window that is looked at, as it stands in the address: minutes of this machine's clock, both inclusive.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Window {
    #[serde(default)]
    from: String,
    #[serde(default)]
    until: String,
}

/// How a browser writes a minute.
const MINUTE: &str = "%Y-%m-%dT%H:%M";

impl Window {
    /// Whether it leaves anything out.
    pub(crate) fn is_some(&self) -> bool {
        self.first().is_some() || self.last().is_some()
    }

    fn first(&self) -> Option<Timestamp> {
        minute(&self.from)
    }

    /// The end of the last minute.
    fn last(&self) -> Option<Timestamp> {
        minute(&self.until)?.checked_add(1.minute()).ok()?.checked_sub(1.nanosecond()).ok()
    }

    fn from(&self, first: Timestamp) -> Timestamp {
        self.first().unwrap_or(first)
    }

    fn until(&self, last: Timestamp) -> Timestamp {
        self.last().unwrap_or(last)
    }

    pub(crate) fn holds(&self, at: Timestamp) -> bool {
        self.first().is_none_or(|from| from <= at) && self.last().is_none_or(|until| at <= until)
    }

    /// As it stands in an address; nothing without a window.
    pub(crate) fn query(&self) -> String {
        let (from, until) = self.shown();
        if self.is_some() { format!("from={}&until={}&", in_address(&from), in_address(&until)) } else { String::new() }
    }

    /// As the form shows it: nothing for what is no minute.
    fn shown(&self) -> (String, String) {
        let shown = |text: &str| minute(text).map(|_| text.to_owned()).unwrap_or_default();
        (shown(&self.from), shown(&self.until))
    }
}

/// The form for a window, beneath the picture.
pub(crate) struct WindowForm {
    /// The page without a window.
    pub(crate) path: String,
    pub(crate) from: String,
    pub(crate) until: String,
    /// How many of those listed are in the window, if there is one.
    pub(crate) said: Option<String>,
}

impl WindowForm {
    pub(crate) fn new(path: String, window: &Window, listed: impl Iterator<Item = Timestamp>, language: Language) -> Self {
        let (all, inside) = listed.fold((0, 0), |(all, inside), at| (all + 1, inside + usize::from(window.holds(at))));
        let said = window.is_some().then(|| fill(language.words().told.in_window, &[&count(inside), &count(all)]));
        let (from, until) = window.shown();
        Self { path, from, until, said }
    }
}

pub(crate) fn minute(text: &str) -> Option<Timestamp> {
    let civil = jiff::civil::DateTime::strptime(MINUTE, text).ok()?;
    Some(civil.to_zoned_datetime(TimeZone::system()).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn drawn(told: &[&str], leaks: &[Leak]) -> Timeline {
        let lane = |t: &&str| Lane { label: "x".repeat(40), told: vec![at(t)], leak: None };
        Timeline::new(told.iter().map(lane).collect(), leaks, &Window::default(), &TimeZone::UTC)
    }

    fn x(text: &str) -> f64 {
        text.parse().unwrap()
    }

    #[test]
    fn ticks_stand_in_the_order_of_time_and_those_after_the_last_leak_are_late() {
        let leak = Leak { from: at("2026-03-01T00:00:00Z"), received: at("2026-03-08T12:00:00Z"), label: "raid".to_owned() };
        let told = ["2026-03-02T09:00:00Z", "2026-03-05T10:30:00Z", "2026-03-09T18:00:00Z"];
        let timeline = drawn(&told, &[leak]);
        let places: Vec<f64> = timeline.lanes.iter().map(|l| x(&l.ticks[0].x)).collect();
        let band = &timeline.leaks[0];
        let (begins, ends) = (x(&band.x), x(&band.x) + x(&band.width));
        assert!(AXIS.0 < begins && begins < places[0] && places[0] < places[1] && places[1] < ends && ends < places[2]);
        assert!(places[2] < AXIS.1);
        assert_eq!(timeline.lanes.iter().map(|l| l.late).collect::<Vec<_>>(), [false, false, true]);
        assert_eq!(timeline.lanes[0].label.chars().count(), LABEL, "a long name is cut in the picture");
        assert_eq!(timeline.summary(Language::English), None);
        let high = drawn(&vec!["2026-03-02T09:00:00Z"; 41], &[]);
        assert_eq!(high.summary(Language::English).as_deref(), Some("Show the picture, of 41 lines"));
        assert_eq!(timeline.lanes[0].title, format!("{}: 2026-03-02 09:00 UTC", "x".repeat(40)), "and whole where one points");
    }

    #[test]
    fn strokes_stand_at_times_that_people_read() {
        let labels = |told: &[&str]| drawn(told, &[]).strokes.into_iter().map(|s| s.label).collect::<Vec<_>>();
        assert_eq!(labels(&["2026-03-02T09:00:00Z", "2026-03-05T10:30:00Z"]), ["2026-03-03", "2026-03-04", "2026-03-05"]);
        assert_eq!(labels(&["2026-03-02T09:02:00Z"]), ["2026-03-02 09:00", "2026-03-02 10:00"]);
        assert_eq!(labels(&["2026-01-20T00:00:00Z", "2026-05-10T00:00:00Z"]), ["2026-02", "2026-03", "2026-04", "2026-05"]);
        assert_eq!(labels(&["0001-01-01T00:00:00Z", "9999-01-01T00:00:00Z"]).len(), 0, "no step is coarse enough");
    }

    #[test]
    fn a_window_holds_its_first_and_its_last_minute_whole() {
        let window = |from: &str, until: &str| Window { from: from.to_owned(), until: until.to_owned() };
        let local = |text: &str| minute(text).unwrap();
        let of_two = window("2026-03-02T09:00", "2026-03-02T09:01");
        assert!(of_two.holds(local("2026-03-02T09:00")));
        assert!(of_two.holds(local("2026-03-02T09:01").checked_add(59.seconds()).unwrap()));
        assert!(!of_two.holds(local("2026-03-02T09:02")) && !of_two.holds(local("2026-03-02T08:59")));
        let hostile = window("<script>", "9999999-99-99T99:99");
        assert!(!hostile.is_some() && hostile.holds(Timestamp::MAX) && hostile.shown() == (String::new(), String::new()));
    }
}
