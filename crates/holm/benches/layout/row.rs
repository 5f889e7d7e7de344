//! The rows of the matrix.

use holm_simulate::raster::RasterChannel;

use crate::item::{Form, Size};

/// What becomes of a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Row {
    /// It stays a file with words at exact places.
    File(Converter),
    /// Its words alone.
    Text,
    /// Pictures of its pages.
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
    /// LibreOffice, of a Word file.
    LibreOffice,
}

impl Converter {
    const ALL: [Self; 7] = [Self::Copy, Self::Qpdf, Self::Mutool, Self::Ghostscript, Self::Cairo, Self::Print, Self::LibreOffice];
}

/// Pictures of a page of a long PDF: what is measured beyond shorter ones is whether the page is found.
const OF_LONG: [RasterChannel; 7] = [
    RasterChannel::Render150,
    RasterChannel::Scan,
    RasterChannel::Screenshot,
    RasterChannel::PhotoRectified,
    RasterChannel::ScanCrop3,
    RasterChannel::ScreenshotCrop3,
    RasterChannel::PhotoRectifiedCrop3,
];
/// Pictures of all pages of Word files.
const OF_WORD: [RasterChannel; 3] = [RasterChannel::Screenshot, RasterChannel::Scan, RasterChannel::Photo];
/// Pictures of all pages of long documents whose wording varies too.
const OF_WORDS: [RasterChannel; 9] = [
    RasterChannel::Render150,
    RasterChannel::Render100,
    RasterChannel::Render72,
    RasterChannel::Screenshot,
    RasterChannel::Scan,
    RasterChannel::Fax,
    RasterChannel::Photo,
    RasterChannel::PhotoRectified,
    RasterChannel::PhotoHalf,
];
/// Pictures of one page of such: what they do beyond a longer one's is to cut lines out.
const OF_WORDS_ON_A_PAGE: [RasterChannel; 6] = [
    RasterChannel::ScanCrop10,
    RasterChannel::ScanCrop3,
    RasterChannel::ScreenshotCrop10,
    RasterChannel::ScreenshotCrop3,
    RasterChannel::PhotoRectifiedCrop10,
    RasterChannel::PhotoRectifiedCrop3,
];
/// Trials of rows that are not about survival: pages that lie otherwise than they should.
const AWRY: u32 = 10;

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
            Self::File(Converter::LibreOffice) => "docx-to-pdf",
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
    pub(crate) fn trials(self, form: Form) -> u32 {
        match (self, form) {
            (_, Form::Word | Form::Picture) | (Self::File(Converter::Print), _) => 60,
            (Self::File(_) | Self::Text, Form::Pdf) => 300,
            (Self::File(_) | Self::Text, Form::Set) => 100,
            (Self::Picture(RasterChannel::Rotated | RasterChannel::Mirrored), _) => AWRY,
            (Self::Picture(channel), _) => match channel.crop() {
                Some(crop) if crop.lines == 3 && form == Form::Pdf => 300,
                Some(_) => 100,
                None => 60,
            },
        }
    }

    /// Whether documents of this form and size are measured.
    pub(crate) fn is_about(self, form: Form, size: Size) -> bool {
        let whole = |c: RasterChannel| c.crop().is_none() && c != RasterChannel::Mirrored;
        match (self, form, size) {
            (Self::File(Converter::LibreOffice), ..) => form == Form::Word,
            (Self::File(converter), Form::Word | Form::Picture, _) => converter == Converter::Copy,
            (Self::Text, ..) => form != Form::Picture,
            (Self::File(_), ..) => true,
            (Self::Picture(channel), Form::Picture, _) => whole(channel),
            (Self::Picture(channel), Form::Word, _) => OF_WORD.contains(&channel),
            (Self::Picture(channel), Form::Set, Size::Long) => OF_WORDS.contains(&channel),
            (Self::Picture(channel), Form::Set, _) => OF_WORDS_ON_A_PAGE.contains(&channel),
            (Self::Picture(channel), Form::Pdf, Size::Long) => OF_LONG.contains(&channel),
            (Self::Picture(_), Form::Pdf, _) => true,
        }
    }

    /// Whether the leak may name its source at all.
    pub(crate) fn can_be_named(self, form: Form) -> bool {
        match self {
            Self::Text => form != Form::Pdf,
            Self::Picture(channel) => channel != RasterChannel::Mirrored,
            Self::File(_) => true,
        }
    }
}
