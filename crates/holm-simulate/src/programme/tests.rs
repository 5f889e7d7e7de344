use std::collections::BTreeMap;

use holm_codes::attack::{Channel, Random};

use super::leak::{Leaked, Mixing};
use super::policy::*;
use super::setting::{Papers, Setting};
use super::truth::{By, Manner, Run};
use super::{Programme, QUARTER};
use crate::chance::Chance;
use crate::world::setting::Rate;

/// Tells everybody, with codewords that tell copies apart, and keeps all that it is told. From a week on, it names some people.
#[derive(Default)]
struct Open {
    asks: Vec<Ask>,
    reports: Vec<Report>,
    names: BTreeMap<usize, Vec<usize>>,
    aside: Vec<usize>,
    lured: Vec<usize>,
}

impl Policy for Open {
    fn learn(&mut self, report: &Report) -> Standing {
        self.reports.push(report.clone());
        let named = self.names.get(&report.week).into_iter().flatten();
        let named = named.map(|person| Named { person: *person, cause: Cause::Experiment }).collect();
        Standing { named, set_aside: self.aside.clone(), withheld: Vec::new() }
    }

    fn share(&mut self, ask: &Ask) -> Sharing {
        self.asks.push(ask.clone());
        let mut sharing = Sharing { team: ask.usual(|_| false), readers: ask.readers.clone(), copies: Vec::new() };
        let mut random = Chance::of(&["copies", &ask.number.to_string()]);
        let copy = |person| Copy {
            person,
            codeword: ask.arities.iter().map(|q| random.below(*q) as u8).collect(),
            variant: ask.variants.map(|v| (person % usize::from(v)) as u8),
        };
        sharing.copies = sharing.told().map(copy).collect();
        sharing
    }

    fn bait(&mut self, bait: &Bait) -> Vec<Copy> {
        let copy = |person: &usize| Copy { person: *person, codeword: vec![0; bait.arities.len()], variant: Some(3) };
        self.lured.iter().map(copy).collect()
    }
}

fn run(setting: &Setting, seed: u64, mut policy: Open) -> (Run, Open) {
    let run = Programme::new(setting, seed).run(&mut policy).unwrap();
    (run, policy)
}

fn short() -> Setting {
    Setting { weeks: 40, begins: 0, rate: Rate::Fixed(1.0), ..Setting::two_years() }
}

#[test]
fn equal_seeds_give_equal_programmes_and_others_do_not() {
    let (one, open) = run(&short(), 7, Open::default());
    let (again, same) = run(&short(), 7, Open::default());
    assert_eq!((&one, &open.asks, &open.reports), (&again, &same.asks, &same.reports));
    assert!(one.leaks > 0 && one != run(&short(), 8, Open::default()).0);
}

#[test]
fn what_a_policy_sees_does_not_depend_on_who_leaks() {
    // Nobody ever leaks; in one programme there are five who could, in the other seven.
    let silent = Setting { rate: Rate::Fixed(0.0), ..short() };
    let (five, seen) = run(&silent, 3, Open::default());
    let (seven, same) = run(&Setting { leakers: 7, ..silent }, 3, Open::default());
    assert_eq!((seen.asks, seen.reports), (same.asks, same.reports));
    assert_eq!((five.leakers.len(), seven.leakers.len()), (5, 7));
}

#[test]
fn without_leaks_only_chance_fails_and_everything_is_had() {
    let setting = Setting { rate: Rate::Fixed(0.0), weeks: 104, by_chance: 0.0, ..short() };
    let (run, open) = run(&setting, 5, Open::default());
    let outcomes: Vec<&Outcome> = open.reports.iter().flat_map(|r| &r.outcomes).collect();
    let failed = outcomes.iter().filter(|o| o.ending == Ending::Failed).count() as f64;
    // 0.06 of about 400: within four standard deviations of 0.012.
    assert!((failed / outcomes.len() as f64 - setting.background).abs() < 0.048);
    assert!(outcomes.iter().all(|o| o.shown.is_none()) && run.papers == 0);
    let not_carried: f64 = run.sum(|q| (q.asked - q.carried) as f64);
    let lost = run.sum(|q| q.possible - q.value);
    assert!(lost <= setting.stake * not_carried && run.quarters.len() == setting.weeks / QUARTER);
}

/// Somebody who never leaks.
fn innocent(run: &Run) -> usize {
    (0..200).find(|person| run.leakers.iter().all(|l| l.person != *person)).unwrap()
}

fn leaks(run: &Run, person: usize) -> [usize; 2] {
    run.leakers.iter().find(|l| l.person == person).map_or([0; 2], |l| [l.leaks, l.baits])
}

/// The one of those who work alone who leaks most.
fn busiest(run: &Run) -> usize {
    run.leakers.iter().filter(|l| l.manner == Manner::Alone).max_by_key(|l| l.leaks).unwrap().person
}

#[test]
fn whoever_drops_out_does_not_leak() {
    let (plain, _) = run(&short(), 3, Open::default());
    assert!(plain.leaks > 20, "{}", plain.leaks);
    let named = innocent(&plain);
    // An innocent is named each week, and every leaker drops out for longer than that.
    let names = (0..40).map(|week| (week, vec![named])).collect();
    let (frightened, _) = run(&short(), 3, Open { names, ..Open::default() });
    assert_eq!(frightened.leaks, 0);
    assert!(frightened.innocents.iter().all(|a| a.person == named && a.cause == By::Experiment && !a.touched));
    // Once is forgotten after some weeks.
    let (once, _) = run(&short(), 3, Open { names: [(0, vec![named])].into(), ..Open::default() });
    assert!(once.leaks > 0 && once.leaks < plain.leaks);
}

#[test]
fn whoever_is_set_aside_and_told_nothing_notices_and_nobody_else_does() {
    let (plain, _) = run(&short(), 4, Open::default());
    let person = busiest(&plain);
    // They are still told of items, if those are few: only where they are told nothing for two weeks do they drop out.
    let (aside, _) = run(&short(), 4, Open { aside: vec![person], ..Open::default() });
    assert!(leaks(&aside, person) < leaks(&plain, person));
    assert!(plain.leakers.iter().filter(|l| l.person != person).all(|l| leaks(&aside, l.person)[0] == l.leaks));
    // Whoever is told a bait each week notices nothing.
    let lured = vec![person];
    let (lulled, _) = run(&short(), 4, Open { aside: lured.clone(), lured, ..Open::default() });
    assert_eq!(leaks(&lulled, person)[0], leaks(&plain, person)[0]);
}

#[test]
fn baits_are_leaked_and_shown_and_cost_nothing() {
    let (plain, open) = run(&short(), 4, Open::default());
    let lured = vec![busiest(&plain)];
    let certain = Setting { acted_on: 1.0, ..short() };
    let (with, seen) = run(&certain, 4, Open { lured: lured.clone(), ..Open::default() });
    assert_eq!(open.asks, seen.asks, "what is asked does not depend on baits");
    assert_eq!((with.baits, leaks(&with, lured[0])[1]), (80, 80), "rate 1");
    let shown = seen.reports.iter().flat_map(|r| &r.outcomes).filter(|o| o.item >= super::FIRST_BAIT && o.shown == Some(3));
    let known = seen.reports.iter().flat_map(|r| &r.outcomes).filter(|o| o.item >= super::FIRST_BAIT);
    assert!(known.clone().count() > 60 && shown.count() == known.count());
    assert_eq!(plain.quarters, with.quarters);
}

#[test]
fn the_framer_leaks_only_what_the_rival_knows() {
    let setting = Setting { leakers: 3, weeks: 104, ..short() };
    let programme = Programme::new(&setting, 11);
    let framer = programme.leakers.iter().find(|l| l.manner == Manner::Framer).unwrap();
    let (person, rival) = (framer.person, framer.only_with.unwrap());
    let (run, open) = run(&setting, 11, Open::default());
    let both = open.asks.iter().filter(|ask| {
        let told: Vec<usize> = ask.usual(|_| false).into_iter().flatten().chain(ask.readers.iter().copied()).collect();
        told.contains(&person) && told.contains(&rival)
    });
    let leaks = run.leakers.iter().find(|l| l.person == person).unwrap().leaks;
    assert!(leaks > 0 && leaks <= both.count());
}

/// Copies of four people, the last of them nobody's partner.
fn copies(marks: usize, random: &mut Chance) -> Sharing {
    let copy =
        |person| Copy { person, codeword: (0..marks).map(|_| random.below(2) as u8).collect(), variant: Some(person as u8) };
    Sharing { team: None, readers: (0..4).collect(), copies: (0..4).map(copy).collect() }
}

#[test]
fn a_mixture_shows_only_what_some_colluder_holds() {
    let mut random = Chance::new(1);
    let clean = Papers { read: [Channel::CLEAN; 2], glimpsed: 1.0, ..Setting::two_years().papers };
    let arities = vec![2; 60];
    for mixing in [Mixing::Interleaved, Mixing::Pasted, Mixing::LeftOut, Mixing::Framed] {
        let sharing = copies(60, &mut random);
        let mut leaked = Leaked::new(&sharing, &[0, 2], Some(3));
        let read = leaked.read(&arities, mixing, &clean, &mut random);
        let [a, b, rival] = [0, 2, 3].map(|p| &sharing.copies[p].codeword);
        for (mark, seen) in read.iter().enumerate() {
            let differs = a[mark] != b[mark];
            match (mixing, seen) {
                (Mixing::LeftOut, None) => assert!(differs),
                (Mixing::Framed, Some(seen)) if differs => assert_eq!(*seen, rival[mark]),
                (_, Some(seen)) => assert!(*seen == a[mark] || *seen == b[mark], "{mixing:?}"),
                (_, None) => panic!("{mixing:?} erased mark {mark}"),
            }
        }
        assert_eq!(leaked.touches_rival(), mixing == Mixing::Framed);
        // Nor does it show another variant than theirs.
        assert!([Some(0), Some(2), None].contains(&leaked.variant(mixing, &mut random)));
    }
}

#[test]
fn a_policy_that_tells_somebody_else_is_stopped() {
    struct Loud;
    impl Policy for Loud {
        fn learn(&mut self, _: &Report) -> Standing {
            Standing::default()
        }
        fn share(&mut self, ask: &Ask) -> Sharing {
            let stranger = (0..200).find(|p| !ask.readers.contains(p) && ask.candidates.iter().all(|c| c.person != *p));
            Sharing { readers: stranger.into_iter().collect(), ..Sharing::default() }
        }
    }
    let stopped = Programme::new(&short(), 1).run(&mut Loud).unwrap_err();
    assert!(matches!(stopped, PolicyError::Told { item: 0, .. }) && stopped.to_string().contains("each once"));
}

#[test]
fn the_usual_team_fills_every_role_once() {
    let (_, open) = run(&short(), 6, Open::default());
    let mut teams = 0;
    for ask in &open.asks {
        let Some(team) = ask.usual(|_| false) else { continue };
        teams += 1;
        assert_eq!(team.len(), ask.roles.iter().sum::<usize>());
        let seniors = team.iter().filter(|p| ask.candidates.iter().any(|c| c.person == **p && c.level >= SENIOR)).count();
        assert!(seniors >= ask.senior);
        assert!(ask.usual(|person| team.contains(&person)).is_none_or(|other| other.iter().all(|p| !team.contains(p))));
    }
    assert!(teams * 10 > open.asks.len() * 9, "{teams} of {}", open.asks.len());
}
