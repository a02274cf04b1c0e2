"""A release is taken whole and from whom it should be, or not at all."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import tarfile
import zlib
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from kiosk.errors import ReleaseRefused
from kiosk.update.envelope import CONTEXT, MEMBERS
from kiosk.update.release import Manifest, must_fit, opened, this_system, trusted_keys, version_of
from scripts.make_release import new_key, payload_of, read_key, sealed

KEY = Ed25519PrivateKey.generate()
KEYS = (KEY.public_key(),)
FILES = {"kiosk/__init__.py": b'__version__ = "1.4.0"\n', "install.sh": b"#!/bin/sh\n"}


def tree(files: dict[str, bytes] = FILES, **odd: tarfile.TarInfo) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as out:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), 0o775 if name.endswith(".sh") else 0o664
            out.addfile(member, io.BytesIO(content))
        for member in odd.values():
            out.addfile(member)
    return made.getvalue()


def release(folder: Path, octets: bytes | None = None, **changes) -> Path:
    file = folder / "kiosk.update.release"
    made = sealed(payload_of(tree()), KEY, version="1.4.0", **changes) if octets is None else octets
    file.write_bytes(made)
    return file


GOOD = sealed(payload_of(tree()), KEY, version="1.4.0")


def test_a_signed_release_says_what_it_is_and_unpacks_to_its_tree(tmp_path):
    with opened(release(tmp_path), KEYS) as found:
        assert (found.manifest.version, found.manifest.systems) == ("1.4.0", ("debian-12", "debian-13"))
        found.unpack(tmp_path / "app")
    assert (tmp_path / "app/kiosk/__init__.py").read_bytes() == FILES["kiosk/__init__.py"]
    assert (tmp_path / "app/install.sh").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "app/kiosk/__init__.py").stat().st_mode & 0o777 == 0o644


def test_the_same_tree_makes_the_same_release():
    assert sealed(payload_of(tree()), KEY, version="1.4.0") == GOOD


@pytest.mark.parametrize("keys", [(), (Ed25519PrivateKey.generate().public_key(),)])
def test_a_release_of_somebody_else_is_refused(tmp_path, keys):
    with (
        pytest.raises(ReleaseRefused, match="signed by a key that this device trusts"),
        opened(release(tmp_path), keys),
    ):
        pass


def test_one_of_several_keys_is_enough(tmp_path):
    other = Ed25519PrivateKey.generate().public_key()
    with opened(release(tmp_path), (other, *KEYS)) as found:
        assert found.manifest.version == "1.4.0"


@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
def test_no_change_of_one_byte_gives_another_tree(tmp_path_factory, at, change):
    """A tar has bytes that mean nothing; what comes out is what was signed, or nothing."""
    octets = bytearray(GOOD)
    octets[at] ^= change
    folder = tmp_path_factory.mktemp("changed")
    try:
        with opened(release(folder, bytes(octets)), KEYS) as found:
            found.unpack(folder / "app")
    except ReleaseRefused:
        return
    unpacked = {
        str(each.relative_to(folder / "app")): each.read_bytes()
        for each in (folder / "app").rglob("*")
        if each.is_file()
    }
    assert unpacked == FILES


@given(st.integers(0, len(GOOD)))
def test_half_a_release_is_refused(tmp_path_factory, length):
    half = GOOD[:length]
    if half.rstrip(b"\0") == GOOD.rstrip(b"\0"):
        return  # only the padding of the tar is missing
    with pytest.raises(ReleaseRefused), opened(release(tmp_path_factory.mktemp("half"), half), KEYS):
        pass


@given(st.binary(max_size=2000))
def test_anything_else_is_refused_with_a_sentence(tmp_path_factory, octets):
    with (
        pytest.raises(ReleaseRefused, match="expected"),
        opened(release(tmp_path_factory.mktemp("any"), octets), KEYS),
    ):
        pass


def test_a_payload_that_was_not_signed_is_refused(tmp_path):
    other = payload_of(tree({"evil.py": b"1"}))
    made = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(GOOD)) as good, tarfile.open(fileobj=made, mode="w") as out:
        for name in MEMBERS:
            member = good.getmember(name)
            content = other if name == "payload.tar.gz" else good.extractfile(member).read()
            member.size = len(content)
            out.addfile(member, io.BytesIO(content))
    with (
        pytest.raises(ReleaseRefused, match="the tree that was signed"),
        opened(release(tmp_path, made.getvalue()), KEYS),
    ):
        pass


def odd(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, link
    return member


@pytest.mark.parametrize(
    "member",
    [
        odd("../outside"),
        odd("kiosk/../../outside"),
        odd("/outside"),
        odd("link", tarfile.SYMTYPE, "/etc/shadow"),
        odd("link", tarfile.LNKTYPE, "../outside"),
        odd("pipe", tarfile.FIFOTYPE),
        odd("disk", tarfile.BLKTYPE),
    ],
)
def test_a_tree_that_reaches_outside_its_folder_is_refused_though_it_is_signed(tmp_path, member):
    made = sealed(payload_of(tree(odd=member)), KEY, version="1.4.0")
    with opened(release(tmp_path, made), KEYS) as found, pytest.raises(ReleaseRefused, match="not installed"):
        found.unpack(tmp_path / "app")
    assert not (tmp_path / "outside").exists()


@pytest.mark.parametrize("version", ["1.4", "1.4.0rc1", "1.4.0/../..", "", "01.4.0.0"])
def test_a_version_that_is_none_is_refused(tmp_path, version):
    made = sealed(payload_of(tree()), KEY, version=version)
    with pytest.raises(ReleaseRefused), opened(release(tmp_path, made), KEYS):
        pass


def manifest(**changes) -> Manifest:
    told = {
        "version": "1.4.0",
        "systems": ("debian-12",),
        "machines": ("aarch64",),
        "bytes": 1,
        "sha256": "0" * 64,
    }
    return Manifest(**told | changes)


HERE = {"system": "debian-12", "machine": "aarch64", "installed": "1.3.9"}


def test_a_later_release_for_this_system_fits_and_so_does_the_same_again():
    must_fit(manifest(), **HERE)
    must_fit(manifest(), **HERE | {"installed": "1.4.0"})


@pytest.mark.parametrize(
    "here, says",
    [
        (
            {"system": "debian-13"},
            "expected a release for debian-13 on aarch64, found one for debian-12 on aarch64",
        ),
        ({"machine": "armv7l"}, "expected a release for debian-12 on armv7l"),
        ({"installed": "1.4.1"}, "expected a release later than 1.4.1, found 1.4.0"),
        ({"installed": "1.10.0"}, "expected a release later than 1.10.0"),
    ],
)
def test_a_release_that_does_not_fit_is_refused_with_both_sides(here, says):
    with pytest.raises(ReleaseRefused, match=says):
        must_fit(manifest(), **HERE | here)


def test_versions_are_compared_as_numbers():
    assert version_of("1.10.0") > version_of("1.9.9")


def test_keys_are_read_with_their_remarks_and_a_bad_line_is_named(tmp_path):
    file = tmp_path / "release-keys"
    line = new_key(tmp_path / "private.pem")
    assert (tmp_path / "private.pem").stat().st_mode & 0o777 == 0o600
    file.write_text(f"# ours\n\n{line}\n")
    (key,) = trusted_keys(file)
    assert key.public_bytes_raw() == read_key(tmp_path / "private.pem").public_key().public_bytes_raw()
    file.write_text(f"{line}\nAAAA\n")
    with pytest.raises(ReleaseRefused, match=":2: expected base64 of 32 bytes"):
        trusted_keys(file)
    file.write_text("# none\n")
    with pytest.raises(ReleaseRefused, match="at least one key"):
        trusted_keys(file)
    with pytest.raises(ReleaseRefused, match=r"install\.sh puts them there"):
        trusted_keys(tmp_path / "missing")


def test_the_keys_that_are_shipped_can_be_read_or_are_none(root: Path):
    with pytest.raises(ReleaseRefused, match="at least one key"):
        trusted_keys(root / "config" / "release-keys")


def test_this_system_is_what_os_release_says(tmp_path):
    file = tmp_path / "os-release"
    file.write_text('PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\n')
    assert this_system(file)[0] == "debian-12"
    assert this_system(tmp_path / "missing")[0] == "unknown-"


FIRST_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
FIRST = zlib.decompress(
    base64.b85decode(
        "c-"
        "kvU%}GrxPSwjQ&d+0@5ikG(GZPaq4Fu@4fw8#}oDCK?G%zwVVo)$(paUo^E=eo`TF)>tK{c0xQeI+is*;t0QetsNWub0%W`1$Dk`7S3EVZaOGd"
        "~X`WvFMOX8;x~t}HG|%`FBBMsq1BD5az(WhUn78XAEl5nN*>E`?Z-"
        "^4!GajLf`LxcbDzqT~!S6Nu^x3$u728>+M*u`(w=F$Jiy8YG!iSpwE(Xl4XfT%3_;WNHR>r@2LvX`-"
        "d2nQ@Y(iHWg!lDT2BX_AFmilt#vlCgnVqJdG0p^=4Qnz>1ug^8JInnj{Pl5tvcs)cEiky)B0(85}-"
        "T82>o1VzyNU!0lFFi`p55Qz=V{|06Tqxqj6U^=VLiDa2wO$FMrDT|9PN<W&BeK^so|H{H;)6=&*-zxEVd2Zv1TR*todrS-KYSOYiX`ZKllSk^N"
        "k-V1~+x;%y(Hu0i0kqK717-rf^s0f$|3)Sl^}nf+@o4_12axaP0MktW-"
        "(K0zb;v;A_{TGLu4}9RO}XG>cY2|M$(ALTLJn>>FA==E)?@$tr+v|V(skm&^ZXAlC|<trnAqCy-nw?Hx2~)FdfJ91KQ#3!SKiZqE7yeFF1azg*"
        "hj70x|R3U;~CY;Lcw!fzkL1J{m1-"
        "m^}o5r2PgkG?YN^K+?Oo0vM==Qmh0P|i6cAfPp>+glQ|=U#%K;51*2dTjDk@x3P!;w7zLwX6pVsVFbYP&C>RB!U=)mkQ7{Td!6+C7qhJ(_0^$G"
        "wb3EKO"
    )
)
"""Made by scripts/make_release.py of commit 695683f, whose kiosk still read releases as any tar."""


def test_a_release_of_the_first_program_that_made_them_is_still_read(tmp_path):
    with opened(release(tmp_path, FIRST), (FIRST_KEY.public_key(),)) as found:
        found.unpack(tmp_path / "app")
    assert (tmp_path / "app/install.sh").read_bytes() == b"#!/bin/sh\n"


def test_a_kiosk_that_reads_releases_as_any_tar_reads_those_of_today():
    """The last release updates itself to this one: three members, nothing else, and the same signature."""
    with tarfile.open(fileobj=io.BytesIO(GOOD), mode="r:") as outer:
        members = outer.getmembers()
        assert [member.name for member in members] == list(MEMBERS)
        assert not any(member.pax_headers for member in members)
        written, signature, payload = (outer.extractfile(member).read() for member in members)
    KEY.public_key().verify(signature, CONTEXT + written)
    assert json.loads(written)["payload"] == {
        "bytes": len(payload),
        "sha256": hashlib.sha256(payload).hexdigest(),
    }


def test_what_no_device_takes_is_not_made():
    with pytest.raises(ValueError, match="no device takes it"):
        sealed(b"", KEY, version="1.4.0")
    with pytest.raises(ValueError, match="no device takes it"):
        sealed(b"1", KEY, version="1.4.0", systems=("debian-12",) * 10_000)
