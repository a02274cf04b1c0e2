"""One file per real thing at the door, each with a shipped fake that obeys the thing's physics."""
