"""The pages keep up with the house: every link leads somewhere, every make target is told of, every command of a page exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
TARGETS = re.findall(r"(?m)^([a-z-]+):.*## ", (ROOT / "Makefile").read_text())


def dead_links(page: str, folder: Path) -> list[str]:
    """Return the links of a page that lead to no file."""
    text = re.sub(r"(?s)```.*?```|`[^`\n]*`", "", page)
    targets = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r"(?m)^\[[^\]]+\]:\s*(\S+)", text)
    local = [target.partition("#")[0] for target in targets if not re.match(r"[a-z]+:", target)]
    return [target for target in local if target and not (folder / target).exists()]


def make_targets(page: str) -> set[str]:
    """Return the targets that a page tells its reader to make: `make X` in code."""
    code = re.findall(r"(?s)```.*?```|`[^`\n]+`", page)
    lines = re.findall(r"(?m)(?:^|`|\$ |&& )(?:sudo )?make ([a-z][a-z \t-]*)", "\n".join(code))
    return {word for line in lines for word in line.split()}


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_every_link_leads_to_a_file(page):
    assert dead_links(page.read_text(), page.parent) == []


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_a_page_asks_for_no_make_target_that_does_not_exist(page):
    assert make_targets(page.read_text()) - set(TARGETS) == set()


def test_the_makefile_says_what_each_target_does():
    phony = re.search(r"(?m)^\.PHONY: (.*)$", (ROOT / "Makefile").read_text())
    assert phony
    assert set(phony[1].split()) == set(TARGETS)


def test_a_dead_link_and_a_wrong_target_would_be_found(tmp_path):
    (tmp_path / "there.md").touch()
    page = "[a](there.md#x) [b](gone.md) [c](https://x.kz) `[d](code.md)`\n\n[e]: away.md\n\n`make test`\n```\nmake demolish TOUR=1\n```\n"
    assert dead_links(page, tmp_path) == ["gone.md", "away.md"]
    assert make_targets(page) == {"test", "demolish"}
