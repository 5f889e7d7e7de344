"""Cleans text files in place: clean.py TOOL FILE...  One process for many files, what the tools' own commands do to one."""

import sys


def cleaner(tool):
    if tool == "antiwatermark":
        from antiwatermark.core import clean_text

        return lambda text: clean_text(text)[0]
    if tool == "dewatermark":
        from dewatermark import sanitize

        return lambda text: sanitize(text, profile="aggressive")
    raise SystemExit(f"no cleaner is called {tool}")


def main():
    clean = cleaner(sys.argv[1])
    for path in sys.argv[2:]:
        with open(path, encoding="utf-8", newline="") as file:
            text = file.read()
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(clean(text))


if __name__ == "__main__":
    main()
