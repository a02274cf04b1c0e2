"""What one device is told at its installation: `answers.py FILE check | settings | wifi-profile | forget KEY... | KEY`.

A file of TOML. Its table [install] has what is used once; every other table is the kiosk's configuration. install.sh
runs this before anything is installed, so it has nothing but Python's own library. It prints one thing, or what is wrong
with the file; no error of it repeats a secret.
"""

import difflib
import os
import re
import sys
import tomllib
from pathlib import Path

NAME_BYTES = 32
EXPECTED = {
    "enrolment_code": (r"(AQE[0-9]{1,3}:[0-9A-Z $%*+./:-]+)?", "the text of an enrolment code, AQE1:..."),
    "wifi_name": (
        r"[^\x00-\x1f\x7f]{0,32}",
        f"the name of a Wi-Fi network, at most {NAME_BYTES} bytes (a Cyrillic letter is two)",
    ),
    "wifi_passphrase": (r"([\x20-\x7e]{8,64})?", "a passphrase of 8 to 64 Latin letters, digits and signs"),
    "wifi_country": (r"([A-Z]{2})?", "two capital letters, such as KZ"),
    "security_updates": (r"(yes|no)?", "yes or no"),
}
"""Key of [install] -> what its text looks like, and how that is said."""
_TABLE = re.compile(r"\s*\[\s*(?P<name>[^\[\]]*?)\s*\]\s*(#.*)?$")


class Wrong(Exception):
    """The file cannot be used; the text says why, without a secret."""


def given(text: str, name: str) -> dict[str, str]:
    """Return the table [install]. Raises Wrong."""
    try:
        table = tomllib.loads(text).get("install", {})
    except tomllib.TOMLDecodeError as mistake:
        # Its words may repeat what stands in the line: the place is enough.
        place = re.search(r"at line \d+", str(mistake))
        raise Wrong(
            f"{name}: expected TOML, found a mistake {place.group() if place else 'at its end'}: every text stands in quotes"
        ) from None
    if not isinstance(table, dict):
        raise Wrong(
            f"{name}: expected a table [install], found a value of that name: write [install] above its keys"
        )
    wrong = []
    for key, value in table.items():
        if key not in EXPECTED:
            near = difflib.get_close_matches(key, EXPECTED, 1)
            wrong.append(
                f"{name}: expected keys of [install] ({', '.join(EXPECTED)}), found {key}"
                + (f": did you mean {near[0]}?" if near else ": take it out")
            )
        elif not isinstance(value, str) or not _fits(key, value):
            wrong.append(
                f"{name}: [install] {key}: expected {EXPECTED[key][1]}, found something else: write it anew"
            )
    if table.get("wifi_passphrase") and not table.get("wifi_name"):
        wrong.append(f"{name}: expected wifi_name beside wifi_passphrase, found none: add it")
    if not wrong and set(forgotten(text, list(table)).values()) - {""}:
        wrong.append(
            f"{name}: expected each key of [install] and its value on one line, found another way: else it cannot be removed"
        )
    if wrong:
        raise Wrong("\n".join(wrong))
    return table


def _fits(key: str, value: str) -> bool:
    return bool(re.fullmatch(EXPECTED[key][0], value)) and (
        key != "wifi_name" or len(value.encode()) <= NAME_BYTES
    )


def settings(text: str) -> str:
    """Return the file without its table [install]; nothing where it has no other."""
    if not set(tomllib.loads(text)) - {"install"}:
        return ""
    kept, ours = [], False
    for line in text.splitlines(keepends=True):
        if header := _TABLE.match(line):
            ours = header["name"].strip("\"'") == "install"
        if not ours:
            kept.append(line)
    return "".join(kept)


def without(text: str, keys: list[str]) -> str:
    """Return the file with these keys of [install] emptied, by line: comments and the rest stay as they are."""
    lines, ours = [], False
    for line in text.splitlines(keepends=True):
        if header := _TABLE.match(line):
            ours = header["name"].strip("\"'") == "install"
        key = line.split("=")[0].strip().strip("\"'")
        lines.append(f'{key} = "" # used\n' if ours and "=" in line and key in keys else line)
    return "".join(lines)


def forgotten(text: str, keys: list[str]) -> dict[str, str]:
    """Return the table [install] as it would be without these values; one that is no text where the file would be broken."""
    try:
        return tomllib.loads(without(text, keys)).get("install", {})
    except tomllib.TOMLDecodeError:
        return {"": "broken"}


def forget(file: Path, keys: list[str]) -> None:
    """Write the file anew without these secrets, over the old bytes: what is only unlinked can be read from a card."""
    old = file.read_bytes()
    new = without(old.decode("utf-8-sig"), keys).encode()
    with file.open("r+b") as opened:
        for content in (bytes(len(old)), new):
            opened.seek(0)
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        opened.truncate(len(new))


def wifi_profile(table: dict[str, str]) -> str:
    """Return a connection profile of NetworkManager. The name is written as bytes: nothing in it can mean anything else."""
    name = "".join(f"{byte};" for byte in table["wifi_name"].encode())
    profile = f"[connection]\nid=ashyq-kiosk\ntype=wifi\n\n[wifi]\nmode=infrastructure\nssid={name}\n"
    if passphrase := table.get("wifi_passphrase"):
        written = passphrase.replace("\\", "\\\\").replace(" ", "\\s")
        profile += f"\n[wifi-security]\nkey-mgmt=wpa-psk\npsk={written}\n"
    return profile + "\n[ipv4]\nmethod=auto\n\n[ipv6]\nmethod=auto\n"


def main(argv: list[str]) -> int:
    """Run one order; 0, or 1 with what is wrong on standard output."""
    file, order, *keys = Path(argv[0]), *argv[1:]
    try:
        # Windows puts a mark before the text.
        text = file.read_text(encoding="utf-8-sig")
        table = given(text, file.name)
        if order == "settings":
            sys.stdout.write(settings(text))
        elif order == "wifi-profile":
            sys.stdout.write(wifi_profile(table))
        elif order == "forget":
            forget(file, keys)
        elif order != "check" and (value := table.get(order)):
            sys.stdout.write(value + "\n")
    except Wrong as wrong:
        # Whoever asks for one value must not take the sentence for it.
        print(wrong, file=sys.stdout if order == "check" else sys.stderr)
        return 1
    except (OSError, UnicodeDecodeError) as failure:
        said = f"expected a text file with answers at {file}, found {type(failure).__name__}: see its name"
        print(said, file=sys.stdout if order == "check" else sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
