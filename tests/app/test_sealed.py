"""After a busy run no identifier is anywhere on the disk, in the journal or in a picture's file, in any writing of it."""

from __future__ import annotations

import base64
import logging
from collections.abc import Iterator

import pytest

from kiosk.core.events import Key
from kiosk.core.model import Colour
from tests.app.house import House
from tests.factories import make_iin


def writings(iin: str) -> Iterator[tuple[str, bytes]]:
    """Yield every way in which somebody might find a number."""
    grouped = [f"{iin[:6]}{gap}{iin[6:]}" for gap in " -."] + [" ".join((iin[:4], iin[4:8], iin[8:]))]
    grouped += [" ".join((iin[:6], iin[6], iin[7:11], iin[11]))]
    for text in (iin, iin[::-1], *grouped):
        yield text, text.encode()
        yield f"{text} in UTF-16", text.encode("utf-16-le")
        yield f"{text} in hexadecimal", text.encode().hex().encode()
        yield f"{text} in capital hexadecimal", text.encode().hex().upper().encode()
    for shift in range(3):
        # Wherever it stands in what was encoded: the signs that depend on nothing but the number.
        whole = base64.b64encode(b"\0" * shift + iin.encode())
        yield f"{iin} in base64 behind {shift} bytes", whole[-(-shift * 8 // 6) + bool(shift) : -4]
    yield f"{iin} as an integer", int(iin).to_bytes(6)
    yield f"{iin} as a little integer", int(iin).to_bytes(6, "little")


def found(haystack: bytes, iins: list[str]) -> list[str]:
    return [how for iin in iins for how, needle in writings(iin) if needle in haystack]


def test_the_search_finds_what_it_looks_for():
    iin = make_iin(1)
    for how, needle in writings(iin):
        assert len(needle) >= 6, how
        assert how in found(b"\0row " + needle + b" row", [iin])
    hidden = base64.b64encode(b'{"kind":"iin","value":"' + iin.encode() + b'"}')
    assert found(hidden, [iin])


@pytest.mark.slow
def test_after_a_busy_run_no_iin_is_left_anywhere(tmp_path, registry, clock, caplog):
    caplog.set_level(logging.DEBUG)
    pictures = tmp_path / "pictures"
    iins: list[str] = []

    def somebody(house: House, colour: Colour) -> str:
        iins.append(house.somebody(colour)[0])
        return iins[-1]

    with House(tmp_path, registry, clock, pictures=pictures) as house:
        house.ready()
        house.type(somebody(house, Colour.GREEN))
        house.next_shown()
        house.type(somebody(house, Colour.RED))
        house.next_shown()
        for form in ("{}", "ИИН {}", "IDKAZ0123456789{}<<<"):
            house.idle()
            house.hold_up(form.format(somebody(house, Colour.BLUE)))
            house.next_shown()
        iins.append(make_iin(9000))
        house.type(iins[-1])  # nobody knows this one
        house.next_shown()
        house.idle()
        house.hold_up(f"https://a.kz/?iin={somebody(house, Colour.GREEN)}")
        house.until(lambda: "not-ours" in house.told, "a notice")
        house.idle()
        house.keypad.type(somebody(house, Colour.GREEN))
        house.until(lambda: house.door.typed.complete, "twelve digits")
        house.keypad.press(Key.CANCEL)
        house.delivered()
        registry.cut()
        house.until(lambda: not house.door.online, "no link")
        house.type(somebody(house, Colour.YELLOW))
        house.next_shown()
        house.idle()
        files = [
            path for path in tmp_path.rglob("*") if path.is_file()
        ]  # while the log of the store is still there
        left = {path: found(path.read_bytes(), iins) for path in files}
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    left |= {path: found(path.read_bytes(), iins) for path in files}
    names = {path.name for path in left}
    assert {"kiosk.db", "kiosk.db-wal"} <= names
    assert sum(path.suffix == ".png" for path in left) >= 6
    assert {path: how for path, how in left.items() if how} == {}
    assert "visit" in caplog.text
    assert found(caplog.text.encode(), iins) == []
    assert found("\n".join(map(str, house.log)).encode(), iins) == [], (
        "events and effects do not print them either"
    )
