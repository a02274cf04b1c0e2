"""The page of pins says what the settings say, and what the header really is."""

import re
from collections import Counter
from xml.etree import ElementTree as ET

import pytest
from gpiozero.pins.mock import MockFactory

from kiosk.settings import SECTIONS, parse
from tests.house import pin_map


def test_the_header_is_that_of_a_raspberry_pi():
    header = MockFactory().board_info.headers["J8"]
    for place, name in enumerate(pin_map.NAMES, start=1):
        told = header.pins[place].name
        assert told == {"3.3 V": "3V3", "5 V": "5V", "ID": told}.get(name, name)
        assert name != "ID" or told in ("GPIO0", "GPIO1")


def test_no_two_things_share_a_pin_by_default_or_as_suggested():
    users = Counter(use.gpio for use in pin_map.uses())
    assert [gpio for gpio, count in users.items() if count > 1] == []


def test_every_pin_that_a_setting_names_is_in_the_picture_or_is_no_pin():
    drawn = {(use.section, use.setting.split()[0]) for use in pin_map.uses()}
    named = {
        (section, name)
        for section, keys in SECTIONS.items()
        for name, entry in keys.items()
        if entry.kind.unit == "BCM" and entry.toml != []
    }
    assert drawn == named


def test_a_suggestion_is_made_only_where_there_is_no_default():
    assert [key for key in pin_map.SUGGESTED if SECTIONS[key[0]][key[1]].toml] == []


def test_every_use_stands_in_the_picture_once():
    picture = pin_map.picture()
    for use in pin_map.uses():
        assert picture.count(f">{use.label}<") == 1


WIRING = pin_map.ROOT / "docs" / "wiring"
PAGES = sorted(WIRING.glob("*.md"))
DRAWINGS = sorted(WIRING.glob("*.svg"))
ROW = re.compile(r"\| (GPIO\d+|GND|5 V|3\.3 V) \| (\d+) \|(?: `\[(\w+)\] (\w+)`)?")
DRAWN = re.compile(r">(GPIO\d+|GND|5 V|3\.3 V) \((\d+)\)<")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_pin_table_names_the_settings_own_pins_at_their_place_of_the_header(page):
    pins = {(use.section, use.setting): f"GPIO{use.gpio}" for use in pin_map.uses()}
    for name, place, section, setting in ROW.findall(page.read_text()):
        assert pin_map.NAMES[int(place) - 1] == name
        if section:
            assert pins[section, setting] == name


@pytest.mark.parametrize("drawing", DRAWINGS, ids=lambda drawing: drawing.name)
def test_a_drawing_is_well_formed_tells_what_it_shows_and_has_its_pins_at_their_place(drawing):
    root = ET.parse(drawing).getroot()
    assert [root.find(f"{{http://www.w3.org/2000/svg}}{name}").text for name in ("title", "desc")]
    for name, place in DRAWN.findall(drawing.read_text()):
        assert pin_map.NAMES[int(place) - 1] == name


def test_the_readme_names_the_settings_own_pins():
    told = re.findall(
        r"GPIO(\d+) \((?:header )?(\d+)\) \| `\[(\w+)\] (\w+)`", (pin_map.ROOT / "README.md").read_text()
    )
    assert {("gate", "entry_pin"), ("sound", "buzzer_pin")} <= {(row[2], row[3]) for row in told}
    uses = {(use.section, use.setting): use for use in pin_map.uses()}
    for gpio, place, section, setting in told:
        use = uses[section, setting]
        assert (int(gpio), int(place), use.default) == (use.gpio, use.place, True)


def test_the_tables_and_the_drawings_are_really_read():
    assert len(ROW.findall((WIRING / "turnstile.md").read_text())) == 5
    assert len(DRAWN.findall((WIRING / "turnstile.svg").read_text())) == 5


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_an_example_on_a_page_has_no_mistake(page):
    for example in re.findall(r"(?s)```toml\n(.*?)```", page.read_text()):
        parse(example)
