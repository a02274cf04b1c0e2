"""`python -m kiosk` is the command `kiosk`."""

import sys

from kiosk.commands.cli import main

if __name__ == "__main__":
    sys.exit(main())
