"""Cameras: ribbon and USB."""
