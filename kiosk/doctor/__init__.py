"""`kiosk doctor`: numbered checks, each with its remedy. The table of all is `table.py`; what a check looks at lies beside it."""
