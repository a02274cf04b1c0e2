"""What starts a thread, a process or a window says so: those are the tests that a busy machine breaks (`make test-busy`)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import CONCURRENT
from tests.house.concurrency import Sources

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("tests", "kiosk", "drivers", "simulator", "ui", "registry")


@pytest.fixture(scope="module")
def sources():
    return Sources(
        {
            str(path.relative_to(ROOT)).removesuffix(".py").removesuffix("/__init__").replace("/", "."): (
                path.read_text(encoding="utf-8")
            )
            for folder in FOLDERS
            for path in sorted((ROOT / folder).rglob("*.py"))
        },
        CONCURRENT,
    )


def test_every_test_that_starts_something_is_marked(sources):
    found = sources.unmarked()
    assert not found, (
        "mark each of these with @pytest.mark.concurrent, or their module with "
        "`pytestmark = pytest.mark.concurrent`:\n" + "\n".join(found)
    )


def test_nothing_is_marked_that_starts_nothing(sources):
    assert sources.needlessly_marked() == []


def test_every_marked_folder_is_there():
    assert [folder for folder in sorted(CONCURRENT) if not (ROOT / "tests" / folder).is_dir()] == []


WORKER = "import threading\nclass Worker:\n    def __init__(self, body): self.thread = threading.Thread(target=body)\n"
CONFTEST = (
    "import pytest\nfrom kiosk.worker import Worker\n@pytest.fixture\ndef running(): return Worker(print)\n"
)
QUIET = "import time\nPAUSE_S = 3\ndef pure(n): return n + PAUSE_S\n"
STARTING = {
    "a thread": "import threading\ndef test_it():\n    threading.Thread(target=print).start()",
    "by another name": "from threading import Thread as T\ndef test_it():\n    T(target=print).start()",
    "a process": "import subprocess as sp\ndef test_it():\n    assert sp.run(['true'])",
    "a window": "import pygame\ndef test_it():\n    pygame.display.set_mode((1, 1))",
    "our own class": "from kiosk.worker import Worker\ndef test_it():\n    Worker(print)",
    "through a module": "from kiosk import worker\ndef test_it():\n    worker.Worker(print)",
    "a function beside it": "import os\ndef fork(): os.fork()\ndef test_it():\n    fork()",
    "a class that inherits": "from kiosk.worker import Worker\nclass Mine(Worker): ...\ndef test_it():\n    Mine(print)",
    "a fixture further out": "def test_it(running): ...",
    "a fixture of a fixture": "import pytest\n@pytest.fixture\ndef door(running): ...\ndef test_it(door): ...",
    "a fixture on the one of its own name": "import pytest\n@pytest.fixture\ndef running(running): ...\ndef test_it(running): ...",
    "a fixture for everybody": "import os, pytest\n@pytest.fixture(autouse=True)\ndef all(): os.fork()\ndef test_it(): ...",
    "a fixture that is only used": "import pytest\n@pytest.mark.usefixtures('running')\ndef test_it(): ...",
    "an imported fixture": "from tests.conftest import running\ndef test_it(running): ...",
    "a method": "import os\nclass TestIt:\n    def test_it(self): os.fork()",
    "a fixture of the class": "import pytest\nclass TestIt:\n    @pytest.fixture\n    def rig(self, running): ...\n    def test_it(self, rig): ...",
    "a contract": "from tests.contract import Contract\nclass TestIt(Contract): ...",
    "two that name each other": "import os\ndef one(): two()\ndef two(): one(); os.fork()\ndef test_it():\n    one()",
}


def made_up(source: str, **more: str) -> Sources:
    """A house of a few files: this test, a worker, and what is around them."""
    return Sources(
        {
            "kiosk.worker": WORKER,
            "kiosk.quiet": QUIET,
            "tests.conftest": CONFTEST,
            "tests.contract": "import os\nclass Contract:\n    def test_it(self): os.fork()\n",
            "tests.core.test_made_up": source,
            **more,
        },
        {"app"},
    )


@pytest.mark.parametrize("source", STARTING.values(), ids=STARTING)
def test_whatever_way_a_test_starts_something_it_is_found(source):
    [found] = made_up(source).unmarked()
    assert found.startswith("tests.core.test_made_up::")
    assert "test_it: starts " in found


@pytest.mark.parametrize(
    "source",
    [
        "def test_it(): ...",
        "from kiosk.quiet import pure\ndef test_it():\n    assert pure(1) == 4",
        "from kiosk.worker import Worker\ndef test_it(found: Worker | None = None) -> Worker: ...",
        "import threading\ndef test_it():\n    threading.Event().set()",
        "def one(): two()\ndef two(): one()\ndef test_it():\n    one()",
        "import pytest\n@pytest.fixture\ndef running(): ...\ndef test_it(running): ...",
    ],
)
def test_a_test_that_starts_nothing_need_not_be_marked(source):
    assert made_up(source).unmarked() == []


MARKED = [
    "import os, pytest\n@pytest.mark.concurrent\ndef test_it(): os.fork()",
    "import os, pytest\npytestmark = pytest.mark.concurrent\ndef test_it(): os.fork()",
    "import os, pytest\npytestmark = [pytest.mark.slow, pytest.mark.concurrent]\ndef test_it(): os.fork()",
    "import os, pytest\n@pytest.mark.concurrent\nclass TestIt:\n    def test_it(self): os.fork()",
]


@pytest.mark.parametrize("source", MARKED)
def test_a_mark_is_seen_on_a_test_a_class_and_a_module(source):
    assert made_up(source).unmarked() == []
    assert made_up(source).needlessly_marked() == []


@pytest.mark.parametrize("source", MARKED)
def test_a_mark_on_what_starts_nothing_is_found(source):
    assert len(made_up(source.replace("os.fork()", "...")).needlessly_marked()) == 1


def test_in_a_marked_folder_nobody_has_to_say_so():
    assert made_up("", **{"tests.app.test_door": STARTING["a thread"]}).unmarked() == []


@pytest.mark.concurrent
def test_the_mark_of_a_folder_is_set_before_tests_are_chosen_by_marks(root):
    command = "-m pytest --collect-only -q -p no:cacheprovider -m concurrent"
    files = ["tests/app/test_cards.py", "tests/core/test_docstrings.py"]
    chosen = subprocess.run(
        [sys.executable, *command.split(), *files],
        cwd=root, capture_output=True, text=True, check=True, timeout=60,
    ).stdout  # fmt: skip
    assert "tests/app/test_cards.py::" in chosen
    assert "tests/core/test_docstrings.py::" not in chosen
