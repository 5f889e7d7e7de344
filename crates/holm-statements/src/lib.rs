//! What statements of calls and accounts say about people (call detail records, bank statements; `docs/spec/statements.md`).
//!
//! In: a [`Request`](request::Request), and small tables that somebody else counted (`holm-statements-engine`, by SQL). Out: an
//! [`Answer`](answer::Answer) with findings of each person, each with an exact p-value whose null is stated, or with the reason
//! why it has none, and corrected for everybody who was screened. A finding says that somebody should ask; it proves nothing.
//!
//! Never: a file, a clock, an engine, a random generator without a fixed seed, a codeword.
//!
//! ```
//! use holm_statements::exact::{Stratum, upper_tail};
//! // Seven calls after a disclosure; in the same hours of three other weeks there were 1, 0 and 2.
//! let test = upper_tail(&[Stratum { truth: 7, controls: vec![1, 0, 2] }])?;
//! assert!((test.p - 0.25).abs() < 1e-12);
//! # Ok::<(), holm_statements::exact::NoTest>(())
//! ```
//!
//! Begin with [`window`] (which hours are compared) and [`exact`] (what is computed of them), then [`phones`] and [`accounts`].

pub mod accounts;
pub mod answer;
pub mod calibration;
pub mod disclosure;
pub mod exact;
pub mod finding;
pub mod money;
pub mod phones;
pub mod request;
pub mod standing;
pub mod window;
