//! record
pub mod commitment;
pub mod entry;
pub mod event;
pub mod id;
pub mod note;
pub mod proof;
pub mod record;
pub mod store;
pub mod tlog;
pub mod verify;
