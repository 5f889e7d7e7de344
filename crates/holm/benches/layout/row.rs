//! The rows of the matrix.

use holm_simulate::raster::RasterChannel;

use crate::item::Size;

/// What becomes of a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Row {
    /// It stays a file with words at exact places.
    File(Converter),
    /// Its words alone.
    Text,
    /// A picture of its first page.
    Picture(RasterChannel),
}

/// What writes the file anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Converter {
    /// Nothing.
    Copy,
    /// qpdf, streams and objects written anew.
    Qpdf,
    /// `mutool clean -gggg`.
    Mutool,
    /// Ghostscript's pdfwrite.
    Ghostscript,
    /// `pdftocairo -pdf`.
    Cairo,
    /// PostScript, and that made a PDF.
    Print,
}

impl Converter {
    const ALL: [Self; 6] = [Self::Copy, Self::Qpdf, Self::Mutool, Self::Ghostscript, Self::Cairo, Self::Print];
}

/// Pictures of a page of a long document: what is measured beyond shorter ones is whether the page is found.
const OF_LONG: [RasterChannel; 7] = [
    RasterChannel::Render150,
    RasterChannel::Scan,
    RasterChannel::Screenshot,
    RasterChannel::PhotoRectified,
    RasterChannel::ScanCrop3,
    RasterChannel::ScreenshotCrop3,
    RasterChannel::PhotoRectifiedCrop3,
];

impl Row {
    pub(crate) fn all() -> Vec<Self> {
        Converter::ALL.map(Self::File).into_iter().chain([Self::Text]).chain(Self::pictures()).collect()
    }

    pub(crate) fn pictures() -> impl Iterator<Item = Self> {
        RasterChannel::ALL.into_iter().map(Self::Picture)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::File(Converter::Copy) => "copy",
            Self::File(Converter::Qpdf) => "qpdf",
            Self::File(Converter::Mutool) => "mutool-clean",
            Self::File(Converter::Ghostscript) => "gs-pdfwrite",
            Self::File(Converter::Cairo) => "pdftocairo",
            Self::File(Converter::Print) => "print-to-pdf",
            Self::Text => "pdftotext",
            Self::Picture(channel) => channel.name(),
        }
    }

    /// Rows that `--part` can ask for together.
    pub(crate) fn group(self) -> &'static str {
        match self {
            Self::File(_) | Self::Text => "files",
            Self::Picture(channel) if channel.crop().is_some() => "crops",
            Self::Picture(_) => "pages",
        }
    }

    /// Trials of a cell in the full run; fewer where a whole page is recognised in each, most where a target is near 100 %.
    pub(crate) fn trials(self) -> u32 {
        match self {
            Self::File(_) | Self::Text => 300,
            Self::Picture(channel) => match channel.crop() {
                Some(crop) if crop.lines == 3 => 300,
                Some(_) => 100,
                None => 60,
            },
        }
    }

    /// Whether documents of this size are measured.
    pub(crate) fn is_about(self, size: Size) -> bool {
        size != Size::Long || !matches!(self, Self::Picture(channel) if !OF_LONG.contains(&channel))
    }

    /// Whether the leak may name its source at all.
    pub(crate) fn can_be_named(self) -> bool {
        !matches!(self, Self::Text | Self::Picture(RasterChannel::Mirrored))
    }
}
