"""Releases side by side: a failed or interrupted one leaves what runs, and the same one is installed once."""

import pytest

STAGE = 'stage_release "$tree" "$(release_name "$tree")"'
ALL = f'{STAGE}\nswitch_release "$(release_name "$tree")"'


def test_a_release_is_put_beside_the_others_and_nothing_is_switched(machine):
    assert machine.sh(ALL).returncode == 0
    machine.release("1.1")
    assert machine.sh(STAGE).returncode == 0
    assert machine.staged() == ["1.0", "1.1"]
    assert machine.link("current") == "releases/1.0"


def test_the_switch_turns_a_relative_link_and_remembers_the_release_before(machine):
    machine.sh(ALL)
    machine.release("1.1")
    machine.sh(ALL)
    assert (machine.link("current"), machine.link("previous")) == ("releases/1.1", "releases/1.0")
    machine.sh("switch_release 1.0")
    assert machine.link("current") == "releases/1.0"


def test_one_that_is_complete_is_not_installed_again(machine):
    machine.sh(STAGE)
    before = len(machine.did())
    assert machine.sh(f"want_release\n{STAGE}").stdout == ""
    assert len(machine.did()) == before


def test_another_tree_of_the_same_version_gets_a_folder_of_its_own(machine):
    machine.sh(ALL)
    (machine.tree / "kiosk/new.py").write_text("x = 1\n")
    machine.sh(ALL)
    first, second = machine.staged()
    assert first == "1.0"
    assert second.startswith("1.0+")
    assert machine.link("current") == f"releases/{second}"


def test_another_python_is_another_release_because_the_venv_hangs_on_it(machine):
    machine.sh(ALL)
    python = machine.root / "usr/bin/python3"
    python.write_text(python.read_text().replace("3.11.2", "3.13.5"))
    assert machine.sh("want_release").stdout.startswith("put release 1.0+")


@pytest.mark.parametrize("stumble", [{"pip": "exit 1"}, {"prove": "exit 1"}])
def test_one_that_fails_leaves_what_runs_and_can_be_tried_again(machine, stumble):
    machine.sh(ALL)
    machine.release("1.1")
    machine.python(**stumble)
    failed = machine.sh(ALL)
    assert failed.returncode == 2
    assert machine.link("current") == "releases/1.0"
    assert machine.staged() == ["1.0"]
    machine.python()
    assert machine.sh(ALL).returncode == 0
    assert machine.link("current") == "releases/1.1"


def test_a_camera_library_that_does_not_load_is_told_and_stops_no_door(machine):
    machine.pi()
    machine.python(load="echo numpy.dtype size changed; exit 1")
    done = machine.sh(STAGE)
    assert done.returncode == 0
    assert machine.staged() == ["1.0"]
    for name in ("picamera2", "lgpio", "evdev"):
        assert f"expected {name} to load" in done.stderr


def test_half_a_release_is_made_anew(machine):
    left = machine.root / "opt/ashyq-kiosk/releases/1.0/venv/left-over"
    left.parent.mkdir(parents=True)
    left.write_text("")
    machine.sh(STAGE)
    assert machine.staged() == ["1.0"]
    assert not left.exists()


def test_half_a_release_is_never_switched_to(machine):
    machine.sh(ALL)
    (machine.root / "opt/ashyq-kiosk/releases/1.1").mkdir()
    refused = machine.sh("switch_release 1.1")
    assert refused.returncode == 2
    assert "stage it first" in refused.stderr
    assert machine.link("current") == "releases/1.0"


def test_packages_are_taken_by_their_hashes_as_wheels_and_all_into_the_venv(machine):
    machine.sh(STAGE)
    [pip] = [line for line in machine.did() if line.startswith("pip ")]
    assert "--no-cache-dir --require-hashes --only-binary=:all: --force-reinstall" in pip
    assert "--no-index" not in pip


def test_wheels_in_the_tree_are_the_only_ones_that_are_looked_at(machine):
    (machine.tree / "wheels").mkdir()
    machine.sh(STAGE)
    assert any(f"--no-index --find-links {machine.tree}/wheels" in line for line in machine.did())


def test_the_last_two_releases_are_kept(machine):
    for version in ("1.0", "1.1", "1.2"):
        machine.release(version)
        machine.sh(f"{ALL}\ndrop_old_releases")
    assert machine.staged() == ["1.1", "1.2"]


def test_a_door_that_does_not_start_gets_its_last_release_back(machine):
    machine.sh(ALL)
    machine.release("1.1")
    (machine.root / "run/systemd/system").mkdir(parents=True)
    machine.program("journalctl", "echo 'kiosk: no such thing'")
    machine.program("systemctl", '[[ $1 != restart || $(readlink "$HOME/opt/ashyq-kiosk/current") == *1.0 ]]')
    failed = machine.sh(f"{ALL}\nrestart=1 do_service")
    assert failed.returncode == 2
    assert "release 1.1 does not start" in failed.stderr
    assert "kiosk: no such thing" in failed.stderr
    assert machine.link("current") == "releases/1.0"


def test_an_update_stages_and_is_told_the_name(machine):
    machine.sh(ALL)
    machine.release("1.1")
    staged = machine.sh(f"stage_tree {machine.tree}")
    assert staged.stdout.splitlines()[-1] == "1.1"
    assert machine.link("current") == "releases/1.0"


def test_what_is_no_release_tree_is_not_staged(machine):
    refused = machine.sh("stage_tree /nonexistent")
    assert refused.returncode == 2
    assert "expected a release tree at /nonexistent" in refused.stderr
