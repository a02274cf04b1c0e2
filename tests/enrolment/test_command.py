"""`kiosk enrol` as the process that it is, and what `kiosk doctor` says of the device before and after."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kiosk.commands.enrol import blot_out, code_in, must_be_root
from kiosk.core.enrolling.table import EnrolmentTrouble
from kiosk.core.enrolling.words import SENTENCES
from kiosk.doctor import registry_checks
from kiosk.doctor.finding import CheckState
from kiosk.enrolment.by_text import enrol_by_text
from kiosk.enrolment.device import Device
from kiosk.errors import DeviceError, EnrolmentError
from kiosk.trust.enrolment import Wifi
from registry.demo_people import DEMO_DOOR, populate
from registry.embedded import EmbeddedRegistry

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


@pytest.fixture(scope="module")
def real_registry():
    """On the real clock: the program has no other."""
    with EmbeddedRegistry() as registry:
        populate(registry.registry)
        yield registry


@pytest.fixture
def config(tmp_path) -> Path:
    file = tmp_path / "kiosk.toml"
    file.write_text(f'[store]\npath = "{tmp_path}/kiosk.db"\n[log]\nlevel = "error"\n')
    return file


def kiosk(config: Path, *words: str, said: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kiosk", *words, "--config", str(config)],
        env=os.environ | {"PATH": "/nowhere"}, input=said, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_a_file_that_windows_wrote_is_read(tmp_path):
    file = tmp_path / "code.txt"
    file.write_bytes(b"\xef\xbb\xbfAQE1:ABC:DEF\r\n")
    assert code_in(file) == "AQE1:ABC:DEF"


@pytest.mark.parametrize("said", ["", "\n"], ids=["no code", "an empty one"])
def test_the_end_of_the_input_is_no_mistake_of_the_program(config, said):
    done = kiosk(config, "enrol", "--yes", said=said)
    assert (done.returncode, done.stderr) == (2, f"kiosk: {SENTENCES[EnrolmentTrouble.NOT_AN_ENROLMENT]}\n")


def test_a_code_in_the_answers_file_enrols_and_the_file_is_gone(config, real_registry, tmp_path):
    file = tmp_path / "answers.txt"
    file.write_text(f"# for the technician\n{real_registry.enrolment_code(DEMO_DOOR)}\r\n")
    done = kiosk(config, "enrol", "--file", str(file), "--yes")
    known = Device.beside(tmp_path / "kiosk.db").load()
    assert (done.returncode, done.stderr) == (0, "")
    assert f"  Registry         {real_registry.url}\n" in done.stdout
    assert done.stdout.splitlines()[-1] == (
        f"Enrolled as {known.device} for door {DEMO_DOOR}, {known.venue}, at {real_registry.url}."
    )
    assert not file.exists()


def test_an_enrolled_device_takes_no_code_but_anew(config, real_registry, tmp_path):
    first = real_registry.enrolment_code(DEMO_DOOR)
    assert kiosk(config, "enrol", "--yes", said=first).returncode == 0
    before = Device.beside(tmp_path / "kiosk.db").load()
    second = real_registry.enrolment_code(DEMO_DOOR)
    refused = kiosk(config, "enrol", "--yes", said=second)
    assert refused.returncode == 2
    assert refused.stderr.startswith(
        f"kiosk: this device is enrolled as {before.device} for door {DEMO_DOOR}"
    )
    assert kiosk(config, "enrol", "--yes", "--anew", said=second).returncode == 0
    assert Device.beside(tmp_path / "kiosk.db").load().device != before.device


@contextmanager
def a_kiosk_runs(tmp_path):
    """A process whose command line is a kiosk's, named in the store's lock as a running one is."""
    command = [sys.executable, "-c", "import sys; sys.stdin.read()", "kiosk"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        (tmp_path / "kiosk.db.lock").write_text(str(process.pid))
        yield
        process.stdin.close()


def test_the_identity_of_a_running_kiosk_is_not_changed_under_it(config, real_registry, tmp_path):
    kiosk(config, "enrol", "--yes", said=real_registry.enrolment_code(DEMO_DOOR))
    before = Device.beside(tmp_path / "kiosk.db").load()
    with a_kiosk_runs(tmp_path):
        done = kiosk(config, "enrol", "--yes", "--anew", said=real_registry.enrolment_code(DEMO_DOOR))
    assert done.returncode == 2
    assert "sudo systemctl stop ashyq-kiosk" in done.stderr
    assert Device.beside(tmp_path / "kiosk.db").load().device == before.device


def test_a_running_kiosk_that_is_nobodys_is_enrolled_from_a_terminal_but_keeps_its_camera(
    config, real_registry, tmp_path
):
    with a_kiosk_runs(tmp_path):
        camera = kiosk(config, "enrol", "--camera")
        done = kiosk(config, "enrol", "--yes", said=real_registry.enrolment_code(DEMO_DOOR))
    assert "found it running" in camera.stderr
    assert done.returncode == 0


def test_a_damaged_identity_is_replaced_only_where_that_is_said(config, real_registry, tmp_path):
    (tmp_path / "device").mkdir()
    (tmp_path / "device" / "enrolment.json").write_text("{")
    code = real_registry.enrolment_code(DEMO_DOOR)
    refused = kiosk(config, "enrol", "--yes", said=code)
    assert refused.returncode == 2
    assert "found it damaged: enrol this device anew: `kiosk enrol --anew`" in refused.stderr
    assert kiosk(config, "enrol", "--yes", "--anew", said=code).returncode == 2, (
        "nobody can tell whose it was"
    )
    assert kiosk(config, "enrol", "--yes", "--anew", "--another-registry", said=code).returncode == 0


def test_only_root_gives_a_device_to_another_registry():
    must_be_root(0)
    with pytest.raises(EnrolmentError, match="sudo kiosk enrol --another-registry"):
        must_be_root(1000)


def test_a_code_as_an_argument_is_refused_and_not_printed(config, real_registry):
    code = real_registry.enrolment_code(DEMO_DOOR)
    done = kiosk(config, "enrol", code, "--yes")
    assert done.returncode == 2
    assert "paste it when asked" in done.stderr
    assert code not in done.stdout + done.stderr


def test_nothing_is_done_where_nobody_can_be_asked(config, real_registry, tmp_path):
    done = kiosk(config, "enrol", said=f"{real_registry.enrolment_code(DEMO_DOOR)}\ny\n")
    assert done.returncode == 2
    assert "add --yes" in done.stderr
    assert Device.beside(tmp_path / "kiosk.db").load() is None


def test_a_used_code_is_one_sentence_and_its_file_stays(config, real_registry, tmp_path):
    code = real_registry.enrolment_code(DEMO_DOOR)
    file = tmp_path / "answers.txt"
    file.write_text(code)
    assert kiosk(config, "enrol", "--yes", said=code).returncode == 0
    Device.beside(tmp_path / "kiosk.db").forget()
    done = kiosk(config, "enrol", "--file", str(file), "--yes")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == (
        "kiosk: this enrolment code was used before: get a new one, and ask who used it"
    )
    assert "Traceback" not in done.stderr
    assert code not in done.stderr + done.stdout
    assert file.exists()


def test_a_machine_without_networkmanager_says_so_and_enrols_by_cable(config, real_registry):
    code = real_registry.enrolment_code(DEMO_DOOR, wifi=Wifi(ssid="Guests", passphrase="correct horse"))
    done = kiosk(config, "enrol", "--yes", said=code)
    assert done.returncode == 1
    assert "found no nmcli: set the Wi-Fi up by hand, or plug in a cable" in done.stderr
    assert "The Wi-Fi of the code did not connect" in done.stdout
    assert "correct horse" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    "content,found", [("", 0), ("hello\n", 0), ("AQE1:A\nAQE1:B\n", 2), ("\0\xff" * 50, 0)], ids=repr
)
def test_a_file_without_one_code_is_refused_without_its_content(tmp_path, content, found):
    file = tmp_path / "answers.txt"
    file.write_text(content, encoding="latin-1")
    with pytest.raises(EnrolmentError, match=f"expected one line that begins with AQE1: .*, found {found}"):
        code_in(file)


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(EnrolmentError, match="found No such file"):
        code_in(tmp_path / "none.txt")


def test_a_file_is_blotted_out_before_it_is_removed(tmp_path):
    file, other_name = tmp_path / "answers.txt", tmp_path / "again.txt"
    file.write_text("AQE1:SECRET")
    other_name.hardlink_to(file)  # what a thief finds where the name is gone and the octets are not
    blot_out(file)
    assert not file.exists()
    assert other_name.read_bytes() == bytes(11)


def test_a_file_that_cannot_be_removed_is_told(tmp_path):
    with pytest.raises(EnrolmentError, match=r"enrolled, but .* could not be removed"):
        blot_out(tmp_path / "gone.txt")


def test_the_doctor_knows_whose_door_this_is(enroller, registry, device):
    assert registry_checks.enrolled(device.load).state is CheckState.WARNING
    enrol_by_text(enroller, registry.enrolment_code(DEMO_DOOR), lambda _: True)
    found = registry_checks.enrolled(device.load)
    assert (found.state, found.says.split(",")[0]) == (CheckState.OK, device.load().device)


def test_the_doctor_tells_a_damaged_identity():
    def damaged():
        raise DeviceError("expected this, found that")

    assert registry_checks.enrolled(damaged).state is CheckState.BROKEN


def ages(**hours: float) -> registry_checks.DocumentTimes:
    """Documents that were signed an hour ago and count for so many hours more."""
    return {name: (NOW - timedelta(hours=1), NOW + timedelta(hours=more)) for name, more in hours.items()}


@pytest.mark.parametrize(
    "signed,state,says",
    [
        (ages(policy=1, keys=1, revocations=1), CheckState.OK, "signed policy 60 min, keys 60 min, revocations 60 min ago"),
        (ages(policy=1, keys=1), CheckState.WARNING, "not there yet: revocations"),
        (ages(policy=1, keys=0, revocations=1), CheckState.BROKEN, "past their time: keys (policy 60 min"),
        (ages(policy=0, keys=-5), CheckState.BROKEN, "past their time: policy, keys"),
    ],
)  # fmt: skip
def test_the_doctor_tells_how_old_the_registrys_word_is(signed, state, says):
    found = registry_checks.documents(lambda: signed, NOW, known=True)
    assert (found.state, found.says[: len(says)]) == (state, says)


def test_a_device_that_is_nobodys_has_no_documents_to_be_late():
    assert registry_checks.documents(None, NOW, known=False).state is CheckState.OK
    assert registry_checks.documents(None, NOW, known=True).state is CheckState.WARNING
