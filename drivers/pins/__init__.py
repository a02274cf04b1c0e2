"""Lines of the 40-pin header, and what is played on them in time."""
