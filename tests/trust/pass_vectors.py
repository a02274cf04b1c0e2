"""The vectors of passes: each text, and by hand what it is expected to be."""

import cbor2

from tests.trust.minting import (
    ISSUED,
    LIVE,
    PASS_ID,
    header,
    keys_document,
    kid_of,
    minted,
    text,
)
from tests.trust.wrong_cose import Family, wrong_cbor, wrong_trust

DAMAGED, UNKNOWN = "damaged-pass", "unknown-key"
FAMILY = Family(cbor2.dumps(LIVE), cbor2.dumps(LIVE | {4: ISSUED + 301}), kid_of)


def vectors() -> dict:
    good = minted(LIVE)
    return {
        "how": "made by tests/trust/make_vectors.py; times are seconds since 1970",
        "keys": keys_document(),
        "accepted": [
            {"name": name, "text": made, "pass": expected} for name, made, expected in _accepted(good)
        ],
        "refused": [
            {"name": name, "text": made, "reason": reason}
            for group in (_wrong_texts(good), _wrong_envelopes(), _wrong_claims())
            for name, made, reason in group
        ],
    }


def _expected(**changes: object) -> dict:
    usual = {
        "pass_id": PASS_ID.hex(),
        "colour": "green",
        "issued_at": ISSUED,
        "expires_at": ISSUED + 300,
        "key_id": kid_of("current").hex(),
        "door": None,
    }
    return usual | changes


def _accepted(good: str) -> list:
    carry = LIVE | {4: ISSUED + 72 * 3600, -70001: 2}
    return [
        ("live, green", good, _expected()),
        ("carry, blue, 72 h", minted(carry), _expected(expires_at=ISSUED + 72 * 3600, colour="blue")),
        ("yellow", minted(LIVE | {-70001: 3}), _expected(colour="yellow")),
        ("red", minted(LIVE | {-70001: 4}), _expected(colour="red")),
        (
            "bound to a door",
            minted(LIVE | {4: ISSUED + 60, 3: "DEMO-1"}),
            _expected(expires_at=ISSUED + 60, door="DEMO-1"),
        ),
        (
            "signed by the next key",
            minted(LIVE, protected=header("next"), by="next"),
            _expected(key_id=kid_of("next").hex()),
        ),
        (
            "a wrong kid in the unprotected header, which nobody signed",
            minted(LIVE, unprotected=cbor2.dumps({4: kid_of("next")})),
            _expected(),
        ),
        (
            "header keys in the other order",
            minted(LIVE, protected=cbor2.dumps({4: kid_of("current"), 1: -8})),
            _expected(),
        ),
        (
            "of the retired key, and ended before it did",
            minted(
                LIVE | {6: ISSUED - 3_000_000, 4: ISSUED - 2_999_700},
                protected=header("retired"),
                by="retired",
            ),
            _expected(
                key_id=kid_of("retired").hex(), issued_at=ISSUED - 3_000_000, expires_at=ISSUED - 2_999_700
            ),
        ),
    ]


def _wrong_texts(good: str) -> list:
    return [
        ("nothing after the prefix", "AQ1:", DAMAGED),
        ("cut in the middle", good[: len(good) // 2], DAMAGED),
        ("one character short", good[:-1], DAMAGED),
        ("one character more", good + "0", DAMAGED),
        ("three characters more", good + "000", DAMAGED),
        ("lower case", "AQ1:" + good[4:].lower(), DAMAGED),
        ("a newline at the end", good + "\n", DAMAGED),
        ("a NUL at the end", good + "\x00", DAMAGED),
        ("a NUL in the middle", good[:50] + "\x00" + good[51:], DAMAGED),
        ("a space before", " " + good, "not-ours"),
        ("lower-case prefix", "aq1:" + good[4:], "not-ours"),
        ("1200 characters", "AQ1:" + "0" * 1196, DAMAGED),
        ("1201 characters", "AQ1:" + "0" * 1197, "too-long"),
        ("version 2", "AQ2:" + good[4:], "newer-pass"),
        ("version 10", "AQ10:" + good[4:], "newer-pass"),
        ("base45 above 0xFFFF", "AQ1::::", DAMAGED),
        ("not of base45", "AQ1:Ёж", DAMAGED),
    ]


def _wrong_envelopes() -> list:
    words = {"damaged": DAMAGED}
    return [
        (name, text(octets), words.get(reason, reason))
        for name, octets, reason in (*wrong_trust(FAMILY), *wrong_cbor(FAMILY))
    ] + [
        (
            "a retired key, on a pass that outlives it",
            minted(LIVE, protected=header("retired"), by="retired"),
            UNKNOWN,
        )
    ]


def _wrong_claims() -> list:
    claims = cbor2.dumps(LIVE)
    wrong = {
        "no issue time": {key: value for key, value in LIVE.items() if key != 6},
        "no expiry": {key: value for key, value in LIVE.items() if key != 4},
        "no pass id": {key: value for key, value in LIVE.items() if key != 7},
        "no colour": {key: value for key, value in LIVE.items() if key != -70001},
        "a claim more": LIVE | {1: "ashyq"},
        "negative expiry": LIVE | {4: -1},
        "negative times": LIVE | {6: -600, 4: -300},
        "huge expiry": LIVE | {4: 2**63},
        "a bignum for the expiry": LIVE | {4: 2**64},
        "a bignum for both times": LIVE | {6: 2**70, 4: 2**70 + 300},
        "an issue time as a float": LIVE | {6: float(ISSUED)},
        "an expiry as a float": LIVE | {4: ISSUED + 300.0},
        "an expiry that is not a number": LIVE | {4: float("nan")},
        "an expiry without end": LIVE | {4: float("inf")},
        "an expiry as text": LIVE | {4: str(ISSUED + 300)},
        "an expiry as a tagged time": LIVE | {4: cbor2.CBORTag(1, ISSUED + 300)},
        "issued after it expires": LIVE | {6: ISSUED + 301},
        "issued as it expires": LIVE | {6: ISSUED + 300},
        "a life of 72 h and a second": LIVE | {4: ISSUED + 72 * 3600 + 1},
        "issued in 2019": LIVE | {6: 1_560_000_000, 4: 1_560_000_300},
        "issued in 2200": LIVE | {6: 7_260_000_000, 4: 7_260_000_300},
        "a pass id of 11 bytes": LIVE | {7: PASS_ID[:11]},
        "a pass id of 13 bytes": LIVE | {7: PASS_ID + b"\0"},
        "a pass id as text": LIVE | {7: "00112233445566778899aabb"},
        "a pass id that is null": LIVE | {7: None},
        "colour 0": LIVE | {-70001: 0},
        "colour 5": LIVE | {-70001: 5},
        "colour true, which equals 1": LIVE | {-70001: True},
        "colour 1.0": LIVE | {-70001: 1.0},
        "colour by name": LIVE | {-70001: "green"},
        "an empty door": LIVE | {3: ""},
        "a door that is null": LIVE | {3: None},
        "a list of doors": LIVE | {3: ["DEMO-1"]},
        "a door with a newline": LIVE | {3: "DEMO-1\n"},
        "a door of 65 characters": LIVE | {3: "D" * 65},
        "a claim's key as a float": {6.0: ISSUED} | {key: value for key, value in LIVE.items() if key != 6},
        "a list instead of a map": [ISSUED, ISSUED + 300, PASS_ID, 1],
        "no claims at all": {},
        "null": None,
    }
    octets = {
        "an empty payload": b"",
        "bytes that are no CBOR": b"\xff\xff",
        "a claim twice": b"\xa5" + claims[1:] + b"\x04\x1a\x7f\xff\xff\xff",
        "a map of indefinite length": b"\xbf" + claims[1:] + b"\xff",
        "a byte after the claims": claims + b"\0",
        "deep nesting": b"\x81" * 400,
        "deep nesting in a claim": b"\xa5" + claims[1:] + b"\x08" + b"\x81" * 300 + b"\x00",
        "a number in more bytes than it needs": claims[:-1] + b"\x18\x01",
    }
    return [(f"claims: {name}", minted(payload), DAMAGED) for name, payload in (wrong | octets).items()]
