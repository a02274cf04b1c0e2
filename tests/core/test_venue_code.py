"""The venue's QR code on our screen: small, another one every 15 seconds, hidden when the time is not trusted."""

from __future__ import annotations

import hmac
import re
from datetime import UTC, datetime, timedelta

import segno
from hypothesis import given
from hypothesis import strategies as st

from kiosk.core.who.venue_code import STEP_S, code_at, code_of_step, door_in, step_of
from tests.core.doorman import Doorman
from tests.factories import NOON, Stamps, make_door, make_setup

URL = "https://a.kz/v/"
KEY = b"k" * 32
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def test_a_venue_code_has_43_characters_and_fits_in_a_small_alphanumeric_qr_code():
    text = code_at(URL, "d01", KEY, NOON)
    assert len(text) == 43
    code = segno.make(text, error="q", boost_error=False)
    assert (code.designator, code.mode) == ("3-Q", "alphanumeric")


def test_it_says_which_door_and_carries_nothing_but_a_step_and_its_seal():
    text = code_at(URL, "d01", KEY, NOON)
    found = re.fullmatch(r"HTTPS://A\.KZ/V/D01\.([0-9A-HJKMNP-TV-Z]{24})", text)
    assert found
    number = 0
    for sign in found[1]:
        number = number * 32 + CROCKFORD.index(sign)
    octets = number.to_bytes(15)
    assert int.from_bytes(octets[:5]) == step_of(NOON)
    assert octets[5:] == hmac.digest(KEY, b"D01|" + octets[:5], "sha256")[:10]


@given(st.datetimes(datetime(2024, 1, 1), datetime(2100, 1, 1)).map(lambda one: one.replace(tzinfo=UTC)))
def test_it_changes_every_fifteen_seconds_and_not_in_between(moment):
    begun = datetime.fromtimestamp(step_of(moment) * STEP_S, UTC)
    assert code_at(URL, "d01", KEY, begun) == code_at(URL, "d01", KEY, moment)
    assert code_at(URL, "d01", KEY, begun + timedelta(seconds=STEP_S)) != code_at(URL, "d01", KEY, moment)


def test_another_door_or_another_key_makes_another_code():
    codes = {code_of_step("", door, key, 1) for door in ("a", "b") for key in (b"1", b"2")}
    assert len(codes) == 4


@given(st.text("ABCDEFGHJKMNPQRSTUVWXYZ0123456789-", min_size=1, max_size=12), st.integers(0, 2**39))
def test_the_door_of_a_code_is_found_again(door, step):
    assert door_in(URL, code_of_step(URL, door, KEY, step)) == door.upper()


@given(st.text())
def test_any_other_text_belongs_to_no_door(text):
    assert door_in(URL, text) is None or text.upper().startswith(URL.upper())


def test_the_idle_screen_shows_the_code_of_the_moment():
    man = Doorman()
    first = man.view.venue_code
    man.wait(STEP_S)
    assert first == code_at(URL, "D01", b"v" * 32, NOON) != man.view.venue_code


def test_the_code_is_hidden_while_the_time_is_not_trusted_or_no_key_is_there():
    assert Doorman(stamps=Stamps(trusted=False)).view.venue_code is None
    assert Doorman(make_door(setup=make_setup(venue_code_key=b""))).view.venue_code is None
