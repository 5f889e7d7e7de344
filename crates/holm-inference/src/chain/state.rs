//! Where a chain stands, so that another may go on from there when more is recorded.

use crate::case::{Case, UNRECORDED};
use crate::chain::Chain;
use crate::checks::Accuracy;
use crate::priors::Priors;
use crate::windows::Window;

/// Who is active, how much and when, and what is learned beside it, by times instead of trials: trials may have been added since.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    persons: usize,
    active: Vec<(u32, f64, Activity)>,
    leakers: f64,
    alike: f64,
    background: Vec<f64>,
    unrecorded: f64,
    accuracy: Vec<Accuracy>,
}

/// When somebody is active.
#[derive(Clone, Debug, PartialEq)]
enum Activity {
    Always,
    Since(f64),
    /// From each time on, whether.
    Flags(Vec<(f64, bool)>),
}

impl Activity {
    fn of(window: &Window, times: &[f64]) -> Self {
        match window {
            Window::Always => Self::Always,
            Window::Since(first) => times.get(*first).map_or(Self::Always, |time| Self::Since(*time)),
            Window::Flags(flags) => Self::Flags(times.iter().copied().zip(flags.iter().copied()).collect()),
        }
    }

    /// The window among trials at some times; always, where the priors know no such window.
    fn window(&self, times: &[f64], priors: &Priors) -> Window {
        match self {
            Self::Since(time) if priors.windows.onset > 0.0 && !times.is_empty() => {
                Window::Since(times.iter().position(|t| t >= time).unwrap_or(times.len() - 1))
            }
            Self::Flags(flags) if priors.windows.on_off > 0.0 => {
                let at = |time: &f64| flags.iter().rev().find(|(from, _)| from <= time).or(flags.first());
                Window::Flags(times.iter().map(|time| at(time).is_some_and(|(_, on)| *on)).collect())
            }
            _ => Window::Always,
        }
    }
}

fn times(case: &Case, entity: usize) -> Vec<f64> {
    case.edges.of(entity).iter().map(|edge| case.time[edge.trial as usize]).collect()
}

impl<'c> Chain<'c> {
    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> State {
        let of = |entity: &u32| {
            let window = self.window[*entity as usize].as_ref().unwrap_or(&Window::Always);
            (*entity, self.rate[*entity as usize], Activity::of(window, &times(self.case, *entity as usize)))
        };
        State {
            persons: self.case.persons(),
            active: self.active.iter().map(of).collect(),
            leakers: self.leakers,
            alike: self.alike,
            background: self.background.clone(),
            unrecorded: self.unrecorded,
            accuracy: self.accuracy.clone(),
        }
    }

    /// A chain that goes on from where another stood, perhaps of a case of which less was recorded: the same persons by their
    /// numbers, the same channels, and perhaps more of both.
    #[must_use]
    pub fn from_state(case: &'c Case, priors: &'c Priors, seed: u64, state: &State) -> Self {
        let mut chain = Self::new(case, priors, seed);
        let known = |share: crate::priors::Share| matches!(share, crate::priors::Share::Known(_));
        if !known(priors.leakers) {
            chain.leakers = state.leakers;
        }
        if matches!(priors.alike, crate::priors::Alike::Gamma(..)) {
            chain.alike = state.alike;
        }
        if !known(priors.background) {
            chain.background.iter_mut().zip(&state.background).for_each(|(now, then)| *now = *then);
        }
        if !known(priors.unrecorded) {
            chain.unrecorded = state.unrecorded;
            chain.weights[usize::from(UNRECORDED)] = state.unrecorded;
        }
        let kinds = case.vetting.kinds.iter();
        for ((now, then), kind) in chain.accuracy.iter_mut().zip(&state.accuracy).zip(kinds) {
            now.sensitivity = if known(kind.sensitivity) { now.sensitivity } else { then.sensitivity };
            now.false_alarms = if known(kind.false_alarms) { now.false_alarms } else { then.false_alarms };
        }
        chain.weigh_groups();
        chain.weigh_checks();
        for (entity, rate, activity) in &state.active {
            let entity = *entity as usize;
            let (number, count) = if entity < state.persons {
                (entity, case.persons())
            } else {
                (case.persons() + entity - state.persons, case.entities())
            };
            if number < count {
                chain.put_in(number, *rate, activity.window(&times(case, number), priors));
            }
        }
        chain.refresh();
        chain
    }
}
