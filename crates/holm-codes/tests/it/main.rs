//! Soundness of the decoders, and proof that these tests would notice if it were gone.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod broken;
mod leave_one_out;
mod soundness;
mod trial;
