"""The revisions of the registry's tables, for Alembic: `registry/schema.py` runs them, `versions/` holds them."""
