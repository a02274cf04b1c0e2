"""The eyes' unit and socket say what docs/security.md promises of the cell; that systemd and the kernel keep it, the container sees."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.root.eyes import SERVICE

SYSTEMD = Path(__file__).resolve().parents[2] / "systemd"


def unit(name: str) -> list[tuple[str, str]]:
    """Return every line of a unit as its key and its value."""
    lines = (SYSTEMD / name).read_text(encoding="utf-8").splitlines()
    return [(key, value) for key, _, value in (line.partition("=") for line in lines if line[:1] not in "#[")]


def values(name: str, key: str) -> list[str]:
    return [value for each, value in unit(name) if each == key]


@pytest.fixture
def eyes() -> dict[str, str]:
    return dict(unit("ashyq-kiosk-eyes.service"))


def test_the_cell_has_a_camera_and_the_line_to_the_door_and_nothing_else(eyes):
    walls = {
        "PrivateNetwork": "yes", "IPAddressDeny": "any", "RestrictAddressFamilies": "AF_UNIX",
        "CapabilityBoundingSet": "", "AmbientCapabilities": "", "NoNewPrivileges": "yes", "MemoryDenyWriteExecute": "yes",
        "ProtectSystem": "strict", "ProtectHome": "yes", "ProtectProc": "invisible", "PrivateTmp": "yes",
        "DynamicUser": "yes", "DevicePolicy": "closed", "RestrictNamespaces": "yes", "LimitCORE": "0",
    }  # fmt: skip
    assert {name: eyes.get(name) for name in walls} == walls
    assert values("ashyq-kiosk-eyes.service", "SystemCallFilter")[0] == "@system-service"
    assert eyes["SupplementaryGroups"] == "video", (
        "whoever opens pins, keyboards or the door's files is in another"
    )
    devices = {value.split()[0] for value in values("ashyq-kiosk-eyes.service", "DeviceAllow")}
    assert devices == {"char-81", "char-media", "char-dma_heap", "char-vchiq", "/dev/vchiq"}
    hidden = set(eyes["InaccessiblePaths"].replace("-/", "/").split())
    assert hidden >= {
        "/var/lib/ashyq-kiosk",
        "/run/ashyq-kiosk",
        "/etc/ashyq-kiosk",
        "/dev/input",
        "/dev/snd",
    }
    assert (
        not {"StateDirectory", "RuntimeDirectory", "ConfigurationDirectory", "ReadWritePaths"} & eyes.keys()
    )


def test_only_the_doors_group_may_call_them():
    socket = dict(unit("ashyq-kiosk-eyes.socket"))
    assert socket["ListenSequentialPacket"] == str(SERVICE), "where the door calls"
    assert (socket["SocketUser"], socket["SocketGroup"], socket["SocketMode"]) == (
        "root",
        "ashyq-kiosk",
        "0660",
    )


def test_the_door_brings_them_where_they_listen_before_it_and_they_go_with_it(eyes):
    door = "ashyq-kiosk.service"
    wanted = " ".join(values(door, "Wants")).split()
    assert {"ashyq-kiosk-eyes.socket", "ashyq-kiosk-eyes.service"} <= set(wanted)
    after = " ".join(values(door, "After")).split()
    assert "ashyq-kiosk-eyes.socket" in after
    assert "ashyq-kiosk-eyes.service" not in after, "a door waits for no eyes"
    assert "Requires" not in dict(unit(door)), "it opens without them, too"
    assert eyes["PartOf"] == door
    assert (eyes["Type"], int(eyes["WatchdogSec"]) > 0, eyes["Restart"]) == ("notify", True, "always")


@pytest.mark.parametrize("name", ["ashyq-kiosk-eyes.service", "ashyq-kiosk-eyes.socket"])
def test_they_leave_no_link_to_a_release_that_has_none(name):
    assert "[Install]" not in (SYSTEMD / name).read_text(encoding="utf-8")
