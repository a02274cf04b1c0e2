"""What the door hears beside its visitors: of the registry, of its own parts. Disturbs nobody who is being answered."""

from __future__ import annotations

from dataclasses import replace

from kiosk.core.door import verdicts
from kiosk.core.door.state import Door, State, Step
from kiosk.core.effects import Effect, Tell
from kiosk.core.events import (
    DeviceRevoked,
    GateFailed,
    HealthChanged,
    HintChanged,
    KnowledgeChanged,
    LinkChanged,
    Part,
    PolicyArrived,
    RecordFailed,
)
from kiosk.core.model import Stamp
from kiosk.core.rule.knowledge import Knowledge

REST = (State.IDLE, State.OUT_OF_ORDER, State.OUT_OF_SERVICE)
"""Where nobody is being answered."""
_NOT_DISTURBED = (
    State.ASKING,
    State.RECORDING,
    State.ADMITTED,
    State.REFUSED,
    State.UNCHECKED,
    State.OUT_OF_SERVICE,
    State.ALARM,
)


def link_changed(door: Door, event: LinkChanged, stamp: Stamp) -> Step:
    if event.online or door.online:
        door = door.heard(stamp)
    return replace(
        door,
        online=event.online,
        waiting=event.waiting,
        parked=event.parked,
        incidents_waiting=event.incidents_waiting,
    ), ()


def policy_arrived(door: Door, event: PolicyArrived, _stamp: Stamp) -> Step:
    if door.revoked:
        return door, ()
    heard = max((at for at in (door.heard_at, event.heard_at) if at), default=None)
    newer = door.policy is None or event.policy.sequence >= door.policy.sequence
    return replace(door, heard_at=heard, policy=event.policy if newer else door.policy), ()


def knowledge_changed(door: Door, event: KnowledgeChanged, stamp: Stamp) -> Step:
    if door.revoked:  # a fetch that was under way when the registry withdrew us
        return door, ()
    knowledge = Knowledge(policy=event.policy, keys=event.keys, revocations=event.revocations)
    signed = knowledge.issued_at()
    door = door if signed is None else door.saw_signed(signed, stamp.mono)
    return replace(door, knowledge=knowledge), ()


def device_revoked(door: Door, _event: DeviceRevoked, stamp: Stamp) -> Step:
    """Forget the registry's word at once; an answer that is on its way or up ends as it would have."""
    told = () if door.revoked else (Tell(what="device-revoked"),)
    door = replace(door, revoked=True, policy=None, knowledge=None, heard_at=None, heard_mono=None)
    if door.state in _NOT_DISTURBED:
        return door, told
    door, effects = verdicts.rest(door, stamp)
    return door, (*effects, *told)


def health_changed(door: Door, event: HealthChanged, stamp: Stamp) -> Step:
    return _part_changed(door, event.part, None if event.working else event.why or "no reason given", stamp)


def hint_changed(door: Door, event: HintChanged, _stamp: Stamp) -> Step:
    return replace(door, hint=event.hint), ()


def store_failed(door: Door, event: RecordFailed, stamp: Stamp) -> Step:
    """Something that happened could not be written: the next visitor's visit could not be either."""
    return _part_changed(door, Part.STORE, event.why, stamp)


def gate_failed(door: Door, event: GateFailed, _stamp: Stamp) -> Step:
    after = door.with_part(Part.GATE, event.why)
    return after, (*_lamp(door, after), Tell(what="gate-failed"))


def _part_changed(door: Door, part: Part, why: str | None, stamp: Stamp) -> Step:
    """Take a part for broken (`why`), or mended (None)."""
    after = door.with_part(part, why)
    if after.state in REST and after.state is not after.resting:
        return verdicts.rest(after, stamp)
    return after, _lamp(door, after)


def _lamp(before: Door, after: Door) -> tuple[Effect, ...]:
    """What is broken changed: the lamp tells it at once where nobody is being answered, else when it rests again."""
    if after.state not in REST or after.lowest_fault == before.lowest_fault:
        return ()
    return (verdicts.waiting_light(after),)
