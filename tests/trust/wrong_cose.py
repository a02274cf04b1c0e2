"""Signed messages that are wrong in their envelope, whatever they hold: the classes of the public EU DCC vectors and more.

`wrong_trust` and `wrong_cbor` give (name, octets, what it is refused for). They serve passes and the registry's documents.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cbor2

from tests.trust.minting import GROUP_ORDER, envelope, sign

DAMAGED, UNKNOWN, SIGNATURE = "damaged", "unknown-key", "wrong-signature"


@dataclass(frozen=True)
class Family:
    """What a kind of message has of its own."""

    payload: bytes
    other_payload: bytes
    """Another sound one."""
    kid_of: Callable[[str], bytes]
    """Of the keys named `current` and `next`, which are trusted, and `stranger`, which is not."""

    def header(self, name: str = "current", alg: int = -8) -> bytes:
        return cbor2.dumps({1: alg, 4: self.kid_of(name)})

    def message(
        self, protected: bytes | None = None, *, by: str = "current", unprotected: bytes = b"\xa0"
    ) -> bytes:
        outer = self.header() if protected is None else protected
        return envelope(outer, self.payload, sign(outer, self.payload, by), unprotected)


def wrong_trust(family: Family) -> list:
    payload, protected = family.payload, family.header()
    signature = sign(protected, payload)
    beyond = int.from_bytes(signature[32:], "little") + GROUP_ORDER
    kid = family.kid_of("current")
    headers = {
        "no algorithm": cbor2.dumps({4: kid}),
        "no protected header": b"",
        "a third protected header": cbor2.dumps({1: -8, 4: kid, 3: 0}),
        "a critical header": cbor2.dumps({1: -8, 4: kid, 2: [9]}),
        "kid of eight bytes": cbor2.dumps({1: -8, 4: bytes(8)}),
        "kid as text": cbor2.dumps({1: -8, 4: kid.hex()}),
        "kid twice": b"\xa3\x01\x27" + 2 * (b"\x04\x44" + kid),
        "header key true instead of 1": cbor2.dumps({True: -8, 4: kid}),
    }
    signatures = {
        "an empty signature": b"",
        "a signature of 63 bytes": signature[:63],
        "a signature of 65 bytes": signature + b"\0",
        "all zeros for a signature": bytes(64),
        "the same signature plus the group's order": signature[:32] + beyond.to_bytes(32, "little"),
    }
    return [
        ("a wrong kid with a right signature", family.message(family.header("next")), SIGNATURE),
        ("a kid that nobody has", family.message(family.header("stranger"), by="stranger"), UNKNOWN),
        ("our kid, a stranger's signature", family.message(by="stranger"), SIGNATURE),
        (
            "kid in the unprotected header only",
            family.message(cbor2.dumps({1: -8}), unprotected=cbor2.dumps({4: kid})),
            DAMAGED,
        ),
        ("algorithm ES256 in the header", family.message(family.header(alg=-7)), SIGNATURE),
        ("algorithm -19, which means Ed25519 too", family.message(family.header(alg=-19)), SIGNATURE),
        ("changed after signing", envelope(protected, family.other_payload, signature), SIGNATURE),
        *((name, family.message(made), DAMAGED) for name, made in headers.items()),
        *((name, envelope(protected, payload, made), SIGNATURE) for name, made in signatures.items()),
    ]


def wrong_cbor(family: Family) -> list:
    good = family.message()
    protected = family.header()
    parts = cbor2.dumps(protected) + b"\xa0" + cbor2.dumps(family.payload)
    end = cbor2.dumps(sign(protected, family.payload))
    nested = b"\xa1\x01" + b"\x81" * 200 + b"\x00"
    wrong = {
        "CWT tag 61 around it": b"\xd8\x3d" + good,
        "no tag": good[1:],
        "another tag": b"\xd1" + good[1:],
        "tag 18 in two bytes": b"\xd8\x12" + good[1:],
        "tag 18 twice": b"\xd2" + good,
        "one byte after it": good + b"\0",
        "two in one": good + good,
        "an array of indefinite length": b"\xd2\x9f" + parts + end + b"\xff",
        "an array of three": b"\xd2\x83" + parts,
        "an array of five": b"\xd2\x85" + parts + end + b"\0",
        "the array's length in two bytes": b"\xd2\x98\x04" + parts + end,
        "a map instead of an array": b"\xd2\xa2" + parts + end,
        "an unprotected header that is no map": family.message(unprotected=b"\x80"),
        "a key twice in the unprotected header": family.message(unprotected=b"\xa2\x04\x00\x04\x00"),
        "an unprotected map of indefinite length": family.message(unprotected=b"\xbf\xff"),
        "deep nesting in the unprotected header": family.message(unprotected=nested),
        "a regular expression, tag 35": family.message(unprotected=b"\xa1\x01\xd8\x23\x62a+"),
        "a bignum in the unprotected header": family.message(unprotected=b"\xa1\x01\xc2\x41\x05"),
        "a payload of indefinite length": b"\xd2\x84"
        + cbor2.dumps(protected)
        + b"\xa0\x5f"
        + cbor2.dumps(family.payload)
        + b"\xff"
        + end,
        "a string that claims four gigabytes": b"\xd2\x84"
        + cbor2.dumps(protected)
        + b"\xa0\x5a\xff\xff\xff\xff",
        "an array that claims 2^64 items": b"\xd2\x9b" + b"\xff" * 8,
    }
    return [(name, octets, DAMAGED) for name, octets in wrong.items()]
