"""A key by which anybody can sign is no key, wherever it comes from."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kiosk.trust.signing import DeviceKey
from kiosk.trust.weak_keys import is_weak

SMALL = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
]
"""The eight points of small order, as RFC 8032 writes them."""
OTHERWISE_WRITTEN = [
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]
"""The same points in forms that RFC 8032 does not allow, and some libraries take."""


@pytest.mark.parametrize("octets", SMALL + OTHERWISE_WRITTEN)
def test_a_point_of_small_order_is_weak_however_it_is_written(octets):
    assert is_weak(bytes.fromhex(octets))


def test_the_key_of_a_device_is_not():
    for _ in range(50):
        assert not is_weak(DeviceKey.make().public_raw)


def test_with_the_neutral_point_a_signature_without_a_secret_fits_every_message():
    """Why they are refused: this library does not look."""
    neutral = bytes.fromhex(SMALL[0])
    for message in (b"let me in", b"and her too"):
        Ed25519PublicKey.from_public_bytes(neutral).verify(neutral + bytes(32), message)
