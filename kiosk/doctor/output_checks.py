"""What `kiosk doctor` looks at of how a door answers: its pins (13), display (14), words (15), gate (19), lamp (20), sound (32).

Nothing is switched: no pulse at the gate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from kiosk.doctor import readings
from kiosk.doctor.finding import Finding, broken, ok, warning
from kiosk.doctor.running import Running
from kiosk.doctor.site import Site
from kiosk.errors import DriverError, DriverMissing
from kiosk.settings.wires import wires

SOUND_CARDS = Path("/proc/asound/cards")


def check_gpio(site: Site) -> Finding:
    """Check 13."""
    used: dict[str, list[str]] = {}
    for wire in wires(site.settings):
        used.setdefault(wire.section, []).append(str(wire.pin))
    return gpio({what: "/".join(on) for what, on in used.items()}, readings.pin_factory)


def check_display(site: Site) -> Finding:
    """Check 14."""
    driver = site.settings.screen.driver
    return display(
        driver,
        community_edition=readings.is_pygame_ce(),
        connected=readings.has_display(driver),
        running=site.running,
    )


def check_words(_site: Site) -> Finding:
    """Check 15."""
    return words(readings.phrases, readings.fonts)


def check_gate(site: Site) -> Finding:
    """Check 19."""
    return _wired(site, 19, "gate")


def check_lamp(site: Site) -> Finding:
    """Check 20."""
    return _wired(site, 20, "lamp")


def check_sound(site: Site) -> Finding:
    """Check 32."""
    driver = site.settings.sound.driver
    return _wired(site, 32, "sound") if driver == "buzzer" else sound(driver, running=site.running)


def _wired(site: Site, number: int, section: str) -> Finding:
    pins = {wire.setting: wire.pin for wire in wires(site.settings) if wire.section == section}
    return wired(number, pins, readings.holders, running=site.running)


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
        finding = running.says(number, "see its wires and power; journalctl -u ashyq-kiosk -n 50")
        if finding.state != "ok":
            return finding
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


def sound(driver: str, cards: Path = SOUND_CARDS, *, running: Running | None = None) -> Finding:
    """There is a sound device where the door is to be heard. A silent door works."""
    if driver == "none":
        return ok("none at this door")
    if running is not None:
        finding = running.says(32, "see the loudspeaker's plug; sudo systemctl restart ashyq-kiosk")
        if finding.state == "broken":
            return finding
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
    if running is not None:
        finding = running.says(14, "see the display's cable; sudo systemctl restart ashyq-kiosk")
        if finding.state == "broken":
            return finding
    if not connected:
        return broken(
            f"{driver}: no display",
            "plug the display in: a running kiosk takes it within seconds; see [screen] driver",
        )
    return ok(f"pygame-ce on {driver}")


def words(read_phrases: Callable[[], object], load_fonts: Callable[[], object]) -> Finding:
    """Everything that can be said is there in three languages, and the letters for it."""
    try:
        read_phrases()
        load_fonts()
    except (ValueError, OSError, KeyError) as wrong:
        return broken(f"words or letters are missing: {str(wrong).splitlines()[0]}", "run install.sh again")
    return ok("phrases in three languages, and their fonts")
