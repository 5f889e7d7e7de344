//! What to do next: whom to take, what to tell whom at random so that most is learned of who leaks, and with whom to share.
//!
//! All three ask the same thing of the posterior, and of all its draws at once ([`draws`]): what happens if just these people are
//! told? [`team`] finds the team that meets an operation's roles at the least risk of a leak, [`experiment`] the exact laws of a
//! randomised disclosure that is expected to tell most, and [`share`] the fewest recipients by whom a stated need is met at the
//! least expected loss.
//!
//! A plan is advice with its reasons, computed from beliefs: it is evidence of nothing, and nobody is accused by being left out. Never
//! here: a clock, a file, a generator that is not seeded by the caller.

pub mod draws;
pub mod experiment;
pub mod share;
pub mod team;
