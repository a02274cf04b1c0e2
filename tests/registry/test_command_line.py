"""`python -m registry`, and the OpenAPI document that it writes."""

import json
import re
import subprocess
import sys

import pytest
from openapi_spec_validator import validate

from kiosk.core.model import Colour, Pass
from kiosk.trust import Keyring, verify_pass
from kiosk.trust.revocations import hash_of
from registry.__main__ import main, openapi_document
from registry.demo_people import DEMO_PEOPLE
from registry.embedded import EmbeddedRegistry
from tests.registry.opening import document


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "demo.db"
    assert main(["demo-data", "--db", str(path)]) == 0
    return path


def ring(path):
    with EmbeddedRegistry(path, signed=False) as registry:
        return Keyring.from_document(document(registry, "/v1/keys").json)


def test_demo_data_name_every_made_up_person(file, capsys):
    main(["demo-data", "--db", str(file)])
    told = capsys.readouterr().out
    assert all(person.identifier.value in told for person in DEMO_PEOPLE)


@pytest.mark.parametrize("life, seconds", [("--live", 300), ("--carry", 72 * 3600)])
def test_a_pass_is_printed_as_a_qr_code_and_as_text(file, capsys, life, seconds):
    assert main(["pass", "--demo", "blue", life, "--db", str(file)]) == 0
    out = capsys.readouterr().out
    read = verify_pass(out.splitlines()[-1], ring(file))
    assert isinstance(read, Pass)
    assert read.colour is Colour.BLUE
    assert (read.expires_at - read.issued_at).total_seconds() == seconds
    assert "█" in out


def test_a_number_can_be_given_without_standing_in_the_list_of_processes(file):
    command = [sys.executable, "-m", "registry", "pass", "--iin", "-", "--db", str(file)]
    number = DEMO_PEOPLE[0].identifier.value
    done = subprocess.run(
        command, input=f"{number}\n", capture_output=True, text=True, check=True, timeout=60
    )
    assert verify_pass(done.stdout.splitlines()[-1], ring(file)).colour is Colour.GREEN


def test_a_number_of_nobody_is_told_in_one_line_without_the_number(file, capsys):
    assert main(["pass", "--iin", "991231609000", "--db", str(file)]) == 1
    told = capsys.readouterr().err
    assert told == "registry: expected somebody on the roll; register them first\n"


def test_the_openapi_document_is_current(root):
    """Else: `python -m registry openapi > docs/openapi.json`, and look at what changed."""
    assert (root / "docs" / "openapi.json").read_text(encoding="utf-8") == openapi_document()


def test_the_openapi_document_is_one():
    validate(json.loads(openapi_document()))


def test_the_openapi_document_has_every_call_of_the_contract_and_says_how_it_fails(root):
    contract = (root / "docs" / "contract.md").read_text(encoding="utf-8")
    calls = re.findall(r"`(GET|POST) (/v1/[a-z/{}]+)", contract)
    paths = json.loads(openapi_document())["paths"]
    described = {
        (method.upper(), re.sub(r"\{\w+\}", "{id}", path)) for path, item in paths.items() for method in item
    }
    assert {(method, path.rstrip("`")) for method, path in calls} <= described
    for item in paths.values():
        for operation in item.values():
            assert "application/problem+json" in operation["responses"]["default"]["content"]


@pytest.mark.parametrize("command", [["pass", "--demo", "green"], ["enrolment", "create", "--door", "DEMO"]])
def test_a_database_that_is_not_there_is_told_and_none_is_made(tmp_path, capsys, command):
    assert main([*command, "--db", str(tmp_path / "regsitry.db")]) == 1
    assert "found no file: correct --db, or make one" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_database_is_told_in_one_line(tmp_path, capsys):
    text = tmp_path / "passwd"
    text.write_text("root:x:0:0:root:/root:/bin/bash\n" * 20)
    for other in (text, tmp_path):
        assert main(["device", "list", "--db", str(other)]) == 1
        told = capsys.readouterr().err
        assert told.startswith(f"registry: {other}: expected a registry's database, found: ")
        assert told.count("\n") == 1
    assert text.read_text().startswith("root:x")


def test_a_pass_is_revoked_by_its_holder(file, capsys):
    assert main(["pass", "--demo", "green", "--db", str(file)]) == 0
    held = verify_pass(capsys.readouterr().out.splitlines()[-1], ring(file))
    assert main(["revoke-pass", "--demo", "green", "--db", str(file)]) == 0
    with EmbeddedRegistry(file) as registry:
        change = registry.registry.revocations.since(0)
    assert hash_of(held.pass_id).to_bytes(8) == change.entries[:8]


@pytest.mark.parametrize(
    "command", ["serve", "pass", "revoke-pass", "device revoke", "enrolment create", "root rotate"]
)
def test_every_help_has_an_example(capsys, command):
    with pytest.raises(SystemExit):
        main([*command.split(), "--help"])
    assert f"example: python -m registry {command}" in " ".join(capsys.readouterr().out.split())
