//! What may stand behind the program's name.

use crate::engine::Cluster;
use crate::failure::Failure;

/// The cluster that is to answer, if one is.
pub(crate) fn cluster(mut given: impl Iterator<Item = String>) -> Result<Option<Cluster>, Failure> {
    let (mut url, mut shared) = (None, None);
    while let Some(option) = given.next() {
        let slot = match option.as_str() {
            "--cluster" => &mut url,
            "--shared" => &mut shared,
            _ => return Err(Failure::Option(option)),
        };
        *slot = Some(given.next().ok_or(Failure::Option(option))?);
    }
    match (url, shared) {
        (Some(url), Some(shared)) => Ok(Some(Cluster { url, shared: shared.into() })),
        (None, None) => Ok(None),
        (Some(_), None) => Err(Failure::Option("--cluster".to_owned())),
        (None, Some(_)) => Err(Failure::Option("--shared".to_owned())),
    }
}
