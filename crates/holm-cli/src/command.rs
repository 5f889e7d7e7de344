//! One file per subcommand: its arguments, whose doc is the help text, and what it does.

pub(crate) mod contribute;
pub(crate) mod custodian;
pub(crate) mod demo;
pub(crate) mod desk;
pub(crate) mod init;
pub(crate) mod item;
pub(crate) mod keygen;
pub(crate) mod marking;
pub(crate) mod marks;
pub(crate) mod onward;
pub(crate) mod open;
pub(crate) mod person;
pub(crate) mod receipt;
pub(crate) mod record;
pub(crate) mod share;
pub(crate) mod simulate;
pub(crate) mod survival;
mod survival_picture;
pub(crate) mod trace;
pub(crate) mod verify_trace;
