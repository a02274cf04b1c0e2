"""In the place of Raspberry Pi's python3-kms++, which Debian has not: picamera2 imports it for a preview that nobody asks for."""


class _Names(type):
    def __getattr__(cls, name: str) -> str:
        return name


class PixelFormat(metaclass=_Names):
    """Any format, by its name."""
