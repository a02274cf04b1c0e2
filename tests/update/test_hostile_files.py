"""What is given as a release and is none: it costs a sentence, and neither memory, nor the disk, nor time."""

from __future__ import annotations

import io
import os
import socket
import struct
import tarfile
import tracemalloc
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.errors import ReleaseRefused
from kiosk.update.envelope import CONTEXT, MEMBERS
from kiosk.update.release import opened
from scripts.make_release import payload_of, sealed

KEY = Ed25519PrivateKey.generate()
KEYS = (KEY.public_key(),)
MIB = 1 << 20
GIB = 1 << 30


def header(name: str, size: int, kind: bytes = tarfile.REGTYPE) -> bytes:
    member = tarfile.TarInfo(name)
    member.size, member.type = size, kind
    return member.tobuf(tarfile.USTAR_FORMAT)  # as ours are: it is what is odd that has to be seen


def summed(block: bytes) -> bytes:
    """The header with the sum that belongs to it."""
    blank = block[:148] + b" " * 8 + block[156:]
    return block[:148] + b"%06o\0 " % sum(blank) + block[156:]


def with_size(field: bytes) -> bytes:
    block = header("release.json", 0)
    return summed(block[:124] + field.ljust(12, b"\0") + block[136:]) + b"\0" * 2048


def pax(record: bytes) -> bytes:
    padded = record.ljust(-(-len(record) // 512) * 512, b"\0")
    return header("x", len(record), b"x") + padded + header("release.json", 0) + b"\0" * 1024


def long_names(count: int) -> bytes:
    return (header("x", 1, b"L") + b"a".ljust(512, b"\0")) * count + header("release.json", 0) + b"\0" * 1024


HOSTILE = {
    "3000 long names in a chain": long_names(3000),
    "a negative size": with_size(b"\xff" * 12),
    "a size of 2^87": with_size(b"\x80" + b"\x7f" * 11),
    "a size in letters": with_size(b"many"),
    "a size with signs": with_size(b"-0000000001"),
    "no size": with_size(b""),
    "another sum": with_size(b"00000000010")[:148] + b"0000000\0" + with_size(b"00000000010")[156:],
} | {
    f"pax {record!r}": pax(record)
    for record in (
        b"11 size=-1\n", b"13 mtime=nan\n", b"15 mtime=1e999\n", b"29 size=99999999999999999999\n", b"0 a=b\n", b"-5 a=b\n",
        b"24 GNU.sparse.size=abcde\n", b"25 GNU.sparse.map=1,2,3,a\n", b"22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n",
        b"99999999999999999999999999 a=b\n", b"20 hdrcharset=FOOO\n", b"11 uid=1_0\n",
    )
}  # fmt: skip


@pytest.mark.parametrize("octets", HOSTILE.values(), ids=HOSTILE)
def test_a_header_that_is_none_of_the_three_is_refused_with_a_sentence(tmp_path, octets):
    file = tmp_path / "kiosk.release"
    file.write_bytes(octets)
    with pytest.raises(ReleaseRefused, match="expected"), opened(file, KEYS):
        pass


GOOD = sealed(payload_of(b"\0" * 1024), KEY, version="1.4.0")
AT = {name: GOOD.find(name.encode().ljust(100, b"\0")) for name in MEMBERS}
ODD = {
    "a link": (156, b"2"),
    "an old tar's file": (156, b"\0"),
    "a target of a link": (157, b"/etc/shadow"),
    "GNU's magic": (257, b"ustar  \0"),
    "no magic": (257, b"\0" * 8),
    "another half of the name": (345, b"up"),
    "something in the last bytes": (500, b"x"),
    "more in the name": (99, b"x"),
}


@pytest.mark.parametrize("member", MEMBERS)
@pytest.mark.parametrize("at, octets", ODD.values(), ids=ODD)
def test_each_header_can_say_one_thing_only(tmp_path, member, at, octets):
    """What else a tar can say would be obeyed by another reader, and nobody has signed it."""
    begins = AT[member]
    block = bytearray(GOOD[begins : begins + 512])
    block[at : at + len(octets)] = octets
    file = tmp_path / "kiosk.release"
    file.write_bytes(GOOD[:begins] + summed(bytes(block)) + GOOD[begins + 512 :])
    with pytest.raises(ReleaseRefused, match=f"without {member} in its place"), opened(file, KEYS):
        pass


@pytest.mark.parametrize("member", MEMBERS)
def test_a_header_whose_sum_is_wrong_is_none(tmp_path, member):
    octets = bytearray(GOOD)
    octets[AT[member] + 136] ^= 1  # its time, which nothing else looks at
    file = tmp_path / "kiosk.release"
    file.write_bytes(octets)
    with pytest.raises(ReleaseRefused, match=f"without {member} in its place"), opened(file, KEYS):
        pass


def test_a_payload_that_says_another_length_than_was_signed_is_not_copied(tmp_path):
    begins = AT["payload.tar.gz"]
    block = GOOD[begins : begins + 512]
    longer = summed(block[:124] + b"%011o\0" % GIB + block[136:])
    file = tmp_path / "kiosk.release"
    file.write_bytes(GOOD[:begins] + longer + GOOD[begins + 512 :])
    copies = tmp_path / "copies"  # not there: the first byte that is copied fails
    with pytest.raises(ReleaseRefused, match="the tree that was signed"), opened(file, KEYS, copies=copies):
        pass


def test_a_damaged_payload_is_found_before_anything_is_unpacked(tmp_path):
    octets = bytearray(GOOD)
    octets[AT["payload.tar.gz"] + 512 + 20] ^= 1
    file = tmp_path / "kiosk.release"
    file.write_bytes(octets)
    opening = opened(file, KEYS)
    with pytest.raises(ReleaseRefused, match="the tree that was signed"):
        opening.__enter__()


def sparse(folder: Path, head: bytes, hole: int, tail: bytes = b"") -> Path:
    """Write a file that says it is long; it takes no room on the disk."""
    file = folder / "kiosk.release"
    with file.open("wb") as out:
        out.write(head)
        out.seek(hole, os.SEEK_CUR)
        out.write(tail + b"\0" * 1024)
    return file


LONG = {
    "a pax header of 1 GiB": (header("x", GIB, b"x"), GIB, header("release.json", 0)),
    "a global pax header of 3 GiB": (header("x", 3 * GIB, b"g"), 3 * GIB, header("release.json", 0)),
    "a GNU long name of 3 GiB": (header("x", 3 * GIB, b"L"), 3 * GIB, header("release.json", 0)),
    "a manifest of 1 GiB": (header("release.json", GIB), GIB, b""),
    "nothing but zeros, 3 GiB of them": (b"", 3 * GIB, b""),
    "a release, and 3 GiB after it": (sealed(payload_of(b"\0" * 1024), KEY, version="1.4.0"), 3 * GIB, b""),
}


@pytest.mark.parametrize("parts", LONG.values(), ids=LONG)
def test_a_file_that_says_it_is_huge_takes_no_memory_before_its_signature_is_known(tmp_path, parts):
    head, hole, tail = parts
    file = sparse(tmp_path, head, hole, tail)
    tracemalloc.start()
    try:
        with pytest.raises(ReleaseRefused, match="expected"), opened(file, (Ed25519PrivateKey.generate().public_key(),)):  # fmt: skip
            pass
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 8 * MIB


def test_what_is_signed_by_nobody_is_not_copied(tmp_path):
    """A gibibyte of somebody else's fills no card."""
    stranger = Ed25519PrivateKey.generate()
    made = sealed(payload_of(tree(os.urandom(3 * MIB))), stranger, version="1.4.0")
    file = tmp_path / "kiosk.release"
    file.write_bytes(made)
    copies = tmp_path / "copies"  # not there: the first byte that is copied fails
    with pytest.raises(ReleaseRefused, match="signed by a key"), opened(file, KEYS, copies=copies):
        pass


def tree(content: bytes, name: str = "blob") -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as out:
        member = tarfile.TarInfo(name)
        member.size = len(content)
        out.addfile(member, io.BytesIO(content))
    return made.getvalue()


def pipe(path: Path) -> None:
    os.mkfifo(path)


def door_of_a_program(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))


def zeros(path: Path) -> None:
    path.symlink_to("/dev/zero")


def circle(path: Path) -> None:
    path.symlink_to(path.name)


@pytest.mark.parametrize(
    "make, found",
    [
        (pipe, "a pipe"),
        (Path.mkdir, "a folder"),
        (zeros, "a device"),
        (door_of_a_program, "a socket"),
        (circle, "expected to read"),
        (lambda path: None, "No such file"),
    ],
)
def test_what_is_no_file_is_named_and_never_waited_for(tmp_path, make, found):
    path = tmp_path / "r"
    make(path)
    with pytest.raises(ReleaseRefused, match=found), opened(path, KEYS):
        pass


def test_a_signed_manifest_that_no_release_has_is_told(tmp_path):
    """Deep, long or odd JSON that was signed is its maker's mistake, and a sentence all the same."""
    for written in (b"[" * 60_000, b"9" * 6000, b'{"payload": 1}', b"\xff", b'{"version": NaN}', b"null"):
        made = io.BytesIO()
        with tarfile.open(fileobj=made, mode="w") as out:
            for name, content in (("release.json", written), ("release.sig", KEY.sign(CONTEXT + written)), ("payload.tar.gz", b"1")):  # fmt: skip
                member = tarfile.TarInfo(name)
                member.size = len(content)
                out.addfile(member, io.BytesIO(content))
        file = tmp_path / "kiosk.release"
        file.write_bytes(made.getvalue())
        with pytest.raises(ReleaseRefused, match="manifest"), opened(file, KEYS):
            pass


@pytest.mark.parametrize(
    "payload",
    [
        b"no gzip at all",
        payload_of(tree(b"x" * 5000))[:-40],
        payload_of(b"\0" * 1024)[:10] + struct.pack("<I", 7) * 9,
    ],
    ids=["no gzip", "half", "damaged"],
)
def test_a_signed_tree_that_cannot_be_unpacked_is_refused_and_leaves_nothing(tmp_path, payload):
    file = tmp_path / "kiosk.release"
    file.write_bytes(sealed(payload, KEY, version="1.4.0"))
    with opened(file, KEYS) as found, pytest.raises(ReleaseRefused, match="expected"):
        found.unpack(tmp_path / "app")
    assert not (tmp_path / "app").exists()
