"""Who presents themselves: passes, numbers, the venue code, and how many numbers may be tried."""
