//! The program, asked as `holm` asks it.

mod asked;
mod bad_input;
mod planted_calls;
