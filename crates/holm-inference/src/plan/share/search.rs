//! What a set of recipients loses, and the best set.

use std::collections::BTreeSet;

use crate::plan::draws::Draws;
use crate::plan::share::Request;

/// Up to so many recipients all sets are looked at or bounded.
const EXACT: usize = 16;
/// What draws do not tell apart is told apart by smooth chances, at this share of the loss.
const SMOOTH: f64 = 1e-4;
/// What counts as better, as a share of all that can be lost or won.
const BETTER: f64 = 1e-12;

/// By recipient, whether they are told.
pub(super) type Set = Vec<bool>;

/// Everything that a set is judged by.
pub(super) struct Pool<'r> {
    pub(super) request: &'r Request,
    draws: usize,
    /// By draw in which anybody or any channel leaks: by recipient the chance that it does not leak through their people, and by channel.
    rows: Vec<Row>,
    /// By recipient, what they are expected to leak whatever draws say.
    smooth: Vec<f64>,
    better: f64,
}

struct Row {
    draw: usize,
    recipients: Vec<(usize, f64)>,
    channels: Vec<(usize, f64)>,
}

impl<'r> Pool<'r> {
    pub(super) fn new(draws: &Draws, request: &'r Request) -> Self {
        let mut of_person = vec![None; draws.persons()];
        let mut used = vec![false; draws.channels()];
        for (number, recipient) in request.recipients.iter().enumerate() {
            recipient.people.iter().for_each(|p| of_person[*p] = Some(number));
            recipient.channels.iter().for_each(|c| used[*c] = true);
        }
        let mut rows = Vec::new();
        for (number, draw) in draws.all().iter().enumerate() {
            let mut row = Row { draw: number, recipients: Vec::new(), channels: Vec::new() };
            for leaker in draw.leakers.iter().filter(|l| l.on) {
                match of_person.get(leaker.entity) {
                    Some(None) => {}
                    Some(Some(recipient)) => match row.recipients.iter_mut().find(|(r, _)| r == recipient) {
                        Some((_, clean)) => *clean *= 1.0 - leaker.rate,
                        None => row.recipients.push((*recipient, 1.0 - leaker.rate)),
                    },
                    None if used[leaker.entity - draws.persons()] => {
                        row.channels.push((leaker.entity - draws.persons(), 1.0 - leaker.rate));
                    }
                    None => {}
                }
            }
            if !row.recipients.is_empty() || !row.channels.is_empty() {
                rows.push(row);
            }
        }
        let chances = draws.chances();
        let smooth = request.recipients.iter().map(|recipient| {
            let people = recipient.people.iter().map(|p| chances[*p]);
            people.chain(recipient.channels.iter().map(|c| chances[draws.persons() + c])).sum::<f64>()
                * recipient.paragraphs.iter().map(|p| request.losses[*p]).sum::<f64>()
        });
        let stakes = request.losses.iter().sum::<f64>() + request.recipients.iter().map(|r| r.value).sum::<f64>();
        Self { request, draws: draws.len(), rows, smooth: smooth.collect(), better: BETTER * stakes }
    }

    pub(super) fn set(&self, told: &[usize]) -> Set {
        (0..self.request.recipients.len()).map(|r| told.contains(&r)).collect()
    }

    pub(super) fn told(&self, set: &Set) -> Vec<usize> {
        (0..set.len()).filter(|r| set[*r]).collect()
    }

    pub(super) fn meets(&self, set: &Set) -> bool {
        self.request.tasks.iter().all(|task| {
            let able: BTreeSet<usize> = task.any.iter().copied().filter(|r| set[*r]).collect();
            able.len() >= task.least
        })
    }

    /// The chance that a paragraph does not leak in a draw.
    fn clean(&self, row: &Row, set: &Set, reaches: impl Fn(usize) -> bool) -> f64 {
        let people = row.recipients.iter().filter(|(r, _)| set[*r] && reaches(*r)).map(|(_, clean)| clean).product::<f64>();
        let by = |channel: usize| {
            let recipients = self.request.recipients.iter().enumerate();
            recipients.into_iter().any(|(r, of)| set[r] && reaches(r) && of.channels.contains(&channel))
        };
        people * row.channels.iter().filter(|(c, _)| by(*c)).map(|(_, clean)| clean).product::<f64>()
    }

    /// What is lost in a draw.
    fn lost(&self, row: &Row, set: &Set) -> f64 {
        let paragraph = |(number, loss): (usize, &f64)| {
            loss * (1.0 - self.clean(row, set, |r| self.request.recipients[r].paragraphs.contains(&number)))
        };
        self.request.losses.iter().enumerate().map(paragraph).sum()
    }

    /// What a set is expected to lose.
    pub(super) fn loss(&self, set: &Set) -> f64 {
        self.rows.iter().map(|row| self.lost(row, set)).sum::<f64>() / self.draws as f64
    }

    /// The same if each were given all paragraphs.
    pub(super) fn whole(&self, set: &Set) -> f64 {
        let leaks = self.rows.iter().map(|row| 1.0 - self.clean(row, set, |_| true)).sum::<f64>() / self.draws as f64;
        leaks * self.request.losses.iter().sum::<f64>()
    }

    /// By draw, what is lost.
    pub(super) fn of_draws(&self, set: &Set) -> Vec<f64> {
        let mut all = vec![0.0; self.draws];
        self.rows.iter().for_each(|row| all[row.draw] = self.lost(row, set));
        all
    }

    /// By draw, how likely anything leaks.
    pub(super) fn leaks(&self, set: &Set) -> Vec<f64> {
        let mut all = vec![0.0; self.draws];
        self.rows.iter().for_each(|row| all[row.draw] = 1.0 - self.clean(row, set, |_| true));
        all
    }

    pub(super) fn value(&self, set: &Set) -> f64 {
        self.told(set).iter().map(|r| self.request.recipients[*r].value).sum()
    }

    /// The expected loss less the value.
    pub(super) fn net(&self, set: &Set) -> f64 {
        self.loss(set) - self.value(set)
    }

    /// What is minimised: the same, with what tells apart whom draws do not.
    pub(super) fn cost(&self, set: &Set) -> f64 {
        self.net(set) + self.ties(set)
    }

    fn ties(&self, set: &Set) -> f64 {
        SMOOTH * self.told(set).iter().map(|r| self.smooth[*r]).sum::<f64>()
    }

    /// Sets that meet the need and differ in one recipient, or by one for another.
    pub(super) fn neighbours(&self, set: &Set) -> Vec<Set> {
        let flipped = |set: &Set, recipient: usize| {
            let mut other = set.clone();
            other[recipient] = !other[recipient];
            other
        };
        let mut all: Vec<Set> = (0..set.len()).map(|r| flipped(set, r)).collect();
        for out in self.told(set) {
            let without = flipped(set, out);
            all.extend((0..set.len()).filter(|r| !set[*r]).map(|r| flipped(&without, r)));
        }
        all.retain(|other| self.meets(other));
        all
    }

    /// The best set, and whether that is proved; none if none meets the need.
    pub(super) fn best(&self) -> Option<(Set, bool)> {
        let count = self.request.recipients.len();
        let everybody = vec![true; count];
        if !self.meets(&everybody) {
            return None;
        }
        let mut best = self.improved(everybody);
        if count <= EXACT {
            let mut cost = self.cost(&best);
            let later: Vec<f64> = (0..=count).map(|n| self.request.recipients[n..].iter().map(|r| r.value).sum()).collect();
            self.branch(0, &mut vec![false; count], &later, (&mut best, &mut cost));
        }
        Some((best, count <= EXACT))
    }

    /// Drops, adds and exchanges, as long as something is gained; of sets that are as good, smaller ones.
    fn improved(&self, mut set: Set) -> Set {
        let mut cost = self.cost(&set);
        loop {
            let size = |set: &Set| set.iter().filter(|told| **told).count();
            let all = self.neighbours(&set).into_iter().map(|other| (self.cost(&other), other));
            let Some((least, other)) = all.min_by(|a, b| a.0.total_cmp(&b.0)) else { return set };
            let smaller = least <= cost + self.better && size(&other) < size(&set);
            if least >= cost - self.better && !smaller {
                return set;
            }
            (cost, set) = (least, other);
        }
    }

    /// Decides about one recipient after the other. More recipients never lose less, so what is lost already, less all value that could
    /// still be won, bounds what can become of a set.
    fn branch(&self, next: usize, set: &mut Set, later: &[f64], (best, least): (&mut Set, &mut f64)) {
        let cost = self.cost(set);
        if cost - later[next] >= *least - self.better {
            return;
        }
        if cost < *least - self.better && self.meets(set) {
            (*best, *least) = (set.clone(), cost);
        }
        for recipient in next..set.len() {
            set[recipient] = true;
            self.branch(recipient + 1, set, later, (best, least));
            set[recipient] = false;
        }
    }
}
