"""What the doctor says of the service, the watchdogs, the console and the swap, by what systemd and the kernel tell."""

from pathlib import Path

import pytest

from kiosk.doctor import machine_checks, service_checks, units
from kiosk.doctor.finding import CheckState
from kiosk.machine.programs import ProgramFailed, said

GOOD = {
    "LoadState": "loaded", "ActiveState": "active", "SubState": "running", "UnitFileState": "enabled",
    "WatchdogUSec": "30s", "NRestarts": "0", "Result": "success",
}  # fmt: skip


class Systemd:
    """`systemctl` of a machine: units with their properties, and what was enabled there."""

    def __init__(self, units: dict[str, dict[str, str]], manager: str = "RuntimeWatchdogUSec=14s") -> None:
        self.units, self.manager = units, manager
        self.enabled: list[str] = []

    def __call__(self, *words: str) -> str:
        match words:
            case ("systemctl", "show", "--property=RuntimeWatchdogUSec"):
                return f"{self.manager}\n"
            case ("systemctl", "show", unit, asked):
                names = asked.removeprefix("--property=").split(",")
                known = self.units.get(unit, {"LoadState": "not-found", "ActiveState": "inactive"})
                return "\n".join(f"{name}={known.get(name, '')}" for name in names)
            case ("systemctl", "enable", unit):
                self.enabled.append(unit)
                self.units[unit]["UnitFileState"] = "enabled"
                return ""
        raise AssertionError(words)


def no_systemd(*_words: str) -> str:
    raise ProgramFailed("expected the program systemctl, found none on this machine")


@pytest.mark.parametrize(
    "changed,state,says",
    [
        ({}, "ok", "runs, starts with the machine"),
        (
            {"ActiveState": "failed", "SubState": "failed", "Result": "watchdog"},
            "broken",
            "last result watchdog",
        ),
        ({"UnitFileState": "disabled"}, "broken", "would not start"),
        ({"WatchdogUSec": "0"}, "warning", "no watchdog"),
        ({"NRestarts": "7"}, "warning", "restarted 7 times"),
    ],
)
def test_the_service_has_to_run_to_start_and_to_be_watched(changed, state, says):
    found = service_checks.service(Systemd({units.SERVICE: GOOD | changed}))
    assert (found.state, says in found.says) == (state, True)


def test_a_machine_without_the_service_is_told_of_once():
    for ask in (Systemd({}), no_systemd):
        assert service_checks.service(ask).state is CheckState.WARNING
        assert not units.installed(ask)
        for found in (
            service_checks.gate_safe(ask, here=False),
            service_checks.hardware_watchdog(ask, here=False),
            service_checks.console(ask, "kmsdrm", here=False),
        ):
            assert found is units.NOT_INSTALLED


@pytest.mark.parametrize("unit", [units.SERVICE, units.GATE_SAFE])
def test_a_unit_that_does_not_start_with_the_machine_is_enabled_by_a_repair_and_not_started(unit):
    systemd = Systemd(
        {each: GOOD | {"UnitFileState": "disabled"} for each in (units.SERVICE, units.GATE_SAFE)}
    )

    def look():
        return (
            service_checks.service(systemd)
            if unit == units.SERVICE
            else service_checks.gate_safe(systemd, here=True)
        )

    [fix] = look().fixes
    fix.do()
    assert (systemd.enabled, look().state) == ([unit], CheckState.OK)


def test_the_gate_is_put_safe_at_each_start():
    assert service_checks.gate_safe(Systemd({units.GATE_SAFE: GOOD}), here=True).state is CheckState.OK
    assert service_checks.gate_safe(Systemd({}), here=True).state is CheckState.BROKEN
    assert (
        service_checks.gate_safe(
            Systemd({units.GATE_SAFE: GOOD | {"ActiveState": "failed"}}), here=True
        ).state
        is CheckState.WARNING
    )


@pytest.mark.parametrize(
    "manager,there,state", [("14s", True, "ok"), ("0", True, "warning"), ("14s", False, "warning")]
)
def test_the_hardware_watchdog_is_there_and_on(manager, there, state, tmp_path: Path):
    if there:
        (tmp_path / "watchdog0").mkdir()
    ask = Systemd({}, f"RuntimeWatchdogUSec={manager}")
    assert service_checks.hardware_watchdog(ask, here=True, watchdogs=tmp_path).state == state


@pytest.mark.parametrize(
    "driver,blank,getty,state",
    [
        ("kmsdrm", "0", "inactive", "ok"),
        ("kmsdrm", "600", "inactive", "warning"),
        ("kmsdrm", "0", "active", "broken"),
        ("x11", "600", "active", "ok"),
    ],
)
def test_the_console_is_the_doors_and_never_dark(driver, blank, getty, state, tmp_path: Path):
    file = tmp_path / "consoleblank"
    file.write_text(f"{blank}\n")
    ask = Systemd({"getty@tty1.service": {"ActiveState": getty}})
    assert service_checks.console(ask, driver, here=True, blank=file).state == state


def test_swap_on_a_disk_is_told_and_swap_in_memory_is_fine(tmp_path: Path):
    file = tmp_path / "swaps"
    assert machine_checks.swap(file).state is CheckState.OK
    head = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
    file.write_text(f"{head}/dev/zram0   partition\t2000\t0\t100\n")
    assert machine_checks.swap(file).state is CheckState.OK
    behind = tmp_path / "zram0" / "backing_dev"
    behind.parent.mkdir()
    # rpi-swap's usual way: what is idle in memory goes to a file on the card.
    for text, state in (("none\n", CheckState.OK), ("/dev/loop0\n", CheckState.WARNING)):
        behind.write_text(text)
        assert machine_checks.swap(file, tmp_path).state is state
    assert "/dev/zram0" in machine_checks.swap(file, tmp_path).says
    assert "dphys" in machine_checks.swap(file, tmp_path).remedy
    file.write_text(f"{head}/var/swap    file\t\t100\t0\t-2\n")
    assert (machine_checks.swap(file).state, "/var/swap" in machine_checks.swap(file).says) == (
        CheckState.WARNING,
        True,
    )


@pytest.mark.concurrent
def test_a_program_that_is_missing_fails_or_hangs_is_a_sentence():
    with pytest.raises(ProgramFailed, match="found none on this machine"):
        said("no-such-program-here")
    with pytest.raises(ProgramFailed, match=r"`ls /no-such-place` failed: .*No such file"):
        said("ls", "/no-such-place")
    with pytest.raises(ProgramFailed, match=r"did not answer within 0\.01 s"):
        said("sleep", "5", limit_s=0.01)
    assert said("printf", "12345", most_bytes=3) == "345"
