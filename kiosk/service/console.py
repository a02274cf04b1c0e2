"""The console that the service was given: what is typed there is nobody's order, and is written nowhere.

SDL mutes the keyboard while the door has its screen. Without a display nobody does, and Ctrl-C on a keyboard that lies there
would stop the door, and digits of an IIN would stand on the console when the cable is plugged in.
"""

from __future__ import annotations

import os
import termios

_LOCAL_FLAGS = 3
"""Where tcgetattr(3) has them in Python's list."""


def hush(terminal: int = 0) -> bool:
    """Have a terminal neither show what is typed nor make signals of it. Whether it was one; raises nothing."""
    if not os.isatty(terminal):
        return False
    try:
        attributes = termios.tcgetattr(terminal)
        attributes[_LOCAL_FLAGS] &= ~(termios.ECHO | termios.ICANON | termios.ISIG)
        termios.tcsetattr(terminal, termios.TCSAFLUSH, attributes)
    except termios.error:
        return False
    return True
