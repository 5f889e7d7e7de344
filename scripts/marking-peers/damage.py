"""What happens to a copy before it turns up, written without knowledge of any tool's marks.

Text is damaged here; pages are damaged by OpenCV (JPEG, half size) and by `damage_page` of crates/holm-simulate.
"""

import random
import re
import subprocess
import textwrap
import unicodedata
from pathlib import Path

# What ASCII writes otherwise than by leaving accents out.
ASCII = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "«": '"', "»": '"', "–": "-", "—": "-", "…": "...", "\u00a0": " "})
WRAP = 72  # columns, as mail programs quote
TYPOS = 0.01  # of letters
LOST_WORDS = 0.05
PARAGRAPH = 40  # words at least
PAGE_DPI = 150
NEIGHBOURS = "qwertyuiopasdfghjklzxcvbnm"


def nfkc(text, _):
    return unicodedata.normalize("NFKC", text)


def ascii_fold(text, _):
    plain = unicodedata.normalize("NFKD", text.translate(ASCII))
    return "".join(c for c in plain if ord(c) < 128)


def paragraphs(text):
    return [p for p in re.split(r"\n[^\S\n]*\n", text) if p.strip()]


def wrap_quote(text, _):
    wrapped = (textwrap.wrap(p, WRAP, break_long_words=False, break_on_hyphens=False) for p in paragraphs(text))
    return "\n>\n".join("\n".join("> " + line for line in lines) for lines in wrapped) + "\n"


def retype(text, chance):
    """What a person sees, typed again in ASCII: nothing invisible, one space between words, a few slips."""
    visible = "".join(c for c in text if unicodedata.category(c) != "Cf")
    seen = "\n\n".join(" ".join(p.split()) for p in paragraphs(ascii_fold(visible, None)))
    return "".join(slip(c, chance) if c.isalpha() and chance.random() < TYPOS else c for c in seen) + "\n"


def slip(letter, chance):
    kind = chance.randrange(3)
    return ["", letter * 2, chance.choice(NEIGHBOURS)][kind]


def delete_words(text, chance):
    words = list(re.finditer(r"\S+[^\S\n]*", text))
    gone = set(chance.sample(range(len(words)), round(LOST_WORDS * len(words))))
    kept, at = [], 0
    for index, word in enumerate(words):
        kept.append(text[at : word.start()])
        kept.append("" if index in gone else word.group())
        at = word.end()
    return "".join(kept) + text[at:]


def one_paragraph(text, chance):
    """The same place for every tool: how far through the long paragraphs is drawn, not which."""
    long = [p for p in paragraphs(text) if len(p.split()) >= PARAGRAPH]
    return long[int(chance.random() * len(long))].strip("\n") + "\n"


TEXT = {
    "none": lambda text, _: text,
    "nfkc": nfkc,
    "ascii-fold": ascii_fold,
    "wrap-quote": wrap_quote,
    "retype": retype,
    "delete-5": delete_words,
    "paragraph": one_paragraph,
}
FILES = ["pandoc-docx-text", "docx-pdf-text", "pdf-qpdf", "pdf-ghostscript"]
# Rows that show a page as a picture, and the channel of `damage_page` where it is one.
PAGES = {
    "page-150": None,
    "jpeg-30": None,
    "half-size": None,
    "screenshot": "screenshot",
    "scan": "scan",
    "photo": "photo-rectified",
    "scan-crop-3": "scan-crop-3",
}
ROWS = {
    "none": "none",
    "nfkc": "NFKC",
    "ascii-fold": "ASCII fold",
    "wrap-quote": "wrapped at 72 and quoted",
    "retype": "retyped (ASCII, 1 % typos)",
    "delete-5": "5 % of words deleted",
    "paragraph": "one paragraph",
    "pandoc-docx-text": "pandoc to DOCX to text",
    "docx-pdf-text": "DOCX → PDF → pdftotext",
    "pdf-qpdf": "PDF → qpdf",
    "pdf-ghostscript": "PDF → Ghostscript",
    "page-150": "page at 150 dpi, PNG",
    "jpeg-30": "page, JPEG 30",
    "half-size": "page, half size",
    "screenshot": "screenshot, JPEG 60",
    "scan": "scan (simulated)",
    "photo": "phone photo, made upright (simulated)",
    "scan-crop-3": "3 lines of the scan",
}


def chance(document, row, trial):
    return random.Random(f"marking-peers/1 {document} {row} {trial}")


def run(*command, **more):
    """Runs a program, which must succeed within five minutes."""
    done = subprocess.run([str(c) for c in command], capture_output=True, timeout=300, **more)
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stderr.decode(errors='replace')[-300:]}")
    return done.stdout


def to_docx(markdown: Path) -> Path:
    docx = markdown.with_suffix(".docx")
    run("pandoc", "-f", "markdown-smart", markdown, "-o", docx)
    return docx


def docx_text(docx: Path) -> str:
    return run("pandoc", "-t", "plain", "--wrap=none", docx).decode()


def to_pdf(docx: Path) -> Path:
    pdf = docx.with_suffix(".pdf")
    if not pdf.exists():
        profile = f"-env:UserInstallation=file://{docx.parent.resolve()}/profile"
        run("soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", docx.parent, docx)
    return pdf


def pdf_text(pdf: Path) -> str:
    return run("pdftotext", pdf, "-").decode()


def rewritten(pdf: Path, row: str) -> Path:
    out = pdf.with_name(f"{row}.pdf")
    if row == "pdf-qpdf":
        run("qpdf", "--object-streams=generate", "--recompress-flate", "--normalize-content=y", pdf, out)
    else:
        run("gs", "-q", "-dBATCH", "-dNOPAUSE", "-dSAFER", "-sDEVICE=pdfwrite", f"-sOutputFile={out}", pdf)
    return out


def first_page(pdf: Path) -> Path:
    page = pdf.with_suffix(".page.png")
    if not page.exists():
        run("pdftoppm", "-r", PAGE_DPI, "-f", 1, "-l", 1, "-singlefile", "-png", pdf, page.with_suffix(""))
    return page


def damaged(page: Path, row: str, seed: int, damage_page: str) -> Path:
    """The picture that leaks."""
    import cv2

    out = page.with_name(row)
    if row == "page-150":
        return page
    if PAGES[row]:
        run(damage_page, page, PAGE_DPI, PAGES[row], seed, out)
        return next(out.with_name(f"{row}.{end}") for end in ("png", "jpg") if out.with_name(f"{row}.{end}").exists())
    picture = cv2.imread(str(page))
    if row == "jpeg-30":
        file = out.with_name("jpeg-30.jpg")
        cv2.imwrite(str(file), picture, [cv2.IMWRITE_JPEG_QUALITY, 30])
        return file
    file = out.with_name("half-size.png")
    cv2.imwrite(str(file), cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))
    return file


def recognised(picture: Path, language: str) -> str:
    languages = {"en": "eng", "es": "spa"}
    return run("tesseract", picture, "-", "-l", languages[language]).decode()
