"""What a text means at this door: the core's word on it, with the registry's keys and its list of revoked passes.

For camera and desk scanner alike, each from its own thread. It must never raise, whatever the text is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from kiosk.core.model import Credential, NotACredential, Pass
from kiosk.core.who.credential import understand
from kiosk.trust import Keyring, verify_pass


class Understanding:
    """Text -> credential, or why it is none."""

    def __init__(
        self,
        *,
        door: str,
        venue_url: str,
        keyring: Callable[[], Keyring],
        is_revoked: Callable[[str], bool],
    ) -> None:
        """`venue_url` is the part of the venue code that stays. Keys and list are asked for with each text: they change while the door is open."""
        self._door = door
        self._venue_url = venue_url
        self._keyring = keyring
        self._is_revoked = is_revoked

    def __call__(self, text: str) -> Credential:
        """Return what it identifies."""
        return understand(text, verify=self._verify, venue_url=self._venue_url, door=self._door)

    def _verify(self, text: str) -> Pass | NotACredential:
        shown = verify_pass(text, self._keyring())
        if isinstance(shown, Pass) and self._is_revoked(shown.pass_id):
            return replace(shown, revoked=True)
        return shown
