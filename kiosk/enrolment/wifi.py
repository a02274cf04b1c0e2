"""Joins the Wi-Fi that an enrolment code names, through NetworkManager where it exists.

The passphrase goes to nmcli's standard input, never into its arguments: those are for every process of the machine to
read. No error from here holds it, nor anything that nmcli printed: it may repeat what it was told.
"""

from __future__ import annotations

import subprocess
from shutil import which

from kiosk.errors import DriverError, DriverMissing
from kiosk.trust.enrolment import Wifi

CONNECT_S = 30
"""How long NetworkManager may try to join and get an address."""
_WORD_S = 10


class NetworkManager:
    """Speaks to NetworkManager by its own command line. The profiles of other networks stay as they are."""

    def __init__(self, program: str = "nmcli") -> None:
        self._program = program

    def join(self, wifi: Wifi) -> None:
        """Make a profile, keep it over a restart, and connect; returns when there is an address.

        Raises DriverMissing where there is no NetworkManager, DriverError where it did not connect.
        """
        if not _plain(wifi.ssid) or not _plain(wifi.passphrase or ""):
            # The editor takes a line for an order: what holds the end of one could give orders of its own.
            raise DriverError(
                "expected a Wi-Fi of printable characters in the code, found others: get a new code"
            )
        program = which(self._program)
        if program is None:
            raise DriverMissing(
                "expected NetworkManager to join the Wi-Fi, found no nmcli: set the Wi-Fi up by hand, or plug in a cable"
            )
        name = f"ashyq {wifi.ssid}"
        # A profile of the same name may hold the passphrase of last year.
        self._tell(program, "connection", "delete", "id", name, expected=None)
        made = ("connection", "add", "type", "wifi", "con-name", name, "ifname", "*", "ssid", wifi.ssid)
        self._tell(program, *made, expected="make a profile")
        if wifi.passphrase is not None:
            orders = (
                "set wifi-sec.key-mgmt wpa-psk",
                f"set wifi-sec.psk {wifi.passphrase}",
                "save persistent",
                "quit",
            )
            self._tell(
                program, "connection", "edit", "id", name, said="\n".join(orders), expected="keep its secret"
            )
        up = ("--wait", str(CONNECT_S), "connection", "up", "id", name)
        self._tell(program, *up, expected="connect", limit_s=CONNECT_S + _WORD_S)

    def _tell(
        self, program: str, *words: str, expected: str | None, said: str = "", limit_s: float = _WORD_S
    ) -> None:
        try:
            done = subprocess.run(
                [program, *words],
                input=said.encode(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=limit_s,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as failure:
            raise DriverError(_sentence(expected, type(failure).__name__)) from None
        if expected is not None and done.returncode:
            raise DriverError(_sentence(expected, f"nmcli's exit code {done.returncode}"))


def _plain(text: str) -> bool:
    return text.isprintable() and text == text.strip()


def _sentence(expected: str | None, outcome: str) -> str:
    return (
        f"expected NetworkManager to {expected or 'answer'} for the Wi-Fi of the code, found {outcome}: "
        "see the network's name and passphrase, and `nmcli device status`"
    )
