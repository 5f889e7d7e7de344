//! The desk: pages in a browser on the officer's own machine (DESIGN §11), and the same for programs (`api`).
//!
//! In: the folder of a workspace. Out: pages rendered here, at an address of this machine alone. A page that a server sends
//! can be altered by whoever runs the server, so the desk runs where its officer is, and no other server ever holds a key or a
//! plaintext item.
//!
//! Must never know: how marks are found, drawn or decoded. It calls `holm` and renders what that returns. It never answers
//! anybody but the browser or program that was given its start link (`guard`).
//!
//! Start reading at `router`, where every route stands.
//!
//! ```no_run
//! use holm_desk::{Options, Server};
//!
//! # fn main() -> Result<(), holm_desk::DeskError> {
//! let server = Server::bind(Options::of("holm-workspace".into()))?;
//! println!("open {}", server.start_link());
//! server.run()
//! # }
//! ```

mod api;
mod approach;
mod approval;
mod arrival;
mod belief;
mod bundle;
mod contribution;
mod correction;
mod destruction;
mod draft;
mod draw;
mod drawer;
mod entry_words;
mod explanation;
mod fields;
mod form;
mod guard;
mod happening;
mod import;
mod job;
mod kept;
mod language;
mod member;
mod office;
mod onward;
mod page;
mod problem;
mod proceeding;
mod release;
mod roster;
mod router;
mod routes;
mod server;
mod session;
mod statements;
#[cfg(test)]
mod tests;
mod trace;
mod vetting;
mod warning;
pub mod witness;
mod words;

pub use server::{DeskError, Options, Server};
