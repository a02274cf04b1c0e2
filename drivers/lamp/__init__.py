"""The lamp."""
