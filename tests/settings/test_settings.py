"""A configuration is understood, or every mistake in it is told at once with its line and what to do."""

import tomllib
from dataclasses import FrozenInstanceError
from datetime import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.commands import reference_pages
from kiosk.core.door.state import Times
from kiosk.core.model import DoorKind
from kiosk.core.rule.policy import Window
from kiosk.errors import SettingsError
from kiosk.ports import Symbology
from kiosk.settings import SECTIONS, Settings, load, parse, shown
from kiosk.settings.checks import notes, remarks

KEYS = [(section, name) for section, keys in SECTIONS.items() for name in keys]


def mistakes(text: str) -> list[str]:
    with pytest.raises(SettingsError) as refused:
        parse(text)
    return str(refused.value).splitlines()


def test_an_empty_file_is_every_default():
    assert parse("") == Settings()


def test_the_file_with_every_key_says_the_defaults(root: Path):
    assert load(root / "config" / "kiosk.toml") == Settings()


def test_the_times_are_those_that_the_core_has_without_a_file():
    core = Times()
    told = Settings().times
    assert all(getattr(core, name) == getattr(told, name) for name in SECTIONS["times"])
    assert core.ask_s == Settings().registry.question_s
    assert core.passage_s == Settings().passage.wait_s


def test_settings_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        parse("").gate.pulse_s = 3.0  # type: ignore[misc]


@pytest.mark.parametrize("section,name", KEYS)
def test_every_key_stands_in_the_file_and_in_the_docs(section: str, name: str, root: Path):
    assert name in tomllib.loads((root / "config" / "kiosk.toml").read_text())[section]
    chapter = (
        (root / "docs" / "configuration.md").read_text().split(f"\n## [{section}]\n")[1].split("\n## ")[0]
    )
    assert f"### `{name} = " in chapter
    assert len(SECTIONS[section][name].comment) > 5


@pytest.mark.concurrent
@pytest.mark.parametrize("page", reference_pages.pages(), ids=lambda page: page.name)
def test_generated_pages_are_current(page: Path):
    made = reference_pages.pages()[page]
    assert page.read_text(encoding="utf-8") == made, "run: python -m kiosk.commands.reference_pages"


@pytest.mark.parametrize("name", ["fitness-club", "sauna-exit", "desk"])
def test_every_example_has_no_mistake_and_nothing_to_look_at_twice(name: str, root: Path):
    settings = load(root / "config" / "examples" / f"{name}.toml")
    assert list(notes(settings)) == []


def test_what_is_shown_can_be_read_again(root: Path):
    for name in ("fitness-club", "sauna-exit", "desk"):
        settings = parse((root / "config" / "examples" / f"{name}.toml").read_text())
        assert parse(shown(settings)) == settings


def test_values_become_what_the_application_uses():
    settings = parse(
        '[door]\nkind = "exit"\n[camera]\nsize = "640x480"\n[gate]\nentry_pin = 0\n'
        '[sound]\nquiet_hours = "22:00-07:00"\n[times]\nadmitted_s = 4\n'
    )
    assert settings.door.kind is DoorKind.EXIT
    assert settings.camera.size == (640, 480)
    assert settings.gate.entry_pin is None
    assert settings.sound.quiet_hours == Window(start=time(22), end=time(7))
    assert isinstance(settings.times.admitted_s, float)


def test_all_mistakes_are_told_at_once_in_the_order_of_the_lines():
    told = mistakes(
        '[door]\nkind = "entrance"\ntimezone = "Asia/Almatty"\n'
        "[gatte]\npin = 3\n"
        "[gate]\npulse_ms = 500\npulse_s = 0,5\nentry_pin = 99\nactive_high = True\n"
        '[registry]\nurl = "http://example.kz"\nquestion_s = "1.5"\n'
    )
    assert [int(line.split(":")[1]) for line in told] == [2, 3, 4, 7, 8, 9, 10, 12, 13]


@pytest.mark.parametrize(
    "text,line,says",
    [
        ("[gate]\npulse_ms = 5", 2, 'unknown key "pulse_ms" in [gate]; did you mean "pulse_s"?'),
        ("[gate]\nquestion_s = 1.0", 2, 'unknown key "question_s" in [gate]; it belongs in [registry]'),
        ("[lmap]", 1, 'unknown section [lmap]; did you mean "lamp"?'),
        ("pulse_s = 1.0", 1, 'key "pulse_s" stands before any section; it belongs in [gate]'),
        ("gate = 1", 1, "gate is a section: write [gate] on a line of its own"),
        ("[[gate]]", 1, "gate is a section: write [gate] on a line of its own"),
        ('[gate]\npulse_s = "fast"', 2, 'expected a number of seconds from 0.1 to 10, found "fast"'),
        ('[gate]\npulse_s = "0,5"', 2, 'found "0,5"; write 0.5 without quotes'),
        ("[gate]\npulse_s = 11", 2, "found 11; at most 10"),
        ("[gate]\npulse_s = nan", 2, "expected a number of seconds from 0.1 to 10, found NaN"),
        ("[gate]\npulse_s = true", 2, "expected a number of seconds from 0.1 to 10, found true"),
        ("[gate]\npulse_s = 0,5", 2, "[gate] pulse_s: this is no value: 0,5; write 0.5 with a point"),
        ("[gate]\nentry_pin = 1", 2, "expected a GPIO as BCM number from 2 to 27, or 0 for none, found 1"),
        ("[gate]\nentry_pin = 28", 2, "found 28; BCM numbers, not positions on the header"),
        ("[gate]\nactive_high = True", 2, "write true"),
        ('[gate]\nactive_high = "true"', 2, "write true or false, without quotes"),
        ("[gate]\nactive_high = 1", 2, "expected true or false, found 1"),
        ("[gate]\ndriver = gpio", 2, "words stand in quotes"),
        ("[gate]\ndriver = “gpio”", 2, "use the straight quotes"),
        ('[gate]\ndriver = "gpio', 2, "a closing quote is missing"),
        ('[gate]\ndriver = "gpoi"', 2, 'did you mean "gpio"?'),
        ("[gate]\ndriver: gpio", 2, "write = instead of :"),
        ("[gate]\npulse_s =", 2, "this is no value: nothing"),
        ("[gate]\npulse_s", 2, "expected `key = value`"),
        (
            "[gate]\npulse_s = 1.0\npulse_s = 2.0",
            3,
            "[gate] pulse_s is given twice, first on line 2: keep one",
        ),
        ("[gate]\n[lamp]\n[gate]", 3, "section [gate] is given twice, first on line 1: make it one"),
        ("[gate\npulse_s = 1.0", 1, "expected a section such as [gate]"),
        ("[dооr]", 1, "expected a section such as [gate]"),
        ("[gate]\nрulse_s = 1.0", 2, "there is a letter in the key that is not Latin"),
        ('[door]\nid = "a1"', 2, "capital Latin letters"),
        ('[door]\ntimezone = "../../etc/passwd"', 2, "expected a time zone"),
        ('[door]\ntimezone = "Asia"', 2, "expected a time zone"),
        ('[camera]\nsize = "720p"', 2, 'expected a size in pixels such as "1280x720"'),
        ('[sound]\nquiet_hours = "25:00-07:00"', 2, "a day has the times 00:00 to 23:59"),
        ("[screen]\nrotate = 45", 2, "expected one of 0, 90, 180, 270, found 45"),
        ("[screen]\nrotate = false", 2, "expected one of 0, 90, 180, 270, found false"),
        ('[registry]\nurl = "http://registry.kz"', 2, "only https, or http to this machine itself"),
        ('[registry]\nurl = "https://user:word@registry.kz"', 2, "no user, password"),
        ('[registry]\nurl = "https://registry.kz:port"', 2, "expected an address"),
        ('[store]\npath = "kiosk.db"', 2, "it has to begin with /"),
        ('[reader]\nformats = "qr"', 2, 'write a list, as ["qr", "code-128"'),
        ("[reader]\nformats = []", 2, 'expected a list of some of "qr", "code-128"'),
        ('[reader]\nformats = ["qr", "code128"]', 2, 'did you mean "code-128"?'),
        ('[reader]\nformats = ["qr", 128]', 2, "there is no"),
        ('[reader]\nformats = ["qr", "qr"]', 2, "each at most once"),
        ("[sync]\nbatch = 501", 2, "expected a whole number of records from 1 to 500, found 501"),
    ],
)
def test_a_mistake_says_where_what_was_expected_what_came_and_what_to_do(text: str, line: int, says: str):
    told = [each for each in mistakes(text) if each.startswith(f"kiosk.toml:{line}: ")]
    assert len(told) == 1
    assert says in told[0]


@pytest.mark.parametrize(
    "text,says",
    [
        ('[lamp]\ndriver = "rgb"\ngreen_pin = 5', "3: [lamp] green_pin: GPIO 5 is taken by [lamp] red_pin"),
        (
            '[gate]\ndriver = "gpio"\nentry_pin = 5\n[lamp]\ndriver = "rgb"',
            "3: [lamp] red_pin: GPIO 5 is taken by [gate] entry_pin",
        ),
        (
            '[gate]\ndriver = "gpio"\nentry_pin = 17\npulse_s = 3\nmax_on_s = 1',
            "5: [gate] max_on_s: expected at least pulse_s",
        ),
        (
            '[gate]\ndriver = "gpio"\nentry_pin = 0',
            "3: [gate] entry_pin: expected the GPIO of the relay",
        ),
        (
            '[gate]\ndriver = "gpio"\nmode = "hold"\nhold_s = 12',
            "4: [gate] max_on_s: expected at least hold_s, which is 12",
        ),
        (
            '[gate]\ndriver = "gpio"\nmode = "hold"\nshut_pin = 22',
            "4: [gate] shut_pin: a held line shuts the gate by itself",
        ),
        (
            '[gate]\ndriver = "gpio"\nshut_pin = 24\nhold_s = 9\n[passage]\ndriver = "beam"',
            "4: [gate] hold_s: expected at most [passage] wait_s, which is 8",
        ),
        (
            '[gate]\ndriver = "gpio"\nshut_pin = 17',
            "3: [gate] shut_pin: GPIO 17 is taken by [gate] entry_pin",
        ),
        ('[lamp]\ndriver = "rgb"\nblue_pin = 0', "3: [lamp] blue_pin: expected a GPIO"),
        (
            '[lamp]\ndriver = "traffic-light"\nlights = ["red", "green"]',
            "3: [lamp] lights: expected at least red, yellow and green, found no yellow",
        ),
        ('[lamp]\ndriver = "traffic-light"\nyellow_pin = 0', "3: [lamp] yellow_pin: expected a GPIO"),
        (
            '[lamp]\ndriver = "traffic-light"\nlights = ["red", "yellow", "green", "white"]\nwhite_pin = 0',
            "4: [lamp] white_pin: expected a GPIO",
        ),
        (
            '[sound]\ndriver = "buzzer"\nbuzzer_pin = 0',
            "3: [sound] buzzer_pin: expected the GPIO of the buzzer",
        ),
        (
            '[gate]\ndriver = "gpio"\nentry_pin = 12\n[sound]\ndriver = "buzzer"',
            "3: [sound] buzzer_pin: GPIO 12 is taken by [gate] entry_pin",
        ),
        (
            '[camera]\ndriver = "none"\n[keypad]\ndriver = "none"\n[door]\nvenue_code = false',
            "4: [camera] driver: nobody could be read",
        ),
        (
            "[times]\nunchecked_s = 5\n[registry]\nquestion_s = 6",
            "4: [times] unchecked_s: expected more than",
        ),
    ],
)
def test_keys_that_do_not_go_together_are_told(text: str, says: str):
    assert mistakes(text) == [told for told in mistakes(text) if told.startswith(f"kiosk.toml:{says}")] != []


def test_a_key_with_a_mistake_of_its_own_is_told_once():
    assert len(mistakes('[gate]\ndriver = "gpio"\nentry_pin = 99')) == 1


def test_a_lock_that_stays_shut_where_people_leave_deserves_a_second_look():
    said = parse('[door]\nkind = "exit"\nattended = false\n[gate]\ndriver = "gpio"\nentry_pin = 4')
    assert [note for note in notes(said) if "nobody is ever held inside" in note]


@pytest.mark.parametrize("bears", ["max_on_s = 0", 'fail = "safe"'])
def test_what_may_stay_on_may_be_held_for_long(bears: str):
    assert parse(f'[gate]\ndriver = "gpio"\nmode = "hold"\nhold_s = 30\n{bears}').gate.hold_s == 30


def test_the_old_word_for_an_rgb_lamp_is_still_understood():
    assert parse('[lamp]\ndriver = "gpio"') == parse('[lamp]\ndriver = "rgb"')


def test_lights_that_a_column_does_not_have_need_no_pin():
    assert parse('[lamp]\ndriver = "traffic-light"\nblue_pin = 0\nwhite_pin = 0').lamp.white_pin is None


def test_a_gate_that_is_held_where_nobody_sees_who_passes_deserves_a_second_look():
    held = '[gate]\ndriver = "gpio"\nmode = "hold"\n'
    assert [note for note in notes(parse(held)) if "stands open for 5 s, whoever comes behind" in note]
    sensed = parse(held + '[passage]\ndriver = "contact"')
    assert not [note for note in notes(sensed) if "whoever comes behind" in note]


def test_unused_pins_clash_with_nothing():
    assert parse("[lamp]\nred_pin = 6").lamp.red_pin == 6


def test_dotted_keys_and_windows_line_ends_are_toml_too():
    assert parse("gate.pulse_s = 2.0\r\n[times]\r\nadmitted_s = 4.0\r\n").gate.pulse_s == 2.0


def test_an_iin_pasted_by_mistake_is_masked():
    assert "850101300123" not in "".join(mistakes('[door]\nid = "x850101300123"\n850101300123'))


@pytest.mark.parametrize(
    "content,says",
    [
        (b"\xff\xfe[\x00g\x00", "not UTF-8: save the file with the encoding UTF-8"),
        ("[gate]\n# \xe9".encode("latin-1"), "kiosk.toml:2: not UTF-8"),
        (b"#" * (256 * 1024 + 1), "larger than 256 KiB"),
    ],
)
def test_a_file_that_is_no_text_is_told_in_a_sentence(content: bytes, says: str, tmp_path: Path):
    file = tmp_path / "kiosk.toml"
    file.write_bytes(content)
    with pytest.raises(SettingsError, match=says):
        load(file)


def test_notepads_mark_at_the_start_is_no_mistake(tmp_path: Path):
    file = tmp_path / "kiosk.toml"
    file.write_bytes("[gate]\npulse_s = 2.0\n".encode("utf-8-sig"))
    assert load(file).gate.pulse_s == 2.0


def test_a_file_that_is_not_there_or_is_a_folder_is_told(tmp_path: Path):
    with pytest.raises(SettingsError, match="there is no such file"):
        load(tmp_path / "none.toml")
    with pytest.raises(SettingsError, match="cannot be read"):
        load(tmp_path)


def test_the_first_place_that_has_a_file_counts(tmp_path: Path):
    second = tmp_path / "second.toml"
    second.write_text("[gate]\npulse_s = 2.0\n")
    assert load(places=[tmp_path / "first.toml", second]).gate.pulse_s == 2.0
    with pytest.raises(SettingsError, match="--config FILE"):
        load(places=[tmp_path / "first.toml"])


def refusal(text: str) -> str:
    """What is wrong with the text, or nothing; anything but a SettingsError fails the test."""
    try:
        parse(text)
    except SettingsError as refused:
        return str(refused)
    return ""


@given(st.text(max_size=200))
def test_any_text_is_understood_or_refused_with_sentences(text: str):
    assert all(line.startswith("kiosk.toml:") for line in refusal(text).splitlines())


_pieces = st.sampled_from(
    ["[gate]", "[lamp]", "[[gate]]", "[gate.x]", "gate = 1", "pulse_s = 1.0", "gate.pulse_s = 2.0", 'driver = "none"',
     '"""', "x = '''", "= 1", "[", "]", "pulse_s = [1,", "2]", "red_pin = 6", "a.b.c = 1", '"driver" = "none"', "\\", "#"]
)  # fmt: skip


@given(st.lists(_pieces, max_size=8))
def test_any_pile_of_lines_is_refused_exactly_when_it_is_not_a_right_configuration(lines: list[str]):
    text = "\n".join(lines)
    try:
        tree = tomllib.loads(text)
        right = all(
            name in SECTIONS and isinstance(keys, dict) and all(key in SECTIONS[name] for key in keys)
            for name, keys in tree.items()
        )
    except tomllib.TOMLDecodeError:
        right = False
    assert right == (refusal(text) == "")


def test_formats_are_in_the_order_of_the_table_and_shown_as_they_are_written():
    told = parse('[reader]\nformats = ["pdf417", "qr"]')
    assert told.reader.formats == (Symbology.QR, Symbology.PDF417)
    assert 'formats = ["qr", "pdf417"]' in shown(told)
    assert parse(shown(told)).reader == told.reader


def test_a_door_that_reads_no_pass_deserves_a_note():
    assert any("no pass is read here" in note for note in notes(parse('[reader]\nformats = ["code-128"]')))
    assert not any("no pass is read here" in note for note in notes(Settings()))


@pytest.mark.parametrize("kind, said", [("entry", True), ("exit", False), ("toggle", False)])
def test_an_entry_is_told_that_its_capacity_hangs_on_the_other_doors(kind, said):
    told = list(remarks(parse(f'[door]\nkind = "{kind}"')))
    assert bool(told) is said
    assert all("capacity_without_exit" in each for each in told)
