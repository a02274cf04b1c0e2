"""Wrap the prose of pages again, where a line has become too long: `python -m scripts.wrap_prose docs/install.md ...`

Only a paragraph or a list item with a line of more than WIDTH characters is touched. Tables, headings and blocks of code stay
as they are; what stands in backticks stays on one line. Without a name: every page of the checkout.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

WIDTH = 120
_ITEM = re.compile(r"(\s*(?:[*+-]|\d+[.)])\s+|\s*>\s?|\s*)")
_SIGN = re.compile(r"(?:[*+-]|>|#+|\d+[.)])$|\|")
_WHOLE = re.compile(r"`[^`]+`|\]\([^)\s]*\)")


def wrapped(page: str) -> str:
    """Return a page in which no line of prose is longer than WIDTH, if words can be parted there.

    >>> print(wrapped("* " + "word " * 30).rstrip())
    * word word word word word word word word word word word word word word word word word word word word word word word
      word word word word word word word
    """
    return "\n".join(line for block in _blocks(page.split("\n")) for line in _fitted(block))


def too_long(page: str) -> list[str]:
    """Return the lines of prose that are longer than WIDTH and could be parted."""
    prose = (line for block in _blocks(page.split("\n")) if _is_prose(block) for line in block)
    return [line for line in prose if len(line) > WIDTH and len(_words(_ITEM.sub("", line, count=1))) > 1]


def table_rows(page: str) -> list[str]:
    """Return every line of a table."""
    return [block[0] for block in _blocks(page.split("\n")) if block[0].startswith("|")]


def _blocks(lines: list[str]) -> Iterator[list[str]]:
    """Yield paragraphs and list items; everything else line by line, a block of code as one."""
    block: list[str] = []
    fence = ""
    for line in lines:
        if fence:
            block.append(line)
            if line.strip() == fence:
                yield block
                block, fence = [], ""
        elif line.lstrip().startswith("```"):
            if block:
                yield block
            block, fence = [line], "```"
        elif not line.strip() or line.startswith(("#", "|", "<!--", "![")):
            if block:
                yield block
            yield [line]
            block = []
        elif block and not re.match(r"\s*(?:[*+-]|\d+[.)])\s", line) and not block[-1].endswith("  "):
            block.append(line)
        else:
            if block:
                yield block
            block = [line]
    if block:
        yield block


def _is_prose(block: list[str]) -> bool:
    return not block[0].lstrip().startswith(("```", "#", "|", "<!--", "!["))


def _fitted(block: list[str]) -> list[str]:
    if not _is_prose(block) or all(len(line) <= WIDTH for line in block):
        return block
    begins = _ITEM.match(block[0])
    first = begins[0] if begins else ""
    after = first if first.lstrip().startswith(">") else " " * len(first)
    lines, line = [], first
    for word in _words(
        " ".join([block[0][len(first) :], *(text.strip().removeprefix("> ") for text in block[1:])])
    ):
        if line.strip() and len(f"{line.rstrip()} {word}") > WIDTH:
            lines.append(line.rstrip())
            line = after
        line += word if line in (first, after) else f" {word}"
    return [*lines, line.rstrip()]


def _words(text: str) -> list[str]:
    """Return what may not be parted: words, what stands in backticks, an address, and a sign with the word before it.

    A sign that came to begin a line would make it a list, a heading or a table.
    """
    words: list[str] = []
    for word in _WHOLE.sub(lambda match: match[0].replace(" ", "\0"), text).split():
        if words and _SIGN.match(word):
            words[-1] += f" {word}"
        else:
            words.append(word)
    return [word.replace("\0", " ") for word in words]


def main(names: list[str]) -> None:
    """Wrap these pages, or all."""
    if not names:
        listed = subprocess.run(["git", "ls-files", "*.md"], capture_output=True, text=True, check=True)
        names = listed.stdout.split()
    for name in names:
        page = Path(name)
        text = page.read_text(encoding="utf-8")
        if wrapped(text) != text:
            page.write_text(wrapped(text), encoding="utf-8")
            print(f"wrapped {name}")


if __name__ == "__main__":
    main(sys.argv[1:])
