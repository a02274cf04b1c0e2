"""What install.sh refuses, with what was expected, what was found, and what to do; and what it needs of Debian."""

import pytest


def refused(machine, **state) -> list[str]:
    done = machine.sh("want_release() { say much; }\nrefusals", **state)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize("release", ["12", "13"])
@pytest.mark.parametrize("kind", ["amd64", "arm64"])
def test_debian_12_and_13_are_served_on_both_64_bit_kinds(machine, release, kind):
    machine.write("etc/os-release", f'ID=debian\nVERSION_ID="{release}"\n')
    machine.program("dpkg", f"echo {kind}")
    assert refused(machine) == []


def test_a_32_bit_userland_is_refused_whatever_its_kernel(machine):
    machine.write("etc/os-release", 'ID=raspbian\nVERSION_ID="12"\n')
    machine.program("dpkg", "echo armhf")
    [line] = refused(machine)
    assert line.startswith("expected a 64-bit system, found armhf:")
    assert "Raspberry Pi OS Lite (64-bit)" in line


@pytest.mark.parametrize(
    "release",
    [
        'ID=debian\nVERSION_ID="11"\nPRETTY_NAME="Debian GNU/Linux 11 (bullseye)"',
        'ID=ubuntu\nVERSION_ID="24.04"\nPRETTY_NAME="Ubuntu 24.04 LTS"',
        'ID=debian\nPRETTY_NAME="Debian GNU/Linux forky/sid"',
    ],
)
def test_another_system_is_refused_by_its_name(machine, release):
    machine.write("etc/os-release", release)
    [line] = refused(machine)
    assert release.split('PRETTY_NAME="')[1].rstrip('"') in line
    assert "bookworm" in line


def test_a_system_without_a_name_is_refused_too(machine):
    (machine.root / "etc/os-release").unlink()
    [line] = refused(machine)
    assert "found another system" in line


def test_too_little_room_is_refused_only_where_a_release_has_to_be_put(machine):
    machine.program("df", "printf 'Filesystem\\nx 1 1 300 1 /\\n'")
    [line] = refused(machine)
    assert "expected 1000 MB free" in line
    assert "found 300 MB" in line
    assert machine.sh("want_release() { :; }\nrefusals").stdout == ""


def test_a_pi_without_raspberry_pis_own_packages_is_refused(machine):
    machine.pi(repository=False)
    camera, pins = refused(machine)
    assert "expected python3-picamera2" in camera
    assert "found none on this Raspberry Pi 5" in camera
    assert "expected python3-lgpio" in pins


def test_a_pi_with_them_is_served(machine):
    machine.pi()
    assert refused(machine) == []


def test_a_new_card_that_has_no_lists_yet_is_judged_after_apt_got_them(machine):
    machine.pi(repository=False)
    (machine.root / "var/lib/apt/lists/x_Packages").unlink()
    assert refused(machine) == []
    late = machine.sh("do_packages")
    assert late.returncode == 2
    assert "expected python3-picamera2" in late.stderr
    assert [line for line in machine.did() if " install " in line] == []


@pytest.mark.parametrize("name", ["usr/local/bin/kiosk", "etc/systemd/system/ashyq-kiosk.service"])
def test_a_kiosk_that_something_else_installed_is_not_written_over(machine, name):
    machine.write(name, "theirs")
    [line] = refused(machine)
    assert f"/{name}, which something else put there" in line


def test_what_this_script_installed_is_its_own(machine):
    assert machine.sh('do_release\nswitch_release "$(release_name "$tree")"').returncode == 0
    assert refused(machine) == []


def test_other_files_in_the_kiosks_folder_are_refused(machine):
    machine.write("opt/ashyq-kiosk/venv/x", "")
    [line] = refused(machine)
    assert "move them away" in line


def test_while_a_release_is_on_trial_nothing_is_installed(machine):
    machine.sh('do_release\nswitch_release "$(release_name "$tree")"')
    machine.write("opt/ashyq-kiosk/trial/state", "from=1.0\n")
    [line] = refused(machine)
    assert "found one" in line
    assert "last-update" in line


def test_debian_13s_renamed_libraries_are_asked_for_by_their_own_names(machine):
    machine.program(
        "apt-cache",
        'case ${@: -1} in *t64) [[ ${@: -1} == lib[za]* ]] && echo " Candidate: 1" ;; *) echo " Candidate: 1" ;; esac; true',
    )
    missing = machine.sh("missing_packages").stdout.split()
    assert {"libzbar0t64", "libasound2t64", "libdrm2"} <= set(missing)


def test_a_library_that_is_there_under_its_new_name_is_not_missing(machine):
    machine.program("dpkg-query", "[[ ${@: -1} == *t64 || ${@: -1} == *[a-y]? ]] && echo -n installed")
    assert "libzbar0" not in machine.sh("missing_packages").stdout


def test_what_has_no_wheel_comes_from_debian_and_what_a_pi_alone_has_from_there(machine):
    assert "python3-evdev" not in machine.sh("packages").stdout
    machine.program("dpkg", "echo arm64")
    assert "python3-evdev" in machine.sh("packages").stdout
    assert "lgpio" not in machine.sh("packages").stdout
    machine.pi()
    assert {"python3-evdev", "python3-picamera2", "python3-lgpio"} <= set(
        machine.sh("packages").stdout.split()
    )


def test_apts_last_words_are_shown_and_the_packages_are_remembered_for_the_way_back(machine):
    machine.program("apt-get", "echo 'E: Unable to locate package'; exit 100")
    failed = machine.sh("do_packages")
    assert failed.returncode == 2
    assert "E: Unable to locate package" in failed.stderr
    assert "the release that runs was not touched" in failed.stderr
    assert "libzbar0" in (machine.root / "opt/ashyq-kiosk/install/packages").read_text()


def test_a_system_that_fetches_its_own_lists_is_waited_for(machine):
    machine.program("sleep", 'echo "sleep $*" >>"$DONE"')
    machine.program(
        "apt-get",
        'echo "apt-get $*" >>"$DONE"; [[ $* != *update || $(grep -c update "$DONE") -gt 2 ]] && exit; '
        "echo 'E: Could not get lock /var/lib/apt/lists/lock'; exit 100",
    )
    assert machine.sh("do_packages").returncode == 0
    assert machine.did().count("sleep 10") == 2


def test_another_trouble_of_apt_is_not_waited_for(machine):
    machine.program("sleep", 'echo "sleep $*" >>"$DONE"')
    machine.program("apt-get", "[[ $* != *update ]] || { echo 'E: no such source'; exit 100; }")
    assert machine.sh("do_packages").returncode == 0
    assert machine.did() == []
