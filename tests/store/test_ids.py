"""What the store would take for a number among zeros, the core takes for one too: neither lets through what the other refuses."""

import sqlite3

from hypothesis import given
from hypothesis import strategies as st

from kiosk.core.ids import may_hide_an_iin
from kiosk.store import forms

DIGITS = "0123456789"
ids = st.one_of(
    st.text("0123456789abcdef", min_size=24, max_size=24),
    st.text(DIGITS, min_size=12, max_size=12).map(lambda digits: digits + "0" * 12),
    st.text(DIGITS, min_size=12, max_size=12).map(lambda digits: "0" * 12 + digits),
    st.text(DIGITS, min_size=8, max_size=8).map(lambda digits: "0" * 16 + digits),
    st.text(DIGITS, min_size=12, max_size=12).map(lambda digits: digits.encode().hex()),
)


@given(ids)
def test_the_store_takes_just_those_that_may_hide_nothing(random_hex):
    with sqlite3.connect(":memory:") as connection:
        [takes] = connection.execute(
            f"SELECT {forms.random_hex('id')} FROM (SELECT ? AS id)", (random_hex,)
        ).fetchone()
    assert bool(takes) is not may_hide_an_iin(random_hex)
