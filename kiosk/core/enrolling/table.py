"""Making a device this door's, as a table: code -> its details in full -> confirmed -> the registry asked -> enrolled.

Nothing that a code says is applied before somebody who read it has confirmed it, and no code is taken while another one is
being applied. A pair that is not in the table changes nothing. Times are seconds of the monotonic clock.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, TypeAlias

from kiosk.core.events import Key
from kiosk.core.screen.view import Fact

SHOWN_S = 180.0
"""How long the details wait for a key: a technician reads them to somebody on the telephone."""
FAILED_S = 12.0
READ_FIRST_S = 1.0
"""A confirmation sooner than this after the details changed is not one: it was meant for what stood there before."""


AGAIN_S = 5.0
"""The same code, shown again so long after its details came up, is a confirmation too, where the device never was anybody's:
not every door has keys or a screen to touch."""


class EnrolmentStage(StrEnum):
    """What we are doing."""

    WAITING = "waiting"
    """Looking for a code."""
    SHOWN = "shown"
    """Its details are up; nothing of it is applied."""
    CONFIRMED = "confirmed"
    """Its Wi-Fi is being joined."""
    ASKING = "asking"
    """The registry is asked."""
    ENROLLED = "enrolled"
    FAILED = "failed"
    """Says what was wrong, then waits for the next code."""


class EnrolmentTrouble(StrEnum):
    """Why it did not come to an enrolment. The words are in `kiosk/core/enrolling/words.py`."""

    NOT_AN_ENROLMENT = "not-an-enrolment"
    NEWER_VERSION = "newer-version"
    DAMAGED = "damaged"
    EXPIRED = "expired"
    OTHER_DEVICE = "other-device"
    UNSAFE_ADDRESS = "unsafe-address"
    USED = "used"
    UNKNOWN = "unknown"
    """The registry never gave this code."""
    UNREACHABLE = "unreachable"
    NO_WIFI = "no-wifi"
    """The registry could not be reached, and the Wi-Fi of the code did not connect."""
    REFUSED = "refused"
    """The registry said no for a reason of its own."""
    OTHER_REGISTRY = "other-registry"
    """This device belongs to another registry."""
    OTHER_ROOT = "other-root"
    """The configuration names another root key."""
    NOT_KEPT = "not-kept"
    """The disk, or this program, failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A code that could be used."""

    lines: tuple[tuple[Fact, str], ...]
    """What it says, in full, but for its secrets."""
    code: Any = field(repr=False)
    """What was read, for whoever applies it; the core does not look into it."""
    again_is_yes: bool = True
    """Whether the same code shown again confirms it: only on a device that never was anybody's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A code was read that could be used."""

    offer: Offer


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoiled:
    """A code was read that cannot be used."""

    trouble: EnrolmentTrouble


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """A key went down."""

    key: Key = field(repr=False)


@dataclass(frozen=True, slots=True)
class Connected:
    """What could be done about the network is done; `wifi` False: the code's Wi-Fi did not connect."""

    wifi: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The registry took the device, and that is on the disk."""

    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """The registry did not take it, or could not be asked."""

    trouble: EnrolmentTrouble


@dataclass(frozen=True, slots=True)
class Ticked:
    """Time went by."""


Event: TypeAlias = Offered | Spoiled | Pressed | Connected | Accepted | Declined | Ticked


class Order(StrEnum):
    """What has to be done, with the offer that is up."""

    CONNECT = "connect"
    """Join the code's Wi-Fi, where it has one; answer with Connected."""
    ASK = "ask"
    """Ask the registry and keep its answer; answer with Accepted or Declined."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolling:
    """All that is known at one moment."""

    state: EnrolmentStage = EnrolmentStage.WAITING
    offer: Offer | None = None
    trouble: EnrolmentTrouble | None = None
    device: str = ""
    wifi: bool = True
    """False: the Wi-Fi of the code did not connect."""
    since: float = 0.0
    until: float | None = None
    """When the state ends by itself."""


Outcome: TypeAlias = tuple[Enrolling, Order | None]


def step(now: Enrolling, event: Event, mono: float) -> Outcome:
    """Return what comes next, and what has to be done for it."""
    handler = TABLE.get((now.state, type(event)))
    return (now, None) if handler is None else handler(now, event, mono)


def _shown(_now: Enrolling, event: Offered, mono: float) -> Outcome:
    return Enrolling(state=EnrolmentStage.SHOWN, offer=event.offer, since=mono, until=mono + SHOWN_S), None


def _shown_again(now: Enrolling, event: Offered, mono: float) -> Outcome:
    if event.offer != now.offer:
        return _shown(now, event, mono)
    confirms = event.offer.again_is_yes and mono - now.since >= AGAIN_S
    return _confirmed(now, mono) if confirms else (now, None)


def _confirmed(now: Enrolling, mono: float) -> Outcome:
    return replace(now, state=EnrolmentStage.CONFIRMED, since=mono, until=None), Order.CONNECT


def _failed(now: Enrolling, event: Spoiled | Declined, mono: float) -> Outcome:
    trouble = event.trouble
    if trouble is EnrolmentTrouble.UNREACHABLE and not now.wifi:
        trouble = EnrolmentTrouble.NO_WIFI
    return Enrolling(state=EnrolmentStage.FAILED, trouble=trouble, since=mono, until=mono + FAILED_S), None


def _answer_to_details(now: Enrolling, event: Pressed, mono: float) -> Outcome:
    if event.key is Key.CONFIRM and mono - now.since >= READ_FIRST_S:
        return _confirmed(now, mono)
    if event.key in (Key.CANCEL, Key.ERASE):
        return _waiting(mono), None
    return now, None


def _asking(now: Enrolling, event: Connected, mono: float) -> Outcome:
    # Asked even without the Wi-Fi: there may be a cable, and the code cannot be shown without its Wi-Fi.
    return replace(now, state=EnrolmentStage.ASKING, wifi=event.wifi, since=mono), Order.ASK


def _enrolled(now: Enrolling, event: Accepted, mono: float) -> Outcome:
    return replace(now, state=EnrolmentStage.ENROLLED, device=event.device, since=mono), None


def _dismissed(_now: Enrolling, _event: Pressed, mono: float) -> Outcome:
    return _waiting(mono), None


def _timed_out(now: Enrolling, _event: Ticked, mono: float) -> Outcome:
    return (_waiting(mono) if now.until is not None and mono >= now.until else now), None


def _waiting(mono: float) -> Enrolling:
    return Enrolling(since=mono)


TABLE: dict[tuple[EnrolmentStage, type[Event]], Callable[[Enrolling, Any, float], Outcome]] = {
    (EnrolmentStage.WAITING, Offered): _shown,
    (EnrolmentStage.WAITING, Spoiled): _failed,
    (EnrolmentStage.SHOWN, Offered): _shown_again,
    (EnrolmentStage.SHOWN, Pressed): _answer_to_details,
    (EnrolmentStage.SHOWN, Ticked): _timed_out,
    (EnrolmentStage.CONFIRMED, Connected): _asking,
    (EnrolmentStage.CONFIRMED, Declined): _failed,
    (EnrolmentStage.ASKING, Accepted): _enrolled,
    (EnrolmentStage.ASKING, Declined): _failed,
    (EnrolmentStage.FAILED, Offered): _shown,
    (EnrolmentStage.FAILED, Spoiled): _failed,
    (EnrolmentStage.FAILED, Pressed): _dismissed,
    (EnrolmentStage.FAILED, Ticked): _timed_out,
}
"""(state, event) -> what to do. Only SHOWN takes a second code for the first; ENROLLED is the end."""
