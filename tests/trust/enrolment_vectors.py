"""The vectors of enrolment codes: each text, and by hand what it is expected to be. The writer is not the house's."""

import hashlib

import base45
import cbor2

from tests.trust.minting import ISSUED, signing_key

SERIAL = "10000000c0ffee00"
"""This device's own."""
TOKEN = bytes(range(100, 116))
ROOT_KEY = signing_key("root").public_key().public_bytes_raw()
LEAST = {
    1: "https://registry.example.kz",
    2: "Demo Fitness · Алматы",
    3: "DEMO-1",
    4: TOKEN,
    5: ISSUED + 3600,
    6: ROOT_KEY,
}
WHOLE = LEAST | {7: {1: "Зал", 2: "correct horse"}, 8: SERIAL}

NOT, NEWER, DAMAGED = "not-an-enrolment", "newer-version", "damaged"
EXPIRED, DEVICE, UNSAFE = "expired", "other-device", "unsafe-address"


def written(octets: bytes) -> str:
    """The map's bytes and their check, as a text."""
    return "AQE1:" + base45.b45encode(octets + hashlib.sha256(octets).digest()[:4]).decode()


def code(members: object) -> str:
    return written(cbor2.dumps(members))


def vectors() -> dict:
    return {
        "how": "made by tests/trust/make_vectors.py; times are seconds since 1970",
        "now": ISSUED,
        "serial": SERIAL,
        "accepted": [{"name": name, "text": made, "code": expected} for name, made, expected in _accepted()],
        "refused": [
            {"name": name, "text": made, "fault": fault}
            for group in (_wrong_texts(), _wrong_cbor(), _wrong_members(), _unsafe(), _not_now_or_here())
            for name, made, fault in group
        ],
    }


def _expected(**changes: object) -> dict:
    usual = {
        "registry": LEAST[1],
        "venue": LEAST[2],
        "door": LEAST[3],
        "token": TOKEN.hex(),
        "expires_at": ISSUED + 3600,
        "root_key": ROOT_KEY.hex(),
        "wifi": None,
        "serial": None,
    }
    return usual | changes


def _accepted() -> list:
    return [
        ("only what it must have", code(LEAST), _expected()),
        ("with all it may have", code(WHOLE), _expected(wifi=["Зал", "correct horse"], serial=SERIAL)),
        ("an open network", code(LEAST | {7: {1: "guest"}}), _expected(wifi=["guest", None])),
        ("for this device, in capitals", code(LEAST | {8: SERIAL.upper()}), _expected(serial=SERIAL.upper())),
        ("a line's end after it", code(LEAST) + "\r\n", _expected()),
        ("spaces around it", "  " + code(LEAST) + " ", _expected()),
        ("in small letters", code(LEAST).lower(), _expected()),
        ("in its last second", code(LEAST | {5: ISSUED + 1}), _expected(expires_at=ISSUED + 1)),
        *(
            (f"address {came}", code(LEAST | {1: came}), _expected(registry=read))
            for came, read in {
                "http://127.0.0.1:8080": "http://127.0.0.1:8080",
                "http://localhost": "http://localhost",
                "http://[::1]:8080": "http://[::1]:8080",
                "https://10.0.0.5:8443/ashyq": "https://10.0.0.5:8443/ashyq",
                "https://registry.example.kz/": "https://registry.example.kz",
            }.items()
        ),
    ]


def _wrong_texts() -> list:
    good = code(LEAST)
    return [
        ("nothing", "", NOT),
        ("a pass", "AQ1:RRQ", NOT),
        ("a link", "https://registry.example.kz", NOT),
        ("version 2", "AQE2:" + good[5:], NEWER),
        ("version 10", "AQE10:" + good[5:], NEWER),
        ("version 0", "AQE0:" + good[5:], NEWER),
        ("no version", "AQE:" + good[5:], NOT),
        ("nothing after the prefix", "AQE1:", DAMAGED),
        ("cut in the middle", good[: len(good) // 2], DAMAGED),
        ("one character short", good[:-1], DAMAGED),
        ("three characters more", good + "000", DAMAGED),
        ("one letter of another alphabet", "АQE1:" + good[5:], NOT),
        ("a newline in the middle", good[:50] + "\n" + good[50:], DAMAGED),
        ("a NUL at the end", good + "\x00", DAMAGED),
        ("not of base45", "AQE1:Ёж", DAMAGED),
        ("base45 above 0xFFFF", "AQE1::::", DAMAGED),
        ("longer than any", "AQE1:" + "0" * 907, DAMAGED),
        ("no check", "AQE1:" + base45.b45encode(cbor2.dumps(LEAST)).decode(), DAMAGED),
        ("a wrong check", "AQE1:" + base45.b45encode(cbor2.dumps(LEAST) + bytes(4)).decode(), DAMAGED),
    ]


def _wrong_cbor() -> list:
    good = cbor2.dumps(LEAST)
    backwards = dict(reversed(LEAST.items()))
    wrong = {
        "no CBOR": b"\xff\xff",
        "a map of indefinite length": b"\xbf" + good[1:] + b"\xff",
        "a byte after the map": good + b"\0",
        "two maps": good + good,
        "members in another order": cbor2.dumps(backwards),
        "Wi-Fi members in another order": cbor2.dumps(LEAST | {7: {2: "correct horse", 1: "net"}}),
        "a member twice": b"\xa7" + good[1:] + b"\x06\x58\x20" + bytes(32),
        "a key in two bytes": b"\xa6\x18\x01" + good[2:],
        "a list": cbor2.dumps(list(LEAST.values())),
        "null": b"\xf6",
        "a tag around it": b"\xd2" + good,
        "a key as a float": cbor2.dumps({1.0: LEAST[1]} | {key: LEAST[key] for key in LEAST if key != 1}),
        "a key true instead of 1": cbor2.dumps({True: LEAST[1]} | {k: LEAST[k] for k in LEAST if k != 1}),
        "a key as text": cbor2.dumps(LEAST | {"7": 1}),
        "deep nesting": b"\x81" * 300 + b"\0",
        "deep nesting in a member": b"\xa7" + good[1:] + b"\x07" + b"\x81" * 300 + b"\0",
        "a string that claims four gigabytes": b"\xa1\x01\x7a\xff\xff\xff\xff",
    }
    return [(name, written(octets), DAMAGED) for name, octets in wrong.items()]


def _wrong_members() -> list:
    missing = {f"no member {key}": {k: LEAST[k] for k in LEAST if k != key} for key in LEAST}
    null = {f"member {key} is null": WHOLE | {key: None} for key in WHOLE}
    wrong = {
        "no members": {},
        "an address of 201 characters": LEAST | {1: "https://" + "a" * 193},
        "an empty venue": LEAST | {2: ""},
        "a venue of 81 characters": LEAST | {2: "v" * 81},
        "a venue of two lines": LEAST | {2: "Demo\nFitness"},
        "a venue that turns the writing round": LEAST | {2: "Demo\u202efitness"},
        "a venue of a space": LEAST | {2: " "},
        "an empty door": LEAST | {3: ""},
        "a door in small letters": LEAST | {3: "demo-1"},
        "a door of 17 characters": LEAST | {3: "D" * 17},
        "a door with a newline": LEAST | {3: "DEMO-1\n"},
        "a door in another alphabet's capitals": LEAST | {3: "А1"},
        "a token of 15 bytes": LEAST | {4: TOKEN[:15]},
        "a token of 17 bytes": LEAST | {4: TOKEN + b"\0"},
        "a token as text": LEAST | {4: "0123456789abcdef"},
        "an expiry as text": LEAST | {5: str(ISSUED)},
        "an expiry as a float": LEAST | {5: ISSUED + 3600.0},
        "an expiry that is true": LEAST | {5: True},
        "an expiry in 2019": LEAST | {5: 1_560_000_000},
        "an expiry in 2200": LEAST | {5: 7_260_000_000},
        "a bignum for the expiry": LEAST | {5: 2**70},
        "a negative expiry": LEAST | {5: -1},
        "a root key of 31 bytes": LEAST | {6: ROOT_KEY[:31]},
        "a root key of 33 bytes": LEAST | {6: ROOT_KEY + b"\0"},
        "a root key as text": LEAST | {6: "k" * 32},
        "Wi-Fi as text": LEAST | {7: "net"},
        "Wi-Fi of nothing": LEAST | {7: {}},
        "Wi-Fi without a name": LEAST | {7: {2: "correct horse"}},
        "an empty network name": LEAST | {7: {1: ""}},
        "a network name of 33 bytes": LEAST | {7: {1: "n" * 33}},
        "a network name of 17 letters and 34 bytes": LEAST | {7: {1: "ж" * 17}},
        "a network name with a newline": LEAST | {7: {1: "net\n"}},
        "a passphrase of 7": LEAST | {7: {1: "net", 2: "1234567"}},
        "a passphrase of 64": LEAST | {7: {1: "net", 2: "1" * 64}},
        "an empty passphrase": LEAST | {7: {1: "net", 2: ""}},
        "a passphrase that is null": LEAST | {7: {1: "net", 2: None}},
        "a passphrase of bytes": LEAST | {7: {1: "net", 2: b"correct horse"}},
        "a passphrase with a newline": LEAST | {7: {1: "net", 2: "correct\nhorse"}},
        "an empty serial": LEAST | {8: ""},
        "a serial of 33": LEAST | {8: "0" * 33},
        "a serial as a number": LEAST | {8: 10},
        "more than 600 bytes": LEAST | {1: "https://" + "a" * 192, 2: "ж" * 80, 9: bytes(300)},
    }
    newer = {
        "a member more": LEAST | {9: 1},
        "member 0": {0: 1} | LEAST,
        "a Wi-Fi member more": LEAST | {7: {1: "net", 2: "correct horse", 3: "WPA3"}},
    }
    return [(name, code(made), DAMAGED) for name, made in (missing | null | wrong).items()] + [
        (name, code(made), NEWER) for name, made in newer.items()
    ]


def _unsafe() -> list:
    addresses = """
        http://registry.example.kz http://127.0.0.1.example.kz http://localhost.example.kz ftp://registry.example.kz
        file:///etc/passwd registry.example.kz //registry.example.kz https:// HTTPS://registry.example.kz
        https://user@registry.example.kz https://user:secret@registry.example.kz https://registry.example.kz?x=1
        https://registry.example.kz#x https://registry.example.kz\\@evil.kz https://реестр.kz https://[::1
        https://registry.example.kz:0 javascript:alert(1) http://[::2] http://127.0.0.2@evil.kz
        https://registry.example.kz// https://registry.example.kz/../x https://registry.example.kz/a//b
        """.split()
    wrong = [
        "",
        "https://registry.example.kz\n",
        " https://registry.example.kz",
        "https://a b.kz",
        *addresses,
    ]
    return [(f"address {came!r}", code(LEAST | {1: came}), UNSAFE) for came in wrong]


def _not_now_or_here() -> list:
    return [
        ("expired an hour ago", code(LEAST | {5: ISSUED - 3600}), EXPIRED),
        ("expires at this second", code(LEAST | {5: ISSUED}), EXPIRED),
        ("for another device", code(LEAST | {8: "10000000decade00"}), DEVICE),
        ("for another device, and expired", code(LEAST | {5: ISSUED - 1, 8: "10000000decade00"}), DEVICE),
    ]
