"""`kiosk read`: each file is one line, through the door's own reader; no identifier is ever printed."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from kiosk.commands.read_files import STILL_FRAMES, outcomes, shown_text
from kiosk.commands.read_live import watched
from kiosk.commands.read_sketch import over, sketch
from kiosk.errors import CameraLost
from kiosk.ports import Symbology
from kiosk.root.eyes import code_reader
from simulator.lens import empty_hall
from simulator.replay import ReplayCamera
from tests.commands.test_cli import kiosk
from tests.reader.cards import IIN, SIZE, bars, held
from tests.reader.codes import PASS, qr

FORMATS = tuple(Symbology)


def write(path: Path, picture) -> Path:
    assert cv2.imwrite(str(path), picture)
    return path


def of(*paths: Path):
    return list(outcomes(paths, lambda: code_reader(FORMATS), SIZE))


@pytest.mark.concurrent
def test_a_folder_is_one_line_a_file_and_no_identifier_is_printed(root: Path, tmp_path: Path):
    write(tmp_path / "a-pass.png", qr(PASS))
    write(tmp_path / "b-card.png", qr(f"ИИН {IIN}"))
    (tmp_path / "deeper").mkdir()
    write(tmp_path / "deeper" / "c-phone.png", qr("tel. 87071234567"))
    done = kiosk(root, "read", str(tmp_path))
    first, second, third = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (0, "")
    assert first.startswith(f"{tmp_path}/a-pass.png: AQ1:K7Q0... of 175 characters (qr, zxing, at 12,12 ")
    assert f"IIN ********{IIN[-4:]} (qr, zxing" in second
    assert "tel. *******4567" in third
    assert IIN not in done.stdout
    assert PASS not in done.stdout


@pytest.mark.concurrent
def test_json_has_format_corners_engine_milliseconds_and_frames(root: Path, tmp_path: Path):
    file = write(tmp_path / "card.png", next(held(bars(IIN, Symbology.CODE_128), focus_m=0.17)))
    done = kiosk(root, "read", "--json", str(file))
    (line,) = done.stdout.splitlines()
    found = json.loads(line)
    assert done.returncode == 0
    assert found["path"] == str(file)
    assert [(code["text"], code["format"], code["engine"]) for code in found["codes"]] == [
        (f"IIN ********{IIN[-4:]}", "code-128", "zxing")
    ]
    assert len(found["codes"][0]["corners"]) == 4
    assert 1 <= found["frames"] <= STILL_FRAMES
    assert found["ms"] > 0
    assert IIN not in done.stdout


@pytest.mark.parametrize("symbology", [Symbology.CODE_39, Symbology.CODE_128])
def test_a_picture_is_given_again_until_it_is_read(symbology, tmp_path: Path):
    (one,) = of(write(tmp_path / "card.png", next(held(bars(IIN, symbology), focus_m=0.17))))
    assert [reading.text for reading in one.readings] == [IIN]
    assert one.frames <= STILL_FRAMES


def test_a_video_is_read_to_its_end_and_each_code_told_once(tmp_path: Path):
    film = cv2.VideoWriter(str(tmp_path / "hall.avi"), cv2.VideoWriter_fourcc(*"MJPG"), 15, (640, 480))
    hall = np.full((480, 640), 120, np.uint8)
    for text in ("FIRST", "FIRST", "", "SECOND", "SECOND"):
        frame = hall.copy()
        if text:
            code = qr(text)
            frame[150 : 150 + len(code), 250 : 250 + len(code)] = code
        film.write(cv2.cvtColor(frame, cv2.COLOR_GRAY2BGR))
    film.release()
    (one,) = of(tmp_path / "hall.avi")
    assert [reading.text for reading in one.readings] == ["FIRST", "SECOND"]
    assert one.frames == 5


def test_corners_are_in_pixels_of_the_picture_also_where_it_is_larger_than_the_camera_s(tmp_path: Path):
    frame = np.full((2160, 3840), 255, np.uint8)
    code = cv2.resize(qr("LARGE"), None, fx=5, fy=5, interpolation=cv2.INTER_NEAREST)
    frame[1000 : 1000 + len(code), 2000 : 2000 + len(code)] = code
    (one,) = of(write(tmp_path / "large.png", frame))
    xs, ys = zip(*one.readings[0].corners, strict=True)
    assert (min(xs), max(xs)) == pytest.approx((2060, 2000 + len(code) - 60), abs=10)
    assert (min(ys), max(ys)) == pytest.approx((1060, 1000 + len(code) - 60), abs=10)


@pytest.mark.concurrent
def test_a_picture_without_a_code_was_tried_ten_times_and_the_exit_code_is_1(root: Path, tmp_path: Path):
    write(tmp_path / "thin.png", np.full((1, 3000), 90, np.uint8))
    file = write(tmp_path / "wall.png", next(empty_hall(1, (640, 360))))
    done = kiosk(root, "read", str(file), str(tmp_path / "thin.png"))
    assert done.returncode == 1
    assert [line.split("[")[0] for line in done.stdout.splitlines()] == [
        f"{file}: nothing read ",
        f"{tmp_path}/thin.png: nothing read ",
    ]
    assert f"[{STILL_FRAMES} frames, " in done.stdout


@pytest.mark.concurrent
@pytest.mark.parametrize(
    "name,content,says",
    [
        ("text.png", b"hello", "found neither"),
        ("nothing.png", b"", "found neither"),
        ("text.mp4", b"hello", "found neither"),
        ("missing.png", None, "found nothing of this name"),
        ("missing.avi", None, "found nothing of this name"),
    ],
)
def test_what_is_no_picture_is_said_and_does_not_stop_the_others(name, content, says, root, tmp_path: Path):
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content)
    good = write(tmp_path / "z.png", qr(PASS))
    done = kiosk(root, "read", str(file), str(good))
    bad_line, good_line = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (2, "")
    assert bad_line.startswith(f"{file}: expected a picture or a video, ")
    assert says in bad_line
    assert "AQ1:" in good_line


def test_a_broken_picture_a_folder_and_a_device_are_faults(tmp_path: Path):
    whole = write(tmp_path / "whole.png", qr(PASS)).read_bytes()
    (tmp_path / "half.png").write_bytes(whole[: len(whole) // 4])
    (tmp_path / "empty").mkdir()
    half, empty, device = of(tmp_path / "half.png", tmp_path / "empty", Path("/dev/null"))
    assert "found neither" in half.fault
    assert "expected pictures or videos in this folder, found none" in empty.fault
    assert "found something that is no file" in device.fault


@pytest.mark.concurrent
@pytest.mark.parametrize("words", [[], ["--live", "a.png"]], ids=["neither", "both"])
def test_files_or_the_camera_one_of_the_two(words, root: Path):
    done = kiosk(root, "read", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--live for the camera: one of the two" in done.stderr


@pytest.mark.parametrize(
    "text,shown",
    [
        (IIN, f"IIN ********{IIN[-4:]}"),
        ("061211600013", "IIN ********0013"),
        (f"IDKAZ0123456784{IIN}<<<", f"IIN ********{IIN[-4:]}"),
        ("P<GBRSMITH<<JOHN<<<N12345678", "a machine-readable zone of 28 characters"),
        ("AQE1:TOKEN", "an enrolment code of 10 characters"),
        (f"https://a.kz/?iin={IIN}", f"https://a.kz/?iin=********{IIN[-4:]}"),
        ("850101 300 123", "****** **0 123"),
        ("two\nlines\x1b[2J", r"two\x0alines\x1b[2J"),
        ("x" * 100, "x" * 48 + "... of 100 characters"),
    ],
)
def test_what_may_be_printed_of_a_code(text, shown):
    assert shown_text(text) == shown


def seconds(frames, reader=None) -> list[str]:
    """Watch the frames at fifteen a second, until they end."""
    camera, ticks = ReplayCamera(frames, ends=True), iter(range(10_000))
    lines = []
    with pytest.raises(CameraLost):
        for line, _frame in watched(camera, reader or code_reader(FORMATS), lambda: next(ticks) / 15):
            lines.append(line)
    return lines


def test_live_tells_rate_movement_and_why_nothing_is_read():
    lines = seconds(empty_hall(2, SIZE, 35))
    assert lines[1] == "1280x720, 15.0 frames/s, moved 0, code-like 0, grey 108: nothing moves"
    dark = [np.full((360, 640), 9, np.uint8)] * 35
    assert seconds(dark)[1].endswith("too dark: more light, or a longer exposure")


def test_live_tells_what_is_read_without_its_digits():
    hall = list(empty_hall(3, SIZE, 2))
    lines = seconds([*hall, *held(bars(IIN, Symbology.CODE_128), focus_m=0.17, frames=16)])
    assert lines[0].endswith(f"read IIN ********{IIN[-4:]} (code-128, zxing)")


def test_live_tells_of_a_barcode_that_is_no_card_s():
    hall = list(empty_hall(3, SIZE, 2))
    lines = seconds([*hall, *held(bars("4006381333931", Symbology.CODE_128), focus_m=0.17, frames=16)])
    assert lines[0].endswith("a barcode without an IIN: the door leaves it alone")


def test_a_terminal_shows_the_picture_in_greys_and_the_next_one_in_its_place():
    frame = np.zeros((72, 128), np.uint8)
    frame[:, 64:] = 255
    picture = sketch(frame)
    assert len(picture) == 18
    assert {line.count("▀") for line in picture} == {64}
    assert picture[0].startswith("\x1b[38;5;232;48;5;232m▀")
    assert picture[0].endswith("\x1b[38;5;255;48;5;255m▀\x1b[0m")
    assert over(0, "first", picture).splitlines() == ["first", *picture]
    assert over(18, "second", picture).startswith("\x1b[18F\x1b[Jsecond\n")


@pytest.mark.concurrent
def test_live_ends_with_ctrl_c_and_0(root: Path, tmp_path: Path, interruptible):
    config = tmp_path / "kiosk.toml"
    config.write_text(f'[camera]\ndriver = "replay"\n[store]\npath = "{tmp_path}/kiosk.db"\n')
    with subprocess.Popen(
        [sys.executable, "-m", "kiosk", "read", "--live", "--config", str(config)],
        cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as running:  # fmt: skip
        try:
            assert running.stdout.readline() == "Ctrl-C ends this.\n"
            assert " frames/s, moved " in running.stdout.readline()
            running.send_signal(signal.SIGINT)
            _, errors = running.communicate(timeout=60)
        finally:
            running.kill()
    assert (running.returncode, errors) == (0, "")


@pytest.mark.concurrent
def test_live_without_a_camera_says_so(root: Path, tmp_path: Path):
    config = tmp_path / "kiosk.toml"
    config.write_text('[camera]\ndriver = "none"\n')
    done = kiosk(root, "read", "--live", "--config", str(config))
    assert done.returncode == 2
    assert 'found [camera] driver = "none"' in done.stderr
