"""What `kiosk doctor` looks at of what a door hears beside its camera: keypad (12), scanner (21), passage (36), alarm (38).

Nothing is waited for. What a running kiosk has open is not opened beside it: the kiosk is asked how it does.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

from kiosk.doctor.finding import Finding, broken, ok, warning
from kiosk.doctor.running import STOP_FIRST, Running
from kiosk.doctor.site import Site
from kiosk.errors import DriverError, DriverMissing
from kiosk.ports import FireAlarm, Keypad, PassageSensor, Scanner
from kiosk.root.input_drivers import ALARMS, KEYPADS, PASSAGES, SCANNERS


def check_keypad(site: Site) -> Finding:
    """Check 12."""
    driver = site.settings.keypad.driver
    return keypad(KEYPADS[driver](site.settings), optional=driver == "auto", running=site.running)


def check_scanner(site: Site) -> Finding:
    """Check 21."""
    return scanner(SCANNERS[site.settings.scanner.driver](site.settings), running=site.running)


def check_passage(site: Site) -> Finding:
    """Check 36."""
    return passage(PASSAGES[site.settings.passage.driver](site.settings), running=site.running)


def check_alarm(site: Site) -> Finding:
    """Check 38."""
    return alarm(ALARMS[site.settings.alarm.driver](site.settings), running=site.running)


def keypad(
    open_keypad: Callable[[], Keypad] | None, *, optional: bool, running: Running | None = None
) -> Finding:
    """The keypad opens. No key is waited for. `optional`: the screen's keys do where none is plugged in."""
    if open_keypad is None:
        return ok("none but the screen at this door")
    otherwise = "none is plugged in: the IIN is typed on the screen" if optional else ""
    return _opens(12, "keypad", open_keypad, otherwise, running)


def scanner(open_scanner: Callable[[], Scanner] | None, *, running: Running | None = None) -> Finding:
    """The desk scanner opens. No code is waited for."""
    if open_scanner is None:
        return ok("none at this door")
    return _opens(21, "scanner", open_scanner, "", running)


def passage(open_passage: Callable[[], PassageSensor] | None, *, running: Running | None = None) -> Finding:
    """The passage sensor's pins open. Nobody is waited for: only a running kiosk knows whether it is blocked."""
    if open_passage is None:
        return ok("none at this door")
    return _opens(36, "passage", open_passage, "", running)


def alarm(open_alarm: Callable[[], FireAlarm] | None, *, running: Running | None = None) -> Finding:
    """The fire alarm's pin opens, and says that all is well."""
    if open_alarm is None:
        return ok("none at this door")
    if running is not None:
        return running.says(38, "see [alarm] and its loop; journalctl -u ashyq-kiosk -n 50")
    try:
        with closing(open_alarm()) as opened:
            rings = opened.read(0.0)
    except DriverError as wrong:
        return broken(str(wrong), f"see [alarm]; {STOP_FIRST}")
    return (
        warning("it rings", "if nothing burns: see its loop, a cut wire rings too") if rings else ok("quiet")
    )


def _opens(
    number: int,
    name: str,
    open_thing: Callable[[], Keypad | Scanner | PassageSensor],
    otherwise: str,
    running: Running | None,
) -> Finding:
    """`otherwise` is what is true where it is missing and that is fine; empty where it is not."""
    if running is not None:
        return running.says(number, f"see [{name}] and its plug; journalctl -u ashyq-kiosk -n 50")
    try:
        with closing(open_thing()) as opened:
            opened.read(0.0)
    except DriverMissing as wrong:
        return ok(otherwise) if otherwise else broken(str(wrong), f"see [{name}]")
    except DriverError as wrong:
        return broken(str(wrong), f"see [{name}]; {STOP_FIRST}")
    return ok("opens")
