"""`kiosk demo` as somebody runs it who has just cloned the repository, on a machine without a display."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from kiosk.core.model import Colour, Direction, Outcome, Reason, Via
from kiosk.demo.report import compare
from kiosk.demo.witness import Shown

LINE = re.compile(
    r"    \d\d:\d\d:\d\d  (?:entry|exit ) .* (?:admitted|refused|unchecked) .* gate (?:opened|shut) .*"
)
HIDDEN = {"DISPLAY", "WAYLAND_DISPLAY"}


@pytest.mark.slow
def test_the_tour_ends_well_with_one_line_a_visit_a_table_that_agrees_and_pictures(root, tmp_path):
    pictures = tmp_path / "pictures"
    done = subprocess.run(
        [sys.executable, "-m", "kiosk", "demo", "--tour", "--fast", "--screenshots", str(pictures)],
        cwd=root,
        env={name: value for name, value in os.environ.items() if name not in HIDDEN},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    visits = [line.split()[-2 if line.endswith("incident") else -1] for line in lines if LINE.fullmatch(line)]
    table = dict(re.findall(r"^(\S{3}-\S{3}) .* (yes|NO)$", done.stdout, re.MULTILINE))
    assert len(visits) >= 8
    assert table == dict.fromkeys(visits, "yes")
    assert lines[-1] == "Shown and stored agree, visit for visit."
    taken = list(pictures.glob("*.png"))
    assert f"{len(taken)} pictures" in done.stdout
    assert {"green", "blue", "yellow", "red", "neutral"} <= {
        part for path in taken for part in path.stem.split("-")
    }
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in taken)


def shown_and_stored() -> tuple[Shown, dict[str, object]]:
    visit_id = "01900000-0000-7000-8000-000000000001"
    shown = Shown(
        visit_id=visit_id,
        at=datetime(2026, 3, 4, 7, tzinfo=UTC),
        direction=Direction.ENTRY,
        via=Via.CAMERA,
        outcome=Outcome.REFUSED,
        reason=Reason.STATUS_NOT_ADMITTED,
        colour=Colour.YELLOW,
        incident=False,
        opened=False,
    )
    stored = {
        "uid": visit_id,
        "direction": "entry",
        "outcome": "refused",
        "colour": "yellow",
        "reference": shown.reference,
    }
    return shown, stored


def test_what_was_shown_and_stored_alike_agrees():
    shown, stored = shown_and_stored()
    assert compare([shown], [stored])[1]


@pytest.mark.parametrize(
    "change", [{"outcome": "admitted"}, {"colour": "green"}, {"colour": None}, {"direction": "exit"}]
)
def test_one_word_changed_at_the_registry_is_found(change):
    shown, stored = shown_and_stored()
    table, agree = compare([shown], [stored | change])
    assert not agree
    assert table.endswith("NO")


def test_a_visit_that_is_missing_on_either_side_is_found_and_nothing_at_all_is_no_agreement():
    shown, stored = shown_and_stored()
    assert not compare([shown], [])[1]
    assert not compare([], [stored])[1]
    assert not compare([], [])[1]
    more = stored | {"uid": "01900000-0000-7000-8000-000000000002"}
    assert not compare([shown], [stored, more])[1]
