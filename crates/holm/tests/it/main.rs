//! The use-cases as a newcomer should read them first.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod approvals;
mod histories;
mod leak_is_traced;
mod members;
mod soundness;
mod stolen;
mod taken_in;
