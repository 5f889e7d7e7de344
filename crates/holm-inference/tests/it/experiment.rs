//! E-values of experiments: in worlds that do their worst, with each shortcut that would break them, and with what is refused.

pub(crate) mod bench;
mod power;
mod refusals;
mod sealed;
mod settings;
mod shortcuts;
