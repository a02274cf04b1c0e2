"""The technician's page is true of the doctor's table: a number that it tells stands for the check that it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kiosk.doctor.table import TABLE

pytestmark = pytest.mark.concurrent

KNOWN = {row.number for row in TABLE}


def troubles(page: str) -> list[list[int]]:
    """Return the numbers of each line of the table of troubles."""
    section = page.partition("## 7.")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| [^|]+ \| ([\d, ]+) \|", section, re.MULTILINE)
    return [[int(number) for number in row.split(",")] for row in rows]


def test_the_page_has_ten_troubles_and_each_leads_to_checks_that_exist(root: Path):
    told = troubles((root / "docs" / "install.md").read_text())
    assert len(told) == 10
    assert {number for row in told for number in row} <= KNOWN


def test_a_number_of_no_check_would_be_found():
    page = "## 7. Troubles\n| what | number | mostly |\n| --- | --- | --- |\n| black | 14, 999 | a cable |\n\n## Afterwards\n| x | 5 | y |\n"
    assert troubles(page) == [[14, 999]]
    assert 999 not in KNOWN
