//! Chains at several temperatures: where one chain stays on either side of what it cannot step across, those for whom what was seen
//! counts for less go across and hand what they find down (parallel tempering: Swendsen and Wang, Phys. Rev. Lett. 57, 1986).

use rand::RngExt;

use crate::chain::Chain;

/// To which powers what was seen of trials counts; the first is the posterior.
pub const POWERS: [f64; 4] = [1.0, 0.6, 0.35, 0.2];

/// Chains by power, the posterior's first. One chain alone is a ladder, too.
pub struct Ladder<'c> {
    rungs: Vec<Chain<'c>>,
}

impl<'c> Ladder<'c> {
    /// Of one chain.
    #[must_use]
    pub fn plain(chain: Chain<'c>) -> Self {
        Self { rungs: vec![chain] }
    }

    /// Of as many chains as there are powers, in their order.
    #[must_use]
    pub fn tempered(chains: [Chain<'c>; POWERS.len()]) -> Self {
        let mut rungs = Vec::from(chains);
        rungs.iter_mut().zip(POWERS).for_each(|(chain, power)| chain.power = power);
        Self { rungs }
    }

    /// After so many sweeps.
    #[must_use]
    pub fn burnt(mut self, sweeps: usize) -> Self {
        match self.rungs.as_mut_slice() {
            [chain] => chain.burn_in(sweeps),
            // Chains that are exchanged do not rest: who does would depend on where they stand.
            _ => (0..sweeps).for_each(|_| self.sweep()),
        }
        self
    }

    /// The chain that samples from the posterior now.
    #[must_use]
    pub fn cold(&self) -> &Chain<'c> {
        #[expect(clippy::indexing_slicing, reason = "INVARIANT: a ladder is made of at least one chain")]
        &self.rungs[0]
    }

    pub(crate) fn cold_mut(&mut self) -> &mut Chain<'c> {
        #[expect(clippy::indexing_slicing, reason = "INVARIANT: a ladder is made of at least one chain")]
        &mut self.rungs[0]
    }

    /// Neighbours exchanged by how likely each is at the other's power, then a sweep of each: what the cold chain says is of its power.
    pub fn sweep(&mut self) {
        for upper in 1..self.rungs.len() {
            let Some([a, b]) = self.rungs.get_mut(upper - 1..=upper).and_then(|two| <&mut [Chain<'c>; 2]>::try_from(two).ok())
            else {
                continue;
            };
            let ln_ratio = (a.power - b.power) * (b.ln_likelihood() - a.ln_likelihood());
            if a.random.random::<f64>().ln() < ln_ratio {
                std::mem::swap(a, b);
                std::mem::swap(&mut a.power, &mut b.power);
            }
        }
        self.rungs.iter_mut().for_each(Chain::sweep);
    }
}
