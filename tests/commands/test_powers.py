"""Root's powers are laid down for looking, taken up for repairing, and nothing that is started in between has them."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from kiosk.machine.powers import Powers, Whom

pytestmark = pytest.mark.concurrent

NOBODY = 12345
# In a process of its own: what is tried here is the whole process.
TRIAL = """
import json, os, subprocess, sys
from pathlib import Path
from kiosk.machine.powers import Powers

folder = Path(sys.argv[1])
powers = Powers.laid_down(12345, 12346, (12347,))
told = {}

def look(name):
    started = ["grep", "-E", "^[UG]id:", "/proc/self/status"]
    (folder / name).touch()
    told[name] = {
        "may": os.access(folder / "roots", os.R_OK),
        "owner": [(folder / name).stat().st_uid, (folder / name).stat().st_gid],
        "groups": os.getgroups(),
        "started": subprocess.run(started, capture_output=True, text=True).stdout.split(),
    }

look("down")
try:
    with powers.taken_up():
        look("up")
        raise KeyError
except KeyError:
    look("down again")
print(json.dumps(told))
"""


@pytest.mark.skipif(os.getuid() != 0, reason="needs root, to lay something down")
def test_what_looks_is_the_doors_user_and_what_repairs_is_root(root: Path):
    with tempfile.TemporaryDirectory() as name:  # nothing above it keeps anybody out
        folder = Path(name)
        folder.chmod(0o777)
        (folder / "roots").touch(0o600)
        done = subprocess.run(
            [sys.executable, "-c", TRIAL, folder],
            cwd=root,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
    told = json.loads(done.stdout)
    for name in ("down", "down again"):
        assert told[name] == {
            "may": False,
            "owner": [NOBODY, 12346],
            "groups": [12347],
            "started": ["Uid:", *[f"{NOBODY}"] * 4, "Gid:", *["12346"] * 4],
        }
    assert (told["up"]["may"], told["up"]["owner"]) == (True, [0, os.getegid()])
    assert told["up"]["started"][:5] == ["Uid:", *["0"] * 4]


def test_who_is_not_root_lays_nothing_down():
    before = Whom.now()
    for powers in (Powers(), Powers.laid_down(0, 0, ())):
        with powers.taken_up():
            assert Whom.now() == before
        assert Whom.now() == before
