"""What `kiosk doctor` looks at of the number inside: whether the venue's capacity is enforced, and kept to."""

from __future__ import annotations

from kiosk.doctor.finding import Finding, ok, warning
from kiosk.doctor.running import Running
from kiosk.doctor.site import Site


def check_capacity(site: Site) -> Finding:
    """Check 39."""
    return capacity(site.running)


def capacity(running: Running | None) -> Finding:
    """The kiosk that runs is asked: only it knows the policy in force, and what the registry said of the other doors."""
    if running is None or running.status is None:
        return ok("not asked: no kiosk runs here that says how many are inside")
    status = running.status
    if status.capacity_ignored is not None:
        return warning(
            f"the policy's capacity of {status.capacity_ignored} is not enforced: no exit or toggle door of the venue is "
            "known, so nobody counts those who leave",
            'give the venue an exit door, or have its policy say `"capacity_without_exit": "enforce"`',
        )
    number = f"{status.inside} inside" + (f" as of {status.counted}" if status.counted else "")
    if status.capacity is None:
        return ok(f"{number}; no capacity is in force")
    number = f"{number}, of {status.capacity}"
    if status.too_many:
        return warning(
            f"{number}: {status.too_many} too many",
            "let nobody in by hand until it falls; doors that were offline do not hear of one another",
        )
    return ok(number)
