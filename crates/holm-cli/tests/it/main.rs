//! The command line as its users meet it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod adversary;
mod approaches;
mod approved;
mod authorised;
mod backups;
mod bad_input;
mod compared;
mod desk;
mod dossiers;
mod drawn;
#[cfg(target_os = "linux")]
mod evidence;
mod experimented;
mod faulty;
mod gated;
mod happened;
mod help;
mod interrupted;
mod pages;
mod pdf_pictures;
mod pictures;
mod planned;
mod proceeded;
mod roles;
mod scene;
mod served;
mod stores;
mod story;
mod tidy;
mod vetted;
mod witnessed;
