"""After a busy day no identifier is anywhere on the disk, in the journal, in a crash report or in a picture's file, in any
writing of it.

What is walked is files: all that the kiosk wrote, all that its process has open or mapped. Its memory is not: Python gives
none back clean, and whoever can read it is root on a running device (docs/security.md says so).
"""

from __future__ import annotations

import base64
import io
import json
import logging
import stat
import subprocess
import sys
import threading
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path

import pytest

from kiosk import journal as kiosk_journal
from kiosk.core.effects import Ask
from kiosk.core.events import Key, StaffAdmitted, StaffIdentified
from kiosk.core.model import Colour, Direction, Identifier, IdentifierKind, Via
from kiosk.workers.asking import Asker
from registry.demo_people import DEMO_DOOR
from tests.app.house import House
from tests.app.test_processes import CONFIG, running
from tests.app.writings import found, found_below, writings
from tests.enrolled import enrolled
from tests.factories import make_iin

PASSPORT = "N07540001"
LIMIT_S = 60.0


@pytest.mark.parametrize("identifier", [make_iin(1), PASSPORT])
def test_the_search_finds_what_it_looks_for(identifier):
    for how, needle in writings(identifier):
        assert len(needle) >= 6, how
        assert how in found(b"\0row " + needle + b" row", [identifier])
    record = json.dumps({"kind": "iin", "value": identifier}).encode()
    for hidden in (
        base64.b64encode(record),
        base64.urlsafe_b64encode(b"x" + record),
        base64.b32encode(b"xyz" + record),
        record.hex().encode(),
        urllib.parse.quote(record).encode(),
        record.decode().encode("utf-16"),
    ):
        assert found(hidden, [identifier])
    assert found(base64.b64encode(b"somebody else altogether"), [identifier]) == []


@pytest.mark.slow
def test_after_a_busy_day_no_identifier_is_left_anywhere(tmp_path, registry, clock, caplog):
    caplog.set_level(logging.DEBUG)
    said = io.StringIO()
    iins: list[str] = [PASSPORT]

    def somebody(house: House, colour: Colour) -> str:
        iins.append(house.somebody(colour)[0])
        return iins[-1]

    with journal_into(said), House(tmp_path, registry, clock, pictures=tmp_path / "pictures") as house:
        house.ready()
        put = house.app.loop.inbox.put
        for colour in Colour:
            house.type(somebody(house, colour))
            house.next_shown()
        for form in ("{}", "ИИН {}", "IDKAZ0123456789{}<<<"):
            house.idle()
            house.hold_up(form.format(somebody(house, Colour.BLUE)))
            house.next_shown()
        iins.append(make_iin(9000))
        house.type(iins[-1])  # nobody knows this one
        house.next_shown()
        put(StaffAdmitted(by="А. С.", why=f"ЖСН {iins[-1]}"))
        house.next_shown()
        house.idle()
        house.hold_up(f"https://a.kz/?iin={somebody(house, Colour.GREEN)}")
        house.until(lambda: "not-ours" in house.told, "a notice")
        mistyped = somebody(house, Colour.GREEN)
        iins.append(mistyped[:-1] + str((int(mistyped[-1]) + 1) % 10))
        for number, key in ((iins[-1], Key.CONFIRM), (mistyped, Key.CANCEL)):
            house.idle()
            house.keypad.type(number)
            house.until(lambda: house.door.typed.complete, "twelve digits")
            house.keypad.press(key)
            house.keypad.press(Key.CANCEL)
        registry.add_visitor(
            Identifier(kind=IdentifierKind.PASSPORT, value=PASSPORT, country="UTO"), Colour.GREEN
        )
        for identifier in (
            Identifier(kind=IdentifierKind.IIN, value=somebody(house, Colour.RED)),
            Identifier(kind=IdentifierKind.PASSPORT, value=PASSPORT, country="UTO"),
        ):
            house.idle()
            put(StaffIdentified(identifier=identifier, by="А. С."))
            house.next_shown()
        house.delivered()
        registry.cut()
        house.until(lambda: not house.door.word.online, "no link")
        house.type(somebody(house, Colour.YELLOW))
        house.next_shown()
        house.idle()
        put(StaffIdentified(identifier=identifier, by="А. С."))
        house.next_shown()
        house.idle()
        left = found_below(tmp_path, iins)  # while the log of the store is still there
    left |= found_below(tmp_path, iins)
    names = {path.name for path in left}
    assert {"kiosk.db", "kiosk.db-wal", "device.key", "enrolment.json"} <= names
    assert sum(path.suffix == ".png" for path in left) >= 6
    assert {path: how for path, how in left.items() if how} == {}
    for heard in (caplog.text, said.getvalue()):
        assert "visit" in heard
        assert found(heard.encode(), iins) == []
    assert found("\n".join(map(str, house.log)).encode(), iins) == [], "events and effects do not print them"


@pytest.mark.slow
def test_a_busy_process_has_nothing_of_a_visitor_in_its_files_nor_on_standard_error(root, tmp_path, registry):
    """Its open files and its mapped ones while it runs, and all that it wrote when it was cut off; not its memory."""
    enrolled(registry, tmp_path / "kiosk.db", DEMO_DOOR)
    known = [make_iin(number) for number in range(1, 20)]
    for iin in known:
        registry.add_visitor(Identifier(kind=IdentifierKind.IIN, value=iin), Colour.GREEN)
    script = (
        "import sys; from pathlib import Path; from kiosk import journal; journal.start('debug', sys.stderr);"
        "from tests.app.busy_door import main; main(Path(sys.argv[1]), sys.argv[2])"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path), registry.url],
        cwd=root,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as door:
        end = threading.Timer(LIMIT_S, door.kill)
        end.start()
        try:
            visits: list[str] = []
            queue = iter(known)
            while (
                not visits or ": admitted, " not in visits[-1]
            ):  # the first ones come before the policy does
                visits.append(visit_of(door, next(queue)))
            registry.cut()
            visits.append(visit_of(door, next(queue)))
            iins = known[: len(visits)]
            files = files_of(door.pid)
            held = {path: found(content, iins) for path, content in files.items()}
            door.kill()  # with the answer still up: what a power cut would leave
            rest = door.communicate()[1]
        finally:
            end.cancel()
    said = "".join((*visits, rest))
    assert ": unchecked, " in visits[-1]
    assert {"kiosk.db", "kiosk.db-wal", "kiosk.db-shm"} <= {Path(path).name for path in held}
    assert {path: how for path, how in held.items() if how} == {}
    assert {path: how for path, how in found_below(tmp_path, iins).items() if how} == {}
    assert found(said.encode(), iins) == []


@pytest.mark.slow
def test_a_running_kiosk_leaves_no_core(root, tmp_path, registry):
    config = tmp_path / "kiosk.toml"
    enrolled(registry, tmp_path / "kiosk.db", DEMO_DOOR)
    config.write_text(
        CONFIG.format(
            url=registry.url, camera='driver = "replay"', gate='driver = "none"', store=tmp_path / "kiosk.db"
        )
    )
    with running(root, "kiosk", "run", "--config", str(config)) as kiosk:
        kiosk.says(f"door {DEMO_DOOR} is open for visitors")
        limits = Path(f"/proc/{kiosk.process.pid}/limits").read_text()
    line = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
    assert line.split()[4:6] == ["0", "0"]


@pytest.mark.parametrize(
    "identifier",
    [
        Identifier(kind=IdentifierKind.IIN, value=make_iin(5)),
        Identifier(kind=IdentifierKind.PASSPORT, value=PASSPORT, country="UTO"),
    ],
    ids=["iin", "passport"],
)
def test_a_crash_with_an_identifier_in_hand_tells_the_place_and_not_the_number(identifier):
    said = Heard("stumbled")
    with journal_into(said):
        asker = Asker(
            Clumsy(), lambda _event: None, asking=nullcontext(), heard=lambda _there: None, askers=1
        )
        asker.workers[0].start()
        asker.ask(
            Ask(
                visit_id="v",
                identifier=identifier,
                direction=Direction.ENTRY,
                via=Via.STAFF,
                deadline_s=1.0,
            )
        )
        try:
            assert said.heard.wait(LIMIT_S)
        finally:
            asker.workers[0].stop()
    report = said.getvalue()
    assert "worker ask-0 stumbled" in report
    assert "in ask" in report
    assert report.rstrip().endswith("ValueError")
    assert found(report.encode(), [identifier.value]) == []


class Clumsy:
    """A registry's client with a mistake in it, of the kind that a library makes: it quotes what it was given."""

    def ask(self, _visit: str, identifier: Identifier, *_: object) -> None:
        try:
            {}[identifier.value]
        except KeyError:
            quoted = base64.b64encode(identifier.value.encode())
            raise ValueError(f"expected a colour of {identifier.value!r} ({quoted!r})") from None


class Heard(io.StringIO):
    """A stream that tells when a word was written to it."""

    def __init__(self, word: str) -> None:
        super().__init__()
        self.heard = threading.Event()
        self._word = word

    def write(self, text: str) -> int:
        count = super().write(text)
        if self._word in text:
            self.heard.set()
        return count


@contextmanager
def journal_into(stream: io.StringIO) -> Iterator[None]:
    """The kiosk's own journal, at its most talkative."""
    top = logging.getLogger()
    level = top.level
    handler = kiosk_journal.start("debug", stream)
    try:
        yield
    finally:
        top.removeHandler(handler)
        top.setLevel(level)


def visit_of(door: subprocess.Popen[str], iin: str) -> str:
    """Show a process a card that bears an IIN; return what it said up to the line of that visit."""
    door.stdin.write(f"ИИН {iin}\n")
    door.stdin.flush()
    said = ""
    for line in door.stderr:
        said += line
        if "kiosk.loop: visit " in line:
            return said
    raise AssertionError(f"expected the line of a visit, the door said {said}")


def files_of(pid: int) -> dict[str, bytes]:
    """Return what is in every regular file that a process has open or mapped writable, also in one without a name."""
    files = {}
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed since it was listed
            if stat.S_ISREG(descriptor.stat().st_mode):
                files[str(descriptor.readlink())] = descriptor.read_bytes()
    for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
        _range, rights, _offset, _device, inode, *name = line.split(None, 5)
        if inode != "0" and "w" in rights and "s" in rights:
            files[name[0]] = Path(name[0]).read_bytes()
    return files
