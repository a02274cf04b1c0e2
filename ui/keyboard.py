"""What a keyboard's key means at the door. Knows no window."""

from __future__ import annotations

import pygame

from kiosk.core.events import Key

_TOP_ROW = {pygame.K_0 + digit: Key(str(digit)) for digit in range(10)}
_KEYPAD = {pygame.K_KP_0: Key.D0} | {pygame.K_KP_1 + digit - 1: Key(str(digit)) for digit in range(1, 10)}

KEYS: dict[int, Key] = {
    **_TOP_ROW,
    **_KEYPAD,
    pygame.K_RETURN: Key.CONFIRM,
    pygame.K_KP_ENTER: Key.CONFIRM,
    pygame.K_BACKSPACE: Key.ERASE,
    pygame.K_DELETE: Key.ERASE,
    pygame.K_KP_PERIOD: Key.ERASE,
    pygame.K_ESCAPE: Key.CANCEL,
    pygame.K_r: Key.RECHECK,
    pygame.K_F5: Key.RECHECK,
}
"""From SDL's key codes."""
