//! The command line of Holm: arguments → words on a terminal, files and exit codes.
//!
//! The binary `holm` is [`main`]; manual pages and completions are made from [`command_tree`] (`examples/manual.rs`). Never how
//! something is marked, recorded or decoded: each command asks `holm`.
//!
//! Where to start reading: `cli.rs` has every command, `command/` one file for each.

#[macro_use]
mod say;
mod app;
mod cli;
mod command;
mod error;
mod secret;

pub use app::main;
pub use cli::command_tree;
