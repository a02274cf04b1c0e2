"""What every test stands on: no screen, no sound, no pins, and hypothesis that tells the same story twice.

Nothing of ours is patched here. The environment is set before any library is imported, because SDL and gpiozero read it once.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
os.environ.setdefault("SDL_AUDIODRIVER", "dummy")
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
os.environ.setdefault("GPIOZERO_PIN_FACTORY", "mock")

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent
SECOND_OPINION = Path(sys.prefix) / "second-opinion"
CONCURRENT = frozenset({"app", "enrolment", "install", "registry", "uplink"})
"""Folders in which nearly every test starts a thread, a process or a window. In the others a module or a test says so itself:
tests/house/test_concurrency.py finds who forgot."""

_SLOW_IS_FINE = [HealthCheck.too_slow]
settings.register_profile(
    "ci", derandomize=True, deadline=None, max_examples=60, suppress_health_check=_SLOW_IS_FINE
)
settings.register_profile(
    "fuzz",
    deadline=None,
    max_examples=int(os.environ.get("HYPOTHESIS_MAX_EXAMPLES", "5000")),
    suppress_health_check=_SLOW_IS_FINE,
    print_blob=True,
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what stands in these folders, before pytest chooses by marks; leave out what takes ten minutes unless asked for."""
    if "long" not in config.getoption("markexpr"):
        left_out = [item for item in items if item.get_closest_marker("long")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
    folders = {ROOT / "tests" / name for name in CONCURRENT}
    for item in items:
        if not folders.isdisjoint(item.path.parents):
            item.add_marker(pytest.mark.concurrent)


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout: `root / "config" / "kiosk.toml"`."""
    return ROOT


@pytest.fixture
def interruptible() -> Iterator[None]:
    """For a test of SIGINT: here and in every process that the test starts, Ctrl-C is what it is in a terminal.

    Whoever starts the tests may have had it ignored, as a shell does for what a script runs in the background, and so do many
    build machines. A process inherits that, and Python then makes no KeyboardInterrupt of it.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="session")
def second_opinion() -> Callable[..., str]:
    """Run a script where `cwt` and `pyhpke` can be imported, in a process of its own: it returns what the script printed.

    Not in this process: cwt needs another major version of cbor2 than the door's (requirements/second-opinion.in).
    `second_opinion("import cwt, sys; print(cwt.decode(...))", hex_token)`: the extra arguments are its sys.argv[1:].
    """
    if not SECOND_OPINION.is_dir():
        pytest.skip(
            "no second opinion in this venv: run `make test`, which installs requirements/second-opinion.txt"
        )

    def run(script: str, *args: str) -> str:
        env = os.environ | {"PYTHONPATH": str(SECOND_OPINION), "PYTHONWARNINGS": "ignore"}
        done = subprocess.run(
            [sys.executable, "-c", script, *args],
            env=env,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, f"the second opinion's script failed:\n{done.stderr}"
        return done.stdout.strip()

    return run
