"""The camera's picture as a visitor expects it: mirrored, filling its place. Never seen by a decoder."""

from __future__ import annotations

import numpy as np
import pygame

from kiosk.ports import Grey


def mirrored(frame: Grey, size: tuple[int, int]) -> pygame.Surface:
    """Return a copy of a luminance plane, mirrored and cut in its middle to fill `size` (width, height) pixels."""
    height, width = frame.shape
    wide, high = size
    # Cut to the shape of the place, so that faces keep theirs.
    cut_w, cut_h = min(width, height * wide // high), min(height, width * high // wide)
    left, top = (width - cut_w) // 2, (height - cut_h) // 2
    step = max(1, min(cut_w // wide, cut_h // high))
    """A frame much larger than its place is thinned out first: smoothing all of it would cost more than the door has."""
    part = frame[top : top + cut_h : step, left : left + cut_w : step][:, ::-1]
    rgb = np.repeat(part[:, :, None], 3, axis=2)
    picture = pygame.image.frombuffer(rgb.tobytes(), (part.shape[1], part.shape[0]), "RGB")
    return pygame.transform.smoothscale(picture, size)
