"""Every event has its lane: one that nobody thought of would be a fact, and a visitor could make facts without a bound."""

import inspect
from dataclasses import is_dataclass
from typing import get_args

from kiosk.core import events
from kiosk.core.events import Event
from kiosk.threads.inbox import LANE_OF


def event_classes() -> set[type]:
    return {
        each
        for _name, each in inspect.getmembers(events, inspect.isclass)
        if is_dataclass(each) and each.__module__ == events.__name__
    }


def test_every_event_is_in_the_table_of_lanes_and_nothing_else_is():
    assert set(LANE_OF) == event_classes()
    assert set(get_args(Event)) <= set(LANE_OF)
