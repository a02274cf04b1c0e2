"""What `kiosk doctor` looks at of the things at the door. Each check takes all that it depends on, and returns a Finding.

None changes anything: no pulse at the gate, no key waited for. What a running kiosk has open is not opened beside it:
the kiosk is asked how it does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import segno

from kiosk.doctor.finding import Finding, broken, ok, warning
from kiosk.errors import DriverError, DriverMissing
from kiosk.ports import Camera, Decoder, FireAlarm, Grey, Keypad, PassageSensor, Scanner
from kiosk.service.status_file import KioskStatus

STOP_FIRST = "if the kiosk runs, stop it first: sudo systemctl stop ashyq-kiosk"
FRAMES = 15
"""So many pictures are waited for to tell the camera's rate."""
SLOW_FPS = 5.0
"""Below, a phone that is held up while walking is seen once or not at all."""
SOUND_CARDS = Path("/proc/asound/cards")


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A kiosk that runs on this machine, and what it said of itself; None where it said nothing lately."""

    status: KioskStatus | None

    def says(self, number: int, remedy: str) -> Finding:
        """Return how it is with what the check of this number looks at."""
        if self.status is None:
            return warning(
                "in use by the kiosk that runs, and it does not say how it is",
                "ask as root: sudo kiosk doctor; else see the kiosk's screen and journal",
            )
        troubles = [each for each in self.status.troubles if each.number == number]
        if troubles:
            whys = "; ".join(each.why for each in troubles)
            return broken(f"{whys} (says the kiosk that runs)", remedy)
        return ok("works, says the kiosk that runs")


def camera(
    open_camera: Callable[[], Camera] | None,
    *,
    mono: Callable[[], float],
    running: Running | None = None,
    wait_s: float = 5.0,
) -> Finding:
    """The camera opens, and gives pictures often enough. What can be seen in them another check tells (37)."""
    if open_camera is None:
        return ok("none at this door")
    if running is not None:
        return running.says(10, "see [camera] and the cable; journalctl -u ashyq-kiosk -n 50")
    try:
        with closing(open_camera()) as opened:
            frame = opened.read(wait_s)
            begun = mono()
            for _ in range(FRAMES):
                frame = opened.read(wait_s)
            took = mono() - begun
            height, width = frame.shape
    except DriverError as wrong:
        return broken(str(wrong), f"see [camera]; {STOP_FIRST}")
    rate = FRAMES / max(took, 0.001)
    shown = f"{width}x{height}, {rate:.0f} a second"
    if rate < SLOW_FPS:
        return warning(
            f"gives pictures of {shown}: too few", "see the cable and [camera] size; a USB 2 hub is too slow"
        )
    return ok(f"gives pictures of {shown}")


def decoders(engines: Iterable[Callable[[], Decoder]]) -> Finding:
    """Every engine reads a code that we draw."""
    text = "ASHYQ KIOSK DOCTOR"
    picture = _drawn(text)
    read: list[str] = []
    for make in engines:
        try:
            engine = make()
        except DriverError as wrong:
            return broken(str(wrong), "run install.sh again")
        if text not in [reading.text for reading in engine.decode(picture)]:
            return broken(f"{engine.name} does not read a code that was drawn for it", "run install.sh again")
        read.append(engine.name)
    return ok(f"{' and '.join(read)} read a drawn code")


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


def gpio(used: Mapping[str, str], pin_factory: Callable[[], object]) -> Finding:
    """The pins can be driven at all. Nothing is switched. `used`: what needs them, such as {"gate": "17"}."""
    if not used:
        return ok("nothing on GPIO at this door")
    try:
        factory = pin_factory()
    except DriverError as wrong:
        return broken(str(wrong), "see that the kiosk's user is in the group gpio")
    wired = ", ".join(f"{what} on {pins}" for what, pins in used.items())
    return ok(f"{type(factory).__name__}: {wired}")


def wired(
    number: int,
    pins: Mapping[str, int],
    held: Callable[[Sequence[int]], Sequence[str]],
    *,
    running: Running | None = None,
) -> Finding:
    """The lines of a thing are its own. `pins`: setting -> pin, empty where it is not on pins; `held` says who has each."""
    if not pins:
        return ok("not on the GPIO header at this door")
    shown = ", ".join(f"{name} GPIO{pin}" for name, pin in pins.items())
    if running is not None:
        found = running.says(number, "see its wires and power; journalctl -u ashyq-kiosk -n 50")
        if found.state != "ok":
            return found
    try:
        holders = dict(zip(pins, held(list(pins.values())), strict=True))
    except DriverMissing as wrong:
        return broken(str(wrong), 'elsewhere than on a Pi set its driver to "none"')
    except DriverError as wrong:
        return broken(str(wrong), "sudo kiosk doctor; see the groups of the kiosk's user (27)")
    if running is not None:
        idle = [name for name, holder in holders.items() if not holder]
        if idle:
            return broken(
                f"the kiosk that runs has not taken {', '.join(idle)}",
                "sudo systemctl restart ashyq-kiosk; then its journal",
            )
        return ok(f"{shown}: held by the kiosk that runs")
    taken = [f"{name} (GPIO{pins[name]}) is held by {holder!r}" for name, holder in holders.items() if holder]
    if taken:
        return broken(
            "; ".join(taken),
            "no dtoverlay in /boot/firmware/config.txt may use this pin, and no other program: choose another pin",
        )
    return ok(f"{shown}: free")


def sound(driver: str, cards: Path = SOUND_CARDS) -> Finding:
    """There is a sound device where the door is to be heard. A silent door works."""
    if driver == "none":
        return ok("none at this door")
    try:
        lines = cards.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    names = [line.split("]:", 1)[1].strip() for line in lines if "]:" in line]
    if not names:
        return warning("no sound device", 'plug one in, or set [sound] driver = "none"')
    return ok(", ".join(names))


def display(
    driver: str, *, community_edition: bool, connected: bool, running: Running | None = None
) -> Finding:
    """The right pygame, and a display where the configuration wants one. The window is not opened."""
    if not community_edition:
        return broken(
            "pygame is installed instead of pygame-ce: it cannot draw without a desktop",
            "pip uninstall pygame; run install.sh again",
        )
    if driver == "offscreen":
        return warning("offscreen: nobody sees anything", 'set [screen] driver = "kmsdrm"')
    if not connected:
        return broken(
            f"{driver}: no display",
            "plug the display in: a running kiosk takes it within seconds; see [screen] driver",
        )
    if (
        running is not None
        and (found := running.says(14, "see the display's cable; sudo systemctl restart ashyq-kiosk")).state
        == "broken"
    ):
        return found
    return ok(f"pygame-ce on {driver}")


def running(store_file: Path, processes: Path = Path("/proc")) -> bool:
    """Whether a kiosk runs on this store: the process that its lock names is there and is one of ours.

    Read only. Trying the lock itself could stop a kiosk that starts in that moment.
    """
    try:
        process = store_file.with_name(f"{store_file.name}.lock").read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return False
    return process.isdigit() and is_kiosk(int(process), processes)


def is_kiosk(process: int, processes: Path = Path("/proc")) -> bool:
    """Whether there is a process of this number, and it is a kiosk."""
    try:
        return b"kiosk" in (processes / str(process) / "cmdline").read_bytes()
    except OSError:
        return False


def _drawn(text: str) -> Grey:
    """Return the code as a camera would give it: dark on light, six pixels a module, with its margin."""
    rows = [
        [0 if dark else 255 for dark in row] for row in segno.make_qr(text).matrix_iter(scale=6, border=4)
    ]
    return np.array(rows, dtype=np.uint8)
