//! Calls by which something leaked.

use super::Circle;
use super::talk::Tie;
use super::underworld::Underworld;
use crate::chance::happens;
use crate::statements::call::Kind;
use crate::statements::conduct::{BurnerSim, Conduct, Leaked, soon};
use crate::statements::line::Held;
use crate::statements::trace::{Leak, Leaker, Manner};
use crate::statements::{second, within};
use crate::world::activity::DAYS;

/// Days after which a second telephone is exchanged.
const EXCHANGED: f64 = 75.0;
/// Share of leaks after which somebody with a second telephone calls home with it.
const HOME: f64 = 0.3;
/// Share of leaks that are told in a call; the others are in a text.
const SPOKEN: f64 = 0.6;
/// Hours after which the go-between passes it on, in the mean.
const PASSED_ON: f64 = 2.0;

impl Circle<'_> {
    /// Calls of all leakers who leave any, and what is so of each leaker.
    pub(super) fn leaks(&mut self, conducts: &[Conduct], underworld: &Underworld) {
        for conduct in conducts {
            let mut leaker = Leaker {
                person: conduct.person,
                manner: conduct.manner,
                between: None,
                burners: Vec::new(),
                calls: Vec::new(),
                deposits: Vec::new(),
            };
            if conduct.manner != Manner::Careful {
                self.leaker(conduct, underworld, &mut leaker);
            }
            self.traces.leakers.push(leaker);
        }
    }

    fn leaker(&mut self, conduct: &Conduct, underworld: &Underworld, leaker: &mut Leaker) {
        let target = self.any(&underworld.targets[conduct.serves]);
        let chain = if conduct.hops == 2 {
            let (runner, broker) = self.any(&underworld.runners[conduct.serves]);
            vec![runner, broker, target]
        } else {
            vec![self.any(&underworld.brokers[conduct.serves]), target]
        };
        leaker.between = self.lines.number_at(chain[0], 0).map(|number| (number, conduct.hops));
        if conduct.manner == Manner::Own {
            let rate = self.setting.leaking.chatter;
            self.converse(Tie { from: conduct.person, to: chain[0], rate, days: [0.0, DAYS] });
        }
        let mut burners: Vec<(i64, usize)> = Vec::new();
        for leaked in &conduct.leaks {
            let calls = happens(self.setting.leaking.call, self.random);
            let at = self.moment(leaked);
            if !calls || !within(at) {
                continue;
            }
            let from = match conduct.manner {
                Manner::Burner => self.burner(at, conduct, &mut burners),
                _ => conduct.person,
            };
            self.leak(at, from, &chain);
            let ends = self.lines.number_at(from, at).zip(self.lines.number_at(chain[0], at));
            leaker.calls.extend(ends.map(|(own, other)| Leak { operation: leaked.operation, at, own, other }));
            if from != conduct.person && happens(HOME, self.random) {
                let later = at + soon(24.0, second(3.0), self.random);
                self.call(later, from, self.contacts[conduct.person][0], Kind::Call);
            }
        }
        leaker.burners = burners.into_iter().filter_map(|(_, line)| self.lines.number_at(line, 0)).collect();
    }

    /// When what was told is passed on: soon after, and before the operation.
    fn moment(&mut self, leaked: &Leaked) -> i64 {
        let of = self.setting.leaking;
        let most = second(of.window / 24.0).min(leaked.over - leaked.told);
        leaked.told + soon(of.hours, most, self.random)
    }

    /// The second telephone that is in use.
    fn burner(&mut self, at: i64, conduct: &Conduct, burners: &mut Vec<(i64, usize)>) -> usize {
        let turn = at / second(EXCHANGED);
        if let Some((_, line)) = burners.iter().find(|(t, _)| *t == turn) {
            return *line;
        }
        let line = match conduct.sim {
            BurnerSim::InUsualHandset => self.lines.open_beside(conduct.person),
            BurnerSim::Apart => self.lines.open(Held::Yes),
        };
        burners.push((turn, line));
        line
    }

    /// One call or text, and the same from hand to hand as far as the target.
    fn leak(&mut self, at: i64, from: usize, chain: &[usize]) {
        let (mut at, mut from) = (at, from);
        for to in chain {
            let kind = if happens(SPOKEN, self.random) { Kind::Call } else { Kind::Sms };
            self.call(at, from, *to, kind);
            at += soon(PASSED_ON, second(1.0), self.random);
            from = *to;
        }
    }
}
