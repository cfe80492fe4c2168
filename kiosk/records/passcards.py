"""Queries for passes and the participants behind them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlmodel import Session as Transaction

from kiosk.records.columns import AnyRow, table
from kiosk.records.tables import Participant, Passcard

_pass = table(Passcard).c
_person = table(Participant).c
PASS = (_pass.participant_id, _pass.name_box, _pass.language, _pass.revoked_at)
"""What `pass_of` reads."""
_by_lookup = (
    select(*PASS).where(_pass.lookup == bindparam("lookup"), _pass.deleted_at.is_(None)).limit(1)
)
_holders = (
    select(_pass.lookup, _pass.participant_id, _pass.revoked_at, _person.sealed_name)
    .outerjoin_from(table(Passcard), table(Participant), _person.id == _pass.participant_id)
    .where(_pass.lookup.in_(bindparam("lookups", expanding=True)), _pass.deleted_at.is_(None))
)
_AT_A_TIME = 500


@dataclass(frozen=True, slots=True)
class KnownPass:
    """A pass as a kiosk meets it."""

    participant_id: UUID
    name_box: bytes
    language: str
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Holder:
    """A pass as a roster needs it."""

    participant_id: UUID
    revoked_at: datetime | None
    sealed_name: bytes | None
    """None where the participant has not reached this database yet."""


def find(transaction: Transaction, lookup: bytes) -> KnownPass | None:
    """Find a pass by its lookup."""
    row = transaction.connection().execute(_by_lookup, {"lookup": lookup}).first()
    return None if row is None else pass_of(row)


def pass_of(row: AnyRow) -> KnownPass:
    """Return the pass of a row with the columns PASS."""
    return KnownPass(row.participant_id, row.name_box, row.language, row.revoked_at)


def holders(transaction: Transaction, lookups: Iterable[bytes]) -> Mapping[bytes, Holder]:
    """Find who holds the passes of these lookups; unknown ones are missing in the answer."""
    wanted = sorted(set(lookups))
    found: dict[bytes, Holder] = {}
    for start in range(0, len(wanted), _AT_A_TIME):
        part = {"lookups": wanted[start : start + _AT_A_TIME]}
        for lookup, *rest in transaction.connection().execute(_holders, part):
            found[lookup] = Holder(*rest)
    return found
