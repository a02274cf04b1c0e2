"""What holds secrets is for its owner alone, also where a file of that name was there before, for everybody to read."""

import stat

import pytest

from kiosk.core.outbox import Origin
from kiosk.enrolment.device import Device
from kiosk.store.store import Store
from registry.__main__ import main
from registry.embedded import EmbeddedRegistry
from tests.enrolled import enrolled
from tests.store.making import ManualClock


def modes(folder, *names):
    return {name: stat.S_IMODE((folder / name).stat().st_mode) & 0o077 for name in names}


@pytest.fixture
def readable(tmp_path):
    """Make files that everybody may read."""

    def readable(*names, content=b""):
        for name in names:
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_bytes(content)
            (tmp_path / name).chmod(0o644)

    return readable


def test_the_registrys_database_and_the_picture_of_a_code(tmp_path, readable, capsys):
    readable("r.db", "code.png", "code.pdf")
    with EmbeddedRegistry(tmp_path / "r.db") as registry:
        registry.add_door("DEMO")
        made = ["--png", str(tmp_path / "code.png"), "--pdf", str(tmp_path / "code.pdf")]
        here = ["--db", str(tmp_path / "r.db"), "--address", "https://registry.example.kz"]
        assert main(["enrolment", "create", "--door", "DEMO", *here, *made]) == 0
        names = ("r.db", "r.db-wal", "r.db-shm", "code.png", "code.pdf")
        assert modes(tmp_path, *names) == dict.fromkeys(names, 0)


def test_the_doors_store_with_its_log_and_its_lock(tmp_path, readable):
    store = Store(tmp_path / "kiosk.db", clock=ManualClock(), origin=Origin(device="D-1", door="A1"))
    store.close()
    names = ("kiosk.db", "kiosk.db.lock", "kiosk.db-wal", "kiosk.db-shm")
    for name in names:
        (tmp_path / name).touch()
        (tmp_path / name).chmod(0o644)
    store = Store(tmp_path / "kiosk.db", clock=ManualClock(), origin=Origin(device="D-1", door="A1"))
    store.started("1.0.0")
    assert modes(tmp_path, *names) == dict.fromkeys(names, 0)
    store.close()


def test_the_devices_identity_where_half_a_file_was_left(tmp_path, readable):
    readable("device/enrolment.json.half", "device/belongs.json.half")
    with EmbeddedRegistry() as registry:
        registry.add_door("DEMO")
        enrolled(registry, tmp_path / "kiosk.db", "DEMO")
    names = ("enrolment.json", "belongs.json", "device.key")
    assert modes(Device.beside(tmp_path / "kiosk.db").folder, *names) == dict.fromkeys(names, 0)
