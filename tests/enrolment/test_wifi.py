"""The Wi-Fi of a code, joined by a real process that stands where nmcli stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.enrolment.wifi import NetworkManager
from kiosk.errors import DriverError, DriverMissing
from kiosk.trust.enrolment import Wifi

PASSPHRASE = 'se cret"$(id)`8'


@pytest.fixture
def nmcli(tmp_path) -> Path:
    """A program that writes down what it was told, and fails at the word in `fails-at`."""
    program = tmp_path / "nmcli"
    program.write_text(
        "#!/bin/sh\n"
        f'here="{tmp_path}"\n'
        'printf "%s|" "$@" >>"$here/argv"; echo >>"$here/argv"\n'
        'cat >>"$here/stdin"\n'
        'word=$(cat "$here/fails-at" 2>/dev/null)\n'
        'case " $* " in *" ${word:-nothing at all} "*) echo "$(cat "$here/stdin")" >&2; exit 4;; esac\n'
    )
    program.chmod(0o700)
    return program


def told(nmcli: Path) -> list[str]:
    return (nmcli.parent / "argv").read_text().splitlines()


def test_a_network_is_made_kept_and_joined(nmcli):
    NetworkManager(str(nmcli)).join(Wifi(ssid="Hall 2", passphrase=PASSPHRASE))
    assert told(nmcli) == [
        "connection|delete|id|ashyq Hall 2|",
        "connection|add|type|wifi|con-name|ashyq Hall 2|ifname|*|ssid|Hall 2|",
        "connection|edit|id|ashyq Hall 2|",
        "--wait|30|connection|up|id|ashyq Hall 2|",
    ]
    assert (nmcli.parent / "stdin").read_text() == (
        f"set wifi-sec.key-mgmt wpa-psk\nset wifi-sec.psk {PASSPHRASE}\nsave persistent\nquit"
    )


def test_the_passphrase_is_in_no_argument(nmcli):
    NetworkManager(str(nmcli)).join(Wifi(ssid="Hall", passphrase=PASSPHRASE))
    assert "$(id)" not in (nmcli.parent / "argv").read_text()


def test_an_open_network_needs_no_secret(nmcli):
    NetworkManager(str(nmcli)).join(Wifi(ssid="Open", passphrase=None))
    assert not any("edit" in line for line in told(nmcli))


@pytest.mark.parametrize("word", ["add", "edit", "up"])
def test_what_fails_is_told_without_what_nmcli_said(nmcli, word, capfd):
    (nmcli.parent / "fails-at").write_text(word)
    with pytest.raises(DriverError) as failed:
        NetworkManager(str(nmcli)).join(Wifi(ssid="Hall", passphrase=PASSPHRASE))
    assert "nmcli's exit code 4" in str(failed.value)
    assert "passphrase, and `nmcli device status`" in str(failed.value)
    assert "$(id)" not in str(failed.value) + repr(failed.value) + "".join(capfd.readouterr())


def test_a_profile_that_was_not_there_is_no_failure(nmcli):
    (nmcli.parent / "fails-at").write_text("delete")
    NetworkManager(str(nmcli)).join(Wifi(ssid="Hall", passphrase=PASSPHRASE))
    assert told(nmcli)[-1].startswith("--wait")


def test_without_networkmanager_it_is_said_so(tmp_path):
    with pytest.raises(DriverMissing, match="found no nmcli: set the Wi-Fi up by hand, or plug in a cable"):
        NetworkManager(str(tmp_path / "nmcli")).join(Wifi(ssid="Hall", passphrase=PASSPHRASE))


@pytest.mark.parametrize(
    "wifi",
    [
        Wifi(ssid="Hall", passphrase="12345678\nset connection.permissions x"),
        Wifi(ssid="Hall\nquit", passphrase=None),
        Wifi(ssid="Hall", passphrase=" 12345678"),
    ],
    ids=["two lines", "name of two lines", "space at an end"],
)
def test_a_secret_gives_the_editor_no_orders(nmcli, wifi):
    with pytest.raises(DriverError, match="printable"):
        NetworkManager(str(nmcli)).join(wifi)
    assert not (nmcli.parent / "argv").exists()
