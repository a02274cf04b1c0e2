"""The whole error tree on one page.

Each inherits the builtin a caller would expect, and each message says what was expected, what was found, and what to
do. Where nothing can be done about it, an error goes up to one of three places: the top of a worker (becomes an event),
the top of the loop (logged, the screen stays), the top of the command line (one line and an exit code). On its way it is
caught only by code that can do something about it: try again, or go on without. No message ever holds an identifier.
"""

from __future__ import annotations

from pathlib import Path


class KioskError(Exception):
    """Anything this application raises on purpose."""


class SettingsError(KioskError, ValueError):
    """The configuration has mistakes: all of them, one a line."""


class PolicyError(KioskError, ValueError):
    """A policy document is not one."""


class KeysError(KioskError, ValueError):
    """The registry's keys document has mistakes: all of them, one a line. The keys known before stay in force."""


class DriverError(KioskError, OSError):
    """A real thing at the door does not do as it is told."""


class CameraLost(DriverError):
    """No frame came within the deadline, or the camera went away. Opening it anew may help."""


class DriverMissing(DriverError):
    """What a driver needs is not installed or not plugged in. The message says which package or which wire."""


class DriverHangs(DriverError):
    """A call to a driver has not returned. We keep waiting, and do not open the device a second time."""


class DriverBroken(DriverError):
    """A driver, or a library below it, failed in a way that nobody foresaw: a mistake in it, or versions that do not fit.

    It says what and where; what the failure itself says it leaves out: that may hold anything.
    """

    def __init__(self, what: str, failure: BaseException) -> None:
        place = failure.__traceback__
        while place is not None and place.tb_next is not None:
            place = place.tb_next
        where = (
            ""
            if place is None
            else f" in {Path(place.tb_frame.f_code.co_filename).name}, line {place.tb_lineno}"
        )
        super().__init__(
            f"expected the {what} to work or to say why not, its program failed: {type(failure).__name__}{where}. It is tried again; if "
            "that does not help, start the kiosk anew, then send what `sudo kiosk bundle` packs"
        )


class StoreError(KioskError, OSError):
    """The disk did not take a record."""


class StoreTaken(StoreError):
    """Another kiosk has the store: two on one file would tell each visit twice."""


class DeviceError(KioskError, OSError):
    """This device's own identity cannot be read or kept."""


class EnrolmentError(KioskError, ValueError):
    """A device was not enrolled, or something was left over. No message holds anything of the code."""


class RegistryUnreachable(KioskError, ConnectionError):
    """No trustworthy answer came: time-out, refused, broken off, a captive portal's page, not our content type.

    `why` is a short word for the journal: `timeout`, `refused`, `not-json`, `http-500` ...
    """

    def __init__(self, why: str, detail: str = "") -> None:
        super().__init__(f"{why}: {detail}" if detail else why)
        self.why = why
        self.retry_after_s: float | None = None


class RegistryRefused(KioskError, ValueError):
    """Somebody understood and said no (RFC 9457 problem details)."""

    def __init__(self, why: str, detail: str = "", *, word: str = "") -> None:
        """`word` is the contract's own for it, such as `invalid-request`; empty where the answer is somebody else's."""
        super().__init__(f"{why}: {detail}" if detail else why)
        self.why = why
        self.word = word


class DeviceRefused(RegistryRefused):
    """The registry does not take this device for its own any more. What waits stays sealed until it is enrolled anew."""


class EnrolmentRefused(RegistryRefused):
    """The registry does not enrol this device. `why` is its word for it, the message a sentence for the technician."""


class DocumentRefused(KioskError, ValueError):
    """A document is not the registry's, or not for this door, or older than the one that is kept."""


class ReleaseRefused(KioskError, OSError):
    """A release is not taken: not signed, not for this system, older, or damaged. What runs goes on running."""


class UpdateFailed(KioskError, RuntimeError):
    """A release could not be installed or did not become good. The message says which one runs now."""
