"""What the door takes from its eyes: everything that was honestly seen comes through whole, and nothing else does."""

import contextlib
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.core.health.camera_view import ViewTrouble
from kiosk.core.hint import Hint
from kiosk.core.who.credential import LONGEST
from kiosk.errors import CameraLost, DriverError, DriverHangs, DriverMissing
from kiosk.eyes import messages
from kiosk.eyes.messages import CameraOpened, Failed, Garbled, Heard, OpenCamera, Picture
from kiosk.ports import Learned, Reading, Seen, Symbology

NOW = 1000.0

corners = st.lists(st.tuples(st.integers(-50, 4096), st.integers(-50, 4096)), min_size=4, max_size=4).map(
    tuple
)
readings = st.builds(
    Reading,
    text=st.text(st.characters(codec=None), max_size=60),
    corners=st.just(()) | corners,
    engine=st.sampled_from(["zxing", "zbar"]),
    symbology=st.sampled_from(Symbology),
)
moments = st.floats(NOW - 59, NOW)
looks = st.builds(
    Seen,
    mono=moments,
    moved_at=st.just(float("-inf")) | st.floats(0, NOW - 59),
    readings=st.lists(readings, max_size=messages.MOST_READINGS).map(tuple),
    guidance=st.none() | st.sampled_from(Hint),
    trouble=st.none() | st.sampled_from(ViewTrouble),
    scenery=st.binary(max_size=200),
)
places = st.none() | st.builds(
    Picture, slot=st.integers(0, 3), wide=st.integers(1, 4096), high=st.integers(1, 4096)
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=8), inner, max_size=6),
    max_leaves=20,
)


@given(looks, places)
def test_what_was_seen_comes_through_whole(look, place):
    assert messages.of_the_eyes(messages.seen(look, place), NOW) == (look, place)


@given(st.binary(max_size=300) | json_values.map(lambda value: json.dumps(value).encode()))
def test_whatever_comes_is_a_word_of_ours_or_garbled(packet):
    for read in (lambda: messages.of_the_eyes(packet, NOW), lambda: messages.of_the_door(packet)):
        with contextlib.suppress(Garbled):
            read()


@given(looks, places, st.data())
def test_one_field_that_is_not_as_it_must_be_is_the_end_of_the_line(look, place, data):
    fields = json.loads(messages.seen(look, place))
    name = data.draw(st.sampled_from(sorted(fields)))
    wrong = data.draw(json_values)
    try:
        told, _ = messages.of_the_eyes(json.dumps(fields | {name: wrong}).encode(), NOW)
    except Garbled:
        return
    assert math.isfinite(told.mono)
    assert NOW - messages.OLDEST_S <= told.mono <= NOW
    assert told.moved_at <= told.mono
    assert len(told.readings) <= messages.MOST_READINGS
    assert all(len(reading.text) <= LONGEST + 1 for reading in told.readings)
    assert len(told.scenery) <= messages.LONGEST_SCENERY


@pytest.mark.parametrize(
    "fields",
    [
        {"t": NOW + 1},
        {"t": NOW - 61},
        {"t": float("nan")},
        {"t": True},
        {"t": 10**400},
        {"m": "1"},
        {"r": [["x", "qr", "zxing", []]] * 17},
        {"r": [["x" * (LONGEST + 2), "qr", "zxing", []]]},
        {"r": [["x", "aztec", "zxing", []]]},
        {"r": [["x", "qr", "zxing", [[0, 0]]]]},
        {"r": [["x", "qr", "zxing", [[0, 10**6]] * 4]]},
        {"g": "open-the-gate"},
        {"p": [-1, 4, 4]},
        {"p": [0, 5000, 4]},
        {"s": "not base64!"},
        {"s": "A" * 100_000},
    ],
)
def test_what_no_eyes_can_have_seen_is_refused(fields):
    good = json.loads(messages.seen(Seen(mono=NOW), None))
    with pytest.raises(Garbled):
        messages.of_the_eyes(json.dumps(good | fields).encode(), NOW)


def test_more_codes_than_are_told_are_left_out_by_the_eyes_themselves():
    many = Seen(mono=NOW, readings=tuple(Reading(text=str(n), corners=(), engine="zxing") for n in range(40)))
    told, _ = messages.of_the_eyes(messages.seen(many, None), NOW)
    assert [reading.text for reading in told.readings] == [str(n) for n in range(messages.MOST_READINGS)]


def test_a_text_that_is_longer_than_any_credential_stays_too_long():
    long = Seen(mono=NOW, readings=(Reading(text="x" * 5000, corners=(), engine="zxing"),))
    told, _ = messages.of_the_eyes(messages.seen(long, None), NOW)
    assert len(told.readings[0].text) == LONGEST + 1


@pytest.mark.parametrize("kind", [CameraLost, DriverMissing, DriverHangs, DriverError])
def test_a_camera_that_fails_over_there_fails_here_by_the_same_error(kind):
    told = messages.of_the_eyes(messages.failed(kind("plug it in\x1b[2J")), NOW)
    assert isinstance(told, Failed)
    assert (type(told.error), str(told.error)) == (kind, "plug it in\\x1b[2J")


@given(st.text(max_size=200), st.binary(max_size=200), st.booleans(), st.integers(0, 4096))
def test_what_the_door_says_comes_through_whole(settings, scenery, is_open, read):
    learned = Learned(scenery=scenery, trouble=ViewTrouble.DARK)
    order, word = OpenCamera(settings=settings, learned=learned), Heard(is_open=is_open, read=read)
    assert messages.of_the_door(messages.to_open(order)) == order
    assert messages.of_the_door(messages.hear(word)) == word


def test_the_size_of_the_memory_comes_through():
    assert messages.of_the_eyes(messages.opened(4, 921600), NOW) == CameraOpened(slots=4, slot_bytes=921600)
