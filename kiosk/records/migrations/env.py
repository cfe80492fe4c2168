"""What Alembic runs: our tables on the connection that was handed in, or as SQL text."""

from alembic import context
from sqlmodel import SQLModel

from kiosk.records.schema import system_tables, tables

_ALL_TABLES = (tables, system_tables)
"""Named so that the metadata below is complete."""

connection = context.config.attributes.get("connection")
if connection is None:
    context.configure(
        dialect_name=context.config.get_main_option("dialect"),
        target_metadata=SQLModel.metadata,
        as_sql=True,
        literal_binds=True,
    )
else:
    context.configure(
        connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True
    )
with context.begin_transaction():
    context.run_migrations()
