"""Texts from outside are printed, never obeyed: in the registry's own lists, in its refusals and in its log."""

import logging
import sys

import pytest

from kiosk.trust.signing import DeviceKey
from registry.__main__ import main
from registry.devices import enrol_within
from registry.embedded import EmbeddedRegistry
from registry.terminal import PlainFormatter
from tests.registry.signing import initialize

FORGED = "\x1b]0;pwned\x07\x1b[2J\nD-ffffffffffffffff  A1  in service \u202e\x9b\u2028"


@pytest.fixture
def file(tmp_path):
    return tmp_path / "registry.db"


def test_a_model_writes_no_line_of_its_own_into_the_list_of_devices(file, capsys):
    with EmbeddedRegistry(file) as registry:
        registry.add_door("DEMO")
        hardware = {"model": FORGED, "serial": "1"}  # as an older registry took it
        with registry.registry.database.write() as connection:
            now, key = registry.registry.clock(), DeviceKey.make().public_raw
            enrol_within(connection, public_key=key, door="DEMO", hardware=hardware, versions={}, now=now)
    assert main(["device", "list", "--db", str(file)]) == 0
    listed = capsys.readouterr().out
    assert listed.count("\n") == 1
    assert listed[:-1].isprintable()
    assert r"\x1b]0;pwned\x07\x1b[2J\x0aD-ffffffffffffffff" in listed


def test_a_refusal_with_a_name_from_outside_in_it_moves_no_terminal(file, capsys):
    assert main(["device", "list", "--db", f"{file}{FORGED}"]) == 1
    first, *rest = capsys.readouterr().err.splitlines()
    assert first.startswith("registry: expected a registry's database at ")
    assert all(line.isprintable() for line in (first, *rest))
    assert all(line.startswith("  | ") for line in rest)


def test_a_line_of_the_log_is_one_line_and_its_traceback_shows_that_it_goes_on():
    try:
        raise LookupError(FORGED)
    except LookupError:
        record = logging.LogRecord("registry", logging.ERROR, "", 0, "of %s", (FORGED,), sys.exc_info())
    first, *rest = PlainFormatter("%(levelname)s %(message)s").format(record).split("\n")
    assert first.startswith("ERROR of \\x1b]0;pwned")
    assert rest
    assert all(line.startswith("  | ") and line.isprintable() for line in rest)


@pytest.mark.parametrize("member", ["model", "serial"])
@pytest.mark.parametrize("text", ["\x1b[2J", "a\nb", "\x9b", "\u202e", "\u2028", "\0"])
def test_what_a_device_says_of_itself_can_be_printed_or_it_is_not_enrolled(registry, member, text):
    code, machine = registry.enrolment_code("DEMO"), {"model": "Raspberry Pi 4", "serial": "1"}
    key = DeviceKey.make()
    answer = initialize(registry, code, key, hardware=machine | {member: text})
    assert answer.status_code == 422
    assert answer.json()["mistakes"] == [
        {"at": f"body.hardware.{member}", "expected": "printable characters"}
    ]
    assert registry.devices() == []
    assert initialize(registry, code, key, hardware=machine).status_code == 200, "the code is not used up"


def test_only_the_terminal_prints(root):
    printing = ("sys.stdout", "sys.stderr", " print(")
    files = set((root / "registry").glob("*.py")) - {root / "registry" / "terminal.py"}
    assert len(files) > 30
    assert [(file.name, word) for file in files for word in printing if word in file.read_text("utf-8")] == []
