"""Sends the statements of a desk's transaction together where their answers can wait."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, cast

from sqlalchemy import Connection
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.engine.interfaces import DBAPIConnection

from kiosk.records.database.ahead import AHEAD, END, UNAWAITED, AnswerPendingError

DRIVER: Final = "postgresql+kiosk"
_LINE: Final = "kiosk.line"
_OLDEST: Final = (13, 0)
"""The version of PostgreSQL that is spoken to, so that no connection has to ask for its own."""


@dataclass(slots=True)
class _Pipelined:
    """The pipeline of one transaction."""

    pipeline: Any
    close: Callable[[], None]
    """Sends what was not sent yet, and waits for all answers."""
    asked: list[tuple[str, object, Any]] = field(default_factory=list)
    """Statements that were sent ahead, with their values and the cursor that gets the answer."""
    is_over: bool = False
    """Whether the end of the transaction was sent along."""

    def end(self) -> None:
        """Wait for all answers; the end of the transaction was the last thing sent."""
        self.is_over = True
        self.close()

    def has(self, statement: str, values: object) -> bool:
        """Return whether a statement was sent ahead and its answer not taken yet."""
        return any((words, given) == (statement, values) for words, given, _ in self.asked)

    def take(self, statement: str, values: object) -> Any:
        """Return the cursor of a statement that was sent ahead, once; None where it was not."""
        for place, (words, given, cursor) in enumerate(self.asked):
            if words == statement and given == values:
                del self.asked[place]
                return cursor
        return None


class JoinedDialect(PGDialect_psycopg):
    """PostgreSQL by psycopg, which asks nothing before the first statement."""

    supports_statement_cache = True

    def initialize(self, _connection: Connection) -> None:
        """Ask nothing: four questions on a slow line tell nothing that a desk needs."""
        self.server_version_info = _OLDEST
        self.default_schema_name = "public"
        self._backslash_escapes = False

    def do_execute(self, cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:
        """Send a statement, and wait for its answer where it is needed now."""
        info = context.root_connection.info if context is not None else {}
        line: _Pipelined | None = info.get(_LINE)
        if line is None:
            cursor.execute(statement, parameters)
            return
        if info.get(AHEAD):
            if not line.has(statement, parameters):
                another = cursor.connection.cursor()
                another.execute(statement, parameters)
                line.asked.append((statement, parameters, another))
            raise AnswerPendingError
        sent = line.take(statement, parameters)
        if sent is None and line.is_over:
            raise RuntimeError("This was to be asked before the transaction ended.")
        if sent is None:
            cursor.execute(statement, parameters)
        else:
            context.cursor = sent
            if sent.description is not None:
                return
        if context.execution_options.get(END):
            line.end()
        elif not context.execution_options.get(UNAWAITED):
            line.pipeline.sync()

    def do_commit(self, dbapi_connection: DBAPIConnection) -> None:
        """Send the commit; the end of `joined` waits for its answer."""
        if cast(Any, dbapi_connection).pgconn.pipeline_status:
            dbapi_connection.cursor().execute("COMMIT")
        else:
            dbapi_connection.commit()

    def do_rollback(self, dbapi_connection: DBAPIConnection) -> None:
        """Undo, whatever became of the statements that nobody has waited for."""
        try:
            dbapi_connection.rollback()
        except self.loaded_dbapi.Error:
            dbapi_connection.rollback()


registry.register("postgresql.kiosk", __name__, JoinedDialect.__name__)


@contextmanager
def joined(connection: Connection, begin: str) -> Iterator[None]:
    """Run the block in a transaction that begins with the statement `begin`.

    Statements run in order, and an error of one that nobody waited for is raised by the next that
    somebody does, at the latest by the commit when the block ends.
    """
    driver: Any = connection.connection.driver_connection
    # Closed without an error to pass on: the pipeline would log it, with the server's own words.
    stack, info = ExitStack(), connection.info
    info[_LINE] = _Pipelined(stack.enter_context(driver.pipeline()), stack.close)
    try:
        with connection.begin():
            connection.exec_driver_sql(begin, execution_options={UNAWAITED: True})
            yield
    finally:
        # Gone already where the connection was lost.
        info.pop(_LINE, None)
        stack.close()
