"""The individual identification number (IIN, ЖСН): twelve digits, of which only the last is a rule.

`YYMMDD C SSSS K`. The check digit is the only hard rule: since decree 853 of 2013 the digits are bound to no personal
data, so an odd date or an odd seventh digit is a hint and never a rejection (docs/facts.md#the-iins-check-digit).
"""

from __future__ import annotations

import re
from enum import StrEnum

LENGTH = 12
FIRST_PASS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
SECOND_PASS = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)
TO_CONFIRM = (6, 1, 4, 1)
"""The groups in which a typed number is shown again: date, century and sex, serial number, check digit."""

_TWELVE = re.compile(r"[0-9]{12}\Z", re.ASCII)
_COMPANY_KINDS = "456"
_DAYS_IN_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class Oddness(StrEnum):
    """What is unusual about a valid number."""

    COMPANY = "company"
    """The fifth digit is that of a company number (BIN), which has the same check digit."""
    DATE = "date"
    """The first six digits are no date."""
    SEVENTH_DIGIT = "seventh-digit"
    """Century and sex are outside 1 to 6; said to be so for some foreigners."""


def check_digit(prefix: str) -> int | None:
    """Return the twelfth digit to these eleven; None where the number is never issued.

    >>> check_digit("06121160001")
    2
    """
    for weights in (FIRST_PASS, SECOND_PASS):
        rest = sum(int(digit) * weight for digit, weight in zip(prefix, weights, strict=True)) % 11
        if rest < 10:
            return rest
    return None


def is_valid(text: str) -> bool:
    """Whether `text` is twelve ASCII digits of which the last checks the others.

    >>> is_valid("061211600012"), is_valid("061211600013"), is_valid("06121160001２")
    (True, False, False)
    """
    return bool(_TWELVE.match(text)) and check_digit(text[:-1]) == int(text[-1])


def hints(iin: str) -> frozenset[Oddness]:
    """Return what is unusual about a valid number: for staff, never a reason to refuse it.

    >>> sorted(hints("940140000385"))
    [<Oddness.COMPANY: 'company'>, <Oddness.DATE: 'date'>, <Oddness.SEVENTH_DIGIT: 'seventh-digit'>]
    """
    month, day = int(iin[2:4]), int(iin[4:6])
    real_date = 1 <= month <= 12 and 1 <= day <= _DAYS_IN_MONTH[month - 1]
    odd = {
        Oddness.COMPANY: iin[4] in _COMPANY_KINDS,
        Oddness.DATE: not real_date,
        Oddness.SEVENTH_DIGIT: iin[6] not in "123456",
    }
    return frozenset(hint for hint, holds in odd.items() if holds)
