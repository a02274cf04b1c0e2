"""What can be wrong with the kiosk, by part and by number."""
