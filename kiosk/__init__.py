"""Ashyq Kiosk: the door of a venue. `docs/` and CONTRIBUTING.md hold the map of the house."""

__version__ = "0.1.0"
