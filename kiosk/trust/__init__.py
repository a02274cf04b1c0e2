"""What the kiosk can prove by itself, and what it can write and never read again.

`verify_pass` is the only thing that turns a stranger's text into a `Pass`; `seal` is the only way in which an
identifier reaches the disk. Neither knows the time: when a pass counts is decided in `kiosk/core/who/passes.py`.
`open_signed` is the only thing that turns bytes of the network into the registry's word, `parse_enrolment` the only one
that names a root to believe; `signing` is how the registry knows this device.
"""

from kiosk.trust.keyring import Keyring
from kiosk.trust.passes import verify_pass
from kiosk.trust.sealing import Sealed, seal

__all__ = ["Keyring", "Sealed", "seal", "verify_pass"]
