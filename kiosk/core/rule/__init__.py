"""What the registry has signed, and the whole decision."""
