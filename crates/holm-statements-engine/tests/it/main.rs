//! The program, asked as `holm` asks it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod asked;
mod bad_input;
mod planted_bookings;
mod planted_calls;
