"""Who and how many are inside."""
