"""What goes to support after a busy day: how the door is, and nobody who came to it. Beside a kiosk, and beside a dead one."""

from __future__ import annotations

import base64
import io
import json
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from kiosk.core.effects import Ask, Write
from kiosk.core.events import HealthChanged, Part, StaffAdmitted, StaffIdentified
from kiosk.core.model import Colour, Identifier, IdentifierKind
from kiosk.enrolment.device import ENROLMENT, KEY
from kiosk.errors import KioskError
from kiosk.machine.programs import ProgramFailed
from kiosk.service.status_file import newest
from kiosk.support import bundle
from registry.demo_people import DEMO_DOOR
from tests.app.house import House
from tests.app.processes import LIMIT_S, running
from tests.app.test_processes import CONFIG
from tests.app.test_sealed import PASSPORT, journal_into
from tests.app.writings import found
from tests.enrolled import enrolled
from tests.factories import make_iin

PHONES = ("+7 701 555 12 34", "8(701)555-12-34", "87015551234")
NAMES = ("Сериков", "Айдар", "Serikov")
PASSPHRASE = "correct horse battery"
TOKEN = base64.urlsafe_b64encode(bytes(range(100, 116))).decode().rstrip("=")


def hostile(iins: list[str], passes: list[str]) -> str:
    """A journal as it must never be: whatever a careless line, a library or a person could put into it."""
    lines = []
    for iin in iins:
        raw = json.dumps({"kind": "iin", "value": iin})
        lines += [
            f"ValueError: expected a colour of {iin!r}", f"GET /v1/status?iin={iin}", f"typed {iin[:6]} {iin[6:]}", iin[::-1],
            base64.b64encode(raw.encode()).decode(), base64.b32encode(raw.encode()).decode(), raw.encode().hex(),
            f"IDKAZ0123456789{iin}<<<", "".join(f"%{sign:02X}" for sign in iin.encode()), raw.encode("utf-16").decode("latin-1"),
            "".join(f"\\u{ord(sign):04x}" for sign in iin), f"ЖСН {iin}", iin.encode().hex(" "),
        ]  # fmt: skip
    lines += [f"scanned {text}" for text in passes]
    lines += [f"call {phone}" for phone in PHONES]
    lines += [
        "by='А. Сериков', why='Сериков Айдар кеше келді'", "hint A. Serikov", f"set wifi-sec.psk {PASSPHRASE}",
        f"https://reg.kz/enrol?token={TOKEN}", f"token {TOKEN} refused", f"Authorization: Bearer {TOKEN}",
    ]  # fmt: skip
    stamps = (f"2026-11-22T10:{at // 60 % 60:02}:{at % 60:02}+0000 kiosk[42]: " for at in range(len(lines)))
    return "\n".join(stamp + line for stamp, line in zip(stamps, lines, strict=True))


class Machine:
    """The system's programs: a journal, and nothing else that answers."""

    def __init__(self, journal: str) -> None:
        self._journal = journal

    def __call__(self, *words: str, **_limits: object) -> str:
        if words[0] == "journalctl":
            return self._journal
        raise ProgramFailed(f"expected the program {words[0]}, found none on this machine")


def told_faults(folder: Path, clock) -> tuple[int, ...]:
    status = newest([folder], clock.wall())
    return status.faults if status else ()


def unpacked(file: Path) -> dict[str, bytes]:
    with tarfile.open(file) as tar:
        return {member.name.partition("/")[2]: tar.extractfile(member).read() for member in tar}


def config_of(folder: Path, url: str) -> Path:
    file = folder / "kiosk.toml"
    text = CONFIG.format(
        url=url, camera='driver = "replay"', gate='driver = "none"', store=folder / "kiosk.db"
    )
    file.write_text(text.replace("[store]\n", f'[store]\nruntime = "{folder / "run"}"\n'))
    return file


@pytest.mark.slow
def test_after_a_busy_day_nobody_is_in_the_bundle_and_support_can_work_with_it(tmp_path, registry, clock):
    iins = [PASSPORT]
    said = io.StringIO()
    passes: list[str] = []
    with journal_into(said), House(tmp_path, registry, clock, boot="0" * 32) as house:
        house.ready()
        put = house.app.loop.inbox.put
        for colour in Colour:
            iins.append(house.somebody(colour)[0])
            house.type(iins[-1])
            house.next_shown()
            house.idle()
        passes.append(house.pass_of(Colour.GREEN))
        house.hold_up(passes[-1])
        house.next_shown()
        iins.append(make_iin(9000))
        house.type(iins[-1])  # nobody knows this one
        house.next_shown()
        put(StaffAdmitted(by="А. Сериков", why=f"Сериков Айдар, ЖСН {iins[-1]}"))
        house.next_shown()
        house.idle()
        registry.cut()
        house.until(lambda: not house.door.word.online, "no link")
        put(
            StaffIdentified(
                identifier=Identifier(kind=IdentifierKind.PASSPORT, value=PASSPORT, country="UTO"), by="А. С."
            )
        )
        house.next_shown()
        house.idle()
        put(HealthChanged(part=Part.GATE, working=False, why="did not turn"))
        house.until(lambda: told_faults(tmp_path / "run", clock) == (19,), "its own word on the gate")
        journal = said.getvalue() + "\n" + hostile(iins, passes)
        # The search would find them where they were not taken out.
        assert {word for word in (*iins, *NAMES, PASSPHRASE, TOKEN) if found(journal.encode(), [word])} >= {
            *iins,
            *NAMES,
        }
        file = tmp_path / "bundle.tar.gz"
        members = list(bundle.collect(config_of(tmp_path, registry.url), clock.wall(), ask=Machine(journal)))
        bundle.write(members, file, clock.wall())
        visits = [e.record.id for one in house.log for e in one.effects if isinstance(e, Write)]
        asked = [e.identifier.value for one in house.log for e in one.effects if isinstance(e, Ask)]
    inside = unpacked(file)
    secrets = [
        PASSPHRASE,
        TOKEN,
        *passes,
        *(line for line in (tmp_path / "device" / KEY).read_text().splitlines() if "-" not in line),
    ]
    venue_key = json.loads((tmp_path / "device" / ENROLMENT).read_text())["venue_code"]["key"]
    for name, content in inside.items():
        assert found(content, {*iins, *asked}) == [], name
        text = content.decode()
        assert [word for word in (*secrets, venue_key, *NAMES, *PHONES) if word in text] == [], name
        assert [
            digits for digits in ("".join(filter(str.isdigit, p))[-10:] for p in PHONES) if digits in text
        ] == [], name
    assert all(visit in inside["journal.txt"].decode() for visit in visits[:3]), (
        "a visit is found again by its id"
    )
    assert b"2026-11-22T10:00:01+0000 kiosk[42]: " in inside["journal.txt"]
    checks = {check["name"]: check for check in json.loads(inside["doctor.json"])["checks"]}
    assert checks["configuration"]["state"] != "broken"
    assert json.loads(inside["status.json"])["faults"] == [19]
    assert json.loads(inside["status.json"])["troubles"][0]["why"] == "did not turn"
    queue = json.loads(inside["queue.json"])
    assert queue["counts"]["waiting"] == len(queue["waiting"]) > 0
    assert set(queue["documents"]) == {"keys", "policy", "revocations"}
    assert queue["schema"]
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.slow
def test_doctor_and_bundle_ask_a_running_kiosk_and_disturb_it_not_and_work_beside_a_dead_one(
    root, tmp_path, registry
):
    enrolled(registry, tmp_path / "kiosk.db", DEMO_DOOR)
    config = config_of(tmp_path, registry.url)

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "kiosk", *words, "--config", str(config)]
        return subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=LIMIT_S, check=False)

    def checks(*numbers: str) -> dict[int, dict[str, str]]:
        done = run("doctor", "--json", *numbers)
        assert "Traceback" not in done.stderr
        return {check["number"]: check for check in json.loads(done.stdout)["checks"]}

    with running(root, "kiosk", "run", "--config", str(config)) as kiosk:
        kiosk.says("is open for visitors")
        beside = checks("5", "7", "8", "10", "17")
        assert {number: check["state"] for number, check in beside.items()} == dict.fromkeys(beside, "ok")
        assert beside[10]["says"] == "works, says the kiosk that runs"
        first = run("bundle", "--to", str(tmp_path / "first.tar.gz"))
        assert str(tmp_path / "first.tar.gz") in first.stdout
        kiosk.process.kill()
        kiosk.process.wait(LIMIT_S)
    # This registry lives in another month, and of that its documents complain; and a busy machine is late with the eyes.
    of_others = ("kiosk.uplink.documents", "it is still opening")
    errors = [line for line in kiosk.said if "ERROR" in line and not any(each in line for each in of_others)]
    assert errors == [], "nobody took anything from it"
    assert json.loads(unpacked(tmp_path / "first.tar.gz")["status.json"])["state"] == "idle"
    for part in tmp_path.glob("kiosk.db-*"):
        part.unlink()
    (tmp_path / "kiosk.db").write_bytes(b"no database at all" * 1000)
    second = run("bundle", "--to", str(tmp_path / "second.tar.gz"))
    assert second.returncode == 1
    inside = unpacked(tmp_path / "second.tar.gz")
    assert b"could not be made" in inside["queue.json"]
    after = {check["number"]: check for check in json.loads(inside["doctor.json"])["checks"]}
    assert after[7]["state"] == "broken"
    assert after[10]["says"].startswith("gives pictures of 1280x720"), "nobody has it any more"


def test_a_broken_configuration_and_a_broken_system_make_a_bundle_that_says_so(tmp_path, clock):
    config = tmp_path / "kiosk.toml"
    config.write_text(f'[store]\npath = "{tmp_path}/none/kiosk.db"\n[gate]\npulse_ms = 5\n')

    def broken(*_words: str, **_limits: object) -> str:
        raise ZeroDivisionError(make_iin(3))

    members = {each.name: each for each in bundle.collect(config, clock.wall(), ask=broken)}
    assert "unknown key" in members["settings.toml"].text
    assert members["journal.txt"].text == "could not be made: ZeroDivisionError"
    assert (members["queue.json"].whole, members["doctor.json"].whole) == (False, True)
    assert found("".join(each.text for each in members.values()).encode(), [make_iin(3)]) == []


@pytest.mark.parametrize(
    "lines,journal,kernel",
    [
        ({"--unit": "", "--priority": "", "--lines=1": ""}, False, False),
        ({"--unit": "it began", "--priority": "", "--lines=1": "Linux"}, True, True),
        ({"--unit": "it began", "--priority": "Under-voltage", "--lines=1": "Linux"}, True, True),
    ],
)
def test_a_journal_that_may_not_be_read_is_not_taken_for_one_that_says_nothing(
    lines, journal, kernel, tmp_path, clock
):
    def ask(*words: str, **_limits: object) -> str:
        asked = {word.partition("=")[0] for word in words} | set(words)
        return next((text for what, text in lines.items() if what in asked), "")

    config = tmp_path / "kiosk.toml"
    config.write_text(f'[store]\npath = "{tmp_path}/none/kiosk.db"\n')
    members = {each.name: each for each in bundle.collect(config, clock.wall(), ask=ask)}
    assert (members["journal.txt"].whole, members["kernel.txt"].whole) == (journal, kernel)
    if not journal:
        assert "sudo kiosk bundle" in members["journal.txt"].text
    elif lines["--priority"]:
        assert members["kernel.txt"].text == "Under-voltage"
    else:
        assert "warned of nothing" in members["kernel.txt"].text


def test_a_bundle_writes_over_nothing_and_follows_no_link(tmp_path, clock):
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "there").write_text("mine")
    for name in ("link", "there", "no-folder/x"):
        with pytest.raises(KioskError, match="--to"):
            bundle.write([], tmp_path / name, clock.wall())
    assert not (tmp_path / "elsewhere").exists()
    assert (tmp_path / "there").read_text() == "mine"
