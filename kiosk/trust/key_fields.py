"""Reads the fields of the registry's keys document: all mistakes at once, and nothing of what came in a message."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kiosk.trust.cose import KID_BYTES

_HEX = re.compile(r"(?:[0-9a-f]{2}){1,32}\Z", re.ASCII)
_UTC_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z\Z", re.ASCII)


class FieldReader:
    """Collects mistakes. It says what kind of thing came and never its content: that may be anything."""

    def __init__(self) -> None:
        self.mistakes: list[str] = []

    def mistake(self, where: str, expected: str, came: object) -> None:
        length = f" of length {len(came)}" if isinstance(came, (str, list, dict)) else ""
        self.mistakes.append(f"{where}: expected {expected}, but {type(came).__name__}{length} came")

    def fields(
        self, came: object, where: str, *, required: set[str], optional: frozenset[str] = frozenset()
    ) -> dict[str, Any]:
        if not isinstance(came, dict):
            self.mistake(where, "an object", came)
            return {}
        if missing := required - came.keys():
            self.mistakes.append(f"{where}: expected also {', '.join(sorted(missing))}")
        if extra := len(came.keys() - required - optional):
            self.mistakes.append(
                f"{where}: expected only {', '.join(sorted(required | optional))}, but {extra} more came; update the kiosk"
            )
        return came

    def parsed(self, came: object, where: str, expected: str, parse: Callable[[str], Any]) -> Any:
        """Return `parse(came)`, or None and a mistake."""
        if isinstance(came, str):
            try:
                return parse(came)
            except ValueError:  # binascii's and cryptography's mistakes too
                pass
        self.mistake(where, expected, came)
        return None

    def kid(self, came: object, where: str) -> Any:
        """Return four bytes, or None and a mistake."""
        return self.parsed(came, where, "8 lower-case hexadecimal digits", _kid)

    def ed25519(self, came: object, where: str) -> Any:
        """Return a public key, or None and a mistake."""
        return self.parsed(came, where, "an Ed25519 public key in base64", _ed25519)

    def moment_or_null(self, came: object, where: str) -> datetime | None:
        return None if came is None else self.parsed(came, where, "an RFC 3339 time with Z, or null", _time)


def hexadecimal(text: str) -> str:
    if not _HEX.match(text):
        raise ValueError("not hexadecimal")
    return text


def octets(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error


def _kid(text: str) -> bytes:
    kid = bytes.fromhex(hexadecimal(text))
    if len(kid) != KID_BYTES:
        raise ValueError("not four bytes")
    return kid


def _ed25519(text: str) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(octets(text))


def _time(text: str) -> datetime:
    if not _UTC_TIME.match(text):
        raise ValueError("not a time")
    return datetime.fromisoformat(text).astimezone(UTC)
