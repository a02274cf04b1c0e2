"""Power, heat, memory and the card, as `kiosk doctor` finds them on a board that is well, one that suffers, and none."""

import pytest

from drivers.sensors.board import SystemBoard
from kiosk.core.health.board import Vitals
from kiosk.doctor import machine_checks, store_checks
from kiosk.doctor.finding import CheckState
from simulator.board import FakeBoard


@pytest.fixture
def fake(tmp_path):
    return FakeBoard(tmp_path / "pi")


@pytest.fixture
def read(fake, tmp_path):
    return SystemBoard(tmp_path, fake.root).read


CHECKS = [machine_checks.power, machine_checks.heat, machine_checks.memory]


@pytest.mark.parametrize("check", CHECKS)
def test_a_board_that_is_well_is_ok(check, read):
    assert check(read()).state is CheckState.OK


@pytest.mark.parametrize("check", CHECKS)
def test_a_machine_that_does_not_tell_is_no_warning_and_says_so(check):
    assert check(Vitals()) == machine_checks.NOT_TOLD


@pytest.mark.parametrize(
    "check, hurt, says",
    [
        (machine_checks.power, lambda fake: fake.undervolt(), "fell below 4.63 V"),
        (machine_checks.heat, lambda fake: fake.warm(82), "82 degrees"),
        (machine_checks.memory, lambda fake: fake.memory(0.02), "only 2% of the memory"),
        (store_checks.worn, lambda fake: fake.mount(read_only=True), "cannot be written"),
        (store_checks.worn, lambda fake: fake.mount(errors=4), "counted 4 errors"),
    ],
)
def test_what_a_board_suffers_from_is_a_warning_with_its_remedy(check, hurt, says, fake, read):
    hurt(fake)
    found = check(read())
    assert (found.state, says in found.says, bool(found.remedy)) == (CheckState.WARNING, True, True)


def test_a_card_that_complains_of_nothing_leaves_the_word_to_the_disk_check(read):
    assert store_checks.worn(read()) is None
