//! E-values of experiments: what is refused.

pub(crate) mod bench;
mod refusals;
