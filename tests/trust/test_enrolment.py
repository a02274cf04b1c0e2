"""An enrolment code is understood whole or refused with its reason, and what it keeps secret is shown to nobody."""

import string
from datetime import UTC, datetime, timedelta

import base45
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.trust.enrolment import (
    LONGEST,
    MOST_BYTES,
    EnrolmentCode,
    EnrolmentFault,
    enrolment_text,
    parse_enrolment,
)
from tests.trust import make_vectors
from tests.trust.enrolment_vectors import LEAST, SERIAL, TOKEN, WHOLE, code, written

VECTORS = make_vectors.read("enrolments.json")
NOW = datetime.fromtimestamp(VECTORS["now"], UTC)
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
PASSPHRASE = WHOLE[7][2]


def parse(text, *, now=NOW, serial=SERIAL):
    return parse_enrolment(text, now=now, serial=serial)


def named(kind):
    return [pytest.param(vector, id=vector["name"]) for vector in VECTORS[kind]]


@pytest.mark.parametrize("vector", named("accepted"))
def test_a_good_code_is_read_as_what_it_says(vector):
    read = parse(vector["text"])
    assert isinstance(read, EnrolmentCode)
    assert vector["code"] == {
        "registry": read.registry,
        "venue": read.venue,
        "door": read.door,
        "token": read.token.hex(),
        "expires_at": read.expires_at.timestamp(),
        "root_key": read.root_key.hex(),
        "wifi": read.wifi and [read.wifi.ssid, read.wifi.passphrase],
        "serial": read.serial,
    }


@pytest.mark.parametrize("vector", named("refused"))
def test_everything_else_is_refused_with_its_reason(vector):
    assert parse(vector["text"]) is EnrolmentFault(vector["fault"])


def test_no_change_of_one_character_enrols_anything():
    good = code(WHOLE)
    changed = (
        good[:at] + other + good[at + 1 :]
        for at in range(len(good))
        for other in ALPHABET
        if other != good[at]
    )
    assert [change for change in changed if isinstance(parse(change), EnrolmentCode)] == []


def test_no_part_cut_out_and_no_two_characters_swapped_enrol_anything():
    good = code(WHOLE)
    cut = {good[:at] + good[at + gone :] for gone in (1, 2, 3) for at in range(len(good))}
    swapped = {good[:at] + good[at + 1] + good[at] + good[at + 2 :] for at in range(len(good) - 1)}
    changed = (cut | swapped) - {good}
    assert [change for change in changed if isinstance(parse(change), EnrolmentCode)] == []


@given(st.text() | st.text(ALPHABET, max_size=950).map("AQE1:".__add__) | st.text(string.printable))
def test_any_text_is_answered_with_a_reason(came):
    assert isinstance(parse(came), EnrolmentFault)


@pytest.mark.parametrize("came", [None, 5, b"AQE1:", ["AQE1:"], "AQE1:\ud800"])
def test_what_is_no_text_at_all_is_answered_with_a_reason(came):
    assert isinstance(parse(came), EnrolmentFault)


@given(st.binary(max_size=MOST_BYTES + 20))
def test_any_bytes_with_a_right_check_are_answered_with_a_reason(octets):
    assert isinstance(parse(written(octets)), EnrolmentFault)


MEMBERS = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text() | st.binary()


@given(
    st.dictionaries(st.integers(-2, 10), MEMBERS | st.dictionaries(st.integers(0, 3), MEMBERS, max_size=3))
)
def test_any_members_are_a_sound_code_or_none(members):
    read = parse(code(dict(sorted((WHOLE | members).items()))))
    assert isinstance(read, EnrolmentFault) or (
        read.registry.startswith("https://")
        and len(read.token) == 16
        and len(read.root_key) == 32
        and read.expires_at > NOW
        and f"{read.venue}{read.wifi and read.wifi.ssid}".isprintable()
    )


def test_the_longest_code_is_not_longer_than_what_is_read():
    longest = LEAST | {1: LEAST[1] + "/" + "a" * 150, 2: "ж" * 80, 7: {1: "n" * 32, 2: "p" * 63}, 8: "s" * 32}
    assert isinstance(parse(code(longest), serial="s" * 32), EnrolmentCode)
    assert len(code(longest)) <= LONGEST


def test_what_the_registry_writes_is_what_another_writer_writes():
    assert enrolment_text(dict(reversed(WHOLE.items()))) == code(WHOLE)
    with pytest.raises(ValueError, match="not what belongs here"):
        enrolment_text({1: "a" * MOST_BYTES})


def test_a_code_shows_all_that_it_would_change_and_no_secret():
    read = parse(code(WHOLE))
    lines = dict(read.as_lines())
    assert lines == {
        "registry": "https://registry.example.kz",
        "venue": "Demo Fitness · Алматы",
        "door": "DEMO-1",
        "valid-until": "2026-09-21 15:13 UTC",
        "root-key": lines["root-key"],
        "wifi": "Зал · •••••••• (13)",
        "serial": SERIAL,
    }
    shown = repr(read) + repr(lines)
    for secret in (PASSPHRASE, TOKEN.hex(), repr(TOKEN)):
        assert secret not in shown


def test_two_root_keys_are_told_apart_by_what_is_shown():
    other = parse(code(LEAST | {6: bytes([9]) + bytes(31)}))
    assert dict(parse(code(LEAST)).as_lines())["root-key"] != dict(other.as_lines())["root-key"]


def test_an_open_network_is_shown_as_one():
    assert ("wifi", "guest") in parse(code(LEAST | {7: {1: "guest"}})).as_lines()


def test_a_code_expires_at_its_second_and_not_before():
    ends = NOW + timedelta(hours=1)
    assert isinstance(parse(code(LEAST), now=ends - timedelta(seconds=1)), EnrolmentCode)
    assert parse(code(LEAST), now=ends) is EnrolmentFault.EXPIRED


@pytest.mark.parametrize("typed", [" {}", "{} ", "\t{}\r\n", " \n{}  \n"], ids=repr)
@pytest.mark.parametrize("case", [str.upper, str.lower], ids=["capitals", "small letters"])
def test_a_code_is_the_same_with_spaces_around_it_and_in_small_letters(typed, case):
    assert isinstance(parse(typed.format(case(code(WHOLE)))), EnrolmentCode)


@given(st.binary(min_size=1, max_size=64))
def test_base45_never_ends_in_a_space(octets):
    """So that a space behind a code is nobody's."""
    assert not base45.b45encode(octets).endswith(b" ")
