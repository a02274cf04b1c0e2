"""A kiosk that is given to another door, perhaps of another registry: nothing of the old one counts at the new one."""

from __future__ import annotations

import pytest

from kiosk.core.model import Colour
from kiosk.enrolment.device import Device
from registry.embedded import EmbeddedRegistry
from registry.passes import Life
from tests.app.around import open_registry
from tests.app.house import House
from tests.factories import make_person


def known_list(house: House) -> int:
    """The number of the list of revoked passes that is kept."""
    kept = house.app._store.call(lambda store: store.kept("revocations")).result(10)
    return kept.sequence if kept else 0


def revoked_there(registry: EmbeddedRegistry, people: int) -> None:
    for number in range(people):
        registry.revoke_pass(registry.add_visitor(make_person(100 + number), Colour.GREEN))


@pytest.mark.parametrize("before, after", [(5, 1), (1, 5)], ids=["a lower number", "a higher number"])
def test_a_pass_that_the_new_registry_revoked_opens_nothing_offline_whatever_the_old_ones_list_was_called(
    tmp_path, clock, before, after
):
    with open_registry(clock) as old, open_registry(clock) as new:
        with House(tmp_path, old, clock) as house:
            house.ready()
            revoked_there(old, before)
            house.until(lambda: known_list(house) == 1 + before, "the old registry's list")
        Device.beside(tmp_path / "kiosk.db").forget()  # `kiosk enrol --anew` changes nothing else
        stolen = new.add_visitor(make_person(1), Colour.GREEN)
        text = new.issue_pass(stolen, Life.CARRY)
        new.revoke_pass(stolen)
        revoked_there(new, after - 1)
        with House(tmp_path, new, clock) as house:
            house.ready()
            house.until(lambda: known_list(house) == 1 + after, "the new registry's list")
            new.cut()
            house.until(lambda: not house.door.online, "no link")
            house.idle()
            house.hold_up(text)
            house.until(lambda: bool(house.told), "an answer to the pass")
            assert (house.told, house.gate.orders) == (["revoked"], [])
