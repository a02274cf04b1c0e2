"""The vectors of the registry's signed documents: each body (base64), and by hand what it is expected to be."""

import base64
import hashlib
from datetime import UTC, datetime

import cbor2

from tests.trust.minting import ISSUED, signing_key
from tests.trust.wrong_cose import Family, wrong_cbor, wrong_trust

NOW = ISSUED + 60
DAY = 86400
CONTENT = b'{"version": 1, "sequence": 7}'
POLICY = {1: "policy", 2: 7, 3: ISSUED, 4: ISSUED + DAY, 5: CONTENT, 6: "DEMO-1"}
"""What is asked for: the policy of DEMO-1, not older than number 7."""
RETIRED_AT = ISSUED - DAY
DAMAGED, UNKNOWN, SIGNATURE = "damaged", "unknown-root", "wrong-signature"
KIND, AUDIENCE, OLDER, EXPIRED = "other-kind", "other-audience", "older", "expired"
FUTURE = "from-the-future"


def raw(name: str) -> bytes:
    return signing_key(name).public_key().public_bytes_raw()


def root_kid_of(name: str) -> bytes:
    return hashlib.sha256(raw(name)).digest()[:4]


def roots_list() -> list:
    """The roots that the vectors are read with. Under `retired` nothing counts that was issued since yesterday."""
    until = {
        "current": None,
        "next": None,
        "retired": f"{datetime.fromtimestamp(RETIRED_AT, UTC):%Y-%m-%dT%H:%M:%SZ}",
    }
    return [
        {
            "kid": root_kid_of(name).hex(),
            "ed25519": base64.b64encode(raw(name)).decode(),
            "not_after": not_after,
        }
        for name, not_after in until.items()
    ]


def family(payload: object) -> Family:
    octets = payload if isinstance(payload, bytes) else cbor2.dumps(payload)
    return Family(octets, cbor2.dumps(POLICY | {5: b"{}"}), root_kid_of)


def signed(payload: object, by: str = "current") -> bytes:
    """A body around members, or around payload bytes as they are."""
    made = family(payload)
    return made.message(made.header(by), by=by)


def vectors() -> dict:
    return {
        "how": "made by tests/trust/make_vectors.py; times are seconds since 1970; asked for: kind, audience, newest",
        "now": NOW,
        "asked": {"kind": "policy", "audience": "DEMO-1", "newest": 7},
        "roots": roots_list(),
        "accepted": [
            {"name": name, "body": _base64(made), "document": expected}
            for name, made, expected in _accepted()
        ],
        "refused": [
            {"name": name, "body": _base64(made), "fault": fault}
            for group in (_wrong_envelopes(), _wrong_members(), _wrong_moment())
            for name, made, fault in group
        ],
    }


def _base64(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


def _expected(**changes: object) -> dict:
    usual = {
        "kind": "policy",
        "sequence": 7,
        "issued_at": ISSUED,
        "not_after": ISSUED + DAY,
        "audience": "DEMO-1",
        "content": CONTENT.decode(),
    }
    return usual | changes


def _accepted() -> list:
    wrong_kid = cbor2.dumps({4: root_kid_of("next")})
    return [
        ("the same number again", signed(POLICY), _expected()),
        ("a higher number", signed(POLICY | {2: 8}), _expected(sequence=8)),
        ("signed by the next root", signed(POLICY, by="next"), _expected()),
        ("in its last second", signed(POLICY | {4: NOW}), _expected(not_after=NOW)),
        ("of a clock that is 300 s ahead", signed(POLICY | {3: NOW + 300}), _expected(issued_at=NOW + 300)),
        ("without content", signed(POLICY | {5: b""}), _expected(content="")),
        (
            "a wrong kid in the unprotected header, which nobody signed",
            family(POLICY).message(unprotected=wrong_kid),
            _expected(),
        ),
    ]


def _wrong_envelopes() -> list:
    words = {"unknown-key": UNKNOWN}
    made = family(POLICY)
    return [
        (name, octets, words.get(reason, reason))
        for name, octets, reason in (*wrong_trust(made), *wrong_cbor(made))
    ] + [("nothing", b"", DAMAGED), ("JSON, which nobody signed", CONTENT, DAMAGED)]


def _wrong_members() -> list:
    good = cbor2.dumps(POLICY)
    wrong = {
        **{f"no member {key}": {k: POLICY[k] for k in POLICY if k != key} for key in POLICY if key != 6},
        **{f"member {key} is null": POLICY | {key: None} for key in POLICY},
        "a member more": POLICY | {7: 0},
        "no members": {},
        "null": None,
        "a list": list(POLICY.values()),
        "kind as bytes": POLICY | {1: b"policy"},
        "sequence as text": POLICY | {2: "7"},
        "sequence as a float": POLICY | {2: 7.0},
        "a sequence that is true": POLICY | {2: True},
        "a negative sequence": POLICY | {2: -1},
        "a sequence of 2^53": POLICY | {2: 2**53},
        "a bignum for the sequence": POLICY | {2: 2**70},
        "issued as a float": POLICY | {3: float(ISSUED)},
        "issued in 2019": POLICY | {3: 1_560_000_000},
        "ends in 2200": POLICY | {4: 7_260_000_000},
        "ends as a tagged time": POLICY | {4: cbor2.CBORTag(1, ISSUED + DAY)},
        "ends when it was issued": POLICY | {4: ISSUED},
        "ends before it was issued": POLICY | {4: ISSUED - 1},
        "content as text": POLICY | {5: CONTENT.decode()},
        "a list of doors": POLICY | {6: ["DEMO-1"]},
        "a key as a float": {1.0: "policy"} | {k: POLICY[k] for k in POLICY if k != 1},
    }
    octets = {
        "no CBOR": b"\xff\xff",
        "an empty payload": b"",
        "a member twice": b"\xa7" + good[1:] + b"\x06\x66DEMO-2",
        "a map of indefinite length": b"\xbf" + good[1:] + b"\xff",
        "a byte after the members": good + b"\0",
        "deep nesting": b"\x81" * 400,
        "deep nesting in a member": b"\xa7" + good[1:] + b"\x08" + b"\x81" * 300 + b"\0",
    }
    return [(f"payload: {name}", signed(payload), DAMAGED) for name, payload in (wrong | octets).items()]


def _wrong_moment() -> list:
    everybody = {key: POLICY[key] for key in POLICY if key != 6}
    return [
        ("the keys", signed(POLICY | {1: "keys"}), KIND),
        ("a kind that is none of ours", signed(POLICY | {1: "Policy"}), KIND),
        ("for another door", signed(POLICY | {6: "DEMO-2"}), AUDIENCE),
        ("for the door in small letters", signed(POLICY | {6: "demo-1"}), AUDIENCE),
        ("for nobody", signed(POLICY | {6: ""}), AUDIENCE),
        ("for everybody", signed(everybody), AUDIENCE),
        ("number 6 after number 7", signed(POLICY | {2: 6}), OLDER),
        ("number 0", signed(POLICY | {2: 0}), OLDER),
        ("ended a second ago", signed(POLICY | {4: NOW - 1}), EXPIRED),
        ("issued 301 s from now", signed(POLICY | {3: NOW + 301}), FUTURE),
        ("signed today by a root that retired yesterday", signed(POLICY, by="retired"), UNKNOWN),
        (
            "signed by the retired root, and dated back",
            signed(POLICY | {3: RETIRED_AT - 60}, by="retired"),
            UNKNOWN,
        ),
    ]
