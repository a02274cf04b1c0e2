"""The kiosk's link and the reference registry, both as they are, over real HTTP: enrolled, refreshed, revoked, enrolled anew."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from kiosk.core.model import Colour
from kiosk.core.outbox import Delivered, VerdictWord
from kiosk.core.who.venue_code import VenueCode
from kiosk.enrolment.initialize import initialize
from kiosk.errors import DeviceRefused, EnrolmentRefused
from kiosk.store.revocations import key_of
from kiosk.store.store import Store
from kiosk.trust import seal, verify_pass
from kiosk.trust.enrolment import EnrolmentCode, parse_enrolment
from kiosk.trust.revocations import hash_of
from kiosk.trust.roots import Roots
from kiosk.trust.signing import DeviceKey
from registry.embedded import EmbeddedRegistry
from tests.factories import NOON, make_person
from tests.store.making import make_subject, make_visit
from tests.uplink.documents.conftest import Kiosk, LateClock, Me


@dataclass
class Now:
    """The registry's clock."""

    now = NOON

    def __call__(self):
        return self.now


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def registry(now) -> Iterator[EmbeddedRegistry]:
    with EmbeddedRegistry(clock=now) as registry:
        registry.add_door("D01")
        registry.put_policy("Demo Fitness", [{"effective_from": "2026-01-01T00:00:00Z"}])
        yield registry


def read(text: str) -> EnrolmentCode:
    code = parse_enrolment(text, now=NOON, serial="")
    assert isinstance(code, EnrolmentCode), code
    return code


def enrolled(registry: EmbeddedRegistry) -> tuple[Me, Roots]:
    code, key = read(registry.enrolment_code("D01")), DeviceKey.make()
    answer = initialize(code, key, mono=time.monotonic, model="a desk", serial="1")
    assert (answer.door, answer.venue, answer.time) == ("D01", "Demo Fitness", NOON)
    assert answer.venue_code == VenueCode(registry.venue_url, registry.registry.doors.get("D01").key)
    return Me(answer.device, key), Roots.of(code.root_key)


@pytest.fixture
def device(registry, tmp_path) -> Iterator[Kiosk]:
    me, roots = enrolled(registry)
    kiosk = Kiosk(registry.url, tmp_path / "kiosk.db", LateClock(), roots, me=me)
    yield kiosk
    kiosk.stop()


def test_an_enrolled_kiosk_knows_policy_keys_and_revoked_passes(device, registry):
    green = registry.add_visitor(make_person(1), Colour.GREEN)
    text = registry.issue_pass(green)
    assert device.refresh() == [True, True, True]
    assert len(device.policies()) == 1
    found = verify_pass(text, device.documents.keyring)
    assert not device.list.is_revoked(found.pass_id)
    registry.revoke_pass(green)
    device.refresh("revocations")
    assert device.list.is_revoked(found.pass_id)
    assert device.ages().revocations.not_after == NOON + timedelta(hours=24)


def test_a_code_enrols_one_device_and_the_same_one_again_when_its_answer_was_lost(registry):
    code, key = read(registry.enrolment_code("D01")), DeviceKey.make()
    first = initialize(code, key, mono=time.monotonic)
    assert initialize(code, key, mono=time.monotonic).device == first.device
    with pytest.raises(EnrolmentRefused, match="ask the operator of the registry for a new one") as refused:
        initialize(code, DeviceKey.make(), mono=time.monotonic)
    assert refused.value.why == "token-used"


def test_a_code_whose_time_is_over_or_that_was_made_for_another_device_is_refused_in_a_sentence(
    registry, now
):
    for_another = read(registry.enrolment_code("D01"))
    over = read(registry.enrolment_code("D01", expires=timedelta(minutes=5)))
    now.now += timedelta(minutes=6)
    with pytest.raises(EnrolmentRefused, match="time is over") as refused:
        initialize(over, DeviceKey.make(), mono=time.monotonic)
    assert refused.value.why == "token-expired"
    with EmbeddedRegistry(clock=now) as other:
        elsewhere = EnrolmentCode(
            **{name: getattr(for_another, name) for name in CODE} | {"registry": other.url}
        )
        with pytest.raises(EnrolmentRefused, match="does not know") as refused:
            initialize(elsewhere, DeviceKey.make(), mono=time.monotonic)
    assert refused.value.why == "token-unknown"


CODE = ("registry", "venue", "door", "token", "expires_at", "root_key", "wifi", "serial")


def test_a_code_for_a_named_device_enrols_no_other(registry):
    text = registry.enrolment_code("D01", serial="10000000abcdef01")
    code = parse_enrolment(text, now=NOON, serial="10000000abcdef01")
    with pytest.raises(EnrolmentRefused, match="made for another") as refused:
        initialize(code, DeviceKey.make(), mono=time.monotonic, serial="another")
    assert refused.value.why == "other-device"


def test_roots_and_pass_keys_change_without_a_visit(device, registry, restart):
    device.refresh()
    registry.rotate_root()
    registry.rotate_pass_key()
    device.refresh()
    registry.retire_older_roots()
    device.refresh()
    again = restart(device)
    sequence = registry.change_policy("Demo Fitness", capacity=10)
    assert again.refresh() == [True, True, True]
    assert again.policies()[-1] == sequence
    text = registry.issue_pass(registry.add_visitor(make_person(1), Colour.GREEN))
    assert verify_pass(text, again.documents.keyring).pass_id


def test_a_revoked_device_keeps_its_sealed_queue_and_delivers_it_when_it_is_enrolled_anew(
    device, registry, tmp_path
):
    device.refresh()
    visit = make_visit(1)
    sealed = seal(visit.identifier, visit.id, device.documents.keyring)
    device.store.call(lambda store: store.record(visit, sealed)).result(5)
    registry.revoke_device(device.me.device)
    assert device.refresh() == [False, False, False]
    with pytest.raises(DeviceRefused):
        device.client.send([{"uid": visit.id}])
    assert device.told == ["withdrawn"]
    device.store.call(lambda store: store.forget_documents()).result(5)
    me, roots = enrolled(registry)
    device.stop()
    anew = Kiosk(registry.url, device.path, device.clock, roots, me=me)
    waiting = anew.store.call(lambda store: store.waiting(10, NOON + timedelta(hours=1))).result(5)
    verdicts = anew.client.send([each.item for each in waiting])
    assert {uid: verdict.word for uid, verdict in verdicts.items()} == {visit.id: VerdictWord.STORED}
    anew.store.call(lambda store: store.mark([Delivered(uid=visit.id)], NOON)).result(5)
    assert anew.refresh() == [True, True, True]
    anew.stop()
    assert [stored["uid"] for stored in registry.visits("D01")] == [visit.id]


def test_a_kiosk_whose_clock_is_wrong_is_served_all_the_same(device, registry):
    device.clock.now, device.clock.sure = NOON - timedelta(days=300), False
    assert device.refresh() == [True, True, True]
    assert device.latest_signed() is not None


def test_a_time_that_is_put_right_after_the_answer_was_lost_parks_no_record(device, registry, tmp_path):
    """The registry stored it with the time of a late clock; the kiosk never heard, learns the time, and sends again."""
    late = LateClock(now=NOON - timedelta(days=100), sure=False)
    store = Store(tmp_path / "late.db", clock=late, boot_id="01234567-89ab-4def-8123-456789abcdef")
    visit = make_visit(1, identifier=make_subject(), decided_at=late.now, time_trusted=False)
    store.record(visit)
    sent = [store.waiting(1, late.now)[0].item]
    device.client.send(sent)
    offset_ms = round(NOON.timestamp() * 1000 - late.seconds * 1000)
    assert store.trust_time("01234567-89ab-4def-8123-456789abcdef", offset_ms) == 1
    again = [store.waiting(1, late.now)[0].item]
    store.close()
    assert again[0]["at"] != sent[0]["at"]
    assert device.client.send(again)[visit.id].word is VerdictWord.DUPLICATE


def test_a_list_that_an_older_kiosk_kept_counts_until_all_of_it_has_come_anew(device, registry, restart):
    green = registry.add_visitor(make_person(1), Colour.GREEN)
    text = registry.issue_pass(green)
    registry.revoke_pass(green)
    device.refresh()
    device.store.call(lambda store: store._run("UPDATE documents SET root = NULL")).result(5)
    device.store.call(lambda store: store._run("DELETE FROM revoked")).result(5)
    lasting = hash_of("f" * 24)
    device.store.call(
        lambda store: store._run("INSERT INTO revoked VALUES (?, 99999999)", key_of(lasting))
    ).result(5)
    again = restart(device)
    assert again.list.is_revoked("f" * 24), "nobody knows that it is another registry's"
    assert again.ages().revocations is not None
    assert again.refresh() == [True, True, True]
    assert not again.list.is_revoked("f" * 24), "all of the list, and no change of it"
    assert again.list.is_revoked(verify_pass(text, again.documents.keyring).pass_id)
