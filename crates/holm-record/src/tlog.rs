//! The Merkle tree of RFC 6962: hashes, roots, inclusion and consistency proofs.

use sha2::{Digest, Sha256};

/// A node of the tree.
pub type Hash = [u8; 32];

/// Hash of a leaf: SHA-256(0x00 ‖ leaf), RFC 6962 §2.1.
#[must_use]
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(leaf).finalize().into()
}

fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The hashes of all leaves, growing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    /// `levels[0]` holds leaf hashes; `levels[l][i]` the complete subtree over leaves i·2ˡ to (i+1)·2ˡ − 1.
    levels: Vec<Vec<Hash>>,
}

impl Tree {
    /// A tree over these leaf hashes.
    #[must_use]
    pub fn from_leaves(leaves: impl IntoIterator<Item = Hash>) -> Self {
        let mut tree = Self::default();
        leaves.into_iter().for_each(|leaf| tree.push(leaf));
        tree
    }

    /// Number of leaves.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.levels.first().map_or(0, |l| l.len() as u64)
    }

    /// Adds a leaf.
    pub fn push(&mut self, leaf: Hash) {
        let mut hash = leaf;
        for level in 0.. {
            if self.levels.len() == level {
                self.levels.push(Vec::new());
            }
            let Some(nodes) = self.levels.get_mut(level) else { return };
            nodes.push(hash);
            if nodes.len() % 2 == 1 {
                return;
            }
            let [.., left, right] = nodes.as_slice() else { return };
            hash = node_hash(left, right);
        }
    }

    /// Takes away the leaves from `size` on, if there are any.
    pub fn truncate(&mut self, size: u64) {
        for (level, nodes) in self.levels.iter_mut().enumerate() {
            nodes.truncate(usize::try_from(size >> level).unwrap_or(usize::MAX));
        }
        self.levels.retain(|nodes| !nodes.is_empty());
    }

    /// Root of the first `size` leaves, if the tree has that many.
    #[must_use]
    pub fn root_at(&self, size: u64) -> Option<Hash> {
        if size > self.size() {
            return None;
        }
        Some(if size == 0 { Sha256::digest([]).into() } else { self.range(0, size) })
    }

    /// Root of all leaves.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.root_at(self.size()).unwrap_or_default()
    }

    /// Hash of the complete subtree over leaves `index`·2ʰ to (`index` + 1)·2ʰ − 1, where h is `height`; `None` if the tree ends before.
    #[must_use]
    pub fn complete(&self, height: u32, index: u64) -> Option<Hash> {
        self.levels.get(height as usize)?.get(usize::try_from(index).ok()?).copied()
    }

    /// Hash over leaves `from..to`, where `from` is a multiple of the power of two that covers the range.
    fn range(&self, from: u64, to: u64) -> Hash {
        let width = to - from;
        if width.is_power_of_two() {
            let level = width.trailing_zeros() as usize;
            let index = (from >> level) as usize;
            return self.levels.get(level).and_then(|l| l.get(index)).copied().unwrap_or_default();
        }
        let split = from + split_point(width);
        node_hash(&self.range(from, split), &self.range(split, to))
    }

    /// The inclusion proof of leaf `index` in the tree of `size` leaves, RFC 6962 §2.1.1.
    #[must_use]
    pub fn inclusion(&self, index: u64, size: u64) -> Option<Vec<Hash>> {
        if index >= size || size > self.size() {
            return None;
        }
        let mut proof = Vec::new();
        let (mut from, mut to) = (0, size);
        while to - from > 1 {
            let split = from + split_point(to - from);
            if index < split {
                proof.push(self.range(split, to));
                to = split;
            } else {
                proof.push(self.range(from, split));
                from = split;
            }
        }
        proof.reverse();
        Some(proof)
    }

    /// The consistency proof between the trees of `old` and `new` leaves, RFC 6962 §2.1.2.
    #[must_use]
    pub fn consistency(&self, old: u64, new: u64) -> Option<Vec<Hash>> {
        if old == 0 || old > new || new > self.size() {
            return None;
        }
        let mut proof = Vec::new();
        self.subproof(old, 0, new, true, &mut proof);
        Some(proof)
    }

    fn subproof(&self, old: u64, from: u64, to: u64, whole: bool, proof: &mut Vec<Hash>) {
        if old == to {
            if !whole {
                proof.push(self.range(from, to));
            }
            return;
        }
        let split = from + split_point(to - from);
        if old <= split {
            self.subproof(old, from, split, whole, proof);
            proof.push(self.range(split, to));
        } else {
            self.subproof(old, split, to, false, proof);
            proof.push(self.range(from, split));
        }
    }
}

/// The largest power of two below `width`, which is at least 2.
fn split_point(width: u64) -> u64 {
    1 << (u64::BITS - 1 - (width - 1).leading_zeros())
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;

    /// The seven leaves of the reference tests of RFC 6962 implementations, and its roots by size.
    const LEAVES: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];

    fn hex(hash: Hash) -> String {
        hash.iter().map(|b| format!("{b:02x}")).collect()
    }

    fn tree() -> Tree {
        Tree::from_leaves(LEAVES.iter().map(|l| leaf_hash(l)))
    }

    #[test]
    fn roots_equal_those_of_the_reference_tests() {
        let roots = [
            (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            (1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
            (2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
            (3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
            (8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
        ];
        for (size, root) in roots {
            assert_eq!(hex(tree().root_at(size).unwrap()), root, "size {size}");
        }
    }

    #[test]
    fn proofs_equal_those_of_the_reference_tests() {
        let inclusion: Vec<String> = tree().inclusion(5, 8).unwrap().into_iter().map(hex).collect();
        assert_eq!(
            inclusion,
            [
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ]
        );
        let consistency: Vec<String> = tree().consistency(6, 8).unwrap().into_iter().map(hex).collect();
        assert_eq!(
            consistency,
            [
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ]
        );
    }

    #[test]
    fn a_tree_that_is_cut_is_the_one_that_never_grew() {
        for size in 0..=8 {
            let mut cut = tree();
            cut.truncate(size);
            assert_eq!(cut, Tree::from_leaves(LEAVES.iter().take(size as usize).map(|l| leaf_hash(l))), "{size}");
        }
    }

    #[test]
    fn what_is_not_in_the_tree_has_no_proof() {
        assert_eq!(tree().inclusion(8, 8), None);
        assert_eq!(tree().inclusion(0, 9), None);
        assert_eq!(tree().consistency(0, 3), None);
        assert_eq!(tree().root_at(9), None);
        assert!(!base64::engine::general_purpose::STANDARD.encode(tree().root()).is_empty());
    }
}
