"""Statements that are compiled once in a test process, for all the engines that its tests make.

SQLAlchemy keeps what it compiled for one engine, and every test has engines of its own.
"""

from typing import Any
from unittest.mock import patch

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.orm import Mapper
from sqlalchemy.util import LRUCache

_MOST = 2000
"""Statements kept; far more than the program has."""


class _OfAllEngines(LRUCache[Any, Any]):
    """A cache whose keys name the dialect by what it compiles for, not by its engine."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(_without_engine(*key), default)

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(_without_engine(*key), value)


def _without_engine(dialect: Dialect, *rest: object) -> tuple[object, ...]:
    return (type(dialect), dialect.dbapi, dialect.server_version_info, *rest)


def share_compiled_statements() -> None:
    """Let all engines of this process, made or to be made, keep compiled statements together."""
    cache = _OfAllEngines(_MOST)

    @event.listens_for(Engine, "engine_connect")
    def share(connection: Connection) -> None:
        connection.execution_options(compiled_cache=cache)

    # A flush asks its mapper's own cache instead.
    patch.object(Mapper, "_compiled_cache", cache).start()
