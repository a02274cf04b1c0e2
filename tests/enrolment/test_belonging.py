"""A kiosk knows whose it is: after its first enrolment no stranger's code makes it somebody else's."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from kiosk.core.enrolling.table import EnrolmentStage, EnrolmentTrouble, Offered, Spoiled
from kiosk.enrolment.belonging import Belonging, lineage_of
from kiosk.enrolment.by_text import enrol_by_text
from kiosk.enrolment.device import Device
from kiosk.enrolment.enroller import Enroller
from kiosk.errors import DeviceError
from kiosk.trust.enrolment import fingerprint
from kiosk.trust.roots import Roots
from kiosk.trust.signing import DeviceKey
from registry.demo_people import DEMO_DOOR, populate
from registry.embedded import EmbeddedRegistry

Make = Callable[..., Enroller]


@pytest.fixture
def stranger(clock) -> Iterator[EmbeddedRegistry]:
    """Somebody's registry with a door of the same name."""
    with EmbeddedRegistry(clock=clock.wall) as registry:
        populate(registry.registry)
        yield registry


@pytest.fixture
def make(enroller, device, clock, radio) -> Make:
    """Return enrollers of the same device."""

    def make(**how) -> Enroller:
        return Enroller(
            device, initialize=enroller._initialize, join=radio.join, wall=clock.wall, serial="", **how
        )

    return make


def enrol(enroller: Enroller, registry: EmbeddedRegistry) -> EnrolmentTrouble | None:
    ended = enrol_by_text(enroller, registry.enrolment_code(DEMO_DOOR), lambda _lines: True)
    assert (ended.trouble is None) is (ended.state is EnrolmentStage.ENROLLED)
    return ended.trouble


def read(enroller: Enroller, registry: EmbeddedRegistry) -> Offered | Spoiled:
    return enroller.read(registry.enrolment_code(DEMO_DOOR))


def test_a_device_that_never_was_anybodys_takes_any_code_and_the_same_code_again_is_a_yes(make, registry):
    offered = read(make(), registry)
    assert isinstance(offered, Offered)
    assert offered.offer.again_is_yes


@pytest.mark.parametrize("end", ["forgotten", "identity damaged", "in service"])
def test_another_registry_is_taken_only_where_root_says_so(make, device, registry, stranger, end):
    assert enrol(make(), registry) is None
    before = device.load()
    if end == "forgotten":
        device.forget()
    if end == "identity damaged":
        (device.folder / "enrolment.json").write_text("{")
    assert read(make(), stranger) == Spoiled(trouble=EnrolmentTrouble.OTHER_REGISTRY)
    assert enrol(make(), stranger) is EnrolmentTrouble.OTHER_REGISTRY
    assert list(stranger.devices()) == []
    assert device.belonging().lineage == before.lineage == lineage_of(registry.root_key)
    assert enrol(make(another_registry=True), stranger) is None
    assert device.load().lineage == lineage_of(stranger.root_key) != before.lineage


def test_the_same_registry_takes_it_back_and_it_goes_on_with_its_lineage(make, device, registry):
    enrol(make(), registry)
    lineage = device.load().lineage
    device.forget()
    assert device.load() is None
    offered = read(make(), registry)
    assert isinstance(offered, Offered)
    assert not offered.offer.again_is_yes, (
        "who walks by with a code of the same registry needs a key all the same"
    )
    assert enrol(make(), registry) is None
    assert device.load().lineage == lineage


def test_a_root_that_the_first_one_signed_in_is_of_the_same_lineage(make, device, registry, clock):
    enrol(make(), registry)
    lineage = device.load().lineage
    successor = DeviceKey.make().public_raw
    old, new = Roots.of(registry.root_key).as_list()[0], Roots.of(successor).as_list()[0]
    ends = (clock.wall() + timedelta(days=3)).isoformat().replace("+00:00", "Z")
    device.keep_roots(Roots.from_list([old | {"not_after": ends}, new]))
    device.forget()
    known = device.belonging()
    assert known.lineage == lineage
    address = known.registry
    assert known.is_of(address, successor, clock.wall())
    assert known.is_of(address, registry.root_key, clock.wall())
    assert not known.is_of(address, registry.root_key, clock.wall() + timedelta(days=4)), "it has ended"
    assert not known.is_of("https://elsewhere.example", successor, clock.wall())
    assert not known.is_of(address, DeviceKey.make().public_raw, clock.wall())
    assert device.load() is None


def test_whose_it_is_survives_a_damaged_file_only_as_nobodys_to_take(make, device, registry, stranger):
    enrol(make(), registry)
    device.forget()
    (device.folder / "belongs.json").write_text('{"lineage": "x"}')
    with pytest.raises(DeviceError, match="--another-registry"):
        device.belonging()
    for other in (stranger, registry):
        assert enrol(make(), other) is EnrolmentTrouble.NOT_KEPT
    assert enrol(make(another_registry=True), registry) is None


def test_an_identity_of_an_older_kiosk_begins_the_lineage_of_its_root(make, device, registry):
    enrol(make(), registry)
    file = device.folder / "enrolment.json"
    fields = json.loads(file.read_text())
    del fields["lineage"]
    file.write_text(json.dumps(fields))
    (device.folder / "belongs.json").unlink()
    assert device.load().lineage == device.belonging().lineage == lineage_of(registry.root_key)
    device.forget()
    assert device.belonging().registry == registry.url


@pytest.mark.parametrize(
    "form", [str, str.upper, lambda shown: shown.replace(" ", "")], ids=["as shown", "capitals", "close"]
)
def test_the_first_enrolment_can_be_pinned_to_a_root(make, registry, stranger, form):
    pinned = make(root=form(fingerprint(registry.root_key)))
    assert enrol(pinned, stranger) is EnrolmentTrouble.OTHER_ROOT
    assert enrol(make(root=form(fingerprint(registry.root_key)), another_registry=True), stranger) is (
        EnrolmentTrouble.OTHER_ROOT
    ), "who wants that changes the configuration"
    assert enrol(pinned, registry) is None


def test_the_venue_that_was_confirmed_is_the_one_that_the_answer_makes(make, device, registry):
    enroller = make()
    code = enroller.read(registry.enrolment_code(DEMO_DOOR)).offer.code
    other = replace(code, venue=code.venue + " 2")
    ended = enrol_by_text(
        Enroller(
            device, initialize=lambda _code, key: enroller._initialize(other, key), join=lambda _: None,
            wall=enroller._wall, serial="",
        ),
        registry.enrolment_code(DEMO_DOOR),
        lambda _lines: True,
    )  # fmt: skip
    assert ended.trouble is not None
    assert device.load() is None


def test_belonging_is_read_as_it_was_written(registry):
    belonging = Belonging(
        lineage=lineage_of(registry.root_key), registry=registry.url, roots=Roots.of(registry.root_key)
    )
    again = Belonging.from_json(belonging.as_json())
    assert (again.lineage, again.registry) == (belonging.lineage, belonging.registry)
    assert again.roots.as_list() == belonging.roots.as_list()


def test_a_folder_of_a_power_cut_before_whose_it_is_was_kept_says_it_all_the_same(device, make, registry):
    enrol(make(), registry)
    (device.folder / "belongs.json").unlink()
    assert Device(device.folder).belonging().registry == registry.url
