"""The outbox's plan, without a network: nothing is lost, nothing goes twice, nothing bad holds up the rest."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.core.outbox import (
    BATCH_AT_FAULT,
    CAP_S,
    LONGEST_RETRY_AFTER_S,
    MOST,
    Delivered,
    Later,
    Pace,
    Parked,
    Send,
    Verdict,
    VerdictWord,
    Wait,
    Waiting,
    back_off,
    on_failure,
    on_link_up,
    on_reply,
    plan,
)

JITTER = st.floats(0, 1, exclude_max=True)
STORED = Verdict(word=VerdictWord.STORED)


def rows(number, **changes):
    return tuple(Waiting(uid=f"r{n}", **changes) for n in range(number))


def fail(pace, batch, why, *, word="", now=0.0, jitter=0.5, retry_after_s=None):
    return on_failure(pace, batch, why, word=word, now_mono=now, jitter=jitter, retry_after_s=retry_after_s)


def reply(pace, batch, verdicts, *, now=0.0, jitter=0.5):
    return on_reply(pace, batch, verdicts, now_mono=now, jitter=jitter)


@given(failures=st.integers(1, 10_000), jitter=JITTER)
def test_the_back_off_never_passes_five_minutes_and_is_never_negative(failures, jitter):
    assert 0 <= back_off(failures, jitter) <= CAP_S


def test_the_back_off_doubles_from_two_seconds():
    assert [back_off(n, 0.999999) for n in range(1, 5)] == pytest.approx([2, 4, 8, 16], rel=1e-3)


def test_a_link_that_is_down_is_waited_for_and_the_batch_stays_as_large():
    pace, marks = fail(Pace(), rows(500), "refused", now=100.0)
    assert (pace.limit, marks) == (MOST, ())
    assert plan(pace, 100.0) == Wait(1.0)
    assert plan(pace, 101.0) == Send(MOST)


def test_what_the_registry_told_to_wait_is_waited_and_no_mistake_silences_a_door():
    pace, _ = fail(Pace(), rows(1), "http-503", retry_after_s=120)
    assert pace.not_before >= 120
    pace, _ = fail(Pace(), rows(1), "http-503", retry_after_s=1e9)
    assert pace.not_before <= LONGEST_RETRY_AFTER_S + CAP_S


def test_a_door_is_silent_for_an_hour_at_most_whatever_it_was_told():
    told = [0.9 * 3600, 3600, 3601, 24 * 3600]
    paces = [fail(Pace(), rows(1), "http-503", jitter=0.0, retry_after_s=seconds)[0] for seconds in told]
    assert [pace.not_before for pace in paces] == [0.9 * 3600, 3600, 3600, 3600]


@pytest.mark.parametrize("why", sorted(BATCH_AT_FAULT))
def test_a_batch_at_fault_is_halved_at_once(why):
    pace, marks = fail(Pace(), rows(500), why, word="invalid-request", now=7.0)
    assert (plan(pace, 7.0), marks) == (Send(250), ())


@pytest.mark.parametrize("why", sorted(BATCH_AT_FAULT))
@pytest.mark.parametrize("count", [500, 1])
def test_what_somebody_in_between_says_of_a_batch_is_weather(why, count):
    """An nginx with client_max_body_size, a firewall's 400, a TLS port that is spoken to in plain."""
    pace = Pace()
    for _ in range(5):
        pace, marks = fail(pace, rows(count), why, now=7.0)
        assert (pace.limit, marks) == (MOST, ())
    assert isinstance(plan(pace, 7.0), Wait)


@pytest.mark.parametrize("why", sorted(BATCH_AT_FAULT))
def test_a_record_at_fault_that_stands_alone_is_parked_and_the_rest_goes_on_at_once(why):
    pace, marks = fail(Pace(limit=1), rows(1), why, word="uid-reused", now=7.0)
    assert marks == (Parked(uid="r0", reason=f"{why} uid-reused"),)
    assert isinstance(plan(pace, 7.0), Send)


def test_a_registry_that_refuses_one_record_after_the_other_does_not_get_the_whole_queue_parked_in_a_moment():
    pace, _ = fail(Pace(limit=1), rows(1), "http-422", word="invalid-request", now=7.0)
    pace, _ = fail(pace, rows(1), "http-422", word="invalid-request", now=7.0)
    assert isinstance(plan(pace, 7.0), Wait)


@pytest.mark.parametrize("why", ["http-500", "http-502", "timeout"])
def test_a_server_error_halves_the_second_time_and_a_lone_record_is_put_off_but_never_parked(why):
    pace, _ = fail(Pace(), rows(500), why)
    assert pace.limit == MOST
    pace, _ = fail(pace, rows(500), why)
    assert pace.limit == 250
    _, marks = fail(pace, rows(1, tries=3), why)
    assert marks == (Later(uid="r0", wait_s=12.0),)


@pytest.mark.parametrize(
    "why", ["http-503", "http-401", "http-404", "http-429", "redirect", "not-json", "refused"]
)
def test_what_has_nothing_to_do_with_the_batch_leaves_the_batch_alone(why):
    pace = Pace()
    for _ in range(5):
        pace, marks = fail(pace, rows(500), why)
        assert (pace.limit, marks) == (MOST, ())


def test_every_verdict_has_its_mark():
    verdicts = {
        "r0": STORED,
        "r1": Verdict(word=VerdictWord.DUPLICATE),
        "r2": Verdict(word=VerdictWord.REJECTED, reason="uid-reused"),
        "r3": Verdict(word=VerdictWord.LATER),
        "nobody": STORED,
    }
    _, marks = reply(Pace(), rows(5), verdicts)
    assert marks == (
        Delivered(uid="r0"),
        Delivered(uid="r1"),
        Parked(uid="r2", reason="uid-reused"),
        Later(uid="r3", wait_s=1.5),
        Later(uid="r4", wait_s=1.5),
    )


def test_a_success_ends_the_back_off_and_doubles_the_batch():
    pace, _ = reply(Pace(limit=3, failures=9, not_before=900.0), rows(1), {"r0": STORED}, now=5.0)
    assert (pace.limit, pace.failures, plan(pace, 5.0)) == (6, 0, Send(6))


def test_an_answer_that_settles_nothing_is_a_failure():
    pace, _ = reply(Pace(), rows(3), {}, now=5.0)
    assert isinstance(plan(pace, 5.0), Wait)


def test_a_link_that_is_back_is_tried_soon_and_never_later_than_planned():
    assert on_link_up(Pace(not_before=900.0), now_mono=100.0, spread_s=30.0, jitter=0.99).not_before < 130
    assert on_link_up(Pace(not_before=101.0), now_mono=100.0, spread_s=30.0, jitter=0.99).not_before == 101


@pytest.mark.parametrize("limit, most", [(0, 500), (501, 501), (3, 2)])
def test_a_pace_that_cannot_be_is_refused(limit, most):
    with pytest.raises(ValueError, match="limit"):
        Pace(limit=limit, most=most)


@dataclass
class Link:
    """A registry and the way to it, as bad as a test wants, and the store's side of the marks."""

    pace: Pace = field(default_factory=Pace)
    now: float = 0.0
    waiting: dict[str, Waiting] = field(default_factory=dict)
    due: dict[str, float] = field(default_factory=dict)
    delivered: list[str] = field(default_factory=list)
    parked: dict[str, str] = field(default_factory=dict)
    batches: list[int] = field(default_factory=list)

    def add(self, *new: Waiting) -> None:
        self.waiting |= {row.uid: row for row in new}

    def batch(self) -> tuple[Waiting, ...]:
        """As the store gives it: due, incidents first, then the oldest."""
        while isinstance(planned := plan(self.pace, self.now), Wait):
            self.now += planned.seconds
        due = [row for row in self.waiting.values() if self.due.get(row.uid, 0) <= self.now]
        return tuple(sorted(due, key=lambda row: not row.incident)[: planned.limit])

    def write(self, result) -> None:
        self.pace, marks = result
        for mark in marks:
            assert mark.uid in self.waiting, "a mark on a record that does not wait"
            match mark:
                case Delivered():
                    self.delivered.append(mark.uid)
                    del self.waiting[mark.uid]
                case Parked():
                    self.parked[mark.uid] = mark.reason
                    del self.waiting[mark.uid]
                case Later():
                    row = self.waiting[mark.uid]
                    self.waiting[mark.uid] = Waiting(uid=row.uid, incident=row.incident, tries=row.tries + 1)
                    self.due[mark.uid] = self.now + mark.wait_s


@pytest.mark.parametrize("place", [0, 1, 250, 499])
def test_one_bad_record_of_five_hundred_does_not_hold_up_the_others(place):
    """The registry answers a whole batch with 409 while the bad one is in it."""
    link = Link()
    link.add(*rows(500))
    for _ in range(60):
        batch = link.batch()
        if not batch:
            break
        if f"r{place}" in [row.uid for row in batch]:
            link.write(fail(link.pace, batch, "http-409", word="uid-reused", now=link.now))
        else:
            link.write(reply(link.pace, batch, {row.uid: STORED for row in batch}, now=link.now))
    assert link.parked == {f"r{place}": "http-409 uid-reused"}
    assert len(set(link.delivered)) == 499
    assert link.now == 0, "nobody waited for it"


def test_a_record_that_breaks_the_server_does_not_hold_up_the_others():
    link = Link()
    link.add(*rows(100))
    for _ in range(200):
        batch = link.batch()
        if len(link.delivered) == 99 or not batch:
            break
        if "r40" in [row.uid for row in batch]:
            link.write(fail(link.pace, batch, "http-500", now=link.now))
        else:
            link.write(reply(link.pace, batch, {row.uid: STORED for row in batch}, now=link.now))
    assert len(link.delivered) == 99
    assert list(link.waiting) == ["r40"]
    assert link.parked == {}


WORDS = st.sampled_from([*VerdictWord, None])
FAILURES = st.sampled_from(
    ["timeout", "refused", "http-500", "http-503", "http-413", "http-409", "not-json", "http-401"]
)


@given(data=st.data())
def test_whatever_the_registry_answers_no_record_is_lost_or_sent_after_it_was_stored(data):
    link = Link()
    added: set[str] = set()
    for turn in range(data.draw(st.integers(1, 12))):
        new = [
            Waiting(uid=f"{turn}-{n}", incident=incident)
            for n, incident in enumerate(data.draw(st.lists(st.booleans(), max_size=5)))
        ]
        link.add(*new)
        added |= {row.uid for row in new}
        batch = link.batch()
        assert len(batch) <= MOST
        assert not {row.uid for row in batch} & {*link.delivered, *link.parked}
        assert [row.incident for row in batch] == sorted((row.incident for row in batch), reverse=True)
        jitter = data.draw(JITTER)
        if batch and data.draw(st.booleans()):
            link.write(fail(link.pace, batch, data.draw(FAILURES), now=link.now, jitter=jitter))
        elif batch:
            words = {row.uid: data.draw(WORDS) for row in batch}
            verdicts = {uid: Verdict(word=word) for uid, word in words.items() if word}
            link.write(reply(link.pace, batch, verdicts, now=link.now, jitter=jitter))
        assert 1 <= link.pace.limit <= MOST
        assert {*link.waiting, *link.delivered, *link.parked} == added
        assert len(link.waiting) + len(link.delivered) + len(link.parked) == len(added)
    # And once the registry is well, everything that waits arrives.
    for _ in range(100):
        if not link.waiting:
            break
        batch = link.batch()
        if not batch:
            link.now += CAP_S
            continue
        link.write(reply(link.pace, batch, {row.uid: STORED for row in batch}, now=link.now))
    assert {*link.delivered, *link.parked} == added


@pytest.mark.parametrize("why", ["http-500", "timeout"])
def test_a_batch_of_two_is_halved_like_any_other_and_one_alone_is_put_off(why):
    once, _ = fail(Pace(), rows(2), why)
    assert fail(once, rows(2), why)[0].limit == 1
    assert fail(once, rows(2), why)[1] == ()
    assert [mark.uid for mark in fail(once, rows(1), why)[1]] == ["r0"]
