"""The page on security cannot rot: each of its threats names a test, and each test that it names is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
PAGE = TESTS.parent / "docs" / "security.md"
NAMED = re.compile(r"`([\w/]+\.py)::(\w+)`")
PARTS = ("What stops them", "What it does not stop", "Proof")


def threats(page: str) -> dict[str, dict[str, str]]:
    """Return what stands below each threat's heading, by the bold words that it begins with."""
    found = {}
    for section in re.split(r"(?m)^### ", page)[1:]:
        who, _, text = section.partition("\n")
        text = re.split(r"(?m)^## ", text)[0]
        parts = re.split(r"(?m)^\* \*\*(.+?):\*\*", text)
        found[who.strip()] = dict(zip(parts[1::2], (part.strip() for part in parts[2::2]), strict=True))
    return found


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


def test_every_threat_says_what_stops_them_what_it_does_not_stop_and_what_proves_it():
    page = threats(PAGE.read_text(encoding="utf-8"))
    assert page
    assert [who for who, parts in page.items() if tuple(parts) != PARTS or not all(parts.values())] == []
    assert [who for who, parts in page.items() if not NAMED.search(parts["Proof"])] == []


def test_the_page_names_everybody_who_was_thought_of():
    """The threats of the brief: whoever takes one out has to take it out here too, and say why."""
    people = " ".join(threats(PAGE.read_text(encoding="utf-8"))).lower()
    thought_of = (
        "screenshot", "photographer of the venue code", "look-alike app", "guessing numbers",
        "thief of the sd card", "thief of the whole running device", "on the network", "captive portal",
        "proxy that reads or changes tls", "copied registry database", "old enrolment code", "revoked device",
        "cloned device", "wrong clock", "staff who want to let somebody in", "stolen root key", "compromised registry",
    )  # fmt: skip
    assert [threat for threat in thought_of if threat not in people] == []


def test_a_test_that_was_renamed_and_a_threat_without_proof_would_be_found(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "test_b.py").write_text("def test_here():\n    pass\n\n# def test_gone(): pass\n")
    page = "`a/test_b.py::test_here` `a/test_b.py::test_gone` `a/test_c.py::test_here`"
    assert missing(page, tmp_path) == ["a/test_b.py::test_gone", "a/test_c.py::test_here"]
    assert threats("## At\n\n### Who\n\n* **What stops them:** a\n  b\n* **Proof:**\n\n## The end\n") == {
        "Who": {"What stops them": "a\n  b", "Proof": ""}
    }
