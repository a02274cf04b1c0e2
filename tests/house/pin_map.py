"""Draws the 40-pin header with what hangs on each pin, from the settings' own defaults: docs/wiring/pins.md and header.svg.

The suggestions below are for what has no default, because most doors do not have it. No two things may share a pin.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path

from kiosk.settings import SECTIONS

ROOT = Path(__file__).resolve().parents[2]
PAGE = "docs/wiring/pins.md"
PICTURE = "docs/wiring/header.svg"

NAMES = (
    "3.3 V", "5 V", "GPIO2", "5 V", "GPIO3", "GND", "GPIO4", "GPIO14", "GND", "GPIO15",
    "GPIO17", "GPIO18", "GPIO27", "GND", "GPIO22", "GPIO23", "3.3 V", "GPIO24", "GPIO10", "GND",
    "GPIO9", "GPIO25", "GPIO11", "GPIO8", "GND", "GPIO7", "ID", "ID", "GPIO5", "GND",
    "GPIO6", "GPIO12", "GPIO13", "GND", "GPIO19", "GPIO16", "GPIO26", "GPIO20", "GND", "GPIO21",
)  # fmt: skip
"""What each place of the header is, from 1 on."""
SUGGESTED: dict[tuple[str, str], int] = {("gate", "exit_pin"): 27, ("gate", "shut_pin"): 22}
"""For keys whose default is "not wired"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What hangs on one pin."""

    section: str
    setting: str
    gpio: int
    default: bool
    """False: a suggestion."""
    about: str

    @property
    def place(self) -> int:
        """Where on the header, from 1 to 40."""
        return NAMES.index(f"GPIO{self.gpio}") + 1

    @property
    def label(self) -> str:
        """As it stands in the picture: "gate entry"."""
        return f"{self.section} {self.setting.removesuffix('_pin').removeprefix(self.section + '_')}"


def uses() -> Iterator[Use]:
    """Yield every pin that a setting names, in the order of the settings."""
    for section, keys in SECTIONS.items():
        for name, entry in keys.items():
            if entry.kind.unit != "BCM":
                continue
            about = entry.comment.partition(". ")[0].rstrip(".")
            if isinstance(entry.toml, list):
                for at, gpio in enumerate(entry.toml, start=1):
                    yield Use(section=section, setting=f"{name} {at}", gpio=gpio, default=True, about=about)
                continue
            gpio = entry.toml or SUGGESTED.get((section, name), 0)
            if gpio:
                yield Use(section=section, setting=name, gpio=gpio, default=bool(entry.toml), about=about)


def page() -> str:
    """Return docs/wiring/pins.md."""
    rows = [
        f"| GPIO{use.gpio} | {use.place} | `[{use.section}] {use.setting}` | {'default' if use.default else 'suggested'} | {use.about} |"
        for use in sorted(uses(), key=lambda use: use.place)
    ]
    free = [
        name
        for name in NAMES
        if name.startswith("GPIO") and name not in {f"GPIO{use.gpio}" for use in uses()}
    ]
    return f"""\
<!-- Made by `make docs` from the settings; change tests/house/pin_map.py or the settings instead. -->

# Which pin is what

The header as it lies before you with the USB ports at the bottom; pin 1 has the square pad. `pinout` on the Pi prints the same.

![The 40 pins of the header with what hangs on each](header.svg)

No two things share a pin here, so all of it can be wired at once. Every pin can be another one: `kiosk check-config` finds what is used twice, and
`kiosk doctor` what another program holds. What is not wired at your door needs no change: a pin is taken only by a thing whose `driver` is set.

| pin | header | setting | | what |
| --- | --- | --- | --- | --- |
{chr(10).join(rows)}

Free: {", ".join(sorted(free, key=lambda name: int(name[4:])))}. GPIO2 and GPIO3 have a 1.8 kΩ pull-up on the board, GPIO14 and GPIO15 are the serial console unless that is switched off,
GPIO7 to GPIO11 are SPI, where a display hat may sit. GPIO0 and GPIO1 (27 and 28) belong to the identification of hats.

At power-on, before any program runs, GPIO0 to GPIO8 are pulled up and GPIO9 to GPIO27 down: see [the gate](gate.md) for what that means for a relay.
"""


_TOP, _STEP, _MIDDLE = 70, 27, 430
_STYLE = """\
.bg{fill:#fff}text{font:14px system-ui,sans-serif;fill:#1f2933}.s{font-size:12px;fill:#52606d}.n{font-size:11px;fill:#fff;text-anchor:middle}.b{font-weight:600}
.l{text-anchor:end}.board{fill:#e3efe6;stroke:#52606d;stroke-width:2}.gpio{fill:#52606d}.gnd{fill:#111}.v5{fill:#b91c1c}.v3{fill:#b45309}.id{fill:#9aa5b1}
.wire{stroke-width:2.5;fill:none}.gate{stroke:#2f6fb2}.lamp{stroke:#7c3aed}.sound{stroke:#c2410c}.other{stroke:#0f766e}.idea{stroke-dasharray:5 4}
@media (prefers-color-scheme:dark){.bg{fill:#111c26}text{fill:#e4e7eb}.n{fill:#fff}.s{fill:#a9b4c0}.board{fill:#1f3327;stroke:#9aa5b1}.gnd{fill:#000;stroke:#9aa5b1}
.gate{stroke:#6aaef0}.lamp{stroke:#c4a7ff}.sound{stroke:#fb923c}.other{stroke:#5eead4}}"""
_COLOURS = {"gate", "lamp", "sound"}


def picture() -> str:
    """Return docs/wiring/header.svg."""
    by_place = {use.place: use for use in uses()}
    height = _TOP + 20 * _STEP + 60
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 860 {height}" role="img" aria-labelledby="t d">',
        '<title id="t">The 40-pin header</title>',
        '<desc id="d">Each pin of the Raspberry Pi\'s header with its GPIO number and what the kiosk has on it; the table below the picture says the same.</desc>',
        f"<style>\n{_STYLE}\n</style>",
        '<rect class="bg" width="100%" height="100%" rx="12"/>',
        f'<rect class="board" x="{_MIDDLE - 62}" y="{_TOP - 28}" width="124" height="{20 * _STEP + 38}" rx="8"/>',
        f'<text class="s" x="{_MIDDLE}" y="{_TOP - 38}" text-anchor="middle">edge with the card slot</text>',
        f'<text class="s" x="{_MIDDLE}" y="{_TOP + 20 * _STEP + 30}" text-anchor="middle">USB ports</text>',
    ]
    for place, name in enumerate(NAMES, start=1):
        out += _pin(place, name, by_place.get(place))
    out.append(
        f'<text class="s" x="30" y="{height - 14}">Solid: a default. Dashed: a suggestion for what has none. Numbers in the middle are places of the header.</text>'
    )
    return "\n".join([*out, "</svg>"]) + "\n"


def _pin(place: int, name: str, use: Use | None) -> list[str]:
    left = place % 2 == 1
    side = -1 if left else 1
    x, y = _MIDDLE + side * 24, _TOP + (place - 1) // 2 * _STEP
    kind = {"5 V": "v5", "3.3 V": "v3", "GND": "gnd", "ID": "id"}.get(name, "gpio")
    anchor = ' class="l"' if left else ""
    out = [
        f'<circle class="{kind}" cx="{x}" cy="{y}" r="11"/><text class="n" x="{x}" y="{y + 4}">{place}</text>',
        f'<text{anchor} x="{_MIDDLE + side * 76}" y="{y + 5}">{escape(name)}</text>',
    ]
    if use is not None:
        colour = use.section if use.section in _COLOURS else "other"
        dashed = "" if use.default else " idea"
        out += [
            f'<path class="wire {colour}{dashed}" d="M{_MIDDLE + side * 138} {y} H{_MIDDLE + side * 196}"/>',
            f'<text class="b{" l" if left else ""}" x="{_MIDDLE + side * 204}" y="{y + 5}">{escape(use.label)}</text>',
        ]
    return out
