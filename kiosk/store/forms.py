"""What a column of the kiosk's file may hold, as SQL: each takes no identifier in clear, in whatever writing (rule 7).

Migrations are made of these, and are history: what one of these says is never changed once a kiosk ran it.
"""

from __future__ import annotations

DIGIT = "[0-9]"
HEX = "[0-9a-f]"
ASCII_IIN = "3[0-9]" * 12
"""Twelve digits as hexadecimal of their ASCII codes: in random bytes this is as good as never seen (1e-17)."""


def form(column: str, pattern: str, length: int) -> str:
    """Text of a fixed form. The length counts bytes, because SQLite's own functions stop at a NUL."""
    return f"{column} GLOB '{pattern}' AND length(CAST({column} AS BLOB)) = {length}"


def moment(column: str) -> str:
    """UTC as 2026-11-22T10:00:00.000Z: sorts as it reads."""
    d = DIGIT
    return form(column, f"[12]{d * 3}-[01]{d}-[0-3]{d}T[0-2]{d}:[0-5]{d}:[0-6]{d}.{d * 3}Z", 24)


def uid(column: str) -> str:
    """A UUIDv7 of our years (2004 to 2109): zeros with a number behind them are none."""
    pattern = f"0[1-3]{HEX * 6}-{HEX * 4}-7{HEX * 3}-[89ab]{HEX * 3}-{HEX * 12}"
    return form(column, pattern, 36)


def random_hex(column: str) -> str:
    """24 hexadecimal digits: a random id, and neither an IIN among zeros nor the ASCII codes of one."""
    zeros = "0" * 12
    return (
        f"{form(column, HEX * 24, 24)} AND {column} NOT GLOB '{DIGIT * 12}{zeros}' AND {column} NOT GLOB '{ASCII_IIN}'"
        # A small number in a row of zeros is no IIN: an id that was counted, as in a demonstration.
        f" AND ({column} NOT GLOB '{zeros}{DIGIT * 12}' OR {column} GLOB '{zeros}0000*')"
    )


def key_id(column: str) -> str:
    """4, 8, 16 or 32 bytes in hexadecimal."""
    return (
        f"length(CAST({column} AS BLOB)) IN (8, 16, 32, 64) AND {column} NOT GLOB '*[^0-9a-f]*'"
        f" AND instr({column}, char(0)) = 0 AND {column} NOT GLOB '*{'0' * 4}{DIGIT * 12}'"
        f" AND {column} NOT GLOB '{DIGIT * 12}{'0' * 4}*' AND {column} NOT GLOB '*{ASCII_IIN}*'"
    )


def one_of(column: str, *words: str) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"


def word(column: str) -> str:
    """A word of ours from a list that may grow: small letters and hyphens, so never a digit."""
    return (
        f"{column} NOT GLOB '*[^a-z-]*' AND instr({column}, char(0)) = 0"
        f" AND length({column}) BETWEEN 1 AND 32"
    )


def line(column: str, most: int) -> str:
    """A line for people: Latin and Cyrillic, no run of seven digits, no twelve digits in all.

    A date (21.11.2026) fits; an IIN in whatever grouping, a passport number and a telephone number do not.
    """
    no_digits = column
    for digit in range(10):
        no_digits = f"replace({no_digits}, '{digit}', '')"
    return (
        f"{column} NOT GLOB '*[^ -~Ѐ-ӿ«»–—…№]*' AND instr({column}, char(0)) = 0 AND length({column}) <= {most}"
        f" AND {column} NOT GLOB '*{DIGIT * 7}*' AND length({column}) - length({no_digits}) < 12"
    )


def registrys_octets(column: str) -> str:
    """The registry's own octets, in which hexadecimal may occur: no twelve digits that stand alone, and none as their codes.

    Alone is between two octets that are no letter and no digit; before them also CBOR's heads of twelve octets.
    """
    before = ("[^34567]?", "3A", "4C", "5B", "6C", "7B")
    after = ("[^34567]?", "3A", "5D", "7D")
    alone = [f"hex({column}) NOT GLOB '*{left}{ASCII_IIN}{right}*'" for left in before for right in after]
    as_codes = f"hex({column}) NOT GLOB '*{'333[0-9]' * 12}*'"
    return " AND ".join([*alone, as_codes])


def json_or_cose(column: str) -> str:
    """A whole JSON object, or what begins as a COSE_Sign1: its signature tells whether that is whole."""
    as_json = f"json_valid(CAST({column} AS TEXT))"
    return (
        f"CASE substr({column}, 1, 1) WHEN x'D2' THEN 1 WHEN x'7B' THEN {as_json} ELSE {column} IS NULL END"
    )


def registrys(column: str) -> str:
    """The registry's own text, in which long numbers and hexadecimal may occur: no field of it is twelve digits."""
    alone = f"[^0-9a-zA-Z]{DIGIT * 12}[^0-9a-zA-Z]"
    return (
        f"' ' || {column} || ' ' NOT GLOB '*{alone}*' AND {column} NOT GLOB '*{ASCII_IIN}*'"
        f" AND instr({column}, char(0)) = 0"
    )


def etag(column: str) -> str:
    """An entity tag as HTTP has it, quotes and all."""
    return (
        f"({column} GLOB '\"*\"' OR {column} GLOB 'W/\"*\"') AND length({column}) <= 128"
        f" AND {column} NOT GLOB '*[^!-~]*' AND {registrys(column)}"
    )


def count(column: str) -> str:
    """A number below any IIN: the smallest, 000101..., is above a hundred million."""
    return f"{column} BETWEEN 0 AND 99999999"


def flag(column: str) -> str:
    return f"{column} IN (0, 1)"


def table(name: str, columns: dict[str, tuple[str, str]], *rules: str) -> str:
    """Return the statement for a STRICT table of column -> (type and keys, check). A NULL passes every check."""
    lines = [
        f'"{column}" {kind} CONSTRAINT fits_{column} CHECK ({check})'
        for column, (kind, check) in columns.items()
    ]
    body = ",\n  ".join([*lines, *rules])
    return f"CREATE TABLE {name} (\n  {body}\n) STRICT"
