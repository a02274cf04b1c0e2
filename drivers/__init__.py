"""Real things at the door, a folder for each kind. Their fakes are in simulator/."""
