"""The page on security cannot rot: each of its lines names a test, and each test that it names is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
PAGE = TESTS.parent / "docs" / "security.md"
NAMED = re.compile(r"`([\w/]+\.py)::(\w+)`")
COLUMNS = ["who", "what stops them", "what it does not stop", "proof"]


def rows(page: str) -> list[list[str]]:
    """Return the cells of every line of every table, without heads and rules."""
    lines = [line for line in page.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in cells if row != COLUMNS and not set("".join(row)) <= set("- ")]


def missing(page: str, tests: Path) -> list[str]:
    """Return the tests that a page names and that nobody has written."""
    gone = []
    for path, name in NAMED.findall(page):
        source = tests / path
        tree = ast.parse(source.read_text(encoding="utf-8")) if source.is_file() else ast.Module([], [])
        if name not in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}:
            gone.append(f"{path}::{name}")
    return gone


def test_every_test_that_the_page_names_exists():
    assert missing(PAGE.read_text(encoding="utf-8"), TESTS) == []


def test_every_line_says_what_stops_them_what_it_does_not_stop_and_what_proves_it():
    table = rows(PAGE.read_text(encoding="utf-8"))
    assert table
    assert [row[0] for row in table if len(row) != len(COLUMNS) or not all(row)] == []
    assert [who for who, *_, proof in table if not NAMED.search(proof)] == []


def test_the_page_names_everybody_who_was_thought_of():
    """The threats of the brief: whoever takes a line out has to take it out here too, and say why."""
    people = " ".join(row[0] for row in rows(PAGE.read_text(encoding="utf-8"))).replace("**", "")
    thought_of = (
        "screenshot", "photographer of the venue code", "look-alike app", "guessing numbers",
        "thief of the SD card", "thief of the whole running device", "on the network", "captive portal",
        "proxy that reads or changes TLS", "copied registry database", "old enrolment code", "revoked device",
        "cloned device", "wrong clock", "staff who want to let somebody in", "stolen root key", "compromised registry",
    )  # fmt: skip
    assert [threat for threat in thought_of if threat not in people] == []


def test_a_test_that_was_renamed_and_a_line_without_proof_would_be_found(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "test_b.py").write_text("def test_here():\n    pass\n\n# def test_gone(): pass\n")
    page = "`a/test_b.py::test_here` `a/test_b.py::test_gone` `a/test_c.py::test_here`"
    assert missing(page, tmp_path) == ["a/test_b.py::test_gone", "a/test_c.py::test_here"]
    assert rows(
        "| who | what stops them | what it does not stop | proof |\n| --- | --- | --- | --- |\n| a | b | c | |"
    ) == [["a", "b", "c", ""]]
