//! A recipient's side: a sealed copy arrives, its conditions are accepted, it is read, and a receipt goes back; and the
//! officer's: receipts that came back.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use age::secrecy::SecretString;
use askama::Template;
use axum::extract::{Multipart, Path};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use holm::identity::DeviceKeys;
use holm::policy::Action;
use holm::receipt::open_copy;
use holm::slip::Slip;
use holm_marks::leak::attachments;
use jiff::Timestamp;

use super::trace::last_part;
use super::{Asked, Place, Shell, Shown, download};
use crate::language::Language;
use crate::problem::Problem;
use crate::server::Desk;
use crate::session::{held, secret};
use crate::words::fill;

/// Copies that are kept in memory; the oldest is forgotten first.
const MOST: usize = 20;

/// A copy that arrived.
#[derive(Clone)]
struct Arrived {
    slip: Slip,
    sealed: Vec<u8>,
    /// Once its conditions were accepted.
    opened: Option<Opened>,
}

#[derive(Clone)]
struct Opened {
    bytes: Vec<u8>,
    receipt: Option<String>,
}

/// Copies that arrived since the desk started, by ticket; nothing of them is written to the disk.
#[derive(Default)]
pub(crate) struct Arrivals(Mutex<(Vec<String>, HashMap<String, Arrived>)>);

impl Arrivals {
    fn keep(&self, ticket: &str, arrived: Arrived) {
        let mut kept = held(&self.0);
        if !kept.1.contains_key(ticket) {
            kept.0.push(ticket.to_owned());
        }
        if kept.0.len() > MOST {
            let oldest = kept.0.remove(0);
            kept.1.remove(&oldest);
        }
        kept.1.insert(ticket.to_owned(), arrived);
    }

    fn get(&self, ticket: &str) -> Option<Arrived> {
        held(&self.0).1.get(ticket).cloned()
    }

    /// Forgets all.
    pub(crate) fn clear(&self) {
        *held(&self.0) = Default::default();
    }
}

#[derive(Template)]
#[template(path = "inbox.html")]
struct InboxPage {
    shell: Shell,
    has_key: bool,
    has_workspace: bool,
    error: Option<String>,
    receipts_error: bool,
}

/// `GET /inbox`
pub(crate) async fn inbox(asked: Asked) -> Shown {
    super::shown(asked, |desk, language| Ok(page(desk, language, None, false))).await
}

fn page(desk: &Desk, language: Language, error: Option<String>, receipts_error: bool) -> InboxPage {
    let view = desk.office.view().ok();
    InboxPage {
        has_key: desk.identity.is_some(),
        has_workspace: view.is_some(),
        error,
        receipts_error,
        shell: Shell::maybe_of(language, Place::Inbox, view.as_deref()),
    }
}

/// Whether the key file of whoever sits here needs a passphrase.
fn is_locked(desk: &Desk) -> bool {
    let start = |path: &std::path::Path| std::fs::read(path).is_ok_and(|bytes| bytes.starts_with(b"age-encryption.org/v1"));
    desk.identity.as_deref().is_some_and(start)
}

fn keys(desk: &Desk, passphrase: Option<&SecretString>) -> Result<DeviceKeys, String> {
    let path = desk.identity.as_deref().ok_or("this desk has no key to open copies with")?;
    let bytes = std::fs::read(path).map_err(|e| format!("the key file `{}` could not be read: {e}", path.display()))?;
    DeviceKeys::from_file(&bytes, passphrase).map_err(|e| e.to_string())
}

/// Files and fields of a form.
#[derive(Default)]
struct Given {
    files: Vec<(String, Vec<u8>)>,
    passphrase: String,
}

impl Given {
    async fn read(mut form: Multipart) -> Result<Self, axum::extract::multipart::MultipartError> {
        let mut given = Self::default();
        while let Some(field) = form.next_field().await? {
            let file = field.file_name().map(last_part);
            let bytes = field.bytes().await?;
            match file {
                Some(name) if !bytes.is_empty() => given.files.push((name, bytes.to_vec())),
                Some(_) => {}
                None => given.passphrase = String::from_utf8_lossy(&bytes).into_owned(),
            }
        }
        Ok(given)
    }

    /// The slip and the sealed copy, out of a mail or side by side.
    fn copy(&self) -> Option<(Slip, Vec<u8>)> {
        let inside = |(name, bytes): &(String, Vec<u8>)| -> Vec<Vec<u8>> {
            if name.ends_with(".eml") { attachments(bytes).into_iter().map(|a| a.bytes).collect() } else { vec![bytes.clone()] }
        };
        let parts: Vec<Vec<u8>> = self.files.iter().flat_map(inside).collect();
        let slip = parts.iter().find_map(|p| Slip::parse(std::str::from_utf8(p).ok()?).ok())?;
        let sealed = parts.into_iter().find(|p| p.starts_with(b"age-encryption.org/v1"))?;
        Some((slip, sealed))
    }
}

/// `POST /inbox`
pub(crate) async fn arrive((state, extension): Asked, form: Multipart) -> Response {
    let (desk, language) = (state.0, extension.0);
    let given = match Given::read(form).await {
        Ok(given) => given,
        Err(error) => return (error.status(), error.body_text()).into_response(),
    };
    let checked = given.copy().ok_or_else(|| language.words().inbox.incomplete.to_owned()).and_then(|(slip, sealed)| {
        slip.check(&sealed).map_err(|e| e.to_string())?;
        Ok(Arrived { slip, sealed, opened: None })
    });
    let ticket = secret().map_err(|e| e.to_string());
    match checked.and_then(|arrived| Ok((ticket?, arrived))) {
        Ok((ticket, arrived)) => {
            desk.arrivals.keep(&ticket, arrived);
            Redirect::to(&format!("/inbox/{ticket}")).into_response()
        }
        Err(error) => refused(desk, language, Some(error), false).await,
    }
}

async fn refused(desk: Arc<Desk>, language: Language, error: Option<String>, receipts: bool) -> Response {
    let made = tokio::task::spawn_blocking(move || page(&desk, language, error, receipts).render()).await;
    match made.map_err(Problem::from).and_then(|page| Ok(page?)) {
        Ok(page) => (StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response(),
        Err(problem) => problem.page(language),
    }
}

#[derive(Template)]
#[template(path = "arrived.html")]
struct ArrivedPage {
    shell: Shell,
    ticket: String,
    title: String,
    person: String,
    marking: Option<String>,
    conditions: Option<String>,
    log_key: String,
    locked: bool,
    has_key: bool,
    error: Option<String>,
}

#[derive(Template)]
#[template(path = "opened.html")]
struct OpenedPage {
    shell: Shell,
    ticket: String,
    title: String,
    marking: Option<String>,
    receipt: bool,
    text: Option<String>,
}

/// `GET /inbox/{ticket}`
pub(crate) async fn arrived((state, extension): Asked, Path(ticket): Path<String>) -> Response {
    let (desk, language) = (state.0, extension.0);
    let made = tokio::task::spawn_blocking(move || arrived_page(&desk, language, &ticket, None));
    made.await.map_err(Problem::from).and_then(|made| made).unwrap_or_else(|problem| problem.page(language))
}

fn arrived_page(desk: &Desk, language: Language, ticket: &str, error: Option<String>) -> Result<Response, Problem> {
    let words = &language.words().inbox;
    let Some(Arrived { slip, opened, .. }) = desk.arrivals.get(ticket) else {
        return Err(Problem::Workspace(words.gone.to_owned()));
    };
    let shell = Shell::maybe_of(language, Place::Inbox, desk.office.view().ok().as_deref());
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = match opened {
        Some(opened) => OpenedPage {
            shell,
            ticket: ticket.to_owned(),
            title: fill(words.opened, &[&slip.item]),
            marking: slip.marking.clone(),
            receipt: opened.receipt.is_some(),
            text: holm_marks::leak::read(&opened.bytes, plain_name(&slip)).ok().filter(|t| !t.trim().is_empty()),
        }
        .render()?,
        None => ArrivedPage {
            shell,
            ticket: ticket.to_owned(),
            title: fill(words.arrived, &[&slip.item, &slip.person]),
            person: slip.person.to_string(),
            marking: slip.marking,
            conditions: slip.conditions,
            log_key: slip.entry.log_key,
            locked: is_locked(desk),
            has_key: desk.identity.is_some(),
            error,
        }
        .render()?,
    };
    Ok((status, Html(page)).into_response())
}

/// The copy's own file name.
fn plain_name(slip: &Slip) -> &str {
    slip.sealed_file.strip_suffix(".age").unwrap_or(&slip.sealed_file)
}

/// `POST /inbox/{ticket}`: the conditions are accepted.
pub(crate) async fn open((state, extension): Asked, Path(ticket): Path<String>, form: Multipart) -> Response {
    let (desk, language) = (state.0, extension.0);
    let given = match Given::read(form).await {
        Ok(given) => given,
        Err(error) => return (error.status(), error.body_text()).into_response(),
    };
    let made = tokio::task::spawn_blocking(move || -> Result<Response, Problem> {
        let Some(arrived) = desk.arrivals.get(&ticket) else {
            return Err(Problem::Workspace(language.words().inbox.gone.to_owned()));
        };
        let phrase = Some(given.passphrase).filter(|p| !p.is_empty()).map(SecretString::from);
        let opened = keys(&desk, phrase.as_ref())
            .map_err(|e| e.to_string())
            .and_then(|keys| open_copy(&arrived.sealed, &arrived.slip, &keys, Timestamp::now()).map_err(|e| e.to_string()));
        match opened {
            Ok(opened) => {
                let opened = Opened { bytes: opened.bytes, receipt: opened.receipt };
                desk.arrivals.keep(&ticket, Arrived { opened: Some(opened), ..arrived });
                Ok(Redirect::to(&format!("/inbox/{ticket}")).into_response())
            }
            Err(error) => arrived_page(&desk, language, &ticket, Some(error)),
        }
    });
    made.await.map_err(Problem::from).and_then(|made| made).unwrap_or_else(|problem| problem.page(language))
}

/// `GET /inbox/{ticket}/{what}`: the copy or the receipt, as a file.
pub(crate) async fn save((state, extension): Asked, Path((ticket, what)): Path<(String, String)>) -> Response {
    let (desk, language) = (state.0, extension.0);
    let Some(Arrived { slip, opened: Some(opened), .. }) = desk.arrivals.get(&ticket) else {
        return Problem::Missing.page(language);
    };
    let name = plain_name(&slip);
    match (what.as_str(), opened.receipt) {
        ("copy", _) => download(name, "application/octet-stream", opened.bytes),
        ("receipt", Some(receipt)) => download(&format!("{name}.receipt"), "text/plain; charset=utf-8", receipt.into_bytes()),
        _ => Problem::Missing.page(language),
    }
}

#[derive(Template)]
#[template(path = "receipts.html")]
struct ReceiptsPage {
    shell: Shell,
    title: String,
    lines: Vec<String>,
}

/// `POST /receipts`
pub(crate) async fn receipts((state, extension): Asked, form: Multipart) -> Response {
    let (desk, language) = (state.0, extension.0);
    let given = match Given::read(form).await {
        Ok(given) => given,
        Err(error) => return (error.status(), error.body_text()).into_response(),
    };
    if given.files.is_empty() {
        return refused(desk, language, None, true).await;
    }
    super::shown((axum::extract::State(desk), axum::extract::Extension(language)), move |desk, language| {
        let words = &language.words().inbox;
        let mut lines = Vec::new();
        for (name, bytes) in &given.files {
            let taken = desk.office.act(|workspace| {
                let permit = workspace.permit(&Action::Administer, Timestamp::now()).map_err(|e| e.to_string())?;
                workspace.import_receipt(&permit, &String::from_utf8_lossy(bytes)).map_err(|e| e.to_string())
            })?;
            lines.push(match taken {
                Ok((copy, true)) => fill(words.taken, &[name, &copy]),
                Ok((copy, false)) => fill(words.taken_unverified, &[name, &copy]),
                Err(why) => fill(words.refused, &[name, &why]),
            });
        }
        let view = desk.office.view()?;
        Ok(ReceiptsPage { title: words.came.of(lines.len()), lines, shell: Shell::of(language, Place::Inbox, &view) })
    })
    .await
    .into_response()
}
