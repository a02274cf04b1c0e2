"""The kinds of value that name pins of the header: one, or several in their order.

A kind knows nothing of what hangs on a pin, nor whether another key names the same (`settings/checks.py`).
"""

from __future__ import annotations

from kiosk.settings.schema import Unfit, ValueKind, quoted_number

_FORM = "BCM numbers, not positions on the header: `pinout` on the device prints both"


def pin() -> ValueKind:
    """A GPIO of the 40-pin header by its Broadcom number; 0 means not wired, and is None for the application."""

    def read(value: object) -> int | None:
        if isinstance(value, bool) or not isinstance(value, int):
            raise Unfit(quoted_number(value))
        if value != 0 and not 2 <= value <= 27:
            raise Unfit(_FORM)
        return value or None

    return ValueKind(
        expected="a GPIO as BCM number from 2 to 27, or 0 for none",
        range="0, 2 to 27",
        read=read,
        unit="BCM",
        none=0,
    )


def pins(most: int, what: str) -> ValueKind:
    """Several GPIOs in their order, each once, or none; a tuple for the application."""

    def read(value: object) -> tuple[int, ...]:
        if not isinstance(value, list | tuple):
            raise Unfit("write a list, as [2, 3, 4]")
        for each in value:
            if isinstance(each, bool) or not isinstance(each, int):
                raise Unfit(quoted_number(each))
            if not 2 <= each <= 27:
                raise Unfit(_FORM)
        if len(value) > most:
            raise Unfit(f"at most {most}")
        if len(set(value)) < len(value):
            raise Unfit("each at most once")
        return tuple(value)

    return ValueKind(
        expected=f"a list of the GPIOs of {what} as BCM numbers from 2 to 27",
        range=f"up to {most} of 2 to 27",
        read=read,
        unit="BCM",
    )
