//! What was measured.

use std::process::Command;

/// The commit that is checked out, with a plus sign where files of the product differ from it.
pub(crate) fn revision() -> String {
    static REVISION: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    let git = |arguments: &[&str]| {
        let output = Command::new("git").args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output();
        output.ok().filter(|o| o.status.success()).map(|o| String::from_utf8_lossy(&o.stdout).trim().to_owned())
    };
    let compute = || {
        let head = std::env::var("HOLM_REVISION")
            .ok()
            .or_else(|| git(&["rev-parse", "--short=9", "HEAD"]))
            .unwrap_or_else(|| "unknown".to_owned());
        let changed =
            git(&["status", "--porcelain", "--untracked-files=no", "--", "..", ":!results"]).is_some_and(|s| !s.is_empty());
        if changed { format!("{head}+") } else { head }
    };
    REVISION.get_or_init(compute).clone()
}
