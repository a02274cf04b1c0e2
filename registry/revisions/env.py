"""Alembic runs this for every upgrade: on the connection, and in the transaction, of whoever upgrades."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], render_as_batch=True)
context.run_migrations()
