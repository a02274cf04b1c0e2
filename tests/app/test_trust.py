"""Whom a running door trusts: a device, a pass, a document, a clock, a code on its own screen, each until it may not."""

from __future__ import annotations

import base64
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from kiosk.core.door.building import Standing
from kiosk.core.effects import TrustTime
from kiosk.core.events import Part
from kiosk.core.model import Colour, Direction, DoorKind, Outcome, TextFault, Via
from kiosk.core.rule.knowledge import Known
from kiosk.core.screen.view import Page, Phrase
from kiosk.enrolment.device import Device
from registry.demo_people import DEMO_DOOR, DEMO_VENUE
from registry.passes import Life
from tests.app.around import HouseClock, open_registry
from tests.app.house import House
from tests.app.network import HOP_BY_HOP, Network
from tests.factories import NOON

BOOT, ANOTHER_BOOT = "01234567-89ab-4def-8123-456789abcdef", "fedcba98-7654-4210-8fed-cba987654321"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CARD = "ЖСН: {}"


def on_disk(folder: Path, question: str) -> list[Any]:
    """Return what stands in the kiosk's file."""
    with closing(sqlite3.connect(f"{(folder / 'kiosk.db').as_uri()}?mode=ro", uri=True)) as connection:
        return connection.execute(question).fetchall()


def revoked_at(house: House, folder: Path, subject: str) -> None:
    """Have a pass revoked at the registry, and wait until the kiosk has heard."""
    before = on_disk(folder, "SELECT count(*) FROM revoked")[0][0]
    house.registry.revoke_pass(subject)
    house.until(
        lambda: on_disk(folder, "SELECT count(*) FROM revoked")[0][0] > before,
        "a longer list of revoked passes",
    )


def test_a_revoked_device_lets_people_out_only_forgets_all_it_was_told_and_delivers_after_it_is_enrolled_anew(
    tmp_path, registry, clock
):
    device = Device.beside(tmp_path / "kiosk.db")
    with House(tmp_path, registry, clock, kind=DoorKind.TOGGLE) as house:
        house.ready()
        leaving, _ = house.somebody(Colour.GREEN)
        house.hold_up(CARD.format(leaving))
        assert house.next_shown().direction is Direction.ENTRY
        house.delivered()
        registry.cut()
        house.until(lambda: not house.door.word.online, "no link")
        house.type(house.somebody(Colour.BLUE)[0])
        assert house.next_shown().outcome is Outcome.UNCHECKED
        house.idle()
        waiting = on_disk(tmp_path, "SELECT sealed FROM records WHERE kind = 'visit' AND sealed IS NOT NULL")
        assert waiting
        first = device.load().device
        registry.revoke_device(first)
        registry.restore()
        house.until(lambda: house.door.standing is Standing.OUT_OF_SERVICE, "an end of the service")
        assert (house.view.page, house.view.headline) == (Page.OUT_OF_ORDER, Phrase.OUT_OF_SERVICE)

        opened = len(house.gate.orders)
        house.hold_up(house.pass_of(Colour.GREEN))
        house.until(house.camera.finished.is_set, "the visitor's code")
        assert house.door.standing is Standing.OUT_OF_SERVICE
        assert len(house.gate.orders) == opened
        clock.skip(700)
        house.hold_up(CARD.format(leaving))
        shown = house.next_shown()
        assert (shown.direction, shown.opened) == (Direction.EXIT, True)
        assert house.gate.orders[opened:] == [Direction.EXIT]
        house.until(lambda: house.door.standing is Standing.OUT_OF_SERVICE, "the page back")

        assert device.load() is None
        assert [path.name for path in (tmp_path / "device").iterdir()] == ["belongs.json"], (
            "whose it is, and no key"
        )
        assert on_disk(tmp_path, "SELECT name FROM documents") == []
        assert on_disk(tmp_path, "SELECT count(*) FROM revoked") == [(0,)]
        told = house.witness.shown

    left = on_disk(tmp_path, "SELECT sealed FROM records WHERE kind = 'visit' AND sealed IS NOT NULL")
    assert set(waiting) <= set(left)
    with House(tmp_path, registry, clock, kind=DoorKind.TOGGLE) as house:
        house.ready()
        assert device.load().device != first
        uids = {one.visit_id for one in told}
        house.until(lambda: uids <= {row["uid"] for row in house.stored()}, "what had waited")
        house.admits()


def test_a_withdrawal_that_nobody_has_signed_changes_nothing_and_staff_are_told(tmp_path, registry, clock):
    device = Device.beside(tmp_path / "kiosk.db")
    unsigned = (403, {"type": "urn:ashyq:problem:device-revoked", "title": "Forbidden", "status": 403})
    others = base64.b64encode(registry.registry.documents.withdrawal("D-0123456789abcdef", NOON)).decode()
    with (
        Network(registry) as network,
        House(tmp_path, registry, clock, url=network.server.url) as house,
    ):
        house.ready()
        before = device.load()
        for answer in (unsigned, (403, unsigned[1] | {"statement": others})):
            network.instead = dict.fromkeys(
                ["/v1/heartbeat", "/v1/status", "/v1/visits", "/v1/policy"], answer
            )
            house.until(lambda: house.door.is_broken(Part.REGISTRY), "a fault that staff see")
            house.until(lambda: not house.door.word.online, "offline")
            assert 9 in house.door.building.faults
            house.admits()
            assert house.door.standing is Standing.OPEN
            assert device.load().device == before.device
            network.instead = {}
            house.until(lambda: not house.door.is_broken(Part.REGISTRY), "the registry itself again")
        house.delivered()
        registry.revoke_device(before.device)
        house.until(lambda: house.door.standing is Standing.OUT_OF_SERVICE, "the real one, which is signed")


def test_an_exit_door_that_was_withdrawn_lets_everybody_out_and_records_them(tmp_path, registry, clock):
    with House(tmp_path, registry, clock, kind=DoorKind.EXIT) as house:
        house.ready()
        registry.revoke_device(Device.beside(tmp_path / "kiosk.db").load().device)
        house.until(lambda: house.door.standing is Standing.OUT_OF_SERVICE, "an end of the service")
        for number, content in enumerate((house.pass_of(Colour.RED), "https://a.kz/not-ours"), 1):
            house.until(house.camera.finished.is_set, "an empty hall")
            house.hold_up(content)
            assert house.next_shown().opened
            house.until(lambda: house.door.standing is Standing.OUT_OF_SERVICE, "the page back")
            assert on_disk(tmp_path, "SELECT count(*) FROM records WHERE kind = 'visit'") == [(number,)]
        assert house.gate.orders == [Direction.EXIT] * 2


def test_a_revoked_pass_enters_nowhere_and_another_of_the_same_minute_does(tmp_path, registry, clock):
    with House(tmp_path, registry, clock) as house:
        house.ready()
        _, subject = house.somebody(Colour.GREEN)
        text = registry.issue_pass(subject, Life.CARRY)
        revoked_at(house, tmp_path, subject)
        house.idle()
        house.hold_up(text)
        house.until(lambda: TextFault.REVOKED in house.told, "a refusal")
        house.until(lambda: house.view.page is Page.RESULT, "a notice")
        # Why a pass was withdrawn is nobody's business in the hall.
        assert house.view.headline is Phrase.CODE_DAMAGED
        assert house.gate.orders == []
        house.admits()


@pytest.mark.parametrize("kind", [DoorKind.EXIT, DoorKind.TOGGLE])
def test_a_pass_that_was_revoked_while_its_visitor_was_inside_opens_the_way_out(
    kind, tmp_path, registry, clock
):
    with House(tmp_path, registry, clock, kind=kind) as house:
        house.ready()
        _, subject = house.somebody(Colour.GREEN)
        text = registry.issue_pass(subject, Life.CARRY)
        if kind is DoorKind.TOGGLE:
            house.hold_up(text)
            assert house.next_shown().direction is Direction.ENTRY
            house.idle()
            clock.skip(700)  # past [times] repeat and the policy's reentry_after_min
        revoked_at(house, tmp_path, subject)
        house.idle()
        house.hold_up(text)
        shown = house.next_shown()
        assert (shown.direction, shown.outcome, shown.opened) == (Direction.EXIT, Outcome.ADMITTED, True)
        assert house.gate.orders[-1] is Direction.EXIT
        house.delivered()
        assert house.stored()[0]["colour"] is None, "a pass that was withdrawn proves no colour"


def test_when_what_was_signed_is_past_its_time_the_ladder_is_at_its_end_though_the_link_went_only_now(
    tmp_path, clock
):
    """Ten minutes without the registry are fresh by the venue's policy; its own signatures say otherwise."""
    with open_registry(clock, document_life=timedelta(minutes=10)) as registry:
        registry.change_policy(
            DEMO_VENUE, unknown={"fresh": "ask-staff", "stale": "ask-staff", "expired": "refuse"}
        )
        with House(tmp_path, registry, clock) as house:
            house.ready()
            house.until(
                lambda: (
                    house.door.word.knowledge is not None
                    and None not in [age for _known, age in house.door.word.knowledge]
                ),
                "all documents",
            )
            registry.cut()
            house.until(lambda: not house.door.word.online, "no link")
            house.type(house.somebody(Colour.GREEN)[0])
            fresh = house.next_shown()
            assert (fresh.outcome, house.view.headline) == (Outcome.UNCHECKED, Phrase.PLEASE_WAIT)
            house.idle()
            clock.skip(601)
            house.until(lambda: house.view.corner.aged is not None, "a word to staff")
            assert house.view.corner.aged.known in list(Known)
            house.type(house.somebody(Colour.GREEN)[0])
            late = house.next_shown()
            assert (late.outcome, late.opened) == (Outcome.UNCHECKED, False)
            assert house.view.headline is Phrase.NO_ENTRY
            registry.restore()
            house.until(lambda: house.view.corner.aged is None and house.door.word.online, "documents of now")


def test_who_is_inside_is_known_after_a_restart_of_the_service_and_not_after_one_of_the_machine(
    tmp_path, registry, clock
):
    def comes(boot: str) -> tuple[Direction, int, bool]:
        with House(tmp_path, registry, clock, kind=DoorKind.TOGGLE, boot=boot) as house:
            house.ready()
            house.idle()
            unknown = house.view.corner.who_unknown
            house.hold_up(registry.issue_pass(subject))
            way = house.next_shown().direction
            house.idle()
            clock.skip(700)
            return way, house.door.people.inside, unknown

    with House(tmp_path, registry, clock) as house:
        subject = house.somebody(Colour.GREEN)[1]
    assert comes(BOOT) == (Direction.ENTRY, 1, False)
    assert comes(BOOT) == (Direction.EXIT, 0, False)
    assert comes(BOOT) == (Direction.ENTRY, 1, False)
    # The power was gone: that somebody is inside is known by the records, who it is by nothing any more.
    assert comes(ANOTHER_BOOT) == (Direction.ENTRY, 2, True)


def test_a_kiosk_that_starts_offline_in_the_past_knows_a_pass_that_was_over_before_the_restart(
    tmp_path, registry, clock
):
    with House(tmp_path, registry, clock, venue_code=True) as house:
        house.ready()
        _, subject = house.somebody(Colour.GREEN)
        over = registry.issue_pass(subject)
        clock.skip(HOUR.total_seconds())
        house.until(
            lambda: (
                house.door.word.latest_signed is not None and house.door.word.latest_signed >= NOON + HOUR
            ),
            "a document that was signed an hour later",
        )
    registry.cut()
    late = HouseClock(wrong_by=-10 * HOUR, is_trusted=False)
    with House(tmp_path, registry, late, venue_code=True) as house:
        house.sees()
        house.until(lambda: house.door.word.policy is not None, "the kept policy")
        house.idle()
        assert (house.view.corner.clock, house.view.venue_code) == ("", None), "staff see that time is unsure"
        house.hold_up(over)
        house.until(lambda: TextFault.EXPIRED in house.told, "a refusal")
        assert house.gate.orders == []
        house.admits()  # by a pass of now, ten hours ahead of this clock


def test_a_visit_of_a_late_clock_arrives_with_the_right_time_when_that_is_known(tmp_path, registry, clock):
    with House(tmp_path, registry, clock) as house:
        house.ready()  # and leaves keys and policy on the disk
    registry.cut()
    late = HouseClock(wrong_by=-10 * HOUR, is_trusted=False)
    with House(tmp_path, registry, late, boot=BOOT) as house:
        house.sees()
        house.until(lambda: house.door.word.policy is not None, "the kept policy")
        shown = house.admits()
        assert shown.at < NOON - 9 * HOUR
        house.idle()
        late.wrong_by, late.is_trusted = timedelta(0), True
        house.until(
            lambda: any(isinstance(effect, TrustTime) for one in house.log for effect in one.effects),
            "a time that is known",
        )
        registry.restore()
        house.delivered()
    [row] = registry.visits(DEMO_DOOR)
    assert row["uid"] == shown.visit_id
    assert abs(datetime.fromisoformat(str(row["at"])) - (shown.at + 10 * HOUR)) < timedelta(minutes=5)


def test_what_a_late_clock_wrote_before_a_restart_of_the_service_arrives_with_the_right_time_too(
    tmp_path, registry, clock
):
    with House(tmp_path, registry, clock) as house:
        house.ready()
    registry.cut()
    late = HouseClock(wrong_by=-10 * HOUR, is_trusted=False)
    with House(tmp_path, registry, late, boot=BOOT) as house:
        house.sees()
        house.until(lambda: house.door.word.policy is not None, "the kept policy")
        shown = house.admits()
        house.idle()
    late.wrong_by, late.is_trusted = timedelta(0), True  # while the service is down
    registry.restore()
    with House(tmp_path, registry, late, boot=BOOT) as house:
        house.ready()
        house.delivered()
    [row] = registry.visits(DEMO_DOOR)
    assert abs(datetime.fromisoformat(str(row["at"])) - (shown.at + 10 * HOUR)) < timedelta(minutes=5)


def problem(answer: requests.Response) -> tuple[int, str]:
    """Return what the registry said instead of a good answer."""
    return answer.status_code, answer.json()["type"].rpartition(":")[2]


def check_in(registry, code: str, subject: str) -> requests.Response:
    """Do what a visitor's phone does with a code that it has seen."""
    body = {"code": code, "subject": subject, "direction": None}
    return requests.post(f"{registry.url}/v1/checkins", json=body, timeout=20)


def test_a_photo_of_the_venue_code_is_worthless_after_a_minute_and_the_code_on_the_screen_opens(
    tmp_path, registry, clock
):
    with House(tmp_path, registry, clock, venue_code=True) as house:
        house.ready()
        house.idle()
        assert registry.wait_for_listener(DEMO_DOOR, 30)
        _, subject = house.somebody(Colour.GREEN)
        photo = house.view.venue_code
        clock.skip(61)
        house.until(lambda: house.view.venue_code not in (None, photo), "a new code")
        refused = check_in(registry, photo, subject)
        assert problem(refused) == (409, "stale-code")
        assert check_in(registry, house.view.venue_code, subject).json()["door"] == DEMO_DOOR
        shown = house.next_shown()
        assert (shown.via, shown.opened) == (Via.PHONE, True)
        assert len(house.witness.shown) == 1


@pytest.mark.parametrize("path", ["/v1/status", "/v1/visits", "/v1/policy"])
def test_a_request_of_the_kiosk_that_somebody_kept_and_sends_again_is_refused(
    path, tmp_path, registry, clock
):
    with Network(registry) as network, House(tmp_path, registry, clock, url=network.server.url) as house:
        house.ready()
        house.type(house.somebody(Colour.GREEN)[0])
        house.next_shown()
        house.delivered()
        kept = next(came for came in network.server.requests if came.path == path)
    headers = {name: value for name, value in kept.headers.items() if name not in HOP_BY_HOP}
    query = f"?{kept.query}" if kept.query else ""
    again = requests.request(
        kept.method, f"{registry.url}{path}{query}", data=kept.body, headers=headers, timeout=20
    )
    assert problem(again) == (401, "replayed")


def test_roots_change_without_a_visit_while_the_kiosk_is_away_and_comes_back_in_time(
    tmp_path, registry, clock
):
    device = Device.beside(tmp_path / "kiosk.db")
    with House(tmp_path, registry, clock) as house:
        house.ready()
        enrolled_by = set(device.load().roots.by_kid)
        registry.cut()
        house.until(lambda: not house.door.word.online, "no link")
        registry.rotate_root()
        clock.skip((20 * DAY).total_seconds())
        registry.restore()
        house.until(lambda: len(device.load().roots.by_kid) == 2, "both roots on the disk")
        registry.cut()
    clock.skip((11 * DAY).total_seconds())
    registry.restore()
    with House(tmp_path, registry, clock) as house:
        house.ready()
        sequence = registry.change_policy(DEMO_VENUE, capacity=7)
        house.until(lambda: house.door.word.policy.sequence == sequence, "a policy under the new root")
        house.until(lambda: not enrolled_by & set(device.load().roots.by_kid), "the old root forgotten")
        house.admits()


def test_who_slept_through_a_whole_rotation_believes_nothing_new_and_says_what_to_do(
    tmp_path, registry, clock, journal
):
    with House(tmp_path, registry, clock) as house:
        house.ready()
        policy = house.door.word.policy
        registry.cut()
        house.until(lambda: not house.door.word.online, "no link")
        registry.rotate_root()
        clock.skip((31 * DAY).total_seconds())
        registry.change_policy(DEMO_VENUE, capacity=7)
        registry.restore()
        house.until(lambda: "policy: the registry's document was not understood" in journal.text, "a line")
        assert "enrol this device anew" in journal.text
        assert house.door.word.policy == policy
