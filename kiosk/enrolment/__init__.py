"""Who this device is, and how it became that: one code, shown, typed or in a file."""
