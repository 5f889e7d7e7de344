//! The item manifest: everything about an item's marks that is decided before its key exists (DESIGN §6, step 2).
//!
//! The format is `docs/spec/manifest.md`.

use holm_codes::decode::TestPolicy;
use holm_codes::law::Law;
use holm_marks::carrier::{Format, PictureSecret};
use holm_marks::frame::Language;
use holm_marks::mark::Mark;
use holm_record::commitment::{Commitment, Salt};
use holm_record::id::{ItemName, PersonId};
use serde::{Deserialize, Serialize};

use crate::pages::{Copies, PagesError};

/// Version of the manifest's format.
pub const FORMAT: &str = "holm-manifest/1";
/// Domain of commitments to manifests.
pub const MANIFEST_DOMAIN: &str = "holm manifest v1";
/// Domain of commitments to masters.
pub const MASTER_DOMAIN: &str = "holm master v1";

/// What the originator said of a fact that varies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactNote {
    /// The mark's rule, `authored:LABEL`.
    pub rule: String,
    /// The alternative that is true, if any is.
    pub truth: Option<String>,
    /// Who knows the true value.
    pub known_to: Option<String>,
    /// Persons who confirmed that no alternative can do harm.
    pub confirmed_by: Vec<PersonId>,
}

/// The frozen description of an item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: String,
    /// The item.
    pub item: ItemName,
    /// File name of the master.
    pub file: String,
    /// Format of the master, and of copies if no typesetter is named.
    pub carrier: Format,
    /// Version of the typesetter, if copies are pages that it set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub typesetter: Option<String>,
    /// Language of the frames, if frames were used.
    pub language: Option<Language>,
    /// Salted commitment to the master's bytes, and its salt.
    pub master: Commitment,
    /// Salt of `master`.
    pub master_salt: Salt,
    /// SHA-256 of the pack's source, in hexadecimal.
    pub pack: Option<String>,
    /// Salted commitment to the review file, under `master_salt`.
    pub review: Option<Commitment>,
    /// All marks, in order.
    pub marks: Vec<Mark>,
    /// What was said of facts.
    pub facts: Vec<FactNote>,
    /// Bias law.
    pub law: Law,
    /// Version of the derivation of biases and codewords from the key.
    pub derivation: u16,
    /// Version of the extractor.
    pub extractor: String,
    /// α of an incident.
    pub alpha: f64,
    /// Weights of the step-down: all copies alike.
    pub weights: String,
    /// How copies are tested.
    pub test: TestPolicy,
    /// Number of copies planned, by which law and test were chosen.
    pub planned_copies: usize,
    /// Largest coalition of the policy.
    pub largest_coalition: u8,
}

impl Manifest {
    /// What the patterns in its pictures follow from: known with the manifest, before any key is opened.
    #[must_use]
    pub fn picture_secret(&self) -> PictureSecret {
        PictureSecret::new(blake3::derive_key("holm 2026-11 picture patterns v1", &self.master_salt.0))
    }

    /// Numbers of alternatives, in mark order.
    #[must_use]
    pub fn arities(&self) -> Vec<usize> {
        self.marks.iter().map(Mark::arity).collect()
    }

    /// What the copies are.
    ///
    /// # Errors
    /// [`PagesError::Version`] if another version of the typesetter set them.
    pub fn copies(&self) -> Result<Copies, PagesError> {
        Copies::by(self.typesetter.as_deref())
    }

    /// The file name that copies take their ending from.
    #[must_use]
    pub fn copy_file(&self) -> String {
        if self.typesetter.is_none() {
            return self.file.clone();
        }
        let stem = self.file.rsplit_once('.').map_or(self.file.as_str(), |(stem, _)| stem);
        format!("{stem}.pdf")
    }

    /// The bytes that are committed to.
    #[must_use]
    #[expect(clippy::expect_used, reason = "INVARIANT: a manifest has string keys and finite numbers only")]
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a manifest is JSON")
    }

    /// The commitment to this manifest.
    #[must_use]
    pub fn commitment(&self, salt: &Salt) -> Commitment {
        Commitment::to(MANIFEST_DOMAIN, salt, &self.to_bytes())
    }
}

/// Information of marks in binary marks: a mark of q alternatives counts q − 1 against coalitions (DESIGN §6).
#[must_use]
pub fn binary_worth(arities: &[usize]) -> f64 {
    arities.iter().map(|q| (*q as f64) - 1.0).sum()
}

/// Information that decides an item's law, in binary marks. Text that is typed anew loses its layout and its pictures: the law
/// is that which suits what is left then, and their marks decide only where there is nothing else.
#[must_use]
pub fn deciding_worth(marks: &[Mark]) -> f64 {
    let arities = |text: bool| {
        let of = marks.iter().filter(|m| m.layer.is_text() == text);
        of.map(Mark::arity).collect::<Vec<_>>()
    };
    let text = binary_worth(&arities(true));
    if text > 0.0 { text } else { binary_worth(&arities(false)) }
}
