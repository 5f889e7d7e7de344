//! The built-in faces: Liberation Serif in four styles, Liberation Mono in one (`fonts/LICENSE`).

use rustybuzz::ttf_parser;

use crate::document::Run;

/// A face's place in every table of faces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Regular,
    Bold,
    Italic,
    BoldItalic,
    Mono,
}

impl Style {
    pub(crate) const ALL: [Style; 5] = [Style::Regular, Style::Bold, Style::Italic, Style::BoldItalic, Style::Mono];

    pub(crate) fn of(run: &Run) -> Self {
        match (run.mono, run.bold, run.italic) {
            (true, _, _) => Style::Mono,
            (false, false, false) => Style::Regular,
            (false, true, false) => Style::Bold,
            (false, false, true) => Style::Italic,
            (false, true, true) => Style::BoldItalic,
        }
    }

    pub(crate) fn index(self) -> usize {
        self as usize
    }

    /// How large the face is set beside the serif, so that their small letters are of like height: Liberation Mono's are 0.53
    /// of an em high, Liberation Serif's 0.46.
    pub(crate) fn scale(self) -> f64 {
        if self == Style::Mono { 0.88 } else { 1.0 }
    }
}

/// A parsed font.
pub(crate) struct Face {
    pub(crate) data: &'static [u8],
    pub(crate) name: &'static str,
    pub(crate) shaping: rustybuzz::Face<'static>,
    /// How Latin text is shaped; made once, since making it costs more than shaping a word.
    pub(crate) latin: rustybuzz::ShapePlan,
}

impl Face {
    #[expect(clippy::expect_used, reason = "INVARIANT: the fonts are compiled in, and a test parses each")]
    pub(crate) fn new(style: Style) -> Self {
        let (name, data): (_, &'static [u8]) = match style {
            Style::Regular => ("LiberationSerif", include_bytes!("../fonts/LiberationSerif-Regular.ttf")),
            Style::Bold => ("LiberationSerif-Bold", include_bytes!("../fonts/LiberationSerif-Bold.ttf")),
            Style::Italic => ("LiberationSerif-Italic", include_bytes!("../fonts/LiberationSerif-Italic.ttf")),
            Style::BoldItalic => ("LiberationSerif-BoldItalic", include_bytes!("../fonts/LiberationSerif-BoldItalic.ttf")),
            Style::Mono => ("LiberationMono", include_bytes!("../fonts/LiberationMono-Regular.ttf")),
        };
        let shaping = rustybuzz::Face::from_slice(data, 0).expect("a built-in font is well formed");
        let latin = rustybuzz::ShapePlan::new(
            &shaping,
            rustybuzz::Direction::LeftToRight,
            Some(rustybuzz::script::LATIN),
            None,
            &features(),
        );
        Face { data, name, shaping, latin }
    }

    pub(crate) fn metrics(&self) -> &ttf_parser::Face<'static> {
        &self.shaping
    }

    /// How many units of the font make an em.
    pub(crate) fn em(&self) -> f64 {
        f64::from(self.metrics().units_per_em())
    }

    /// The glyph's width in ems before kerning.
    pub(crate) fn advance(&self, glyph: u16) -> f64 {
        f64::from(self.metrics().glyph_hor_advance(ttf_parser::GlyphId(glyph)).unwrap_or(0)) / self.em()
    }
}

/// Ligatures are off: each letter keeps its own place, and no reader has to take `ﬁ` apart.
pub(crate) fn features() -> [rustybuzz::Feature; 2] {
    [b"liga", b"clig"].map(|tag| rustybuzz::Feature::new(ttf_parser::Tag::from_bytes(tag), 0, ..))
}
