"""A device is withdrawn by a root's statement for this very device, whenever it was made, and by nothing else."""

from datetime import timedelta

import pytest

from kiosk.trust.roots import Roots
from kiosk.trust.withdrawal import WITHDRAWAL, is_withdrawal
from tests.factories import NOON
from tests.uplink.documents.notary import DAY, Root

ROOT, OTHER = Root(), Root("somebody else's")
TRUSTED = Roots.of(ROOT.public)
ME = "D-0123456789abcdef"


def statement(root: Root = ROOT, kind: str = WITHDRAWAL, device: str | None = ME, issued=NOON) -> bytes:
    return root.sign(kind, b"", 1, issued=issued, not_after=NOON + 10_000 * DAY, audience=device)


@pytest.mark.parametrize("late", [timedelta(0), timedelta(days=400), timedelta(days=-400)])
def test_a_roots_statement_for_this_device_counts_whatever_the_clock_says(late):
    assert is_withdrawal(statement(), TRUSTED, ME, now=NOON + late)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"withdrawn",
        statement(OTHER),
        statement(device="D-fedcba9876543210"),
        statement(device=None),
        statement(kind="policy"),
        statement(kind="keys", device=None),
        statement()[:-1],
        statement()[:-1] + bytes([statement()[-1] ^ 1]),
        statement() + b"\0",
        statement() + bytes(1 << 13),
    ],
)
def test_anything_else_does_not(body):
    assert not is_withdrawal(body, TRUSTED, ME, now=NOON)


def test_a_root_that_has_ended_withdraws_nobody_any_more():
    [fields] = TRUSTED.as_list()
    ended = Roots.from_list([fields | {"not_after": "2026-03-05T00:00:00Z"}])
    assert is_withdrawal(statement(), ended, ME, now=NOON)
    assert not is_withdrawal(statement(), ended, ME, now=NOON + 10 * DAY)
