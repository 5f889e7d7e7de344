//! Files for recipients: the sealed copy, its slip, a mail with both, and all mails of an item.

use std::io::{Cursor, Write};

use axum::extract::Path;
use axum::response::Response;
use holm::mail;
use holm::share::{LIST, Outgoing, ShareError};
use holm::vault::VaultError;
use holm::workspace::Workspace;
use holm_record::id::{CopyId, ItemName};
use zip::write::{SimpleFileOptions, ZipWriter};

use super::{Asked, download};
use crate::problem::Problem;
use crate::server::Desk;

/// `GET /items/{name}/copies/{copy}/{kind}`
pub(crate) async fn file((state, extension): Asked, Path((item, copy, kind)): Path<(String, String, String)>) -> Response {
    let (desk, language) = (state.0, extension.0);
    let made = tokio::task::spawn_blocking(move || file_of(&desk, &item, &copy, &kind));
    made.await.map_err(Problem::from).and_then(|made| made).unwrap_or_else(|problem| problem.page(language))
}

/// A file that goes with a copy: `sealed`, its `slip`, or a `mail` with both.
///
/// # Errors
/// [`Problem::Missing`] if there is no such copy or file; [`Problem::Refused`] if it was destroyed.
pub(crate) fn file_of(desk: &Desk, item: &str, copy: &str, kind: &str) -> Result<Response, Problem> {
    let (item, copy) = names(item, copy)?;
    let Outgoing { slip, sealed, mail, .. } = desk.office.act(|w| w.outgoing(&item, &copy))?.map_err(|error| match error {
        ShareError::Vault(error @ VaultError::Destroyed(_)) => Problem::Refused(error.to_string()),
        _ => Problem::Missing,
    })?;
    match kind {
        "sealed" => Ok(download(&slip.sealed_file, "application/age-encryption", sealed)),
        "slip" => Ok(download(&slip.file_name(), "application/json", slip.to_text().into_bytes())),
        "mail" => Ok(download(&mail_name(&slip.sealed_file), "message/rfc822", mail)),
        _ => Err(Problem::Missing),
    }
}

fn names(item: &str, copy: &str) -> Result<(ItemName, CopyId), Problem> {
    let item = ItemName::new(item).map_err(|_| Problem::Missing)?;
    Ok((item, CopyId::new(copy).map_err(|_| Problem::Missing)?))
}

fn mail_name(sealed: &str) -> String {
    format!("{}.eml", sealed.strip_suffix(".age").unwrap_or(sealed))
}

/// `GET /items/{name}/mails`
pub(crate) async fn mails((state, extension): Asked, Path(item): Path<String>) -> Response {
    let (desk, language) = (state.0, extension.0);
    let made = tokio::task::spawn_blocking(move || mails_of(&desk, &item));
    made.await.map_err(Problem::from).and_then(|made| made).unwrap_or_else(|problem| problem.page(language))
}

/// An archive of all mails of an item.
///
/// # Errors
/// [`Problem::Missing`] if there is no such item or it has no copies.
pub(crate) fn mails_of(desk: &Desk, item: &str) -> Result<Response, Problem> {
    let item = ItemName::new(item).map_err(|_| Problem::Missing)?;
    let archive = desk.office.act(|workspace| archive(workspace, &item))?.map_err(Problem::Workspace)?;
    Ok(download(&format!("{item}.zip"), "application/zip", archive.ok_or(Problem::Missing)?))
}

/// All mails of an item and the list of them; `None` if there is no such item.
fn archive(workspace: &mut Workspace, item: &ItemName) -> Result<Option<Vec<u8>>, String> {
    let Some(known) = workspace.state().items.get(item).filter(|i| !i.disclosures.is_empty()) else { return Ok(None) };
    let copies: Vec<CopyId> = known.disclosures.iter().map(|d| d.copy.clone()).collect();
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let mut listed = Vec::with_capacity(copies.len());
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    for copy in &copies {
        let Outgoing { slip, mail, person, .. } = workspace.outgoing(item, copy).map_err(|e| e.to_string())?;
        archive.start_file(mail_name(&slip.sealed_file), stored).map_err(|e| e.to_string())?;
        archive.write_all(&mail).map_err(|e| e.to_string())?;
        listed.push((slip, person));
    }
    let list = mail::list(listed.iter().map(|(slip, person)| (slip, person))).map_err(|e| e.to_string())?;
    archive.start_file(LIST, stored).map_err(|e| e.to_string())?;
    archive.write_all(&list).map_err(|e| e.to_string())?;
    Ok(Some(archive.finish().map_err(|e| e.to_string())?.into_inner()))
}
