"""Questions that are sent to the centre before their answers are needed.

Every answer that is waited for costs a way there and back, more than half a second on a bad line.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Final

from sqlmodel import Session as Transaction

from kiosk.records.schema.columns import is_central

AHEAD: Final = "kiosk.asks ahead"
"""In a connection's `info`: statements are sent, and have no answer yet."""
END: Final = "kiosk_end"
"""An execution option of the statement that ends a transaction before its block."""
UNAWAITED: Final = "kiosk_unawaited"
"""An execution option: nobody looks at the answer, so it may come with a later one."""


class AnswerPendingError(Exception):
    """A statement was sent ahead; there is no answer to read yet."""


def ask_ahead(transaction: Transaction, *questions: Callable[[], object]) -> None:
    """Send the first statement of each question; its answer comes with the next one waited for.

    Asking the same again in this transaction, once, then waits for nothing. On a machine's own
    file this does nothing.
    """
    if not is_central(transaction):
        return
    info = transaction.connection().info
    info[AHEAD] = True
    try:
        for question in questions:
            with suppress(AnswerPendingError):
                question()
    finally:
        del info[AHEAD]


def end_ahead(transaction: Transaction) -> None:
    """End a transaction that only reads along with what was asked ahead, which is waited for now.

    Nothing else can be asked in it. On a machine's own file this does nothing.
    """
    if is_central(transaction):
        transaction.connection().exec_driver_sql("COMMIT", execution_options={END: True})


def run_together(transaction: Transaction, *actions: Callable[[], object]) -> None:
    """Run actions in order, and wait once for the answers of all of them.

    Each has one statement at most whose answer it needs.
    """
    ask_ahead(transaction, *actions)
    for act in actions:
        act()
