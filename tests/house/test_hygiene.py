"""What must never get into the repository, and what every file keeps to. Each rule is also tried on a file that breaks it."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

LARGEST_FILE = 2 * 1024 * 1024
LARGE_ON_PURPOSE: dict[str, str] = {}  # path -> reason
LONGEST_PYTHON = 300  # lines of code: what explains it is no reason to cut a file in two
LONGEST_TEST = 450  # a list of sentences, each read alone; what has to fit in a head is one of them
LONG_ON_PURPOSE = {
    "tests/core/stories.py": "one generator: its parts are drawn from one another"
}  # path -> reason

# In pieces, so that this file does not break its own rules.
MACHINE_PATH = re.compile(
    r"(?<![\w.])/(?:" + "wo" + r"rk/(?:main|shared)|ro" + r"ot/|opt/(?:wheels|pypi)|home/(?!kiosk\b|pi\b)\w)"
)
INDEX_URL = re.compile(r"--(?:extra-)?index-url|--find-links|--trusted-host|https?://|file:")


def tracked() -> list[str]:
    """Return every file that git has or would take: a checkout without git has nothing to keep clean."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    return [name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def text_of(name: str) -> str:
    """Return the file's text; nothing for a picture."""
    content = (ROOT / name).read_bytes()
    return "" if b"\0" in content[:8192] else content.decode(errors="replace")


def machine_paths(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if MACHINE_PATH.search(line)]


@pytest.mark.concurrent
def test_no_file_is_larger_than_two_megabytes():
    large = {name: (ROOT / name).stat().st_size for name in tracked()}
    assert {
        name: size for name, size in large.items() if size > LARGEST_FILE and name not in LARGE_ON_PURPOSE
    } == {}


@pytest.mark.concurrent
def test_no_file_names_a_path_of_the_machine_it_was_written_on():
    assert {name: found for name in tracked() if (found := machine_paths(text_of(name)))} == {}


@pytest.mark.parametrize(
    "line",
    ["cd /wo" + "rk/main", "--find-links=/opt/" + "wheels", "HOME=/ro" + "ot/x", "/home/" + "aigul/kiosk"],
)
def test_a_machine_path_would_be_found(line):
    assert machine_paths("fine\n" + line) == [line]


@pytest.mark.parametrize(
    "line",
    [
        "WorkingDirectory=/opt/ashyq-kiosk",
        "sudo cp x /home/pi/",
        "https://x.kz/wo" + "rk/main",
        "chroot/root.img",
    ],
)
def test_a_path_of_the_product_is_no_machine_path(line):
    assert machine_paths(line) == []


# In pieces, too.
LEFT_BY_A_MERGE = re.compile("^(?:" + "<" * 7 + "|" + ">" * 7 + ") ", re.MULTILINE)


@pytest.mark.concurrent
def test_no_file_holds_what_a_merge_has_left_open():
    assert [name for name in tracked() if LEFT_BY_A_MERGE.search(text_of(name))] == []


def test_what_a_merge_has_left_open_would_be_found():
    assert LEFT_BY_A_MERGE.search("one\n" + "<" * 7 + " HEAD\ntwo")
    assert not LEFT_BY_A_MERGE.search("IDKAZ" + "<" * 9)


def test_the_pins_name_no_package_index():
    pins = sorted((ROOT / "requirements").iterdir())
    assert len(pins) >= 6
    found = [
        f"{path.name}: {line}"
        for path in pins
        for line in path.read_text().splitlines()
        if INDEX_URL.search(line)
    ]
    assert found == []


@pytest.mark.parametrize(
    "line", ["--index-url https://x/simple", "--find-links ../wheels", "numpy @ file:///x.whl"]
)
def test_an_index_in_the_pins_would_be_found(line):
    assert INDEX_URL.search(line)


@pytest.mark.parametrize("name", ["kiosk", "registry", "dev", "second-opinion"])
def test_every_pin_is_exact_and_hashed(name):
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    entries = re.split(r"\n(?=\S)", text.strip())
    assert entries
    assert [
        entry.splitlines()[0]
        for entry in entries
        if not re.match(r"[\w.-]+==\S+", entry) or "--hash=sha256:" not in entry
    ] == []


@pytest.mark.parametrize("name", ["kiosk", "registry", "dev", "second-opinion"])
def test_what_is_asked_for_is_pinned(name):
    """A line added to the .in file without `make lock` is found here and not on the device."""
    asked = re.findall(r"(?m)^([A-Za-z0-9][\w.-]*)", (ROOT / "requirements" / f"{name}.in").read_text())
    pinned = re.findall(r"(?m)^([\w.-]+)==", (ROOT / "requirements" / f"{name}.txt").read_text())
    assert asked
    assert sorted({_canonical(word) for word in asked} - {_canonical(word) for word in pinned}) == []


def test_all_three_sets_of_pins_agree_on_every_version():
    versions: dict[str, set[str]] = {}
    for name in ("kiosk", "registry", "dev"):
        text = (ROOT / "requirements" / f"{name}.txt").read_text()
        for package, version in re.findall(r"(?m)^([\w.-]+==)(\S+(?: ; python\S* .*?)?)(?: \\|$)", text):
            versions.setdefault(package, set()).add(version)
    differing = {package: found for package, found in versions.items() if len(found) > 1}
    assert differing == {}


def lines_of_code(source: str) -> int:
    """Return how many lines bear code: no blank line, no comment, no line of a docstring or of a text that stands alone."""
    texts = {
        line
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    numbered = enumerate(source.splitlines(), start=1)
    return sum(number not in texts and bool(line.split("#")[0].strip()) for number, line in numbered)


def too_long(name: str, lines: int) -> bool:
    return lines > (LONGEST_TEST if Path(name).name.startswith("test_") else LONGEST_PYTHON)


@pytest.mark.concurrent
def test_every_python_file_fits_in_a_head():
    lines = {name: lines_of_code(text_of(name)) for name in tracked() if name.endswith(".py")}
    long = {
        name: count for name, count in lines.items() if too_long(name, count) and name not in LONG_ON_PURPOSE
    }
    assert long == {}, "find the second reason in it and give that a file of its own"


def test_a_file_that_is_too_long_would_be_found():
    assert too_long("kiosk/loop.py", 301)
    assert too_long("tests/test_loop.py", 451)
    assert not too_long("kiosk/loop.py", 300)


def test_what_explains_the_code_is_not_counted():
    assert lines_of_code('"""Why.\n\nMore."""\n\nx = 1  # one\n# two\ny = """a\nb"""\n') == 3


def test_every_exception_to_a_limit_is_still_needed():
    assert [name for name in LARGE_ON_PURPOSE if (ROOT / name).stat().st_size <= LARGEST_FILE] == []
    assert [name for name in LONG_ON_PURPOSE if not too_long(name, lines_of_code(text_of(name)))] == []


def runs_main_last(script: str) -> bool:
    """Whether a script cut off in the middle would do nothing at all."""
    return script.rstrip().splitlines()[-1] == 'main "$@"'


@pytest.mark.concurrent
def test_every_shell_script_runs_main_on_its_last_line():
    scripts = [name for name in tracked() if name.endswith(".sh") or name in {".ci/run", "install.sh"}]
    assert scripts
    assert [name for name in scripts if not runs_main_last(text_of(name))] == []


def test_a_script_that_works_while_it_is_read_would_be_found():
    assert not runs_main_last('main() { :; }\nmain "$@"\nrm -rf x\n')
    assert not runs_main_last("apt-get install x\n")


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
