//! A published log checked from its files alone (C2SP tlog-tiles): by definition, with nothing of the writer's.

use sha2::{Digest, Sha256};

use super::{LogIdentity, Roots, hash_of};

/// What a published log came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Published {
    /// Entries that the checkpoint covers.
    pub entries: u64,
    /// Files that were read.
    pub files: u64,
    /// What does not hold; empty when all is well.
    pub findings: Vec<String>,
}

/// Checks the checkpoint's signatures, that the leaves in the bundles have its root, and that each tile holds the hashes that these
/// leaves give. `read` gives the bytes of a file by its path below the log's address.
#[must_use]
pub fn verify_published(log: &LogIdentity, mut read: impl FnMut(&str) -> Option<Vec<u8>>) -> Published {
    let mut found = Published::default();
    let checked = read("checkpoint").ok_or_else(|| "`checkpoint` is missing".to_owned());
    let checked = checked.and_then(|b| String::from_utf8(b).map_err(|_| "`checkpoint` is not text".to_owned()));
    let (size, root) = match checked.and_then(|note| log.checkpoint(&note)) {
        Ok(stated) => stated,
        Err(what) => {
            found.findings.push(what);
            return found;
        }
    };
    found.entries = size;
    found.files = 1;
    let mut take = |path: String, findings: &mut Vec<String>| {
        let bytes = read(&path);
        if bytes.is_none() {
            findings.push(format!("`{path}` is missing"));
        }
        found.files += 1;
        bytes.map(|bytes| (path, bytes))
    };
    let mut level = Vec::new();
    for (number, width) in parts(size) {
        let Some((path, bytes)) = take(format!("tile/entries/{}", place(number, width)), &mut found.findings) else {
            return found;
        };
        match leaves(&bytes) {
            Some(leaves) if leaves.len() as u64 == width => level.extend(leaves),
            _ => {
                found.findings.push(format!("`{path}` does not hold {width} leaves"));
                return found;
            }
        }
    }
    let mut roots = Roots::default();
    level.iter().for_each(|leaf| roots.push(*leaf));
    if roots.root() != root {
        found.findings.push("the leaves do not have the root that was signed".to_owned());
    }
    for height in 0.. {
        if level.is_empty() {
            break;
        }
        for ((number, width), expected) in parts(level.len() as u64).zip(level.chunks(256)) {
            if let Some((path, bytes)) = take(format!("tile/{height}/{}", place(number, width)), &mut found.findings)
                && bytes != expected.concat()
            {
                found.findings.push(format!("`{path}` does not hold the hashes of its leaves"));
            }
        }
        // Only what fills a tile is hashed into the level above.
        level = level.chunks_exact(256).map(whole).collect();
    }
    found
}

fn whole(hashes: &[[u8; 32]]) -> [u8; 32] {
    let mut roots = Roots::default();
    hashes.iter().for_each(|hash| roots.push(*hash));
    roots.root()
}

/// Hashes of the leaves of a bundle; `None` if it ends within one.
fn leaves(mut bytes: &[u8]) -> Option<Vec<[u8; 32]>> {
    let mut hashes = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk::<2>() {
        let (leaf, after) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        hashes.push(match std::str::from_utf8(leaf) {
            Ok(text) => hash_of(text),
            Err(_) => Sha256::digest([&[0][..], leaf].concat()).into(),
        });
        bytes = after;
    }
    bytes.is_empty().then_some(hashes)
}

fn parts(count: u64) -> impl Iterator<Item = (u64, u64)> {
    (0..count.div_ceil(256)).map(move |n| (n, (count - 256 * n).min(256)))
}

/// `x001/x234/067`, with `.p/W` where the tile is not full.
fn place(number: u64, width: u64) -> String {
    let digits = number.to_string();
    let digits = format!("{digits:0>width$}", width = digits.len().div_ceil(3) * 3);
    let groups: Vec<&str> = (0..digits.len()).step_by(3).filter_map(|at| digits.get(at..at + 3)).collect();
    let path = groups.join("/x");
    let path = if groups.len() > 1 {
        format!("x{}", path.rsplit_once("/x").map_or(path.clone(), |(a, b)| format!("{a}/{b}")))
    } else {
        path
    };
    if width < 256 { format!("{path}.p/{width}") } else { path }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_written_as_the_specification_writes_them() {
        assert_eq!(place(1_234_067, 256), "x001/x234/067");
        assert_eq!([place(0, 5), place(999, 256), place(1000, 256)], ["000.p/5", "999", "x001/000"]);
    }
}
