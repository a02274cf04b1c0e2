"""Any bytes are one of the documents that a root signed, or a reason; and any content that one signed is sound or refused.

The first byte says what the rest is: a whole body, a payload that is signed here, or the content of a list of revoked passes.
"""

import cbor2

from tests.fuzz.runner import bodies, main, watched
from tests.trust import make_vectors
from tests.trust.document_vectors import POLICY, signed

with watched():
    from datetime import UTC, datetime

    from kiosk.trust.revocations import RevocationChange, parse_revocations
    from kiosk.trust.roots import Roots
    from kiosk.trust.signed import DocumentFault, SignedDocument, open_signed

VECTORS = make_vectors.read("documents.json")
NOW = datetime.fromtimestamp(VECTORS["now"], UTC)
ROOTS = Roots.from_list(VECTORS["roots"])
ASKED = VECTORS["asked"]


def opened(body: bytes, *, kept: bool = False) -> SignedDocument | DocumentFault:
    return open_signed(
        body, ROOTS, ASKED["kind"], now=NOW, newest=ASKED["newest"], audience=ASKED["audience"], kept=kept
    )


SIGNED = {opened(body) for body in bodies(VECTORS["accepted"])}


def target(octets: bytes) -> None:
    kind, rest = octets[:1], octets[1:]
    if kind == b"\2":
        change = parse_revocations(rest)
        if isinstance(change, RevocationChange):
            assert len(list(change.added)) + len(list(change.removed)) == change.entries
        else:
            assert change is DocumentFault.DAMAGED
        return
    read = opened(signed(rest) if kind == b"\1" else rest)
    if isinstance(read, SignedDocument):
        assert kind == b"\1" or read in SIGNED, "a document that nobody signed"
        assert (read.kind, read.audience) == (ASKED["kind"], ASKED["audience"])
        assert read.sequence >= ASKED["newest"]
        assert read.issued_at < read.not_after
        assert opened(signed(rest) if kind == b"\1" else rest, kept=True) == read
    else:
        assert isinstance(read, DocumentFault)


def seeds() -> list[bytes]:
    whole = [b"\0" + body for kind in ("accepted", "refused") for body in bodies(VECTORS[kind])]
    list_ = cbor2.dumps({1: 7, 2: bytes(8) + VECTORS["now"].to_bytes(4), 3: bytes(8)})
    return [*whole, b"\1" + cbor2.dumps(POLICY), b"\2" + list_]


if __name__ == "__main__":
    main(target, seeds())
