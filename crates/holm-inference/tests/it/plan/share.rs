//! With whom to share, against all sets, and the numbers at which answers turn.

use holm_inference::plan::draws::{Draw, Draws, Leaker};
use holm_inference::plan::share::{Recipient, Request, ShareError, Task, share, under};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

fn recipient(person: usize, value: f64, paragraphs: &[usize]) -> Recipient {
    Recipient { people: vec![person], channels: vec![], value, paragraphs: paragraphs.to_vec() }
}

/// In each hundred draws person p leaks, never with another, in so many, at a rate of one half; one channel in ten of all others.
fn draws(shares: &[usize]) -> Draws {
    let draw = |n: usize| {
        let mut before = 0;
        let person = shares.iter().position(|share| {
            before += share;
            n % 100 < before
        });
        let leaker = |entity| Leaker { entity, rate: 0.5, on: true };
        let channel = (person.is_none() && n % 10 == 9).then(|| leaker(shares.len()));
        Draw { leakers: person.map(leaker).into_iter().chain(channel).collect(), background: vec![0.0] }
    };
    Draws::new(shares.len(), 1, 1, vec![(0..500).map(draw).collect(), (500..1_000).map(draw).collect()]).unwrap()
}

/// By hand: what person p adds is ½ · share · the losses of their paragraphs, since no two leak at once.
#[test]
fn those_are_told_who_are_worth_more_than_what_they_put_at_stake() {
    let draws = draws(&[4, 20, 0]);
    let request = Request {
        losses: vec![100.0, 50.0],
        recipients: vec![recipient(0, 5.0, &[0, 1]), recipient(1, 5.0, &[0]), recipient(2, 0.0, &[1])],
        tasks: vec![],
    };
    let found = share(&draws, &request).unwrap();
    assert_eq!((found.told(), found.proved), (vec![0], true), "the third is worth nothing, and nobody is told for nothing");
    assert!((found.loss.value - 3.0).abs() < 1e-9 && (found.leak.value - 0.02).abs() < 1e-9);
    assert!((found.advice[1].adds - 10.0).abs() < 1e-9 && (found.advice[1].alone - 10.0).abs() < 1e-9);
    // The first turns if leaks are 5/3 times as likely, the second if they are half as likely, and with losses likewise.
    assert!((found.advice[0].turns_at_leak.unwrap() - 0.02 * 5.0 / 3.0).abs() < 1e-9);
    assert!((found.advice[1].turns_at_leak.unwrap() - 0.05).abs() < 1e-9);
    assert!((found.advice[1].turns_at_value.unwrap() - 10.0).abs() < 1e-9);
    let [less, more] = found.turns.clone().map(Option::unwrap);
    assert!((less.factor - 0.5).abs() < 1e-9 && (less.joins, less.leaves) == (vec![1], vec![]));
    assert!((more.factor - 5.0 / 3.0).abs() < 1e-9 && (more.joins, more.leaves) == (vec![], vec![0]));
    assert!((found.everybody - 13.0).abs() < 1e-9);
    assert_eq!(found.leak_range, [0.0, 0.0, 0.0], "in 96 of a hundred draws nothing leaks");
}

#[test]
fn a_task_is_given_to_whoever_loses_least_and_each_gets_what_they_need_alone() {
    let draws = draws(&[4, 20, 2]);
    let request = Request {
        losses: vec![100.0, 50.0],
        recipients: vec![recipient(0, 0.0, &[0, 1]), recipient(1, 0.0, &[0]), recipient(2, 0.0, &[1])],
        tasks: vec![Task { any: vec![0, 1], least: 1 }, Task { any: vec![1, 2], least: 1 }],
    };
    // The first and third lose 3 + ½; the second alone would do both tasks and lose 10.
    let found = share(&draws, &request).unwrap();
    assert_eq!(found.told(), [0, 2]);
    assert!((found.loss.value - 3.5).abs() < 1e-9 && (found.whole - 4.5).abs() < 1e-9);
    assert!(found.advice[0].needed && found.advice[2].needed && !found.advice[1].needed);
    // Instead of the first the second would do, for 10 more: the first must be 10/3 times as likely to leak.
    assert!((found.advice[0].turns_at_leak.unwrap() - 0.02 * 10.0 / 3.0).abs() < 1e-6);
    // Under draws in which the second is clean and the others are not, they are told alone.
    let other = under(&self::draws(&[30, 0, 30]), &request, &found.told()).unwrap();
    assert_eq!(other.told, [1]);
    assert!((other.loss.value - 30.0).abs() < 1e-9 && (other.regret - 30.0).abs() < 0.01);
}

/// A channel by which two are told is at stake once.
#[test]
fn a_channel_that_is_used_already_adds_nothing() {
    let draws = draws(&[0, 0]);
    let mut both = [recipient(0, 4.0, &[0]), recipient(1, 4.0, &[0])];
    both.iter_mut().for_each(|r| r.channels = vec![0]);
    let request = Request { losses: vec![100.0], recipients: both.to_vec(), tasks: vec![] };
    let found = share(&draws, &request).unwrap();
    // The channel leaks in one draw of ten, one time in two: 5, which is more than one recipient is worth and less than both.
    assert_eq!((found.told(), found.loss.value), (vec![0, 1], 5.0));
    assert!(found.advice.iter().all(|a| a.adds.abs() < 1e-12 && (a.alone - 5.0).abs() < 1e-9));
}

/// Sixty requests with nine recipients each, and all 512 sets of them.
#[test]
fn no_set_is_better_than_the_one_that_is_found() {
    for seed in 0..60 {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut draw = |_| Draw {
            leakers: (0..14)
                .filter(|_| random.random::<f64>() < 0.08)
                .collect::<Vec<usize>>()
                .into_iter()
                .map(|entity| Leaker { entity, rate: random.random_range(0.2..0.9), on: random.random::<f64>() < 0.8 })
                .collect(),
            background: vec![0.0],
        };
        let draws = Draws::new(12, 2, 1, vec![(0..60).map(&mut draw).collect(), (0..60).map(&mut draw).collect()]).unwrap();
        let mut pick = |most: usize| random.random_range(0..most);
        let recipients: Vec<Recipient> = (0..9)
            .map(|r| Recipient {
                people: if r < 3 { vec![r, 9 + r] } else { vec![r] },
                channels: (0..pick(2)).map(|_| r % 2).collect(),
                value: pick(8) as f64,
                paragraphs: (0..3).filter(|p| *p == r % 3 || pick(3) == 0).collect(),
            })
            .collect();
        let tasks = (0..pick(3)).map(|_| Task { any: vec![pick(3), 3 + pick(3), 6 + pick(3)], least: 1 + pick(2) }).collect();
        let request = Request { losses: vec![40.0, 15.0, 60.0], recipients, tasks };
        let found = share(&draws, &request).unwrap();
        let own = found.loss.value - found.value;
        let meets = |set: u32| request.tasks.iter().all(|t| t.any.iter().filter(|r| set >> **r & 1 == 1).count() >= t.least);
        let most = (0..1_u32 << 9).filter(|set| meets(*set)).map(|set| slow(&draws, &request, set)).fold(f64::MAX, f64::min);
        assert!((own - slow(&draws, &request, found.told().iter().map(|r| 1 << r).sum())).abs() < 1e-9, "seed {seed}");
        assert!(own < most + 0.02, "seed {seed}: {own} and {most}");
    }
}

/// Expected loss less value, draw by draw and paragraph by paragraph.
fn slow(draws: &Draws, request: &Request, set: u32) -> f64 {
    let told: Vec<&Recipient> = (0..).zip(&request.recipients).filter(|(r, _)| set >> r & 1 == 1).map(|(_, r)| r).collect();
    let mut loss = 0.0;
    for draw in draws.all() {
        for (paragraph, worth) in request.losses.iter().enumerate() {
            let reaches = |entity: usize| {
                let has = |r: &&Recipient| r.paragraphs.contains(&paragraph);
                told.iter().filter(|r| has(r)).any(|r| r.people.contains(&entity) || r.channels.iter().any(|c| 12 + c == entity))
            };
            let clean: f64 = draw.leakers.iter().filter(|l| l.on && reaches(l.entity)).map(|l| 1.0 - l.rate).product();
            loss += worth * (1.0 - clean) / draws.len() as f64;
        }
    }
    loss - told.iter().map(|r| r.value).sum::<f64>()
}

#[test]
fn requests_that_make_no_sense_are_refused() {
    let draws = draws(&[4, 20]);
    let good = Request { losses: vec![1.0], recipients: vec![recipient(0, 1.0, &[0]), recipient(1, 1.0, &[0])], tasks: vec![] };
    let refused = |change: &dyn Fn(&mut Request)| {
        let mut request = good.clone();
        change(&mut request);
        share(&draws, &request).unwrap_err()
    };
    let index = |what, index, count| ShareError::Index { what, index, count };
    assert_eq!(refused(&|r| r.recipients[0].people.push(2)), index("person", 2, 2));
    assert_eq!(refused(&|r| r.recipients[0].channels.push(1)), index("channel", 1, 1));
    assert_eq!(refused(&|r| r.recipients[0].paragraphs.push(1)), index("paragraph", 1, 1));
    assert_eq!(refused(&|r| r.tasks.push(Task { any: vec![2], least: 1 })), index("recipient", 2, 2));
    assert_eq!(refused(&|r| r.recipients[1].people.push(0)), ShareError::Twice(0));
    assert_eq!(refused(&|r| r.recipients[1].paragraphs.clear()), ShareError::Nobody(1));
    assert_eq!(refused(&|r| r.losses[0] = -1.0), ShareError::Number { what: "loss of paragraph", index: 0, value: -1.0 });
    let task = Task { any: vec![0, 0], least: 2 };
    assert_eq!(refused(&|r| r.tasks.push(task.clone())), ShareError::Task { task: 0, least: 2, can: 1 });
    assert_eq!(under(&draws, &good, &[2]).unwrap_err(), index("recipient", 2, 2));
}
