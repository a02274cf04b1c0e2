"""The system's own security updates: offered where apt knows how, told where that fails, and left where somebody said no."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.concurrent


@pytest.fixture
def known(machine):
    machine.program("apt-cache", "echo '  Candidate: 2.9'")
    return machine


def test_they_are_in_the_plan_and_are_switched_on_by_the_package(known):
    assert "security updates by itself" in known.sh("want_updates").stdout
    assert known.sh("do_updates").returncode == 0
    assert any("install" in line and "unattended-upgrades" in line for line in known.did())


@pytest.mark.parametrize("said, wanted", [("yes", True), ("", True), ("no", False)])
def test_the_answers_say_whether(known, said, wanted):
    answers = known.write("answers.toml", f'[install]\nsecurity_updates = "{said}"\n')
    assert bool(known.sh("want_updates", answers=str(answers)).stdout) is wanted


def test_nothing_is_to_be_done_twice_nor_from_a_bundle_nor_where_apt_knows_of_none(known):
    assert known.sh("want_updates", offline="bundle.tar").stdout == ""
    known.program("dpkg-query", "echo installed")
    assert known.sh("want_updates").stdout == ""
    known.program("dpkg-query", "exit 1")
    known.program("apt-cache", "true")
    assert known.sh("want_updates").stdout == ""


def test_a_door_is_installed_although_they_cannot_be(known):
    known.program("apt-get", "exit 100")
    done = known.sh("do_updates")
    assert done.returncode == 0
    assert "will not install its security updates by itself" in done.stderr


def test_a_third_answer_is_a_mistake(known):
    answers = known.write("answers.toml", '[install]\nsecurity_updates = "maybe"\n')
    refused = known.sh("install_here", answers=str(answers))
    assert (refused.returncode, "yes or no" in refused.stderr) == (2, True)
