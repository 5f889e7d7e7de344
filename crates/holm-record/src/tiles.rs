//! The log as a finite set of files (C2SP tlog-tiles): a checkpoint, tiles of hashes, bundles of leaves. Any server of files can publish
//! them, and anybody can compute every proof from them.
//!
//! Leaves show times and commitments, nothing else, so nothing here needs to be kept from anybody who may know how much is recorded.

use crate::tlog::Tree;

/// Hashes of a full tile, leaves of a full bundle.
pub const WIDTH: u64 = 256;
/// Levels of the tree that a tile spans.
const HEIGHT: u32 = 8;

/// A resource of the log, by its path below the log's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource {
    /// `checkpoint`.
    Checkpoint,
    /// `tile/<L>/<N>[.p/<W>]`.
    Tile {
        /// Level, 0 to 7 (64 leaves' indices have 64 bits).
        level: u8,
        /// Which.
        index: u64,
        /// Its hashes, 1 to 256.
        width: u64,
    },
    /// `tile/entries/<N>[.p/<W>]`.
    Bundle {
        /// Which.
        index: u64,
        /// Its leaves, 1 to 256.
        width: u64,
    },
}

impl Resource {
    /// All resources of a log of `size` leaves, its checkpoint last: whoever copies them in this order never shows a checkpoint
    /// whose tiles are not there.
    pub fn all(size: u64) -> impl Iterator<Item = Self> {
        let bundles = widths(size).map(|(index, width)| Self::Bundle { index, width });
        let levels = (0_u8..8).map_while(move |level| {
            let hashes = size.checked_shr(HEIGHT * u32::from(level)).unwrap_or(0);
            (hashes > 0).then_some((level, hashes))
        });
        let tiles =
            levels.flat_map(|(level, hashes)| widths(hashes).map(move |(index, width)| Self::Tile { level, index, width }));
        bundles.chain(tiles).chain([Self::Checkpoint])
    }

    /// The path below the log's address.
    #[must_use]
    pub fn path(&self) -> String {
        match self {
            Self::Checkpoint => "checkpoint".to_owned(),
            Self::Tile { level, index, width } => format!("tile/{level}/{}", place(*index, *width)),
            Self::Bundle { index, width } => format!("tile/entries/{}", place(*index, *width)),
        }
    }

    /// Reads a path; `None` if it is none or is written otherwise than the specification writes it.
    #[must_use]
    pub fn from_path(path: &str) -> Option<Self> {
        if path == "checkpoint" {
            return Some(Self::Checkpoint);
        }
        let (level, place) = path.strip_prefix("tile/")?.split_once('/')?;
        let (index, width) = match place.split_once(".p/") {
            None => (place, WIDTH),
            Some((index, width)) => (index, width.parse().ok().filter(|w| (1..WIDTH).contains(w))?),
        };
        let digits: String = index.split('/').map(|part| part.strip_prefix('x').unwrap_or(part)).collect();
        let index = digits.parse().ok()?;
        let found = match level {
            "entries" => Self::Bundle { index, width },
            _ => Self::Tile { level: level.parse().ok()?, index, width },
        };
        (found.path() == path).then_some(found)
    }
}

/// Tiles of `count` hashes: index and width.
fn widths(count: u64) -> impl Iterator<Item = (u64, u64)> {
    (0..count.div_ceil(WIDTH)).map(move |index| (index, WIDTH.min(count - index * WIDTH)))
}

/// `x001/x234/067`, with `.p/<W>` if partial.
fn place(index: u64, width: u64) -> String {
    let mut parts = vec![format!("{:03}", index % 1000)];
    let mut rest = index / 1000;
    while rest > 0 {
        parts.push(format!("x{:03}", rest % 1000));
        rest /= 1000;
    }
    parts.reverse();
    let partial = if width < WIDTH { format!(".p/{width}") } else { String::new() };
    parts.join("/") + &partial
}

/// The bytes of a tile: `width` hashes of 32 bytes; `None` if the tree has not so many.
#[must_use]
pub fn tile(tree: &Tree, level: u8, index: u64, width: u64) -> Option<Vec<u8>> {
    let height = HEIGHT.checked_mul(u32::from(level)).filter(|h| *h < u64::BITS)?;
    let from = index.checked_mul(WIDTH)?;
    let hashes = (from..from.checked_add(width)?).map(|at| tree.complete(height, at)).collect::<Option<Vec<_>>>()?;
    Some(hashes.concat())
}

/// The bytes of a bundle: each leaf after its length in two bytes, most significant first; `None` if a leaf has more than 65,535.
#[must_use]
pub fn bundle<'l>(leaves: impl IntoIterator<Item = &'l str>) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for leaf in leaves {
        bytes.extend(u16::try_from(leaf.len()).ok()?.to_be_bytes());
        bytes.extend(leaf.as_bytes());
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tlog::leaf_hash;

    /// The two examples of the specification.
    #[test]
    fn a_log_of_70000_and_one_of_256_have_the_specified_tiles() {
        let count = |size, level: u8, full: bool| {
            Resource::all(size)
                .filter(|r| matches!(r, Resource::Tile { level: l, width, .. } if *l == level && (*width == WIDTH) == full))
                .count()
        };
        assert_eq!(
            [count(70_000, 0, true), count(70_000, 0, false), count(70_000, 1, true), count(70_000, 1, false)],
            [273, 1, 1, 1]
        );
        let paths: Vec<String> = Resource::all(70_000).map(|r| r.path()).collect();
        for path in ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1", "tile/entries/273.p/112", "checkpoint"] {
            assert!(paths.iter().any(|p| p == path), "{path}");
        }
        let paths: Vec<String> = Resource::all(256).map(|r| r.path()).collect();
        assert_eq!(paths, ["tile/entries/000", "tile/0/000", "tile/1/000.p/1", "checkpoint"]);
        assert_eq!(Resource::all(0).count(), 1);
    }

    #[test]
    fn paths_read_back_and_are_read_in_one_way_only() {
        let far = Resource::Tile { level: 0, index: 1_234_067, width: WIDTH };
        assert_eq!(far.path(), "tile/0/x001/x234/067");
        for resource in Resource::all(70_000).chain([far]) {
            assert_eq!(Resource::from_path(&resource.path()), Some(resource));
        }
        for bad in [
            "",
            "tile/0/0",
            "tile/0/000.p/256",
            "tile/0/000.p/0",
            "tile/00/000",
            "tile/0/x001/001/001",
            "tile/0/../../x",
            "tile/entries",
            "tile/0/1000",
            "tile/256/000",
        ] {
            assert_eq!(Resource::from_path(bad), None, "{bad}");
        }
    }

    #[test]
    fn tiles_hold_the_hashes_of_complete_subtrees_and_no_others() {
        let leaves: Vec<_> = (0..600_u32).map(|n| leaf_hash(&n.to_be_bytes())).collect();
        let tree = Tree::from_leaves(leaves.iter().copied());
        assert_eq!(tile(&tree, 0, 2, 88), Some(leaves[512..].concat()));
        assert_eq!(tile(&tree, 0, 2, 89), None);
        let whole = Tree::from_leaves(leaves[256..512].iter().copied()).root();
        assert_eq!(tile(&tree, 1, 0, 2).map(|t| t[32..].to_vec()), Some(whole.to_vec()));
        assert_eq!(tile(&tree, 255, u64::MAX, 1), None);
    }
}
