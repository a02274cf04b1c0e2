"""What has to be true of `kiosk update` on an installed kiosk: what is signed takes over, what does not work goes by itself.

The releases are this tree's own, under other versions and with what each check breaks, signed by a key that is made for the run.
"""

from __future__ import annotations

import io
import re
import tarfile
from collections.abc import Callable
from functools import cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from scripts.make_release import payload_of, public_line, sealed
from tests.install.container.machine import Machine, until
from tests.install.container.site import PAUSE_S, Site, expect, of_release, running

TRIAL_S = 240
"""A release is staged within this, and decided."""
ENDS_AT_ONCE = "\n\ndef run(_settings):\n    raise SystemExit(3)\n"


@cache
def key() -> Ed25519PrivateKey:
    """Return the key of this run."""
    return Ed25519PrivateKey.generate()


def release(
    site: Site, version: str, *, signed_by: Ed25519PrivateKey | None = None, appended: str = ""
) -> str:
    """Make a release of the tree on the machine, with its wheels, and return where it lies; `appended` goes to kiosk/root/process.py."""
    tree, made = site.root / "srv/release", io.BytesIO()
    changed: dict[str, Callable[[bytes], bytes]] = {
        "kiosk/__init__.py": lambda text: re.sub(
            rb'__version__ = ".*"', f'__version__ = "{version}"'.encode(), text
        ),
        "kiosk/root/process.py": lambda text: text + appended.encode(),
        # A release brings the keys for the one after it.
        "config/release-keys": lambda _text: public_line(key()).encode(),
    }
    with tarfile.open(fileobj=made, mode="w") as out:
        for path in sorted(each for each in tree.rglob("*") if each.is_file()):
            name = path.relative_to(tree).as_posix()
            content = changed.get(name, bytes)(path.read_bytes())
            member = out.gettarinfo(path, name)
            member.size = len(content)
            out.addfile(member, io.BytesIO(content))
    wheels = (site.root / "srv/bundle/wheels").glob("*.whl")
    file = site.root / f"srv/{version}.release"
    file.write_bytes(sealed(payload_of(made.getvalue(), wheels), signed_by or key(), version=version))
    return f"/srv/{version}.release"


def current(site: Site) -> str:
    """Return the version that the link leads to."""
    return site.machine.run("basename $(readlink /opt/ashyq-kiosk/current)").strip().partition("+")[0]


def runs(site: Site, version: str) -> None:
    """Fail unless this version is the current one and works."""
    of_release(site, version)
    expect(current(site) == version, f"{current(site)} is the current release")


def an_update_that_nobody_it_trusts_has_signed_changes_nothing(site: Site) -> None:
    before = current(site)
    (site.root / "etc/ashyq-kiosk/release-keys").write_text(public_line(key()))
    stranger = release(site, "9.1.0", signed_by=Ed25519PrivateKey.generate())
    code, said = site.machine.code(f"kiosk update {stranger}")
    expect(code == 2 and "signed by a key that this device trusts" in said, f"exit code {code}:\n{said}")
    runs(site, before)


def a_signed_release_takes_over_without_a_network_and_brings_its_keys(site: Site) -> str:
    code, said = site.machine.code(f"kiosk update {release(site, '9.1.0')}")
    expect(code == 0, f"exit code {code}:\n{said[-3000:]}")
    runs(site, "9.1.0")
    kept = (site.root / "etc/ashyq-kiosk/release-keys").read_text()
    expect(kept == public_line(key()), f"the keys are {kept}")
    expect(not (site.root / "opt/ashyq-kiosk/trial").exists(), "the trial is not over")
    return said.strip().splitlines()[-1]


def an_older_release_is_refused(site: Site) -> None:
    code, said = site.machine.code(f"kiosk update {release(site, '9.0.5')}")
    expect(
        code == 2 and "expected a release later than 9.1.0, found 9.0.5" in said, f"exit code {code}:\n{said}"
    )


def a_release_that_does_not_work_goes_by_itself(site: Site) -> str:
    code, said = site.machine.code(f"kiosk update {release(site, '9.2.0', appended=ENDS_AT_ONCE)}")
    expect(code == 2 and "9.2.0 it stopped 3 times" in said, f"exit code {code}:\n{said[-3000:]}")
    runs(site, "9.1.0")
    return said.strip().splitlines()[-1].removeprefix("kiosk: ")


def a_power_cut_in_the_middle_of_a_trial_ends_with_the_release_before(site: Site) -> str:
    broken = release(site, "9.3.0", appended=ENDS_AT_ONCE)
    site.machine.run(f"setsid kiosk update {broken} >/dev/null 2>&1 &")
    until(lambda: current(site) == "9.3.0", TRIAL_S, "the switch to the new release")
    site.machine.cut_power()
    site.machine = Machine(site.root, network=site.network, log=site.root.parent / "console-3.log")
    until(lambda: current(site) == "9.1.0", TRIAL_S, "the way back")
    runs(site, "9.1.0")
    until(lambda: not (site.root / "opt/ashyq-kiosk/trial").exists(), PAUSE_S, "the end of the trial")
    return (site.root / "opt/ashyq-kiosk/last-update").read_text().strip()


def it_goes_back_when_it_is_asked_to(site: Site) -> None:
    before = (site.root / "opt/ashyq-kiosk/previous").readlink().name
    code, said = site.machine.code("kiosk update --back")
    expect(code == 0, f"exit code {code}:\n{said[-3000:]}")
    until(lambda: running(site), PAUSE_S, "the door to run")
    expect((site.root / "opt/ashyq-kiosk/current").readlink().name == before, said)
    expect(not before.startswith("9."), f"{before} was the one before 9.1.0")


UPDATES = (
    an_update_that_nobody_it_trusts_has_signed_changes_nothing,
    a_signed_release_takes_over_without_a_network_and_brings_its_keys,
    an_older_release_is_refused,
    a_release_that_does_not_work_goes_by_itself,
    a_power_cut_in_the_middle_of_a_trial_ends_with_the_release_before,
    it_goes_back_when_it_is_asked_to,
)
