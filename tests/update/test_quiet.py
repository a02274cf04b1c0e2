"""An update says for whom it waits, and does not wait for ever: not for a door that always says that somebody is there."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from pathlib import Path

import pytest

from kiosk.core.rule.policy import Window
from kiosk.errors import UpdateFailed
from kiosk.service.signs import BUSY
from kiosk.update.quiet import (
    LONGEST_S,
    PATIENCE_AT_ONCE_S,
    PATIENCE_S,
    QUIET_S,
    TOLD_EVERY_S,
    wait_for_quiet,
)
from kiosk.update.site import UpdateSite

EVENING = datetime(2026, 3, 4, 20, 0)
NIGHT = Window(start=time(2), end=time(5))
TOO_LONG_S = 10 * 86400


class Wait:
    """A door's runtime folder, and a clock that goes while the update waits."""

    def __init__(self, runtime: Path) -> None:
        self.runtime = runtime
        self.now = 0.0
        self.said: list[tuple[float, str]] = []
        self.busy = lambda _now: False
        self.clock = lambda now: EVENING + timedelta(seconds=now)

    def pause(self, seconds: float) -> None:
        self.now += seconds
        assert self.now < TOO_LONG_S, "it waits for ever"
        self._show()

    def _show(self) -> None:
        file = self.runtime / BUSY
        if self.busy(self.now):
            file.touch()
        else:
            file.unlink(missing_ok=True)

    def end(self, **site) -> float:
        """Return after how many seconds the release may take over."""
        self._show()
        wait_for_quiet(
            UpdateSite(
                runtime=self.runtime,
                local=lambda: self.clock(self.now),
                say=lambda line: self.said.append((self.now, line)),
                pause=self.pause,
                mono=lambda: self.now,
                **site,
            )
        )
        return self.now


@pytest.fixture
def wait(tmp_path: Path) -> Wait:
    return Wait(tmp_path)


def test_at_a_quiet_door_it_waits_a_moment_and_says_nothing(wait):
    assert wait.end() == QUIET_S
    assert wait.said == []


def test_it_says_for_whom_it_waits_whose_word_that_is_and_what_happens_then(wait):
    wait.busy = lambda now: now < 100
    assert wait.end() == 99 + QUIET_S
    (_, first), (_, second) = wait.said
    assert first == "waiting until nobody is at the door"
    assert str(wait.runtime / BUSY) in second
    assert "after 30 min all the same" in second


@pytest.mark.parametrize(
    "busy", [lambda _now: True, lambda now: now % 19 < 2], ids=["always", "never 20 s quiet"]
)
@pytest.mark.parametrize(
    "how, patience_s",
    [
        ({}, PATIENCE_S),
        ({"at_once": True}, PATIENCE_AT_ONCE_S),
        ({"at_once": True, "hours": NIGHT}, PATIENCE_AT_ONCE_S),
    ],
    ids=["as it comes", "at once", "at once, outside of the hours"],
)
def test_a_door_that_is_never_quiet_does_not_keep_the_release_out(wait, busy, how, patience_s):
    wait.busy = busy
    assert wait.end(**how) == patience_s
    assert "takes over all the same" in wait.said[-1][1]


def test_while_it_waits_it_says_so_again(wait):
    wait.busy = lambda _now: True
    wait.end()
    gaps = [later - before for (before, _), (later, _) in zip(wait.said, wait.said[1:], strict=False)]
    assert max(gaps) <= TOLD_EVERY_S
    assert (600.0, "still waiting until nobody is at the door; 10 min by now") in wait.said
    assert len(wait.said) < 12


def test_at_once_does_not_wait_for_the_hours(wait):
    assert wait.end(hours=NIGHT, at_once=True) == QUIET_S
    assert wait.said == []


def test_outside_of_the_hours_patience_does_not_run_out(wait):
    wait.busy = lambda _now: True
    assert wait.end(hours=NIGHT) == pytest.approx(6 * 3600 + PATIENCE_S, abs=1)
    assert wait.said[0] == (0.0, "waiting for 02:00, when a release may take over ([update] hours)")


@pytest.mark.parametrize("minutes", [1, 7, 90])
@pytest.mark.parametrize("begins", [0, 4 * 3600, 6 * 3600 - 5, 6 * 3600 + 30, 6 * 3600 + 200])
def test_short_hours_and_a_door_that_is_always_busy_end_within_a_day(wait, minutes, begins):
    """Begun before the hours, in them, or at their end: the release takes over inside of them."""
    hours = Window(start=time(2), end=(datetime(2026, 1, 1, 2) + timedelta(minutes=minutes)).time())
    wait.busy = lambda _now: True
    wait.clock = lambda now: EVENING + timedelta(seconds=begins + now)
    assert wait.end(hours=hours) <= 86400
    assert hours.holds(wait.clock(wait.now))


def test_a_clock_that_never_comes_to_the_hours_ends_it_with_a_way_out(wait):
    """A clock that somebody holds back keeps nobody waiting for ever, and the hours are the venue's: nothing takes over."""
    wait.clock = lambda _now: EVENING
    with pytest.raises(UpdateFailed, match="kiosk update --now"):
        wait.end(hours=NIGHT)
    assert wait.now == LONGEST_S
