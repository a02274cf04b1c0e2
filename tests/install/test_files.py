"""What install.sh writes outside its own folders, and that all of it goes again."""

import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ALL = "do_release\ndo_configuration\ndo_files"
MINE = "[door]\nid = 'B2'\n"


def toml(machine, name="kiosk.toml") -> str | None:
    path = machine.root / "etc/ashyq-kiosk" / name
    return path.read_text() if path.exists() else None


class TestSystemFiles:
    def test_they_lie_where_systemd_and_udev_look(self, machine):
        machine.sh(ALL)
        assert (machine.root / "etc/systemd/system/ashyq-kiosk.service").stat().st_mode & 0o777 == 0o644
        assert (machine.root / "etc/udev/rules.d/61-ashyq-kiosk.rules").exists()
        assert (machine.root / "usr/local/bin/kiosk").stat().st_mode & 0o777 == 0o755

    def test_memory_stays_in_memory_where_the_system_would_write_it_to_the_card(self, machine):
        (machine.tree / "systemd/rpi-swap").mkdir()
        rule = machine.tree / "systemd/rpi-swap/ashyq-kiosk.conf"
        rule.write_text("[Main]\nMechanism=zram\n")
        machine.sh(ALL)
        assert not (machine.root / "etc/rpi").exists(), "another system"
        machine.write("etc/rpi/swap.conf", "# rpi-swap's own\n")
        machine.sh(ALL)
        assert (machine.root / "etc/rpi/swap.conf.d" / rule.name).read_text() == rule.read_text()
        machine.sh("uninstall", fate="purge")
        assert [path.name for path in (machine.root / "etc/rpi").iterdir()] == ["swap.conf"]

    def test_a_second_time_nothing_is_to_be_done(self, machine):
        machine.sh(ALL)
        assert machine.sh("want_release; want_configuration; want_files; want_boot").stdout == ""

    def test_one_that_was_changed_or_lost_is_put_right(self, machine):
        machine.sh(ALL)
        unit = machine.root / "etc/systemd/system/ashyq-kiosk.service"
        unit.write_text("changed")
        assert "write /etc/systemd/system/ashyq-kiosk.service" in machine.sh("want_files").stdout
        machine.sh("do_files")
        assert "ExecStart" in unit.read_text()

    def test_one_that_a_newer_release_has_no_more_goes(self, machine):
        (machine.tree / "systemd/ashyq-kiosk-old.timer").write_text("[Install]\n")
        machine.sh(ALL)
        (machine.tree / "systemd/ashyq-kiosk-old.timer").unlink()
        machine.release("1.1")
        assert (
            "remove /etc/systemd/system/ashyq-kiosk-old.timer" in machine.sh("do_release; want_files").stdout
        )
        machine.sh(ALL)
        assert not (machine.root / "etc/systemd/system/ashyq-kiosk-old.timer").exists()
        machine.sh("switch_release 1.0")
        assert (machine.root / "etc/systemd/system/ashyq-kiosk-old.timer").exists()

    def test_the_eyes_come_with_the_door_and_where_they_listen(self, machine):
        machine.sh(ALL)
        for name in ("service", "socket"):
            shutil.copy(ROOT / f"systemd/ashyq-kiosk-eyes.{name}", machine.tree / "systemd")
        machine.release("1.1")
        said = machine.sh("do_release; want_files").stdout
        places = [f"/etc/systemd/system/ashyq-kiosk-eyes.{name}" for name in ("service", "socket")]
        assert f"write {' '.join(places)}\n" in said
        machine.sh(ALL)
        assert [place for place in places if not (machine.root / place[1:]).exists()] == []
        machine.sh("uninstall", fate="purge")
        assert [place for place in places if (machine.root / place[1:]).exists()] == []

    def test_of_a_unit_that_a_release_has_no_more_nothing_runs_on_and_no_link_is_left(self, machine):
        (machine.root / "run/systemd/system").mkdir(parents=True)
        for name in ("service", "socket"):
            shutil.copy(ROOT / f"systemd/ashyq-kiosk-eyes.{name}", machine.tree / "systemd")
        machine.sh(ALL)
        for name in ("service", "socket"):
            (machine.tree / f"systemd/ashyq-kiosk-eyes.{name}").unlink()
        machine.release("1.1")
        machine.sh(ALL)
        did = [line.removeprefix("systemctl ") for line in machine.did()]
        for name in ("service", "socket"):
            unit = f"ashyq-kiosk-eyes.{name}"
            assert f"stop {unit}" in did
            assert f"--no-reload disable {unit}" in did
            assert not (machine.root / "etc/systemd/system" / unit).exists()


class TestConfiguration:
    def test_a_new_device_gets_every_default(self, machine):
        machine.sh(ALL)
        assert toml(machine) == "[door]\n"

    def test_new_defaults_take_the_place_of_untouched_ones(self, machine):
        machine.sh(ALL)
        (machine.tree / "config/kiosk.toml").write_text("[door] # new\n")
        machine.sh(ALL)
        assert toml(machine) == "[door] # new\n"

    def test_a_changed_one_is_never_written_over_and_new_defaults_lie_beside_it(self, machine):
        machine.sh(ALL)
        machine.write("etc/ashyq-kiosk/kiosk.toml", MINE)
        assert machine.sh("want_configuration").stdout == ""
        (machine.tree / "config/kiosk.toml").write_text("[door] # new\n")
        assert "as kiosk.toml.new" in machine.sh(f"do_release\nwant_configuration\n{ALL}").stdout
        assert (toml(machine), toml(machine, "kiosk.toml.new")) == (MINE, "[door] # new\n")
        assert machine.sh("want_configuration").stdout == ""

    def test_one_that_was_there_before_us_is_somebodys(self, machine):
        machine.write("etc/ashyq-kiosk/kiosk.toml", MINE)
        machine.sh(ALL)
        assert (toml(machine), toml(machine, "kiosk.toml.new")) == (MINE, "[door]\n")

    def test_settings_of_the_answers_are_used_once_and_then_belong_to_the_device(self, machine):
        answers = machine.write("answers.toml", f"[install]\nwifi_country = 'KZ'\n{MINE}")
        machine.sh(ALL, answers=str(answers))
        assert toml(machine) == MINE
        for given in (str(answers), ""):
            assert machine.sh("want_configuration", answers=given).stdout == ""
        mine = MINE + "# and more\n"
        machine.write("etc/ashyq-kiosk/kiosk.toml", mine)
        assert machine.sh("want_configuration", answers=str(answers)).stdout == ""
        assert toml(machine) == mine

    def test_settings_with_mistakes_stop_it_before_anything_is_switched(self, machine):
        machine.python(check="echo line 2 unknown key; exit 2")
        answers = machine.write("answers.toml", "[door]\nx = 1\n")
        failed = machine.sh(ALL, answers=str(answers))
        assert failed.returncode == 2
        assert "line 2 unknown key" in failed.stderr
        assert toml(machine) is None
        assert not (machine.root / "opt/ashyq-kiosk/current").exists()


class TestHowAPiStarts:
    LINE = "console=tty1 root=PARTUUID=1-02 rootwait\n"

    @pytest.fixture
    def command_line(self, machine):
        machine.pi()
        return machine.write("boot/firmware/cmdline.txt", self.LINE)

    def radio(self, machine, country=""):
        """A Pi with a radio, and its raspi-config."""
        (machine.root / "sys/class/net/wlan0/phy80211").mkdir(parents=True)
        kept = machine.root / "country"
        kept.write_text(country)
        machine.program("nmcli", "true")
        machine.program(
            "raspi-config",
            f'case $2 in get*) cat {kept}; [ -s {kept} ] ;; do*) echo "country $3" >>"$DONE"; echo "$3" >{kept} ;; esac',
        )

    def test_a_pis_radio_gets_its_country_though_the_installation_needs_no_wifi(self, machine, command_line):
        # Else the Wi-Fi of the enrolment code could not be joined: the radio is off until then.
        self.radio(machine)
        assert "set the Wi-Fi's country to KZ" in machine.sh("want_wifi").stdout
        for _ in range(2):
            machine.sh("if [[ $(want_wifi) ]]; then do_wifi; fi")
        assert [line for line in machine.did() if "country" in line] == ["country KZ"]

    def test_a_country_that_is_set_stays_unless_another_is_told(self, machine, command_line):
        self.radio(machine, "GB\n")
        assert machine.sh("want_wifi").stdout == ""
        answers = machine.write("answers.toml", "[install]\nwifi_country = 'UZ'\n")
        for _ in range(2):
            machine.sh("if [[ $(want_wifi) ]]; then do_wifi; fi", answers=str(answers))
        assert [line for line in machine.did() if "country" in line] == ["country UZ"]

    def test_a_country_on_the_kernels_line_is_one_that_is_set(self, machine, command_line):
        self.radio(machine)
        command_line.write_text("rootwait cfg80211.ieee80211_regdom=DE\n")
        assert machine.sh("want_wifi").stdout == ""

    def test_where_no_radio_is_no_country_is_set(self, machine, command_line):
        self.radio(machine)
        (machine.root / "sys/class/net/wlan0/phy80211").rmdir()
        assert machine.sh("want_wifi").stdout == ""
        machine.write("proc/device-tree/model", "a PC")
        (machine.root / "sys/class/net/wlan0/phy80211").mkdir()
        assert machine.sh("want_wifi").stdout == ""

    def test_words_are_added_once_to_the_one_line(self, machine, command_line):
        for _ in range(2):
            machine.sh("if [[ $(want_boot) ]]; then do_boot; fi")
        assert command_line.read_text() == self.LINE.rstrip() + " consoleblank=0 logo.nologo\n"
        assert (machine.root / "boot/firmware/cmdline.txt.before-ashyq-kiosk").read_text() == self.LINE

    def test_a_word_that_was_there_is_not_ours_to_remove(self, machine, command_line):
        command_line.write_text("consoleblank=0 rootwait\n")
        machine.sh("do_boot\nrestore_boot")
        assert command_line.read_text() == "consoleblank=0 rootwait\n"

    def test_the_way_back_keeps_what_somebody_else_added_since(self, machine, command_line):
        machine.sh("do_boot")
        command_line.write_text(command_line.read_text().rstrip() + " quiet\n")
        machine.sh("restore_boot")
        assert command_line.read_text() == self.LINE.rstrip() + " quiet\n"

    def test_elsewhere_the_command_line_is_the_technicians(self, machine):
        machine.write("boot/firmware/cmdline.txt", self.LINE)
        assert machine.sh("want_boot").stdout == ""

    def test_a_desktop_gives_the_screen_to_the_door_and_gets_it_back(self, machine, command_line):
        machine.write("etc/systemd/system/display-manager.service", "")
        machine.program("systemctl", '[[ $1 == get-default ]] && echo graphical.target; echo "$*" >>"$DONE"')
        machine.sh("do_boot\nrestore_boot")
        assert [line for line in machine.did() if line.startswith("set-default")] == [
            "set-default multi-user.target",
            "set-default graphical.target",
        ]


class TestUninstall:
    def files(self, machine) -> set[str]:
        return {
            str(path.relative_to(machine.root)) for path in machine.root.rglob("*") if path.name != "python3"
        }

    def test_nothing_is_left(self, machine):
        before = self.files(machine)
        machine.sh(f"{ALL}\nmkdir -p $DATA; echo x >$DATA/kiosk.db")
        assert machine.sh("uninstall", fate="purge").returncode == 0
        # etc/systemd and the like: there before the files that were put into their folders, in a real system.
        assert {name for name in self.files(machine) - before if not (machine.root / name).is_dir()} == set()

    def test_a_folder_goes_with_its_last_file_only_where_it_was_made_for_it(self, machine):
        (machine.root / "usr/local/bin").mkdir(parents=True)
        machine.sh(ALL)
        machine.sh("uninstall", fate="purge")
        assert (machine.root / "usr/local/bin").is_dir()
        assert not (machine.root / "etc/udev/rules.d").exists()

    def test_visits_and_configuration_are_kept_when_nobody_says_otherwise(self, machine):
        machine.sh(f"{ALL}\nmkdir -p $DATA; echo x >$DATA/kiosk.db")
        said = machine.sh("uninstall").stdout
        assert "Kept:" in said
        assert (machine.root / "var/lib/ashyq-kiosk/kiosk.db").exists()
        assert toml(machine)
        assert not (machine.root / "opt/ashyq-kiosk").exists()
        assert machine.sh("uninstall", fate="purge").returncode == 0
        assert not (machine.root / "var/lib/ashyq-kiosk").exists()

    @pytest.mark.parametrize("fate", ["purge", "keep-data"])
    def test_a_group_that_came_with_it_goes_and_one_that_was_there_stays(self, machine, fate):
        machine.program("groupdel", 'echo "groupdel $*" >>"$DONE"')
        machine.program("getent", "[[ $1 == group ]]")
        machine.sh(f"{ALL}\nuninstall", fate=fate)
        assert "groupdel gpio" not in machine.did()
        machine.program("getent", '[[ $1 == group && -e "$HOME/made" ]]')
        machine.sh(f'{ALL}\ntouch "$HOME/made"\nuninstall', fate=fate)
        assert "groupdel gpio" in machine.did()

    def test_where_nothing_is_installed_nothing_happens(self, machine):
        assert "No kiosk of this script" in machine.sh("uninstall").stdout
        assert machine.did() == []

    def test_the_guard_of_a_release_on_trial_goes_too_and_first(self, machine):
        machine.sh(ALL)
        guard = machine.write("etc/systemd/system/ashyq-kiosk-trial.service", "")
        (machine.root / "run/systemd/system").mkdir(parents=True)
        machine.sh("uninstall", fate="purge")
        assert not guard.exists()
        stopped = [line.split()[-1] for line in machine.did() if line.startswith("systemctl stop")]
        assert stopped == ["ashyq-kiosk-trial.service", "ashyq-kiosk.service"]

    def test_what_came_from_debian_is_left_to_autoremove(self, machine):
        machine.program("apt-mark", 'echo "apt-mark $*" >>"$DONE"')
        said = machine.sh(f"do_packages\n{ALL}\nuninstall")
        assert "sudo apt autoremove" in said.stdout
        assert any(line.startswith("apt-mark auto python3 ") for line in machine.did())


class TestTheFirstConsole:
    """Where the door has it; the machine's own is a file of the test."""

    FILES = (
        "ashyq-kiosk.service.d/tty1.conf",
        "ctrl-alt-del.target",
        "system.conf.d/ashyq-kiosk-tty1.conf",
        "system.conf.d/ashyq-kiosk.conf",
    )

    @pytest.fixture
    def placed(self, machine):
        """Install the real files; return where they are now."""
        shutil.copytree(ROOT / "systemd", machine.tree / "systemd", dirs_exist_ok=True)

        def place() -> list[str]:
            said = machine.sh(ALL)
            assert said.returncode == 0, said.stderr
            places = [machine.root / "etc/systemd" / name for name in ("", "system", "system.control")]
            return [name for name in self.FILES if any((place / name).exists() for place in places)]

        return place

    def test_a_door_has_it_and_no_key_restarts_the_machine(self, machine, placed):
        machine.write("dev/tty1", "")
        # Debian 13 has a link of that name, which has to be there afterwards.
        theirs = machine.root / "etc/systemd/system/ctrl-alt-del.target"
        theirs.parent.mkdir(parents=True)
        theirs.symlink_to("/usr/lib/systemd/system/reboot.target")
        assert placed() == list(self.FILES)
        assert (machine.root / "etc/systemd/system.control/ctrl-alt-del.target").exists()
        machine.sh("uninstall", fate="purge")
        assert theirs.is_symlink()
        assert not (machine.root / "etc/systemd/system.control").exists()

    def test_a_machine_without_one_and_a_desktop_keep_their_keys(self, machine, placed):
        assert placed() == ["system.conf.d/ashyq-kiosk.conf"]
        machine.write("dev/tty1", "")
        machine.write("etc/systemd/system/display-manager.service", "")
        machine.program("systemctl", "echo graphical.target")
        assert placed() == ["system.conf.d/ashyq-kiosk.conf"]

    def test_it_takes_one_reload_to_have_the_units_start(self, machine):
        (machine.root / "run/systemd/system").mkdir(parents=True)
        machine.sh(ALL)
        did = [line for line in machine.did() if line.startswith("systemctl")]
        assert [line for line in did if " enable " in line and "--no-reload" not in line] == []
        assert did.count("systemctl daemon-reload") == 1
        assert did.index("systemctl daemon-reload") > did.index(
            "systemctl --no-reload enable ashyq-kiosk.service"
        )


class TestTheJournal:
    RULE = "etc/systemd/journald.conf.d/ashyq-kiosk.conf"

    @pytest.fixture
    def kept(self, machine):
        """A running machine with the rule in its release. Its journal goes where it was to go when it was started last."""
        shutil.copytree(ROOT / "systemd/journald.conf.d", machine.tree / "systemd/journald.conf.d")
        (machine.root / "run/systemd/system").mkdir(parents=True)
        on_card, folder = machine.root / "on-card", machine.root / "var/log/journal/0123"
        machine.program(
            "systemctl",
            f"""echo "systemctl $*" >>"$DONE"
            case $* in
                *journald*) rm -f {on_card}; if [ -e {machine.root / self.RULE} ]; then touch {on_card}; fi ;;
                *) if [ -e {on_card} ]; then mkdir -p {folder}; echo "$*" >>{folder}/system.journal; fi ;;
            esac""",
        )
        machine.program("journalctl", 'echo "journalctl $*" >>"$DONE"')
        return machine

    def restarts(self, machine) -> int:
        return machine.did().count("systemctl restart systemd-journald.service")

    def test_its_rule_comes_after_that_of_raspberry_pi_os_and_keeps_it(self):
        [rule] = (ROOT / "systemd/journald.conf.d").iterdir()
        assert max(rule.name, "40-rpi-volatile-storage.conf") == rule.name
        assert "\nStorage=persistent\n" in rule.read_text()

    def test_it_is_started_anew_for_a_new_rule_and_not_for_an_old_one(self, kept):
        kept.sh(ALL)
        assert self.restarts(kept) == 1
        kept.sh(f"{ALL}\nswitch_release 1.0")
        assert self.restarts(kept) == 1

    @pytest.mark.parametrize("there", [False, True])
    def test_where_none_was_kept_none_is_left(self, kept, there):
        folder = kept.root / "var/log/journal"
        if there:
            folder.mkdir()
        kept.sh(f"{ALL}\nswitch_release 1.0")
        assert (folder / "0123/system.journal").exists()
        kept.sh("uninstall", fate="keep-data")
        assert not (kept.root / self.RULE).exists()
        assert folder.exists() == there
        assert list(folder.glob("*")) == []

    def test_one_that_was_kept_stays(self, kept):
        before = kept.write("var/log/journal/0123/system.journal", "the machine's")
        kept.sh(f"{ALL}\nuninstall", fate="purge")
        assert before.exists()
