"""How a visit begins: a code, a phone, a typed number, or staff. The visit id is made here."""

from __future__ import annotations

from dataclasses import replace

from kiosk.core.door.passages import through
from kiosk.core.door.staff import check_again
from kiosk.core.door.state import Arrival, Door, KeypadRests, State, Step, Visitor
from kiosk.core.door.typed import Typed
from kiosk.core.door.verdicts import begin, rest, settle, show
from kiosk.core.door.waiting_line import queue, seen, without
from kiosk.core.door.whose import (
    again,
    can_turn_round,
    direction_of,
    identifier_of,
    may_be_inside,
    side_of,
    stated_side,
    way_of,
)
from kiosk.core.effects import Chime, Effect, Light, Shut, Signal, Sound, Tell, Write
from kiosk.core.events import CodeRead, Key, KeyHeld, KeyPressed, KeyReleased, PhoneArrived, StaffIdentified
from kiosk.core.ids import derived_id
from kiosk.core.model import (
    Amendment,
    Direction,
    DoorKind,
    Identifier,
    IdentifierKind,
    NotACredential,
    OwnVenueCode,
    Pass,
    Source,
    Stamp,
    TextFault,
    Via,
)
from kiosk.core.who import iin, passes

EXIT_ASSUMED = "exit-assumed"
"""The `why` of an exit that was forgotten some other time: its visitor says that they come in."""


def arrived(door: Door, event: Arrival, stamp: Stamp) -> Step:
    """Somebody presents themselves, and the door is free for them."""
    door = without(door, event)
    if _shows_it_again_to_come_in(door, event, stamp):
        return turned_round(door, stamp)
    match event:
        case CodeRead(credential=Pass() as shown):
            return _pass(door, event, shown, stamp)
        case CodeRead(credential=Identifier() as identifier):
            return _number(door, _visitor(door, stamp, event.via, identifier, event.side), stamp)
        case CodeRead(credential=NotACredential() as nothing):
            return _nothing(door, event, nothing, stamp)
        case CodeRead():  # our own screen, in a mirror: nobody came
            return door, ()
        case PhoneArrived():
            visitor = _visitor(door, stamp, Via.PHONE, event.identifier, event.direction)
            return _come(door, replace(visitor, status=event.status, source=Source.REGISTRY), stamp)
        case StaffIdentified():
            return _come(door, _visitor(door, stamp, Via.STAFF, event.identifier, None), stamp)


def arrived_meanwhile(door: Door, event: Arrival, stamp: Stamp) -> Step:
    """Somebody presents themselves while the last one's answer is on its way or has hardly been seen."""
    if _disturbs_nobody(door, event, stamp) and not _shows_it_again_to_come_in(door, event, stamp):
        return door, ()
    return arrived(door, event, stamp) if seen(door, stamp) else queue(door, event, stamp)


def arrived_while_typing(door: Door, event: Arrival, stamp: Stamp) -> Step:
    """Whoever wants in waits until the number on the screen is confirmed, cancelled or left; whoever leaves goes first."""
    if _disturbs_nobody(door, event, stamp):
        return door, ()
    leaves = way_of(door, event) is Direction.EXIT
    return arrived(door, event, stamp) if leaves else queue(door, event, stamp)


def _disturbs_nobody(door: Door, event: Arrival, stamp: Stamp) -> bool:
    """Whether this is nobody, or still the last visitor; but on the way out whoever shows anything is somebody."""
    side = stated_side(event)
    if isinstance(event, CodeRead) and isinstance(event.credential, NotACredential | OwnVenueCode):
        ours = isinstance(event.credential, OwnVenueCode)
        return ours or side_of(door, side) is not Direction.EXIT
    return again(door, identifier_of(event), side, stamp)


def first_key(door: Door, event: KeyPressed, stamp: Stamp) -> Step:
    """A key with nobody typing: a digit opens the keypad, and where people only leave the confirm key is the way out."""
    key = event.key
    if key is Key.CONFIRM and side_of(door, None) is Direction.EXIT:
        return _come(door, _visitor(door, stamp, Via.KEYPAD, None, Direction.EXIT), stamp)
    if not door.ways or door.building.everybody_leaves:
        return door, ()
    if key is Key.RECHECK:
        return check_again(door, stamp)
    if key is Key.CONFIRM and can_turn_round(door, stamp):
        return turned_round(door, stamp)
    if (key.isdigit() or key is Key.CONFIRM) and not door.queue:  # who waits was here before whoever types
        if door.keypad_rests(stamp.mono) and door.setup.kind is DoorKind.ENTRY:
            return keypad_rests(door, stamp)
        return _typing(door, Typed().press(key, stamp.mono), stamp)
    return door, ()


def key_over_result(door: Door, event: KeyPressed, stamp: Stamp) -> Step:
    """A key while an answer is up: the next visitor types, or somebody has seen enough."""
    if not seen(door, stamp):
        return door, ()
    if event.key is Key.CANCEL:
        return rest(door, stamp)
    return first_key(door, event, stamp)


def key_over_notice(door: Door, event: KeyPressed, stamp: Stamp) -> Step:
    """A key while a notice is up. A pause of the keypad can be left, not shortened; staff and who leaves are not held up."""
    if door.notice is not KeypadRests.RESTS:
        return key_over_result(door, event, stamp)
    if event.key is Key.CANCEL:
        return rest(door, stamp)
    if event.key is Key.RECHECK or not door.keypad_rests(stamp.mono) or door.setup.kind is not DoorKind.ENTRY:
        return first_key(door, event, stamp)
    return door, ()


def typed(door: Door, event: KeyPressed, stamp: Stamp) -> Step:
    """A key while a number is typed."""
    number = door.typed
    if event.key is Key.CANCEL:
        return rest(door, stamp)
    if event.key is not Key.CONFIRM:
        return _typing(door, number.press(event.key, stamp.mono), stamp)
    valid = iin.is_valid(number.digits)
    if door.setup.kind is DoorKind.EXIT:  # nobody is held inside by a mistyped digit
        identifier = Identifier(kind=IdentifierKind.IIN, value=number.digits) if valid else None
        return _come(door, _visitor(door, stamp, Via.KEYPAD, identifier, Direction.EXIT), stamp)
    if not number.complete:
        return _typing(door, number, stamp)
    if not valid:
        door, alert = _tried(door, stamp, mistaken=True)
        if alert:
            door, effects = keypad_rests(door, stamp)
            return door, (*effects, *alert)
        door, _ = _typing(door, replace(number, mistyped=True), stamp)
        return door, (Chime(sound=Sound.MISTAKE),)
    return _confirming(door, number, stamp)


def confirmed(door: Door, event: KeyPressed, stamp: Stamp) -> Step:
    """A key while the whole number is shown again: the check digit misses nine of ten errors in the 11th digit.

    Any other key gives more time to look at it (WCAG 2.2.1).
    """
    if event.key is Key.CONFIRM:
        identifier = Identifier(kind=IdentifierKind.IIN, value=door.typed.digits)
        return _number(door, _visitor(door, stamp, Via.KEYPAD, identifier, None), stamp)
    if event.key is Key.ERASE:
        return _typing(door, door.typed.press(Key.ERASE, stamp.mono), stamp)
    if event.key is Key.CANCEL:
        return rest(door, stamp)
    return _confirming(door, replace(door.typed, shown_until=None, last_at=stamp.mono), stamp)


def key_held(door: Door, event: KeyHeld, stamp: Stamp) -> Step:
    """Erase that is held clears the number; a digit that is held shows the number that is to be confirmed.

    Told again, it only keeps up what is up, and gives no more time: a key that is jammed must not hold the page.
    """
    if event.again:
        looked_at = door.state is State.CONFIRMING and door.typed.shown(stamp.mono)
        return (replace(door, typed=door.typed.looked_at(stamp.mono)) if looked_at else door), ()
    if event.key is Key.ERASE:
        return _typing(door, Typed(last_at=stamp.mono), stamp)
    if door.state is State.CONFIRMING and event.key.isdigit():
        return _confirming(door, replace(door.typed, last_at=stamp.mono).looked_at(stamp.mono), stamp)
    return door, ()


def key_released(door: Door, _event: KeyReleased, stamp: Stamp) -> Step:
    """The number is masked again. A key that showed nothing (confirm, held for long) changes nothing as it goes up."""
    if door.typed.shown_until is None:
        return door, ()
    return _confirming(door, replace(door.typed, shown_until=None, last_at=stamp.mono), stamp)


def turned_round(door: Door, stamp: Stamp) -> Step:
    """Who was taken for leaving comes in: the exit was forgotten another time, and is recorded as assumed (rule 12)."""
    last = door.visitor
    if last is None or last.decision is None:
        return door, ()
    amendment = Amendment(
        id=derived_id(last.visit_id, EXIT_ASSUMED),
        visit_id=last.visit_id,
        decision=last.decision,
        decided_at=stamp.wall,
        why=EXIT_ASSUMED,
        time_trusted=stamp.trusted,
    )
    effects: tuple[Effect, ...] = (Write(record=amendment),)
    coming = door.people.waiting_for(last.visit_id)
    if coming is not None:
        door, passage = through(door, coming, stamp, sensed=False)
        effects += (Shut(direction=Direction.EXIT), *passage)
    visitor = replace(
        _visitor(door, stamp, last.via, last.identifier, Direction.ENTRY),
        status=last.status,
        source=last.source,
        carried=last.carried,
        side_known=False,
    )
    door, begun = begin(replace(door, typed=Typed()), visitor, stamp)
    return door, (*effects, *begun)


def keypad_rests(door: Door, stamp: Stamp) -> Step:
    """Say that the keypad rests. The page goes before the pause ends, so that the camera's picture is seen again."""
    lasts_s = min(door.guesses.paused_until - stamp.mono, door.setup.times.keypad_idle_s)
    door = door.goes(State.NOTICE, stamp.mono, lasts_s, typed=Typed(), notice=KeypadRests.RESTS)
    return door, (Light(signal=Signal.UNCHECKED), Chime(sound=Sound.MISTAKE))


def _shows_it_again_to_come_in(door: Door, event: Arrival, stamp: Stamp) -> bool:
    """Whether somebody who was taken for leaving holds up the same code once more, at a door without keys to say it."""
    same = isinstance(event, CodeRead) and again(door, identifier_of(event), event.side, stamp)
    return same and not door.setup.keypad and can_turn_round(door, stamp)


def _number(door: Door, visitor: Visitor, stamp: Stamp) -> Step:
    """A number was given, by key or on a card: both are counted, for both can be made up."""
    if (
        visitor.direction is Direction.EXIT
        or Direction.ENTRY not in door.ways
        or _is_last(door, visitor, stamp)
    ):
        return _come(door, visitor, stamp)
    if not door.keypad_rests(stamp.mono):
        door, alert = _tried(door, stamp, mistaken=False)
        door, effects = _come(door, visitor, stamp)
        return door, (*effects, *alert)
    if may_be_inside(door, visitor):
        # It may be somebody who wants out: staff are called, and nothing is looked up for whoever is guessing.
        return settle(replace(door, typed=Typed()), visitor, stamp)
    return keypad_rests(door, stamp)


def _tried(door: Door, stamp: Stamp, *, mistaken: bool) -> Step:
    """Count a number; the alert is for staff, when the keypad has to rest from now on."""
    if door.guesses.paused(stamp.mono):
        return door, ()
    count = door.guesses.mistaken if mistaken else door.guesses.looked_up
    budget = door.setup.budget.times(door.setup.attended_factor if door.setup.attended else 1)
    guesses = count(stamp.mono, budget)
    alert = (Tell(what="keypad-guessing"),) if guesses.alerts > door.guesses.alerts else ()
    return replace(door, guesses=guesses), alert


def _typing(door: Door, number: Typed, stamp: Stamp) -> Step:
    door = door.goes(State.TYPING, stamp.mono, door.setup.times.keypad_idle_s, typed=number)
    return door, (Chime(sound=Sound.KEY),)


def _confirming(door: Door, number: Typed, stamp: Stamp) -> Step:
    door = door.goes(State.CONFIRMING, stamp.mono, door.setup.times.confirm_s, typed=number)
    return door, (Chime(sound=Sound.KEY),)


def _pass(door: Door, event: CodeRead, shown: Pass, stamp: Stamp) -> Step:
    fault = passes.fault(shown, stamp, door.now(stamp), door.setup.door)
    if fault is not TextFault.FROM_THE_FUTURE:  # whatever else is wrong with it, somebody signed this time
        door = replace(door, word=door.word.saw_signed(shown.issued_at, stamp.mono))
    source = passes.source_of(shown)
    visitor = _visitor(door, stamp, event.via, shown.identifier, event.side)
    visitor = replace(visitor, carried=source is Source.CARRY_PASS)
    if fault is not None and visitor.direction is Direction.ENTRY:
        return _notice(door, fault, stamp)
    if (
        fault is not TextFault.REVOKED
    ):  # such a colour was taken back, and is not written down for an exit either
        visitor = replace(visitor, status=passes.status_of(shown), source=source)
    return _come(door, visitor, stamp)


def _nothing(door: Door, event: CodeRead, nothing: NotACredential, stamp: Stamp) -> Step:
    if side_of(door, event.side) is Direction.EXIT:
        return _come(door, _visitor(door, stamp, event.via, None, Direction.EXIT), stamp)
    return _notice(door, nothing.reason, stamp)


def _notice(door: Door, reason: TextFault, stamp: Stamp) -> Step:
    """Say what is wrong with a code, to somebody who could enter with a good one."""
    if Direction.ENTRY not in door.ways:
        return door, ()
    # The last visitor stays known: a wrong code in between is no reason to take the right one for a second visit.
    door = door.goes(State.NOTICE, stamp.mono, door.setup.times.notice_s, notice=reason)
    return door, (Light(signal=Signal.UNCHECKED), Chime(sound=Sound.MISTAKE), Tell(what=reason))


def _come(door: Door, visitor: Visitor, stamp: Stamp) -> Step:
    """Begin the visit, unless it is the last one still. A number that somebody else has on the screen stays there."""
    by_key = visitor.via is Via.KEYPAD
    if by_key:
        door = replace(door, typed=Typed())
    if not _is_last(door, visitor, stamp):
        return begin(door, visitor, stamp)
    if not by_key or door.visitor is None:
        return door, ()  # a code that is still held up
    return show(door, door.visitor, stamp)  # the answer again


def _visitor(
    door: Door, stamp: Stamp, via: Via, identifier: Identifier | None, side: Direction | None
) -> Visitor:
    return Visitor(
        visit_id=stamp.visit_id,
        direction=direction_of(door, side, identifier),
        side_known=side_of(door, side) is not None,
        via=via,
        identifier=identifier,
        status=None,
        source=Source.NOBODY,
    )


def _is_last(door: Door, visitor: Visitor, stamp: Stamp) -> bool:
    """Whether this is the last visitor once more; but on the way out every number that is typed counts."""
    if visitor.via is Via.KEYPAD and visitor.side_known and visitor.direction is Direction.EXIT:
        return False
    return again(door, visitor.identifier, visitor.direction if visitor.side_known else None, stamp)
