"""Column types and the two base rows that every table is made of."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnCollection,
    ColumnElement,
    Dialect,
    LargeBinary,
    Table,
    Uuid,
    and_,
    bindparam,
    case,
)
from sqlalchemy import Row as Found
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import Field, SQLModel
from sqlmodel import Session as Transaction

FIRST_TIME, LAST_TIME = datetime(2, 1, 1, tzinfo=UTC), datetime(9998, 1, 1, tzinfo=UTC)
"""Times between these can be read in any zone."""
AnyRow: TypeAlias = "Found[*tuple[Any, ...]]"
"""A row that a query has found; it is read by the names of its columns."""


class Id(TypeDecorator[UUID]):
    """A UUID: 16 bytes on SQLite (a third smaller than text), the native type elsewhere."""

    impl = Uuid
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the storage for `dialect`."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(LargeBinary(16))
        return dialect.type_descriptor(Uuid())

    def process_bind_param(self, value: UUID | None, dialect: Dialect) -> Any:
        """Hand a UUID to the driver."""
        if value is None or dialect.name != "sqlite":
            return value
        return value.bytes

    def process_result_value(self, value: Any, dialect: Dialect) -> UUID | None:
        """Read a UUID from the driver."""
        if value is None or isinstance(value, UUID):
            return value
        return UUID(bytes=value) if dialect.name == "sqlite" else UUID(str(value))


class Row(SQLModel):
    """What every row has."""

    id: UUID = Field(primary_key=True, sa_type=Id)
    """UUIDv7 made by the client."""
    site_id: UUID = Field(sa_type=Id)


class Reference(Row):
    """A row written at a desk (or founded) and read by kiosks; never deleted, only put away."""

    deleted_at: datetime | None = None


class MadeAnywhere(Reference):
    """A reference row that a kiosk may make too, and never change."""

    kiosk_id: UUID | None = Field(default=None, sa_type=Id)
    """The machine that made it; None for rows that an older program has made."""
    received_at: datetime | None = None
    """Set by the centre alone."""


class Fact(Row):
    """Something that happened: inserted, never changed, deleted only by retention."""

    kiosk_id: UUID = Field(sa_type=Id)
    """The kiosk or desk machine that wrote it."""
    kiosk_seq: int = Field(default=0, sa_type=BigInteger)
    """That machine's own count; given by `add_fact`, never used twice."""
    clock_offset_ms: int | None = Field(default=None, sa_type=BigInteger)
    """Centre's clock minus the kiosk's, as measured at the last contact."""
    clock_doubtful: bool = False
    """True where the kiosk's clock stood before its last fact."""
    received_at: datetime | None = None
    """Set by the centre alone."""


def is_central(transaction: Transaction) -> bool:
    """Return whether the database is the centre, and not a machine's own file."""
    return transaction.connection().dialect.name != "sqlite"


def readable(time: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return a time for SELECT, or NULL where it is one that Python does not know, as infinity.

    One row that cannot be read would else hide all others.
    """
    known = and_(time > FIRST_TIME, time < LAST_TIME)
    return case((known, time), else_=None).label(getattr(time, "key", None))


def table(model: type[SQLModel]) -> Table:
    """Return the Core table behind a SQLModel class."""
    return SQLModel.metadata.tables[str(model.__tablename__)]


class _Unindexed(FunctionElement[UUID]):
    """A column that SQLite looks up in no index."""

    name = "unindexed"
    type = Id()
    inherit_cache = True


@compiles(_Unindexed)
def _as_it_is(element: _Unindexed, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


@compiles(_Unindexed, "sqlite")
def _with_a_plus(element: _Unindexed, compiler: SQLCompiler, **options: Any) -> str:
    # "The Query Optimizer Overview" of SQLite: a unary + keeps a term from using an index.
    return f"+{compiler.process(element.clauses, **options)}"


def of_site(
    rows: "ColumnCollection[str, Any]", site_id: UUID | None = None
) -> "ColumnElement[bool]":
    """Return the SQL condition that a row is of a site; for None of the one bound as `site`.

    On a machine's own file, where every row is of one site, it never chooses an index. Without
    statistics SQLite takes the site for rarer than a list of ids, and reads the whole table for it.
    Where an index begins with the site and another column bounds it, compare the column itself.
    """
    site = bindparam("site", type_=Id()) if site_id is None else site_id
    return _Unindexed(rows.site_id) == site


def payload(values: Mapping[str, object]) -> str:
    """Write a row as the JSON text that PostgreSQL's `json_to_recordset` takes.

    UUIDs as text, bytes as hex with the `\\x` of bytea, times in ISO 8601 with their offset.
    """
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"), default=_plain)


def _plain(value: object) -> object:
    """Turn a value that JSON does not know into one that it knows."""
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)
