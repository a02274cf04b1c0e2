"""The same text held before the camera is one event."""

from hypothesis import given
from hypothesis import strategies as st

from kiosk.ports import Reading
from kiosk.reader.repeats import KEPT, Repeats


def reading(text: str) -> Reading:
    return Reading(text=text, corners=(), engine="zxing")


def new(repeats: Repeats, mono: float, *texts: str) -> list[str]:
    return [found.text for found in repeats.new([reading(text) for text in texts], mono)]


def test_a_text_is_new_once():
    repeats = Repeats()
    assert new(repeats, 0.0, "A") == ["A"]
    assert new(repeats, 0.1, "A") == []


def test_a_text_held_for_minutes_is_one_event():
    repeats = Repeats(hold_s=3.0)
    assert [new(repeats, float(second), "A") for second in range(120)] == [["A"]] + [[]] * 119


def test_a_text_is_new_again_when_it_was_out_of_sight_for_the_hold():
    repeats = Repeats(hold_s=3.0)
    new(repeats, 0.0, "A")
    assert new(repeats, 2.9, "A") == []
    assert new(repeats, 5.8, "A") == []
    assert new(repeats, 8.8, "A") == ["A"]


def test_another_text_does_not_wait_for_the_first():
    repeats = Repeats()
    new(repeats, 0.0, "A")
    assert new(repeats, 0.0, "A", "B") == ["B"]


def test_one_frame_with_the_same_text_twice_is_one_event_and_order_is_kept():
    assert new(Repeats(), 0.0, "B", "A", "B") == ["B", "A"]


def test_memory_is_bounded_whatever_strangers_show():
    repeats = Repeats()
    for index in range(10 * KEPT):
        new(repeats, 0.0, f"{index}")
    assert len(repeats._seen_at) == KEPT
    assert new(repeats, 0.0, f"{10 * KEPT - 1}") == []


def test_nothing_in_its_memory_is_the_text():
    repeats = Repeats()
    new(repeats, 0.0, "870714301234")
    assert "870714301234" not in repr(vars(repeats))


def test_the_same_text_is_kept_under_another_hash_by_every_kiosk():
    one, other = Repeats(), Repeats()
    new(one, 0.0, "A")
    new(other, 0.0, "A")
    assert set(one._seen_at).isdisjoint(other._seen_at)


@given(st.lists(st.tuples(st.floats(0, 2), st.text(max_size=4)), max_size=40))
def test_no_text_is_new_twice_within_the_hold(shown):
    repeats, mono, last_new = Repeats(hold_s=3.0), 0.0, {}
    for wait_s, text in shown:
        mono += wait_s
        if new(repeats, mono, text):
            assert mono - last_new.get(text, -99.0) >= 3.0
            last_new[text] = mono


def test_a_text_with_half_a_surrogate_is_no_error():
    assert new(Repeats(), 0.0, "\ud800") == ["\ud800"]
