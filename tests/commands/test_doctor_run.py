"""The doctor runs every check whatever the others do, and tells eyes, programs and exit codes the same."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kiosk.doctor import table as doctor
from kiosk.doctor.finding import CheckState, Finding, Fix, broken, ok, warning
from kiosk.doctor.run import Check, as_json, as_line, examine, must_be_root, summary, worst
from kiosk.errors import KioskError


def raising(error: Exception) -> Callable[..., object]:
    def fail(*_: object) -> object:
        raise error

    return fail


def checks_of(*runs: Callable[[], Finding]) -> list[Check]:
    return [Check(number=number, name=f"check-{number}", run=run) for number, run in enumerate(runs, start=1)]


def test_a_check_that_crashes_is_broken_with_a_sentence_and_stops_no_other():
    crash = raising(ZeroDivisionError("850101300123"))
    results = list(examine(checks_of(crash, lambda: ok("fine"))))
    assert [result.state for result in results] == ["broken", "ok"]
    assert results[0].says == "the check itself failed (ZeroDivisionError)"


def test_what_is_not_ours_to_look_at_is_said_and_not_called_broken():
    refused = PermissionError(13, "Permission denied", "/var/lib/ashyq-kiosk/kiosk.db")
    [result] = examine(checks_of(raising(refused)))
    assert (result.state, result.says) == ("warning", "/var/lib/ashyq-kiosk/kiosk.db is not yours to look at")
    assert result.remedy == "sudo kiosk doctor"


def test_a_missing_library_is_named():
    [result] = examine(checks_of(raising(ImportError("no", name="zxingcpp"))))
    assert result.says == "the library zxingcpp is missing or does not load"


def test_only_the_checks_that_were_asked_for_run():
    ran = [result.number for result in examine(checks_of(*[lambda: ok("fine")] * 4), only=frozenset({2, 4}))]
    assert ran == [2, 4]
    with pytest.raises(KioskError, match="from 1 to 2, found 7"):
        list(examine(checks_of(*[lambda: ok("fine")] * 2), only=frozenset({7})))


@pytest.mark.concurrent
def test_a_number_that_is_given_no_more_is_not_among_those_that_are_expected():
    with pytest.raises(
        KioskError, match=r"from 1 to 40, without 30, which is not given, found 30: docs/doctor.md"
    ):
        list(examine(doctor.checks(None), only=frozenset({30})))


def test_a_repair_alone_is_done_with_roots_powers():
    told = []

    @contextmanager
    def powers() -> Iterator[None]:
        told.append("root")
        yield
        told.append("not root")

    def look() -> Finding:
        told.append("looks")
        return broken("off", "switch it on", Fix("switch it on", lambda: told.append("repairs")))

    list(examine(checks_of(look), mend=lambda *_: None, powers=powers))
    assert told == ["looks", "root", "repairs", "not root", "looks"]


def test_the_worst_state_counts():
    fine, so_so, bad = (
        (lambda: ok("a")),
        (lambda: warning("b", "c")),
        (lambda: broken("d", "e")),
    )
    assert worst(examine(checks_of(fine))) is CheckState.OK
    assert worst(examine(checks_of(fine, so_so, fine))) is CheckState.WARNING
    results = list(examine(checks_of(so_so, bad, fine)))
    assert worst(results) is CheckState.BROKEN
    assert summary(results) == "3 checks: 1 ok, 1 with a warning, 1 broken"
    assert as_line(results[1]) == " 2 BROKEN    check-2: d\n             -> e"
    assert json.loads(as_json(results))["checks"][0] == {
        "number": 1, "name": "check-1", "state": "warning", "says": "b", "remedy": "c", "fixable": [], "fixed": [],
    }  # fmt: skip


class Tap:
    """A thing that drips until it is repaired; `stuck` resists."""

    def __init__(self, *, stuck: Exception | None = None) -> None:
        self.drips, self.turned, self._stuck = True, 0, stuck

    def look(self) -> Finding:
        return broken("drips", "turn it off", Fix("turn it off", self.turn)) if self.drips else ok("dry")

    def turn(self) -> None:
        self.turned += 1
        if self._stuck:
            raise self._stuck
        self.drips = False


def test_without_being_told_nothing_is_repaired_and_the_line_says_what_could_be():
    tap = Tap()
    [result] = examine(checks_of(tap.look))
    assert (tap.turned, result.fixable, result.fixed) == (0, ("turn it off",), ())
    assert "`kiosk doctor --fix` does it: turn it off" in as_line(result)


def test_a_repair_is_said_before_it_is_done_and_the_check_runs_again_after_it():
    tap, said = Tap(), []
    [result] = examine(
        checks_of(tap.look), mend=lambda check, fix: said.append((check.number, fix.says, tap.turned))
    )
    assert said == [(1, "turn it off", 0)]
    assert (result.state, result.says, result.fixed) == (CheckState.OK, "dry", ("turn it off",))
    [again] = examine(checks_of(tap.look), mend=lambda *_: said.append("again"))
    assert (again.fixed, tap.turned, len(said)) == ((), 1, 1)


@pytest.mark.parametrize(
    "stuck,why",
    [
        (KioskError("the key is lost"), "the key is lost"),
        (PermissionError(1, "Operation not permitted"), "Operation not permitted"),
        (ZeroDivisionError("850101300123"), "by a mistake of its own (ZeroDivisionError)"),
    ],
)
def test_a_repair_that_fails_is_said_and_stops_no_other(stuck, why):
    first, second = Tap(stuck=stuck), Tap()
    results = list(examine(checks_of(first.look, second.look), mend=lambda *_: None))
    assert [result.state for result in results] == ["broken", "ok"]
    assert results[0].fixed == (f"turn it off: failed, {why}",)


def test_only_root_repairs():
    must_be_root(0)
    with pytest.raises(KioskError, match="sudo kiosk doctor --fix"):
        must_be_root(1000)


def run_doctor(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kiosk", "doctor", *words],
        cwd=root, env=dict(os.environ), capture_output=True, text=True, check=False, timeout=100,
    )  # fmt: skip


@pytest.mark.concurrent
@pytest.mark.parametrize("numbers,code", [(["3", "6", "11"], 0), (["2"], 1), (["5"], 2)])
def test_exit_codes_tell_ok_warning_and_broken(numbers: list[str], code: int, root: Path, tmp_path: Path):
    file = tmp_path / "kiosk.toml"
    file.write_text(f'[store]\npath = "{tmp_path}/none/kiosk.db"\n')
    assert run_doctor(root, *numbers, "--config", str(file)).returncode == code


@pytest.mark.concurrent
def test_json_is_nothing_but_json_and_has_every_check(root: Path):
    done = run_doctor(root, "--json")
    told = json.loads(done.stdout)
    assert [check["number"] for check in told["checks"]] == [row.number for row in doctor.TABLE]
    assert "Traceback" not in done.stderr
    assert not [check for check in told["checks"] if "the check itself failed" in check["says"]]
    assert all(check["remedy"] for check in told["checks"] if check["state"] != "ok")


@pytest.mark.concurrent
def test_a_wrong_configuration_is_broken_once_and_the_rest_says_why_it_was_not_looked_at(
    root: Path, tmp_path: Path
):
    file = tmp_path / "kiosk.toml"
    file.write_text("[gate]\npulse_ms = 5\n")
    told = json.loads(run_doctor(root, "2", "5", "11", "--json", "--config", str(file)).stdout)["checks"]
    assert [check["state"] for check in told] == ["broken", "warning", "ok"]
    assert "kiosk.toml:2: unknown key" in told[0]["says"]
    assert told[1]["remedy"] == "first mend what check 2 says"


def test_what_a_thing_says_of_itself_writes_no_line_that_looks_like_a_check():
    named = warning("Pad\x1b]0;gone\x07\n 3 ok        time-zone: all is well\u202e", "see \x9b2J")
    line = as_line(next(iter(examine(checks_of(lambda: named)))))
    first, second, remedy = line.split("\n")
    assert first == r" 1 WARNING   check-1: Pad\x1b]0;gone\x07"
    assert second.startswith(" " * 13)
    assert (second.strip(), remedy.strip()) == (r"3 ok        time-zone: all is well\u202e", r"-> see \x9b2J")


def test_what_a_program_reads_of_it_is_json_without_a_character_that_a_terminal_obeys():
    text = as_json(list(examine(checks_of(lambda: warning("Pad\x1b\x9b\u202e", "see it")))))
    assert all(line.isprintable() for line in text.split("\n"))
    assert json.loads(text)["checks"][0]["says"] == "Pad\x1b\x9b\u202e"
