use std::collections::{BTreeMap, BTreeSet};

use super::account::AccountId;
use super::call::{Direction, Kind};
use super::line::Number;
use super::setting::{Briefed, Leaking, REPORTED};
use super::trace::{Manner, Ordinary};
use super::*;
use crate::world::setting::{Corruption, Setting as WorldSetting};
use crate::world::truth::Cause;

/// A world in which twenty of eighty leak nearly all that they are told.
fn leaky(operations: usize) -> WorldSetting {
    let units = WorldSetting { people: 80, ..WorldSetting::units(operations) };
    WorldSetting { corrupt: Corruption { count: 20, rate: crate::world::setting::Rate::Fixed(0.9), ..units.corrupt }, ..units }
}

fn drawn(of: &WorldSetting, setting: &Setting, seed: u64) -> (World, Statements) {
    let world = World::draw(of, seed);
    let statements = Statements::draw(&world, setting, seed);
    (world, statements)
}

/// What the study measured, of statements.
#[derive(Debug, Default)]
struct Measured {
    contacts: Vec<usize>,
    ln_exchanges: Vec<f64>,
    burstiness: Vec<f64>,
    gaps: Vec<i64>,
    same: Vec<bool>,
    reciprocal: Vec<bool>,
    calls: Vec<bool>,
    missed: Vec<bool>,
    ln_seconds: Vec<f64>,
    hours: [f64; 24],
}

fn share(of: &[bool]) -> f64 {
    of.iter().filter(|x| **x).count() as f64 / of.len() as f64
}

fn mean_spread(of: &[f64]) -> [f64; 2] {
    let n = of.len() as f64;
    let mean = of.iter().sum::<f64>() / n;
    [mean, (of.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt()]
}

impl Measured {
    /// As `scripts/calls-measured.py` does: the first 28 days, each person's numbers taken together.
    fn add(&mut self, statements: &Statements) {
        let person: BTreeMap<Number, usize> = statements.numbers.iter().copied().collect();
        let mut of: BTreeMap<usize, Vec<(i64, String)>> = BTreeMap::new();
        let mut ways: BTreeMap<[String; 2], BTreeSet<bool>> = BTreeMap::new();
        for call in statements.calls.iter().filter(|c| c.at < second(study::STUDY_DAYS)) {
            let Some(own) = person.get(&call.own) else { continue };
            let other = person.get(&call.other).map_or_else(|| call.other.to_string(), ToString::to_string);
            let mut pair = [own.to_string(), other.clone()];
            let ordered = pair[0] < pair[1];
            pair.sort();
            ways.entry(pair).or_default().insert(ordered == (call.direction == Direction::Out));
            of.entry(*own).or_default().push((call.at, other));
            self.calls.push(call.kind == Kind::Call);
            self.hours[(call.at % 86_400 / 3_600) as usize] += 1.0;
            if call.kind == Kind::Call {
                self.missed.push(call.seconds == 0);
                self.ln_seconds.extend((call.seconds > 0).then(|| f64::from(call.seconds).ln()));
            }
        }
        self.reciprocal.extend(ways.values().map(|ways| ways.len() == 2));
        of.values().for_each(|events| self.add_person(events));
    }

    fn add_person(&mut self, events: &[(i64, String)]) {
        self.contacts.push(events.iter().map(|(_, other)| other).collect::<BTreeSet<_>>().len());
        self.ln_exchanges.push((events.len() as f64).ln());
        self.same.extend(events.windows(2).map(|w| w[0].1 == w[1].1));
        if events.len() >= 20 {
            let gaps: Vec<i64> = events.windows(2).map(|w| w[1].0 - w[0].0).collect();
            let [mean, spread] = mean_spread(&gaps.iter().map(|g| *g as f64).collect::<Vec<_>>());
            self.burstiness.push((spread - mean) / (spread + mean));
            self.gaps.extend(gaps);
        }
    }

    fn contacts_at(&mut self, share: f64) -> usize {
        self.contacts.sort_unstable();
        self.contacts[(share * self.contacts.len() as f64) as usize]
    }
}

#[test]
fn ordinary_calls_agree_with_the_study_in_its_own_terms() {
    // Ten worlds of 200 people, without strangers, of whom the study has none. Bounds are tolerances of the calibration, several
    // standard errors wide, and not tests at a level.
    let setting = Setting { strangers: 0.0, ..Setting::default() };
    let mut measured = Measured::default();
    (0..10).for_each(|seed| measured.add(&drawn(&WorldSetting::units(0), &setting, seed).1));
    let close = |name: &str, is: f64, was: f64, by: f64| {
        println!("{name}: {is:.3} where the study has {was:.3}");
        assert!((is - was).abs() <= by, "{name}: {is:.3} where the study has {was:.3}");
    };
    for (share, was) in [0.25, 0.5, 0.75, 0.9, 0.99].into_iter().zip(study::CONTACTS) {
        let is = measured.contacts_at(share);
        println!("contacts at {share}: {is} where the study has {was}");
        assert!(is.abs_diff(was) <= 1, "contacts at {share}: {is} where the study has {was}");
    }
    let [mean, spread] = mean_spread(&measured.ln_exchanges);
    close("ln of calls and texts, mean", mean, study::LN_EXCHANGES[0], 0.15);
    close("ln of calls and texts, spread", spread, study::LN_EXCHANGES[1], 0.15);
    close("burstiness", mean_spread(&measured.burstiness)[0], study::BURSTINESS, 0.03);
    let within_hour: Vec<bool> = measured.gaps.iter().map(|g| *g < 3_600).collect();
    close("within an hour", share(&within_hour), study::WITHIN_HOUR, 0.03);
    close("same other", share(&measured.same), study::SAME_OTHER, 0.03);
    close("reciprocal", share(&measured.reciprocal), study::RECIPROCAL, 0.05);
    close("calls", share(&measured.calls), study::CALLS, 0.015);
    close("missed", share(&measured.missed), study::MISSED, 0.015);
    let [mean, spread] = mean_spread(&measured.ln_seconds);
    close("ln of seconds, mean", mean, study::LN_SECONDS[0], 0.1);
    close("ln of seconds, spread", spread, study::LN_SECONDS[1], 0.15);
    let (all, listed) = (measured.hours.iter().sum::<f64>(), study::HOURS.iter().sum::<f64>());
    for (hour, (is, was)) in measured.hours.iter().zip(study::HOURS).enumerate() {
        close(&format!("hour {hour}"), is / all, was / listed, 0.012);
    }
}

#[test]
fn a_seed_repeats_every_byte_and_another_does_not() {
    let of = WorldSetting { people: 40, ..WorldSetting::programme(60) };
    let files = |seed| drawn(&of, &Setting::default(), seed).1.files();
    assert_eq!(files(3), files(3));
    let (one, other) = (files(3), files(4));
    assert!(one.iter().zip(&other).all(|(a, b)| a.0 == b.0 && (a.0 == "targets.csv" || a.1 != b.1)));
}

#[test]
fn what_leakers_do_changes_nothing_of_ordinary_calls_and_incomes() {
    let of = WorldSetting { people: 40, ..WorldSetting::programme(60) };
    let careful = Setting { leaking: Leaking { careful: 1.0, ..Setting::default().leaking }, ..Setting::default() };
    let (one, other) = (drawn(&of, &Setting::default(), 3).1, drawn(&of, &careful, 3).1);
    assert_eq!(one.incomes, other.incomes);
    assert_eq!((one.owners, one.numbers), (other.owners, other.numbers));
    let key = |c: &Call| (c.at, c.own, c.other, c.direction == Direction::Out, c.seconds);
    let rows: BTreeSet<_> = one.calls.iter().map(key).collect();
    assert!(other.calls.len() < one.calls.len() && other.calls.iter().map(key).all(|row| rows.contains(&row)));
}

/// Numbers in touch with a target, then numbers in touch with these, as far as there are statements.
fn hops(statements: &Statements) -> [BTreeSet<Number>; 2] {
    let targets: BTreeSet<Number> = statements.targets.iter().copied().collect();
    let listed: BTreeSet<Number> = statements.numbers.iter().map(|(number, _)| *number).collect();
    let others = |of: &BTreeSet<Number>| -> BTreeSet<Number> {
        let rows = statements.calls.iter().filter(|c| of.contains(&c.own) && !listed.contains(&c.other));
        rows.map(|c| c.other).filter(|number| !targets.contains(number)).collect()
    };
    let one = others(&targets);
    let two = others(&one).difference(&one).copied().collect();
    [one, two]
}

fn own_numbers(statements: &Statements, person: usize) -> BTreeSet<Number> {
    statements.numbers.iter().filter(|(_, who)| *who == person).map(|(number, _)| *number).collect()
}

#[test]
fn careful_leakers_leave_nothing() {
    let setting = Setting::default();
    let setting = Setting { strangers: 0.0, leaking: Leaking { careful: 1.0, ..setting.leaking }, ..setting };
    let (world, statements) = drawn(&leaky(300), &setting, 1);
    assert_eq!(statements.traces.leakers.len(), 20);
    let [one, two] = hops(&statements);
    for leaker in &statements.traces.leakers {
        assert!(leaker.manner == Manner::Careful && leaker.between.is_none());
        assert!(leaker.calls.is_empty() && leaker.deposits.is_empty() && leaker.burners.is_empty());
        assert!(world.truth.operations.iter().any(|o| o.causes.contains(&Cause::Person(leaker.person))));
        let own = own_numbers(&statements, leaker.person);
        let near = statements.calls.iter().filter(|c| own.contains(&c.own) && (one.contains(&c.other) || two.contains(&c.other)));
        // What relatives of colleagues have to do with targets does not make the leaker call anybody; nor does anything else.
        assert_eq!(near.count(), 0, "p{}", leaker.person + 1);
    }
}

#[test]
fn everything_that_is_said_to_be_left_stands_in_the_statements_and_follows_a_leak() {
    let setting = Setting::default();
    for seed in 0..3 {
        let (world, statements) = drawn(&leaky(300), &setting, seed);
        let told = |operation: usize, person: usize| {
            let of = &world.truth.operations[operation];
            assert!(of.causes.contains(&Cause::Person(person)), "only what leaked leaves a trace");
            (second(of.told.iter().find(|t| t.0 == person).unwrap().2), second(of.time))
        };
        for leaker in &statements.traces.leakers {
            let own = own_numbers(&statements, leaker.person);
            for leak in &leaker.calls {
                let row = |c: &&Call| (c.at, c.own, c.other, c.direction) == (leak.at, leak.own, leak.other, Direction::Out);
                assert!(statements.calls.iter().filter(row).count() >= 1);
                let (told, over) = told(leak.operation, leaker.person);
                assert!((told..=over.min(told + 86_400)).contains(&leak.at));
                assert_eq!(own.contains(&leak.own), leaker.manner == Manner::Own);
                assert_eq!(leaker.burners.contains(&leak.own), leaker.manner == Manner::Burner);
            }
            for deposit in &leaker.deposits {
                let is = |p: &&account::Posting| (p.at, p.account, p.amount) == (deposit.at, deposit.account, deposit.amount);
                let posting = statements.postings.iter().find(is).unwrap();
                assert!(posting.kind == account::Kind::Cash && (1..REPORTED).contains(&posting.amount));
                assert!(deposit.at > told(deposit.operation, leaker.person).0);
                assert!(statements.owners.contains(&(deposit.account, leaker.person)));
            }
        }
    }
}

#[test]
fn go_betweens_are_as_many_hops_from_a_target_as_is_said() {
    for seed in 0..5 {
        let (_, statements) = drawn(&leaky(100), &Setting { strangers: 0.0, ..Setting::default() }, seed);
        let [one, two] = hops(&statements);
        for (number, hops) in statements.traces.leakers.iter().filter_map(|l| l.between) {
            assert_eq!((one.contains(&number), two.contains(&number)), (hops == 1, hops == 2));
        }
    }
}

#[test]
fn traces_are_left_as_often_as_is_said() {
    use crate::world::tests::near;
    let of = Setting::default().leaking;
    let [mut leakers, mut careful, mut burner, mut two, mut leaked, mut called] = [0.0; 6];
    for seed in 0..15 {
        let (world, statements) = drawn(&leaky(200), &Setting::default(), seed);
        for leaker in &statements.traces.leakers {
            leakers += 1.0;
            careful += f64::from(u8::from(leaker.manner == Manner::Careful));
            burner += f64::from(u8::from(leaker.manner == Manner::Burner));
            two += f64::from(u8::from(leaker.between.is_some_and(|(_, hops)| hops == 2)));
            // At the edges of the world's days some would be before or after them.
            let inside = |o: &crate::world::truth::Happened| (15.0..DAYS - 1.0).contains(&o.time);
            let operations = world.truth.operations.iter().enumerate().filter(|(_, o)| inside(o));
            let leaks = operations.filter(|(_, o)| o.causes.contains(&Cause::Person(leaker.person))).map(|(index, _)| index);
            for operation in leaks.filter(|_| leaker.manner != Manner::Careful) {
                leaked += 1.0;
                called += f64::from(u8::from(leaker.calls.iter().any(|c| c.operation == operation)));
            }
        }
    }
    near(careful, leakers, of.careful);
    near(burner, leakers, (1.0 - of.careful) * of.burner);
    near(two, leakers, (1.0 - of.careful) * of.two_hops);
    near(called, leaked, of.call);
}

#[test]
fn calls_stand_in_the_statements_of_both_ends_in_order_of_time() {
    let (_, statements) = drawn(&WorldSetting { people: 60, ..leaky(100) }, &Setting::default(), 2);
    assert!(statements.calls.is_sorted_by_key(|c| c.at));
    assert!(statements.calls.iter().all(|c| within(c.at) && c.own != c.other));
    assert!(statements.calls.iter().all(|c| c.kind == Kind::Call || c.seconds == 0));
    let held: BTreeSet<Number> = statements.calls.iter().map(|c| c.own).collect();
    let key = |c: &Call| (c.at, c.own, c.other, c.direction == Direction::Out, c.seconds);
    let rows: BTreeSet<_> = statements.calls.iter().map(key).collect();
    let mirrored = |c: &Call| (c.at, c.other, c.own, c.direction == Direction::In, c.seconds);
    assert!(statements.calls.iter().filter(|c| held.contains(&c.other)).all(|c| rows.contains(&mirrored(c))));
    assert!(statements.targets.iter().all(|number| held.contains(number)));
}

#[test]
fn burners_are_on_no_list_and_some_are_in_the_usual_handset() {
    let slip = |slip: f64| Setting { leaking: Leaking { burner: 1.0, slip, ..Setting::default().leaking }, ..Setting::default() };
    for (share, together) in [(1.0, true), (0.0, false)] {
        let (_, statements) = drawn(&leaky(100), &slip(share), 1);
        let burners = statements.traces.leakers.iter().flat_map(|l| l.burners.iter().map(|burner| (l.person, *burner)));
        let burners: Vec<(usize, Number)> = burners.collect();
        assert!(burners.len() > 20);
        for (person, burner) in burners {
            assert!(statements.numbers.iter().all(|(number, _)| *number != burner));
            let own = own_numbers(&statements, person);
            let handsets = |of: &dyn Fn(Number) -> bool| -> BTreeSet<_> {
                statements.calls.iter().filter(|c| of(c.own)).map(|c| c.handset).collect()
            };
            let (first, usual) = (handsets(&|n| n == burner), handsets(&|n| own.contains(&n)));
            assert_eq!(first.is_subset(&usual), together, "{burner}");
        }
    }
}

#[test]
fn balances_add_up_and_never_fall_below_nothing() {
    let (_, statements) = drawn(&leaky(300), &Setting::default(), 1);
    let mut of: BTreeMap<AccountId, i64> = BTreeMap::new();
    for posting in &statements.postings {
        let before = of.insert(posting.account, posting.balance);
        assert!(before.is_none_or(|before| before + posting.amount == posting.balance) && posting.balance >= 0);
    }
    assert!(statements.postings.is_sorted_by_key(|p| (p.account, p.at)) && statements.postings.iter().all(|p| within(p.at)));
    let owned: BTreeSet<AccountId> = statements.owners.iter().map(|(account, _)| *account).collect();
    assert!(of.keys().all(|account| owned.contains(account)));
}

#[test]
fn what_was_declared_is_pay_and_declared_work() {
    let (world, statements) = drawn(&leaky(300), &Setting::default(), 1);
    let has = |person: usize, what: Ordinary| statements.traces.ordinary.contains(&(person, what));
    for person in 0..world.recorded.persons.len() {
        let main = statements.owners.iter().find(|(_, who)| *who == person).unwrap().0;
        let paid = |words: &str| -> i64 {
            statements.postings.iter().filter(|p| p.account == main && p.words == words).map(|p| p.amount).sum()
        };
        let declared: i64 = statements.incomes.iter().filter(|(who, ..)| *who == person).map(|(.., cents)| cents).sum();
        if has(person, Ordinary::SideWork) || has(person, Ordinary::Shop) {
            assert!(declared > paid("salary") && declared <= paid("salary") + paid("cash deposit"));
        } else {
            assert_eq!(declared, paid("salary"));
        }
    }
    assert!((0..80).any(|person| has(person, Ordinary::SideWork)) && (0..80).any(|person| has(person, Ordinary::UndeclaredWork)));
}

#[test]
fn people_call_more_after_being_told_whether_they_leak_or_not() {
    let of = WorldSetting { corrupt: Corruption { count: 0, ..WorldSetting::units(0).corrupt }, ..WorldSetting::units(1_000) };
    let none = Setting { briefed: Briefed { colleague: 0.0, home: 0.0, hours: 3.0 }, ..Setting::default() };
    let after = |setting: &Setting| {
        let (world, statements) = drawn(&of, setting, 1);
        let own: BTreeMap<usize, BTreeSet<Number>> = (0..200).map(|person| (person, own_numbers(&statements, person))).collect();
        let mut out: BTreeMap<usize, Vec<i64>> = BTreeMap::new();
        let person: BTreeMap<Number, usize> = own.iter().flat_map(|(who, own)| own.iter().map(|n| (*n, *who))).collect();
        for call in statements.calls.iter().filter(|c| c.direction == Direction::Out && c.kind == Kind::Call) {
            person.get(&call.own).into_iter().for_each(|who| out.entry(*who).or_default().push(call.at));
        }
        let told = world.truth.operations.iter().flat_map(|o| &o.told);
        let count = |(who, _, day): &(usize, f64, f64)| {
            let window = second(*day)..second(*day) + 86_400;
            out.get(who).map_or(0, |times| times.iter().filter(|at| window.contains(at)).count())
        };
        told.map(count).sum::<usize>() as f64 / 10_000.0
    };
    let (with, without) = (after(&Setting::default()), after(&none));
    // 0.4 less the tenth who draw themselves, and 0.3: 0.66. One window in twenty overlaps another of the same person.
    assert!((0.62..0.74).contains(&(with - without)), "{with} {without}");
}

#[test]
fn files_have_their_columns_and_valid_fields() {
    let (_, statements) = drawn(&WorldSetting { people: 50, ..leaky(60) }, &Setting::default(), 1);
    let columns = [8, 2, 1, 8, 2, 4];
    for ((name, text), columns) in statements.files().iter().zip(columns) {
        assert!(text.lines().count() > 1 && text.lines().all(|line| line.split(',').count() == columns), "{name}");
        assert!(text.is_ascii() && !text.contains(['"', '\r']), "{name}");
    }
    let [phones, numbers, _, accounts, _, incomes] = statements.files().map(|(_, text)| text);
    for line in phones.lines().skip(1) {
        let [at, own, other, direction, kind, seconds, imei, imsi] = line.split(',').collect::<Vec<_>>().try_into().unwrap();
        assert!(at.parse::<jiff::Timestamp>().is_ok() && at.ends_with('Z'), "{at}");
        assert!(
            [own, other].iter().all(|n| n.starts_with('+') && n[1..].len() <= 15 && n[1..].bytes().all(|b| b.is_ascii_digit()))
        );
        assert!(["out", "in"].contains(&direction) && ["call", "sms"].contains(&kind) && seconds.parse::<u32>().is_ok());
        assert!([imei, imsi].iter().all(|n| n.len() == 15 && n.bytes().all(|b| b.is_ascii_digit())));
    }
    assert!(numbers.lines().nth(1).is_some_and(|line| line.ends_with(",p1")));
    let amount = |text: &str| text.split_once('.').is_some_and(|(whole, part)| whole.parse::<i64>().is_ok() && part.len() == 2);
    for line in accounts.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        assert!(amount(fields[2]) && amount(fields[7]) && fields[3] == "USD", "{line}");
        assert_eq!(fields[5] == "cash", fields[4].is_empty(), "only cash has nobody at the other end: {line}");
    }
    assert!(incomes.lines().skip(1).all(|line| line.split(',').nth(3).is_some_and(amount)));
    assert_eq!([files::amount(-5), files::amount(123_456)], ["-0.05", "1234.56"]);
    assert_eq!(files::moment(86_400 + 61), "2001-01-02T00:01:01Z");
}

#[test]
fn leaks_follow_in_an_exponential_that_is_cut_off() {
    use crate::world::tests::follows;
    let random = &mut crate::chance::Chance::new(1);
    // Five hours in the mean, a day at most; seconds are whole, which is far below what 20,000 draws can tell apart.
    let draws: Vec<f64> = (0..20_000).map(|_| conduct::soon(5.0, 86_400, random) as f64).collect();
    assert!(draws.iter().all(|x| (0.0..86_400.0).contains(x)));
    let all = 1.0 - (-86_400.0_f64 / 18_000.0).exp();
    follows("soon", draws, |x| (1.0 - (-x / 18_000.0).exp()) / all);
}

#[test]
fn whoever_splits_pays_in_what_is_above_the_limit_on_one_day_and_nothing_else_changes() {
    let of = leaky(60);
    let rich = Leaking { reward: 1_500_000.0, banks: 1.0, ..Setting::default().leaking };
    let setting = |same_day| Setting { leaking: Leaking { same_day, ..rich }, ..Setting::default() };
    let (apart, split) = (drawn(&of, &setting(0.0), 3).1, drawn(&of, &setting(1.0), 3).1);
    let days = |statements: &Statements| -> Vec<(usize, usize)> {
        let deposits = statements.traces.leakers.iter().map(|leaker| {
            let mut sums: BTreeMap<usize, Vec<i64>> = BTreeMap::new();
            leaker.deposits.iter().for_each(|d| sums.entry(d.operation).or_default().push(d.at / 86_400));
            sums
        });
        let several = deposits.flat_map(BTreeMap::into_values).filter(|days| days.len() > 1);
        several.map(|days| (days.len(), days.iter().collect::<BTreeSet<_>>().len())).collect()
    };
    assert!(days(&apart).len() > 10 && days(&apart).iter().all(|(deposits, days)| deposits == days));
    assert!(days(&split).len() > 10 && days(&split).iter().all(|(_, days)| *days == 1));
    let leakers = || apart.traces.leakers.iter().zip(&split.traces.leakers);
    assert!(leakers().all(|(_, b)| b.deposits.iter().all(|d| d.amount < REPORTED)));
    assert_eq!((&apart.calls, &apart.incomes, &apart.owners), (&split.calls, &split.incomes, &split.owners));
}
