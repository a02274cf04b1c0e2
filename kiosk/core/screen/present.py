"""The door -> what its screen shows. Colour is the registry's status; sign and words are our decision (docs/facts.md#a-public-screen)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from kiosk.core.door.building import Standing
from kiosk.core.door.state import Door, KeypadRests, State
from kiosk.core.door.typed import WHILE_TYPING
from kiosk.core.door.verdicts import hides_colour
from kiosk.core.door.whose import can_turn_round
from kiosk.core.events import Part
from kiosk.core.health.board import URGENT
from kiosk.core.health.camera_view import ViewTrouble, trouble_of
from kiosk.core.ids import reference
from kiosk.core.model import Decision, Direction, DoorKind, Outcome, Reason, Stamp, TextFault
from kiosk.core.rule.knowledge import Freshness, Known
from kiosk.core.rule.todays_rule import todays_rule
from kiosk.core.screen.view import (
    HINT_WORDS,
    Aged,
    Corner,
    Field,
    Page,
    Phrase,
    Sign,
    TypedNumber,
    Unit,
    View,
    share_left,
)
from kiosk.core.who import iin
from kiosk.core.who.venue_code import code_at

NOTICE_OF = {
    TextFault.EXPIRED: Phrase.CODE_EXPIRED,
    TextFault.FROM_THE_FUTURE: Phrase.CODE_EXPIRED,
    TextFault.OTHER_DOOR: Phrase.CODE_ELSEWHERE,
    TextFault.HALF_SCAN: Phrase.CODE_DAMAGED,
    TextFault.DAMAGED_PASS: Phrase.CODE_DAMAGED,
    TextFault.WRONG_SIGNATURE: Phrase.CODE_DAMAGED,
    TextFault.UNKNOWN_KEY: Phrase.CODE_DAMAGED,
    TextFault.NEWER_PASS: Phrase.CODE_DAMAGED,
    # No word of its own: why a pass was withdrawn is nobody's business in the hall.
    TextFault.REVOKED: Phrase.CODE_DAMAGED,
}
NOTE_OF = {
    Reason.VENUE_CLOSED: Phrase.VENUE_CLOSED,
    Reason.ZONE_SHUT: Phrase.VENUE_CLOSED,
    Reason.VENUE_FULL: Phrase.VENUE_FULL,
    Reason.ALREADY_INSIDE: Phrase.ALREADY_INSIDE,
    Reason.COULD_NOT_CHECK: Phrase.NO_CONNECTION,
    Reason.UNKNOWN_TO_REGISTRY: Phrase.STAFF_COMING,
    Reason.CARRY_PASS_ALONE: Phrase.STAFF_COMING,
    Reason.REVOCATIONS_EXPIRED: Phrase.STAFF_COMING,
    Reason.NO_POLICY: Phrase.STAFF_COMING,
    Reason.WHICH_WAY: Phrase.STAFF_COMING,
}
"""Reasons that say nothing about the visitor's health; every other refusal reads "speak to reception" (rule 4)."""
_UNITS = (
    (Unit.DAYS, timedelta(days=1)),
    (Unit.HOURS, timedelta(hours=1)),
    (Unit.MINUTES, timedelta(minutes=1)),
)

NOTICED_S = 20.0
"""How long staff are told of somebody who went through uncalled: until the one behind them has turned round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """The part of a view that one decision makes."""

    field: Field
    sign: Sign
    headline: Phrase
    note: Phrase | None
    reference: str = ""
    offline_since: str = ""


def present(door: Door, stamp: Stamp) -> View:
    """Return what the screen shows at this moment. Equal views look the same, so an unchanged one costs nothing."""
    stamp = door.word.judged(stamp)
    corner = _corner(door, stamp)
    if door.standing is Standing.ALARM:  # covers whatever the visit does
        return _page(
            corner, Page.ALARM, Phrase.FIRE_ALARM, Phrase.NO_ENTRY_NOW, field=Field.NEUTRAL, sign=Sign.LEAVE
        )
    match door.state:
        case State.IDLE:
            return _waiting(door, stamp, corner)
        case State.TYPING | State.CONFIRMING:
            return _keypad(door, stamp, corner)
        case State.ASKING | State.RECORDING:
            return _page(corner, Page.CHECKING, Phrase.CHECKING)
        case State.NOTICE if door.notice is KeypadRests.RESTS:
            left = share_left(door.guesses.paused_from, door.guesses.paused_until, stamp.mono)
            return replace(_page(corner, Page.KEYPAD, Phrase.KEYPAD_PAUSED, Phrase.SHOW_CODE), time_left=left)
        case State.NOTICE | State.SHOWING:
            answer = _notice(door) if door.state is State.NOTICE else _answer(door, stamp)
            page = _page(
                corner, Page.RESULT, answer.headline, answer.note, field=answer.field, sign=answer.sign
            )
            return replace(
                page,
                reference=answer.reference,
                offline_since=answer.offline_since,
                time_left=_time_left(door, stamp),
            )


def _page(
    corner: Corner,
    page: Page,
    headline: Phrase,
    note: Phrase | None = None,
    *,
    field: Field = Field.NIGHT,
    sign: Sign = Sign.NONE,
) -> View:
    return View(page=page, field=field, sign=sign, headline=headline, note=note, corner=corner)


def _waiting(door: Door, stamp: Stamp, corner: Corner) -> View:
    """Return the page of a door at which nobody is being answered: how the building stands comes first."""
    if door.standing is not Standing.OPEN:
        headline = Phrase.OUT_OF_SERVICE if door.standing is Standing.OUT_OF_SERVICE else Phrase.OUT_OF_ORDER
        shut = _page(
            corner, Page.OUT_OF_ORDER, headline, Phrase.GO_TO_RECEPTION, field=Field.NEUTRAL, sign=Sign.WAIT
        )
        return replace(shut, reference=" · ".join(str(number) for number in corner.faults))
    blind = not door.setup.camera or door.is_broken(Part.CAMERA)
    return replace(
        _page(corner, Page.IDLE, _invitation(door, blind=blind)),
        venue_code=_venue_code(door, stamp),
        preview=not blind,
        hint=None if blind or door.hint is None else HINT_WORDS[door.hint],
    )


def _invitation(door: Door, *, blind: bool) -> Phrase:
    """What a visitor is asked to do first, by what works."""
    if not blind:
        return Phrase.SHOW_CODE
    scans = door.setup.scanner and not door.is_broken(Part.SCANNER)
    return Phrase.USE_SCANNER if scans else Phrase.USE_KEYPAD


def _notice(door: Door) -> _Answer:
    said = (
        NOTICE_OF.get(door.notice, Phrase.CODE_UNKNOWN)
        if isinstance(door.notice, TextFault)
        else Phrase.CODE_UNKNOWN
    )
    return _Answer(field=Field.NEUTRAL, sign=Sign.WAIT, headline=said, note=Phrase.SHOW_CODE)


def _answer(door: Door, stamp: Stamp) -> _Answer:
    visitor = door.visitor
    decision = visitor.decision if visitor else None
    if visitor is None or decision is None:
        return _notice(door)
    if visitor.direction is Direction.EXIT:
        note = Phrase.COMING_IN if door.setup.keypad and can_turn_round(door, stamp) else Phrase.THANK_YOU
        return _Answer(field=Field.NEUTRAL, sign=Sign.LEAVE, headline=Phrase.GOOD_BYE, note=note)
    if decision.outcome is Outcome.ADMITTED:
        field = Field.NEUTRAL if hides_colour(door, visitor, door.now(stamp)) else _field(decision)
        since = decision.unrevoked_since
        return _Answer(
            field=field,
            sign=Sign.ENTER,
            headline=Phrase.COME_IN,
            note=_welcome(door, decision),
            offline_since=f"{door.local(since):%d.%m %H:%M}" if since else "",
        )
    short = reference(visitor.visit_id)
    if decision.outcome is Outcome.REFUSED:
        shown = door.setup.public_colours and not hides_colour(door, visitor, door.now(stamp))
        field = _field(decision) if shown else Field.NEUTRAL
        note = NOTE_OF.get(decision.reason, Phrase.SPEAK_TO_RECEPTION)
        return _Answer(field=field, sign=Sign.STOP, headline=Phrase.NO_ENTRY, note=note, reference=short)
    if decision.opens:
        return _Answer(
            field=Field.NEUTRAL, sign=Sign.ENTER, headline=Phrase.COME_IN, note=_welcome(door, decision)
        )
    headline = Phrase.PLEASE_WAIT if decision.calls_staff else Phrase.NO_ENTRY
    sign = Sign.WAIT if decision.calls_staff else Sign.STOP
    note = NOTE_OF.get(decision.reason, Phrase.STAFF_COMING)
    return _Answer(field=Field.NEUTRAL, sign=sign, headline=headline, note=note, reference=short)


def _welcome(door: Door, decision: Decision) -> Phrase:
    """A printed or saved pass may be somebody else's: staff, where there are any, compare the person with a document."""
    return Phrase.SHOW_ID if decision.compare_identity and door.setup.attended else Phrase.WELCOME


def _field(decision: Decision) -> Field:
    """The registry's colour fills the screen; where it said none, no colour is borrowed."""
    return Field(decision.colour.value) if decision.colour else Field.NEUTRAL


def _keypad(door: Door, stamp: Stamp, corner: Corner) -> View:
    confirming = door.state is State.CONFIRMING
    note: Phrase | None = None
    if door.typed.mistyped:
        note = Phrase.IIN_MISTYPED
    elif confirming and (unusual := iin.hints(door.typed.digits)):
        note = Phrase.IIN_COMPANY if iin.Oddness.COMPANY in unusual else Phrase.IIN_UNUSUAL
    page = _page(
        corner,
        Page.CONFIRM if confirming else Page.KEYPAD,
        Phrase.CONFIRM_IIN if confirming else Phrase.TYPE_IIN,
        note,
    )
    number = TypedNumber(
        cells=door.typed.cells(stamp.mono, confirming=confirming),
        groups=iin.TO_CONFIRM if confirming else WHILE_TYPING,
    )
    return replace(page, time_left=_time_left(door, stamp), keypad=number)


def _corner(door: Door, stamp: Stamp) -> Corner:
    now = door.now(stamp)
    edition, local = door.edition(now), door.local(now)
    return Corner(
        venue=door.word.policy.venue if door.word.policy else "",
        clock=f"{local:%H:%M}" if stamp.trusted else "",
        inside=door.people.inside,
        capacity=door.places(edition),
        online=door.word.online,
        waiting=door.word.waiting,
        # Where nobody watches it would tell the hall whose refusal was a red one.
        incidents_waiting=door.word.incidents_waiting if door.setup.attended else 0,
        counted=door.counted(stamp),
        too_many=door.people_too_many(now),
        today=todays_rule(edition, local, uncounted=door.ignores_capacity(edition)),
        aged=_aged(door, stamp),
        noticed=door.people.noticed if stamp.mono - door.people.noticed_at < NOTICED_S else None,
        who_unknown=door.setup.kind is not DoorKind.EXIT and not door.people.everybody_is_known,
        faults=door.building.faults,
        ailing=_ailing(door),
    )


def _ailing(door: Door) -> Part | ViewTrouble | None:
    """Return what is told in words: the door works, and nobody would ask what a number means."""
    seen = trouble_of(door.building.broken.get(Part.VIEW))
    return seen or next((part for part in URGENT if door.is_broken(part)), None)


def _aged(door: Door, stamp: Stamp) -> Aged | None:
    """Return what staff are told of the age of what the kiosk knows; the oldest part that is past its time, or the contact."""
    if door.word.policy is None or door.word.freshness(stamp) is Freshness.FRESH:
        return None
    late = door.word.knowledge.oldest_expired(door.now(stamp)) if door.word.knowledge else None
    known, age = late or (Known.POLICY, door.word.age(stamp))
    if age is None:
        return Aged(known=known, amount=None, there=late is None)
    for unit, size in _UNITS:
        if age >= size:
            return Aged(known=known, amount=age // size, unit=unit)
    return Aged(known=known, amount=1)


def _venue_code(door: Door, stamp: Stamp) -> str | None:
    """Hidden while the time is not trusted: a code of another minute would be refused anyway."""
    setup = door.setup
    if not setup.venue_code_key or not stamp.trusted:
        return None
    return code_at(setup.venue_code_url, setup.door, setup.venue_code_key, stamp.wall)


def _time_left(door: Door, stamp: Stamp) -> float | None:
    if door.until is None or door.until <= door.since:
        return None
    return share_left(door.since, door.until, stamp.mono)
