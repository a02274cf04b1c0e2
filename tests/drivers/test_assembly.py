"""When a desk scanner's reading is over, to the millisecond: no device, and a clock of the test's own."""

import pytest

from drivers.scanner.assembly import SETTLE_S, SPOILED_S, Assembly, Ends
from kiosk.core.model import NotACredential, TextFault

HALF, GARBAGE = (NotACredential(reason=reason) for reason in (TextFault.HALF_SCAN, TextFault.CONTROL_BYTES))


class Desk:
    """A scanner and its reader, on one clock."""

    def __init__(self, **how) -> None:
        self.now = 100.0
        self.assembly = Assembly(**how)
        self.read = []

    def send(self, text: str, every_s: float = 0.001) -> None:
        """Send characters at a pace; `?` is a byte that is no character."""
        for char in text:
            self.now += every_s
            if char == "?":
                self.assembly.spoil(TextFault.CONTROL_BYTES, self.now)
            elif char in "\r\n\t":
                self.assembly.end(char, self.now)
            else:
                self.assembly.add(char, self.now)
            self._look(silent=False)

    def wait(self, seconds: float) -> None:
        self.now += seconds
        self._look(silent=True)

    def _look(self, *, silent: bool) -> None:
        scan = self.assembly.take(self.now, silent=silent)
        if scan is not None:
            self.read.append(scan)


@pytest.fixture
def desk():
    return Desk()


def test_a_whole_scan_is_over_after_the_shortest_silence_behind_its_ending(desk):
    desk.send("text\r\n")
    desk.wait(SETTLE_S - 0.001)
    assert desk.read == []
    desk.wait(0.002)
    assert desk.read == ["text"]


def test_a_scanner_that_types_slowly_is_given_the_time_that_it_takes(desk):
    desk.send("one\ntwo\n", every_s=0.08)
    desk.wait(0.15)
    assert desk.read == []
    desk.wait(0.02)
    assert desk.read == ["one\ntwo"]


def test_what_comes_behind_a_reading_before_a_pause_is_the_rest_of_its_code(desk):
    desk.send("one\n")
    desk.wait(0.1)
    desk.send("two\n")
    desk.wait(0.25)
    desk.send("three\n", every_s=0.01)
    desk.wait(0.1)
    assert desk.read == ["one"]
    desk.wait(0.3)
    desk.send("next\n")
    desk.wait(0.1)
    assert desk.read == ["one", "next"]


def test_endings_alone_swallow_nothing(desk):
    desk.send("one\n")
    desk.wait(0.1)
    for _ in range(5):
        desk.send("\r")
        desk.wait(0.1)
    desk.send("two\n")
    desk.wait(0.1)
    assert desk.read == ["one", "two"]


def test_noise_that_never_ends_is_told_once_and_soon(desk):
    desk.send("?\r" * 2000, every_s=0.001)
    assert desk.read == [GARBAGE]
    assert desk.now - 100.0 > 3 * SPOILED_S
    desk.wait(0.31)
    desk.send("text\n")
    desk.wait(0.1)
    assert desk.read == [GARBAGE, "text"]


def test_a_last_line_without_an_ending_is_half_a_scan_and_by_pause_a_whole_one(desk):
    by_pause = Desk(ends=Ends.PAUSE)
    for each in (desk, by_pause):
        each.send("one\ntwo")
        each.wait(0.29)
        assert each.read == []
        each.wait(0.02)
    assert (desk.read, by_pause.read) == ([HALF], ["one\ntwo"])
