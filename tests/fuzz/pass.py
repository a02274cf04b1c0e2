"""Any text is one of the passes that were signed, or no pass and a reason."""

from tests.fuzz.runner import main, watched
from tests.trust import make_vectors

with watched():
    from kiosk.core.model import NotACredential, TextFault
    from kiosk.trust import Keyring, verify_pass

VECTORS = make_vectors.read("passes.json")
KEYS = Keyring.from_document(VECTORS["keys"])
SIGNED = {verify_pass(vector["text"], KEYS) for vector in VECTORS["accepted"]}


def target(octets: bytes) -> None:
    read = verify_pass(octets.decode("utf-8", "surrogateescape"), KEYS)
    refused = isinstance(read, NotACredential) and read.reason in TextFault
    assert refused or read in SIGNED, f"a pass that nobody signed: {read}"


def seeds() -> list[bytes]:
    return [vector["text"].encode() for kind in ("accepted", "refused") for vector in VECTORS[kind]]


if __name__ == "__main__":
    main(target, seeds())
