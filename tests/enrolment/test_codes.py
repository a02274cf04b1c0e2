"""A code against a real registry over real HTTP: what enrols a device, and what each code that does not is called."""

from __future__ import annotations

import logging
import shutil
from datetime import timedelta

import pytest

from kiosk.core.enrolling.table import EnrolmentStage, EnrolmentTrouble
from kiosk.core.enrolling.words import SENTENCES
from kiosk.core.model import NotACredential, TextFault
from kiosk.core.screen.view import Fact
from kiosk.core.who.credential import understand
from kiosk.enrolment.by_text import enrol_by_text
from kiosk.enrolment.enroller import Enroller
from kiosk.trust import Keyring, verify_pass
from kiosk.trust.enrolment import PREFIX, EnrolmentMember, Wifi, enrolment_text, parse_enrolment
from kiosk.trust.signing import DeviceKey
from registry.demo_people import DEMO_DOOR, populate
from registry.embedded import EmbeddedRegistry
from tests.enrolment.conftest import SERIAL

WIFI = Wifi(ssid="Demo Guests", passphrase="correct horse")


def yes(_lines: object) -> bool:
    return True


def ends(enroller: Enroller, text: str):
    return enrol_by_text(enroller, text, yes)


def test_a_fresh_code_makes_the_device_the_doors(enroller, registry, device):
    ended = ends(enroller, registry.enrolment_code(DEMO_DOOR))
    known = device.load()
    [there] = registry.devices()
    assert ended.state is EnrolmentStage.ENROLLED
    assert (known.device, known.door, known.registry) == (there.id, DEMO_DOOR, registry.url)
    assert there.public_key == known.key.public_raw
    assert there.hardware == {"model": "a desk", "serial": SERIAL}
    assert ended.device == there.id == enroller.identity.device


def test_all_that_the_code_says_is_shown_before_anything_is_applied(enroller, registry, device, radio):
    code = registry.enrolment_code(DEMO_DOOR, wifi=WIFI, serial=SERIAL)
    seen = {}

    def look(lines):
        seen.update(lines)
        assert (device.load(), registry.devices(), radio.joined) == (None, [], [])
        return False

    assert enrol_by_text(enroller, code, look).state is EnrolmentStage.WAITING
    assert (device.load(), registry.devices(), radio.joined) == (None, [], [])
    assert seen[Fact.REGISTRY] == registry.url
    assert seen[Fact.DOOR] == DEMO_DOOR
    assert seen[Fact.SERIAL] == SERIAL
    assert seen[Fact.WIFI].startswith("Demo Guests")
    assert {Fact.VENUE, Fact.VALID_UNTIL, Fact.ROOT_KEY} <= seen.keys()
    assert "correct horse" not in str(seen)


def test_the_registrys_root_of_the_code_is_the_trust_anchor(enroller, registry, device, clock):
    code = registry.enrolment_code(DEMO_DOOR)
    ends(enroller, code)
    read = parse_enrolment(code, now=clock.wall(), serial="")
    assert [root.public.public_bytes_raw() for root in device.load().roots.by_kid.values()] == [read.root_key]


def test_the_codes_wifi_is_joined_before_the_registry_is_asked(enroller, registry, radio):
    ended = ends(enroller, registry.enrolment_code(DEMO_DOOR, wifi=WIFI))
    assert (radio.joined, ended.state, ended.wifi) == ([WIFI], EnrolmentStage.ENROLLED, True)


def test_a_cable_enrols_where_the_wifi_does_not_connect(enroller, registry, radio):
    radio.in_reach = False
    ended = ends(enroller, registry.enrolment_code(DEMO_DOOR, wifi=WIFI))
    assert (ended.state, ended.wifi) == (EnrolmentStage.ENROLLED, False)


def test_without_wifi_and_registry_the_wifi_is_named(enroller, registry, radio):
    code = registry.enrolment_code(DEMO_DOOR, wifi=WIFI)
    radio.in_reach = False
    registry.cut()
    assert ends(enroller, code).trouble is EnrolmentTrouble.NO_WIFI


def test_a_code_works_again_after_the_registry_was_out_of_reach(enroller, registry):
    code = registry.enrolment_code(DEMO_DOOR)
    registry.cut()
    assert ends(enroller, code).trouble is EnrolmentTrouble.UNREACHABLE
    registry.restore()
    assert ends(enroller, code).state is EnrolmentStage.ENROLLED


def test_a_lost_answer_does_not_cost_the_code(enroller, registry, device, clock, tmp_path):
    """The registry has enrolled it; the power was cut before the answer was kept, and comes back."""
    code = registry.enrolment_code(DEMO_DOOR)
    device.key_for(parse_enrolment(code, now=clock.wall(), serial="").token)
    shutil.copytree(tmp_path / "device", tmp_path / "before")
    ends(enroller, code)
    shutil.rmtree(tmp_path / "device")
    (tmp_path / "before").rename(tmp_path / "device")
    assert device.load() is None
    assert ends(enroller, code).state is EnrolmentStage.ENROLLED
    assert [there.id for there in registry.devices()] == [device.load().device]


def asked_by_another(code, clock):
    """What another device sends that was faster."""
    token, key = parse_enrolment(code, now=clock.wall(), serial="").token, DeviceKey.make()
    return {
        "token": token,
        "public_key": key.public_raw,
        "proof": key.proof(token),
        "hardware": {"model": "", "serial": ""},
        "versions": {"kiosk": "1", "python": "3"},
    }


def used(registry, _enroller, clock, _tmp_path):
    code = registry.enrolment_code(DEMO_DOOR)
    registry.registry.enrolments.use(**asked_by_another(code, clock))
    return code


def expired(registry, _enroller, clock, _tmp_path):
    code = registry.enrolment_code(DEMO_DOOR, expires=timedelta(minutes=5))
    clock.skip(301)
    return code


def unknown(registry, _enroller, clock, _tmp_path):
    with EmbeddedRegistry(clock=clock.wall) as stranger:
        populate(stranger.registry)
        return stranger.enrolment_code(DEMO_DOOR, address=registry.url)


def other_device(registry, *_):
    return registry.enrolment_code(DEMO_DOOR, serial="10000000ffffffff")


def newer(registry, *_):
    return registry.enrolment_code(DEMO_DOOR).replace(PREFIX, "AQE2:")


def damaged(registry, *_):
    code = registry.enrolment_code(DEMO_DOOR)
    return code[:40] + ("A" if code[40] != "A" else "B") + code[41:]


def foreign(registry, *_):
    return "HTTPS://A.KZ/V/HALL-1.ABC"


def unsafe(_registry, _enroller, clock, _tmp_path):
    members = {
        EnrolmentMember.REGISTRY: "http://registry.example",
        EnrolmentMember.VENUE: "Demo",
        EnrolmentMember.DOOR: DEMO_DOOR,
        EnrolmentMember.TOKEN: bytes(16),
        EnrolmentMember.EXPIRES: int(clock.wall().timestamp()) + 60,
        EnrolmentMember.ROOT_KEY: DeviceKey.make().public_raw,
    }
    return enrolment_text({int(key): value for key, value in members.items()})


def a_pass(registry, *_):
    return "AQ1:" + "6BF" * 40


FAULTS = {
    used: EnrolmentTrouble.USED,
    expired: EnrolmentTrouble.EXPIRED,
    unknown: EnrolmentTrouble.UNKNOWN,
    other_device: EnrolmentTrouble.OTHER_DEVICE,
    newer: EnrolmentTrouble.NEWER_VERSION,
    damaged: EnrolmentTrouble.DAMAGED,
    foreign: EnrolmentTrouble.NOT_AN_ENROLMENT,
    unsafe: EnrolmentTrouble.UNSAFE_ADDRESS,
    a_pass: EnrolmentTrouble.NOT_AN_ENROLMENT,
}


@pytest.mark.parametrize("make,trouble", FAULTS.items(), ids=lambda each: getattr(each, "__name__", None))
def test_a_code_that_is_no_good_is_named_and_changes_nothing(
    make, trouble, registry, enroller, clock, tmp_path, device
):
    before = make(registry, enroller, clock, tmp_path)
    ended = ends(enroller, before)
    assert (ended.state, ended.trouble) == (EnrolmentStage.FAILED, trouble)
    assert device.load() is None


def test_what_expires_between_reading_and_confirming_the_registry_refuses(enroller, registry, clock):
    code = registry.enrolment_code(DEMO_DOOR, expires=timedelta(minutes=5))

    def slow(_lines):
        clock.skip(301)
        return True

    assert enrol_by_text(enroller, code, slow).trouble is EnrolmentTrouble.EXPIRED


def test_a_device_can_be_enrolled_anew_with_another_key(enroller, registry, device):
    ends(enroller, registry.enrolment_code(DEMO_DOOR))
    first = device.load()
    ends(enroller, registry.enrolment_code(DEMO_DOOR))
    second = device.load()
    assert first.device != second.device
    assert first.key.public_raw != second.key.public_raw


def test_a_disk_that_takes_nothing_is_told_and_no_code_is_spent(registry, enroller, tmp_path):
    (tmp_path / "device").write_text("a file where the folder should be")
    code = registry.enrolment_code(DEMO_DOOR)
    assert ends(enroller, code).trouble is EnrolmentTrouble.NOT_KEPT
    assert registry.devices() == []


def test_no_code_token_or_passphrase_is_in_the_journal(registry, enroller, radio, caplog):
    caplog.set_level(logging.DEBUG)
    code = registry.enrolment_code(DEMO_DOOR, wifi=WIFI)
    read = parse_enrolment(code, now=registry.registry.clock(), serial="")
    radio.in_reach = False
    registry.cut()
    ends(enroller, code)
    registry.restore()
    ends(enroller, code)
    ends(enroller, code[:-1])
    said = caplog.text + repr(enroller.read(code))
    assert "enrolled as" in said
    for secret in (code[10:30], read.token.hex(), repr(read.token), "correct horse"):
        assert secret not in said


def test_at_a_door_an_enrolment_code_is_a_code_like_any_other_that_is_no_pass(registry):
    read = understand(
        registry.enrolment_code(DEMO_DOOR),
        verify=lambda text: verify_pass(text, Keyring()),
        venue_url="HTTPS://A.KZ/V/",
        door=DEMO_DOOR,
    )
    assert read == NotACredential(reason=TextFault.NOT_OURS)


def test_every_fault_has_another_sentence():
    assert len(set(SENTENCES.values())) == len(SENTENCES) == len(EnrolmentTrouble)
