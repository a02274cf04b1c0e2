"""`python -m registry enrolment|device|root|keys`: what the keeper of a registry does for devices and keys.

A running registry sees enrolments and devices at once; a rotated key it reads when it starts anew.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from kiosk.trust.enrolment import Wifi, fingerprint
from registry.enrolment import EXPIRES
from registry.keys import PASS_KEY_OVERLAP, ROOT_OVERLAP
from registry.moments import utc_text
from registry.own_files import made_alone
from registry.reference import ReferenceRegistry
from registry.terminal import say

Open = Callable[[argparse.Namespace], ReferenceRegistry]

_SPAN = re.compile(r"([0-9]{1,5})([smhd])", re.ASCII)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_LONGEST_PASSPHRASE_FILE = 200
_EXAMPLES = {
    (
        "enrolment",
        "create",
    ): "enrolment create --door DEMO --address https://registry.example.kz --png code.png",
    ("enrolment", "list"): "enrolment list",
    ("enrolment", "revoke"): "enrolment revoke 3",
    ("device", "list"): "device list",
    ("device", "revoke"): "device revoke D-0123456789abcdef",
    ("device", "moved"): "device moved D-0123456789abcdef D-fedcba9876543210",
    ("root", "rotate"): "root rotate --overlap 30d",
    ("root", "retire"): "root retire",
    ("keys", "rotate"): "keys rotate --overlap 96h",
}


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser], opened: Open) -> None:
    """Add these commands to a parser; `opened` opens the registry that the arguments name."""

    def group(group_name: str, says: str) -> Callable[..., argparse.ArgumentParser]:
        inner = commands.add_parser(group_name, help=says, description=says).add_subparsers(
            required=True, metavar="COMMAND"
        )

        def command(
            name: str, does: Callable[[ReferenceRegistry, argparse.Namespace], None], says: str
        ) -> argparse.ArgumentParser:
            epilog = f"example: python -m registry {_EXAMPLES[group_name, name]}"
            made = inner.add_parser(name, help=says, description=says, epilog=epilog)
            made.add_argument("--db", type=Path, default=Path("registry.db"), metavar="FILE")
            made.set_defaults(run=lambda arguments: _with(opened, does, arguments))
            return made

        return command

    enrolment = group("enrolment", "One-time codes by which a kiosk enrols.")
    create = enrolment("create", _create, "Print a code for a door, for the kiosk's camera or keyboard.")
    create.add_argument("--door", required=True, metavar="ID")
    create.add_argument(
        "--address",
        default="http://127.0.0.1:8443",
        metavar="URL",
        help="where the kiosk finds this registry: https, or http on loopback (default: %(default)s)",
    )
    create.add_argument(
        "--expires", type=span, default=EXPIRES, metavar="60m", help="a number and s, m, h or d"
    )
    create.add_argument("--wifi-ssid", metavar="NAME", help="the network that the kiosk joins first")
    create.add_argument(
        "--wifi-passphrase-file",
        metavar="FILE",
        help="- reads standard input; without it the network is open",
    )
    create.add_argument("--serial", metavar="S", help="only the device with this serial number may use it")
    create.add_argument("--png", type=Path, metavar="FILE")
    create.add_argument("--pdf", type=Path, metavar="FILE")
    enrolment("list", _list_enrolments, "Say which codes were made, and what became of them.")
    revoke = enrolment("revoke", _revoke_enrolment, "Let an unused code expire now.")
    revoke.add_argument("number", type=int)

    device = group("device", "The devices that enrolled.")
    device("list", _list_devices, "Say which devices there are.")
    device("revoke", _revoke_device, "Take a device out of service.").add_argument("device", metavar="ID")

    moved = device(
        "moved",
        _moved,
        "Say that a machine went to another venue: it may bring what waits from the one before.",
    )
    moved.add_argument("was", metavar="OLD-ID")
    moved.add_argument("device", metavar="NEW-ID")

    root = group("root", "The root keys, by which kiosks trust all that they keep.")
    rotate = root(
        "rotate", _rotate("root"), "Publish a new root; the old one signs on for most of the overlap."
    )
    rotate.add_argument("--overlap", type=span, default=ROOT_OVERLAP, metavar="30d")
    root(
        "retire", _retire, "End all roots but the newest now: doors that have not learned it must enrol anew."
    )

    keys = group("keys", "The keys that passes are signed with.")
    rotate = keys(
        "rotate", _rotate("passes"), "Publish a new pass key; it signs when the doors had time to learn it."
    )
    rotate.add_argument("--overlap", type=span, default=PASS_KEY_OVERLAP, metavar="96h")


def span(text: str) -> timedelta:
    """Read a span of time.

    >>> span("90m")
    datetime.timedelta(seconds=5400)
    """
    match = _SPAN.fullmatch(text)
    if match is None or int(match[1]) == 0:
        raise argparse.ArgumentTypeError(f"expected a number and s, m, h or d, like 60m, but {text!r} came")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def _with(
    opened: Open, does: Callable[[ReferenceRegistry, argparse.Namespace], None], arguments: argparse.Namespace
) -> None:
    registry = opened(arguments)
    try:
        does(registry, arguments)
    finally:
        registry.close()


def _create(registry: ReferenceRegistry, arguments: argparse.Namespace) -> None:
    import segno

    wifi = None
    if arguments.wifi_ssid is not None:
        wifi = Wifi(ssid=arguments.wifi_ssid, passphrase=_passphrase(arguments.wifi_passphrase_file))
    elif arguments.wifi_passphrase_file is not None:
        raise ValueError("expected --wifi-ssid beside --wifi-passphrase-file; name the network")
    door = registry.doors.get(arguments.door)
    text = registry.enrolments.create(
        door, address=arguments.address, expires=arguments.expires, wifi=wifi, serial=arguments.serial
    )
    code = segno.make(text, error="m", micro=False)
    for kind, file in (("png", arguments.png), ("pdf", arguments.pdf)):
        if file is not None:
            made_alone(file)  # it enrols a device: for its maker's eyes only
            code.save(str(file), kind=kind, scale=8)
    code.terminal(compact=True)
    made = registry.enrolments.all()[-1]
    say(
        text,
        f"number {made.number} · {door.venue} · door {door.id} · {arguments.address}",
        f"root key {fingerprint(registry.keys.root.public_raw)} · works once, until {utc_text(made.expires_at)[:16]}Z",
    )


def _passphrase(file: str | None) -> str | None:
    """Return what stands in a file, without the end of its line; None: an open network."""
    if file is None:
        return None
    with sys.stdin if file == "-" else Path(file).open(encoding="utf-8") as source:
        return source.read(_LONGEST_PASSPHRASE_FILE).rstrip("\r\n")


def _list_enrolments(registry: ReferenceRegistry, _: argparse.Namespace) -> None:
    now = registry.clock()
    for code in registry.enrolments.all():
        if code.device is not None:
            became = f"used by {code.device}"
        else:
            became = "expired" if code.expires_at <= now else f"works until {utc_text(code.expires_at)[:16]}Z"
        say(f"{code.number:4}  {code.door:16}  {code.serial or 'any device':32}  {became}")


def _revoke_enrolment(registry: ReferenceRegistry, arguments: argparse.Namespace) -> None:
    registry.enrolments.revoke(arguments.number)
    say(f"code {arguments.number} enrols nobody any more")


def _list_devices(registry: ReferenceRegistry, _: argparse.Namespace) -> None:
    for device in registry.devices.all():
        state = "in service" if device.revoked_at is None else f"revoked {utc_text(device.revoked_at)[:16]}Z"
        model = device.hardware.get("model") or "unknown model"
        asked, brought = registry.questions.today(device.id, device.door, registry.clock())
        say(
            f"{device.id}  {device.door:16}  enrolled {utc_text(device.enrolled_at)[:16]}Z  {state}"
            f"  {asked} questions and {brought} visits today  {model}"
        )


def _revoke_device(registry: ReferenceRegistry, arguments: argparse.Namespace) -> None:
    registry.devices.revoke(arguments.device)
    say(
        f"{arguments.device} is out of service; what it still holds can be delivered after it is enrolled anew"
    )


def _moved(registry: ReferenceRegistry, arguments: argparse.Namespace) -> None:
    registry.devices.moved(arguments.device, was=arguments.was)
    say(f"{arguments.device} may bring what {arguments.was} left; on the kiosk: kiosk queue requeue")


def _rotate(purpose: str) -> Callable[[ReferenceRegistry, argparse.Namespace], None]:
    def rotate(registry: ReferenceRegistry, arguments: argparse.Namespace) -> None:
        registry.keys.rotate(purpose, overlap=arguments.overlap)
        say("a new key is published; start a running registry anew")

    return rotate


def _retire(registry: ReferenceRegistry, _: argparse.Namespace) -> None:
    registry.keys.retire_older("root")
    say("the newest root signs from now on; start a running registry anew")
