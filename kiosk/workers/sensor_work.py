"""The workers of what a door senses: the passage behind the gate, and the fire alarm."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from kiosk.core.events import AlarmChanged, Part
from kiosk.ports import FireAlarm, PassageSensor
from kiosk.threads.levels import Level
from kiosk.threads.reopening import Put, Told, reopening
from kiosk.threads.worker import Body

log = logging.getLogger(__name__)

SENSOR_WAIT_S = 0.5
"""How long a sensor is waited for in one go; a stop is noticed after it."""


def passing(
    *, open_passage: Callable[[], PassageSensor], put: Put, mono: Callable[[], float] = time.monotonic
) -> Body:
    """Return the body of the passage sensor's worker. A sensor that cannot see is told of as long as it cannot."""

    def watch(sensor: PassageSensor, stop: threading.Event, report: Told) -> None:
        while not stop.is_set():
            passed = sensor.read(SENSOR_WAIT_S)
            if sensor.fault:
                report.ails(sensor.fault)
            else:
                report()
            if passed is not None:
                put(passed)

    return lambda stop: reopening(Part.PASSAGE, open_passage, watch, stop, put, mono=mono)


def alarmed(
    *, open_alarm: Callable[[], FireAlarm], put: Put, mono: Callable[[], float] = time.monotonic
) -> Body:
    """Return the body of the fire alarm's worker. An input that fails is a fault, and changes nothing of what was heard.

    Whether it rings is told again every few seconds: of all that a door may miss, this it must not.
    """

    def listen(alarm: FireAlarm, stop: threading.Event, seen: Callable[[], None]) -> None:
        level: Level[AlarmChanged] = Level(put, mono=mono)
        while not stop.is_set():
            rings = alarm.read(SENSOR_WAIT_S)
            seen()
            if rings is not None:
                log.log(
                    logging.ERROR if rings else logging.INFO,
                    "fire alarm: %s",
                    "it rings" if rings else "quiet",
                )
                level.tell(AlarmChanged(active=rings))
            elif level.now is not None:
                level.tell(level.now)

    return lambda stop: reopening(Part.ALARM, open_alarm, listen, stop, put, mono=mono)
