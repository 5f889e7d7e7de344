//! Ways to choose who is told which variant.

use holm_inference::experiment::law::{Law, ONE, Variant};
use holm_inference::plan::draws::Draws;
use holm_inference::plan::experiment::{Harm, Party, Question, Seen, Standing, assign, plan};
use rand::RngExt;
use rand::seq::SliceRandom;
use rand_xoshiro::Xoshiro256PlusPlus;

/// The least weight of a variant in laws that are planned, of 2¹⁶.
pub(crate) const FLOOR: u32 = ONE / 64;
/// People who are told by chance of one variant.
const TOLD: usize = 10;

/// A way to choose.
#[derive(Clone, Copy)]
pub(crate) enum Policy {
    /// Anybody anything; of one variant, ten people.
    Random(u8),
    /// The likeliest each a variant of their own, nobody else anything.
    Top(u8),
    /// By probability, there and back.
    Snake(u8),
    /// As planned: laws that lean, and what they draw; of one variant, who is told.
    Planned(u8),
}

impl Policy {
    pub(crate) fn name(self) -> String {
        match self {
            Self::Random(v) => format!("random V={v}"),
            Self::Top(v) => format!("top-{v} V={v}"),
            Self::Snake(v) => format!("snake V={v}"),
            Self::Planned(v) => format!("EIG V={v}"),
        }
    }

    pub(crate) fn variants(self) -> u8 {
        match self {
            Self::Random(v) | Self::Top(v) | Self::Snake(v) | Self::Planned(v) => v,
        }
    }

    /// By person, what they are told; nobody who is named is told anything.
    pub(crate) fn told(
        self,
        draws: &Draws,
        probabilities: &[f64],
        named: &[bool],
        random: &mut Xoshiro256PlusPlus,
    ) -> Vec<Option<u8>> {
        let mut order: Vec<usize> = (0..named.len()).filter(|p| !named[*p]).collect();
        // Those who are as likely as each other in any order.
        order.shuffle(random);
        order.sort_by(|a, b| probabilities[*b].total_cmp(&probabilities[*a]));
        let mut told = vec![None; named.len()];
        match self {
            Self::Random(1) => {
                order.shuffle(random);
                order.iter().take(TOLD).for_each(|p| told[*p] = Some(0));
            }
            Self::Random(variants) => order.iter().for_each(|p| told[*p] = Some(random.random_range(0..variants))),
            Self::Top(variants) => order.iter().zip(0..variants).for_each(|(p, v)| told[*p] = Some(v)),
            Self::Snake(variants) => {
                let ways = usize::from(variants);
                for (number, person) in order.iter().enumerate() {
                    let place = number % (2 * ways);
                    told[*person] = Some(if place < ways { place } else { 2 * ways - 1 - place } as u8);
                }
            }
            Self::Planned(variants) => return planned(draws, variants, named, random),
        }
        told
    }
}

/// Who is to be told, each alone, those who are named left out.
pub(crate) fn question(variants: u8, named: &[bool], seed: u64) -> Question {
    let party = |(person, named): (usize, &bool)| Party {
        standing: if *named { Standing::LeftOut } else { Standing::Eligible },
        ..Party::person(person)
    };
    Question {
        kind: 0,
        parties: named.iter().enumerate().map(party).collect(),
        variants,
        floor: FLOOR,
        seen: Seen::Each,
        harm: Harm::Low,
        price: 0.0,
        seed,
    }
}

fn planned(draws: &Draws, variants: u8, named: &[bool], random: &mut Xoshiro256PlusPlus) -> Vec<Option<u8>> {
    let question = question(variants, named, random.random());
    if variants == 1 {
        let told = assign(draws, &question, true).unwrap();
        return told.into_iter().map(|v| v.map(|Variant(v)| v)).collect();
    }
    let laws = plan(draws, &question).unwrap().laws;
    let mut drawn = |law: Law| {
        let u = random.random_range(0..ONE);
        let below = law.weights().iter().scan(0, |sum, w| {
            *sum += w;
            Some(*sum)
        });
        below.take_while(|sum| *sum <= u).count() as u8
    };
    laws.into_iter().map(|law| law.map(&mut drawn)).collect()
}
