"""How ids are stored."""

from uuid import UUID

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect

from kiosk.records.schema.columns import Id

ID = UUID("0195b0a0-0000-7000-8000-000000000001")
SQLITE: Dialect = sqlite.dialect()
POSTGRESQL: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call] # untyped in SQLAlchemy


def test_sixteen_bytes_on_sqlite_and_the_native_type_on_postgresql() -> None:
    column = Id()
    assert column.compile(SQLITE) == "BLOB"
    assert column.compile(POSTGRESQL) == "UUID"
    assert column.process_bind_param(ID, SQLITE) == ID.bytes
    assert column.process_bind_param(ID, POSTGRESQL) == ID
    assert column.process_result_value(ID.bytes, SQLITE) == ID
    assert column.process_result_value(ID, POSTGRESQL) == ID
    for dialect in (SQLITE, POSTGRESQL):
        assert column.process_bind_param(None, dialect) is None
        assert column.process_result_value(None, dialect) is None
