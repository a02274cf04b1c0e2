"""The reader's measures: each runs and answers in its shape, and the picture is drawn from the numbers. How good they are is not looked at."""

import dataclasses
from xml.etree import ElementTree as ET

import pytest

from tests.bench import factors
from tests.bench.apart import apart
from tests.bench.chart import Chart, svg
from tests.bench.legible import visitors
from tests.bench.reader import idle
from tests.bench.sides import SIDES

SVG = "{http://www.w3.org/2000/svg}"


def test_a_chart_has_a_line_for_each_side_through_each_value():
    chart = Chart("Distance", "metres <near>", (0.1, 0.2, 0.4), {"one": (100, 50, 0), "other": (0, 0, 100)})
    drawn = ET.fromstring(svg([chart, chart], "what & why"))
    lines = [line.get("points").split() for line in drawn.iter(f"{SVG}polyline")]
    assert [len(line) for line in lines] == [3, 3] * 2
    heights = [[float(point.partition(",")[2]) for point in line] for line in lines[:2]]
    assert heights[0] == sorted(heights[0])
    assert heights[0][0] == heights[1][2] < heights[0][2] == heights[1][0]
    assert drawn.find(f"{SVG}title").text == "what & why"


def test_the_committed_picture_is_of_these_factors(root):
    drawn = ET.parse(root / "docs/reader.svg")
    words = {text.text for text in drawn.iter(f"{SVG}text")}
    assert {factor.title for factor in factors.FACTORS} | set(SIDES) <= words
    points = [len(line.get("points").split()) for line in drawn.iter(f"{SVG}polyline")]
    assert points == [len(factor.at) for factor in factors.FACTORS for _ in SIDES]


@pytest.mark.slow
def test_a_factor_is_measured_on_every_side():
    factor = dataclasses.replace(factors.FACTORS[0], at=(0.2,))
    assert {name: len(shares) for name, shares in factors.shares(factor, 1).items()} == dict.fromkeys(
        SIDES, 1
    )


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_the_tables_have_a_row_for_each_side_and_each_scene():
    assert [line.split("|")[1].strip() for line in visitors(1).splitlines()[2:5]] == list(SIDES)
    assert [line.split("|")[1].strip() for line in idle(1).splitlines()[2:]] == [
        "empty hall", "one person walks", "three people walk",
    ]  # fmt: skip


@pytest.mark.concurrent
@pytest.mark.slow
@pytest.mark.timeout(400)
def test_what_it_takes_from_its_process_is_measured_in_one_of_its_own():
    took = apart("aside.memory", frames=[2, 4])
    assert 0 < took["loaded_mib"] < took["after_mib"]["4"]
    pauses = apart("aside.pauses", frames=6)
    assert {name: len(longest) for name, longest in pauses.items()} == dict.fromkeys(("nothing", *SIDES), 6)
