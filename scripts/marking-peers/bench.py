"""What marking tools still read: bench.py --holm HOLM --damage-page DAMAGE_PAGE [--work FOLDER] [--workers N] [--report].

Runs every cell that `results.json` does not have yet and writes `docs/design/marking-peers.md` from it; `--report` only writes.
"""

import argparse
import fcntl
import json
import os
import re
import shutil
import sys
import time
import traceback
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path

import damage
import page
import peers
from holm import Holm, roster

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
RESULTS = HERE / "results.json"
CORPUS = ROOT / "crates/holm-simulate/corpus"
# The documents of 400 to 900 words whose own wording has marks enough for 30 recipients (`holm marks`), one a language.
DOCUMENTS = {"en-minutes": "en", "es-dictamen-juridico": "es"}
TRIALS = 5
# A text tool that cannot read its untouched copy is not run further, nor on worse pictures than a clean page that it cannot read.
CLEAN_PAGE = "page-150"


def master(document: str) -> str:
    """The text of a document; of an authored alternation, its first alternative."""
    return re.sub(r"\[\[(?:[^\]|:]*: )?([^\]|]*)\|[^\]]*\]\]", r"\1", (CORPUS / f"{document}.md").read_text())


class Results:
    """Cells by tool, version, document, row and trial; written after each, so that a run can be interrupted."""

    def __init__(self, file=RESULTS):
        self.file = file

    def read(self):
        return json.loads(self.file.read_text())["cells"] if self.file.exists() else {}

    def add(self, key, reading):
        with open(self.file.with_suffix(".lock"), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            cells = self.read() | {key: reading}
            new = self.file.with_suffix(".new")
            lines = ",\n".join(f"{json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}" for k, v in sorted(cells.items()))
            new.write_text('{"cells": {\n' + lines + "\n}}\n")
            os.replace(new, self.file)


class Unit:
    """One tool, document and trial: the copy is made once and every row is damage to it."""

    def __init__(self, tool, document, trial, options):
        self.tool, self.document, self.trial = tool, document, trial
        self.options = options
        name = f"{tool.name} {tool.version} {document} {trial}".replace(" ", "-")
        self.folder = Path(options.work).resolve() / name
        self.language = DOCUMENTS[document]
        self.payload = damage.chance(document, "payload", trial).getrandbits(peers.BITS)

    def key(self, row):
        return " | ".join([self.tool.name, self.tool.version, self.document, row, str(self.trial)])

    def run(self):
        results = Results()
        missing = [row for row in self.rows() if self.key(row) not in results.read()]
        if not missing:
            return 0
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.mark()
        for row in missing:
            started = time.process_time() + sum(os.times()[2:4])
            cell = asdict(self.cell(row, results))
            cell["cpu_s"] = round(time.process_time() + sum(os.times()[2:4]) - started, 1)
            results.add(self.key(row), cell)
        shutil.rmtree(self.folder, ignore_errors=True)
        return len(missing)

    def cell(self, row, results):
        if self.skips(row, results):
            return peers.Reading("none", None, "not run: an easier row is not read")
        return self.read(row, damage.chance(self.document, row, self.trial))

    def skips(self, row, results):
        return False

    def seed(self, row):
        return damage.chance(self.document, row, self.trial).getrandbits(31)

    def picture(self, whole, row):
        return damage.damaged(whole, row, self.seed(row), self.options.damage_page)

    def text_of_file(self, pdf, row):
        """Text of the document's PDF after a row of files or pictures."""
        if row == "docx-pdf-text":
            return damage.pdf_text(pdf)
        if row in damage.FILES:
            return damage.pdf_text(damage.rewritten(pdf, row))
        return damage.recognised(self.picture(damage.first_page(pdf), row), self.language)


class TextUnit(Unit):
    def rows(self):
        return list(damage.ROWS)

    def mark(self):
        chance = damage.chance(self.document, "place", self.trial)
        self.text = self.tool.mark(master(self.document), self.payload, self.folder, chance)
        self.markdown = self.folder / "leaked.md"
        self.markdown.write_text(self.text)

    def skips(self, row, results):
        cells = results.read()
        unread = {easier for easier in ("none", CLEAN_PAGE) if cells.get(self.key(easier), {}).get("outcome") == "none"}
        return row != "none" and "none" in unread or row in damage.PAGES and row != CLEAN_PAGE and CLEAN_PAGE in unread

    def read(self, row, chance):
        if row in damage.TEXT:
            text = damage.TEXT[row](self.text, chance)
        elif row == "pandoc-docx-text":
            text = damage.docx_text(damage.to_docx(self.markdown))
        else:
            text = self.text_of_file(damage.to_pdf(damage.to_docx(self.markdown)), row)
        return self.tool.read(text, self.payload, self.folder)


class PictureUnit(Unit):
    def rows(self):
        return list(damage.PAGES)

    def mark(self):
        markdown = self.folder / "document.md"
        markdown.write_text(master(self.document))
        self.original = damage.first_page(damage.to_pdf(damage.to_docx(markdown)))
        (self.folder / "marked").mkdir()
        self.marked = self.tool.mark(self.original, self.payload, self.folder / "marked", None)

    def read(self, row, chance):
        return self.tool.read(self.picture(self.marked, row), row, self.payload, self.original)


class HolmUnit(Unit):
    def rows(self):
        # A PDF does not become a DOCX.
        return [row for row in damage.ROWS if (self.tool.medium, row) != ("PDF", "pandoc-docx-text")]

    def mark(self):
        file = self.folder / f"{self.document}.md"
        file.write_text(master(self.document))
        if self.tool.medium != "text":
            file = damage.to_docx(file)
        if self.tool.medium == "PDF":
            file = damage.to_pdf(file)
        self.copy = self.tool.mark(file.resolve(), self.payload, self.folder, roster(self.options.holm, Path(self.options.work)))

    def text(self):
        if self.tool.medium == "text":
            return self.copy.read_text()
        return damage.docx_text(self.copy) if self.tool.medium == "DOCX" else damage.pdf_text(self.copy)

    def pdf(self):
        if self.tool.medium == "PDF":
            return self.copy
        return damage.to_pdf(damage.to_docx(self.copy) if self.tool.medium == "text" else self.copy)

    def leak(self, row, chance) -> Path:
        leaked = self.folder / f"leak-{row}.txt"
        if row == "none":
            return self.copy
        if row in damage.TEXT:
            leaked.write_text(damage.TEXT[row](self.text(), chance))
        elif row == "pandoc-docx-text":
            docx = damage.to_docx(self.copy) if self.tool.medium == "text" else self.copy
            leaked.write_text(damage.docx_text(docx))
        elif row == "docx-pdf-text":
            leaked.write_text(damage.pdf_text(self.pdf()))
        elif row in damage.FILES:
            return damage.rewritten(self.pdf(), row)
        else:
            return self.picture(damage.first_page(self.pdf()), row)
        return leaked

    def read(self, row, chance):
        return self.tool.read(self.leak(row, chance), self.payload, self.folder)


def units(options):
    tools = [(tool, TextUnit) for tool in peers.TEXT_TOOLS] + [(peers.BlindWatermark(), PictureUnit)]
    version = options.holm_version or revision(options.holm)
    for medium in ["PDF", "text", "DOCX"]:
        tool = Holm(options.holm, medium)
        tool.version = version
        tools.append((tool, HolmUnit))
    every = [kind(tool, document, trial, options) for trial in range(TRIALS) for tool, kind in tools for document in DOCUMENTS]
    every.sort(key=lambda unit: isinstance(unit, HolmUnit))  # the cheap ones first
    return [unit for unit in every if options.only in unit.tool.name]


def revision(binary):
    """Its version and the last commit that touched what marks and reads: another one is measured anew."""
    crates = [f"crates/{name}" for name in ("holm", "holm-cli", "holm-codes", "holm-marks", "holm-record", "holm-typeset")]
    commit = damage.run("git", "log", "-1", "--format=%h", "--", *crates, cwd=ROOT).decode().strip()
    changed = damage.run("git", "status", "--porcelain", "--", *crates, cwd=ROOT)
    return f"{damage.run(binary, '--version').decode().split()[-1]}+{commit}" + ("+changed" if changed else "")


def run_unit(unit):
    return unit.run()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--holm", required=True, help="the binary `holm`")
    parser.add_argument("--damage-page", required=True, help="the example `damage_page` of crates/holm-simulate")
    parser.add_argument("--holm-version", help="of which revision the binary is, if not of this checkout")
    parser.add_argument("--work", default=ROOT / "target/marking-peers-work")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", default="", help="tools whose name contains this")
    parser.add_argument("--report", action="store_true", help="write the page from the results there are")
    options = parser.parse_args()
    options.holm, options.damage_page = str(Path(options.holm).resolve()), str(Path(options.damage_page).resolve())
    peers.installed()
    os.environ["OMP_THREAD_LIMIT"] = "1"  # tesseract: as many threads as workers
    every = units(options)
    failed = [] if options.report else run_all(every, options)
    page.write(ROOT / "docs/design/marking-peers.md", every, Results().read(), TRIALS)
    sys.exit(1 if failed else 0)


def run_all(every, options):
    Path(options.work).mkdir(parents=True, exist_ok=True)
    roster(options.holm, Path(options.work))
    started, failed = time.monotonic(), []
    with ProcessPoolExecutor(options.workers) as pool:
        running = {pool.submit(run_unit, unit): unit for unit in every}
        for done in as_completed(running):
            unit = running[done]
            label = f"{time.monotonic() - started:5.0f} s  {unit.tool.name}, {unit.document}, trial {unit.trial}"
            try:
                print(f"{label}: {done.result()} cells", flush=True)
            except Exception:
                failed.append(unit)
                print(f"{label}: {traceback.format_exc()}", flush=True)
    return failed


if __name__ == "__main__":
    main()
