"""What the door's own user may do with the network: systemd and the resolver are the test's own, the shell is the machine's."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FENCE = ROOT / "scripts/network/fence.sh"
pytestmark = pytest.mark.concurrent

ELSEWHERE, AT_HOME = "203.0.113.7", "192.168.1.50"
ROUTER = "192.168.1.1"


class Fence:
    """A made-up machine: its data, its /run, its name servers, and where each name leads."""

    def __init__(self, folder: Path) -> None:
        self.data, self.run, self.bin = folder / "data", folder / "run", folder / "bin"
        for path in (self.data / "device", self.run, self.bin):
            path.mkdir(parents=True)
        self.resolv = folder / "resolv.conf"
        self.resolv.write_text(f"search lan\nnameserver {ROUTER}\nnameserver 9.9.9.9\n")
        self.program("systemctl", f'printf "%s\\n" "$@" >>{folder}/said')
        self.said = folder / "said"
        self.leads_to(ELSEWHERE)

    def program(self, name: str, body: str) -> None:
        (self.bin / name).write_text(f"#!/bin/sh\n{body}\n")
        (self.bin / name).chmod(0o755)

    def leads_to(self, *addresses: str) -> None:
        lines = "".join(f"{each} STREAM x\n{each} DGRAM\n" for each in addresses)
        self.program(
            "getent", f"test $# = 3 && test $2 = -- || exit 9\nprintf '{lines}'" if addresses else "exit 2"
        )

    def enrol(self, registry: str = "https://registry.example.kz") -> None:
        text = json.dumps({"device": "D-1", "registry": registry}, indent=1, ensure_ascii=False)
        (self.data / "device/enrolment.json").write_text(text)

    def look(self) -> tuple[list[str], list[str]]:
        """Run it; return what is denied and what is allowed from then on."""
        self.said.unlink(missing_ok=True)
        places = {"DATA": str(self.data), "RUN": str(self.run), "NAME_SERVERS": str(self.resolv)}
        done = subprocess.run(
            ["/bin/sh", str(FENCE)], env=os.environ | places | {"PATH": f"{self.bin}:{os.environ['PATH']}"},
            capture_output=True, text=True, check=False, timeout=30,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")
        words = self.said.read_text().splitlines()
        assert words[:3] == ["set-property", "--runtime", "ashyq-kiosk.service"]
        assert words[3:5] == ["IPAddressDeny=", "IPAddressAllow="], "what was set before counts no more"
        denied, allowed = (word.partition("=")[2].split() for word in words[5:])
        return denied, allowed

    @property
    def is_nobodys(self) -> bool:
        return (self.run / "ashyq-kiosk-nobodys").exists()


@pytest.fixture
def fence(tmp_path) -> Fence:
    return Fence(tmp_path)


def test_only_a_device_that_is_nobodys_may_set_the_network_up(fence):
    assert fence.look() == ([], [])
    assert fence.is_nobodys
    fence.enrol()
    fence.look()
    assert not fence.is_nobodys
    (fence.data / "device/enrolment.json").unlink()
    assert fence.look() == ([], [])
    assert fence.is_nobodys
    rule = (ROOT / "systemd/polkit/50-ashyq-kiosk.rules").read_text()
    assert '["/usr/bin/test", "-e", "/run/ashyq-kiosk-nobodys"]' in rule


def test_a_door_whose_registry_is_elsewhere_reaches_nothing_of_the_venues_network_but_who_is_asked_for_names(
    fence,
):
    fence.enrol()
    denied, allowed = fence.look()
    assert {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fe80::/10"} <= set(denied)
    assert allowed == ["localhost", ROUTER]


@pytest.mark.parametrize(
    "address", [AT_HOME, "10.1.2.3", "172.16.0.9", "172.31.0.9", "100.64.3.4", "fd00::7"]
)
def test_a_registry_in_the_venue_is_reached_and_nothing_else_of_it(fence, address):
    fence.enrol()
    fence.leads_to(address)
    assert fence.look()[1] == ["localhost", ROUTER, address]


@pytest.mark.parametrize(
    "address", ["172.15.0.9", "172.32.0.9", "100.63.3.4", "100.128.0.1", "2001:db8::7", "1.10.0.1"]
)
def test_an_address_of_the_internet_needs_no_leave(fence, address):
    fence.enrol()
    fence.leads_to(address)
    assert fence.look()[1] == ["localhost", ROUTER]


@pytest.mark.parametrize(
    "registry",
    [
        "https://-e.example", "https://$(reboot)", "https://[fd00::1]", "https://a b", "", "ftp://x", "https://" + "a" * 300,
    ],
)  # fmt: skip
def test_what_cannot_be_told_shuts_nothing(fence, registry):
    """The door's user wrote the file: whatever stands there is a name or nothing."""
    fence.enrol(registry)
    fence.program("getent", "exit 2")
    assert fence.look() == ([], [])


def test_without_an_answer_to_the_name_the_door_may_reach_everything(fence):
    fence.enrol()
    fence.leads_to()
    assert fence.look() == ([], [])


def test_a_resolver_on_this_machine_needs_no_leave_and_a_strange_line_is_no_address(fence):
    fence.enrol()
    fence.resolv.write_text("nameserver 127.0.0.53\nnameserver $(reboot)\nnameserver 192.168.7.1%eth0\n")
    assert fence.look()[1] == ["localhost", "192.168.7.1"]
    fence.resolv.unlink()
    assert fence.look()[1] == ["localhost"]


def test_a_pipe_in_place_of_the_enrolment_holds_nothing_up(fence):
    os.mkfifo(fence.data / "device/enrolment.json")
    assert fence.look() == ([], [])
