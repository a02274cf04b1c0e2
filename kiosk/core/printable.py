"""Texts from outside are printed, never obeyed: what a terminal, or whoever reads a list, would take for something else is shown as it is.

A USB device's name, a registry's reason, a file's name may hold a control sequence that clears a screen or sets a title, a character
that turns the direction of writing, or an end of line behind which a line of its own making stands.
"""

from __future__ import annotations

CONTINUED = "  | "
"""Begins each further line of one text: no text can write a line that looks like another's."""


def printable(text: str) -> str:
    r"""Return the text on one line, with every character that is not printable (str.isprintable) as its escape.

    >>> print(printable("pad\x1b[2J\nINFO visit admitted \u202e"))
    pad\x1b[2J\x0aINFO visit admitted \u202e
    >>> printable("Қош келдіңіз, демо-клуб")
    'Қош келдіңіз, демо-клуб'
    """
    return text if text.isprintable() else "".join(map(_escaped, text))


def printable_lines(text: str, continued: str = CONTINUED) -> str:
    r"""Return the text with its lines kept, each of them printable, and every line but the first begun by `continued`.

    >>> print(printable_lines("it failed here:\n  in one place\x07"))
    it failed here:
      |   in one place\x07
    """
    return f"\n{continued}".join(printable(line) for line in text.split("\n"))


def _escaped(letter: str) -> str:
    if letter.isprintable():
        return letter
    number = ord(letter)
    return (
        f"\\x{number:02x}"
        if number < 0x100
        else f"\\u{number:04x}"
        if number < 0x10000
        else f"\\U{number:08x}"
    )
