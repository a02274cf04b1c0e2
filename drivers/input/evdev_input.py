"""Input devices of the kernel: found among others, opened, and grabbed for the kiosk alone.

Keypad and desk scanner are both keyboards to the kernel. It must never let a key through to a console.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from typing import Any, Protocol

from drivers.input.input_choice import Candidate
from drivers.input.plugged import Plugged
from kiosk.errors import DriverError, DriverMissing

EV_SYN, EV_KEY = 0, 1
SYN_DROPPED = 3
"""The kernel's buffer ran over: keys are missing."""
UP = 0
DOWN = 1
"""The value of a key event that goes down; 0 comes up, 2 is held."""

Choose = Callable[[Iterable[Candidate]], str]
"""Returns the path of the one that is meant. Raises DriverMissing where there is not exactly one."""


class InputEvent(Protocol):
    """One event of the kernel, as evdev gives it."""

    type: int
    code: int
    value: int

    def timestamp(self) -> float:
        """Seconds of the kernel's clock."""
        ...


class InputDevice(Protocol):
    """The five things of an evdev.InputDevice that are needed here. Each raises OSError once it is unplugged."""

    fd: int

    def read_one(self) -> Any:
        """Return the next InputEvent, None where none waits."""
        ...

    def grab(self) -> None: ...

    def set_led(self, led_num: int, value: int) -> None: ...

    def close(self) -> None: ...


def open_evdev(what: str, device: str, choose: Choose) -> InputDevice:
    """Open an input device: a path, or "auto" for what `choose` takes. Raises DriverMissing or DriverError."""
    try:
        import evdev
    except ImportError as error:
        raise DriverMissing(
            f"the {what} needs evdev, which is not installed ({error}): `sudo apt install python3-evdev`"
        ) from error
    try:
        return evdev.InputDevice(choose(_plugged_in(evdev)) if device == "auto" else device)
    except PermissionError as error:
        raise DriverError(
            f"the {what} {device} may not be read: put the kiosk's user into the group input"
        ) from error
    except OSError as error:
        if isinstance(error, DriverError):
            raise
        raise DriverMissing(
            f"expected the {what} at {device}, found none ({error.strerror}): plug it in"
        ) from error


def next_event(opened: InputDevice) -> InputEvent | None:
    """Return the next event that waits, None where none does."""
    event: InputEvent | None = opened.read_one()
    return event


def grabbed(
    what: str,
    device: str,
    open_device: Callable[[str], InputDevice],
    *,
    grab: bool = True,
    ready: Callable[[InputDevice], None] = lambda _device: None,
) -> Plugged[InputDevice]:
    """Return the input device as a thing on a plug; `grab` takes each that is opened for the kiosk alone, then `ready` has it."""

    def open_thing(name: str) -> InputDevice:
        opened = open_device(name)
        try:
            if grab:
                opened.grab()
        except OSError as error:
            opened.close()
            raise DriverError(
                f"the {what} {name} is held by another program ({error.strerror}): stop that one"
            ) from error
        with suppress(Exception):  # a light that is not there, or may not be written to
            ready(opened)
        return opened

    return Plugged(what, device, open_thing)


def _plugged_in(evdev: Any) -> list[Candidate]:
    candidates = []
    for path in evdev.list_devices():
        with suppress(OSError), closing(evdev.InputDevice(path)) as device:  # gone since it was listed
            candidates.append(Candidate(path, device.name, frozenset(device.capabilities().get(EV_KEY, ()))))
    return candidates
