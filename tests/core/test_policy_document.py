"""A policy document is taken as a whole or not at all, and says everything that is wrong with it."""

from __future__ import annotations

import copy
import json
import re
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.core.model import Colour
from kiosk.core.rule.policy import (
    Admits,
    CapacityWithoutExit,
    CarryRule,
    Edition,
    Policy,
    StaleRevocations,
    UnattendedColours,
    UnknownRule,
    Window,
    Zone,
    ZoneRule,
)
from kiosk.core.rule.policy_document import NEWEST_VERSION, SINCE_VERSION, parse_policy

CONTRACT = Path(__file__).resolve().parents[2] / "docs" / "contract.md"
GREEN = frozenset({Colour.GREEN})
SMALLEST: dict[str, Any] = {
    "version": 1,
    "sequence": 1,
    "venue": "Demo",
    "editions": [{"effective_from": "2026-01-01T00:00:00Z"}],
}


def documented() -> dict[str, Any]:
    """Return the example of docs/contract.md."""
    block = re.search(r"```json\n(.*?)```", CONTRACT.read_text(encoding="utf-8"), re.DOTALL)
    assert block
    return json.loads(block[1])


def mistakes(*, version: int = 1, **changes: Any) -> list[str]:
    """Return what is wrong with the smallest document after changing its one edition."""
    document = copy.deepcopy(SMALLEST) | {"version": version}
    document["editions"][0].update(changes)
    found = parse_policy(document)
    assert isinstance(found, list)
    return found


def edition(*, version: int = 1, **changes: Any) -> Edition:
    """Return the one edition of the smallest document after changing it."""
    document = copy.deepcopy(SMALLEST) | {"version": version}
    document["editions"][0].update(changes)
    found = parse_policy(document)
    assert isinstance(found, Policy), found
    return found.editions[0]


def test_the_document_of_the_contract_is_understood_to_the_last_key():
    assert parse_policy(documented()) == Policy(
        sequence=7,
        venue="Demo Fitness · Алматы",
        editions=(
            Edition(
                effective_from=datetime(2026, 1, 1, tzinfo=UTC),
                zone=Zone.GREEN,
                zones=(
                    (Zone.RED, ZoneRule(shut=True)),
                    (
                        Zone.YELLOW,
                        ZoneRule(
                            hours=(Window(start=time(7), end=time(17)),), capacity_percent=50, colours=GREEN
                        ),
                    ),
                ),
                opening=(Window(start=time(6), end=time(23)),),
                admits=(
                    Admits(colours=GREEN, window=Window(weekdays=frozenset({5, 6}))),
                    Admits(colours=frozenset({Colour.GREEN, Colour.BLUE})),
                ),
                capacity=60,
                capacity_without_exit=CapacityWithoutExit.IGNORE,
                carry_pass=CarryRule.COMPARE,
                reentry_after=timedelta(minutes=10),
                unknown=UnknownRule(),
            ),
        ),
    )


@pytest.mark.parametrize("version", [1, 2])
def test_what_is_left_out_is_as_the_rules_say_by_default(version):
    assert edition(version=version) == Edition(effective_from=datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("word", CapacityWithoutExit)
def test_version_2_says_what_the_capacity_of_a_venue_without_an_exit_is_worth(word):
    assert edition(version=2, capacity_without_exit=word.value).capacity_without_exit is word


def test_another_word_for_the_capacity_without_an_exit_is_told():
    assert mistakes(version=2, capacity_without_exit="maybe") == [
        "policy.editions[0].capacity_without_exit: expected one of ignore, enforce, found 'maybe'"
    ]


@pytest.mark.parametrize("found", ["enforce", None])
def test_a_key_of_version_2_is_refused_in_version_1_and_the_version_is_named(found):
    (mistake,) = mistakes(version=1, capacity_without_exit=found)
    assert mistake == (
        "policy.editions[0]: capacity_without_exit is a key of version 2, found in a document of version 1; "
        "the registry has to call the document version 2, or to leave the key out"
    )


def test_every_key_that_came_later_came_with_a_version_that_is_read():
    assert all(1 < since <= NEWEST_VERSION for since in SINCE_VERSION.values())


def test_null_means_left_out():
    keys = ("zone", "zones", "opening", "admits", "capacity", "carry_pass", "reentry_after_min", "unknown")
    keys += ("stale_revocations", "unattended_colours", "capacity_without_exit")
    assert edition(version=2, **dict.fromkeys(keys)) == edition()


def test_what_a_venue_decides_of_old_lists_and_of_colours_where_nobody_watches_is_understood():
    found = edition(stale_revocations="ask-staff", unattended_colours="full")
    assert found.stale_revocations is StaleRevocations.ASK_STAFF
    assert found.unattended_colours is UnattendedColours.FULL
    assert mistakes(stale_revocations="refuse", unattended_colours=True) == [
        "policy.editions[0].stale_revocations: expected one of admit, ask-staff, found 'refuse'",
        "policy.editions[0].unattended_colours: expected one of decision-only, full, found True",
    ]


def test_no_opening_hours_at_all_mean_closed_and_not_around_the_clock():
    assert edition(opening=[]).open_until(datetime(2026, 3, 4, 12)) is None


def test_a_moment_in_another_zone_is_the_same_moment():
    assert edition(effective_from="2026-01-01T05:00:00+05:00") == edition()


def test_red_is_refused_wherever_colours_stand():
    found = mistakes(admits=[{"colours": ["green", "red"]}], zones={"yellow": {"colours": ["red"]}})
    assert sorted(line.partition(":")[0] for line in found) == [
        "policy.editions[0].admits[0].colours",
        "policy.editions[0].zones.yellow.colours",
    ]
    assert all("red is never admitted" in line for line in found)


@pytest.mark.parametrize(
    "changes, said",
    [
        ({"effective_from": "2026-01-01"}, "effective_from: expected a moment such as"),
        ({"effective_from": "0001-01-01T00:00:00+05:00"}, "effective_from: expected a moment"),
        ({"effective_from": 5}, "effective_from: expected a moment"),
        ({"zone": "purple"}, "zone: expected one of green, yellow, red, found 'purple'"),
        ({"zone": ["green"]}, "zone: expected one of"),
        ({"zones": {"purple": {}}}, "zones: unknown key 'purple'"),
        ({"zones": {"red": {"shut": "yes"}}}, "zones.red.shut: expected true or false, found 'yes'"),
        ({"zones": {"red": {"capacity_percent": 101}}}, "capacity_percent: expected a whole number from 0 to 100"),
        ({"zones": {"red": []}}, "zones.red: expected an object"),
        ({"opening": {}}, "opening: expected a list"),
        ({"opening": [{"start": "7:30"}]}, "opening[0].start: expected a time of day such as 07:30, found '7:30'"),
        ({"opening": [{"end": "24:00"}]}, "opening[0].end: expected a time of day"),
        ({"opening": [{"weekdays": ["mo"]}]}, "opening[0].weekdays: expected names from mon, tue"),
        ({"opening": [{"weekdays": "mon"}]}, "opening[0].weekdays: expected a list"),
        ({"admits": [{}]}, "admits[0].colours: expected a list"),
        ({"admits": ["green"]}, "admits[0]: expected an object"),
        ({"capacity": True}, "capacity: expected a whole number from 0 to 100000, found True"),
        ({"capacity": 1.5}, "capacity: expected a whole number"),
        ({"capacity": -1}, "capacity: expected a whole number"),
        ({"carry_pass": "maybe"}, "carry_pass: expected one of compare, ask-staff, refuse"),
        ({"reentry_after_min": 9999}, "reentry_after_min: expected a whole number from 0 to 1440"),
        ({"unknown": {"fresh": "open"}}, "unknown.fresh: expected one of ask-staff, admit, refuse"),
        ({"unknown": {"stale_after_min": 0}}, "unknown.stale_after_min: expected a whole number from 1"),
        ({"unknown": {"expired_after_h": 1000}}, "unknown.expired_after_h: expected a whole number from 1 to 720"),
        ({"capasity": 5}, "unknown key 'capasity'; a newer kiosk may know it"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place_and_what_was_expected(changes, said):
    assert [line for line in mistakes(**changes) if said in line]


@pytest.mark.parametrize(
    "document, said",
    [
        (None, "policy: expected an object, found None"),
        ([], "policy: expected an object"),
        ({**SMALLEST, "version": 3}, "policy.version: expected a whole number from 1 to 2, found 3"),
        ({**SMALLEST, "version": True}, "policy.version: expected a whole number from 1 to 2, found True"),
        ({**SMALLEST, "version": 0}, "policy.version: expected a whole number from 1 to 2, found 0"),
        ({**SMALLEST, "sequence": "7"}, "policy.sequence: expected a whole number"),
        ({**SMALLEST, "venue": ""}, "policy.venue: expected a name of 1 to 80 characters"),
        ({**SMALLEST, "editions": []}, "policy.editions: expected at least one edition"),
        ({**SMALLEST, "editions": [5]}, "policy.editions[0]: expected an object, found 5"),
        ({**SMALLEST, "signature": "x" * 100}, "policy: unknown key 'signature'"),
    ],
)
def test_a_document_of_another_shape_is_told_so(document, said):
    found = parse_policy(document)
    assert isinstance(found, list)
    assert [line for line in found if said in line]


def test_all_mistakes_are_told_at_once():
    found = mistakes(
        zone="purple", capacity=-1, carry_pass="maybe", unknown={"fresh": 1}, opening=[{"start": "x"}]
    )
    assert len(found) == 5


def test_a_value_that_is_very_long_is_told_shortened():
    assert all(len(line) < 200 for line in mistakes(zone="x" * 10_000))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS = [
    "effective_from", "zone", "zones", "opening", "admits", "capacity", "carry_pass", "reentry_after_min", "unknown",
    "capacity_without_exit",
]  # fmt: skip


@given(json_values)
def test_any_json_is_a_policy_or_a_list_of_mistakes_and_never_raises(document):
    assert isinstance(parse_policy(document), Policy | list)


@given(st.dictionaries(st.sampled_from(KEYS), json_values), st.sampled_from([1, 2]))
def test_any_edition_is_understood_or_refused_with_reasons(changes, version):
    found = parse_policy(
        {**SMALLEST, "version": version, "editions": [{**SMALLEST["editions"][0], **changes}]}
    )
    assert isinstance(found, Policy) or (found and all(line.startswith("policy") for line in found))


@given(st.datetimes(), st.sampled_from(["", "Z", "+14:00", "-12:00", "+05:00"]))
def test_any_moment_is_taken_with_a_zone_and_refused_without(moment, zone):
    found = parse_policy({**SMALLEST, "editions": [{"effective_from": moment.isoformat() + zone}]})
    far = moment.year in (1, 9999)
    assert isinstance(found, Policy) is bool(zone) or (far and zone)


@pytest.mark.parametrize(
    "changes",
    [
        {"capacity": 0}, {"capacity": 100_000}, {"reentry_after_min": 0}, {"reentry_after_min": 1440},
        {"unknown": {"stale_after_min": 1, "expired_after_h": 1}},
        {"unknown": {"stale_after_min": 10_080, "expired_after_h": 720}},
        {"zones": {"red": {"capacity_percent": 0}}}, {"zones": {"red": {"capacity_percent": 100}}},
    ],
    ids=str,
)  # fmt: skip
def test_both_ends_of_a_range_are_in_it(changes):
    assert edition(**changes) is not None


@pytest.mark.parametrize(
    "changes",
    [
        {"capacity": 100_001}, {"reentry_after_min": 1441}, {"unknown": {"stale_after_min": 10_081}},
        {"unknown": {"expired_after_h": 0}}, {"unknown": {"expired_after_h": 721}},
        {"zones": {"red": {"capacity_percent": -1}}},
    ],
    ids=str,
)  # fmt: skip
def test_one_past_the_end_of_a_range_is_a_mistake(changes):
    assert len(mistakes(**changes)) == 1


def test_of_what_the_venue_does_not_say_about_could_not_check_the_rules_say_it():
    assert edition(unknown={}).unknown == UnknownRule()


@pytest.mark.parametrize(
    "member, longest, too_long",
    [("venue", "v" * 80, "v" * 81), ("venue", "v", ""), ("sequence", 2**53, 2**53 + 1), ("sequence", 0, -1)],
)
def test_name_and_number_of_a_policy_are_as_long_as_the_contract_says(member, longest, too_long):
    assert getattr(parse_policy({**SMALLEST, member: longest}), member) == longest
    assert len(parse_policy({**SMALLEST, member: too_long})) == 1


@pytest.mark.parametrize("length, told", [(40, repr("x" * 38)), (41, "'" + "x" * 36 + "...")])
def test_a_value_of_forty_characters_is_told_whole(length, told):
    [said] = mistakes(zone="x" * (length - 2))
    assert said.endswith(f"found {told}")
