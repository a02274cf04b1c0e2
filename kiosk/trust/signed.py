"""Opens what the registry signs for kiosks: policy, keys, revocations, a withdrawal. Or says why it is not believed.

The body came over a network, or lay on a disk that anybody could have written: the opening is total, bounded before it
decodes, and looks at the content of nothing that no root has signed. What is in the content is for its own reader.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

from kiosk.trust.cose import EDDSA, decoded, integers, must, parse_sign1
from kiosk.trust.moments import moment
from kiosk.trust.roots import Root, Roots

MOST_BYTES = {"policy": 1 << 20, "keys": 1 << 20, "revocations": 32 << 20, "withdrawal": 1 << 12}
"""Of a whole signed body. The keys are the kinds that there are."""
AHEAD = timedelta(seconds=300)
"""How far the registry's clock may be ahead of ours."""
HIGHEST_SEQUENCE = 2**53 - 1


class PayloadMember(IntEnum):
    """The keys of the payload."""

    KIND = 1
    SEQUENCE = 2
    ISSUED = 3
    NOT_AFTER = 4
    CONTENT = 5
    AUDIENCE = 6


class DocumentFault(StrEnum):
    """Why a document is not believed."""

    DAMAGED = "damaged"
    UNKNOWN_ROOT = "unknown-root"
    WRONG_SIGNATURE = "wrong-signature"
    OTHER_KIND = "other-kind"
    OTHER_AUDIENCE = "other-audience"
    OLDER = "older"
    EXPIRED = "expired"
    FROM_THE_FUTURE = "from-the-future"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedDocument:
    """What a root has signed."""

    kind: str
    root: bytes
    """The key id of the root that signed it."""
    sequence: int
    issued_at: datetime
    not_after: datetime
    """Later than this it is no news any more; a kept one is then said to be expired."""
    audience: str | None
    """The door or device that it is for; None: everybody."""
    content: bytes = field(repr=False)


class _DocumentFaulty(Exception):
    def __init__(self, fault: DocumentFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def open_signed(
    body: bytes,
    roots: Roots,
    kind: str,
    *,
    now: datetime,
    newest: int,
    audience: str | None = None,
    clock_trusted: bool = True,
    kept: bool = False,
) -> SignedDocument | DocumentFault:
    """Return the document that `body` is, or why it is not believed. Raises nothing.

    `now` is UTC, the latest moment that is known of. `newest` is the sequence of the one in force: the same number again
    is the same document with a longer life, a lower one is refused. `audience` is the door or device that it must be for; None: it
    must be for everybody. Where the clock is not trusted it may be late, never early: then nothing comes from the future.

    `kept`: it was believed once and comes from our own disk. Then the time is an age and no reason to refuse: look at
    `not_after`. It still has to bear the signature of a root that was good when it was issued.
    """
    try:
        document = _opened(body, roots, kind, now=None if kept else now)
        _must(document.audience == audience, DocumentFault.OTHER_AUDIENCE)
        _must(document.sequence >= newest, DocumentFault.OLDER)
        if not kept:
            _must(now <= document.not_after, DocumentFault.EXPIRED)
            _must(not clock_trusted or document.issued_at <= now + AHEAD, DocumentFault.FROM_THE_FUTURE)
        return document
    except _DocumentFaulty as faulty:
        return faulty.fault
    except Exception:  # total: whatever the bytes do to a library, they are no document
        return DocumentFault.DAMAGED


def _opened(body: bytes, roots: Roots, kind: str, *, now: datetime | None) -> SignedDocument:
    must(isinstance(body, bytes) and len(body) <= MOST_BYTES[kind])
    sign1 = parse_sign1(body)
    root = roots.by_kid.get(sign1.kid)
    if root is None:
        raise _DocumentFaulty(DocumentFault.UNKNOWN_ROOT)
    signed = sign1.algorithm == EDDSA and sign1.signed_by(root.public)
    _must(signed, DocumentFault.WRONG_SIGNATURE)
    document = _document(sign1.payload, sign1.kid)
    _must(_good(root, document.issued_at) and (now is None or _good(root, now)), DocumentFault.UNKNOWN_ROOT)
    _must(document.kind == kind, DocumentFault.OTHER_KIND)
    return document


def _document(payload: bytes, root: bytes) -> SignedDocument:
    members = decoded(payload, dict, depth=1)
    must(
        set(PayloadMember) - {PayloadMember.AUDIENCE} <= members.keys() <= set(PayloadMember)
        and integers(members)
    )
    kind, sequence, content = (
        members[key] for key in (PayloadMember.KIND, PayloadMember.SEQUENCE, PayloadMember.CONTENT)
    )
    must(isinstance(kind, str) and isinstance(content, bytes))
    must(integers((sequence,)) and 0 <= sequence <= HIGHEST_SEQUENCE)
    issued_at, not_after = moment(members[PayloadMember.ISSUED]), moment(members[PayloadMember.NOT_AFTER])
    must(issued_at < not_after)
    audience = members.get(PayloadMember.AUDIENCE)
    must(PayloadMember.AUDIENCE not in members or isinstance(audience, str))
    return SignedDocument(
        kind=kind,
        root=root,
        sequence=sequence,
        issued_at=issued_at,
        not_after=not_after,
        audience=audience,
        content=content,
    )


def _good(root: Root, at: datetime) -> bool:
    return root.not_after is None or at <= root.not_after


def _must(holds: bool, otherwise: DocumentFault) -> None:
    if not holds:
        raise _DocumentFaulty(otherwise)
