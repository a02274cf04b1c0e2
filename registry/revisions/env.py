"""Alembic runs this for every upgrade: on the connection, and in the transaction, of whoever upgrades."""

from alembic import context

# SQLite takes back CREATE and ALTER like anything else, since our connections begin their transactions themselves.
context.configure(
    connection=context.config.attributes["connection"], render_as_batch=True, transactional_ddl=True
)
context.run_migrations()
