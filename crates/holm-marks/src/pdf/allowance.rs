//! How much a document may unpack to and show, all in all, so that no file takes memory or time without end.

use lopdf::{Dictionary, Object, Stream};

/// One stream may unpack to this much.
pub(crate) const LARGEST_CONTENT: usize = 64 << 20;
/// All streams that are read may unpack to this much: 100 kB for each of the most pages.
const UNPACKED: usize = 512 << 20;
/// Words and show operators of a document: 1,000 for each of the most pages.
const SHOWN: usize = 5_000_000;
/// What a stream counts for at least, in bytes, so that many empty ones take no time without end.
const LEAST: usize = 64;

/// What is left.
#[derive(Debug)]
pub(crate) struct Allowance {
    bytes: usize,
    shown: usize,
    spent: bool,
}

impl Default for Allowance {
    fn default() -> Self {
        Self { bytes: UNPACKED, shown: SHOWN, spent: false }
    }
}

impl Allowance {
    /// Whether the document asked for more than there was.
    pub(crate) fn is_spent(&self) -> bool {
        self.spent
    }

    /// Takes `bytes` of reading; `false` if there are not as many left.
    pub(crate) fn read(&mut self, bytes: usize) -> bool {
        Self::take(&mut self.bytes, &mut self.spent, bytes)
    }

    /// Takes `count` words or show operators.
    pub(crate) fn show(&mut self, count: usize) -> bool {
        Self::take(&mut self.shown, &mut self.spent, count)
    }

    fn take(left: &mut usize, spent: &mut bool, amount: usize) -> bool {
        let rest = left.checked_sub(amount);
        *left = rest.unwrap_or(0);
        *spent |= rest.is_none();
        rest.is_some()
    }

    /// A stream's bytes behind its filters; `None` if they are more than `most` or than is left, or damaged.
    pub(crate) fn unpack(&mut self, stream: &Stream, most: usize) -> Option<Vec<u8>> {
        let filters: Vec<Vec<u8>> = stream.filters().unwrap_or_default().into_iter().map(<[u8]>::to_vec).collect();
        if filters.len() < 2 {
            return self.layer(stream, most);
        }
        // Filter by filter: what one of them blows up another may take back, unseen.
        let params = stream.dict.get(b"DecodeParms").ok();
        let mut content = stream.content.clone();
        for (index, filter) in filters.into_iter().enumerate() {
            let mut dict = Dictionary::new();
            dict.set("Filter", Object::Name(filter));
            let own = match params {
                Some(Object::Array(params)) => params.get(index),
                other => other,
            };
            own.into_iter().for_each(|p| dict.set("DecodeParms", p.clone()));
            content = self.layer(&Stream::new(dict, content), most)?;
        }
        Some(content)
    }

    fn layer(&mut self, stream: &Stream, most: usize) -> Option<Vec<u8>> {
        let most = most.min(self.bytes);
        let plain = stream.get_plain_content_with_limit(most).ok();
        let cost = plain.as_ref().map_or(most, Vec::len).max(stream.content.len()).max(LEAST);
        self.read(cost).then_some(plain).flatten()
    }
}
