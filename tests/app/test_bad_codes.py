"""Anything may be held before the camera: it is refused with a picture and a line, opens nothing, and the door goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.core.effects import Signal, Sound
from kiosk.core.events import CodeRead
from kiosk.core.model import Colour, OwnVenueCode, TextFault
from kiosk.core.screen.view import Field, Page, Phrase, Sign
from kiosk.core.who.venue_code import code_at
from registry.passes import Life, issue
from tests.app.around import HouseClock, open_registry
from tests.app.house import House


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """One house for all of them, one after the other: none may leave anything behind that stops the next."""
    clock = HouseClock()
    folder = tmp_path_factory.mktemp("house")
    with open_registry(clock) as registry, House(folder, registry, clock, venue_code=True) as house:
        yield house.ready()


def forged(house: House, *, kid: str | None = None, ago: timedelta = timedelta(0), own: bool = False) -> str:
    """Return a pass for somebody green as a forger or a wrong clock would make it."""
    signer_kid, signer = house.registry.registry.keys.signer
    person = house.registry.registry.roll.person(house.somebody(Colour.GREEN)[1])
    return issue(
        (kid or signer_kid, signer if own else Ed25519PrivateKey.generate()),
        subject=person.subject,
        status=person.status,
        now=house.clock.wall() - ago,
        life=Life.LIVE,
    )


def other_door(house: House) -> str:
    return code_at(house.registry.venue_url, "ELSEWHERE", b"k" * 32, house.clock.wall())


@dataclass(frozen=True)
class Bad:
    content: Callable[[House], str | bytes]
    reason: TextFault
    headline: Phrase = Phrase.CODE_UNKNOWN


IIN_IN_A_LINK = "https://example.kz/p?iin=061211600012"
BAD = {
    "a link": Bad(lambda _: IIN_IN_A_LINK, TextFault.NOT_OURS),
    "a Wi-Fi code": Bad(lambda _: "WIFI:S:Club;T:WPA;P:061211600012;;", TextFault.NOT_OURS),
    "four thousand characters": Bad(lambda _: "7" * 4096, TextFault.TOO_LONG),
    "binary": Bad(lambda _: bytes(range(256)), TextFault.CONTROL_BYTES),
    "nothing but a space": Bad(lambda _: " ", TextFault.EMPTY),
    "a mistyped IIN": Bad(lambda _: "061211600013", TextFault.BAD_IIN),
    "a pass cut short": Bad(
        lambda house: house.pass_of(Colour.GREEN)[:-9], TextFault.DAMAGED_PASS, Phrase.CODE_DAMAGED
    ),
    "a pass of a later version": Bad(
        lambda house: house.pass_of(Colour.GREEN).replace("AQ1:", "AQ2:"),
        TextFault.NEWER_PASS,
        Phrase.CODE_DAMAGED,
    ),
    "a wrong signature": Bad(forged, TextFault.WRONG_SIGNATURE, Phrase.CODE_DAMAGED),
    "an unknown key": Bad(
        lambda house: forged(house, kid="0badc0de"), TextFault.UNKNOWN_KEY, Phrase.CODE_DAMAGED
    ),
    "an expired pass": Bad(
        lambda house: forged(house, own=True, ago=timedelta(seconds=301)),
        TextFault.EXPIRED,
        Phrase.CODE_EXPIRED,
    ),
    "a pass from the future": Bad(
        lambda house: forged(house, own=True, ago=timedelta(minutes=-10)),
        TextFault.FROM_THE_FUTURE,
        Phrase.CODE_EXPIRED,
    ),
    "another door's venue code": Bad(other_door, TextFault.OTHER_DOOR, Phrase.CODE_ELSEWHERE),
}


@pytest.mark.parametrize("what", BAD)
def test_a_code_that_is_nobodys_gets_its_picture_and_its_line_and_no_gate(what, house, journal):
    bad = BAD[what]
    house.idle()
    pulses, answers = len(house.gate.orders), len(house.witness.shown)
    house.hold_up(bad.content(house))
    house.until(lambda: house.view.page is Page.RESULT, "a notice")

    view = house.view
    assert (view.field, view.sign, view.headline) == (Field.NEUTRAL, Sign.WAIT, bad.headline)
    assert house.lamp.shown[-1].signal is Signal.UNCHECKED
    assert house.sounder.played[-1].sound is Sound.MISTAKE
    assert house.told[-1] == bad.reason
    assert [line for line in journal.messages if line.startswith("door:")] == [f"door: {bad.reason}"]
    assert "061211600012" not in journal.text
    assert (len(house.gate.orders), len(house.witness.shown)) == (pulses, answers)
    house.admits()


def test_our_own_screen_in_a_mirror_is_nobody(house, journal):
    house.idle()
    pulses, answers = len(house.gate.orders), len(house.witness.shown)
    house.hold_up(house.view.venue_code, mirrored=True)
    house.until(
        lambda: any(isinstance(event.credential, OwnVenueCode) for event in house.happened(CodeRead)),
        "our own code, read",
    )
    house.idle()
    assert (len(house.gate.orders), len(house.witness.shown)) == (pulses, answers)
    assert "door:" not in journal.text
    house.admits()


def test_the_same_pass_held_on_and_shown_again_at_once_is_one_visit(house):
    house.idle()
    pulses = len(house.gate.orders)
    text = house.pass_of(Colour.GREEN)
    house.hold_up(text)
    shown = house.next_shown()
    house.idle()
    house.clock.skip(1)  # longer than the reader's memory, shorter than a second visit
    house.hold_up(text)
    reads = len(house.happened(CodeRead))
    house.until(lambda: len(house.happened(CodeRead)) > reads, "the second reading")
    house.idle()
    assert len(house.gate.orders) == pulses + 1
    assert house.witness.shown[-1] == shown
    house.admits()


def test_a_wrong_card_between_two_readings_makes_no_second_visit(house):
    house.idle()
    text = house.pass_of(Colour.GREEN)
    house.hold_up(text)
    shown = house.next_shown()
    house.idle()
    house.hold_up("https://a.kz/menu")
    house.until(lambda: house.view.headline is Phrase.CODE_UNKNOWN, "a notice")
    house.idle()
    house.clock.skip(1)
    reads = len(house.happened(CodeRead))
    house.hold_up(text)
    house.until(lambda: len(house.happened(CodeRead)) > reads, "the second reading")
    assert house.witness.shown[-1] == shown
