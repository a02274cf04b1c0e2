"""The camera's picture as a visitor expects it: mirrored, filling its place. Never seen by a decoder."""

from __future__ import annotations

import pygame

from kiosk.ports import Grey

GREYS = [(level, level, level) for level in range(256)]


def mirrored(frame: Grey, size: tuple[int, int]) -> pygame.Surface:
    """Return a copy of a luminance plane, mirrored and cut in its middle to fill `size` (width, height) pixels."""
    height, width = frame.shape
    wide, high = size
    # Cut to the shape of the place, so that faces keep theirs.
    cut_w, cut_h = min(width, height * wide // high), min(height, width * high // wide)
    left, top = (width - cut_w) // 2, (height - cut_h) // 2
    # A frame much larger than its place is thinned out first: smoothing all of it would cost more than the door has.
    step = max(1, min(cut_w // wide, cut_h // high))
    part = frame[top : top + cut_h : step, left : left + cut_w : step][:, ::-1]
    grey = pygame.image.frombuffer(part.tobytes(), (part.shape[1], part.shape[0]), "P")
    grey.set_palette(GREYS)
    # Smoothing needs colours. SDL makes them twice as fast as numpy, and smooths 32 bits twice as fast as 24.
    picture = pygame.Surface(grey.get_size(), depth=32)
    picture.blit(grey, (0, 0))
    return pygame.transform.smoothscale(picture, size)
