"""The benchmark itself: every part runs and answers in its shape. How fast anything was is never looked at."""

import json
import math

import numpy as np
import pytest
import requests

from registry.embedded import EmbeddedRegistry
from tests.bench.__main__ import measured
from tests.bench.approaches import Approach, Kind, Street
from tests.bench.line import BadLine
from tests.bench.measures import SIDES, Size
from tests.bench.reel import Reel, Shot
from tests.bench.report import STAGES, TOPICS, percentile, report, table

pytestmark = pytest.mark.concurrent

TINY = Size(
    rounds=1, cut=1, whole=1, network=2, idle_s=0.2, starts=1, visits=3, warm_up=0, states=("refused",)
)


class Hand:
    """A clock that goes only while somebody sleeps by it."""

    def __init__(self) -> None:
        self.now = 0.0

    def clock(self) -> float:
        return self.now

    def sleep(self, s: float) -> None:
        self.now += s


def grey(number: int):
    return np.full((2, 2), number, np.uint8)


def reel(hand: Hand, shots: list[Shot], opened=lambda: 0) -> Reel:
    return Reel(shots, opened=opened, fps=10.0, lead=2, clock=hand.clock, sleep=hand.sleep, cpu=hand.clock)


def shot(frames: int = 3, first: int = 0, patience_s: float = 0.25) -> Shot:
    return Shot(
        hall=lambda: [grey(0)],
        frames=lambda: [grey(n) for n in range(1, frames + 1)],
        first=first,
        patience_s=patience_s,
    )


def played(camera: Reel) -> list[int]:
    numbers = []
    while (frame := camera.read()) is not None:
        numbers.append(int(frame[0, 0]))
    return numbers


def test_a_shot_is_the_hall_and_then_each_frame_once():
    assert played(reel(Hand(), [shot(patience_s=0.45)])) == [0, 0, 1, 2, 3, 0, 0]


def test_frames_that_fell_due_while_the_loop_was_busy_are_lost_to_it():
    hand = Hand()
    camera = reel(hand, [shot()])
    camera.read(), camera.read()
    hand.now += 0.25
    assert int(camera.read()[0, 0]) == 2


def test_time_counts_from_the_moment_the_frame_was_due_however_late_it_was_fetched():
    hand = Hand()
    camera = reel(hand, [shot(first=1, patience_s=0.1)])
    camera.read()
    hand.now += 5.0
    assert camera.read() is None
    assert camera.shown[0].due_at == pytest.approx(0.3)
    assert camera.shown[0].busy_s == pytest.approx(5.0)


def test_a_shot_ends_when_the_gate_has_opened():
    hand, edges = Hand(), [0]
    camera = reel(hand, [shot(), shot()], opened=lambda: edges[0])
    camera.read()
    edges[0] = 1
    assert played(camera)[0] == 0
    assert [one.opened_before for one in camera.shown] == [0, 1]
    assert camera.shown[0].frames == 1


@pytest.mark.parametrize(
    "values,share,want", [([3.0, 1.0, 2.0], 0.5, 2.0), (list(range(1, 101)), 0.99, 99), ([7.0], 0.99, 7.0)]
)
def test_a_percentile_is_a_value_that_was_measured(values, share, want):
    assert percentile(values, share) == want


def test_a_table_has_its_columns_below_each_other():
    assert table(["a", "bb"], [["ccc", "d"]]) == "| a   | bb |\n| --- | -- |\n| ccc | d  |"


def test_an_approach_is_the_same_in_another_process():
    with EmbeddedRegistry() as registry:
        approach = Street(registry).whole(Kind.CARD)
    again = Approach.from_order(json.loads(json.dumps(approach.order())))
    assert again == approach
    assert all(map(np.array_equal, approach.shot(1.0).frames(), again.shot(1.0).frames()))
    assert approach.text not in repr(approach)


def test_a_slow_line_passes_on_what_is_said():
    with EmbeddedRegistry(signed=False) as registry, BadLine(registry.url, delay_s=0.01) as line:
        said = requests.get(f"{line.url}/v1/keys", timeout=20)
        assert said.content == requests.get(f"{registry.url}/v1/keys", timeout=20).content


def test_a_silent_line_swallows_everything():
    with BadLine("http://127.0.0.1:9", delay_s=None) as line, pytest.raises(requests.ReadTimeout):
        requests.get(f"{line.url}/v1/keys", timeout=0.3)


@pytest.fixture(scope="module")
def run():
    """All of it: a minute."""
    return measured(TINY, list(TOPICS), name="tiny")


@pytest.fixture(scope="module")
def sample():
    """The way from the camera to the gate alone."""
    return measured(TINY, ["approaches"], name="tiny")


@pytest.mark.long
@pytest.mark.timeout(400)
def test_every_topic_is_measured_on_both_sides(run):
    found = {topic: one["result"] for topic, one in run["topics"].items()}
    assert set(found) == set(TOPICS)
    for sides in (found["approaches"]["cut"], found["approaches"]["whole"], *found["network"].values()):
        assert [len(sides[side]) for side in SIDES] == [len(sides[SIDES[0]])] * 2
    assert set(SIDES) <= set(found["idle"])
    assert set(SIDES) == set(found["start"])
    assert sorted(map(int, found["memory"]["rss_mb"])) == [0, 3]


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_both_sides_were_shown_the_same_visitors(sample):
    for sides in (sample["topics"]["approaches"]["result"][part] for part in ("cut", "whole")):
        assert [row["seed"] for row in sides["tutorial"]] == [row["seed"] for row in sides["door"]]


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_the_stages_add_up_to_the_time_from_frame_to_gate(sample):
    rows = [
        row for row in sample["topics"]["approaches"]["result"]["cut"]["door"] if row["pulse"] is not None
    ]
    assert rows
    for row in rows:
        assert set(row["stages"]) == set(STAGES)
        assert math.isclose(sum(row["stages"].values()), row["ms"], abs_tol=1e-6)


@pytest.mark.long
@pytest.mark.timeout(400)
def test_a_live_pass_opens_without_the_registry(run):
    away = run["topics"]["network"]["result"]["refused"]
    opened = {
        side: [row["pulse"] is not None for row in away[side] if row["kind"] == Kind.LIVE] for side in SIDES
    }
    assert opened == {"tutorial": [False], "door": [True]}


@pytest.mark.long
@pytest.mark.timeout(400)
def test_the_report_holds_every_topic_and_says_whether_others_disturbed_it(run):
    text = report(run)
    assert text.count("### ") == 7
    assert text.count("Others used") == len(TOPICS)
    disturbed = run | {"topics": {"idle": run["topics"]["idle"] | {"others": 0.5}}}
    assert "DISTURBED" in report(disturbed)
