"""Other people's marking tools, each as its own documentation uses it.

A text tool has `mark(text, payload, folder, chance)` and `read(text, payload, folder)`, the picture tool the same of files.
`read` answers a `Reading`.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from damage import ASCII, PAGE_DPI

BITS = 32
# With 26 of 32 bits right by chance once in 3,800 times, what is read is more than chance: P(Binomial(32, 1/2) >= 26) = 0.00027.
BETTER_THAN_CHANCE = 26
# Columns at which lines are broken for stegsnow, which writes between their ends and column 80.
SNOW_COLUMNS = 60
# Snowdrop compares with everybody in its database, as Holm does. Its manual says that it may take seconds a line when it loses
# its place. With 24 people in one database it names them, with 30 nobody at all: so there are two databases.
SNOWDROP_PEOPLE = 30
SNOWDROP_DATABASE = 15
SNOWDROP_SECONDS = 20
SCAN_DPI = 200  # of `damage_page`
PASSWORD = b"marking peers"


@dataclass
class Reading:
    """What a tool made of a leak: `full`, `part`, `none` or `wrong`, bits right of 32 where it gives bits, its own words."""

    outcome: str
    bits: int | None = None
    said: str = ""


def of_bits(read: int | None, payload: int, said: str = "") -> Reading:
    if read is None:
        return Reading("none", None, said)
    right = BITS - (read ^ payload).bit_count()
    return Reading("full" if right == BITS else "part" if right >= BETTER_THAN_CHANCE else "none", right, said)


class TextBlindWatermark:
    name, version = "text_blind_watermark", "0.4.2"
    source = "PyPI"

    def mark(self, text, payload, folder, chance):
        from text_blind_watermark import TextBlindWatermark as Tool

        # `add_wm_rnd` with a seeded place.
        return Tool(pwd=PASSWORD).add_wm_at_idx(text, wm=payload.to_bytes(4), byte_idx=chance.randrange(len(text)))

    def read(self, text, payload, folder):
        from text_blind_watermark import TextBlindWatermark as Tool

        try:
            found = Tool(pwd=PASSWORD).extract(text)
        except Exception as error:  # whatever it raises is its way to say that nothing can be read
            return Reading("none", None, f"{type(error).__name__}: {error}"[:80])
        return of_bits(int.from_bytes(found) if len(found) == 4 else None, payload, "")


class CanaryTrap:
    name, version = "canarytrap", "1.0.2"
    source = "PyPI"

    def mark(self, text, payload, folder, chance):
        from canarytrap.text import unicode_space_encode

        return unicode_space_encode(text, f"{payload:032b}")[0]

    def read(self, text, payload, folder):
        from canarytrap.text import unicode_space_to_binary_str

        # Without a single mark it would read zeros, and a payload of few ones would look half read.
        if "\u200e" not in text:
            return Reading("none", None, "no mark")
        bits = unicode_space_to_binary_str(text)[:BITS]
        return of_bits(int(bits, 2) if len(bits) == BITS else None, payload)


class StegCloak:
    name, version = "stegcloak", "1.1.1"
    source = "npm"

    def run(self, what, seed, text, payload=None):
        command = ["node", str(Path(__file__).with_name("stegcloak.cjs")), sys.prefix, what, str(seed)]
        return subprocess.run(command, input=json.dumps({"text": text, "payload": payload}), capture_output=True, text=True, timeout=60)

    def mark(self, text, payload, folder, chance):
        done = self.run("hide", chance.randrange(1 << 30), text, f"{payload:08x}")
        done.check_returncode()
        return done.stdout

    def read(self, text, payload, folder):
        done = self.run("reveal", 0, text)
        if done.returncode:
            line = next((l for l in done.stderr.splitlines() if l.startswith("Error")), "")
            return Reading("none", None, line[:80])
        try:
            return of_bits(int(done.stdout, 16) if len(done.stdout) == 8 else None, payload)
        except ValueError:
            return Reading("none", None, "another text")


class StegSnow:
    name, version = "stegsnow", "20130616-7"
    source = "Debian"

    def mark(self, text, payload, folder, chance):
        (folder / "cover").write_text(wrapped(text))
        (folder / "payload").write_bytes(payload.to_bytes(4))
        command = ["stegsnow", "-l", "80", "-f", "payload", "cover", "marked"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)
        if done.returncode or "exceeded" in done.stderr:
            raise RuntimeError(f"stegsnow: {done.stderr}")
        return (folder / "marked").read_text()

    def read(self, text, payload, folder):
        (folder / "leak").write_text(text)
        command = ["stegsnow", "leak", "found"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)
        found = (folder / "found").read_bytes() if done.returncode == 0 else b""
        return of_bits(int.from_bytes(found[:4]) if len(found) >= 4 else None, payload, done.stderr[:80])


def wrapped(text):
    import textwrap

    lines = (textwrap.wrap(l, SNOW_COLUMNS, break_long_words=False, break_on_hyphens=False) or [""] for l in text.splitlines())
    return "\n".join(line for group in lines for line in group) + "\n"


class Snowdrop:
    """`sd-eng` (draft) or `sd-engf` (fine): it keeps the original and a database, and names a recipient."""

    version = "0.02b-14"
    source = "Debian"

    def __init__(self, program):
        self.program = program
        self.name = f"snowdrop {program}"

    def run(self, folder, database, *arguments):
        """Its database lies in the home folder."""
        environment = {**os.environ, "HOME": str(folder / f"home-{database}")}
        command = [self.program, *arguments]
        return subprocess.run(command, cwd=folder, capture_output=True, env=environment, timeout=SNOWDROP_SECONDS)

    def mark(self, text, payload, folder, chance):
        (folder / "original").write_bytes(latin(text))
        for person in range(SNOWDROP_PEOPLE):
            database = person // SNOWDROP_DATABASE
            (folder / f"home-{database}").mkdir(exist_ok=True)
            # An empty comment spoils its database. The magic value comes from the clock and the process: it cannot be seeded.
            done = self.run(folder, database, "-i", "original", f"copy-{person}", f"person-{person}", "none")
            if done.returncode:
                raise RuntimeError(f"{self.program}: {done.stdout[-200:]}")
        leaker = payload % SNOWDROP_PEOPLE
        return (folder / f"copy-{leaker}").read_bytes().decode("latin-1")

    def read(self, text, payload, folder):
        (folder / "leak").write_bytes(latin(text))
        answers = [self.answer(folder, database) for database in range(SNOWDROP_PEOPLE // SNOWDROP_DATABASE)]
        named = [name for name, _ in answers if name]
        right = named == [f"person-{payload % SNOWDROP_PEOPLE}"]
        return Reading("full" if right else "wrong" if named else "none", None, ", ".join(named) or answers[0][1])

    def answer(self, folder, database):
        """Whom it names, and else what it says."""
        try:
            done = self.run(folder, database, "-e", "original", "leak")
        except subprocess.TimeoutExpired:
            return None, f"no answer in {SNOWDROP_SECONDS} s"
        lines = (done.stdout + done.stderr).decode("latin-1").splitlines()
        entry = next((index for index, line in enumerate(lines) if "matches entry" in line), len(lines))
        named = [line.split(":")[1].strip() for line in lines[entry:] if "Recipient" in line]
        if named:
            return named[0], ""
        read = [line.split(":")[1].strip() for line in lines if "Overall retrieved" in line]
        return None, f"ended by signal {-done.returncode}" if done.returncode < 0 else (read or lines)[-1][:80]


def latin(text):
    """One byte a character, as in 2002; what has no such byte becomes a question mark, in original and leak alike."""
    return text.translate(ASCII).encode("latin-1", "replace")


class BlindWatermark:
    name, version = "blind-watermark", "0.4.4"
    source = "PyPI"

    def tool(self):
        from blind_watermark import WaterMark, bw_notes

        bw_notes.close()
        return WaterMark(password_wm=1, password_img=1)

    def mark(self, page: Path, payload, folder, chance) -> Path:
        import numpy

        marked = folder / "page.png"
        tool = self.tool()
        tool.read_img(str(page))
        tool.read_wm(numpy.array([c == "1" for c in f"{payload:032b}"]), mode="bit")
        tool.embed(str(marked))
        return marked

    def read(self, picture: Path, row, payload, original: Path):
        """Its README's two helps are given: the size of the original, and for cuttings the original itself, to find the place."""
        import cv2

        seen, whole = cv2.imread(str(picture)), cv2.imread(str(original))
        if row == "scan-crop-3":
            seen = self.placed(seen, whole, PAGE_DPI / SCAN_DPI)
        elif seen.shape != whole.shape:
            seen = cv2.resize(seen, (whole.shape[1], whole.shape[0]))
        bits = self.tool().extract(embed_img=seen, wm_shape=BITS, mode="bit")
        return of_bits(int("".join("1" if b else "0" for b in bits), 2), payload)

    def placed(self, seen, whole, scale):
        import cv2
        from blind_watermark.recover import estimate_crop_parameters, recover_crop

        grey = [cv2.cvtColor(i, cv2.COLOR_BGR2GRAY) for i in (whole, seen)]
        # A cutting from the page's edge may be a little larger than it at this scale.
        near = (scale * 0.98, scale * 1.02)
        loc, shape, _, _ = estimate_crop_parameters(ori_img=grey[0], tem_img=grey[1], scale=near, search_num=9)
        return recover_crop(tem_img=seen, loc=loc, image_o_shape=shape).astype("uint8")


TEXT_TOOLS = [TextBlindWatermark(), CanaryTrap(), StegCloak(), StegSnow(), Snowdrop("sd-eng"), Snowdrop("sd-engf")]


def installed():
    """The versions that run, which must be those that are pinned."""
    import blind_watermark  # noqa: F401  it sets how processes start, once, and would fail in a worker

    for tool in (TextBlindWatermark, CanaryTrap, BlindWatermark):
        assert version(tool.name) == tool.version, (tool.name, version(tool.name))
    manifest = Path(sys.prefix) / "node_modules/stegcloak/package.json"
    assert json.loads(manifest.read_text())["version"] == StegCloak.version
    for tool in (StegSnow, TEXT_TOOLS[-1]):
        package = tool.name.split()[0]
        found = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package], capture_output=True, text=True).stdout
        if found != tool.version:
            tool.version = found
