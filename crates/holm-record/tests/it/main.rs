//! What holds of the record as a whole.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod faults;
mod store;
mod tamper;
mod witness;
