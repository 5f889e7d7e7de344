//! The sampler against what is known by other ways.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod bad_input;
mod calibration;
mod experiment;
mod infiltration;
mod oracle;
mod outlook;
mod paths;
mod plan;
mod sensitivity;
mod traps;
mod world;
