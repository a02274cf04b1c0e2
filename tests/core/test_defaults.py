"""What a door begins with is what the settings say where nobody sets anything, and it claims nothing that it has not heard."""

from __future__ import annotations

from dataclasses import fields

from kiosk.core.door.state import Door, Times
from kiosk.core.events import LinkChanged
from kiosk.core.screen.status_line import condition
from kiosk.core.screen.view import NO_CORNER, Corner
from kiosk.core.who.keypad_budget import KeypadBudget
from kiosk.settings import Settings
from tests.core.doorman import Doorman
from tests.factories import make_pass, make_setup

ELSEWHERE = {"ask_s": ("registry", "question_s"), "passage_s": ("passage", "wait_s")}
"""Times of the core whose setting stands in another section than [times]."""
NO_SETTING = {"least_s": 0.8, "repeat_s": 5.0, "stands_there_s": 20.0, "staff_s": 300.0, "turn_round_s": 10.0}
BUDGET = {
    "per_minute": "guesses_per_minute",
    "per_hour": "guesses_per_hour",
    "per_day": "guesses_per_day",
    "mistakes": "mistakes_in_a_row",
    "pause_s": "pause_s",
    "longest_s": "longest_pause_s",
}


def test_the_times_of_the_core_are_those_of_the_settings():
    settings, times = Settings(), Times()
    for each in fields(times):
        section, name = ELSEWHERE.get(each.name, ("times", each.name))
        wanted = NO_SETTING.get(each.name) or getattr(getattr(settings, section), name)
        assert getattr(times, each.name) == wanted, each.name


def test_the_keypads_budget_is_that_of_the_settings():
    assert {name: getattr(KeypadBudget(), name) for name in BUDGET} == {
        name: getattr(Settings().keypad, setting) for name, setting in BUDGET.items()
    }


def test_a_door_that_heard_of_nobody_claims_nothing():
    corner = Doorman(Door(setup=make_setup())).view.corner
    assert corner == Corner(
        venue="",
        clock="12:00",
        inside=0,
        capacity=None,
        online=False,
        waiting=0,
        incidents_waiting=0,
        today=None,
        aged=None,
        noticed=None,
        who_unknown=False,
        faults=(),
        ailing=None,
    )


def test_a_page_without_a_strip_shows_nothing_that_staff_would_act_on():
    assert Corner(
        venue="", clock="", inside=None, capacity=None, online=True, waiting=0, incidents_waiting=0, today=None,
        aged=None, noticed=None, who_unknown=False, faults=(), ailing=None,
    ) == NO_CORNER  # fmt: skip


def test_news_that_leave_something_out_claim_nothing():
    assert LinkChanged(online=True, waiting=2) == LinkChanged(
        online=True, waiting=2, parked=0, incidents_waiting=0
    )
    assert not make_pass().revoked
    assert Door(setup=make_setup()).word.parked == 0


def test_what_waits_and_what_is_parked_are_told_as_they_were_heard():
    man = Doorman()
    man.tell(LinkChanged(online=True, waiting=3, parked=2))
    assert condition(man.door, man.stamps.now()) == "Open for visitors. Online, 3 records wait, 2 parked."
