"""What the kiosk that runs says is broken, `kiosk doctor` says too, through the very row of its table."""

from __future__ import annotations

import pytest

from kiosk.core.events import Part
from kiosk.core.health.faults import NUMBER_OF
from kiosk.doctor.running import Running
from kiosk.doctor.site import Site
from kiosk.doctor.table import TABLE
from kiosk.machine.powers import Powers
from kiosk.service.status_file import BrokenPart, KioskStatus
from tests.factories import NOON

pytestmark = pytest.mark.concurrent

MEASURED_BY_DOCTOR_TOO = {Part.DISK, Part.STORE, Part.POWER, Part.HEAT, Part.MEMORY, Part.REGISTRY}
"""The machine, its disk and its registry: whoever asks sees the same as the kiosk, at the moment of asking."""

EVERYTHING = """
[camera]
driver = "v4l2"
[keypad]
driver = "evdev"
[scanner]
driver = "serial"
[screen]
driver = "x11"
[gate]
driver = "gpio"
[lamp]
driver = "gpio"
[sound]
driver = "pygame"
[passage]
driver = "contact"
[alarm]
driver = "gpio"
"""


class SiteWithAKiosk(Site):
    """A door whose kiosk says of one part that it is broken."""

    def __init__(self, config, number: int) -> None:
        super().__init__(config, Powers())
        self._number = number

    @property
    def running(self) -> Running:
        broken = BrokenPart(number=self._number, part="part", why="it came off")
        said = KioskStatus(
            at=NOON, version="1", process=1, state="idle", faults=(self._number,), troubles=(broken,),
            online=True, waiting=0, parked=0, time_trusted=True,
        )  # fmt: skip
        return Running(status=said)


@pytest.mark.parametrize("part", sorted(set(NUMBER_OF) - MEASURED_BY_DOCTOR_TOO))
def test_each_part_that_a_kiosk_calls_broken_is_broken_for_the_doctor(part, tmp_path):
    config = tmp_path / "kiosk.toml"
    config.write_text(EVERYTHING)
    number = NUMBER_OF[part]
    row = next(row for row in TABLE if row.number == number)
    finding = row.look(SiteWithAKiosk(config, number))
    assert (finding.state, "it came off" in finding.says) == ("broken", True), finding
