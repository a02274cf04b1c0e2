"""Any text is an enrolment code, in the one way to write it (spaces around it and small letters aside) and with nothing hidden in what is shown, or a reason.

Where the first byte is odd the rest gets a right check: else no change would ever be looked at.
"""

import base45

from tests.fuzz.runner import main, watched
from tests.trust import make_vectors
from tests.trust.enrolment_vectors import written

with watched():
    from datetime import UTC, datetime

    from kiosk.trust.enrolment import (
        EnrolmentCode,
        EnrolmentFault,
        EnrolmentMember,
        WifiMember,
        enrolment_text,
        parse_enrolment,
    )

VECTORS = make_vectors.read("enrolments.json")
NOW = datetime.fromtimestamp(VECTORS["now"], UTC)
SERIAL = VECTORS["serial"]


def target(octets: bytes) -> None:
    checked = octets[:1] and octets[0] % 2
    text = written(octets[1:]) if checked else octets[1:].decode("utf-8", "surrogateescape")
    read = parse_enrolment(text, now=NOW, serial=SERIAL)
    if isinstance(read, EnrolmentFault):
        return
    assert isinstance(read, EnrolmentCode)
    assert text.strip().upper() in {_again(read), _again(read, slash="/")}, "written in two ways"
    for _label, line in read.as_lines():
        assert line.isprintable()
        assert not (read.wifi and read.wifi.passphrase and read.wifi.passphrase in line)


def _again(read: EnrolmentCode, slash: str = "") -> str:
    members = {
        EnrolmentMember.REGISTRY: read.registry + slash,
        EnrolmentMember.VENUE: read.venue,
        EnrolmentMember.DOOR: read.door,
        EnrolmentMember.TOKEN: read.token,
        EnrolmentMember.EXPIRES: int(read.expires_at.timestamp()),
        EnrolmentMember.ROOT_KEY: read.root_key,
    }
    if read.wifi is not None:
        members[EnrolmentMember.WIFI] = {WifiMember.SSID: read.wifi.ssid}
        if read.wifi.passphrase is not None:
            members[EnrolmentMember.WIFI][WifiMember.PASSPHRASE] = read.wifi.passphrase
    if read.serial is not None:
        members[EnrolmentMember.SERIAL] = read.serial
    return enrolment_text(members)


def seeds() -> list[bytes]:
    texts = [vector["text"] for kind in ("accepted", "refused") for vector in VECTORS[kind]]
    sound = [base45.b45decode(vector["text"].strip().upper()[5:])[:-4] for vector in VECTORS["accepted"]]
    return [b"\0" + text.encode() for text in texts] + [b"\1" + octets for octets in sound]


if __name__ == "__main__":
    main(target, seeds())
