"""Reads the content of a `revocations` document: which passes have begun or ceased to be revoked.

It lists passes by hashes of their random ids and no person (docs/facts.md#few-numbers). That a root signed it says nothing of its
form: what is not exactly as the contract has it is no list, and half a list is none.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal

from kiosk.trust.cose import decoded, integers, must
from kiosk.trust.moments import EARLIEST_S, LATEST_S
from kiosk.trust.signed import HIGHEST_SEQUENCE, DocumentFault

MOST_ENTRIES = 2_000_000
"""Added and removed together. A snapshot of 300,000 is a bad day for a whole country."""
HASH_BYTES = 8
PASS_ID_BYTES = 12
ENTRY = struct.Struct(">QI")
"""One that was added: hash, and the expiry of its pass in seconds since 1970."""
HASH = struct.Struct(">Q")
"""One that was removed."""


class RevocationMember(IntEnum):
    """The keys of the content's map."""

    BASE = 1
    ADDED = 2
    REMOVED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationChange:
    """What leads from one list to the next: first take away what was removed, then put in what was added.

    Holds the entries as they came and unpacks them while they are walked through: as tuples, 300,000 take 40 MB.
    """

    base: int
    """The sequence that it goes on from, and from no other; 0: a snapshot, in place of whatever was known."""
    added_octets: bytes = field(repr=False)
    removed_octets: bytes = field(repr=False)

    @property
    def added(self) -> Iterator[tuple[int, int]]:
        """(hash, an unsigned number of 64 bits; expiry in seconds since 1970). A hash that comes again counts as it came last."""
        return ENTRY.iter_unpack(self.added_octets)

    @property
    def removed(self) -> Iterator[int]:
        """Hashes."""
        return (number for (number,) in HASH.iter_unpack(self.removed_octets))

    @property
    def entries(self) -> int:
        """How many, added and removed."""
        return len(self.added_octets) // ENTRY.size + len(self.removed_octets) // HASH.size


def parse_revocations(content: bytes) -> RevocationChange | Literal[DocumentFault.DAMAGED]:
    """Return the change that `content` is. Raises nothing."""
    try:
        return _parsed(content)
    except Exception:  # total: whatever the bytes do to a library, they are no list
        return DocumentFault.DAMAGED


def hash_of(pass_id: str) -> int:
    """Return what a pass is listed under; `pass_id` is its 24 hexadecimal digits.

    >>> hex(hash_of("00112233445566778899aabb"))
    '0x992772647ebbae8c'
    """
    octets = bytes.fromhex(pass_id)
    must(len(octets) == PASS_ID_BYTES)
    return int.from_bytes(hashlib.sha256(octets).digest()[:HASH_BYTES])


def _parsed(content: bytes) -> RevocationChange:
    members = decoded(content, dict, depth=1)
    must(members.keys() == set(RevocationMember) and integers(members))
    base, added, removed = (
        members[RevocationMember.BASE],
        members[RevocationMember.ADDED],
        members[RevocationMember.REMOVED],
    )
    must(integers((base,)) and 0 <= base <= HIGHEST_SEQUENCE)
    must(isinstance(added, bytes) and isinstance(removed, bytes))
    must(len(added) % ENTRY.size == 0 and len(removed) % HASH.size == 0)
    must(base != 0 or not removed)  # a snapshot has nothing to take away from
    change = RevocationChange(base=base, added_octets=added, removed_octets=removed)
    must(change.entries <= MOST_ENTRIES)
    must(all(EARLIEST_S <= expires <= LATEST_S for _, expires in change.added))
    return change
