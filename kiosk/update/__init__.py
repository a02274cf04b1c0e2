"""A signed release, beside the running one, on trial, and back."""
