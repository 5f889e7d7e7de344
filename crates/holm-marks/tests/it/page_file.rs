//! PDF files written out by hand, object by object.

use holm_marks::carrier::{Copy, Master};
use holm_marks::mark::Mark;

/// A PDF of these objects, numbered from 1; the first is the catalog. `entries` go into the trailer.
pub(crate) fn pdf_with(objects: &[Vec<u8>], entries: &str) -> Vec<u8> {
    let mut out = b"%PDF-1.7\n".to_vec();
    let mut table = String::new();
    for (i, object) in objects.iter().enumerate() {
        table.push_str(&format!("{:010} 00000 n \n", out.len()));
        out.extend(format!("{} 0 obj\n", i + 1).bytes());
        out.extend(object);
        out.extend(b"\nendobj\n");
    }
    let (at, size) = (out.len(), objects.len() + 1);
    out.extend(format!("xref\n0 {size}\n0000000000 65535 f \n{table}").bytes());
    out.extend(format!("trailer\n<</Size {size}/Root 1 0 R{entries}>>\nstartxref\n{at}\n%%EOF\n").bytes());
    out
}

pub(crate) fn pdf(objects: &[&str]) -> Vec<u8> {
    pdf_with(&objects.iter().map(|o| o.as_bytes().to_vec()).collect::<Vec<_>>(), "")
}

/// A stream object; `entries` go into its dictionary.
pub(crate) fn stream(entries: &str, content: impl AsRef<[u8]>) -> Vec<u8> {
    let content = content.as_ref();
    [format!("<<{entries}/Length {}>>\nstream\n", content.len()).as_bytes(), content, b"\nendstream"].concat()
}

/// The catalog, tree and resources that pages of these contents need: `F1`, each of whose glyphs is half an em wide, and `F2`,
/// of two-byte codes that are Unicode's, as wide.
pub(crate) fn pages(contents: &[&str]) -> Vec<u8> {
    let numbers: Vec<usize> = (0..contents.len()).map(|i| FIRST + 2 * i).collect();
    let kids: String = numbers.iter().map(|n| format!("{n} 0 R ")).collect();
    let mut objects = shared(&kids, contents.len());
    for (content, number) in contents.iter().zip(numbers) {
        objects.push(format!("<</Type/Page/Parent 2 0 R/Contents {} 0 R>>", number + 1).into_bytes());
        objects.push(stream("", content));
    }
    pdf_with(&objects, "")
}

/// Number of the first object after those of [`shared`].
pub(crate) const FIRST: usize = 7;

/// Catalog (1), page tree (2), `F1` (3), `F2` (4 to 6).
pub(crate) fn shared(kids: &str, count: usize) -> Vec<Vec<u8>> {
    let widths = "500 ".repeat(95);
    let map = "1 begincodespacerange <0000> <FFFF> endcodespacerange 1 beginbfrange <0000> <FFFF> <0000> endbfrange";
    [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        format!("<</Type/Pages/Kids[{kids}]/Count {count}/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R/F2 4 0 R>>>>>>"),
        format!("<</Type/Font/Subtype/TrueType/BaseFont/A/FirstChar 32/Widths[{widths}]/Encoding/WinAnsiEncoding>>"),
        "<</Type/Font/Subtype/Type0/BaseFont/B/Encoding/Identity-H/DescendantFonts[5 0 R]/ToUnicode 6 0 R>>".to_owned(),
        "<</Type/Font/Subtype/CIDFontType2/DW 500>>".to_owned(),
    ]
    .into_iter()
    .map(String::into_bytes)
    .chain([stream("", map)])
    .collect()
}

/// Every word that can be moved and has a mark.
pub(crate) fn marks(master: &Master) -> Vec<Mark> {
    let found =
        holm_marks::layout::find(master.layout().unwrap(), holm_marks::layout::Density::Every, &[]).into_iter().map(|f| f.mark);
    found.filter(|m| m.sites.iter().all(|s| master.can_carry(m, s))).collect()
}

pub(crate) fn master(bytes: &[u8]) -> Master {
    Master::parse(bytes, "x.pdf").unwrap()
}

pub(crate) fn copy(master: &Master, marks: &[Mark], symbols: &[u8]) -> Copy {
    master.template(marks).unwrap().render(symbols).unwrap()
}

/// The words of every page of a file and where they begin.
pub(crate) fn places(bytes: &[u8]) -> Vec<Vec<(String, f64)>> {
    let pages = holm_marks::pdf::leaked_pages(bytes).unwrap();
    pages.into_iter().map(|p| p.seen.lines.into_iter().flatten().map(|w| (w.text, w.left)).collect()).collect()
}

/// Everything in a file that is or was a content stream, unpacked, and the file itself.
pub(crate) fn unpacked(bytes: &[u8]) -> Vec<u8> {
    let file = lopdf::Document::load_mem(bytes).unwrap();
    let mut all = bytes.to_vec();
    for stream in file.objects.values().filter_map(|o| o.as_stream().ok()) {
        all.push(b'\n');
        all.extend(stream.get_plain_content().unwrap_or_default());
    }
    all
}

pub(crate) fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|w| w == part)
}
