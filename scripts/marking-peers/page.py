"""The page `docs/design/marking-peers.md`, from the results."""

import datetime
import platform
import re
import subprocess
from pathlib import Path

import damage
from peers import BITS, BETTER_THAN_CHANCE

BEGIN = "<!-- marking-peers: written by the bench from here -->"
PROGRAMS = {
    "pandoc": "--version",
    "soffice": "--version",
    "pdftotext": "-v",
    "tesseract": "--version",
    "qpdf": "--version",
    "gs": "--version",
    "node": "--version",
}


def write(file: Path, units, cells, trials):
    """Everything below the line that says so; what stands above is written by hand."""
    head = file.read_text().split(BEGIN)[0] if file.exists() else "# Marking tools side by side\n\n"
    tools = list({unit.tool.name: unit for unit in units}.values())
    documents = list(dict.fromkeys(unit.document for unit in units))
    parts = [summary(units, cells)]
    parts += [table(document, tools, cells, trials) for document in documents]
    parts += [bits(tools, documents, cells, trials), costs(tools, cells)]
    file.write_text(head + BEGIN + "\n\n" + "\n\n".join(parts) + "\n")


def summary(units, cells):
    keys = [unit.key(row) for unit in units for row in unit.rows()]
    run = [cells[key] for key in keys if key in cells]
    minutes = sum(cell["cpu_s"] for cell in run) / 60
    versions = ", ".join(f"{unit.tool.name} {unit.tool.version} ({unit.tool.source})" for unit in {u.tool.name: u for u in units}.values())
    skipped = sum(cell["said"].startswith("not run") for cell in run)
    wrong = sum(cell["outcome"] == "wrong" for cell in run)
    programs = ", ".join(f"{name} {program_version(name, flag)}" for name, flag in PROGRAMS.items())
    return (
        f"{datetime.date.today()}, {len(run) - skipped} cells run, {skipped} settled by an easier row, {len(keys) - len(run)} missing, {minutes:.0f} minutes of processor time, "
        f"Python {platform.python_version()}. Somebody else was named in {wrong} cells.\n\nTools: {versions}.\n\nTransformed by: {programs}."
    )


def program_version(name, flag):
    done = subprocess.run([name, flag], capture_output=True, text=True)
    found = re.search(r"\d+\.[\d.]+\d", done.stdout + done.stderr)
    return found.group() if found else "?"


def of(unit, document, row, cells, trials):
    """The cells of all trials."""
    name, version = unit.tool.name, unit.tool.version
    found = (cells.get(f"{name} | {version} | {document} | {row} | {trial}") for trial in range(trials))
    return [cell for cell in found if cell]


def table(document, tools, cells, trials):
    lines = [f"### `{document}`", "", "| | " + " | ".join(unit.tool.name for unit in tools) + " |"]
    lines.append("|---|" + "---:|" * len(tools))
    for row, label in damage.ROWS.items():
        shown = [shows(unit, of(unit, document, row, cells, trials), row) for unit in tools]
        lines.append(f"| {label} | " + " | ".join(shown) + " |")
    return "\n".join(lines)


def shows(unit, found, row):
    if row not in unit.rows():
        return ""
    if not found:
        return "?"
    count = {outcome: sum(cell["outcome"] == outcome for cell in found) for outcome in ("full", "part", "wrong", "none")}
    if all(cell["said"].startswith("not run") for cell in found):
        return "(–)"
    shown = [f"{count['full']}/{len(found)}"] if count["full"] else []
    shown += [f"{count['part']} part"] if count["part"] else []
    shown += [f"{count['wrong']} wrong"] if count["wrong"] else []
    return ", ".join(shown) or "–"


def bits(tools, documents, cells, trials):
    """Mean bit accuracy, where a tool gave 32 bits."""
    lines = [f"### Bits right, mean over trials that gave {BITS} bits", ""]
    lines += [f"Half of them are right by chance; *part* above is {BETTER_THAN_CHANCE} or more.", "", "| tool | row | bits right | trials |", "|---|---|---:|---:|"]
    for unit in tools:
        for row, label in damage.ROWS.items():
            found = [cell for document in documents for cell in of(unit, document, row, cells, trials) if cell["bits"] is not None]
            if found and any(cell["bits"] < BITS for cell in found):
                mean = sum(cell["bits"] for cell in found) / BITS / len(found)
                lines.append(f"| {unit.tool.name} | {label} | {mean:.2f} | {len(found)} |")
    return "\n".join(lines)


def costs(tools, cells):
    lines = ["### Processor time", "", "| tool | seconds a cell, damage included |", "|---|---:|"]
    for unit in tools:
        mine = [c["cpu_s"] for k, c in cells.items() if k.startswith(f"{unit.tool.name} | {unit.tool.version} |")]
        if mine:
            lines.append(f"| {unit.tool.name} | {sum(mine) / len(mine):.1f} |")
    return "\n".join(lines)
