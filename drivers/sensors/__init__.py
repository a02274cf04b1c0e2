"""What the door feels: passage, fire alarm, the board itself."""
