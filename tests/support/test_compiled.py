"""A statement is compiled once for all the engines of one kind."""

from unittest.mock import patch

from sqlalchemy import Column, Integer, MetaData, Table, create_engine, select
from sqlalchemy.sql.compiler import SQLCompiler

from kiosk.records.database.store import sqlite_module


def test_another_engine_compiles_nothing_again() -> None:
    one = Table("only_of_this_test", MetaData(), Column("id", Integer))
    compiled: list[str] = []
    begin = SQLCompiler.__init__

    def note(self: SQLCompiler, *args: object, **kwargs: object) -> None:
        compiled.append(str(args[0]))
        begin(self, *args, **kwargs)  # type: ignore[arg-type]

    with patch.object(SQLCompiler, "__init__", note):
        for _ in range(2):
            engine = create_engine("sqlite://", module=sqlite_module())
            with engine.connect() as connection:
                one.create(connection)
                assert connection.execute(select(one)).all() == []
            engine.dispose()
    assert len(compiled) == 1
