"""The shapes of the one call of a device that nobody knows yet (docs/contract.md, *Enrolment*)."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from registry.moments import Moment
from registry.shapes import DeviceId, DoorId, Shape, ShortText


def _printable(text: str) -> str:
    if not text.isprintable():
        raise PydanticCustomError("not_printable", "printable characters")
    return text


Printable = AfterValidator(_printable)
"""What a device says of itself is read in a terminal by the registry's keeper."""


class Hardware(Shape):
    """What a device is. `serial` is compared where an enrolment code names one."""

    model: Annotated[ShortText, Printable]
    serial: Annotated[str, StringConstraints(max_length=64), Printable]


class Versions(Shape):
    kiosk: Annotated[ShortText, Printable]
    python: Annotated[ShortText, Printable]


class Initialize(Shape):
    """A device shows the token of an enrolment code, and that it holds the key that it enrols."""

    token: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{22}$"), Field(repr=False)]
    """16 bytes, base64url without padding."""
    public_key: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]{43}=$")]
    """32 bytes, Ed25519, raw, base64."""
    proof: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]{86}==$")]
    """64 bytes, base64: the key's signature over `ashyq/v1/initialize|` token `|` public key, the last two as bytes."""
    hardware: Hardware
    versions: Versions


class VenueCode(Shape):
    """What the door makes its venue code of. It goes to the device that enrols, and nowhere else."""

    url: str
    """What the code begins with, in capitals."""
    key: Annotated[str, Field(repr=False)]
    """32 bytes, base64."""


class Initialized(Shape):
    device: DeviceId
    door: DoorId
    venue: str
    time: Moment
    venue_code: VenueCode | None
