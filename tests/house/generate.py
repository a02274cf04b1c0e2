"""Writes the pages that are drawn from the code (`make docs`), or says with --check which of them are out of date.

A new page is a row of `pages()`: its place in the checkout and its text.
"""

from __future__ import annotations

import sys
from pathlib import Path

from kiosk.commands import reference_pages
from scripts.wrap_prose import wrapped
from tests.house import pin_map, state_diagram

ROOT = Path(__file__).resolve().parents[2]


def pages() -> dict[Path, str]:
    """Return every generated page with the text that it should have."""
    return {
        ROOT / state_diagram.PAGE: wrapped(state_diagram.page()),
        ROOT / pin_map.PAGE: wrapped(pin_map.page()),
        ROOT / pin_map.PICTURE: pin_map.picture(),
        **reference_pages.pages(),
    }


def stale() -> dict[Path, str]:
    """Return the pages whose file is missing or says something else."""
    return {
        path: text
        for path, text in pages().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    }


def main(arguments: list[str]) -> int:
    """Write what is stale; with --check only name it, and fail if there is any."""
    found = stale()
    check = "--check" in arguments
    for path, text in found.items():
        print(f"docs: {path.relative_to(ROOT)} {'is out of date; run: make docs' if check else 'written'}")
        if not check:
            path.write_text(text, encoding="utf-8")
    return 1 if check and found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
