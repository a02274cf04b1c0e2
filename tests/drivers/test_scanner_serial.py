"""The desk scanner on a serial line: a real terminal of the kernel is its counterpart."""

import os
import pty
import time
import tty

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.scanner.assembly import SETTLE_S, Ends
from drivers.scanner.serial_scanner import SerialLine, SerialScanner
from kiosk.core.model import NotACredential, TextFault
from kiosk.errors import DriverError, DriverMissing
from simulator.scanner import PAUSE_S, FakeSerialScanner
from tests.drivers.keypad_contract import SOON_S
from tests.drivers.scanner_contract import ScannerContract

GARBAGE = NotACredential(reason=TextFault.CONTROL_BYTES)


@pytest.fixture
def scanner():
    scanner = FakeSerialScanner()
    yield scanner
    scanner.close()


@pytest.mark.concurrent
class TestScannerOnAPty(ScannerContract):
    @pytest.fixture(name="scanner")
    def of_this_file(self, scanner):
        scanner.read(0)  # opened: what came before that is nobody's
        return scanner

    @pytest.fixture
    def scan(self, scanner):
        return scanner.scan

    @pytest.fixture
    def unplug(self, scanner):
        return scanner.unplug

    @pytest.fixture
    def plug(self, scanner):
        return scanner.plug


def test_what_was_scanned_before_anybody_read_is_nobodys(scanner):
    scanner.scan("yesterday")
    assert scanner.read(0.01) is None
    scanner.scan("today")
    assert scanner.read(SOON_S) == "today"


@pytest.mark.parametrize(
    "sent", [b"text\r", b"text\n", b"text\r\n", b"text\t", b"\x02text\x03", b"\r\n\r\ntext\r\n"]
)
def test_every_usual_ending_ends_a_scan(scanner, sent):
    scanner.read(0)
    scanner.send(sent)
    assert scanner.read(SOON_S) == "text"
    assert scanner.read(0) is None


def test_letters_of_kazakh_come_as_they_are(scanner):
    scanner.read(0)
    scanner.scan("ЖСН: қазақша")
    assert scanner.read(SOON_S) == "ЖСН: қазақша"


def test_bytes_that_are_no_text_spoil_the_scan_and_not_the_next(scanner):
    scanner.read(0)
    scanner.send(b"ab\xff\xfe\r\n")
    assert scanner.read(SOON_S) == GARBAGE
    scanner.send(b"text\r\n")
    assert scanner.read(SOON_S) == "text"


@pytest.mark.parametrize("noise", [b"\xff\r" * 1450, b"ab\r" * 900, bytes(range(256)) * 20])
def test_a_burst_of_noise_is_one_refusal_and_not_one_for_each_line(scanner, noise):
    scanner.read(0)
    scanner.send(noise)
    scans = [scanner.read(SOON_S)]
    while scans[-1] is not None:
        scans.append(scanner.read(2 * PAUSE_S))
    assert len(scans) <= 2
    scanner.scan("text")
    assert scanner.read(SOON_S) == "text"


def test_signs_that_stand_around_texts_are_no_text_by_themselves(scanner):
    scanner.read(0)
    scanner.send(b"\x03" * 50)
    assert scanner.read(2 * PAUSE_S) is None
    scanner.scan("text")
    assert scanner.read(SOON_S) == "text"


@pytest.mark.parametrize("between", ["\r\n", "\r", "\n"])
def test_lines_of_every_kind_are_lines(scanner, between):
    scanner.read(0)
    scanner.send(f"one{between}two{between}three\r\n".encode())
    assert scanner.read(SOON_S) == "one\ntwo\nthree"


def test_a_tab_in_the_middle_of_a_code_is_a_part_of_it(scanner):
    scanner.read(0)
    scanner.send(b"one\ttwo\t")
    assert scanner.read(SOON_S) == "one\ttwo"


def test_what_the_scanner_itself_calls_complete_is_not_waited_for():
    scanner = FakeSerialScanner(pause_s=SOON_S)
    scanner.read(0)
    scanner.send(b"\x02text\x03")
    before = time.monotonic()
    assert scanner.read(SOON_S) == "text"
    assert time.monotonic() - before < SETTLE_S
    scanner.close()


def test_a_letter_that_is_torn_by_the_plug_is_no_beginning_of_the_next_scan(scanner):
    scanner.read(0)
    scanner.send("қ".encode()[:1])
    scanner.read(0)
    scanner.plug()
    with pytest.raises(DriverError):
        scanner.read(0)
    scanner.read(0)
    scanner.scan("text")
    assert scanner.read(SOON_S) == "text"


def test_where_the_scanner_sends_no_ending_a_pause_ends_a_scan():
    scanner = FakeSerialScanner(ends=Ends.PAUSE)
    scanner.read(0)
    scanner.scan("whole", end=False)
    assert scanner.read(SOON_S) == "whole"
    scanner.close()


def test_the_line_is_raw_and_echoes_nothing():
    far, near = pty.openpty()
    line = SerialLine(os.ttyname(near), 9600)
    os.write(far, b"\x03\x04\x11 text")  # what a terminal would take for break, end and flow control
    assert line.read() == b"\x03\x04\x11 text"
    os.set_blocking(far, False)
    with pytest.raises(BlockingIOError):
        os.read(far, 100)
    line.close()
    line.close()
    os.close(far)
    os.close(near)


@settings(max_examples=40)
@given(noise=st.binary(max_size=200))
def test_no_bytes_raise_or_hide_the_scan_after_them(noise):
    scanner = FakeSerialScanner(pause_s=0.002)
    scanner.read(0)
    scanner.send(noise)
    while scanner.read(0.005) is not None:
        pass
    for _ in range(
        3
    ):  # on a busy machine the noise may still be on its way: then it and the first scan are one burst
        scanner.scan("text")
        if (told := scanner.read(SOON_S)) == "text":
            break
    assert told == "text"
    scanner.close()


def test_a_line_that_is_not_there_is_missing_with_its_path():
    with pytest.raises(
        DriverMissing, match="expected the desk scanner at /dev/serial/by-id/no-such, found none"
    ):
        SerialScanner("/dev/serial/by-id/no-such").read(0)


def test_a_file_that_is_no_line_is_told_as_such(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DriverError, match="is no serial line"):
        SerialScanner(str(tmp_path / "file")).read(0)


def test_a_terminal_in_use_by_nobody_else_is_ours_alone():
    far, near = pty.openpty()
    tty.setraw(near)
    line = SerialLine(os.ttyname(near), 9600)
    if os.geteuid() == 0:
        line.close()
        os.close(far)
        os.close(near)
        pytest.skip("root may open a line that another program holds")
    with pytest.raises(DriverError, match="held by another program"):
        SerialScanner(os.ttyname(near)).read(0)
    line.close()
    os.close(far)
    os.close(near)
