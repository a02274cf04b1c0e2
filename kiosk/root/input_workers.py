"""The workers of what a door hears beside its camera: keypad, desk scanner, passage sensor, fire alarm, as far as it has them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from kiosk.core.model import Credential, Direction
from kiosk.root.equipment import Drivers
from kiosk.settings import Settings
from kiosk.threads.reopening import Put
from kiosk.threads.worker import Body
from kiosk.workers.keypad_work import typing
from kiosk.workers.scanner_work import desk_scanning
from kiosk.workers.sensor_work import alarmed, passing


def input_workers(
    drivers: Drivers,
    settings: Settings,
    *,
    is_new: Callable[[str], bool],
    understand: Callable[[str], Credential],
    put: Put,
) -> Iterator[tuple[str, Body]]:
    """Yield the name and the body of each worker that this door has. `is_new` and `understand` as in `desk_scanning`."""
    if drivers.open_keypad is not None:
        optional = settings.keypad.driver == "auto"
        yield "keypad", typing(open_keypad=drivers.open_keypad, put=put, optional=optional)
    if drivers.open_scanner is not None:
        side = settings.scanner.side
        yield (
            "scanner",
            desk_scanning(
                open_scanner=drivers.open_scanner,
                is_new=is_new,
                understand=understand,
                side=None if side == "both" else Direction(side),
                put=put,
            ),
        )
    if drivers.open_passage is not None:
        yield "passage", passing(open_passage=drivers.open_passage, put=put)
    if drivers.open_alarm is not None:
        yield "alarm", alarmed(open_alarm=drivers.open_alarm, put=put)
