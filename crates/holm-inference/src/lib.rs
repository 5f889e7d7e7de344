//! Belief about people: who leaks, from what was told to whom and what happened.
//!
//! Operations succeed or are betrayed; each was known to some people, some channels, and perhaps to others of whom nobody took
//! note. From that a posterior follows over people, channels and "somebody who is not listed": [`case`] holds what is recorded,
//! [`priors`] what is supposed, [`chain`] samples from the posterior, [`posterior`] runs several chains and refuses to report if
//! they do not agree, and [`oracle`] computes small cases exactly, by another way, to test the sampler against. [`checks`] are what
//! vetting found. Of a posterior, [`reasons`] says why, [`sensitivity`] what it stands on and whether it may be acted on,
//! [`outlook`] how much more would tell, [`infiltration`] how many were active when, [`decision`] whom to refer for review, and
//! [`framing`] what must be looked at in the record before anybody is, and [`witness`] what rests on one keeper's word. [`effect`] compares before and after, without a model.
//! [`plan`] says what to do next: whom to take, what to tell whom at random, with whom to share.
//! Apart from all of this, [`experiment`] gives evidence without a model, where what people are told was drawn at random.
//!
//! Nothing here is proof: proof is about copies (`holm-codes`). No randomness but the caller's seed is used, no clock, no file.

pub mod case;
pub mod chain;
pub mod checks;
pub mod decision;
pub mod diagnostics;
pub mod effect;
pub mod experiment;
pub mod framing;
pub mod infiltration;
pub mod oracle;
pub mod outlook;
pub mod plan;
pub mod posterior;
pub mod priors;
pub mod reasons;
pub mod screening;
pub mod sensitivity;
mod windows;
pub mod witness;
