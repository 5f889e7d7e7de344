//! Plans against what is found by trying everything.

mod draws;
mod experiment;
mod share;
mod team;
