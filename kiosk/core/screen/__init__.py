"""What the screen shows, and the sentence for the technician."""
