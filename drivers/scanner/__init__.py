"""Desk scanners."""
