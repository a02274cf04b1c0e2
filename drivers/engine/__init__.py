"""Decoders of codes."""
