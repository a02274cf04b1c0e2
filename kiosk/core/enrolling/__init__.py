"""How a device comes to belong to a door, step by step."""
