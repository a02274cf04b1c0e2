"""The visit: one machine, step by step, and what the door remembers beside it."""
