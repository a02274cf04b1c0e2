"""How records travel to the registry, without the travelling: how many, when, and what becomes of each.

Sans-I/O: the caller reads the clock, throws the dice, sends, and writes the marks down. It must never lose a record,
send one again after the registry had it, or let one bad record hold up the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

MOST = 500
"""Items in one request (docs/contract.md)."""
BASE_S = 2.0
CAP_S = 300.0
"""Full jitter below this: after an outage ten thousand kiosks return at 78 requests a second, not ten thousand."""
LONGEST_RETRY_AFTER_S = 3600.0
"""A Retry-After of a year is a mistake, and must not silence a door."""

BATCH_AT_FAULT = frozenset({"http-400", "http-409", "http-413", "http-422"})
"""With a word of the contract: the registry is there and will not take this batch, and a smaller one tells which record it is,
at once. Without one it is somebody in between, a gateway or a firewall, and weather."""
PARKED_S = 86_400.0
"""After so long a parked record is tried again: the registry may have been mended, or taught what it did not know."""


class VerdictWord(StrEnum):
    """The registry's verdict on one record."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"
    LATER = "later"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One record's verdict and the registry's reason, where it gave one."""

    word: VerdictWord
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A record that the registry does not have yet, as far as the plan needs to know it."""

    uid: str
    incident: bool = False
    tries: int = 0
    """How often it was put off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Who made a record: it is delivered as that door's, whoever this device is by then."""

    device: str
    door: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """The registry has it."""

    uid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """The registry will not take it: kept with its reason, shown, never deleted."""

    uid: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """Not now: due again in `wait_s` seconds."""

    uid: str
    wait_s: float


Mark = Delivered | Parked | Later


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast the outbox goes."""

    limit: int = MOST
    """How many records at most go next; halves while something in the batch is at fault, doubles with each success."""
    most: int = MOST
    failures: int = 0
    """In a row."""
    not_before: float = 0.0
    """Seconds of the monotonic clock."""

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= self.most <= MOST:
            raise ValueError(
                f"expected 1 <= limit <= most <= {MOST}, found limit {self.limit} and most {self.most}"
            )


@dataclass(frozen=True, slots=True)
class Send:
    """Send so many records now."""

    limit: int


@dataclass(frozen=True, slots=True)
class Wait:
    """Send nothing for so many seconds."""

    seconds: float


def plan(pace: Pace, now_mono: float) -> Send | Wait:
    """Return what to do at `now_mono` (seconds of the monotonic clock)."""
    left = pace.not_before - now_mono
    return Wait(left) if left > 0 else Send(pace.limit)


def back_off(failures: int, jitter: float) -> float:
    """Return full-jitter seconds after so many failures in a row (1 is the first); `jitter` lies in [0, 1).

    >>> back_off(1, 0.5), back_off(3, 0.5), back_off(100, 0.5)
    (1.0, 4.0, 150.0)
    """
    doublings = min(max(failures, 1) - 1, 10)  # 2 s * 2^10 is past the cap: a larger power only overflows
    return float(jitter * min(CAP_S, BASE_S * 2**doublings))


def on_reply(
    pace: Pace, batch: Iterable[Waiting], verdicts: Mapping[str, Verdict], *, now_mono: float, jitter: float
) -> tuple[Pace, tuple[Mark, ...]]:
    """Return the pace and what becomes of each record of a batch that was answered.

    A record without a verdict is put off; a verdict on a record that was not sent is nobody's.
    """
    marks = tuple(_mark(row, verdicts.get(row.uid), jitter) for row in batch)
    if marks and all(isinstance(mark, Later) for mark in marks):
        # An answer that settles nothing is a registry that cannot: asking on, batch after batch, would not help it.
        return _slower(pace, now_mono, None, jitter), marks
    return replace(pace, limit=min(pace.most, pace.limit * 2), failures=0, not_before=now_mono), marks


def on_failure(
    pace: Pace,
    batch: tuple[Waiting, ...],
    why: str,
    *,
    word: str = "",
    now_mono: float,
    retry_after_s: float | None = None,
    jitter: float,
) -> tuple[Pace, tuple[Mark, ...]]:
    """Return the pace and the marks after a batch that was not answered record by record.

    `why` is the link's reason (`errors.RegistryUnreachable.why`), `word` the contract's own for it; empty where the registry
    itself did not say no (`errors.RegistryRefused.word`): then nothing is halved for it, nor parked. A batch at fault is halved at once until the one bad
    record stands alone and is parked. A server error or a time-out may be the batch's doing too: the second in a row
    halves, and a record that stands alone is put off, never parked, because the registry did not say no.
    """
    if word and why in BATCH_AT_FAULT:
        if len(batch) > 1:
            return replace(pace, limit=len(batch) // 2, not_before=now_mono), ()
        # The first lone record costs no time. Where the registry refuses one after the other, nothing accepted between
        # them, it is the registry that is wrong: slow down, rather than park the whole queue.
        parked = tuple(Parked(uid=row.uid, reason=f"{why} {word}") for row in batch)
        slower = _slower(pace, now_mono, retry_after_s, jitter)
        return (slower if pace.failures else replace(slower, not_before=now_mono)), parked
    slower = _slower(pace, now_mono, retry_after_s, jitter)
    if not _may_be_the_batch(why) or slower.failures < 2:
        return slower, ()
    if len(batch) > 1:
        return replace(slower, limit=len(batch) // 2), ()
    return slower, tuple(_later(row, jitter) for row in batch)


def on_link_up(pace: Pace, *, now_mono: float, spread_s: float, jitter: float) -> Pace:
    """Return the pace when the link is back: one try within `spread_s` seconds, spread so that doors do not stampede.

    >>> on_link_up(Pace(not_before=500.0), now_mono=100.0, spread_s=30.0, jitter=0.5).not_before
    115.0
    """
    return replace(pace, not_before=min(pace.not_before, now_mono + jitter * spread_s))


def _slower(pace: Pace, now_mono: float, retry_after_s: float | None, jitter: float) -> Pace:
    failures = pace.failures + 1
    asked_s = min(retry_after_s or 0.0, LONGEST_RETRY_AFTER_S)
    # After a Retry-After the jitter comes on top: the others were told the same number.
    return replace(pace, failures=failures, not_before=now_mono + asked_s + back_off(failures, jitter))


def _may_be_the_batch(why: str) -> bool:
    """A 503 is the registry's own word for "not now"; another 5xx or a time-out may come from what was sent."""
    return why == "timeout" or (why.startswith("http-5") and why != "http-503")


def _mark(row: Waiting, verdict: Verdict | None, jitter: float) -> Mark:
    match verdict:
        case Verdict(word=VerdictWord.STORED | VerdictWord.DUPLICATE):
            return Delivered(uid=row.uid)
        case Verdict(word=VerdictWord.REJECTED, reason=reason):
            return Parked(uid=row.uid, reason=reason or "rejected")
        case _:
            return _later(row, jitter)


def _later(row: Waiting, jitter: float) -> Later:
    # Half of it is certain: a record that was just put off must not come back in the very next batch.
    return Later(uid=row.uid, wait_s=back_off(row.tries + 1, 0.5 + jitter / 2))
