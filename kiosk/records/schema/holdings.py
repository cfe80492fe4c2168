"""Which tables hold something of a visitor, and by which columns it is found. No logic of its own.

A table belongs to a person by its columns' names, so that a new table is erased without a further
word; one that is named by none of them stands in `OF_NOBODY` with its reason.
"""

from typing import Final, NamedTuple

from sqlalchemy import Table
from sqlmodel import SQLModel

PARENTS: Final = ("request_id", "participant_id")
"""Columns with the id of a request or of a participant."""
LOOKUPS: Final = ("lookup", "slip_lookup")
"""Columns with the lookup of a pass or of a slip."""
OWN: Final = ("callback_request", "participant")
"""Tables whose rows are a person's by themselves."""
APART: Final = {
    "check_in": "its row stays as that of a guest, so that sessions count as before",
    "outbox": "holds rows of the others, as JSON",
    "parked": "same",
    "central_parked": "same",
    "desk_change": "holds how a row was, as JSON",
    "erased": "the marks themselves",
}
"""Tables that have a rule of their own in `records.person.erasing` and in the centre's function."""
OF_NOBODY: Final = {
    "site": "the clinic",
    "support_group": "a group",
    "group_session": "a meeting of a group",
    "head_count": "a number",
    "staff_account": "staff",
    "public_key": "a key",
    "kiosk_device": "a machine",
    "kiosk_heartbeat": "a machine",
    "kiosk_incarnation": "a machine",
    "sync_state": "a machine",
    "confirmation": "counts of a machine",
    "audit_event": "ids and codes, which stay",
    "audit_chain": "keys of the trail",
    "sign_in_attempt": "staff",
    "helpline_list": "helplines",
    "notice": "when staff were told, in counts",
    "central": "the agreement of the centre",
    "sync_counter": "a count",
    "waiting_time": "how long people waited, all of them together",
    "change_log": "ids, by which kiosks hear what is gone",
}
"""Tables that hold nothing of a visitor, each with what it holds."""


class Holding(NamedTuple):
    """The columns by which rows of one table are found."""

    table: Table
    ids: tuple[str, ...]
    lookups: tuple[str, ...]

    @property
    def key(self) -> str:
        """The column that names a row."""
        return self.ids[0]

    @property
    def is_fact(self) -> bool:
        """Whether its rows are numbered by their machine."""
        return "kiosk_seq" in self.table.c


def holdings() -> tuple[Holding, ...]:
    """Return every table that holds something of a visitor, but for those with a rule apart."""
    return tuple(
        one
        for one in map(_holding, SQLModel.metadata.tables.values())
        if one.table.name not in APART and (one.lookups or len(one.ids) > 1 or _is_own(one))
    )


def _holding(one: Table) -> Holding:
    named = one.c.keys()
    ids = tuple(name for name in ("id", *PARENTS) if name in named)
    return Holding(one, ids, tuple(name for name in LOOKUPS if name in named))


def _is_own(one: Holding) -> bool:
    # A table without an id of its own is keyed by its request.
    return one.table.name in OWN or (one.ids != () and one.ids[0] != "id")
