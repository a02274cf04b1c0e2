"""install.sh as it is called."""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "install.sh"


def called(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [SCRIPT, *arguments], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )


def test_half_a_script_does_nothing():
    # A download that broke off, or a copy on a full card: nothing runs before the last line.
    assert SCRIPT.read_text().rstrip().splitlines()[-1] == 'main "$@"'
    assert os.access(SCRIPT, os.X_OK)


def test_help_names_every_option():
    said = called("--help")
    assert said.returncode == 0
    for (
        option
    ) in "--check --unattended --answers --offline --uninstall --keep-data --purge --stage --switch".split():
        assert option in said.stdout
    assert "set -euo" not in said.stdout


@pytest.mark.parametrize("arguments", [["--chek"], ["--answers"], ["--stage"]])
def test_what_was_typed_wrongly_is_said(arguments):
    refused = called(*arguments)
    assert refused.returncode == 2
    assert "--help" in refused.stderr


def test_a_plan_says_what_is_to_be_done_and_its_exit_code_too(machine):
    new = machine.sh("if plan; then echo nothing; else echo something; fi")
    assert new.stdout.splitlines()[-1] == "something"
    assert "to do     release        put release 1.0" in new.stdout
    assert "as it is  wifi" in new.stdout
    assert not (machine.root / "opt").exists()


def test_a_second_run_has_nothing_to_do(machine):
    machine.program("dpkg-query", "echo -n installed")
    first = machine.sh("install_here")
    assert first.returncode == 0, first.stderr
    assert "Release 1.0 is installed." in first.stdout
    stamps = {path: path.stat().st_mtime_ns for path in machine.root.rglob("*") if path.is_file()}
    second = machine.sh("install_here")
    assert "Nothing to do." in second.stdout
    changed = [path for path, stamp in stamps.items() if path.stat().st_mtime_ns != stamp]
    assert changed == []
    assert machine.sh("install_here", mode="check").returncode == 0


def test_a_check_of_a_new_machine_says_1_and_one_that_cannot_be_served_2(machine):
    assert machine.sh("install_here", mode="check").returncode == 1
    machine.program("dpkg", "echo armhf")
    refused = machine.sh("install_here", mode="check")
    assert refused.returncode == 2
    assert "install: expected a 64-bit system, found armhf" in refused.stderr
    assert not (machine.root / "opt").exists()


def test_a_door_that_runs_and_has_lost_its_eyes_gets_them_back(machine):
    (machine.tree / "systemd/ashyq-kiosk-eyes.service").write_text("[Service]\n")
    (machine.root / "run/systemd/system").mkdir(parents=True)
    machine.program("systemctl", '[[ "$*" != *is-active*"$DEAD"* ]]')
    assert "start the door and its eyes anew" in machine.sh("want_service").stdout, "all of it is new"
    done = "want_release() { :; }; want_configuration() { :; }; want_files() { :; }\nexport DEAD=%s\nwant_service"
    assert machine.sh(done % "nothing-is").stdout == ""
    assert machine.sh(done % "ashyq-kiosk-eyes.service").stdout == "start the door's eyes\n"
    assert machine.sh(done % "ashyq-kiosk.service").stdout == "start the door and its eyes\n"


def test_it_asks_only_where_somebody_can_answer(machine):
    refused = machine.sh("install_here", unattended="")
    assert refused.returncode == 2
    assert "add --unattended" in refused.stderr
    assert not (machine.root / "opt").exists()


def test_answers_with_a_mistake_stop_it_before_anything_is_done(machine):
    answers = machine.write("answers.toml", "[install]\nwifi_nam = 'x'\n")
    refused = machine.sh("install_here", answers=str(answers))
    assert refused.returncode == 2
    assert "did you mean wifi_name?" in refused.stderr
    assert not (machine.root / "opt").exists()


def test_another_pygame_on_the_system_is_told_of(machine):
    (machine.root / "usr/lib/python3/dist-packages/pygame").mkdir(parents=True)
    assert "the kiosk uses its own pygame-ce" in machine.sh("notes").stdout


@pytest.mark.parametrize(
    "who,words,runs",
    [
        ("ashyq-kiosk", "doctor", "python"),
        ("root", "queue", "setpriv"),
        # They lay root's powers down themselves, and need them: to repair, to read the journal.
        ("root", "doctor", "python, pipes in"),
        ("root", "bundle", "python, pipes in"),
        # It has to see that it was root who called it: to give the device to another registry.
        ("root", "enrol", "python, pipes in"),
        ("root", "update", "python, pipes in"),
        ("root", "gate-safe", "python"),
        # A user of systemd's making, who may call no sudo and read no configuration.
        ("ashyq-kiosk-eyes", "eyes", "python"),
        ("root", "--config x --traceback queue", "setpriv"),
        ("root", "--config", "python"),
        ("pi", "--config=x today", "sudo"),
        ("pi", "doctor", "sudo"),
        ("pi", "version", "python"),
        ("pi", "read", "python"),
        ("pi", "--help", "python"),
    ],
)
def test_the_command_runs_as_the_one_whose_files_it_needs(machine, who, words, runs, tmp_path):
    machine.program("find", "true")
    called = wrapped(machine, tmp_path, who, *words.split(), "x y")
    assert called.returncode == 0, called.stderr
    said = called.stdout
    assert said.startswith(runs)
    assert said.rstrip().endswith(f"{words} x y")
    if who == "root" and "pipes" in said:  # lgpio does not load in a folder that its user may not write to
        assert re.search(r"pipes in (/run|/var/lib)/ashyq-kiosk: ", said)
    if "pipes" in runs:
        assert "-I -m kiosk" in said, "root imports nothing of somebody else's folder"


@pytest.mark.parametrize("words", ["doctor", "bundle", "update"])
def test_root_runs_no_program_that_somebody_else_could_have_written(machine, tmp_path, words):
    release = tmp_path / "opt/releases/1.0"
    for place in ("app/kiosk", "venv/bin", "venv/lib"):
        (release / place).mkdir(parents=True)
    (tmp_path / "opt/current").symlink_to("releases/1.0")
    (release / "venv/lib").chmod(0o775)
    refused = wrapped(machine, tmp_path, "root", words)
    assert refused.returncode == 2
    assert "expected a program that root alone can change, found" in refused.stderr
    assert "python" not in refused.stdout


def wrapped(machine, tmp_path, who: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Call the wrapper; its own program is at a fixed place: here a copy of it looks below the test's folder."""
    python = tmp_path / "opt/current/venv/bin/python"
    python.parent.mkdir(parents=True, exist_ok=True)
    python.write_text('#!/bin/bash\necho "python${LG_WD:+, pipes in $LG_WD:} $*"\n')
    python.chmod(0o755)
    wrapper = tmp_path / "kiosk"
    text = (ROOT / "scripts/install/kiosk.sh").read_text()
    wrapper.write_text(text.replace("=/opt/ashyq-kiosk", f"={tmp_path}/opt"))
    machine.program("id", f"echo {who}")
    machine.program("sudo", 'echo "sudo $*"')
    machine.program("setpriv", 'echo "setpriv, pipes in $LG_WD: $*"')
    path = f"{machine.bin}:/usr/bin:/bin"
    return subprocess.run(
        ["sh", wrapper, *words], env={"PATH": path}, capture_output=True, text=True, check=False
    )
