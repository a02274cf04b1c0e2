"""What goes to support says nobody's number, pass, key or name, in whatever writing; and support can still work with it."""

from __future__ import annotations

import base64
import json
import random
import urllib.parse

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.support.redact import LONGEST_LINE, MASK, redacted, redacted_tree
from tests.app.writings import found, writings
from tests.factories import make_iin

PASSPORTS = ["N07540001", "KZ1234567", "C01X00T47", "12345678A"]
PHONES = ["+7 701 123-45-67", "8 (701) 123 45 67", "87011234567", "+7(701)1234567", "701.123.45.67"]
WORDS = "visit {} failed", "x={}", "{}", '{{"value":"{}"}}', "ЖСН {}!", "door A1: {}, 12 ms"
KEPT = [
    "2026-11-26T18:06:02+0000 kiosk[1234]: INFO kiosk.loop: visit 01900000-0000-7000-8000-000000000000: admitted, x, colour green",
    "WARNING kiosk.workers.asking: visit 01939e3b-1234-7abc-8def-0123456789ab: the registry gave no answer: timeout: no answer in 1.5 s",
    "ERROR kiosk.threads.reopening: camera: expected a camera at /dev/video0, found none that opens (http-500) AED-T97",
    "RegistryUnreachable Picamera2Camera DriverMissing UnicodeDecodeError ActiveEnterTimestamp NRestarts=7",
    '  File "/opt/ashyq-kiosk/releases/0.2.0/app/kiosk/root/app.py", line 120, in start',
    "Linux-6.12.25+rpt-rpi-2712-aarch64-with-glibc2.36, opencv-python-headless 4.12.0.88, x86_64-linux-gnu/libzbar.so.0.3.0",
    "ashyq-kiosk.service: Watchdog timeout (limit 30s)! Main process exited, code=killed, status=6/ABRT",
    "throttled=0x50005, 61.2 degrees, 1043 MB free, GPIO17 held by 'lg', usb 1-1.2: 18:06:02.123456",
    "screen: 800x480 through kmsdrm; gives pictures of 1280x720, 30 a second; 1920x1080",
    "ExecMainStatus=0 UnitFileState=enabled WatchdogUSec=30s StatusText=Open for visitors.",
    "https://registry.ashyq.example:8443/v1/policy",
]


@pytest.mark.parametrize("line", KEPT)
def test_what_support_works_with_stays(line):
    assert redacted(line) == line


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("identifier", [make_iin(1), make_iin(77), *PASSPORTS])
def test_an_identifier_is_found_in_every_writing(identifier, words):
    for how, needle in writings(identifier):
        text = needle.decode("utf-8", "replace")
        if " in base" in how:
            continue  # the core of one, without what always stands around it: the next test has the whole
        assert found(redacted(words.format(text)).encode(), [identifier]) == [], how


@pytest.mark.parametrize("identifier", [make_iin(1), make_iin(77), *PASSPORTS])
def test_an_identifier_is_found_in_whatever_was_made_of_it(identifier):
    record = json.dumps({"kind": "iin", "value": identifier})
    for content in (identifier, record, f"x{record}", f"xy{record}"):
        raw = content.encode()
        for made in (
            base64.b64encode(raw), base64.urlsafe_b64encode(raw), base64.b32encode(raw), base64.b16encode(raw), raw.hex().encode(),
            "".join(f"%{sign:02x}" for sign in raw).encode(), urllib.parse.quote(content).encode(),
        ):  # fmt: skip
            for words in WORDS:
                out = redacted(words.format(made.decode()))
                assert found(out.encode(), [identifier]) == [], (made, out)


@given(
    st.integers(0, 9999),
    st.lists(
        st.sampled_from(["", " ", "-", ".", "_", "/", ":", "\u00a0", "\u2009", " - "]),
        min_size=11,
        max_size=11,
    ),
)
def test_twelve_digits_are_found_however_they_are_grouped(number, gaps):
    iin = make_iin(number)
    spread = "".join(digit + gap for digit, gap in zip(iin, [*gaps, ""], strict=True))
    out = redacted(f"somebody typed {spread} here")
    assert len([sign for sign in out if sign.isdigit()]) < 9, out


@pytest.mark.parametrize("phone", PHONES)
def test_a_telephone_number_is_taken_out(phone):
    assert redacted(f"call {phone} now") == f"call {MASK} now"


@pytest.mark.parametrize(
    "line,gone",
    [
        ("code AQ1:6BFOXN8A9Z/X +A:.$%* was read", "6BFOX"),
        ("code AQE1:eyJ0b2tlbiI6ImFiYyJ9_-x was read", "eyJ0"),
        ("GET https://reg.kz/v1/x?token=s3cretTok&door=A1 failed", "s3cretTok"),
        ("GET https://user:hunter2@reg.kz/v1/x failed", "hunter2"),
        ("nmcli: set wifi-sec.psk correct horse battery", "horse"),
        ('{"psk": "correct horse"}', "horse"),
        ("passphrase=open sesame", "sesame"),
        ("Authorization: Bearer abc.def.ghi", "abc.def"),
        ("StaffAdmitted(by='А. Сериков', why='ЖСН жоқ')", "Сериков"),
        ("hint: A. S., by A. Serikov", "Serikov"),
        ("IDKAZ0123456789850101300123<<< SERIKOV<<AIDAR<<<<", "SERIKOV"),
        ("aidar.serikov@example.kz wrote", "aidar"),
        ("Сериков Айдар кірді", "Айдар"),
        ("-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIO\n-----END PRIVATE KEY-----\nnext", "MC4CAQ"),
        ("-----BEGIN PRIVATE KEY-----\nabc\nno end", "abc"),
        ("link/ether d8:3a:dd:12:34:56 brd", "3a:dd"),
    ],
)
def test_passes_keys_passphrases_and_names_are_taken_out(line, gone):
    out = redacted(line)
    assert gone not in out
    assert MASK in out


@pytest.mark.parametrize("size", [16, 32, 64])
def test_a_key_is_found_whatever_is_in_it(size):
    chance = random.Random(size)
    for _ in range(200):
        key = chance.randbytes(size)
        for made in (
            key.hex(),
            key.hex().upper(),
            base64.b64encode(key).decode(),
            base64.urlsafe_b64encode(key).decode(),
        ):
            assert made.rstrip("=") not in redacted(f"the key {made} was refused")


def test_every_text_of_a_tree_is_redacted_and_its_keys_and_numbers_stay():
    told = {"why": [f"no {make_iin(1)}", 7, None], "at": ("18:06:02", True)}
    assert redacted_tree(told) == {"why": [f"no {MASK}", 7, None], "at": ["18:06:02", True]}


@given(st.text(max_size=300))
def test_whatever_comes_it_returns_a_text_and_does_it_again_to_no_effect(text):
    once = redacted(text)
    assert redacted(once) == once


def test_a_line_without_end_is_cut():
    for sign in ("A", "e", "9", " ", "<", "я", "1 x", "a.", "aB1"):
        assert len(redacted(sign * 100_000)) <= LONGEST_LINE
