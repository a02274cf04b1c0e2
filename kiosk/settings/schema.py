"""The kinds of value a setting can have: what each accepts, in words, and how it is written in TOML.

A kind knows nothing of sections or keys (those are in `kiosk/settings/sections.py`, `outputs.py` and `inputs.py`) and never reads a file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, fields
from datetime import time
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from kiosk.core.rule.policy import Window

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_UNITS = {
    "s": "seconds",
    "fps": "frames a second",
    "days": "days",
    "records": "records",
    "px": "pixels",
    "percent": "per cent",
    "tries": "tries",
    "cm": "centimetres",
    "steps": "steps",
}


class Unfit(ValueError):
    """A value that a kind does not accept. Its text is a remark for the technician, and may be empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueKind:
    """One kind of value. `read` takes what TOML gave and returns what the application uses, or raises Unfit."""

    expected: str
    """In words, to stand after "expected": "a number of seconds from 0.1 to 10"."""
    range: str
    """For the table in the docs: "0.1 to 10"."""
    read: Callable[[object], Any] = field(repr=False)
    unit: str = ""
    none: str | int = ""
    """How TOML, which has no null, writes None."""

    def write(self, value: object) -> str:
        """Return what `read` gave as TOML again."""
        match value:
            case None:
                value = self.none
            case ZoneInfo():
                value = value.key
            case Path():
                value = str(value)
            case Window():
                value = f"{value.start:%H:%M}-{value.end:%H:%M}"
            case (int(width), int(height)):
                value = f"{width}x{height}"
        return json.dumps(value, ensure_ascii=False)


def number(low: float, high: float, unit: str) -> ValueKind:
    """A number with a unit, both ends included."""

    def read(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Unfit(quoted_number(value))
        if not low <= value <= high:
            raise Unfit(f"at most {high:g}" if value > high else f"at least {low:g}" if value < low else "")
        return float(value)

    span = f"{low:g} to {high:g}"
    return ValueKind(expected=f"a number of {_UNITS[unit]} from {span}", range=span, read=read, unit=unit)


def whole(low: int, high: int, unit: str) -> ValueKind:
    """A whole number with a unit, both ends included."""

    def read(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise Unfit(quoted_number(value))
        if not low <= value <= high:
            raise Unfit(f"at most {high}" if value > high else f"at least {low}")
        return value

    span = f"{low} to {high}"
    return ValueKind(
        expected=f"a whole number of {_UNITS[unit]} from {span}", range=span, read=read, unit=unit
    )


def choice(*options: str | int, renamed: Mapping[str, str] | None = None) -> ValueKind:
    """One of a few words or numbers. `renamed`: old words that files of an earlier release may still have -> new ones."""

    def read(value: object) -> str | int:
        if renamed and isinstance(value, str) and value in renamed:
            return renamed[value]
        for option in options:
            # The type too: true is no 1, and 0.0 is no 0.
            if option == value and type(value) in type(option).__mro__:
                return option
        raise Unfit(did_you_mean(str(value), [str(option) for option in options]))

    listed = ", ".join(json.dumps(option) for option in options)
    return ValueKind(expected=f"one of {listed}", range=listed, read=read)


def several(*options: str) -> ValueKind:
    """Some of a few words, each once, at least one; a tuple for the application, in the order of the options."""
    listed = ", ".join(json.dumps(option) for option in options)

    def read(value: object) -> tuple[str, ...]:
        if not isinstance(value, list | tuple) or not value:
            raise Unfit(f"write a list, as [{listed}]")
        for word in value:
            if word not in options:
                raise Unfit(did_you_mean(str(word), options) or f"there is no {json.dumps(str(word))}")
        if len(set(value)) < len(value):
            raise Unfit("each at most once")
        return tuple(option for option in options if option in value)

    return ValueKind(expected=f"a list of some of {listed}", range=f"some of {listed}", read=read)


def flag() -> ValueKind:
    """Yes or no."""

    def read(value: object) -> bool:
        if not isinstance(value, bool):
            raise Unfit(
                "write true or false, without quotes" if str(value).lower() in ("true", "false") else ""
            )
        return value

    return ValueKind(expected="true or false", range="true, false", read=read)


def text(expected: str, pattern: str) -> ValueKind:
    """A string of a certain form. `expected` says the form in words."""

    def read(value: object) -> str:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            raise Unfit
        return value

    return ValueKind(expected=expected, range=expected, read=read)


def fingerprint() -> ValueKind:
    """The first digits of a key's SHA-256, as people read them out; empty for none."""
    form = '16 to 64 hexadecimal digits such as "630d 55f0 12ab 34cd", or "" for any'
    return text(form, r"|[0-9a-fA-F](?: ?[0-9a-fA-F]){15,63}")


def device() -> ValueKind:
    """Which of several devices: its path, or "auto"."""
    return text('"auto" or the absolute path of a device', r"auto|/[^\0]+")


def size() -> ValueKind:
    """Width and height as "1280x720"; (width, height) for the application."""

    def read(value: object) -> tuple[int, int]:
        match = re.fullmatch(r"(\d{3,4})x(\d{3,4})", value) if isinstance(value, str) else None
        if not match or not all(160 <= int(side) <= 4096 for side in match.groups()):
            raise Unfit
        return int(match[1]), int(match[2])

    form = 'a size in pixels such as "1280x720", each side from 160 to 4096'
    return ValueKind(expected=form, range='"160x160" to "4096x4096"', read=read, unit="px")


def size_or_auto() -> ValueKind:
    """A size, or "auto": the display's own, None for the application."""
    sized = size()
    return ValueKind(
        expected=f'"auto" or {sized.expected}',
        range=f'"auto", {sized.range}',
        read=lambda value: None if value == "auto" else sized.read(value),
        unit="px",
        none="auto",
    )


def local_hours() -> ValueKind:
    """A stretch of local time as "22:00-07:00"; a Window, or None where it is empty."""

    def read(value: object) -> Window | None:
        if value == "":
            return None
        match = re.fullmatch(r"(\d\d:\d\d)-(\d\d:\d\d)", value) if isinstance(value, str) else None
        if not match:
            raise Unfit
        try:
            return Window(start=time.fromisoformat(match[1]), end=time.fromisoformat(match[2]))
        except ValueError:
            raise Unfit("a day has the times 00:00 to 23:59") from None

    form = 'two local times such as "22:00-07:00", or "" for none'
    return ValueKind(expected=form, range='"00:00-23:59", ""', read=read, unit="local time")


def time_zone() -> ValueKind:
    """A name of the IANA time zone data; a ZoneInfo for the application."""

    def read(value: object) -> ZoneInfo:
        try:
            if isinstance(value, str):
                return ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            pass
        near = did_you_mean(str(value), available_timezones())
        raise Unfit(near or "`timedatectl list-timezones` prints them all")

    return ValueKind(expected='a time zone such as "Asia/Almaty"', range="IANA name", read=read)


def address() -> ValueKind:
    """The base of an http(s) address, without user, query or trailing slash."""

    def read(value: object) -> str:
        if not isinstance(value, str) or value != value.strip():
            raise Unfit
        try:
            parts = urlsplit(value)
            host, _port = parts.hostname, parts.port
        except ValueError as wrong:
            raise Unfit(str(wrong)) from None
        if parts.scheme not in ("http", "https") or not host:
            raise Unfit
        if parts.username or parts.password or parts.query or parts.fragment:
            raise Unfit("no user, password, ? or # in it")
        if parts.scheme == "http" and host not in LOOPBACK:
            raise Unfit("identifiers travel there: only https, or http to this machine itself")
        return value.rstrip("/")

    form = 'an address such as "https://registry.example.kz"'
    return ValueKind(expected=form, range="https, or http to this machine", read=read)


def path() -> ValueKind:
    """An absolute path."""

    def read(value: object) -> Path:
        if not isinstance(value, str) or "\0" in value:
            raise Unfit
        if not value.startswith("/"):
            raise Unfit("it has to begin with /")
        return Path(value)

    return ValueKind(expected="the absolute path of a file", range="absolute path", read=read)


def key(kind: ValueKind, default: str | float | list[str] | list[int], comment: str) -> Any:
    """A line of the table: a dataclass field that knows its kind, its default as TOML has it, and its comment."""
    return field(default=kind.read(default), metadata={"kind": kind, "toml": default, "comment": comment})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of the table, as the reader and the pages see it."""

    name: str
    kind: ValueKind
    toml: str | float | list[str] | list[int]
    comment: str


def entries(section: type) -> dict[str, Entry]:
    """Return the keys of a section by name, in the order of the table."""
    keys = (Entry(name=each.name, **each.metadata) for each in fields(section))
    return {entry.name: entry for entry in keys}


def did_you_mean(word: str, known: Collection[str]) -> str:
    """Return `did you mean "x"?` for the nearest known word, or nothing."""
    folded = {each.casefold(): each for each in known}
    near = get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return f'did you mean "{folded[near[0]]}"?' if near else ""


def quoted_number(value: object) -> str:
    """Return what to write in place of a number in quotes, or nothing."""
    plain = isinstance(value, str) and re.fullmatch(r"\s*-?\d+([.,]\d+)?\s*", value)
    return f"write {str(value).strip().replace(',', '.')} without quotes" if plain else ""
