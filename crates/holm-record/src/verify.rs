//! Verification from bytes, written for itself: no hash, tree, note or cipher code is shared with the writer.
//!
//! Only the row and event types are common. What is checked: every leaf's form, every body against its leaf, the order of
//! times, the root of every checkpoint ever signed, every signature. Sources: RFC 6962 §2.1, C2SP signed-note and
//! tlog-checkpoint, `docs/spec/record.md`.

pub mod published;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{AeadInOut, KeyInit, array::Array};
use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest, Sha256};

use crate::entry::{Entry, Row};
use crate::proof::LogProof;
use crate::store::StoredCheckpoint;

/// Something that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Index of the entry, or size of the checkpoint.
    pub at: u64,
    /// What does not hold, in words.
    pub what: String,
}

/// What was checked and what was found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Entries whose leaf was checked.
    pub entries: u64,
    /// Entries whose body was opened and checked.
    pub bodies: u64,
    /// Entries whose body was lawfully destroyed.
    pub destroyed: u64,
    /// Checkpoints whose root and signature were checked.
    pub checkpoints: u64,
    /// What does not hold; empty when all is well.
    pub findings: Vec<Finding>,
    /// The entries that were opened, in order.
    pub opened: Vec<(u64, Entry)>,
}

/// The verifier's keys: `name+id+base64`, as published at the start of the record.
pub struct LogIdentity {
    name: String,
    id: [u8; 4],
    key: VerifyingKey,
    second: Option<Second>,
}

/// The log's ML-DSA-44 key.
struct Second {
    id: [u8; 4],
    key: ml_dsa::VerifyingKey<ml_dsa::MlDsa44>,
}

impl LogIdentity {
    /// The log's origin, as its checkpoints name it.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.name
    }
}

/// The parts of a verifier key of kind `kind`: name, id, and the key's bytes.
fn parts(vkey: &str, kind: u8) -> Result<(&str, [u8; 4], Vec<u8>), String> {
    let fields: Vec<&str> = vkey.trim().splitn(3, '+').collect();
    let [name, id, key] = fields.as_slice() else { return Err("the log key is not name+id+base64".to_owned()) };
    let raw = STANDARD.decode(key).map_err(|_| "the log key is not base64".to_owned())?;
    let digest = Sha256::digest([name.as_bytes(), b"\n", &raw].concat());
    let expected = [digest[0], digest[1], digest[2], digest[3]];
    if u32::from_str_radix(id, 16).ok() != Some(u32::from_be_bytes(expected)) {
        return Err("the log key's id does not match it".to_owned());
    }
    match raw.split_first() {
        Some((found, key)) if *found == kind => Ok((name, expected, key.to_vec())),
        _ => Err("the log key is of another kind".to_owned()),
    }
}

impl LogIdentity {
    /// Reads a verifier key.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn parse(vkey: &str) -> Result<Self, String> {
        let (name, id, key) = parts(vkey, 1)?;
        let point: [u8; 32] = key.try_into().map_err(|_| "the log key has the wrong length".to_owned())?;
        let key = VerifyingKey::from_bytes(&point).map_err(|_| "the log key is not a point".to_owned())?;
        Ok(Self { name: name.to_owned(), id, key, second: None })
    }

    /// Asks for a signature by the log's ML-DSA-44 key, too.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn with_ml_dsa(mut self, vkey: &str) -> Result<Self, String> {
        let (name, id, key) = parts(vkey, 6)?;
        let key = key.as_slice().try_into().map_err(|_| "the log's second key has the wrong length".to_owned())?;
        if name != self.name {
            return Err("the log's two keys have different names".to_owned());
        }
        self.second = Some(Second { id, key: ml_dsa::VerifyingKey::new(key) });
        Ok(self)
    }

    /// Checks a checkpoint note; returns its size and root.
    ///
    /// # Errors
    /// Says what does not hold.
    pub fn checkpoint(&self, note: &str) -> Result<(u64, [u8; 32]), String> {
        let cut = note.rfind("\n\n").ok_or("the checkpoint is not a signed note")?;
        let (text, tail) = note.split_at(cut + 1);
        let signature = self.signature(tail, self.id).ok_or("the checkpoint is not signed by the log")?;
        let signature = Signature::from_slice(&signature).map_err(|_| "the checkpoint's signature is malformed")?;
        self.key.verify_strict(text.as_bytes(), &signature).map_err(|_| "the checkpoint's signature is forged")?;
        let lines: Vec<&str> = text.split('\n').collect();
        let [origin, size, root, ..] = lines.as_slice() else { return Err("the checkpoint has too few lines".to_owned()) };
        if *origin != self.name {
            return Err("the checkpoint is another log's".to_owned());
        }
        let number: u64 = size.parse().map_err(|_| "the checkpoint's size is not a number")?;
        if number.to_string() != *size {
            return Err("the checkpoint's size is not canonical".to_owned());
        }
        let root =
            STANDARD.decode(root).ok().and_then(|r| <[u8; 32]>::try_from(r).ok()).ok_or("the checkpoint's root is not a hash")?;
        if let Some(second) = &self.second {
            let signature = self.signature(tail, second.id).ok_or("the checkpoint lacks the log's ML-DSA signature")?;
            if !self.holds(second, &signature, number, &root) {
                return Err("the checkpoint's ML-DSA signature is forged".to_owned());
            }
        }
        Ok((number, root))
    }

    /// What stands after the key id in the first signature line of this name and `id`.
    fn signature(&self, tail: &str, id: [u8; 4]) -> Option<Vec<u8>> {
        let prefix = format!("\u{2014} {} ", self.name);
        let blobs = tail.lines().filter_map(|l| l.strip_prefix(&prefix)).filter_map(|b| STANDARD.decode(b).ok());
        blobs.filter_map(|b| Some((b.get(..4)? == id).then(|| b.get(4..).unwrap_or_default().to_vec()))).flatten().next()
    }

    /// `timestamped_signature` over `cosigned_message` of C2SP tlog-cosignature, where log and cosigner are one.
    fn holds(&self, second: &Second, signature: &[u8], size: u64, root: &[u8; 32]) -> bool {
        let Some((time, signature)) = signature.split_at_checked(8) else { return false };
        let Ok(length) = u8::try_from(self.name.len()) else { return false };
        let name = [&[length][..], self.name.as_bytes()].concat();
        let message = [b"subtree/v1\n\0", &name[..], time, &name, &[0; 8], &size.to_be_bytes(), root].concat();
        ml_dsa::Signature::try_from(signature).is_ok_and(|s| second.key.verify_with_context(&message, &[], &s))
    }
}

/// The roots of a growing list of leaves: complete subtrees from the largest to the smallest, each with its number of leaves.
#[derive(Default)]
struct Roots {
    subtrees: Vec<(u64, [u8; 32])>,
}

impl Roots {
    fn push(&mut self, leaf: [u8; 32]) {
        let mut node = (1, leaf);
        while let Some((width, left)) = self.subtrees.pop_if(|(width, _)| *width == node.0) {
            node = (2 * width, Sha256::digest([&[1][..], &left, &node.1].concat()).into());
        }
        self.subtrees.push(node);
    }

    fn root(&self) -> [u8; 32] {
        let join = |right: [u8; 32], (_, left): &(u64, [u8; 32])| Sha256::digest([&[1][..], left, &right].concat()).into();
        match self.subtrees.split_last() {
            None => Sha256::digest(b"").into(),
            Some(((_, last), before)) => before.iter().rev().fold(*last, join),
        }
    }
}

fn hash_of(leaf: &str) -> [u8; 32] {
    Sha256::digest([&[0][..], leaf.as_bytes()].concat()).into()
}

/// Checks everything. With `body_key`, bodies too.
#[must_use]
pub fn verify(rows: &[Row], checkpoints: &[StoredCheckpoint], log: &LogIdentity, body_key: Option<&[u8; 32]>) -> Report {
    let mut report = Report::default();
    let mut last_time = String::new();
    for (index, row) in (0..).zip(rows) {
        report.entries += 1;
        if let Err(what) = check_leaf(&row.leaf, &mut last_time) {
            report.findings.push(Finding { at: index, what });
        }
        match (&row.sealed, body_key) {
            (None, _) => report.destroyed += 1,
            (Some(sealed), Some(key)) => match open_body(&row.leaf, sealed, key) {
                Ok(entry) => {
                    report.bodies += 1;
                    report.opened.push((index, entry));
                }
                Err(what) => report.findings.push(Finding { at: index, what }),
            },
            (Some(_), None) => {}
        }
    }
    check_checkpoints(rows, checkpoints, log, &mut report);
    report
}

fn check_leaf(leaf: &str, last_time: &mut String) -> Result<(), String> {
    let lines: Vec<&str> = leaf.split('\n').collect();
    let ["holm-leaf/v1", time, commitment, ""] = lines.as_slice() else { return Err("the leaf is malformed".to_owned()) };
    let parsed: jiff::Timestamp = time.parse().map_err(|_| "the leaf's time is malformed".to_owned())?;
    let before: Option<jiff::Timestamp> = last_time.parse().ok();
    (*time).clone_into(last_time);
    if before.is_some_and(|b| b > parsed) {
        return Err("the leaf's time lies before that of the entry before it".to_owned());
    }
    let length = STANDARD.decode(commitment).map(|c| c.len());
    if length == Ok(32) { Ok(()) } else { Err("the leaf's commitment is not a hash".to_owned()) }
}

fn open_body(leaf: &str, sealed: &[u8], key: &[u8; 32]) -> Result<Entry, String> {
    let cipher = chacha20poly1305::XChaCha20Poly1305::new(&Array::from(*key));
    let (nonce, text) = sealed.split_at_checked(24).ok_or("the body is too short")?;
    let nonce: [u8; 24] = nonce.try_into().map_err(|_| "the body is too short")?;
    let mut buffer = text.to_vec();
    cipher.decrypt_in_place(&Array::from(nonce), leaf.as_bytes(), &mut buffer).map_err(|_| "the body does not decrypt")?;
    let (salt, body) = buffer.split_at_checked(32).ok_or("the body has no salt")?;
    let expected = Sha256::digest([b"holm entry body v1\n", salt, body].concat());
    if leaf.split('\n').nth(2) != Some(STANDARD.encode(expected).as_str()) {
        return Err("the body is not the one that the leaf commits to".to_owned());
    }
    let entry: Entry = serde_json::from_slice(body).map_err(|e| format!("the body cannot be read: {e}"))?;
    if leaf.split('\n').nth(1) != Some(entry.at.to_string().as_str()) {
        return Err("the body's time is not the leaf's".to_owned());
    }
    Ok(entry)
}

fn check_checkpoints(rows: &[Row], checkpoints: &[StoredCheckpoint], log: &LogIdentity, report: &mut Report) {
    let mut leaves = rows.iter();
    let (mut roots, mut counted, mut largest) = (Roots::default(), 0, 0);
    // Stores list checkpoints by size; one that is out of order has entries that were counted before.
    for stored in checkpoints {
        report.checkpoints += 1;
        let checked = log.checkpoint(&stored.note).and_then(|(size, root)| {
            largest = largest.max(size);
            while counted < size {
                let row = leaves.next().ok_or("the checkpoint covers entries that are missing")?;
                roots.push(hash_of(&row.leaf));
                counted += 1;
            }
            if size != stored.size {
                return Err("the checkpoint is filed under another size".to_owned());
            }
            if counted != size {
                return Err("the checkpoint stands after a larger one".to_owned());
            }
            if roots.root() == root { Ok(()) } else { Err("the entries do not have the root that was signed".to_owned()) }
        });
        if let Err(what) = checked {
            report.findings.push(Finding { at: stored.size, what });
        }
    }
    if largest != rows.len() as u64 {
        let what = format!("the newest checkpoint covers {largest} entries of {}", rows.len());
        report.findings.push(Finding { at: rows.len() as u64, what });
    }
}

/// Checks that `rows` contain what a checkpoint states that somebody kept; returns its size.
///
/// # Errors
/// Says what does not hold: a record that was put back from an older state is shorter than what it signed.
pub fn verify_kept(rows: &[Row], note: &str, log: &LogIdentity) -> Result<u64, String> {
    let (size, root) = log.checkpoint(note)?;
    let within = usize::try_from(size).ok().and_then(|size| rows.get(..size));
    let within = within.ok_or_else(|| {
        format!("the log signed a checkpoint of {size} entries and the record has {}: an older state was put back", rows.len())
    })?;
    let mut roots = Roots::default();
    within.iter().for_each(|row| roots.push(hash_of(&row.leaf)));
    if roots.root() == root {
        Ok(size)
    } else {
        Err(format!("the first {size} entries are not those that the log signed: they were rewritten"))
    }
}

/// Checks that `leaf` is in the log at the proof's checkpoint, by RFC 9162 §2.1.3.2.
///
/// # Errors
/// Says what does not hold.
pub fn verify_inclusion(proof: &LogProof, leaf: &str, log: &LogIdentity) -> Result<(), String> {
    let (size, root) = log.checkpoint(&proof.checkpoint)?;
    if proof.index >= size {
        return Err("the proof's index lies beyond its checkpoint".to_owned());
    }
    let (mut fnode, mut snode) = (proof.index, size - 1);
    let mut hash = hash_of(leaf);
    for sibling in &proof.hashes {
        if snode == 0 {
            return Err("the proof is longer than the tree is deep".to_owned());
        }
        if fnode & 1 == 1 || fnode == snode {
            hash = Sha256::digest([&[1][..], sibling, &hash].concat()).into();
            while fnode & 1 == 0 && fnode != 0 {
                fnode >>= 1;
                snode >>= 1;
            }
        } else {
            hash = Sha256::digest([&[1][..], &hash, sibling].concat()).into();
        }
        fnode >>= 1;
        snode >>= 1;
    }
    if snode == 0 && hash == root { Ok(()) } else { Err("the proof does not lead to the root that was signed".to_owned()) }
}

/// Checks that the log whose first `old.0` entries have the root `old.1` grew into the one of `new.0` entries and root `new.1`, by RFC
/// 9162 §2.1.4.2. Sizes and roots as checkpoints state them.
///
/// # Errors
/// Says what does not hold.
pub fn verify_consistency(old: (u64, [u8; 32]), new: (u64, [u8; 32]), proof: &[[u8; 32]]) -> Result<(), String> {
    let node = |left: &[u8; 32], right: &[u8; 32]| -> [u8; 32] { Sha256::digest([&[1][..], left, right].concat()).into() };
    if old.0 > new.0 {
        return Err("the log became shorter".to_owned());
    }
    if old.0 == 0 || old.0 == new.0 {
        let grown = old.0 == 0 || old.1 == new.1;
        return match (proof, grown) {
            ([], true) => Ok(()),
            ([], false) => Err("two roots of one size: the log was forked".to_owned()),
            _ => Err("the consistency proof is longer than it can be".to_owned()),
        };
    }
    let whole = [old.1];
    let path: Vec<&[u8; 32]> = if old.0.is_power_of_two() { whole.iter().chain(proof).collect() } else { proof.iter().collect() };
    let (mut fnode, mut snode) = (old.0 - 1, new.0 - 1);
    while fnode & 1 == 1 {
        fnode >>= 1;
        snode >>= 1;
    }
    let (first, rest) = path.split_first().ok_or("the consistency proof is empty")?;
    let (mut before, mut after) = (**first, **first);
    for hash in rest {
        if snode == 0 {
            return Err("the consistency proof is longer than it can be".to_owned());
        }
        if fnode & 1 == 1 || fnode == snode {
            before = node(hash, &before);
            after = node(hash, &after);
            while fnode & 1 == 0 && fnode != 0 {
                fnode >>= 1;
                snode >>= 1;
            }
        } else {
            after = node(&after, hash);
        }
        fnode >>= 1;
        snode >>= 1;
    }
    if snode != 0 || before != old.1 || after != new.1 {
        return Err("the log did not grow from what was signed before: it was rewritten or forked".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Merkle tree hash of RFC 6962 §2.1 over leaf hashes, by its definition.
    fn merkle(leaves: &[[u8; 32]]) -> [u8; 32] {
        match leaves {
            [] => Sha256::digest(b"").into(),
            [one] => *one,
            many => {
                let mut k = 1;
                while 2 * k < many.len() {
                    k *= 2;
                }
                let (left, right) = many.split_at(k);
                Sha256::digest([&[1][..], &merkle(left), &merkle(right)].concat()).into()
            }
        }
    }

    #[test]
    fn roots_of_a_growing_list_are_those_of_the_definition() {
        let mut roots = Roots::default();
        let mut leaves = Vec::new();
        for n in 0..200_u32 {
            assert_eq!(roots.root(), merkle(&leaves), "{n} leaves");
            let leaf = hash_of(&n.to_string());
            roots.push(leaf);
            leaves.push(leaf);
        }
    }
}
