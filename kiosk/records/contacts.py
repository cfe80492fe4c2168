"""Queries for what this machine keeps of its contacts with the centre."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlmodel import Session as Transaction

from kiosk.errors import SetupError
from kiosk.records.columns import table
from kiosk.records.plumbing import SyncState

PULL_ALL = -1
"""As a cursor: nothing that was pulled before counts."""
_state = table(SyncState).c
_names = ("epoch", "cursor", "clock_offset_ms", "contact_at", "out_of_order", "problem")


@dataclass(frozen=True, slots=True)
class ContactState:
    """Where this machine stands with the centre."""

    epoch: UUID | None
    """The centre that has, or has been promised, all of this machine's facts."""
    cursor: int
    """The last change that was pulled, or PULL_ALL."""
    clock_offset_ms: int | None
    contact_at: datetime | None
    out_of_order: str | None
    problem: str | None


def read_state(transaction: Transaction, kiosk_id: UUID) -> ContactState:
    """Give what is kept of the contacts; SetupError where this database knows no such machine."""
    query = select(*(_state[name] for name in _names)).where(_state.kiosk_id == kiosk_id)
    row = transaction.connection().execute(query).first()
    if row is None:
        raise SetupError("This database knows no kiosk of this id; enrol the kiosk again.")
    return ContactState(*row)


def note_contact(
    transaction: Transaction, kiosk_id: UUID, at: datetime, clock_offset_ms: int | None
) -> None:
    """Keep that the centre answered at `at` (this machine's time), and how the clocks stand."""
    _change(transaction, kiosk_id, {"contact_at": at, "clock_offset_ms": clock_offset_ms})


def note_problem(transaction: Transaction, kiosk_id: UUID, problem: str | None) -> None:
    """Keep why the last contact failed, or None where it went well."""
    _change(transaction, kiosk_id, {"problem": problem})


def begin_again(transaction: Transaction, kiosk_id: UUID) -> None:
    """Forget the centre that was known: all is to be sent and pulled again.

    Until `set_epoch` says that all facts stand in line again, every contact begins this anew.
    """
    _change(transaction, kiosk_id, {"epoch": None, "cursor": PULL_ALL})


def set_epoch(transaction: Transaction, kiosk_id: UUID, epoch: UUID) -> None:
    """Keep which centre all facts of this machine have reached or stand in line for."""
    _change(transaction, kiosk_id, {"epoch": epoch})


def set_cursor(transaction: Transaction, kiosk_id: UUID, cursor: int) -> None:
    """Keep which change of the centre was pulled last."""
    _change(transaction, kiosk_id, {"cursor": cursor})


def _change(
    transaction: Transaction,
    kiosk_id: UUID,
    values: "dict[str, UUID | datetime | int | str | None]",
) -> None:
    transaction.connection().execute(
        update(table(SyncState)).where(_state.kiosk_id == kiosk_id).values(values)
    )
