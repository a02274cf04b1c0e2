"""What happens to the door whatever the visit is doing. It runs first, for every event, and leaves the visit where it is."""

from __future__ import annotations

from dataclasses import replace

from kiosk.core.door import alarm, corrections, news, passages
from kiosk.core.door.state import Door, Step
from kiosk.core.effects import Effect
from kiosk.core.events import (
    AlarmChanged,
    Answered,
    DeviceRevoked,
    Event,
    GateFailed,
    GateOpened,
    HealthChanged,
    HintChanged,
    KnowledgeChanged,
    LinkChanged,
    Part,
    Passed,
    PolicyArrived,
    Recorded,
    RecordFailed,
    StaffCorrected,
    Tick,
    VenueCounted,
)
from kiosk.core.model import Stamp


def always(door: Door, event: Event, stamp: Stamp) -> Step:
    """Return the door after the facts of an event, and what follows from them alone."""
    match event:
        case LinkChanged():
            return news.link_changed(door, event, stamp), ()
        case PolicyArrived():
            return news.policy_arrived(door, event), ()
        case KnowledgeChanged():
            return news.knowledge_changed(door, event, stamp), ()
        case DeviceRevoked():
            return news.device_revoked(door, event)
        case VenueCounted():
            return news.venue_counted(door, event, stamp)
        case Answered():  # whoever it is about, the registry is there
            return replace(door, word=door.word.heard(stamp)), ()
        case HealthChanged():
            return news.health_changed(door, event), ()
        case Recorded():
            return news.recorded(door, event, stamp)
        case RecordFailed(record_id=record_id, why=why):
            left = {record: visit for record, visit in door.abandoned.items() if record != record_id}
            return replace(door, abandoned=left).with_part(Part.STORE, why), ()
        case GateOpened():
            return passages.gate_opened(door, event, stamp)
        case GateFailed():
            return passages.gate_failed(door, event, stamp)
        case Passed():
            return passages.passed(door, event, stamp)
        case StaffCorrected():
            return corrections.staff_corrected(door, event, stamp)
        case AlarmChanged():
            return alarm.alarm_changed(door, event, stamp)
        case HintChanged(hint=hint):
            return replace(door, hint=hint), ()
        case Tick():
            return _time_went_by(door, stamp)
        case _:
            return door, ()


def _time_went_by(door: Door, stamp: Stamp) -> Step:
    effects: tuple[Effect, ...] = ()
    for look in (passages.expire, news.clock_looked_at, news.hours_looked_at, alarm.release):
        door, more = look(door, stamp)
        effects += more
    return door, effects
