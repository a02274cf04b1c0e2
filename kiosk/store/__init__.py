"""Every record until the registry has it: SQLite in one file, with one connection, on one thread."""
