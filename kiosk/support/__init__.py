"""`kiosk bundle`: what goes to support of this machine, and no person in it."""
