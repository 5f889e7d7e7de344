//! What ordinary calls are calibrated on: the Copenhagen Networks Study (Sapiezynski et al., Scientific Data 6, 315, 2019), calls and
//! texts of students over 28 days. `python3 scripts/calls-measured.py FOLDER` measures all of it, with the study's `calls.csv` and
//! `sms.csv` in the folder, and the same of a folder with `phones.csv`.
//!
//! The study has only what passed between its participants: contacts and calls with anybody else are missing, so that numbers of
//! both are lower bounds. Statements are made to agree with it in its own terms; strangers come on top ([`super::setting`]).

/// Days that the study lasts.
pub const STUDY_DAYS: f64 = 28.0;
/// Contacts of a person in these days: lower quartile, median, upper quartile, and what one in ten and one in a hundred exceed.
pub const CONTACTS: [usize; 5] = [1, 2, 4, 5, 12];
/// Mean and standard deviation of ln of the calls and texts of a person in these days.
pub const LN_EXCHANGES: [f64; 2] = [3.37, 1.55];
/// Share of pairs of people in which each called or wrote to the other.
pub const RECIPROCAL: f64 = 0.768;
/// Burstiness (σ − μ) / (σ + μ) of times between calls and texts (Goh and Barabási, EPL 81, 2008), in the mean over people with 20 or more.
pub const BURSTINESS: f64 = 0.474;
/// Share of times between a person's calls and texts that are below an hour.
pub const WITHIN_HOUR: f64 = 0.823;
/// Share of a person's calls and texts that are with the same other as the one before.
pub const SAME_OTHER: f64 = 0.898;
/// Share of calls and texts that are calls.
pub const CALLS: f64 = 0.129;
/// Share of calls that nobody answers.
pub const MISSED: f64 = 0.102;
/// Mean and standard deviation of ln of the seconds of answered calls, at least one.
pub const LN_SECONDS: [f64; 2] = [2.52, 1.91];
/// Share of calls and texts in each hour of the day, in thousandths.
pub const HOURS: [f64; 24] = [
    12.0, 9.0, 4.0, 3.0, 1.0, 0.5, 8.0, 27.0, 38.0, 52.0, 52.0, 60.0, 74.0, 60.0, 57.0, 59.0, 72.0, 76.0, 59.0, 64.0, 66.0, 62.0,
    53.0, 32.0,
];
