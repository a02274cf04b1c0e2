"""What the doctor says of the eyes, by what systemd tells and the kernel confirms."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.doctor import eyes_checks, units
from kiosk.doctor.finding import CheckState
from tests.commands.test_doctor_service import GOOD, Systemd, no_systemd

CLOSED = {"Name": "python", "Seccomp": "2", "NoNewPrivs": "1", "CapEff": "0000000000000000"}
RUNNING = GOOD | {"MainPID": "4711", "UnitFileState": "static"}
HEADS = "Inter-|   Receive\n face |bytes\n"


@pytest.fixture
def kernel(tmp_path: Path):
    """What the kernel says of process 4711."""

    def says(network: str = "    lo:  0 0\n", **status: str) -> Path:
        (tmp_path / "4711/net").mkdir(parents=True, exist_ok=True)
        lines = [f"{name}:\t{value}\n" for name, value in (CLOSED | status).items()]
        (tmp_path / "4711/status").write_text("".join(lines))
        (tmp_path / "4711/net/dev").write_text(HEADS + network)
        return tmp_path

    return says


def machine(eyes: dict[str, str] | None = None, socket: str = "active", door: str = "active") -> Systemd:
    return Systemd(
        {
            units.SERVICE: GOOD | {"ActiveState": door},
            units.EYES: RUNNING | (eyes or {}),
            units.EYES_SOCKET: {"LoadState": "loaded", "ActiveState": socket},
        }
    )


def test_eyes_that_run_in_a_closed_cell_are_well(kernel):
    found = eyes_checks.eyes(machine(), "auto", proc=kernel())
    assert (found.state, "without a network" in found.says) == (CheckState.OK, True)


@pytest.mark.parametrize(
    "status,network,says",
    [
        ({"Seccomp": "0"}, "lo: 0\n", "Seccomp 0"),
        ({"NoNewPrivs": "0"}, "lo: 0\n", "NoNewPrivs 0"),
        ({"CapEff": "000001ffffffffff"}, "lo: 0\n", "CapEff 000001ffffffffff"),
        ({}, "lo: 0\nwlan0: 7\n", "network wlan0"),
    ],
)
def test_a_cell_that_the_kernel_says_is_open_is_a_fault_whatever_the_unit_says(kernel, status, network, says):
    found = eyes_checks.eyes(machine(), "auto", proc=kernel(network, **status))
    assert (found.state, says in found.says) == (CheckState.BROKEN, True)


@pytest.mark.parametrize(
    "eyes,socket,door,state,says",
    [
        (
            {"ActiveState": "failed", "Result": "watchdog"},
            "active",
            "active",
            "broken",
            "last result watchdog",
        ),
        ({"ActiveState": "activating"}, "active", "active", "broken", "do not run: activating"),
        ({"ActiveState": "inactive"}, "active", "inactive", "ok", "as is the door (22)"),
        ({}, "inactive", "active", "broken", "nobody listens"),
        ({"NRestarts": "5"}, "active", "active", "warning", "restarted 5 times"),
    ],
)
def test_they_have_to_run_and_to_be_called(kernel, eyes, socket, door, state, says):
    found = eyes_checks.eyes(machine(eyes, socket, door), "auto", proc=kernel())
    assert (found.state, says in found.says) == (state, True)


def test_who_may_not_look_into_the_cell_is_told_who_may(tmp_path):
    found = eyes_checks.eyes(machine(), "auto", proc=tmp_path)
    assert (found.state, "sudo kiosk doctor 40" in found.says) == (CheckState.OK, True)


def test_a_service_that_is_passed_by_is_worth_a_look(kernel):
    found = eyes_checks.eyes(machine(), "own", proc=kernel())
    assert (found.state, "not confined" in found.says) == (CheckState.WARNING, True)


def test_where_there_is_no_service_it_is_said_which_way_the_kiosk_looks():
    for ask in (Systemd({}), no_systemd):
        found = eyes_checks.eyes(ask, "auto")
        assert (found.state, "a process of its own" in found.says) == (CheckState.OK, True)
    installed = Systemd({units.SERVICE: GOOD})
    assert eyes_checks.eyes(installed, "auto").state is CheckState.WARNING
    assert eyes_checks.eyes(installed, "service").state is CheckState.BROKEN
