"""The journal tells a visit in one line, a repeated failure once in 30 s, and no identifier ever."""

import io
import logging
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.errors import StoreError
from kiosk.journal import masked, start


class Journal:
    """A journal in memory, on a clock that the test moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self._stream = io.StringIO()
        self.handler = start("info", self._stream, mono=lambda: self.now)

    def lines(self) -> list[str]:
        return self._stream.getvalue().splitlines()


@pytest.fixture
def journal() -> Iterator[Journal]:
    root = logging.getLogger()
    level = root.level
    made = Journal()
    yield made
    root.removeHandler(made.handler)
    root.setLevel(level)


log = logging.getLogger("kiosk.test")


def test_a_repeated_failure_is_told_every_30_s_with_its_count(journal: Journal):
    for second in range(61):
        journal.now = float(second)
        log.warning("the registry does not answer: %s", "timeout")
    assert journal.lines() == [
        "WARNING kiosk.test: the registry does not answer: timeout",
        "WARNING kiosk.test: the registry does not answer: timeout (and 29 more like it in 30 s)",
        "WARNING kiosk.test: the registry does not answer: timeout (and 29 more like it in 30 s)",
    ]


def test_another_failure_is_told_at_once(journal: Journal):
    log.warning("the camera is gone")
    log.warning("the keypad is gone")
    log.error("the camera is gone")
    assert len(journal.lines()) == 3


def test_no_failure_hides_another_of_the_same_template(journal: Journal):
    """Whoever shows a code that is none would have muted the one alert that somebody guesses numbers."""
    visit = " (visit 01900000-0000-7000-8000-000000000000)"
    for what, about in [
        ("not-ours", ""),
        ("keypad-guessing", ""),
        ("exit-not-recorded", visit),
        ("not-ours", ""),
    ]:
        log.warning("door: %s%s", what, about)
    for time, part in enumerate(("lamp", "gate", "lamp"), 1):
        log.error("%s: %s (time %d)", part, StoreError(f"broken {time}"), time)
    told = [line.split(": ", 1)[1] for line in journal.lines()]
    assert told == [
        "door: not-ours",
        "door: keypad-guessing",
        f"door: exit-not-recorded{visit}",
        "lamp: broken 1 (time 1)",
        "gate: broken 2 (time 2)",
    ]


def test_a_line_of_a_visit_is_never_held_back(journal: Journal):
    for _ in range(3):
        log.info("visit %s admitted", "01900000-0000-7000-8000-000000000000")
    assert journal.lines() == ["INFO kiosk.test: visit 01900000-0000-7000-8000-000000000000 admitted"] * 3


def test_ever_new_failures_do_not_fill_the_memory(journal: Journal):
    for number in range(2000):
        log.warning(f"failure {number}")
    log.warning("failure 1999")
    assert len(journal.lines()) == 2000
    log.warning("failure 0")  # forgotten long ago: told anew
    assert len(journal.lines()) == 2001


def test_an_iin_is_masked_in_message_arguments_and_traceback(journal: Journal):
    iin = "850101300123"
    try:
        raise ValueError(f"no visitor {iin}")
    except ValueError:
        log.exception("looking for %s failed", iin)
    text = "\n".join(journal.lines())
    assert "ValueError" in text
    assert iin not in text


def test_a_crash_tells_where_and_of_what_kind_and_in_whose_words_only_if_they_are_ours(journal: Journal):
    try:
        try:
            int("N07540001")  # a passport has no twelve digits that the mask would find
        except ValueError:
            raise StoreError("the disk is full: free some space") from OSError(
                28, "No space left", "N07540001"
            )
    except StoreError:
        log.exception("worker %s stumbled", "store")
    text = "\n".join(journal.lines())
    assert "test_journal.py" in text
    assert text.index("OSError: No space left") < text.index("StoreError: the disk is full: free some space")
    assert "N07540001" not in text.replace('"N07540001"', "")  # the line of this very source


def test_what_another_handler_made_of_a_crash_is_not_taken_over(journal: Journal):
    try:
        raise ValueError("no visitor " + "N0754" + "0001")
    except ValueError as error:
        record = log.makeRecord(
            log.name, logging.ERROR, "here", 1, "stumbled", (), (ValueError, error, error.__traceback__)
        )
    logging.Formatter().format(record)
    assert record.exc_text
    assert "N07540001" in record.exc_text
    journal.handler.handle(record)
    assert "N07540001" not in "\n".join(journal.lines())


def test_a_chain_of_exceptions_that_bites_its_own_tail_is_told_to_an_end(journal: Journal):
    one, other = ValueError(), KeyError()
    one.__context__, other.__context__ = other, one
    log.error("stumbled", exc_info=one)
    assert journal.lines()[-1] == "  | ValueError"


def test_a_line_with_wrong_arguments_stops_nobody(journal: Journal):
    # Straight to the handler: pytest's own, beside it, raises for such a line.
    for second in (0.0, 1.0, 31.0):
        journal.now = second
        journal.handler.handle(
            log.makeRecord(log.name, logging.WARNING, "here", 1, "%d visits", ("many",), None)
        )
    assert journal.lines() == [
        "WARNING kiosk.test: a log line that could not be formatted",
        "WARNING kiosk.test: a log line that could not be formatted (and 1 more like it in 31 s)",
    ]


def test_starting_again_writes_every_line_once(journal: Journal):
    again = Journal()
    log.info("once")
    assert (journal.lines(), again.lines()) == ([], ["INFO kiosk.test: once"])
    logging.getLogger().removeHandler(again.handler)


@given(st.text(alphabet="0123456789", min_size=12, max_size=12), st.text(max_size=20), st.text(max_size=20))
def test_no_12_digits_survive_wherever_they_stand(iin: str, before: str, after: str):
    assert iin not in masked(f"{before}{iin}{after}")


@pytest.mark.parametrize(
    "text", ["850101 300123", "850101-300-123", "8501 0130 0123", "iin=850101300123;", "x850101300123"]
)
def test_grouped_digits_are_masked_too(text: str):
    assert "0123" not in masked(text)


@pytest.mark.parametrize(
    "text",
    [
        "visit 01900000-0000-7000-8000-000000000000 admitted",
        "took 12 ms, 3 waiting",
        "2026-11-22T10:00:00Z",
        "87017654321",
    ],
)
def test_what_is_no_identifier_stays(text: str):
    assert masked(text) == text


def test_a_text_from_outside_writes_no_line_of_its_own_and_moves_no_terminal(journal: Journal):
    log.warning("keypad: %s", "Pad\x1b[2J\x9b1m\nINFO kiosk.loop: visit admitted\u202e\u2028")
    first, second = journal.lines()
    assert first == r"WARNING kiosk.test: keypad: Pad\x1b[2J\x9b1m"
    assert second == r"  | INFO kiosk.loop: visit admitted\u202e\u2028"
