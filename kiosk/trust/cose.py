"""COSE_Sign1 (RFC 9052) with Ed25519, as strict as it can be: for passes and for the registry's documents.

Thirty lines that can be seen through, instead of a general library: what we accept has one way to be written, bears its
key id where it is signed, and never says itself how it is to be verified.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NoReturn

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

SIGN1 = 0xD2
"""CBOR tag 18 in one byte: COSE_Sign1. A message has exactly this tag around it and no other anywhere."""
ALG, KID = 1, 4
EDDSA = -8
KID_BYTES = 4


class _NoTags(dict[int, Callable[..., Any]]):
    """Refuses every tag that cbor2 would give a meaning to: bignums, dates, regular expressions ..."""

    def __missing__(self, tag: int) -> Callable[..., NoReturn]:
        return _refuse_tag


def _refuse_tag(*_: object) -> NoReturn:
    raise ValueError("no tag belongs here")


_NO_TAGS = _NoTags()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign1:
    """A message in its parts. Nothing in it is believed before `signed_by`."""

    kid: bytes
    algorithm: int
    protected: bytes
    payload: bytes = field(repr=False)
    signature: bytes

    def signed_by(self, public: Ed25519PublicKey) -> bool:
        """Whether this key signed it."""
        try:
            public.verify(self.signature, cbor2.dumps(["Signature1", self.protected, b"", self.payload]))
        except InvalidSignature:
            return False
        return True


def parse_sign1(message: bytes) -> Sign1:
    """Take a message apart. Whatever is wrong with it raises: ValueError here, any other class from a library."""
    must(message[0] == SIGN1)
    protected, unprotected, payload, signature = decoded(message[1:], list, depth=4)
    must(isinstance(unprotected, dict))  # nobody signed it: what it holds is not looked at
    must(isinstance(protected, bytes) and isinstance(payload, bytes) and isinstance(signature, bytes))
    header = decoded(protected, dict, depth=1)
    must(header.keys() == {ALG, KID} and integers((*header, header[ALG])))
    must(isinstance(header[KID], bytes) and len(header[KID]) == KID_BYTES)
    return Sign1(
        kid=header[KID], algorithm=header[ALG], protected=protected, payload=payload, signature=signature
    )


def decoded(octets: bytes, shape: type, *, depth: int) -> Any:
    """Decode one value of `shape` that stands in the one way to write it.

    Written again it must be the same bytes: so it is definite and shortest, has no key twice, and nothing after it.
    """
    value = cbor2.loads(octets, max_depth=depth, semantic_decoders=_NO_TAGS)
    must(isinstance(value, shape) and cbor2.dumps(value) == octets)
    return value


def integers(values: Iterable[object]) -> bool:
    """Whether these are integers and nothing that equals one: True == 1 == 1.0."""
    return all(type(value) is int for value in values)


def must(holds: bool) -> None:
    """Raise ValueError, without any content: what came may be anything."""
    if not holds:
        raise ValueError("not what belongs here")
