"""Whose certificates are believed: those of the system, or of a file that the technician named (a state's or a company's own)."""

from __future__ import annotations

from pathlib import Path

SYSTEM = "system"
SYSTEM_FILE = Path("/etc/ssl/certs/ca-certificates.crt")
"""Debian's, which its security updates renew. What comes with our own packages is renewed by a release only."""


def certificate_file(setting: str, *, of_the_system: Path = SYSTEM_FILE) -> str | bool:
    """Return what `requests` calls `verify`: a file of certificates; True where the system has none, and ours has to do.

    `setting`: [registry] authorities, "system" or the path of a file.
    """
    if setting != SYSTEM:
        return setting
    return str(of_the_system) if of_the_system.is_file() else True
