use super::activity::{Active, DAYS, First};
use super::distribution::{beta, exponential, gamma, normal, weighted};
use super::recorded::{Finding, Outcome};
use super::setting::{CheckKind, Corruption, Entry, Framing, Keeping, Kind, Labels, Rate, Setting, Unlisted};
use super::truth::Cause;
use super::*;

/// Draws of a distribution are as far from their distribution function as n draws are once in 10,000 (Kolmogorov: 2.23 / √n).
pub(crate) fn follows(name: &str, mut draws: Vec<f64>, below: impl Fn(f64) -> f64) {
    draws.sort_by(f64::total_cmp);
    let n = draws.len() as f64;
    let gap = |(i, x): (usize, &f64)| (below(*x) - i as f64 / n).abs().max((below(*x) - (i as f64 + 1.0) / n).abs());
    let largest = draws.iter().enumerate().map(gap).fold(0.0, f64::max);
    assert!(largest < 2.23 / n.sqrt(), "{name}: {largest}");
}

fn draws(seed: u64, draw: impl Fn(&mut Chance) -> f64) -> Vec<f64> {
    let random = &mut Chance::new(seed);
    (0..20_000).map(|_| draw(random)).collect()
}

/// `count` of `all`, each with probability `share`, lies within 4.4 standard deviations: α = 1e-5 each, seeded.
pub(crate) fn near(count: f64, all: f64, share: f64) {
    let spread = (all * share * (1.0 - share)).sqrt();
    assert!((count - all * share).abs() <= 4.4 * spread, "{count} of {all} where {share} was to be expected");
}

fn worlds(setting: &Setting, count: u64) -> Vec<World> {
    (0..count).map(|seed| World::draw(setting, seed)).collect()
}

#[test]
fn draws_follow_their_distributions() {
    follows("exponential", draws(1, exponential), |x| 1.0 - (-x).exp());
    follows("gamma(1)", draws(2, |r| gamma(1.0, r)), |x| 1.0 - (-x).exp());
    follows("gamma(2)", draws(3, |r| gamma(2.0, r)), |x| 1.0 - (1.0 + x) * (-x).exp());
    follows("beta(2, 2)", draws(4, |r| beta(2.0, 2.0, r)), |x| x * x * (3.0 - 2.0 * x));
    follows("beta(0.5, 0.5)", draws(5, |r| beta(0.5, 0.5, r)), |x| x.sqrt().asin() * std::f64::consts::FRAC_2_PI);
    // The squares of two normal numbers add up to twice an exponential one.
    follows("normal²", draws(6, |r| (normal(r).powi(2) + normal(r).powi(2)) / 2.0), |x| 1.0 - (-x).exp());
    let positive = draws(7, normal).iter().filter(|x| **x > 0.0).count();
    near(positive as f64, 20_000.0, 0.5);
    let above = draws(8, normal).iter().filter(|x| **x > 1.281_552).count();
    near(above as f64, 20_000.0, 0.1);
}

#[test]
fn whoever_weighs_more_is_drawn_first_in_proportion() {
    let weights = [1.0, 0.0, 3.0, 6.0];
    let random = &mut Chance::new(9);
    let (mut first, mut second) = ([0.0; 4], 0.0);
    for _ in 0..10_000 {
        let drawn = weighted(&weights, 2, random);
        first[drawn[0]] += 1.0;
        second += f64::from(u8::from(drawn == [3, 2]));
    }
    assert_eq!(first[1], 0.0);
    [0, 2, 3].iter().for_each(|i| near(first[*i], 10_000.0, weights[*i] / 10.0));
    // 6/10 at first, then 3 of the 4 that are left.
    near(second, 10_000.0, 0.45);
    assert_eq!(weighted(&weights, 9, random).len(), 3);
}

#[test]
fn a_seed_repeats_a_world_and_another_gives_another() {
    let setting = Setting::programme(60);
    let (one, again, other) = (World::draw(&setting, 4), World::draw(&setting, 4), World::draw(&setting, 5));
    assert!(one == again && one != other);
    // Pinned under SplitMix64: the first operation of this world, who was told of it, and who leaks.
    let told: Vec<usize> = one.recorded.operations[0].told.iter().map(|t| t.person).collect();
    assert_eq!(told, [1, 91, 161, 181, 51, 101, 131, 41, 111]);
    assert_eq!(one.truth.leakers().collect::<Vec<_>>(), [9, 38, 75, 84, 182, 192]);
}

#[test]
fn the_ledger_changes_nothing_that_is_so() {
    let careless = Keeping { missing: 0.5, reconstructed: 0.5, late: 0.5, confirmed: 0.0 };
    let well = Setting::units(100);
    let badly = Setting { ledger: careless, ..well.clone() };
    let (one, other) = (World::draw(&well, 3), World::draw(&badly, 3));
    assert!(one.truth == other.truth && one.recorded != other.recorded);
}

#[test]
fn operations_stay_in_a_unit_and_fail_by_nature_as_often_as_is_said() {
    let kinds = vec![Kind { share: 3.0, background: 0.05 }, Kind { share: 1.0, background: 0.2 }];
    let corrupt = Corruption { count: 0, ..Setting::units(0).corrupt };
    let setting = Setting { kinds, corrupt, unlucky_unit: 0.3, ..Setting::units(400) };
    let all = worlds(&setting, 20);
    let operations: Vec<_> = all.iter().flat_map(|w| &w.truth.operations).collect();
    let count = |of: &dyn Fn(&truth::Happened) -> bool| operations.iter().filter(|o| of(o)).count() as f64;
    near(count(&|o| o.unit.is_some()), 8_000.0, 0.7);
    near(count(&|o| o.kind == 1), 8_000.0, 0.25);
    near(count(&|o| o.channel.is_some()), 8_000.0, 0.35);
    let failed = |o: &truth::Happened| !o.causes.is_empty();
    let [first, second] = [0, 1].map(|k| (count(&|o| o.kind == k && o.unit != Some(0)), k));
    near(count(&|o| o.kind == 0 && o.unit != Some(0) && failed(o)), first.0, 0.05);
    near(count(&|o| o.kind == 1 && o.unit != Some(0) && failed(o)), second.0, 0.2);
    let unlucky = count(&|o| o.kind == 0 && o.unit == Some(0));
    near(count(&|o| o.kind == 0 && o.unit == Some(0) && failed(o)), unlucky, 1.0 - 0.95 * 0.7);
    assert!(operations.iter().all(|o| o.told.len() == 10 && o.told.iter().all(|t| t.2 <= o.time && t.2 >= o.time - 14.0)));
    assert!(operations.iter().all(|o| o.unit.is_none_or(|u| o.told.iter().all(|t| t.0 % 10 == u))));
}

#[test]
fn leakers_and_channels_give_away_what_they_are_told_as_often_as_is_said() {
    let setting = Setting { kinds: vec![Kind { share: 1.0, background: 0.0 }], ..Setting::units(300) };
    let channels = setting::Channels { used: 1.0, compromised: 2, rate: 0.3 };
    let setting = Setting { channels, ..setting };
    let (mut told, mut leaked, mut used, mut lost) = (0.0, 0.0, 0.0, 0.0);
    for world in worlds(&setting, 20) {
        assert_eq!(world.truth.leakers().count(), 5);
        assert_eq!(world.truth.channels.iter().flatten().count(), 2);
        for operation in &world.truth.operations {
            let has = |cause| f64::from(u8::from(operation.causes.contains(&cause)));
            for (person, ..) in operation.told.iter().filter(|t| world.truth.leaks(t.0)) {
                told += 1.0;
                leaked += has(Cause::Person(*person));
            }
            if let Some(channel) = operation.channel.filter(|c| world.truth.channels[*c].is_some()) {
                used += 1.0;
                lost += has(Cause::Channel(channel));
            }
            let innocent = |c: &Cause| matches!(c, Cause::Person(p) if !world.truth.leaks(*p));
            assert!(!operation.causes.iter().any(innocent));
        }
    }
    near(leaked, told, 0.5);
    near(lost, used, 0.3);
}

#[test]
fn hints_and_other_targets_are_worth_less() {
    let setting = Setting { targets: 4, kinds: vec![Kind { share: 1.0, background: 0.0 }], ..Setting::units(300) };
    let corrupt = Corruption { others: 0.2, ..setting.corrupt };
    let setting = Setting { hint: setting::Hint { share: 0.5, weight: 0.4 }, corrupt, ..setting };
    // By whether it concerns the target that is served, and whether it was a hint: told, leaked.
    let mut counts = [[(0.0, 0.0); 2]; 2];
    for world in worlds(&setting, 30) {
        for operation in &world.truth.operations {
            for (person, weight, _) in &operation.told {
                let Some(corrupt) = &world.truth.actors[*person].corrupt else { continue };
                let cell = &mut counts[usize::from(corrupt.serves == operation.target)][usize::from(*weight < 1.0)];
                cell.0 += 1.0;
                cell.1 += f64::from(u8::from(operation.causes.contains(&Cause::Person(*person))));
            }
        }
    }
    for (serves, factor) in [(0, 0.2), (1, 1.0)] {
        for (hint, weight) in [(0, 1.0), (1, 0.4)] {
            let (told, leaked) = counts[serves][hint];
            near(leaked, told, 0.5 * factor * weight);
        }
    }
}

#[test]
fn some_begin_and_some_go_on_and_off() {
    let corrupt = Corruption { count: 0, onset: 0.25, on_off: 0.5, changes: 3.0, ..Setting::units(1).corrupt };
    let random = &mut Chance::new(10);
    let all: Vec<Active> = (0..8_000).map(|_| Active::draw(&corrupt, random)).collect();
    let share = |of: fn(&Active) -> bool| all.iter().filter(|a| of(a)).count() as f64;
    near(share(|a| matches!(a, Active::Always)), 8_000.0, 0.25);
    near(share(|a| matches!(a, Active::From(_))), 8_000.0, 0.25);
    near(share(|a| matches!(a, Active::OnOff { first: First::On, .. })), 8_000.0, 0.25);
    follows("onset", all.iter().filter_map(|a| if let Active::From(day) = a { Some(*day) } else { None }).collect(), |d| {
        d / DAYS
    });
    let changes: Vec<f64> = all
        .iter()
        .filter_map(|a| if let Active::OnOff { changes, .. } = a { Some(changes.len() as f64) } else { None })
        .collect();
    // Poisson with mean 3: the mean of n is within 4.4 standard errors.
    let mean = changes.iter().sum::<f64>() / changes.len() as f64;
    assert!((mean - 3.0).abs() < 4.4 * (3.0 / changes.len() as f64).sqrt(), "{mean}");
    let middle = Corruption { onset: 1.0, begins: [0.25, 0.75], ..corrupt };
    let begun: Vec<f64> = (0..2_000)
        .filter_map(|_| if let Active::From(day) = Active::draw(&middle, random) { Some(day / DAYS) } else { None })
        .collect();
    follows("onset in the middle", begun, |d| (d - 0.25) / 0.5);
    let on_off = Active::OnOff { first: First::Off, changes: vec![100.0, 300.0] };
    assert_eq!([0.0, 100.0, 299.0, 300.0].map(|d| on_off.is_on(d)), [false, true, true, false]);
    assert!(!Active::From(5.0).is_on(4.9) && Active::From(5.0).is_on(5.0));
}

/// With one told of an operation and all alike but for rank, each level is told twice as much as the one below.
#[test]
fn rank_is_told_more_in_proportion() {
    let setting = Setting { told: [1, 1], spread: 0.0, single_unit: 0.0, tilt: 2.0, ..Setting::units(500) };
    let (mut top, mut expected) = (0.0, 0.0);
    for world in worlds(&setting, 20) {
        let weight = |p: &recorded::Person| 2.0_f64.powi(i32::from(p.level));
        let all: f64 = world.recorded.persons.iter().map(weight).sum();
        let upper: f64 = world.recorded.persons.iter().filter(|p| p.level >= 4).map(weight).sum();
        expected += upper / all / 20.0;
        let level = |o: &recorded::Operation| o.told.iter().any(|t| world.recorded.persons[t.person].level >= 4);
        top += world.recorded.operations.iter().filter(|o| level(o)).count() as f64;
    }
    near(top, 10_000.0, expected);
}

/// Where one is told of an operation, the busiest tenth of lognormal weights of spread 0.7 is told Φ(0.7 − 1.2816) = 0.2804.
#[test]
fn some_are_told_far_more_than_others() {
    let setting = Setting { told: [1, 1], single_unit: 0.0, people: 5_000, ..Setting::units(4_000) };
    let world = World::draw(&setting, 1);
    let busy = |p: usize| world.truth.actors[p].activity > (0.7_f64 * 1.281_552).exp();
    near(world.truth.operations.iter().filter(|o| busy(o.told[0].0)).count() as f64, 4_000.0, 0.2804);
    let people = (0..5_000).filter(|p| busy(*p)).count();
    near(people as f64, 5_000.0, 0.1);
}

#[test]
fn disclosures_are_missing_late_and_found_again_as_often_as_is_said() {
    let setting =
        Setting { ledger: Keeping { missing: 0.3, reconstructed: 0.6, late: 0.1, confirmed: 0.0 }, ..Setting::units(300) };
    // By outcome: disclosures, those written down, those written down once the outcome was known.
    let (mut failed, mut clean) = ([0.0; 3], [0.0; 3]);
    for world in worlds(&setting, 20) {
        for (happened, written) in world.truth.operations.iter().zip(&world.recorded.operations) {
            let counts = if happened.causes.is_empty() { &mut clean } else { &mut failed };
            counts[0] += happened.told.len() as f64;
            counts[1] += written.told.len() as f64;
            counts[2] += written.told.iter().filter(|t| t.entered >= written.known).count() as f64;
            assert!(written.told.iter().all(|t| t.entered >= t.time));
        }
    }
    near(clean[1], clean[0], 0.7);
    near(failed[1], failed[0], 0.7 + 0.3 * 0.6);
    near(clean[2], clean[1], 0.1);
    near(failed[2], failed[0], 0.7 * 0.1 + 0.3 * 0.6);
}

#[test]
fn outcomes_and_copies_are_seen_as_often_as_is_said() {
    let labels = Labels { unnoticed: 0.2, suspected: 0.3, wrongly: 0.1, unknown: 0.05 };
    let setting = Setting { labels, copies: 0.4, ..Setting::units(300) };
    let mut seen = [[0.0; 4]; 2];
    let (mut leaks, mut copies) = (0.0, 0.0);
    for world in worlds(&setting, 20) {
        for (happened, written) in world.truth.operations.iter().zip(&world.recorded.operations) {
            seen[usize::from(!happened.causes.is_empty())][written.outcome as usize] += 1.0;
            let person = happened.causes.iter().find_map(|c| if let Cause::Person(p) = c { Some(*p) } else { None });
            leaks += f64::from(u8::from(person.is_some()));
            copies += f64::from(u8::from(written.recovered.is_some()));
            assert!(written.recovered.is_none_or(|r| Some(r) == person));
        }
    }
    near(copies, leaks, 0.4);
    let [clean, failed] = seen;
    let (all_clean, all_failed) = (clean.iter().sum(), failed.iter().sum());
    near(clean[Outcome::Unknown as usize], all_clean, 0.05);
    near(clean[Outcome::Suspected as usize], all_clean, 0.95 * 0.1);
    assert_eq!(clean[Outcome::Confirmed as usize], 0.0);
    near(failed[Outcome::Confirmed as usize], all_failed, 0.95 * 0.8 * 0.7);
    // Suspected: noticed and doubted, or not noticed and wrongly suspected as any clean one.
    near(failed[Outcome::Suspected as usize], all_failed, 0.95 * (0.8 * 0.3 + 0.2 * 0.1));
}

#[test]
fn checks_err_as_often_as_is_said() {
    let checks = vec![CheckKind { share: 0.6, sensitivity: 0.5, false_positive: 0.063 }];
    let setting = Setting { checks, corrupt: Corruption { count: 50, ..Setting::units(1).corrupt }, ..Setting::units(1) };
    let mut counts = [[0.0; 2]; 2];
    for world in worlds(&setting, 40) {
        for check in &world.recorded.checks {
            let cell = &mut counts[usize::from(world.truth.leaks(check.person))];
            cell[0] += 1.0;
            cell[1] += f64::from(u8::from(check.finding == Finding::Failed));
        }
    }
    near(counts[0][0] + counts[1][0], 8_000.0, 0.6);
    near(counts[0][1], counts[0][0], 0.063);
    near(counts[1][1], counts[1][0], 0.5);
}

#[test]
fn whoever_stands_on_no_list_leaks_and_is_written_down_nowhere() {
    let none = Corruption { count: 0, ..Setting::units(1).corrupt };
    let (mut told, mut all) = (0.0, 0.0);
    for unlisted in [Unlisted::OfUnits(2), Unlisted::Everywhere(0.3)] {
        let setting = Setting { corrupt: none, unlisted, ..Setting::units(300) };
        for world in worlds(&setting, 10) {
            assert!(world.truth.leakers().all(|p| p >= 200) && world.truth.leakers().count() > 0);
            assert!(world.recorded.operations.iter().flat_map(|o| &o.told).all(|t| t.person < 200));
            assert!(world.truth.operations.iter().flat_map(|o| &o.causes).any(|c| matches!(c, Cause::Person(_))));
            if unlisted == Unlisted::Everywhere(0.3) {
                told += world.truth.operations.iter().filter(|o| o.told.iter().any(|t| t.0 == 200)).count() as f64;
                all += 300.0;
            }
        }
    }
    near(told, all, 0.3);
}

#[test]
fn who_frames_leaks_with_the_rival_or_writes_the_rival_in() {
    let with = |framing| worlds(&Setting { framing, ..Setting::units(300) }, 10);
    for world in with(Framing::OnlyWhatRivalKnows) {
        let rival = world.truth.framed.unwrap();
        let framer =
            world.truth.leakers().find(|p| world.truth.actors[*p].corrupt.as_ref().unwrap().only_with.is_some()).unwrap();
        assert!(!world.truth.leaks(rival) && rival % 10 == framer % 10);
        let betrayed = world.truth.operations.iter().filter(|o| o.causes.contains(&Cause::Person(framer)));
        assert!(betrayed.clone().all(|o| o.told.iter().any(|t| t.0 == rival)));
    }
    for entry in [Entry::Afterwards, Entry::AtOnce] {
        for world in with(Framing::FalseEntries { entry, hides: 1.0 }) {
            let rival = world.truth.framed.unwrap();
            for (happened, written) in world.truth.operations.iter().zip(&world.recorded.operations) {
                let betrayed = happened.causes.contains(&Cause::Person(written.clerk));
                let truly = happened.told.iter().any(|t| t.0 == rival);
                let listed = written.told.iter().find(|t| t.person == rival);
                assert_eq!(listed.is_some(), truly || betrayed);
                assert!(!betrayed || written.told.iter().all(|t| t.person != written.clerk));
                if betrayed && !truly {
                    assert_eq!(listed.unwrap().entered >= written.known, entry == Entry::Afterwards);
                }
            }
        }
    }
}

#[test]
fn rates_may_be_of_each_ones_own() {
    let corrupt = Corruption { count: 200, rate: Rate::Beta(2.0, 2.0), ..Setting::units(1).corrupt };
    let all = worlds(&Setting { corrupt, ..Setting::units(1) }, 20);
    let rates = all.iter().flat_map(|w| &w.truth.actors).filter_map(|a| a.corrupt.as_ref()).map(|c| c.rate).collect();
    follows("rates", rates, |x| x * x * (3.0 - 2.0 * x));
}
