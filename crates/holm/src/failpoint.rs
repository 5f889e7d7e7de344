//! Places where a test can end the program as if the power had failed.

/// Ends the program at once if `$HOLM_FAILPOINT` is `name`. Does nothing in release builds.
pub(crate) fn failpoint(name: &str) {
    #[cfg(debug_assertions)]
    if std::env::var_os("HOLM_FAILPOINT").is_some_and(|wanted| wanted == name) {
        std::process::abort();
    }
    #[cfg(not(debug_assertions))]
    let _: &str = name;
}
