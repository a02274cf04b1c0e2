"""A registry that answers anything but what was asked: "could not check" in time, a line, no gate, and the door goes on."""

from __future__ import annotations

from contextlib import contextmanager

import pytest

from kiosk.core.model import Colour, Outcome, Reason
from kiosk.core.screen.view import Field, Page, Phrase, Sign
from tests.app.around import HouseClock, open_registry
from tests.app.house import House
from tests.app.network import Network
from tests.hostile_server import Manner

LINES = {
    Manner.HTTP_500: "http-500",
    Manner.HTTP_503_RETRY: "http-503",
    Manner.HTML_200: "not-json",
    Manner.REDIRECT_302: "redirect",
    Manner.HALF_BODY: "broken-off",
    Manner.SILENCE: "timeout",
    Manner.SLOW_DRIP: "timeout",
    Manner.WRONG_TYPE: "not-json",
    Manner.BROKEN_JSON: "not-json",
    Manner.OTHER_VISIT: "other-visit",
    Manner.HUGE: "too-long",
    Manner.GARBAGE: "broken-off",
    Manner.PROBLEM_403: "http-403",
}
"""What comes, and the journal's word for it."""
ENDLESS = [manner for manner, why in LINES.items() if why == "timeout"]
"""What would go on for ever: that the visitor is answered at all shows the deadline, however busy the machine is."""
QUESTION_S = 1.0


@contextmanager
def house_behind_a_network(folder, **times):
    clock = HouseClock()
    with (
        open_registry(clock) as registry,
        Network(registry) as network,
        House(folder, registry, clock, url=network.server.url, **times) as house,
    ):
        yield house.ready(), network


@pytest.fixture(scope="module")
def bad_house(tmp_path_factory):
    """One house for all of them, one after the other: none may leave anything behind that stops the next."""
    with house_behind_a_network(tmp_path_factory.mktemp("house")) as house_and_network:
        yield house_and_network


@pytest.fixture(scope="module")
def hasty_house(tmp_path_factory):
    """One that waits for an answer as short as a door does, and gets none to any question."""
    with house_behind_a_network(tmp_path_factory.mktemp("hasty"), question_s=QUESTION_S) as house_and_network:
        yield house_and_network


@pytest.mark.parametrize(
    "manner", [manner for manner in LINES if manner not in ENDLESS], ids=lambda manner: manner.name.lower()
)
def test_whatever_comes_instead_of_an_answer_is_could_not_check(manner, bad_house, journal):
    could_not_check(*bad_house, manner, journal)


@pytest.mark.parametrize("manner", ENDLESS, ids=lambda manner: manner.name.lower())
def test_what_never_comes_to_an_end_is_could_not_check_at_the_deadline(manner, hasty_house, journal):
    could_not_check(*hasty_house, manner, journal)


def could_not_check(house, network, manner, journal):
    """A visitor types their number, and this is what comes instead of an answer."""
    house.idle()
    iin, _ = house.somebody(Colour.GREEN)
    opened = len(house.gate.orders)
    network.server.behave(manner)
    house.type(iin)
    shown = house.next_shown()

    assert (shown.outcome, shown.reason, shown.colour) == (Outcome.UNCHECKED, Reason.COULD_NOT_CHECK, None)
    view = house.view
    assert (view.page, view.field, view.sign) == (Page.RESULT, Field.NEUTRAL, Sign.WAIT)
    assert (view.headline, view.note) == (Phrase.PLEASE_WAIT, Phrase.NO_CONNECTION)
    assert view.reference == shown.reference
    assert len(house.gate.orders) == opened
    said = f"visit {shown.visit_id}: the registry gave no answer: {LINES[manner]}"
    house.until(lambda: said in journal.text, f"the line {said!r}")
    assert f"visit {shown.visit_id}: unchecked, could-not-check" in journal.text
    assert iin not in journal.text

    house.admits()  # by a pass, which needs no network
    network.mend()


def test_when_the_network_is_good_again_everything_arrives_once_and_as_it_was_shown(bad_house):
    """Not one record is lost or told twice, though the registry stored what it could not confirm."""
    house, network = bad_house
    network.mend()
    house.idle()
    house.clock.skip(150)  # what the 503 asked for
    house.type(house.somebody(Colour.GREEN)[0])
    assert house.next_shown().outcome is Outcome.ADMITTED
    house.delivered()
    stored = {row["uid"]: row["outcome"] for row in house.stored()}
    assert stored == {one.visit_id: one.outcome.value for one in house.witness.shown}


def test_a_document_that_is_refused_is_not_asked_for_in_a_hurry(tmp_path, registry, clock):
    with Network(registry) as network:
        network.instead["/v1/policy"] = (404, {"type": "about:blank", "status": 404})
        with House(tmp_path, registry, clock, url=network.server.url) as house:
            house.until(lambda: network.count("/v1/heartbeat") >= 5, "five heartbeats")
        assert network.count("/v1/policy") <= network.count("/v1/heartbeat") + 3
