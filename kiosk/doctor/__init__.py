"""`kiosk doctor`: numbered checks, each with its remedy. The table of all is `table.py`; each row names the function that makes it, in a file for its kind."""
