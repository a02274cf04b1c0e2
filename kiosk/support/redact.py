"""Takes out of a text whatever could say who somebody is, or open something: the last defence of what goes to support.

Nothing of that kind is written on purpose in the first place; here it is assumed that it was. What looks like a number, a
pass, a key or a name goes, also where that costs a harmless word. Visit ids, times and error codes stay: they are what
support works with.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

MASK = "•••"
LONGEST_LINE = 8192
"""The rest of a line is cut off: what fills a line to no end tells nobody anything, and takes time to search."""
_FEW = 10
"""Below so many signs a word is no key, nor an identifier in base64."""
_HEX = 12
_LEAST_CHANGES, _OFTEN, _LONG = 5, 0.42, 16
_CAPITALS = 13
"""So many capitals and digits in a row are no word: base32, base45, a machine-readable zone."""

_KEPT = re.compile(
    r"""
    (?<![0-9A-Fa-f-])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9A-Fa-f-])   # a visit
    | (?<!\d)20\d\d-[01]\d-[0-3]\d(?:[T\ ][0-2]\d:[0-5]\d(?::[0-6]\d(?:[.,]\d{1,6})?)?(?:Z|[+-]\d\d:?\d\d)?)?(?!\d)
    | (?<![\d:])[0-2]\d:[0-5]\d:[0-6]\d(?:[.,]\d{3}(?:\d{3})?)?(?![\d:])
    """,
    re.VERBOSE,
)
_GONE = re.compile(
    r"""
    \bAQE?\d*:[0-9A-Za-z $%*+\-./:_=]*                             # a pass, an enrolment code; base45 has spaces in it
    | (?:%[0-9A-Fa-f]{2}[^\s%"'<>]*){4,}                                        # written for an address
    | (?:\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}|&\#x?[0-9A-Fa-f]+;){4,} # escaped
    | \b[0-9A-Fa-f]{2}(?:[ :-][0-9A-Fa-f]{2}){5,}\b                  # bytes in hexadecimal, a network card's address
    | [+(]?\d(?:(?:(?!\n)[\W_]){0,3}\d){8,}                          # any long number, however it is grouped
    | \b(?:[A-Z]{1,2}[ -]?|[a-z]{1,2})\d{6,9}\b | \b\d{6,9}[A-Za-z]{1,2}\b   # a passport, from either end
    | \b(?!0x|\d{2,4}x\d{2,4}\b)(?=(?:[A-Za-z]*\d){5})(?=\d*[A-Za-z])[A-Za-z0-9]{7,11}\b # and one that mixes letters in
    | (?<![A-Z0-9<])[A-Z0-9<]*[A-Z0-9]<<?[A-Z0-9<]{2,}                             # a machine-readable zone
    | (?<![\w.+-])[\w.+-]{1,64}@[\w-]+\.[\w.-]+                                       # a mail address
    | [Ѐ-ӿ]+(?:[ .,«»"-]+[Ѐ-ӿ]+)*                                    # our own lines are English: these are somebody's words
    | \b[A-Z]\.[ ]?(?:[A-Z]\.[ ]?)*[A-Z][a-z]+\b | \b(?:[A-Z]\.[ ]?){2,}   # initials, and a name behind them
    """,
    re.VERBOSE,
)
_PEM = re.compile(r"-----BEGIN [^-\n]*-----.*?(?:-----END [^-\n]*-----|\Z)", re.DOTALL)
_NAMED = re.compile(
    r"""(?ix)
    (\b(?:psk|passphrase|password|passwd|secret|token|authorization|bearer|api[-_]?key|private[-_]?key|ssid|iin|passport
        |by|why|hint|subject|initials|surname|family|given[-_]?names?)
    ["']? (?:\s*[=:]\s*|\s+(?<=psk\ )))
    (?: "[^"\n]*" | '[^'\n]*' | [^\n]+ )
    """
)
_ADDRESS = re.compile(r"(?i)\b([a-z][a-z0-9+.-]{0,15}://)([^\s/?#\"'<>]*@)?([^\s?#\"'<>]*)([?#][^\s\"'<>]*)?")
_RUN = re.compile(rf"[A-Za-z0-9+/_-]{{{_FEW},}}={{0,2}}")
_WORD = re.compile(r"[A-Z]?(?=[a-z]{2})[b-df-hj-np-tv-z]*[aeiou][a-z]*")
_APART = re.compile(r"[-_/=]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]")


def redacted(text: str) -> str:
    """Return the text without whatever looks like an identifier, a pass, a key, a token, a passphrase or a name.

    >>> redacted("01900000-0000-7000-8000-000000000000 at 2026-11-22T10:00:00Z: 850101 300 123 was AED-T97")
    '01900000-0000-7000-8000-000000000000 at 2026-11-22T10:00:00Z: ••• was AED-T97'
    """
    # Between the signs of UTF-16 there are such; a number must not hide behind them.
    text = _PEM.sub(MASK, _CONTROL.sub("", text))
    return "\n".join(_redacted(line[:LONGEST_LINE]) for line in text.split("\n"))


def _redacted(text: str) -> str:
    text = _NAMED.sub(rf"\g<1>{MASK}", text)
    text = _ADDRESS.sub(
        lambda match: f"{match[1]}{f'{MASK}@' if match[2] else ''}{match[3]}{f'?{MASK}' if match[4] else ''}",
        text,
    )
    out: list[str] = []
    end = 0
    for kept in _KEPT.finditer(text):
        out += [_masked(text[end : kept.start()]), kept[0]]
        end = kept.end()
    return "".join([*out, _masked(text[end:])])


def redacted_tree(tree: Any) -> Any:
    """Return the same lists and mappings with every text in them redacted, keys as they are."""
    match tree:
        case str():
            return redacted(tree)
        case dict():
            return {key: redacted_tree(value) for key, value in tree.items()}
        case list() | tuple():
            return [redacted_tree(each) for each in tree]
        case _:
            return tree


def _masked(text: str) -> str:
    text = _GONE.sub(MASK, text)
    return _RUN.sub(lambda match: MASK if _encoded(match[0]) else match[0], text)


def _encoded(run: str) -> bool:
    """Whether a run of signs is no name of anything, but bytes written as text: hexadecimal, base32, base64."""
    pieces = [piece for piece in _APART.split(run) if piece]
    if any(_is_hex(piece) or _is_capitals(piece) for piece in pieces):
        return True
    changes = _changes(pieces)
    if changes < _LEAST_CHANGES:
        return False
    # Chance changes between small, capital and digit at every second sign, a name of words at every fourth.
    if changes / len(run) > _OFTEN:
        return changes > _LEAST_CHANGES or len(run) > _FEW + 1
    if len(run) < _LONG:
        return False
    return any(sign.isdigit() for sign in run) or _changes(_WORD.sub(" ", run).split()) >= _LEAST_CHANGES - 1


def _changes(pieces: list[str]) -> int:
    return sum(_kind(sign) != _kind(other) for piece in pieces for sign, other in pairwise(piece))


def _is_hex(piece: str) -> bool:
    return (
        len(piece) >= _HEX and re.fullmatch(r"[0-9a-f]+|[0-9A-F]+", piece) is not None and not piece.isalpha()
    )


def _is_capitals(piece: str) -> bool:
    return len(piece) >= _CAPITALS and piece.upper() == piece


def _kind(sign: str) -> int:
    return 0 if sign.isdigit() else 1 if sign.isupper() else 2 if sign.islower() else 3
