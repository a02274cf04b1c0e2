"""`python -m registry enrolment|device|root|keys`, as the registry's keeper uses them."""

import re
from datetime import timedelta

import cv2
import pytest
import zxingcpp

from kiosk.trust.enrolment import EnrolmentCode, parse_enrolment
from kiosk.trust.signing import DeviceKey
from registry.__main__ import main
from registry.embedded import EmbeddedRegistry, utc_now
from tests.registry.signing import initialize


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "registry.db"
    assert main(["demo-data", "--db", str(path)]) == 0
    return path


@pytest.fixture
def run(file, capsys):
    """`run("enrolment", "list")`: the exit code, what was told, and what was told of a mistake."""

    def run(*command):
        capsys.readouterr()
        code = main([*command, "--db", str(file)])
        return code, *capsys.readouterr()

    return run


def create(run, *more):
    code, told, mistake = run("enrolment", "create", "--door", "demo", *more)
    assert (code, mistake) == (0, "")
    return next(line for line in told.splitlines() if line.startswith("AQE")), told


def read(text, serial=""):
    code = parse_enrolment(text, now=utc_now(), serial=serial)
    assert isinstance(code, EnrolmentCode)
    return code


def test_a_code_is_printed_as_a_qr_code_and_as_text(run):
    text, told = create(run)
    assert "█" in told
    assert "works once" in told
    code = read(text)
    assert (code.door, code.registry, code.wifi, code.serial) == (
        "DEMO",
        "http://127.0.0.1:8443",
        None,
        None,
    )
    assert timedelta(minutes=58) < code.expires_at - utc_now() <= timedelta(minutes=60)


def test_everything_that_a_code_can_hold_can_be_given(run, tmp_path):
    secret = tmp_path / "passphrase"
    secret.write_text("open sesame\n", encoding="utf-8")
    wifi = ["--wifi-ssid", "Клуб", "--wifi-passphrase-file", str(secret)]
    text, told = create(
        run, "--expires", "7d", "--address", "https://ashyq.example", "--serial", "1000abcd", *wifi
    )
    code = read(text, serial="1000abcd")
    assert code.registry == "https://ashyq.example"
    assert (code.wifi.ssid, code.wifi.passphrase) == ("Клуб", "open sesame")
    assert code.expires_at - utc_now() > timedelta(days=6)
    assert "open sesame" not in told


def test_the_picture_for_the_technician_is_the_code_and_for_its_maker_only(run, tmp_path):
    png, pdf = tmp_path / "code.png", tmp_path / "code.pdf"
    text, _ = create(run, "--png", str(png), "--pdf", str(pdf))
    (found,) = zxingcpp.read_barcodes(cv2.imread(str(png)))
    assert found.text == text
    assert pdf.read_bytes().startswith(b"%PDF-")
    assert {one.stat().st_mode & 0o077 for one in (png, pdf)} == {0}


@pytest.mark.parametrize(
    "more, told",
    [
        (["--door", "NOWHERE"], "expected a door of this registry"),
        (["--door", "DEMO", "--address", "http://registry.example"], "correct --address"),
        (["--door", "DEMO", "--wifi-passphrase-file", "-"], "--wifi-ssid"),
        (["--door", "DEMO", "--wifi-ssid", "x" * 33], "at most 32"),
    ],
    ids=str,
)
def test_a_mistake_is_told_in_one_line_and_makes_no_code(run, more, told):
    code, out, mistake = run("enrolment", "create", *more)
    assert (code, out) == (1, "")
    assert told in mistake
    assert mistake.count("\n") == 1
    assert run("enrolment", "list")[1] == ""


def test_a_span_that_is_none_is_told(run, capsys):
    with pytest.raises(SystemExit):
        run("enrolment", "create", "--door", "DEMO", "--expires", "soon")
    assert "like 60m" in capsys.readouterr().err


def test_codes_and_devices_are_listed_and_ended(run, file):
    first, _ = create(run, "--serial", "100000001")
    create(run)
    with EmbeddedRegistry(file) as registry:
        device = initialize(registry, first, DeviceKey.make()).json()["device"]
    assert run("enrolment", "revoke", "2")[0] == 0
    used, expired = run("enrolment", "list")[1].splitlines()
    assert f"used by {device}" in used
    assert "100000001" in used
    assert "expired" in expired
    (listed,) = run("device", "list")[1].splitlines()
    assert re.match(
        rf"{device} +DEMO +enrolled .*Z  in service  0 questions and 0 visits today  Raspberry Pi 4$", listed
    )
    assert run("device", "revoke", device)[0] == 0
    assert "revoked" in run("device", "list")[1]
    assert run("device", "revoke", device)[0] == 1


def test_keys_are_rotated(run, file):
    with EmbeddedRegistry(file) as registry:
        before, signer = registry.root_key, registry.registry.keys.signer[0]
    assert run("root", "rotate")[0] == 0
    assert run("keys", "rotate", "--overlap", "72h")[0] == 0
    with EmbeddedRegistry(file) as registry:
        assert registry.root_key == before, "the old one signs for most of the overlap"
        assert registry.registry.keys.signer[0] != signer
    assert run("root", "retire")[0] == 0
    with EmbeddedRegistry(file) as registry:
        assert registry.root_key != before
    code, _, mistake = run("root", "rotate", "--overlap", "1h")
    assert code == 1
    assert "expected an overlap of at least" in mistake


def test_a_pdf_is_one_whatever_its_name(run, tmp_path):
    create(run, "--pdf", str(tmp_path / "code.png"))
    assert (tmp_path / "code.png").read_bytes().startswith(b"%PDF")
