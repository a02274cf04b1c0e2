"""`kiosk enrol`: makes this device a door's, from a code that came by standard input, stands in a file, or is shown to the camera.

It shows all that the code says and asks, unless it was told not to. What it prints never holds the code.
"""

from __future__ import annotations

import os
import re
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import NoReturn

from kiosk.clock import SystemClock
from kiosk.commands.terminal import say
from kiosk.core.enrolling.table import Enrolling, EnrolmentStage, EnrolmentTrouble
from kiosk.core.enrolling.words import SENTENCES
from kiosk.core.printable import printable
from kiosk.doctor.running import running
from kiosk.enrolment.by_text import Lines, enrol_by_text
from kiosk.enrolment.camera_mode import CameraMode
from kiosk.enrolment.device import Device
from kiosk.enrolment.enroller import Enroller
from kiosk.errors import DeviceError, EnrolmentError
from kiosk.root.equipment import drivers_for
from kiosk.root.identify import enroller_for
from kiosk.settings import Settings
from ui.phrases import words

LONGEST_FILE = 64_000
_CODE = re.compile(r"AQE[0-9]{1,3}:", re.IGNORECASE)


def refuse_as_argument() -> NoReturn:
    """Raise EnrolmentError: a code came as an argument."""
    raise EnrolmentError(
        "expected the code by standard input, found it as an argument, which sudo's journal keeps and everybody on this "
        "machine can read: run `kiosk enrol` and paste it when asked"
    )


def must_be_root(uid: int) -> None:
    """Raise EnrolmentError for anybody else: a device is given to another registry by whoever owns the machine."""
    if uid != 0:
        raise EnrolmentError(
            "expected root to give this device to another registry: sudo kiosk enrol --another-registry"
        )


def by_text(
    settings: Settings, *, file: Path | None, yes: bool, anew: bool, another_registry: bool = False
) -> bool:
    """Enrol by a code that stands in a file or comes by standard input; whether all of it worked. Raises EnrolmentError."""
    _must_be_free(settings, anew=anew)
    if not (yes or sys.stdin.isatty()):
        raise EnrolmentError(
            "expected a terminal to ask at, found none: add --yes to take what the code says unseen"
        )
    text = code_in(file) if file else _asked("The code: ")
    enroller = enroller_for(settings, SystemClock(), another_registry=another_registry)

    def shown(lines: Lines) -> bool:
        names = [words(fact).en for fact, _ in lines]
        for name, (_, value) in zip(names, lines, strict=True):
            say(f"  {name:<{max(map(len, names))}}  {printable(value)}")
        return yes or _asked("Enrol this device so? [y/N] ").strip().lower() in ("y", "yes")

    ended = enrol_by_text(enroller, text, shown)
    if ended.state is EnrolmentStage.WAITING:
        say("Nothing was changed.")
        return False
    if ended.state is not EnrolmentStage.ENROLLED:
        raise EnrolmentError(SENTENCES[ended.trouble or EnrolmentTrouble.NOT_KEPT])
    well = _report(ended, enroller)
    if file:
        blot_out(file)
    return well


def by_camera(settings: Settings, *, anew: bool, another_registry: bool = False) -> bool:
    """Enrol with the door's own camera and screen; whether all of the code worked. Raises EnrolmentError."""
    _must_stand_still(settings)
    _must_be_free(settings, anew=anew)
    clock = SystemClock()
    enroller = enroller_for(settings, clock, another_registry=another_registry)
    with ExitStack() as last:
        drivers = drivers_for(settings, clock, last)
        mode = CameraMode(enroller, drivers.screen, clock)
        mode.run(
            open_eyes=drivers.open_eyes,
            open_keypad=drivers.open_keypad,
            open_scanner=drivers.open_scanner,
            stopped=lambda: False,
        )
    return _report(mode.enrolling, enroller)


def _asked(what: str) -> str:
    """Ask at the terminal, or read a line of what is piped in; the end of the input (Ctrl+D) is an empty answer."""
    try:
        return input(what if sys.stdin.isatty() else "")
    except EOFError:
        say("")
        return ""


def code_in(file: Path) -> str:
    """Return the code in an answers file, one line of it. Raises EnrolmentError."""
    try:
        with file.open("rb") as opened:
            text = opened.read(LONGEST_FILE).decode("utf-8-sig", "replace")  # Windows puts a mark first
    except OSError as failure:
        raise EnrolmentError(
            f"expected a file with an enrolment code at {file}, found {failure.strerror}: see its name and who may read it"
        ) from None
    codes = [line.strip() for line in text.splitlines() if _CODE.match(line.strip())]
    if len(codes) != 1:
        raise EnrolmentError(
            f"expected one line that begins with AQE1: in {file}, found {len(codes)}: put the code of this device there"
        )
    return codes[0]


def blot_out(file: Path) -> None:
    """Make the file's content unreadable and remove it: it holds a token and perhaps a passphrase. Raises EnrolmentError."""
    try:
        with file.open("r+b") as opened:
            opened.write(bytes(file.stat().st_size))
            opened.flush()
            os.fsync(opened.fileno())
        file.unlink()
    except OSError as failure:
        raise EnrolmentError(
            f"enrolled, but {file} could not be removed ({failure.strerror}): remove it, it may hold the Wi-Fi's passphrase"
        ) from None


def _must_be_free(settings: Settings, *, anew: bool) -> None:
    """Raise EnrolmentError where this device belongs to a door already.

    A kiosk that runs without belonging to one (it waits for a code, or was revoked) takes up what comes of this.
    """
    try:
        known = Device.beside(settings.store.path).load()
    except DeviceError:
        if not anew:
            raise
        known = None
    if known is not None and not anew:
        raise EnrolmentError(
            f"this device is enrolled as {known.device} for door {known.door} of {known.registry}: "
            "to give it to another door, add --anew"
        )
    if known is not None:
        _must_stand_still(settings)


def _must_stand_still(settings: Settings) -> None:
    if running(settings.store.path):
        raise EnrolmentError(
            "expected the kiosk to stand still, found it running: sudo systemctl stop ashyq-kiosk, then enrol"
        )


def _report(ended: Enrolling, enroller: Enroller) -> bool:
    known = enroller.identity
    if known is not None:
        say(f"Enrolled as {known.device} for door {known.door}, {known.venue}, at {known.registry}.")
    if not ended.wifi:
        say("The Wi-Fi of the code did not connect; the registry was reached by another network.")
    return known is not None and ended.wifi
