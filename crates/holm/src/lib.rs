//! holm
pub mod contribution;
pub mod custody;
mod failpoint;
pub mod identity;
pub mod leak;
pub mod manifest;
pub mod policy;
pub mod prepare;
pub mod receipt;
pub mod report;
pub mod review;
pub mod roster;
pub mod share;
pub mod slip;
pub mod state;
pub mod trace;
pub mod vault;
pub mod workspace;
