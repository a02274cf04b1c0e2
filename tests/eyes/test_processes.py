"""Eyes in processes of their own, with real pictures and real decoders: what crashes there, and what the door hears of it."""

import os
import select
import signal
import sys
import time
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from kiosk.errors import CameraLost, DriverMissing
from kiosk.eyes.far import FarEyes, called
from kiosk.eyes.messages import OpenCamera
from kiosk.eyes.own import OwnEyes
from tests.eyes.shim import DEADLY, STUCK

pytestmark = pytest.mark.concurrent
PATIENCE_S = 15.0


@contextmanager
def eyes_of(*texts):
    program = (sys.executable, "-m", "tests.eyes.shim", *texts)
    own = OwnEyes(program)
    try:
        yield own
    finally:
        own.close()


def until(seen, what):
    """Look until `what` holds, and return that look; a camera that is late is waited for."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        look = seen.look(PATIENCE_S)
        if what(look):
            return look
    raise AssertionError("it was never seen")


def texts(look):
    return [reading.text for reading in look.readings]


def test_a_code_is_read_over_there_and_told_here():
    with eyes_of("a visitor") as own, ExitStack() as last:
        eyes = FarEyes(own, OpenCamera(settings=""))
        last.callback(eyes.close)
        look = until(eyes, texts)
    assert texts(look) == ["a visitor"]
    assert look.readings[0].engine == "zxing"


def test_a_frame_is_handed_over_where_it_is_drawn():
    with eyes_of("a visitor") as own, ExitStack() as last:
        eyes = FarEyes(own, OpenCamera(settings=""))
        last.callback(eyes.close)
        look = until(eyes, lambda look: look.frame is not None)
        assert look.frame.shape == (720, 1280) or look.frame.size
        with pytest.raises(ValueError, match="read-only"):
            look.frame[0, 0] = 1


def test_a_code_that_crashes_a_decoder_costs_a_camera_and_is_told_of():
    with eyes_of(DEADLY) as own, ExitStack() as last:
        eyes = FarEyes(own, OpenCamera(settings=""))
        last.callback(eyes.close)
        with pytest.raises(CameraLost, match=r"the eyes crashed .SIGSEGV; the decoder zxing was at work"):
            until(eyes, lambda _look: False)


def test_after_a_crash_the_other_engine_reads_the_same_code_at_once():
    with eyes_of(DEADLY, "the next visitor") as own:
        eyes = FarEyes(own, OpenCamera(settings=""))
        with pytest.raises(CameraLost):
            until(eyes, lambda _look: False)
        eyes.close()
        again = FarEyes(own, OpenCamera(settings=""))  # a spare is there: nobody waits for imports
        try:
            look = until(again, texts)
            assert (texts(look), look.readings[0].engine) == ([DEADLY], "zbar")
            assert texts(until(again, lambda look: "the next visitor" in texts(look))) == ["the next visitor"]
        finally:
            again.close()


def test_a_decoder_that_never_comes_back_is_ended_when_the_door_hangs_up():
    with eyes_of(STUCK, "x") as own:
        eyes = FarEyes(own, OpenCamera(settings=""))
        with pytest.raises(CameraLost, match="expected the eyes to tell of a frame within"):
            while True:
                eyes.look(2.0)
        eyes.close()
        again = FarEyes(own, OpenCamera(settings=""))
        again.close()


def test_a_nursery_that_was_killed_is_begun_anew():
    with eyes_of("a visitor") as own:
        FarEyes(own, OpenCamera(settings="")).close()
        killed = own.process
        os.kill(killed, signal.SIGKILL)
        os.waitid(os.P_PID, killed, os.WEXITED | os.WNOWAIT)
        again = FarEyes(own, OpenCamera(settings=""))
        try:
            assert texts(until(again, texts)) == ["a visitor"]
        finally:
            again.close()


def children_of(process: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def ended(processes: list[int]) -> bool:
    """Wait for processes that are not our children to end."""
    files = []
    for process in processes:
        with suppress(ProcessLookupError):
            files.append(os.pidfd_open(process))
    gone = all(select.select([file], [], [], PATIENCE_S)[0] for file in files)
    for file in files:
        os.close(file)
    return gone


@pytest.mark.parametrize("killed", [False, True], ids=["told to end", "killed"])
def test_no_process_of_the_eyes_outlives_whoever_began_them(killed):
    own = OwnEyes((sys.executable, "-m", "tests.eyes.shim", "x"))
    eyes = FarEyes(own, OpenCamera(settings=""))
    until(eyes, lambda _look: True)
    processes = [own.process, *children_of(own.process)]
    assert len(processes) >= 2
    if killed:
        os.kill(own.process, signal.SIGKILL)
    eyes.close()
    own.close()
    assert ended(processes)


def test_where_nobody_listens_the_camera_is_missing_and_the_remedy_is_said(tmp_path):
    with pytest.raises(DriverMissing, match="systemctl status ashyq-kiosk-eyes"):
        called(tmp_path / "eyes.sock")()
