"""The number inside stands beside a visitor's answer: nothing that is wrong with it costs them that, and no answer is not "full"."""

from __future__ import annotations

import time
from contextlib import nullcontext
from datetime import UTC, datetime

import pytest

from kiosk.core.effects import TakePlace
from kiosk.core.events import PlaceAnswered
from kiosk.core.inside.people import VenueNumber
from kiosk.core.model import Colour, Direction, DoorKind, Via
from kiosk.errors import RegistryRefused, RegistryUnreachable
from kiosk.trust.signing import DeviceKey
from kiosk.uplink.answers import venue_number
from kiosk.uplink.client import RegistryClient
from kiosk.uplink.signing import RequestSigner
from kiosk.workers.asking import Asker
from registry.demo_people import DEMO_DOOR, DEMO_VENUE, populate
from registry.embedded import EmbeddedRegistry
from tests.factories import make_id, make_person
from tests.uplink.conftest import PATIENCE_S, Me, timeouts

SAID = {"inside": -1, "own": 2, "at": "2026-12-01T09:00:00Z", "doors": 2, "exits": True}


def test_a_number_is_read_as_it_was_said_and_what_a_newer_registry_adds_is_skipped():
    known = VenueNumber(inside=-1, own=2, at=datetime(2026, 12, 1, 9, tzinfo=UTC), doors=2, exits=True)
    assert venue_number({"venue": SAID}) == known
    assert venue_number({"venue": {**SAID, "mood": "good"}}) == known


@pytest.mark.parametrize(
    "changes",
    [
        {"at": "yesterday"},
        {"at": None},
        {"inside": True},
        {"inside": 1.5},
        {"inside": 10**9},
        {"own": "2"},
        {"doors": 0},
        {"doors": None},
        {"exits": 1},
    ],
    ids=str,
)
def test_a_number_that_is_not_in_its_form_is_none_and_raises_nothing(changes):
    assert venue_number({"venue": {**SAID, **changes}}) is None


@pytest.mark.parametrize(
    "answer", [{}, {"venue": None}, {"venue": []}, {"venue": "7"}, {"venue": {}}], ids=str
)
def test_an_answer_without_a_number_says_none(answer):
    assert venue_number(answer) is None


class Answers:
    """A registry that says one thing about every place, or fails in one way."""

    def __init__(self, says: bool | Exception) -> None:
        self.says = says

    def take_place(self, _visit_id, _deadline_s):
        if isinstance(self.says, Exception):
            raise self.says
        return self.says


@pytest.mark.parametrize(
    "says, taken",
    [
        (True, True),
        (False, False),
        (RegistryUnreachable("timeout", "expected an answer"), None),
        (RegistryRefused("http-404", "expected a registry that knows places"), None),
    ],
    ids=["given", "none free", "unreachable", "an older registry"],
)
def test_a_place_that_nobody_answered_for_is_neither_given_nor_refused(says, taken):
    asker = Asker(Answers(says), lambda _event: None, asking=nullcontext(), heard=lambda _online: None)
    answered = asker._place(TakePlace(visit_id=make_id(1), deadline_s=1.0))
    assert answered == PlaceAnswered(visit_id=make_id(1), taken=taken)


def test_each_of_the_four_answers_of_a_real_registry_hands_the_number_on():
    with EmbeddedRegistry() as registry:
        populate(registry.registry)
        registry.add_door("DEMO-2", venue=DEMO_VENUE)
        person = registry.add_visitor(make_person(7), Colour.GREEN)
        told: list[VenueNumber] = []
        key = DeviceKey.make()
        me = Me(registry.enrol(key.public_raw, DEMO_DOOR), key)
        client = RegistryClient(
            registry.url,
            DEMO_DOOR,
            mono=time.monotonic,
            signer=RequestSigner(me, wall=lambda: datetime.now(UTC)),
            kind=DoorKind.TOGGLE,
            counted=told.append,
            timeouts=timeouts(PATIENCE_S),
        )
        calls = {
            "place": lambda: client.take_place(make_id(1), PATIENCE_S),
            "heartbeat": lambda: client.heartbeat(version="1", waiting=0, parked=0, inside=0, health={}),
            "status": lambda: client.ask(make_id(2), make_person(7), Direction.ENTRY, Via.KEYPAD, PATIENCE_S),
            "events": lambda: client.events(0, 0),
        }
        heard = {}
        for name, call in calls.items():
            before = len(told)
            call()
            heard[name] = [(one.inside, one.own, one.doors, one.exits) for one in told[before:]]
        client.close()
    assert person
    assert heard == {
        "place": [(1, 1, 2, False)],
        "heartbeat": [(1, 1, 2, True)],
        "status": [(1, 1, 2, True)],
        "events": [(1, 1, 2, True)],
    }
