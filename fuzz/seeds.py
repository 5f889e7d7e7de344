#!/usr/bin/env python3
"""Writes the seed corpus of the fuzz targets: small files of each kind, made here so that no binary need be kept.

`python3 seeds.py`, before the first `cargo fuzz run`.
"""

import io
import pathlib
import struct
import zipfile
import zlib

CORPUS = pathlib.Path(__file__).parent / "corpus"


def pdf(objects: list[bytes]) -> bytes:
    """A PDF of these objects, numbered from 1; the first is the catalog."""
    out, table = b"%PDF-1.7\n", b""
    for number, body in enumerate(objects, 1):
        table += b"%010d 00000 n \n" % len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    size = len(objects) + 1
    tail = b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
    return out + tail % (size, table, size, len(out))


def stream(entries: bytes, content: bytes) -> bytes:
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (entries, len(content), content)


def page(content: bytes, packed: bool = False) -> bytes:
    """One page of this content with a simple font, a composite one and a form."""
    to_unicode = (
        b"1 begincodespacerange <0000> <ffff> endcodespacerange 2 beginbfchar <0001> <0061> <0002> <00660069> endbfchar "
        b"2 beginbfrange <0003> <0010> <0062> <0020> <0021> [<0041> <0042>] endbfrange"
    )
    shown = stream(b"/Filter/FlateDecode", zlib.compress(content)) if packed else stream(b"", content)
    return pdf([
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 612 792]>>",
        b"<</Type/Page/Parent 2 0 R/Contents[8 0 R 9 0 R]/Resources<</Font<</F1 4 0 R/F2 5 0 R>>/XObject<</X 10 0 R>>>>>>",
        b"<</Type/Font/Subtype/TrueType/BaseFont/A/FirstChar 32/Widths[%s]/Encoding<</Differences[65/B/uni0041]>>>>"
        % (b"500 " * 95),
        b"<</Type/Font/Subtype/Type0/BaseFont/B/Encoding/Identity-H/DescendantFonts[6 0 R]/ToUnicode 7 0 R>>",
        b"<</Type/Font/Subtype/CIDFontType2/DW 600/W[1[500 600]3 9 550]>>",
        stream(b"", to_unicode),
        shown,
        stream(b"", b"BT /F1 9 Tf 72 100 Td (a last line) Tj ET /X Do"),
        stream(b"/Type/XObject/Subtype/Form/Matrix[1 0 0 1 0 9]", b"BT /F1 9 Tf 72 50 Td (in a form) Tj ET"),
    ])


PDFS = {
    "word": page(b"/P <</MCID 0>> BDC q BT /F1 11.04 Tf 1 0 0 1 72.024 708.1 Tm 0 g [(T)-3(he )-4(convoy left the)] TJ ET Q EMC"),
    "operators": page(b"BT /F1 12 Tf 14 TL 72 700 Td (one two) Tj (three four) ' 1 2 (five six) \" T* [<61206220>-250(c d)] TJ ET"),
    "composite": page(b"q 1 0 0 1 72 700 cm BT /F2 12 Tf <0001000200030004> Tj 40 0 Td <0005000600070008> Tj ET Q"),
    "image": page(b"BI /W 1 /H 1 /BPC 8 /CS /G ID x EI q 3 Tr BT /F1 10 Tf 9 9 Td (\\101\\(b\\) c d e f) Tj ET Q"),
    "turned": page(b"0 1 -1 0 300 300 cm BT /F1 10 Tf 50 Tz 1 Tc 2 Tw 3 Ts (a b c) Tj ET"),
    "brackets": page(b"BT /F1 12 Tf 14 TL 72 700 Td(see (one (two) three) four)Tj(five (six\\) seven)' 0 0(eight nine)\" ET"),
    "packed": page(b"BT /F1 12 Tf 72 700 Td (one two three four) Tj ET", packed=True),
}

PART = """<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>\
<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>Title</w:t></w:r></w:p>\
<w:p><w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">They did not </w:t></w:r><w:r><w:t>know &amp; left [[at|by]] four \
o'clock</w:t></w:r></w:p><w:tbl><w:tr><w:tc><w:p><w:r><w:t>cell</w:t><w:br/><w:tab/></w:r></w:p></w:tc></w:tr></w:tbl>\
<w:p><w:ins><w:r><w:t>new</w:t></w:r></w:ins><w:del><w:r><w:delText>old</w:delText></w:r></w:del><w:hyperlink><w:r>\
<w:t>link</w:t></w:r></w:hyperlink></w:p></w:body></w:document>"""


def package() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in [("[Content_Types].xml", "<Types/>"), ("_rels/.rels", "<Relationships/>"), ("word/document.xml", PART)]:
            archive.writestr(zipfile.ZipInfo(name), text)
    return out.getvalue()


def png(width: int, height: int, depth: int, colours: int, channels: int, before: list[tuple[bytes, bytes]] = []) -> bytes:
    row = width * channels * depth // 8
    data = b"".join(b"\0" + bytes((x * 7 + y * 13 + x * y % 11) % 256 for x in range(row)) for y in range(height))
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colours, 0, 0, 0)), *before]
    chunks += [(b"IDAT", zlib.compress(data)), (b"IEND", b"")]
    body = (struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(body)


def jpeg(components: int) -> bytes:
    """A baseline JPEG (ITU-T T.81) of 8 × 8 pixels whose coefficients are all zero."""
    def table(kind: int) -> bytes:
        return struct.pack(">BBHBB", 0xFF, 0xC4, 20, kind, 1) + bytes(16)

    frame = struct.pack(">BBHBHHB", 0xFF, 0xC0, 8 + 3 * components, 8, 8, 8, components)
    frame += b"".join(bytes([i, 0x11, 0]) for i in range(1, components + 1))
    scan = struct.pack(">BBHB", 0xFF, 0xDA, 6 + 2 * components, components)
    scan += b"".join(bytes([i, 0]) for i in range(1, components + 1)) + bytes([0, 63, 0, 0])
    return b"\xff\xd8\xff\xdb\0\x43\0" + b"\1" * 64 + frame + table(0) + table(0x10) + scan + b"\xff\xd9"


def tiff(bits: int, samples: int, pages: int) -> bytes:
    """An uncompressed TIFF (6.0) whose pages of 16 × 8 pixels share one strip."""
    data = bytes((i * 29) % 256 for i in range(16 * 8 * samples * bits // 8))
    out, at = b"II*\0" + struct.pack("<I", 8 + len(data)) + data, 8 + len(data)
    for left in range(pages - 1, -1, -1):
        entries = [(256, 16), (257, 8), (258, bits), (259, 1), (262, 2 if samples == 3 else 1), (273, 8), (277, samples)]
        entries += [(278, 8), (279, len(data))]
        at += 2 + 12 * len(entries) + 4
        out += struct.pack("<H", len(entries))
        out += b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
        out += struct.pack("<I", at if left else 0)
    return out


PICTURES = {
    "grey_png": png(24, 20, 8, 0, 1),
    "rgb_png": png(70, 70, 8, 2, 3),
    "rgba_png": png(9, 9, 8, 6, 4),
    "deep_png": png(8, 8, 16, 2, 3),
    "palette_png": png(4, 4, 8, 3, 1, [(b"PLTE", bytes(768)), (b"tRNS", bytes(range(256)))]),
    "grey_jpeg": jpeg(1),
    "rgb_jpeg": jpeg(3),
    "cmyk_jpeg": jpeg(4),
    "bits_tiff": tiff(1, 1, 1),
    "grey_tiff": tiff(8, 1, 2),
    "deep_tiff": tiff(16, 1, 1),
}

MAIL = b"""From: a@x.example\r
Subject: =?utf-8?Q?Ma=C3=B1ana?=\r
MIME-Version: 1.0\r
Content-Type: multipart/mixed; boundary="b"\r
\r
--b\r
Content-Type: text/html\r
\r
<p>They did &amp; left\r
--b\r
Content-Type: text/plain; name="n.txt"\r
Content-Transfer-Encoding: base64\r
\r
QXR0YWNoZWQ=\r
--b\r
Content-Type: message/rfc822\r
\r
Subject: inner\r
\r
hello\r
--b--\r
"""

# The first byte chooses the name, as in the target.
LEAKS = {
    "text": b"\0" + "One two\n\n> three \u201cfour\u201d".encode(),
    "utf16": b"\0\xff\xfe" + "One".encode("utf-16-le"),
    "markdown": b"\1# T\n\nSome *text* [link](http://x) `code`\n\n| a | b |\n|---|---|\n| c | d |\n\n> q\n\n$x$ ~~s~~ [^1]\n\n[^1]: n\n",
    "page": b"\2<!doctype html><html><head><title>t</title></head><body><p>One<script>a<b</script><ul><li>two<svg><math>",
    "mail": b"\3" + MAIL,
    "docx": b"\4" + package(),
}

# The same for labels.
LABELS = {
    **{name: b"\0" + content for name, content in PDFS.items()},
    "part": b"\1" + PART.encode(),
    "package": b"\1" + package(),
    "markdown": b"\2" + LEAKS["markdown"][1:],
    "text": b"\3(TLP:R) One two.\n\nThree.",
}

TARGETS = {
    "label": LABELS,
    "pdf_leak": PDFS,
    "pdf_master": PDFS,
    "docx": {"part": PART.encode(), "package": package()},
    "picture": PICTURES,
    "leak": LEAKS,
}

for target, seeds in TARGETS.items():
    (CORPUS / target).mkdir(parents=True, exist_ok=True)
    for name, content in seeds.items():
        (CORPUS / target / name).write_bytes(content)
