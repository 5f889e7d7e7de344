//! The rows of the survival matrix.

use holm_simulate::damage::Channel;
use holm_simulate::mixture::Grain;

use crate::peer::Peer;

/// What becomes of the copies of some recipients, or of something that is no copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Row {
    /// One copy through a damage channel.
    Damage(Channel),
    /// One copy through another program.
    Peer(Peer),
    /// The copies of so many recipients, mixed.
    Mix(usize, Grain),
    /// A text that came from no recipient.
    Nobody(Nobody),
}

/// A text that came from no recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nobody {
    /// A text about something else.
    Foreign,
    /// The master itself.
    Master,
    /// A copy that was never issued.
    Unissued,
}

impl Row {
    pub(crate) fn all() -> Vec<Self> {
        let mixes = [2, 3].into_iter().flat_map(|size| Grain::ALL.map(|grain| Self::Mix(size, grain)));
        let nobody = [Nobody::Foreign, Nobody::Master, Nobody::Unissued].map(Self::Nobody);
        Channel::ALL.map(Self::Damage).into_iter().chain(Peer::ALL.map(Self::Peer)).chain(mixes).chain(nobody).collect()
    }

    pub(crate) fn name(&self) -> String {
        match self {
            Self::Damage(channel) => channel.name().to_owned(),
            Self::Peer(peer) => peer.name().to_owned(),
            Self::Mix(size, grain) => format!("mix-{size}-{}", grain.name()),
            Self::Nobody(Nobody::Foreign) => "foreign-text".to_owned(),
            Self::Nobody(Nobody::Master) => "unmarked-master".to_owned(),
            Self::Nobody(Nobody::Unissued) => "unissued-copy".to_owned(),
        }
    }

    /// Rows that `--part` can ask for together.
    pub(crate) fn group(&self) -> &'static str {
        match self {
            Self::Damage(_) => "channels",
            Self::Peer(peer) => peer.group(),
            Self::Mix(..) => "mixes",
            Self::Nobody(_) => "nobody",
        }
    }

    /// Numbers of recipients.
    pub(crate) fn copies(&self) -> &'static [usize] {
        match self {
            Self::Mix(..) => &[30, 100, 1000],
            _ => &[30, 1000],
        }
    }

    /// How many recipients the leak is from.
    pub(crate) fn sources(&self) -> usize {
        match self {
            Self::Mix(size, _) => *size,
            Self::Nobody(_) => 0,
            _ => 1,
        }
    }

    /// Trials of a cell in the full run; fewer where each starts other programs.
    pub(crate) fn trials(&self) -> u32 {
        match self {
            Self::Peer(peer) => peer.trials(),
            // Ten times as long to read.
            Self::Damage(Channel::Bury) => 20,
            _ => 40,
        }
    }

    /// Whether master and copies are DOCX rather than Markdown.
    pub(crate) fn is_docx(&self) -> bool {
        matches!(self, Self::Peer(Peer::DocxPdf))
    }

    /// Whether every word of the copy reaches the leak, so that a mark that is not read is the reader's loss.
    pub(crate) fn keeps_all(&self) -> bool {
        match self {
            Self::Damage(channel) => channel.keeps_all(),
            Self::Peer(_) => true,
            _ => false,
        }
    }
}
