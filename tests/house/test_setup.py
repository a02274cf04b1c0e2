"""scripts/setup.sh, function by function: sourced by a shell whose PATH and programs are ours."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.concurrent

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def sh(tmp_path):
    """Run lines in a shell that has sourced setup.sh; `sh.program(name, body)` puts a program first on its PATH."""

    class Shell:
        bin = tmp_path / "bin"

        def program(self, name: str, body: str) -> Path:
            path = self.bin / name
            path.write_text(f"#!/bin/bash\n{body}\n")
            path.chmod(0o755)
            return path

        def python(self, name: str, version: str) -> Path:
            """A Python that says it has a version: it runs the test's own with another sys.version_info."""
            major, minor = version.split(".")
            return self.program(
                name,
                f'if [[ $1 == -c ]]; then exec {sys.executable} -c "import sys; sys.version_info = ({major}, {minor}); $2"; fi\n'
                f"echo Python {version}.0",
            )

        def __call__(self, lines: str, **env: str) -> subprocess.CompletedProcess[str]:
            script = f"source {ROOT}/scripts/setup.sh\nlog={tmp_path}/log\nVENV={tmp_path}/venv\n{lines}"
            environment = {
                "PATH": f"{self.bin}:/usr/bin:/bin",
                "SYSTEM_PYTHON": "/nonexistent/python3",
                "HOME": str(tmp_path),
            }
            return subprocess.run(
                ["bash", "-c", script], env=environment | env, capture_output=True, text=True, check=False, timeout=60,
                stdin=subprocess.DEVNULL,
            )  # fmt: skip

    Shell.bin.mkdir()
    return Shell()


def packages(sh, *installed: str) -> None:
    """A dpkg-query that knows these packages, and nothing else of Debian."""
    sh.program(
        "dpkg-query",
        f'case " {" ".join(installed)} " in *" ${{@: -1}} "*) echo -n installed ;; *) exit 1 ;; esac',
    )


def account(sh, uid: int, *, sudo: bool = False) -> None:
    sh.program("id", f"echo {uid}")
    sh.program("sudo", '[[ $1 == -n ]] && exit 0; echo "sudo $*" >>"$HOME/done"; "$@"' if sudo else "exit 1")
    sh.program("apt-get", 'echo "apt-get $*" >>"$HOME/done"')
    sh.program("env", 'while [[ $1 == *=* ]]; do shift; done; "$@"')


class TestWhichPython:
    def test_debians_own_comes_before_the_path(self, sh):
        system = sh.python("system-python3", "3.11")
        sh.python("python3", "3.12")
        assert sh("choose_python", SYSTEM_PYTHON=str(system)).stdout.strip() == str(system)

    def test_one_out_of_range_is_passed_over_for_one_on_the_path(self, sh):
        system = sh.python("system-python3", "3.9")
        sh.python("python3", "3.14")
        other = sh.python("python3.13", "3.13")
        assert sh("choose_python", SYSTEM_PYTHON=str(system)).stdout.strip() == str(other)

    @pytest.mark.parametrize(
        "version,fits", [("3.10", False), ("3.11", True), ("3.13", True), ("3.14", False), ("2.7", False)]
    )
    def test_the_range_is_3_11_to_3_13(self, sh, version, fits):
        python = sh.python("that-one", version)
        assert (sh(f"in_range {python}").returncode == 0) is fits

    def test_the_one_asked_for_is_taken_or_refused_never_replaced(self, sh):
        sh.python("python3", "3.12")
        old = sh.python("old", "3.9")
        asked = sh("choose_python || refuse_python", PYTHON=str(old))
        assert asked.returncode == 1
        assert "found no Python 3.11 to 3.13" in asked.stderr
        assert "Python 3.9.0" in asked.stderr

    def test_none_at_all_is_refused_with_what_to_do(self, sh):
        for name in ("python3", "python3.13", "python3.12", "python3.11"):
            sh.python(name, "3.14")
        refused = sh("choose_python || refuse_python")
        assert refused.returncode == 1
        assert "PYTHON=/path/to/python3" in refused.stderr


class TestDebianPackages:
    def test_nothing_missing_means_no_apt(self, sh, tmp_path):
        sh.python("python3", "3.12")
        packages(sh, "libzbar0", "tzdata", "ca-certificates")
        account(sh, 0)
        assert sh("debian_packages demo").returncode == 0
        assert not (tmp_path / "done").exists()

    def test_a_library_that_debian_13_renamed_counts(self, sh, tmp_path):
        sh.python("python3", "3.13")
        packages(sh, "libzbar0t64", "tzdata", "ca-certificates")
        account(sh, 0)
        sh("debian_packages demo")
        assert not (tmp_path / "done").exists()

    def test_root_installs_what_is_missing_and_only_that(self, sh, tmp_path):
        sh.python("python3", "3.12")
        packages(sh, "tzdata", "ca-certificates")
        account(sh, 0)
        said = sh("debian_packages test")
        assert said.returncode == 0, said.stderr
        done = (tmp_path / "done").read_text().splitlines()
        assert done == [
            "apt-get update -qq",
            "apt-get install -y -qq --no-install-recommends libzbar0 xvfb systemd",
        ]
        assert "Debian packages: libzbar0 xvfb systemd" in said.stdout

    def test_another_account_goes_through_sudo(self, sh, tmp_path):
        sh.python("python3", "3.12")
        packages(sh, "tzdata", "ca-certificates")
        account(sh, 1000, sudo=True)
        assert sh("debian_packages demo").returncode == 0
        assert "sudo env DEBIAN_FRONTEND=noninteractive apt-get install" in (tmp_path / "done").read_text()

    def test_without_root_and_sudo_it_names_the_packages_and_stops(self, sh, tmp_path):
        sh.python("python3", "3.12")
        packages(sh, "tzdata")
        account(sh, 1000)
        refused = sh("debian_packages demo")
        assert refused.returncode == 1
        assert "missing Debian packages: libzbar0 ca-certificates." in refused.stderr
        assert "apt-get install libzbar0 ca-certificates" in refused.stderr
        assert not (tmp_path / "done").exists()

    def test_without_sudo_what_some_tests_need_stops_nobody(self, sh):
        sh.python("python3", "3.12")
        packages(sh, "libzbar0", "tzdata", "ca-certificates")
        account(sh, 1000)
        said = sh("debian_packages test")
        assert said.returncode == 0
        assert "without xvfb systemd" in said.stdout

    def test_apt_can_be_forbidden(self, sh, tmp_path):
        sh.python("python3", "3.12")
        packages(sh)
        account(sh, 0)
        assert sh("debian_packages demo", ASHYQ_KIOSK_NO_APT="1").returncode == 1
        assert not (tmp_path / "done").exists()

    def test_a_python_without_ensurepip_asks_for_python3_venv(self, sh):
        sh.program("python3", "[[ $2 == *ensurepip* ]] && exit 1; exit 0")
        packages(sh, "libzbar0", "tzdata", "ca-certificates")
        assert sh("missing_packages libzbar0 tzdata").stdout.strip() == "python3 python3-venv"

    def test_no_python_at_all_asks_for_debians(self, sh):
        for name in ("python3", "python3.13", "python3.12", "python3.11"):
            sh.program(name, "exit 127")
        packages(sh, "libzbar0")
        assert sh("missing_packages libzbar0 tzdata").stdout.strip() == "python3 python3-venv tzdata"

    def test_when_apt_fails_its_last_words_are_shown(self, sh):
        sh.python("python3", "3.12")
        packages(sh)
        account(sh, 0)
        sh.program("apt-get", "echo 'E: Unable to locate package libzbar0'; exit 100")
        failed = sh("debian_packages demo")
        assert failed.returncode == 1
        assert "E: Unable to locate package libzbar0" in failed.stderr

    def test_elsewhere_than_on_debian_it_says_what_it_expects(self, sh):
        said = sh("on_debian() { false; }\ndebian_packages demo")
        assert said.returncode == 0
        assert "libzbar.so.0" in said.stdout


class TestVenv:
    def test_a_python_that_cannot_make_one_is_said_to(self, sh):
        sh.program("python3", "[[ $2 == *ensurepip* ]] && exit 1; exit 0")
        refused = sh("make_venv")
        assert refused.returncode == 1
        assert "apt-get install python3-venv" in refused.stderr

    def test_a_half_made_one_does_not_count(self, sh, tmp_path):
        (tmp_path / "venv" / "bin").mkdir(parents=True)
        assert sh("venv_works").returncode == 1
        (tmp_path / "venv" / "bin" / "python").symlink_to(sys.executable)
        (tmp_path / "venv" / "pyvenv.cfg").write_text(
            f"home = {Path(sys.executable).parent}\ninclude-system-site-packages = false\n"
        )
        assert sh("venv_works").returncode == 1, "it has no pip"

    def test_on_a_pi_one_that_cannot_see_the_systems_packages_is_made_again(self, sh, tmp_path):
        (tmp_path / "venv" / "bin").mkdir(parents=True)
        sh.python("any", "3.11").rename(tmp_path / "venv" / "bin" / "python")
        config = tmp_path / "venv" / "pyvenv.cfg"
        config.write_text("include-system-site-packages = false\n")
        assert sh("on_a_pi() { false; }\nvenv_works").returncode == 0
        assert sh("on_a_pi() { true; }\nvenv_works").returncode == 1
        config.write_text("include-system-site-packages = true\n")
        assert sh("on_a_pi() { true; }\nvenv_works").returncode == 0

    def test_it_is_up_to_date_until_a_pin_or_its_python_changes(self, sh, tmp_path):
        (tmp_path / "venv" / "bin").mkdir(parents=True)
        sh.python("any", "3.11").rename(tmp_path / "venv" / "bin" / "python")
        pins = tmp_path / "pins.txt"
        pins.write_text("numpy==1\n")
        ask = f"up_to_date demo {pins}"
        assert sh(ask).returncode == 1
        assert sh(f"fingerprint {pins} >$VENV/.installed-demo\n{ask}").returncode == 0
        pins.write_text("numpy==2\n")
        assert sh(ask).returncode == 1
        pins.write_text("numpy==1\n")
        assert sh(ask).returncode == 0
        sh.python("other", "3.12").rename(tmp_path / "venv" / "bin" / "python")
        assert sh(ask).returncode == 1

    def test_when_pip_fails_its_last_words_are_shown(self, sh, tmp_path):
        (tmp_path / "venv" / "bin").mkdir(parents=True)
        sh.program("x", "echo 'ERROR: THESE PACKAGES DO NOT MATCH THE HASHES'; exit 1").rename(
            tmp_path / "venv/bin/python"
        )
        failed = sh("pip_install -r pins.txt")
        assert failed.returncode == 1
        assert "DO NOT MATCH THE HASHES" in failed.stderr


def test_what_to_set_up_has_to_be_said():
    refused = subprocess.run([ROOT / "scripts/setup.sh"], capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert "scripts/setup.sh demo | test" in refused.stderr
    assert "Traceback" not in refused.stderr
