"""`kiosk gate-safe`: takes the power from every line that the kiosk drives, when no kiosk runs to do it.

The service calls it after each stop, crash and kill, and the machine once at its start. It must never stop either: what it
could not do it says, and a configuration with mistakes still names most of its pins.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

from drivers.pins.at_rest import Output, put_at_rest
from kiosk.commands.parser import FINE, LOOK
from kiosk.errors import DriverError, DriverMissing, SettingsError
from kiosk.settings import Salvaged, salvage
from kiosk.settings.wires import Wire, wires


def main(file: Path | None, say: Callable[[str], None], *, pin_factory: object = None) -> int:
    """Put the lines at rest, say what was done, and return the exit code; `pin_factory` None is gpiozero's own choice.

    1 where a line could not be had; 0 otherwise: also where no pin is known, and where this machine has no pins at all.
    """
    try:
        salvaged = salvage(file)
    except SettingsError as wrong:
        say(f"no line was touched, for nobody says which there are: {wrong}")
        return FINE
    if salvaged.mistakes:
        say(f"the configuration has mistakes; what can be read of it counts:\n{salvaged.mistakes}")
    outputs, unsure = _outputs(salvaged)
    for wire in unsure:
        say(f"{wire.name} was not touched: its settings have a mistake")
    if not outputs:
        say("there is no line to take the power from")
        return FINE
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # gpiozero's, of each library that it did not find
            done = put_at_rest(outputs, pin_factory=pin_factory)
    except DriverMissing as missing:
        say(f"no line was touched: {missing}")
        return FINE
    except DriverError as failure:
        say(f"not every line could be had: {failure}")
        return LOOK
    say("without power: " + ", ".join(f"{each.what} on GPIO{each.pin}" for each in done))
    return FINE


def _outputs(salvaged: Salvaged) -> tuple[list[Output], list[Wire]]:
    """Return what can be switched off, and what is better left alone: a wrong polarity would switch it on."""
    unsure = [wire for wire in _driven(salvaged) if not _sure(salvaged, wire)]
    sure = [
        Output(what=wire.name, pin=wire.pin, active_high=wire.active_high)
        for wire in _driven(salvaged)
        if wire not in unsure
    ]
    return sure, unsure


def _driven(salvaged: Salvaged) -> Iterator[Wire]:
    return (wire for wire in wires(salvaged.settings) if wire.output)


def _sure(salvaged: Salvaged, wire: Wire) -> bool:
    return salvaged.bad.isdisjoint({(wire.section, wire.setting), (wire.section, wire.polarity)})
