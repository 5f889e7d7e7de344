//! What holds of marks and carriers as a whole.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod extraction;
mod hostile;
mod labels;
mod packs;
mod page_file;
mod pdf_pictures;
mod pictures;
mod word_export;
