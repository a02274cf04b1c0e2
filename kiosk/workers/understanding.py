"""What a text means at this door: the core's word on it, with the registry's keys and its list of revoked passes.

For camera and desk scanner alike, each from its own thread. It must never raise, whatever the text is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from kiosk.core.door.state import Setup
from kiosk.core.model import Credential, NotACredential, Pass
from kiosk.core.who.credential import understand
from kiosk.trust import Keyring, verify_pass


class Understanding:
    """Text -> credential, or why it is none."""

    def __init__(
        self,
        setup: Callable[[], Setup],
        *,
        keyring: Callable[[], Keyring],
        is_revoked: Callable[[str], bool],
    ) -> None:
        """All three are asked for each text: keys and lists change while the door is open."""
        self._setup = setup
        self._keyring = keyring
        self._is_revoked = is_revoked

    def __call__(self, text: str) -> Credential:
        """Return what it identifies."""
        setup = self._setup()
        return understand(text, verify=self._verify, venue_url=setup.venue_code_url, door=setup.door)

    def _verify(self, text: str) -> Pass | NotACredential:
        shown = verify_pass(text, self._keyring())
        if isinstance(shown, Pass) and self._is_revoked(shown.pass_id):
            return replace(shown, revoked=True)
        return shown
