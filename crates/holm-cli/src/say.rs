//! Printing that goes on when nobody reads: `holm record log | head` ends quietly, and a share behind a closed pipe is
//! finished.

/// `println!` that does not panic when standard output is closed.
macro_rules! say {
    ($($arg:tt)*) => {{
        use std::io::Write as _;
        drop(writeln!(std::io::stdout(), $($arg)*));
    }};
}
