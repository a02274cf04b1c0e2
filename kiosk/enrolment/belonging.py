"""Whose this device is since its first enrolment: what outlives a withdrawal, a damaged identity and `Device.forget`.

Without it a kiosk that is nobody's would belong to whoever walks by with a code of their own, and what waits in it too.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from kiosk.trust.roots import Root, Roots

LINEAGE = re.compile(r"[a-p]{32}", re.ASCII)
_IN_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")
"""Letters, because the store takes no long number in any writing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Belonging:
    """The registry that this device belongs to."""

    lineage: str
    """Of its first root, and of whatever that signed in since: 32 letters. What waits is bound to it."""
    registry: str
    """Its address, without /v1."""
    roots: Roots
    """Those that were trusted last."""

    @classmethod
    def from_json(cls, written: bytes) -> Self:
        """Read what `as_json` wrote. Raises ValueError, TypeError or KeyError where it is damaged."""
        fields = json.loads(written)
        lineage, registry = fields["lineage"], fields["registry"]
        if not isinstance(registry, str) or not LINEAGE.fullmatch(lineage):
            raise ValueError("expected a lineage and an address")
        return cls(lineage=lineage, registry=registry, roots=Roots.from_list(fields["roots"]))

    def as_json(self) -> bytes:
        """Return this for the disk."""
        fields = {"lineage": self.lineage, "registry": self.registry, "roots": self.roots.as_list()}
        return json.dumps(fields, indent=1, ensure_ascii=False).encode()

    def is_of(self, registry: str, root_key: bytes, now: datetime) -> bool:
        """Whether an address and a raw root key are this registry's at `now` (UTC). The whole key is compared, not its id.

        The same root at another address is not: what waits is sent there, and nobody has signed the address.
        """
        return registry == self.registry and any(
            raw(root) == root_key and (root.not_after is None or now <= root.not_after)
            for root in self.roots.by_kid.values()
        )


def raw(root: Root) -> bytes:
    """Return a root's key as an enrolment code has it: 32 bytes."""
    return root.public.public_bytes_raw()


def lineage_of(root_key: bytes) -> str:
    """Return the name of all that a first root (raw) and its successors sign."""
    return hashlib.sha256(root_key).hexdigest()[:32].translate(_IN_LETTERS)
