//! What leaves: the copy of one leaker, or a mixture of those that several hold, and what is read of it later.

use holm_codes::attack::{Attack, Random};

use crate::chance::{happens, one_of};
use crate::programme::policy::{Copy, Sharing};
use crate::programme::setting::{Papers, Setting};

/// Sentences that stay together in a mixture have so many marks.
const RUN: usize = 4;

/// How copies become a leak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mixing {
    /// The only one.
    Own,
    /// The rival's, borrowed.
    Borrowed,
    /// Any holder's symbol at each mark.
    Interleaved,
    /// Sentences of one holder each.
    Pasted,
    /// Without whatever differs.
    LeftOut,
    /// Where copies differ, what the rival's has as far as the framer knows it, else any holder's.
    Framed,
}

impl Mixing {
    /// Of so many holders, and whether one of them frames somebody.
    pub(super) fn draw(setting: &Setting, (holders, frames): (usize, bool), random: &mut impl Random) -> Self {
        let [way, borrowed] = [(); 2].map(|()| random.unit());
        match holders {
            0 | 1 if frames && borrowed < setting.papers.borrowed => Self::Borrowed,
            0 | 1 => Self::Own,
            _ if frames => Self::Framed,
            _ => [Self::Interleaved, Self::Pasted, Self::LeftOut][(way * 3.0) as usize],
        }
    }
}

/// Copies from which a leak is made.
pub(super) struct Leaked<'s> {
    held: Vec<&'s Copy>,
    rival: Option<&'s Copy>,
    touched: bool,
}

impl<'s> Leaked<'s> {
    pub(super) fn new(sharing: &'s Sharing, holders: &[usize], rival: Option<usize>) -> Self {
        let of = |person: usize| sharing.copies.iter().find(|copy| copy.person == person);
        Self { held: holders.iter().filter_map(|person| of(*person)).collect(), rival: rival.and_then(of), touched: false }
    }

    /// Whether the rival's copy was looked at.
    pub(super) fn touches_rival(&self) -> bool {
        self.touched
    }

    /// The variant that the target hears: of those who compare copies that differ, one in two times none.
    pub(super) fn variant(&mut self, mixing: Mixing, random: &mut impl Random) -> Option<u8> {
        if let (Mixing::Borrowed, Some(rival)) = (mixing, self.rival) {
            self.touched = true;
            return rival.variant;
        }
        let told: Vec<u8> = self.held.iter().filter_map(|copy| copy.variant).collect();
        let [first, ..] = told.as_slice() else { return None };
        let differ = told.iter().any(|v| v != first);
        let silent = happens(0.5, random);
        let any = one_of(&told, random).copied();
        if differ && (silent || mixing == Mixing::LeftOut) { None } else { any }
    }

    /// By mark, what is read of it.
    pub(super) fn read(
        &mut self,
        arities: &[usize],
        mixing: Mixing,
        papers: &Papers,
        random: &mut impl Random,
    ) -> Vec<Option<u8>> {
        let [whole, retyped] = papers.read;
        let channel = if happens(papers.retyped, random) { retyped } else { whole };
        let words: Vec<Vec<u8>> = self.held.iter().map(|c| c.codeword.clone()).filter(|w| !w.is_empty()).collect();
        if words.is_empty() {
            return Vec::new();
        }
        let mut pirate = match mixing {
            Mixing::Pasted => Attack::Blocks(RUN).apply(&words, arities, random),
            _ => Attack::Interleave.apply(&words, arities, random),
        };
        let differs = |mark: usize| words.iter().any(|w| w[mark] != words[0][mark]);
        if let (Mixing::Framed | Mixing::Borrowed, Some(rival)) = (mixing, self.rival) {
            self.touched = true;
            for mark in 0..pirate.len() {
                let symbol = rival.codeword[mark];
                let framed = differs(mark) && words.iter().any(|w| w[mark] == symbol) && happens(papers.glimpsed, random);
                if framed || mixing == Mixing::Borrowed {
                    pirate[mark] = symbol;
                }
            }
        }
        let mut read = channel.apply(&pirate, arities, random);
        if mixing == Mixing::LeftOut {
            (0..read.len()).filter(|mark| differs(*mark)).for_each(|mark| read[mark] = None);
        }
        read
    }
}
