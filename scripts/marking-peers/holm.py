"""Holm through its own commands: 30 recipients, one of whom leaks; the same reading for every medium."""

import json
import shutil
import subprocess
from pathlib import Path

import damage
from peers import Reading

PEOPLE = 30


class Holm:
    def __init__(self, program: str, medium: str):
        self.program = program
        self.medium = medium
        self.name = f"Holm {medium}"
        self.source = "this repository"

    @property
    def ending(self):
        return {"text": "md", "DOCX": "docx", "PDF": "pdf"}[self.medium]

    def run(self, folder, *arguments, may_fail=False):
        done = subprocess.run([self.program, *map(str, arguments)], cwd=folder, capture_output=True, text=True, timeout=600)
        if done.returncode not in (0, 3) and not may_fail:
            raise RuntimeError(f"holm {arguments[0]}: {done.stderr[-400:]}")
        return done

    def mark(self, master: Path, payload: int, folder: Path, roster: Path) -> Path:
        """The leaker's copy."""
        self.run(folder, "init", "--no-passphrase")
        self.run(folder, "person", "import", roster)
        self.run(folder, "share", master, "--to", "all", "--plain", "plain")
        copy = folder / "plain" / f"p{self.leaker(payload)}.{self.ending}"
        leak = folder / f"copy.{self.ending}"
        shutil.copy(copy, leak)
        return leak

    def leaker(self, payload):
        return payload % PEOPLE + 1

    def read(self, leak: Path, payload: int, folder: Path) -> Reading:
        # Every trace of an item is a further look at it and may spend less of α: each trial is the first.
        look = folder / "look"
        shutil.rmtree(look, ignore_errors=True)
        shutil.copytree(folder / "holm-workspace", look)
        done = self.run(folder, "--workspace", look, "trace", leak.resolve(), "--json", may_fail=True)
        if not done.stdout:
            return Reading("none", None, done.stderr.strip().splitlines()[0][:120])
        report = json.loads(done.stdout)
        named = [copy["person"] for copy in report["copies"] if copy["named"]]
        marks = report.get("marks") or {}
        said = f"{report['verdict']}, {marks.get('read', 0)} of {marks.get('total', 0)} marks read"
        right = named == [f"p{self.leaker(payload)}"]
        return Reading("full" if right else "wrong" if named else "none", None, said)


def roster(program: str, folder: Path) -> Path:
    """Thirty people with keys; made once."""
    file = folder / "roster.csv"
    if not file.exists():
        lines = ["id,name,agency,unit,level,role,email,recipient"]
        for person in range(1, PEOPLE + 1):
            key = damage.run(program, "keygen", "--no-passphrase", "--out", folder / f"k{person}").decode().strip()
            lines.append(f"p{person},Person {person},Bureau,U{person % 3},1,officer,p{person}@x.example,{key}")
        file.write_text("\n".join(lines) + "\n")
    return file.resolve()
