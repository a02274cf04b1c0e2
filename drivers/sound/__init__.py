"""What the door sounds with."""
