"""Lets the files that one test process opens share their compiled statements.

A program opens its file once. Tests open hundreds, and to compile each statement for each of them
takes longer than to run it.
"""

from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIModule

from kiosk.records.database import store

_connected: dict[DBAPIModule, Engine] = {}
"""By its driver, the first engine that has reached a file."""


def share_statements(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each engine of a file that is made from now on the statements of the first one."""
    monkeypatch.setattr(store, "create_engine", _create_engine)


def _create_engine(*words: Any, **options: Any) -> Engine:
    engine = create_engine(*words, **options)
    driver = engine.dialect.loaded_dbapi
    first = _connected.get(driver)
    if first is None:
        event.listen(engine, "connect", lambda *_: _connected.setdefault(driver, engine))
    else:
        engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache
    return engine
