"""The answers file: read before anything is installed, used once, and no secret of it in any message."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CODE, PASSPHRASE = "AQE1:QWE $%*+-./:TY", "correct horse\\ battery"
FILE = f"""# door A1
[install] # used once
enrolment_code = "{CODE}" # from Aigul
wifi_name = "Зал; №1"
wifi_passphrase = '{PASSPHRASE}'

[gate]
driver = "gpio" # [install] is above
entry_pin = 17
"""


@pytest.fixture
def asked(tmp_path):
    """Ask answers.py about a file; its output and exit code."""

    def ask(*order: str, text: str | bytes = FILE) -> subprocess.CompletedProcess[str]:
        file = tmp_path / "answers.toml"
        if not file.exists():
            file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return subprocess.run(
            [sys.executable, "-I", ROOT / "scripts/install/answers.py", file, *order],
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    ask.file = tmp_path / "answers.toml"
    return ask


def test_one_value_at_a_time(asked):
    assert asked("enrolment_code").stdout == CODE + "\n"
    assert asked("wifi_passphrase").stdout == PASSPHRASE + "\n"
    assert asked("wifi_country").stdout == "", "only what is told: what else holds is install.sh's to say"


def test_the_rest_is_the_configuration_as_it_was_written(asked):
    text = asked("settings").stdout
    assert tomllib.loads(text) == {"gate": {"driver": "gpio", "entry_pin": 17}}
    assert "# [install] is above" in text
    assert CODE not in text


def test_a_file_that_windows_wrote_is_read_and_its_secrets_are_forgotten(asked):
    # Its mark would hide the first table's name.
    written = b"\xef\xbb\xbf" + FILE.partition("\n")[2].replace("\n", "\r\n").encode()
    assert asked("check", text=written).returncode == 0
    assert asked("enrolment_code").stdout == CODE + "\n"
    assert asked("forget", "enrolment_code", "wifi_passphrase", "wifi_name").returncode == 0
    left = asked.file.read_bytes().decode()
    assert CODE not in left
    assert "horse" not in left
    assert tomllib.loads(left)["gate"]["entry_pin"] == 17


def test_a_country_may_stand_alone(asked):
    text = "[install]\nwifi_country = 'UZ'\n"
    assert asked("check", text=text).returncode == 0
    assert asked("wifi_country").stdout == "UZ\n"


def test_without_other_tables_there_is_no_configuration(asked):
    assert asked("settings", text="# only this\n[install]\nwifi_country = 'KZ'\n").stdout == ""


def test_secrets_are_forgotten_and_the_rest_stays(asked):
    assert asked("forget", "enrolment_code", "wifi_passphrase", "wifi_name").returncode == 0
    left = asked.file.read_text()
    assert CODE not in left
    assert "horse" not in left
    assert tomllib.loads(left)["gate"] == {"driver": "gpio", "entry_pin": 17}
    assert left.startswith("# door A1\n")
    assert asked("check").returncode == 0
    assert asked("enrolment_code").stdout == ""


def test_only_what_was_used_is_forgotten(asked):
    asked("forget", "wifi_passphrase", "wifi_name")
    assert asked("enrolment_code").stdout == CODE + "\n"


@pytest.mark.parametrize(
    "text",
    [
        f'[install]\nenrolment_code = """\n{CODE}"""\n',
        f'install.enrolment_code = "{CODE}"\n',
        f'install = {{ enrolment_code = "{CODE}" }}\n',
        f'[install]\n\'enrolment_code\' = \'{CODE}\'\nwifi_name = """\nx"""\n',
    ],
)
def test_a_secret_that_could_not_be_removed_by_its_line_is_refused(asked, text):
    refused = asked("check", text=text)
    assert refused.returncode == 1
    assert "on one line" in refused.stdout
    assert CODE not in refused.stdout


def test_the_wifi_is_a_profile_in_which_no_name_can_mean_something_else(asked):
    profile = asked("wifi-profile").stdout
    name = "Зал; №1".encode()
    assert "ssid=" + "".join(f"{byte};" for byte in name) + "\n" in profile
    assert r"psk=correct\shorse\\\sbattery" in profile


def test_a_network_without_a_passphrase_is_an_open_one(asked):
    assert "security" not in asked("wifi-profile", text='[install]\nwifi_name = "x"\n').stdout


@pytest.mark.parametrize(
    "text,said",
    [
        ('[install]\nenrolment_cod = "x"\n', "did you mean enrolment_code?"),
        ("[install]\nsurprise = 1\n", "take it out"),
        (f'[install]\nenrolment_code = "{PASSPHRASE[:5]}"\n', "expected the text of an enrolment code"),
        ("[install]\nwifi_name = 'x'\nwifi_passphrase = 'short'\n", "expected a passphrase of 8 to 64"),
        ("[install]\nwifi_passphrase = 'long enough'\n", "expected wifi_name beside"),
        ("[install]\nwifi_name = 5\n", "[install] wifi_name: expected"),
        # 47 bytes: more than the air carries, and fewer than 32 letters.
        (
            "[install]\nwifi_name = 'Шымкент фитнес клубы №1 зал'\n",
            "at most 32 bytes (a Cyrillic letter is two)",
        ),
        ("[install]\nwifi_country = 'Kazakhstan'\n", "two capital letters"),
        (f"[install]\nwifi_passphrase = {PASSPHRASE}\n", "found a mistake at line 2"),
        ("install = 5\n", "expected a table [install]"),
        (b"\xff\xfe", "expected a text file"),
    ],
)
def test_a_mistake_is_said_with_what_to_do_and_without_the_secret(asked, text, said):
    done = asked("check", text=text)
    assert done.returncode == 1
    assert said in done.stdout
    assert "horse" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_whoever_asks_for_a_value_is_not_given_a_sentence(asked):
    done = asked("wifi_name", text="[install]\nwifi_name = 5\n")
    assert (done.returncode, done.stdout) == (1, "")


def test_the_shipped_example_is_right_and_changes_nothing(asked):
    example = (ROOT / "config/answers.toml").read_text()
    assert asked("check", text=example).returncode == 0
    assert asked("settings").stdout == ""
    assert asked("enrolment_code").stdout == ""


def test_the_examples_settings_are_settings(asked):
    example = (ROOT / "config/answers.toml").read_text()
    text = "\n".join(
        line.removeprefix("# ") if " = " in line or "# [" in line else line for line in example.splitlines()
    )
    assert tomllib.loads(text)["gate"]["entry_pin"] == 17


class TestOnADevice:
    """What install.sh does with it."""

    def test_a_code_is_used_as_the_kiosks_user_and_forgotten(self, machine, asked):
        asked("check")
        machine.program("install", 'mkdir -p "${@: -1}"')
        machine.program("chown", "true")
        machine.write(
            "usr/local/bin/kiosk", '#!/bin/bash\necho "kiosk ${@:1:2} $(cat "$3")" >>"$DONE"\n'
        ).chmod(0o755)
        done = machine.sh("want_enrolment\ndo_enrolment\nwant_enrolment", answers=str(asked.file))
        assert done.returncode == 0, done.stderr
        assert machine.did() == [f"kiosk enrol --file {CODE}"]
        assert len(done.stdout.splitlines()) == 1
        assert CODE not in done.stdout + asked.file.read_text()
        assert not (machine.root / "run/ashyq-kiosk-install").exists()

    def test_a_code_that_could_not_be_used_stays_for_the_next_run(self, machine, asked):
        asked("check")
        machine.program("install", 'mkdir -p "${@: -1}"')
        machine.program("chown", "true")
        machine.write("usr/local/bin/kiosk", "#!/bin/bash\nexit 2\n").chmod(0o755)
        done = machine.sh("do_enrolment", answers=str(asked.file))
        assert done.returncode == 0
        assert "stays in" in done.stderr
        assert CODE in asked.file.read_text()
        assert not (machine.root / "run/ashyq-kiosk-install").exists()

    def test_an_enrolled_device_does_not_use_it_and_forgets_it_all_the_same(self, machine, asked):
        asked("check")
        machine.write("var/lib/ashyq-kiosk/device/enrolment.json", "{}")
        done = machine.sh("do_enrolment", answers=str(asked.file))
        assert "enrolled already" in done.stderr
        assert CODE not in asked.file.read_text()

    def test_the_wifi_is_joined_with_a_profile_that_root_alone_reads(self, machine, asked):
        asked("check")
        machine.program("nmcli", 'echo "nmcli $*" >>"$DONE"')
        (machine.root / "etc/NetworkManager/system-connections").mkdir(parents=True)
        done = machine.sh("do_wifi", answers=str(asked.file))
        profile = machine.root / "etc/NetworkManager/system-connections/ashyq-kiosk.nmconnection"
        assert done.returncode == 0
        assert profile.stat().st_mode & 0o777 == 0o600
        assert "psk=" in profile.read_text()
        assert "horse" not in asked.file.read_text()
        assert not any("horse" in line for line in machine.did())

    def test_one_that_does_not_connect_is_said_and_kept_for_the_next_run(self, machine, asked):
        asked("check")
        machine.program("nmcli", "[[ $* != *up* ]]")
        (machine.root / "etc/NetworkManager/system-connections").mkdir(parents=True)
        done = machine.sh("do_wifi", answers=str(asked.file))
        assert done.returncode == 0
        assert "did not connect" in done.stderr
        assert "horse" in asked.file.read_text()

    def test_the_file_on_the_boot_partition_is_found(self, machine):
        file = machine.write("boot/firmware/ashyq-kiosk.toml", FILE)
        assert machine.sh('places "$ROOT"\nfind_answers\necho "$answers"').stdout.strip() == str(file)

    def test_one_that_was_named_and_is_not_there_stops_it(self, machine):
        done = machine.sh("find_answers", answers="/nonexistent/answers.toml")
        assert done.returncode == 2
        assert "/nonexistent/answers.toml" in done.stderr
