"""What the technician types is understood, or answered in one line with exit code 2; never with a traceback."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.commands import cli, reference_pages
from kiosk.settings import SECTIONS

pytestmark = pytest.mark.concurrent

PARSERS = list(reference_pages.parsers(cli.parser()))
BROKEN_TOML = '[gate]\ndriver = "gpoi"\npulse_ms = 5\n'


def kiosk(root: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the real program."""
    return subprocess.run(
        [sys.executable, "-m", "kiosk", *words],
        cwd=root, env=os.environ | env, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.prog)
def test_every_command_has_help_an_example_and_its_exit_codes(parser):
    text = parser.format_help()
    assert parser.description
    assert "example: kiosk" in text
    assert "exit codes: 0 " in text
    assert all(action.help for action in parser._actions if action.option_strings)


@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.prog)
def test_every_example_is_understood(parser):
    example = re.search(r"^example: kiosk (.*)$", parser.format_help(), re.MULTILINE)
    assert example is not None
    assert callable(cli.parser().parse_args(shlex.split(example[1])).command)


@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.prog)
def test_every_command_and_option_is_in_the_docs(parser, root: Path):
    page = (root / "docs" / "commands.md").read_text()
    assert f"## {parser.prog}\n" in page
    chapter = page.split(f"## {parser.prog}\n")[1].split("\n## ")[0]
    for action in parser._actions:
        assert all(option in chapter for option in action.option_strings)


def test_the_configuration_may_stand_before_or_after_the_command():
    before = cli.parser().parse_args(["--config", "a.toml", "queue", "list"])
    after = cli.parser().parse_args(["queue", "list", "--config", "a.toml"])
    assert before.config == after.config == Path("a.toml")


def test_a_right_configuration_is_one_line_and_0(root: Path):
    done = kiosk(root, "check-config", "--config", "config/examples/desk.toml")
    keys = sum(len(keys) for keys in SECTIONS.values())
    assert done.returncode == 0
    assert done.stdout == f"config/examples/desk.toml: {keys} keys, no mistakes\n"


def test_an_entry_door_is_told_on_what_its_capacity_depends_and_a_toggle_door_is_not(root: Path):
    told = kiosk(root, "check-config", "--config", "config/examples/desk.toml").stderr.splitlines()
    assert ["nobody who leaves is counted here" in line for line in told] == [True]
    toggle = kiosk(root, "check-config", "--config", "config/examples/fitness-club.toml")
    assert (toggle.returncode, toggle.stderr) == (0, "")


def test_shown_values_are_those_that_are_used(root: Path):
    done = kiosk(root, "check-config", "--show", "--config", "config/examples/fitness-club.toml")
    assert 'kind = "toggle"' in done.stdout


def test_where_there_is_no_configuration_one_to_begin_with_is_printed(root: Path, tmp_path: Path):
    none = ("--config", str(tmp_path / "none.toml"))
    assert "`kiosk check-config --default` prints one" in kiosk(root, "check-config", *none).stderr
    printed = kiosk(root, "check-config", "--default", *none)
    assert (printed.returncode, printed.stderr) == (0, "")
    assert printed.stdout == (root / "config/kiosk.toml").read_text(encoding="utf-8")


def test_all_mistakes_go_to_standard_error_and_the_code_is_2(root: Path, tmp_path: Path):
    file = tmp_path / "kiosk.toml"
    file.write_text(BROKEN_TOML)
    done = kiosk(root, "check-config", "--config", str(file))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        f'kiosk: {file}:2: [gate] driver: expected one of "gpio", "none", found "gpoi"; did you mean "gpio"?',
        f'kiosk: {file}:3: unknown key "pulse_ms" in [gate]; did you mean "pulse_s"?',
    ]


@pytest.mark.parametrize("command", ["run", "queue list", "queue requeue --all"])
def test_a_command_that_needs_the_configuration_does_not_start_without_a_right_one(
    command: str, root: Path, tmp_path: Path
):
    file = tmp_path / "kiosk.toml"
    file.write_text(BROKEN_TOML)
    done = kiosk(root, *command.split(), "--config", str(file))
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 2


@pytest.mark.parametrize("how", [["--traceback"], []], ids=["option", "variable"])
def test_a_traceback_is_shown_where_it_is_asked_for(how: list[str], root: Path, tmp_path: Path):
    env = {} if how else {"KIOSK_TRACEBACK": "1"}
    done = kiosk(root, "check-config", *how, "--config", str(tmp_path / "none.toml"), **env)
    assert "Traceback" in done.stderr
    assert "there is no such file" in done.stderr


@pytest.mark.parametrize(
    "words,says",
    [
        ("dcotor", 'no command "dcotor": did you mean "doctor"?'),
        (
            "frobnicate",
            "there are run, enrol, demo, doctor, bundle, check-config, gate-safe, eyes, read, queue, today, update, version",
        ),
        ("", "required: COMMAND"),
        ("queue", "required: COMMAND"),
        ("queue list --limit 0", 'expected a number from 1, found "0"'),
        ("queue requeue", "is required"),
        ("doctor x", "invalid int value"),
        ("version --verbose", "unrecognized arguments: --verbose"),
    ],
)
def test_what_was_typed_wrongly_is_one_line_and_2(words: str, says: str, capsys):
    with pytest.raises(SystemExit) as exit_:
        cli.main(words.split())
    told = capsys.readouterr().err
    assert exit_.value.code == 2
    assert says in told
    assert told.count("\n") == 1


def test_the_version_names_what_the_kiosk_stands_on(capsys):
    assert cli.main(["version"]) == 0
    said = capsys.readouterr().out
    assert re.match(r"kiosk \d+\.\d+\.\d+\nPython 3\.", said)
    assert "pygame-ce" in said


def test_help_costs_no_library_of_the_door(root: Path):
    heavy = [
        "numpy",
        "cv2",
        "pygame",
        "requests",
        "sqlite_utils",
        "cryptography",
        "gpiozero",
        "kiosk.settings",
    ]
    script = f"import sys, kiosk.commands.cli; kiosk.commands.cli.parser(); print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "[]\n"


def test_a_reader_that_has_seen_enough_is_no_mistake(root: Path):
    with subprocess.Popen(
        [sys.executable, "-m", "kiosk", "check-config", "--show"],
        cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as running:  # fmt: skip
        running.stdout.close()
        told = running.stderr.read()
        assert running.wait(timeout=60) == 0
    assert "Error" not in told
