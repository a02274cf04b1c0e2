"""Pictures as numbers: reading and writing PNG, and telling how much two of them differ."""

from pathlib import Path

import numpy as np
import pygame

REFERENCE = Path(__file__).with_name("reference")
REFERENCED = (
    "idle",
    "idle-offline",
    "idle-no-camera",
    "idle-weak-supply",
    "checking",
    "green",
    "blue",
    "yellow",
    "red",
    "could-not-check",
    "exit",
    "notice",
    "keypad",
    "confirm",
    "out-of-order",
    "fire-alarm",
    "idle-old",
    "keypad-resting",
    "green-offline",
    "out-of-service",
    "enrol",
    "enrol-fault",
    "enrol-check",
)
"""Scenes of which reference pictures are kept."""
COLOURS = 128


def pixels(surface):
    """uint8, shape (height, width, 3)."""
    return np.ascontiguousarray(pygame.surfarray.array3d(surface).swapaxes(0, 1))


def grey(surface):
    """The luminance that a camera or a colour-blind eye would see: uint8, shape (height, width)."""
    return (pixels(surface) @ np.array([0.299, 0.587, 0.114])).astype(np.uint8)


def load(path):
    return pixels(pygame.image.load(path))


def different(one, other, by=32):
    """The part of all pixels that differ by more than `by` in any channel."""
    assert one.shape == other.shape, f"expected equal sizes, got {one.shape} and {other.shape}"
    return float((np.abs(one.astype(np.int16) - other.astype(np.int16)).max(axis=2) > by).mean())


def reduced(surface, colours=COLOURS):
    """The same picture with its most frequent colours only: flat pages lose nothing that an eye would see."""
    values = pixels(surface)
    packed = values.reshape(-1, 3).astype(np.uint32) @ np.array([65536, 256, 1], dtype=np.uint32)
    found, counts = np.unique(packed, return_counts=True)
    kept = found[np.argsort(-counts)[:colours]]
    rgb = np.stack([kept >> 16, (kept >> 8) & 255, kept & 255], axis=1).astype(np.int32)
    all_rgb = np.stack([found >> 16, (found >> 8) & 255, found & 255], axis=1).astype(np.int32)
    nearest = np.array([np.argmin(((rgb - colour) ** 2).sum(axis=1)) for colour in all_rgb], dtype=np.uint8)
    index = nearest[np.searchsorted(found, packed)].reshape(values.shape[:2])
    picture = pygame.Surface(surface.get_size(), depth=8)
    picture.set_palette([tuple(int(channel) for channel in colour) for colour in rgb])
    pygame.surfarray.blit_array(picture, index.T)
    return picture
