//! A recipient's side: a sealed copy arrives, its conditions are accepted, it is read, and a receipt goes back; and the
//! officer's: receipts that came back.

use age::secrecy::SecretString;
use holm::identity::DeviceKeys;
use holm::policy::Action;
use holm::receipt::open_copy;
use holm::slip::Slip;
use holm_marks::leak::attachments;
use holm_record::id::CopyId;
use jiff::Timestamp;

use crate::form::Part;
use crate::kept::Kept;
use crate::language::Language;
use crate::problem::Problem;
use crate::server::Desk;
use crate::session::secret;
use crate::words::fill;

/// How every sealed file begins.
const AGE: &[u8] = b"age-encryption.org/v1";

/// A copy that arrived.
#[derive(Clone)]
pub(crate) struct Arrived {
    pub(crate) slip: Slip,
    sealed: Vec<u8>,
    /// Once its conditions were accepted.
    pub(crate) opened: Option<Opened>,
}

#[derive(Clone)]
pub(crate) struct Opened {
    pub(crate) bytes: Vec<u8>,
    /// Absent if the key cannot sign.
    pub(crate) receipt: Option<String>,
}

impl Arrived {
    /// The copy's own file name.
    pub(crate) fn file_name(&self) -> &str {
        self.slip.sealed_file.strip_suffix(".age").unwrap_or(&self.slip.sealed_file)
    }
}

/// Copies that arrived since the desk started.
pub(crate) type Arrivals = Kept<Arrived>;

/// Files of a form; several may be given.
///
/// # Errors
/// [`Problem::Malformed`] names a field that the form does not have.
pub(crate) fn files(parts: &[Part], field: &str) -> Result<Vec<(String, Vec<u8>)>, Problem> {
    match parts.iter().find(|p| p.name != field) {
        Some(other) => Err(other.unknown()),
        None => Ok(parts.iter().filter_map(Part::file).collect()),
    }
}

/// The slip and the sealed copy, out of a mail or side by side.
fn copy(files: &[(String, Vec<u8>)]) -> Option<(Slip, Vec<u8>)> {
    let inside = |(name, bytes): &(String, Vec<u8>)| -> Vec<Vec<u8>> {
        if name.ends_with(".eml") { attachments(bytes).into_iter().map(|a| a.bytes).collect() } else { vec![bytes.clone()] }
    };
    let parts: Vec<Vec<u8>> = files.iter().flat_map(inside).collect();
    let slip = parts.iter().find_map(|p| Slip::parse(std::str::from_utf8(p).ok()?).ok())?;
    let sealed = parts.into_iter().find(|p| p.starts_with(AGE))?;
    Some((slip, sealed))
}

/// Takes in a copy whose slip holds; the ticket under which it is kept.
///
/// # Errors
/// [`Problem::Wrong`] says what is wrong with the files.
pub(crate) fn arrive(desk: &Desk, language: Language, files: &[(String, Vec<u8>)]) -> Result<String, Problem> {
    let wrong = |what: String| Problem::Wrong(vec![("files", what)]);
    let (slip, sealed) = copy(files).ok_or_else(|| wrong(language.words().inbox.incomplete.to_owned()))?;
    slip.check(&sealed).map_err(|e| wrong(e.to_string()))?;
    let ticket = secret().map_err(|e| Problem::Internal(e.to_string()))?;
    desk.arrivals.keep(&ticket, Arrived { slip, sealed, opened: None });
    Ok(ticket)
}

/// A copy that arrived.
///
/// # Errors
/// [`Problem::Gone`] if none is kept under this ticket.
pub(crate) fn find(desk: &Desk, language: Language, ticket: &str) -> Result<Arrived, Problem> {
    desk.arrivals.get(ticket).ok_or_else(|| Problem::Gone(language.words().inbox.gone.to_owned()))
}

/// Whether the key file of whoever sits here needs a passphrase.
pub(crate) fn needs_passphrase(desk: &Desk) -> bool {
    let start = |path: &std::path::Path| std::fs::read(path).is_ok_and(|bytes| bytes.starts_with(AGE));
    desk.identity.as_deref().is_some_and(start)
}

/// The key of whoever sits here.
///
/// # Errors
/// [`Problem::Refused`] if there is none, [`Problem::Wrong`] if it does not open.
pub(crate) fn keys(desk: &Desk, passphrase: Option<&SecretString>) -> Result<DeviceKeys, Problem> {
    let missing = || Problem::Refused("this desk has no key to open copies with".to_owned());
    let path = desk.identity.as_deref().ok_or_else(missing)?;
    let unread = |e| Problem::Refused(format!("the key file `{}` could not be read: {e}", path.display()));
    let bytes = std::fs::read(path).map_err(unread)?;
    DeviceKeys::from_file(&bytes, passphrase).map_err(|e| Problem::Wrong(vec![("passphrase", e.to_string())]))
}

/// Accepts a copy's conditions: opens it and signs for it, once.
///
/// # Errors
/// [`Problem::Wrong`] or [`Problem::Refused`] says why it does not open; [`Problem::Gone`].
pub(crate) fn accept(desk: &Desk, language: Language, ticket: &str, passphrase: String) -> Result<Arrived, Problem> {
    let mut arrived = find(desk, language, ticket)?;
    if arrived.opened.is_none() {
        let passphrase = Some(passphrase).filter(|p| !p.is_empty()).map(SecretString::from);
        let keys = keys(desk, passphrase.as_ref())?;
        let opened = open_copy(&arrived.sealed, &arrived.slip, &keys, Timestamp::now());
        let opened = opened.map_err(|e| Problem::Refused(e.to_string()))?;
        arrived.opened = Some(Opened { bytes: opened.bytes, receipt: opened.receipt });
        desk.arrivals.keep(ticket, arrived.clone());
    }
    Ok(arrived)
}

/// A file to be saved: its name, its media type, its content.
pub(crate) type Saved = (String, &'static str, Vec<u8>);

/// What may be saved of a copy that was opened.
///
/// # Errors
/// [`Problem::Missing`] if it was not opened, or there is no such file.
pub(crate) fn save(desk: &Desk, ticket: &str, what: &str) -> Result<Saved, Problem> {
    let arrived = desk.arrivals.get(ticket).ok_or(Problem::Missing)?;
    let name = arrived.file_name().to_owned();
    let opened = arrived.opened.ok_or(Problem::Missing)?;
    match (what, opened.receipt) {
        ("copy", _) => Ok((name, "application/octet-stream", opened.bytes)),
        ("receipt", Some(receipt)) => Ok((format!("{name}.receipt"), "text/plain; charset=utf-8", receipt.into_bytes())),
        _ => Err(Problem::Missing),
    }
}

/// A receipt or a request that came back: its file, and what was entered, or why nothing was.
pub(crate) type CameBack = (String, Result<Taken, String>);

/// What was entered.
pub(crate) enum Taken {
    /// A receipt for a copy, and whether its signature was checked.
    Receipt { copy: CopyId, checked: bool },
    /// A request to pass something on, by its number.
    Request(String),
}

/// Enters receipts and requests that came back.
///
/// # Errors
/// [`Problem::Wrong`] if none was given.
pub(crate) fn take(desk: &Desk, language: Language, files: &[(String, Vec<u8>)]) -> Result<Vec<CameBack>, Problem> {
    if files.is_empty() {
        return Err(Problem::Wrong(vec![("receipts", language.words().inbox.no_receipts.to_owned())]));
    }
    let one = |(name, bytes): &(String, Vec<u8>)| {
        let taken = desk.office.act(|workspace| {
            let permit = workspace.permit(&Action::Administer, Timestamp::now()).map_err(|e| e.to_string())?;
            // Receipts travel in the open, requests sealed.
            if bytes.starts_with(AGE) {
                return workspace.import_request(&permit, bytes).map(Taken::Request).map_err(|e| e.to_string());
            }
            let receipt = workspace.import_receipt(&permit, &String::from_utf8_lossy(bytes));
            receipt.map(|(copy, checked)| Taken::Receipt { copy, checked }).map_err(|e| e.to_string())
        })?;
        Ok((name.clone(), taken))
    };
    files.iter().map(one).collect()
}

/// What is said of what came back.
pub(crate) fn said(language: Language, (file, taken): &CameBack) -> String {
    let words = &language.words().inbox;
    match taken {
        Ok(Taken::Receipt { copy, checked: true }) => fill(words.taken, &[file, copy]),
        Ok(Taken::Receipt { copy, checked: false }) => fill(words.taken_unverified, &[file, copy]),
        Ok(Taken::Request(number)) => fill(language.words().onward.taken, &[file, number]),
        Err(why) => fill(words.refused, &[file, &language.reason(why)]),
    }
}
