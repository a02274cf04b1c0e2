"""What every desk scanner does, typing or serial, real or fake: a subclass says how a code is scanned and the plug is pulled."""

import string
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.core.model import NotACredential, TextFault
from kiosk.core.who.credential import LONGEST
from kiosk.errors import DriverError
from simulator.scanner import PAUSE_S
from tests.drivers.keypad_contract import SOON_S

PASS = "AQ1:6BFOXN%TS3DH0YOJ58S S-W5HDC *M0II5XHC9B5G2+$N IOP-IA%NFQGRJPC%OQHIZC4.OI1RM8ZA.A5"
CONTACT = "BEGIN:VCARD\nVERSION:3.0\nN:TEST;T\nTEL:0\nEND:VCARD"
ZONE = "IDKAZ0123456784061211600012<<<\n8001014M2501011KAZ<<<<<<<<<<<6\nTEST<<TEST<<<<<<<<<<<<<<<<<<<<"
"""The back of a made-up ID card."""
HALF = NotACredential(reason=TextFault.HALF_SCAN)
TOO_LONG = NotACredential(reason=TextFault.TOO_LONG)
SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.differing_executors]
"""The examples of a law follow each other on one scanner, and the law is held by every subclass: both are meant."""
TYPEABLE = "".join(char for char in string.printable if char.isprintable())


class ScannerContract:
    """Wants the fixtures `scanner`, `scan` (text, end=True), `unplug` () and `plug` ()."""

    @pytest.mark.parametrize(
        "text", [PASS, "850601100010", "HTTPS://A.KZ/V/DEMO.07", "MixED case_{~}|", TYPEABLE, "x" * LONGEST]
    )
    def test_a_text_comes_as_it_stands_in_the_code(self, scanner, scan, text):
        scan(text)
        assert scanner.read(SOON_S) == text
        assert scanner.read(0) is None

    @settings(max_examples=25, suppress_health_check=SHARED)
    @given(text=st.text(TYPEABLE, min_size=1, max_size=40))
    def test_whatever_is_typeable_is_read_back(self, scanner, scan, text):
        scan(text)
        assert scanner.read(SOON_S) == text

    def test_scans_come_once_each_in_their_order(self, scanner, scan):
        for text in ("first", "second", "first"):
            scan(text)
            assert scanner.read(SOON_S) == text
        assert scanner.read(0) is None

    @pytest.mark.parametrize(
        "text", [CONTACT, ZONE, "a\n\nb", "two\nlines", "x\n" * (LONGEST // 2 - 1) + "x"]
    )
    def test_a_code_of_several_lines_is_one_reading(self, scanner, scan, text):
        for line in text.split("\n"):
            scan(line)
        assert scanner.read(SOON_S) == text
        assert scanner.read(2 * PAUSE_S) is None
        scan("text")
        assert scanner.read(SOON_S) == "text"

    def test_a_code_of_many_lines_that_is_too_long_is_refused_once(self, scanner, scan):
        for _ in range(LONGEST // 2):
            scan("ab")
        assert scanner.read(SOON_S) == TOO_LONG
        assert scanner.read(2 * PAUSE_S) is None

    def test_an_end_without_a_text_is_nothing(self, scanner, scan):
        scan("")
        scan("")
        scan("text")
        assert scanner.read(SOON_S) == "text"

    def test_half_a_scan_is_refused_with_its_reason_and_the_next_one_is_whole(self, scanner, scan):
        scan(PASS[:40], end=False)
        assert scanner.read(SOON_S) == HALF
        scan(PASS)
        assert scanner.read(SOON_S) == PASS

    def test_a_scan_that_is_longer_than_any_credential_is_refused_and_the_next_one_is_read(
        self, scanner, scan
    ):
        scan("x" * (LONGEST + 1))
        assert scanner.read(SOON_S) == TOO_LONG
        scan("text")
        assert scanner.read(SOON_S) == "text"

    def test_a_scanner_that_nobody_uses_returns_none(self, scanner):
        assert scanner.read(0) is None
        assert scanner.read(0.01) is None

    def test_a_scan_ends_the_wait_for_it(self, scanner, scan):
        scanner.read(0)
        scanning = threading.Thread(target=scan, args=("text",))
        scanning.start()
        assert scanner.read(SOON_S) == "text"
        scanning.join()

    def test_a_pulled_plug_is_an_error_and_the_next_scanner_is_found(self, scanner, scan, unplug, plug):
        scanner.read(0)
        scan("half of it", end=False)
        scanner.read(0)
        unplug()
        for wait_s in (SOON_S, 0):
            with pytest.raises(DriverError, match="plug it in"):
                scanner.read(wait_s)
        plug()
        scanner.read(0)
        scan("text")
        assert scanner.read(SOON_S) == "text"

    def test_a_plug_that_is_pulled_during_a_wait_ends_it(self, scanner, unplug):
        scanner.read(0)
        pulling = threading.Thread(target=unplug)
        pulling.start()
        with pytest.raises(DriverError, match="plug it in"):
            scanner.read(SOON_S)
        pulling.join()

    def test_no_error_of_a_scanner_holds_what_was_read(self, scanner, scan, unplug):
        scanner.read(0)
        scan("850601100010", end=False)
        scanner.read(0)
        unplug()
        with pytest.raises(DriverError) as told:
            scanner.read(0)
        assert "8506" not in f"{told.value!r} {told.value.__cause__!r} {scanner!r}"

    def test_a_closed_scanner_may_be_closed_again_and_says_so(self, scanner):
        scanner.read(0)
        scanner.close()
        scanner.close()
        with pytest.raises(DriverError, match="closed"):
            scanner.read(0)
