"""The kiosk as a process: what systemd hears of it, what it shows of itself in the runtime folder."""
