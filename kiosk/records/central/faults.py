"""Turns what PostgreSQL and psycopg raise into the kiosk's own errors.

A server's sentence may quote values, so none of it is passed on but the SQLSTATE.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    NotSupportedError,
    ProgrammingError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from kiosk.errors import StoreAway, StoreBusy, StoreDiffers, StoreError, StoreFull, StoreRefused

AWAY = "The centre cannot be reached just now; what is here is kept, and it is tried again."
_BUSY = "Somebody else wrote to the centre at the same moment; try again."
_FULL = "The centre's disk is full; ask whoever looks after it to make room."
_CERTIFICATE = (
    "The centre could not prove who it is (TLS); check its certificate and the address, and"
    " that the bundle is this centre's."
)
_OWN_CERTIFICATE = (
    "The centre asks for this machine's own certificate and does not take what it got; put"
    " client.crt and client.key of this machine into its data folder."
)
_SHUT_OUT = (
    "The centre does not let this machine in; it was revoked, or its credentials were replaced:"
    " enrol it again with `kiosk central enrol`."
)
_ABOUT_OURS = ("client certificate", "certificate authentication failed", " alert ")
"""An alert is what the server says of what it got."""
_ABOUT_THEIRS = (
    "certificate", "does not support ssl", "root.crt", "failed: ssl error:",
    "authentication method requirement",
)  # fmt: skip
_CUT = ("unexpected eof", "syscall")
"""A line that is cut within TLS says SSL as well."""
_ABOUT_THE_ROLE = (
    "password authentication failed", "not permitted to log in", "no pg_hba.conf entry",
    "permission denied for database", "sasl authentication failed",
)  # fmt: skip
_AGAIN = ("40001", "40P01", "55P03")
"""Serialization failure, deadlock, lock not available."""
_DIFFERENT = ("42P01", "42703", "42883", "42704")
"""A table, column, function or other object that is not there."""
_NEVER_SENT = (DataError, ProgrammingError, NotSupportedError)
"""What the driver itself would not send, such as a NUL in a text; trying again is no use."""
_PASSING = ("08", "53", "57", "58", "25", "XX")
"""Classes: connection, resources, operator, system, transaction state, internal."""


def fault(error: BaseException) -> StoreError:
    """Say in the kiosk's words what an error at the centre means."""
    if isinstance(error, PoolTimeout):
        return StoreBusy(_BUSY)
    cause = error.orig if isinstance(error, DBAPIError) else error
    code = str(getattr(cause, "sqlstate", None) or "")
    if not code and isinstance(error, _NEVER_SENT):
        return StoreRefused("The centre cannot take a value of this.", "unsendable")
    if not code:
        return _unanswered(str(cause))
    if code in _AGAIN:
        return StoreBusy(_BUSY)
    if code == "53100":
        return StoreFull(_FULL)
    if code.startswith("28"):
        return StoreRefused(_SHUT_OUT, code)
    if code in _DIFFERENT:
        return StoreDiffers(
            "The centre is of another version than this machine; run `kiosk central init` with"
            " the newest kiosk, nothing is lost meanwhile."
        )
    if code.startswith(_PASSING):
        return StoreAway(AWAY)
    return StoreRefused(f"The centre refused this ({code}).", code)


def _unanswered(words: str) -> StoreError:
    """Judge an error that came without a code: from libpq, before or instead of an answer.

    Its words are looked at and never passed on.
    """
    low = words.lower()
    if any(said in low for said in _CUT):
        return StoreAway(AWAY)
    if any(said in low for said in _ABOUT_OURS):
        return StoreRefused(_OWN_CERTIFICATE, "tls")
    if any(said in low for said in _ABOUT_THEIRS):
        return StoreRefused(_CERTIFICATE, "tls")
    if any(said in low for said in _ABOUT_THE_ROLE):
        return StoreRefused(_SHUT_OUT, "28P01")
    return StoreAway(AWAY)


@contextmanager
def translated() -> Iterator[None]:
    """Let no error of the database out of the block but as a StoreError without values."""
    try:
        yield
    except SQLAlchemyError as error:
        raise fault(error) from None
