"""What a message, a page, a docstring or a comment of ours names is there: a technician types it, the next person looks for it."""

import pytest

from tests.house.references import ELSEWHERE, ROOT, targets, tracked, wrong

READ = tuple(
    name
    for name in tracked()
    if name in {"Makefile", ".ci/run"} or name.endswith((".md", ".py", ".sh", ".bash", ".service", ".toml"))
)
pytestmark = pytest.mark.concurrent
GONE = {"CHANGELOG.md": "`[gate] passage_sensor`"}
"""What a page names because it is gone: page -> the name in it."""


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8").replace(GONE.get(name, "\0"), "what is gone")


def test_everything_that_our_prose_names_is_there():
    found = [line for name in READ for line in wrong(name, text_of(name))]
    assert not found, "\n" + "\n".join(found)


def test_every_exception_is_still_needed():
    pages = {name: (ROOT / name).read_text(encoding="utf-8") for name in READ}
    assert [name for name, words in GONE.items() if words not in pages[name]] == []
    assert [name for name in ELSEWHERE if not any(name in text for text in pages.values())] == []


def test_it_looks_where_people_read():
    assert {
        "README.md",
        "docs/install.md",
        "kiosk/errors.py",
        "install.sh",
        "scripts/install/files.bash",
    } <= set(READ)
    assert {"demo", "test", "check"} <= targets()


@pytest.mark.parametrize(
    "words,missing",
    [
        ("then `kiosk support`", "no command: kiosk support"),
        ("`sudo -u ashyq-kiosk kiosk doctor --mend`", "no option: kiosk doctor --mend"),
        ("`kiosk queue tell NAME`", "no command: kiosk queue tell"),
        ("`kiosk check-config --config my.toml --defaults`", "no option: kiosk check-config --defaults"),
        ("`python -m registry pass --iin - --dead`", "no option: python -m registry pass --dead"),
        ("`python -m tests.demolish`", "no module tests.demolish"),
        ("`make test && make demolish`", "no target: make demolish"),
        ("with `--mend`", "no option --mend"),
        ("set `[gate] pulse_ms = 5`", "no setting [gate] pulse_ms"),
        ("see `[sound_card]`", "no setting [sound_card]"),
        ("see [x](docs/wiring.md)", "no file docs/wiring.md"),
        ("`core/faults.py`", "no file core/faults.py"),
        ("the picture docs/screens/violet.png", "no file docs/screens/violet.png"),
        ("`kiosk/machines`", "no file kiosk/machines"),
        ("see docs/facts.md#a-fast-clock", "no heading docs/facts.md#a-fast-clock"),
        ("as [said](rules.md#rule-0)", "no heading rules.md#rule-0"),
        ("see ../../shared/facts.md", "leads out of the checkout: ../../shared/facts.md"),
        ("by rule 14", "no rule 14 in docs/rules.md"),
        ("`house/test_references.py::test_nothing`", "no test house/test_references.py::test_nothing"),
        ("by kiosk.core.door.table.stop", "no module or name kiosk.core.door.table.stop"),
    ],
)
def test_what_is_not_there_would_be_found_on_a_page(words, missing):
    found = wrong("docs/page.md", f"# A page\n\n{words}\n")
    assert f"docs/page.md:3: {missing}" in found


def test_a_message_is_read_also_without_backticks_and_prose_is_left_alone():
    source = '''"""The kiosk reads; an older kiosk wrote."""

def f(kiosk):
    """What kiosk support packs is a command in a message only."""
    # see tests/gone.py
    raise KioskError("then send what kiosk support packs", "the kiosk waits", "set [gate] pulse_ms")
'''
    assert sorted(wrong("kiosk/errors.py", source)) == [
        "kiosk/errors.py:5: no file tests/gone.py",
        "kiosk/errors.py:6: no command: kiosk support",
        "kiosk/errors.py:6: no setting [gate] pulse_ms",
    ]


def test_a_script_is_read_for_what_it_says_and_not_for_what_it_does():
    script = '# as in scripts/gone.sh\ncp build/x.py "$to"\nrefuse "run: sudo kiosk repair"\n'
    assert wrong("install.sh", script) == [
        "install.sh:1: no file scripts/gone.sh",
        "install.sh:3: no command: kiosk repair",
    ]


def test_a_made_up_text_of_a_test_may_name_what_is_not_there_and_its_docstring_may_not():
    source = '"""As in kiosk/gone.py."""\nx = "a file kiosk/away.py"\n'
    assert wrong("tests/test_x.py", source) == ["tests/test_x.py:1: no file kiosk/gone.py"]


@pytest.mark.parametrize(
    "words",
    [
        "`kiosk doctor 9 10`, `kiosk queue show 0190...-0001` and `sudo kiosk enrol --file FILE`",
        "```sh\nsudo kiosk doctor --json   # for a program\n.venv/bin/python -m kiosk run --config my.toml\n```",
        "`make demo TOUR=1`, `/etc/ashyq-kiosk/kiosk.toml`, `~/kiosk/x.py`, https://x.kz/kiosk/x.py, `$HOME/x.py`",
        "see docs/facts.md#a-late-clock, [here](rules.md#status), (rule 13), [wires](../config/kiosk.toml)",
        '`kiosk/core/rule`, docs/wiring/*.svg, kiosk.core.model.Visit, `[gate] driver = "gpio"`, `Vary: [x]`',
    ],
)
def test_what_is_there_or_nobodys_business_is_not_found(words):
    assert wrong("docs/page.md", words) == []
