"""What is drawn from the code is what the code says now."""

import pytest

from kiosk.core.door.state import State
from kiosk.core.door.table import TABLE
from tests.house import state_diagram
from tests.house.generate import ROOT, pages, stale


@pytest.mark.concurrent
@pytest.mark.parametrize("path", pages(), ids=lambda path: path.name)
def test_every_generated_page_is_current(path):
    assert path not in stale(), f"{path.relative_to(ROOT)} is out of date; run: make docs"


def test_every_state_is_in_the_diagram_and_has_a_way_in_and_a_way_out():
    arrows = [
        line.partition(":")[0].split(" --> ")
        for line in state_diagram.diagram().splitlines()
        if " --> " in line
    ]
    assert {start.strip() for start, _ in arrows} == {"[*]", *(state.name for state in TABLE)}
    assert {end.strip() for _, end in arrows} == {state.name for state in State}


def test_every_row_of_the_table_is_told_of():
    page = state_diagram.page()
    assert [state for state in State if f"| `{state}` |" not in page] == []
    assert "IDLE --> NOTICE: code read" in page
