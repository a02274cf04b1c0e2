"""What waits on the disk: sealed to the registry, bound to its visit, equally long for everybody."""

import base64
import json
from pathlib import Path

import pytest

from kiosk.core.model import Identifier, IdentifierKind
from kiosk.trust import Keyring, seal
from registry.demo_people import made_up_iin
from registry.sealing import DoesNotOpen, unseal
from tests.trust.minting import keys_document, kid_of, sealing_key, seed

RING = Keyring.from_document(keys_document())
KEY = sealing_key("sealing")
VISIT = "0190c1d2-0000-7000-8000-00000000000a"
IIN = Identifier(kind=IdentifierKind.IIN, value=made_up_iin(1))
PASSPORT = Identifier(kind=IdentifierKind.PASSPORT, value="DEMO00001", country="UTO")
VECTOR = json.loads((Path(__file__).parent / "vectors" / "sealed.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("identifier", [IIN, PASSPORT], ids=["iin", "passport"])
def test_the_registry_opens_what_the_kiosk_sealed(identifier):
    sealed = seal(identifier, VISIT, RING)
    assert sealed is not None
    assert sealed.kid == kid_of("sealing").hex()
    assert unseal(sealed.blob, VISIT, KEY) == identifier


def test_sealed_for_one_visit_it_does_not_open_for_another():
    sealed = seal(IIN, VISIT, RING)
    with pytest.raises(DoesNotOpen):
        unseal(sealed.blob, VISIT[:-1] + "b", KEY)


def test_another_key_does_not_open_it():
    with pytest.raises(DoesNotOpen):
        unseal(seal(IIN, VISIT, RING).blob, VISIT, sealing_key("stranger"))


@pytest.mark.parametrize("at", [0, 31, 32, 100, -1])
def test_a_changed_bit_is_noticed(at):
    blob = bytearray(seal(IIN, VISIT, RING).blob)
    blob[at] ^= 1
    with pytest.raises(DoesNotOpen):
        unseal(bytes(blob), VISIT, KEY)


@pytest.mark.parametrize("length", [0, 31, 47, 48])
def test_a_blob_cut_short_does_not_open(length):
    with pytest.raises(DoesNotOpen):
        unseal(seal(IIN, VISIT, RING).blob[:length], VISIT, KEY)


def test_every_kind_of_identifier_comes_out_equally_long():
    longest = Identifier(kind=IdentifierKind.PASSPORT, value="A" * 40, country="UTO")
    assert len({len(seal(who, VISIT, RING).blob) for who in (IIN, PASSPORT, longest)}) == 1


def test_what_does_not_fit_the_usual_length_is_sealed_all_the_same():
    endless = Identifier(kind=IdentifierKind.PASSPORT, value="Ұ" * 300)
    assert unseal(seal(endless, VISIT, RING).blob, VISIT, KEY) == endless


def test_the_same_number_never_looks_the_same_twice():
    assert len({seal(IIN, VISIT, RING).blob for _ in range(5)}) == 5


def test_nothing_is_sealed_where_no_key_is_known():
    assert seal(IIN, VISIT, Keyring()) is None


def test_neither_the_number_nor_an_error_about_it_shows_it():
    sealed = seal(IIN, VISIT, RING)
    assert IIN.value not in repr(sealed)
    assert IIN.value.encode() not in sealed.blob
    with pytest.raises(DoesNotOpen) as refused:
        unseal(sealed.blob, "another visit", KEY)
    assert IIN.value not in repr(refused.value)


def test_what_an_earlier_version_sealed_still_opens():
    opened = unseal(base64.b64decode(VECTOR["sealed"]), VECTOR["visit"], KEY)
    assert opened == Identifier(
        **VECTOR["identifier"] | {"kind": IdentifierKind(VECTOR["identifier"]["kind"])}
    )


@pytest.mark.concurrent
def test_another_hpke_opens_it(second_opinion):
    script = """
import sys
from pyhpke import AEADId, CipherSuite, KDFId, KEMId, KEMKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
key, blob, info = (bytes.fromhex(each) for each in sys.argv[1:])
suite = CipherSuite.new(KEMId.DHKEM_X25519_HKDF_SHA256, KDFId.HKDF_SHA256, AEADId.AES128_GCM)
secret = KEMKey.from_pyca_cryptography_key(X25519PrivateKey.from_private_bytes(key))
print(suite.create_recipient_context(blob[:32], secret, info=info).open(blob[32:]).decode())
"""
    blob = seal(IIN, VISIT, RING).blob
    opened = second_opinion(
        script, seed("sealing").hex(), blob.hex(), f"ashyq/v1/visit/{VISIT}".encode().hex()
    )
    assert json.loads(opened) == {"kind": "iin", "value": IIN.value, "country": ""}
