"""What one source may make of itself: a code is one event, a burst of noise is one, and no answer of the registry makes thousands."""

import threading
from collections import Counter

import pytest

from kiosk.core.events import CodeRead, PhoneArrived
from kiosk.core.model import Direction, Identifier, IdentifierKind, NotACredential, OwnVenueCode, TextFault
from kiosk.ports import Reading
from kiosk.reader.repeats import Repeats
from kiosk.uplink.client import Arrivals
from kiosk.workers.in_view import InView
from kiosk.workers.listening import LISTEN_PAUSE_S, listening
from kiosk.workers.scanner_work import NOISE_S, desk_scanning
from tests.factories import make_iin, make_phone

GARBAGE, HALF = (NotACredential(reason=each) for each in (TextFault.CONTROL_BYTES, TextFault.HALF_SCAN))


class Desk:
    """A scanner that gives what it is told to, each thing at its moment, and its worker."""

    def __init__(self) -> None:
        self.now = 0.0
        self.put = []

    def run(self, *scans: tuple[float, object]) -> None:
        stop, scans = threading.Event(), iter(scans)
        desk = self

        class Scanner:
            def read(self, _wait_s):
                desk.now, scan = next(scans, (desk.now + 10.0, stop))
                if scan is stop:
                    stop.set()
                    return None
                return scan

            def close(self):
                """Nothing to give back."""

        desk_scanning(
            open_scanner=Scanner,
            is_new=lambda _text: True,
            understand=lambda text: Identifier(kind=IdentifierKind.IIN, value=text),
            side=Direction.EXIT,
            put=self.put.append,
            mono=lambda: self.now,
        )(stop)

    @property
    def codes(self):
        return [event.credential for event in self.put if isinstance(event, CodeRead)]


@pytest.fixture
def desk():
    return Desk()


def lines(caplog):
    return [message for message in caplog.messages if "refused" in message]


def test_a_burst_of_noise_is_one_event_and_one_line_with_its_numbers(desk, caplog):
    caplog.set_level("INFO", logger="kiosk")
    desk.run(*[(n * 0.003, GARBAGE if n % 3 else HALF) for n in range(300)])
    assert desk.codes == [HALF]
    assert lines(caplog) == [
        "desk scanner: refused, because they cannot be read: 200 control-bytes, 100 half-scan"
    ]


def test_behind_noise_that_never_ends_somebody_still_gets_out_and_a_code_is_read(desk, caplog):
    caplog.set_level("INFO", logger="kiosk")
    noise = [(n * 0.4, GARBAGE) for n in range(100)]
    desk.run(*noise[:50], (20.1, make_iin(1)), *noise[51:])
    told = Counter(type(each) for each in desk.codes)
    assert told[NotACredential] == pytest.approx(40 / NOISE_S, abs=2)
    assert told[Identifier] == 1
    assert len(lines(caplog)) == 1


def test_a_single_scan_that_cannot_be_read_is_told_at_once(desk, caplog):
    caplog.set_level("INFO", logger="kiosk")
    desk.run((1.0, HALF))
    assert desk.codes == [HALF]
    assert lines(caplog) == ["desk scanner: refused, because they cannot be read: 1 half-scan"]


def hear(*answers: Arrivals, takes_s: float = 0.0) -> tuple[list, list[float]]:
    """Listen until the answers are told, each after so long; return what was put, and how long was paused in between."""
    put, pauses, left, now = [], [], iter(answers), [0.0]

    class Pauses(threading.Event):
        def wait(self, timeout=None):
            pauses.append(timeout)
            return self.is_set()

    stop = Pauses()

    def events(_after, wait_s):
        if wait_s == 0:
            return Arrivals(cursor=1, phones=())
        answer = next(left, None)
        now[0] += takes_s
        if answer is None:
            stop.set()
            return Arrivals(cursor=1, phones=())
        return answer

    listening(events=events, put=put.append, heard=lambda _online: None, mono=lambda: now[0])(stop)
    return put, pauses


NOBODY = Arrivals(cursor=1, phones=())


def test_a_registry_that_answers_without_waiting_is_asked_less_and_less_often():
    put, pauses = hear(*[NOBODY] * 5)
    assert put == []
    assert pauses == [0.5, 1.0, 2.0, 2.0, 2.0, 2.0]


def test_one_that_waits_as_it_was_asked_to_is_asked_again_at_once():
    _, pauses = hear(*[NOBODY] * 3, takes_s=25.0)
    assert pauses == [LISTEN_PAUSE_S] * 4


def test_after_a_phone_an_early_answer_is_the_first_one_again():
    phone = PhoneArrived(identifier=make_phone(1), status=None)
    _, pauses = hear(NOBODY, NOBODY, Arrivals(cursor=2, phones=(phone,)), NOBODY)
    assert pauses == [0.5, 1.0, LISTEN_PAUSE_S, 0.5, 1.0]


def test_phones_that_were_left_out_are_told_to_the_journal(caplog):
    phone = PhoneArrived(identifier=make_phone(1), status=None)
    put, _ = hear(Arrivals(cursor=1, phones=(phone,), left_out=2999))
    assert put == [phone]
    assert "3000 phones at once" in caplog.text


class Counted:
    """A text is its own credential, and how often it was understood is counted."""

    def __init__(self) -> None:
        self.times: Counter[str] = Counter()

    def __call__(self, text: str):
        self.times[text] += 1
        if text.startswith("poster"):
            return NotACredential(reason=TextFault.NOT_OURS)
        if text == "own":
            return OwnVenueCode()
        return Identifier(kind=IdentifierKind.IIN, value=text)


def readings(*texts: str) -> list[Reading]:
    return [Reading(text=text, corners=(), engine="test") for text in texts]


@pytest.fixture
def understand():
    return Counted()


@pytest.fixture
def in_view(understand):
    return InView(Repeats(hold_s=3.0), understand)


def test_two_codes_in_view_are_understood_once_and_not_in_each_frame(in_view, understand):
    told = [in_view.choose(readings("1", "2"), n / 15) for n in range(150)]
    assert [each.value for each in told if each] == ["1"]
    assert understand.times == {"1": 1, "2": 1}


def test_a_code_that_is_missed_in_a_frame_now_and_then_is_not_understood_anew(in_view, understand):
    for n in range(150):
        in_view.choose(readings("1", "2") if n % 3 else readings("1"), n / 15)
    assert understand.times == {"1": 1, "2": 1}


def test_the_other_pass_is_told_when_it_is_alone_and_understood_in_that_moment(in_view, understand):
    for n in range(30):
        in_view.choose(readings("1", "2"), n / 15)
    assert in_view.choose(readings("2"), 2.1).value == "2"
    assert understand.times == {"1": 1, "2": 2}, "once for its place, once for what it is worth now"


def test_ours_wins_over_a_poster_and_the_poster_is_no_news_later(in_view, understand):
    assert in_view.choose(readings("poster", "own", "2"), 0.0).value == "2"
    assert in_view.choose(readings("poster", "own"), 0.1) is None
    assert in_view.choose(readings("poster"), 2.0) is None
    assert understand.times == {"poster": 1, "own": 1, "2": 1}


def test_a_wall_of_posters_costs_no_memory(in_view):
    for n in range(50):
        in_view.choose(readings(*[f"poster {n} {m}" for m in range(100)]), n / 15)
    assert len(in_view._places) <= 64


def test_no_text_is_kept_of_what_is_in_view(in_view):
    in_view.choose(readings(make_iin(1), make_iin(2)), 0.0)
    assert make_iin(1) not in repr(vars(in_view))
