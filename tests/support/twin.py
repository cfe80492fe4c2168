"""A centre in memory that behaves as the real one, for histories too many for a server."""

import copy
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from operator import itemgetter
from uuid import UUID, uuid4

from sqlalchemy import LargeBinary, Table
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import UTCDateTime

from kiosk.domain.central.incarnations import (
    Incarnation,
    OwnIncarnation,
    PushMark,
    find_own,
    is_taken,
)
from kiosk.domain.ids import NO_ID
from kiosk.errors import StoreAway, StoreRefused
from kiosk.records.central.setup import CONTRACT, MADE_ANYWHERE, OLDEST_CONTRACT
from kiosk.records.outbox import Waiting
from kiosk.records.schema.columns import Id
from kiosk.records.schema.system_tables import FACTS
from kiosk.sync.remote import FIRST, CentralAnswer, Change, Heartbeat, Values

_SENT = {str(fact.__tablename__) for fact in FACTS}


@dataclass
class TwinCentre:
    """What the centre holds of one site."""

    site_id: UUID
    epoch: UUID = field(default_factory=uuid4)
    count: int = 0
    facts: dict[str, dict[UUID, Mapping[str, object]]] = field(default_factory=dict)
    reference: dict[str, dict[UUID, Values]] = field(default_factory=dict)
    log: list[Change] = field(default_factory=list)
    incarnations: dict[tuple[UUID, int], Incarnation] = field(default_factory=dict)
    """By kiosk and number."""
    heard: dict[UUID, Heartbeat] = field(default_factory=dict)
    wiped_at: dict[UUID, datetime] = field(default_factory=dict)
    revoked_at: datetime | None = None
    now: datetime = datetime(2026, 3, 2, 4, tzinfo=UTC)
    contract: int = CONTRACT
    oldest_contract: int = OLDEST_CONTRACT

    def write(self, name: str, values: Values) -> None:
        """Write one reference row as a desk does."""
        row_id = values["id"]
        assert isinstance(row_id, UUID)
        self.reference.setdefault(name, {})[row_id] = dict(values)
        self.note(name, row_id)

    def drop(self, name: str, row_id: UUID) -> None:
        """Delete one reference row as retention does."""
        self.reference[name].pop(row_id, None)
        self.note(name, row_id, gone=True)

    def note(self, name: str, row_id: UUID, *, gone: bool = False) -> None:
        """Log a change at the next count."""
        self.count += 1
        self.log.append(Change(self.count, name, row_id, gone))

    def snapshot(self) -> "TwinCentre":
        """Make a backup."""
        return copy.deepcopy(self)

    def restore(self, backup: "TwinCentre") -> None:
        """Go back to a backup, as if nothing had happened since."""
        vars(self).update(copy.deepcopy(vars(backup)))


class TwinRemote:
    """One machine's way to a centre in memory."""

    def __init__(self, centre: TwinCentre, kiosk_id: UUID) -> None:
        self.centre = centre
        self._kiosk_id = kiosk_id
        self._own = OwnIncarnation()
        self._last_push = PushMark()

    def contact(self, report: Heartbeat, own: OwnIncarnation = FIRST) -> CentralAnswer:
        """Say how this machine is, and hear what there is to know."""
        centre, kiosk = self.centre, self._kiosk_id
        centre.heard[kiosk] = report
        if report.wiped_at is not None:
            centre.wiped_at.setdefault(kiosk, report.wiped_at)
        known = tuple(one for key, one in centre.incarnations.items() if key[0] == kiosk)
        there = find_own(own, known)
        self._own, self._last_push = own, PushMark() if there is None else there.mark
        if is_taken(own, known):
            self._last_push = own.mark
        else:
            first = Incarnation(
                own.number, PushMark(), 0, 0, centre.now, centre.now,
                own.unseen_after, own.unseen_upto,
            )  # fmt: skip
            heard = replace(there or first, pending=report.pending, heard_at=centre.now)
            centre.incarnations[kiosk, own.number] = heard
        return CentralAnswer(
            centre.now,
            centre.contract,
            centre.oldest_contract,
            centre.epoch,
            centre.count,
            centre.revoked_at,
            known,
        )

    def push(self, rows: Sequence[Waiting], mark: UUID = NO_ID) -> PushMark:
        """Store all rows or none."""
        centre, own, key = self.centre, self._own, (self._kiosk_id, self._own.number)
        there = centre.incarnations.get(key)
        if self._last_push != (PushMark() if there is None else there.mark):
            raise StoreAway("The centre holds less than it did.")
        read = [(row, self._read(row)) for row in rows]
        for row, values in read:
            if row.table_name in MADE_ANYWHERE:
                self._keep(row, values)
            else:
                self.centre.facts.setdefault(row.table_name, {}).setdefault(row.row_id, values)
        upto = max((row.kiosk_seq or 0 for row in rows), default=0)
        made = PushMark(mark, max(self._last_push.count, own.mark.count) + 1)
        there = there or Incarnation(own.number, made, 0, 0, centre.now, centre.now)
        upto = max(upto, there.upto)
        centre.incarnations[key] = replace(there, mark=made, upto=upto, heard_at=centre.now)
        self._last_push = made
        return made

    def changes(self, after: int, upto: int, most: int) -> Sequence[Change]:
        """Give some lines of the log."""
        return [one for one in self.centre.log if after < one.v <= upto][:most]

    def rows(self, table_name: str, ids: Sequence[UUID]) -> Sequence[Values]:
        """Give those of some rows that are there."""
        held = self.centre.reference.get(table_name, {})
        return [dict(held[id_]) for id_ in ids if id_ in held]

    def page(self, table_name: str, after: UUID | None, most: int) -> Sequence[Values]:
        """Give the first rows above an id."""
        held = self.centre.reference.get(table_name, {})
        ids = sorted(id_ for id_ in held if after is None or id_ > after)
        return [dict(held[id_]) for id_ in ids[:most]]

    def sent_passes(self, known: Mapping[UUID, int], most: int) -> Sequence[Values]:
        """Give passes beyond the places that are known."""
        sent = [
            (nth, row)
            for row in self.centre.reference.get("passcard", {}).values()
            if isinstance(nth := row.get("sent_nth"), int)
        ]
        new = [
            dict(row)
            for nth, row in sorted(sent, key=itemgetter(0))
            if isinstance(made_by := row["kiosk_id"], UUID) and nth > known.get(made_by, 0)
        ]
        return new[:most]

    def close(self) -> None:
        """Nothing is open."""

    def _keep(self, row: Waiting, values: Mapping[str, object]) -> None:
        """Keep a participant or a pass that is not there yet; passes are numbered."""
        held = self.centre.reference.setdefault(row.table_name, {})
        made = dict(_typed(row.table_name, values))
        made |= {"kiosk_id": self._kiosk_id, "deleted_at": None}
        if row.table_name == "passcard":
            places = [one["sent_nth"] for one in held.values() if one["kiosk_id"] == self._kiosk_id]
            last = max((place for place in places if isinstance(place, int)), default=0)
            made |= {"revoked_at": None, "sent_nth": last + 1}
            if any(one["lookup"] == made["lookup"] for one in held.values()):
                return
        held.setdefault(row.row_id, made)

    def _read(self, row: Waiting) -> dict[str, object]:
        """Read one payload as the server would, and refuse what it would refuse."""
        if row.table_name not in _SENT and row.table_name not in MADE_ANYWHERE:
            raise StoreRefused("No such table.", "42P01")
        try:
            values = json.loads(row.payload)
        except ValueError:
            raise StoreRefused("No JSON.", "22P02") from None
        if row.table_name in _SENT and values["kiosk_id"] != str(self._kiosk_id):
            raise StoreRefused("Another machine's.", "42501")
        if row.table_name == "check_in" and not isinstance(values["nth"], int):
            raise StoreRefused("No number.", "22P02")
        if values["id"] is None:
            raise StoreRefused("No id.", "23502")
        return dict(values)


def _typed(name: str, values: Mapping[str, object]) -> Values:
    """Turn JSON into what SQLAlchemy would read from the server."""
    return {c.name: _value(c.type, values.get(c.name)) for c in _table(name).c}


def _value(kind: object, value: object) -> object:
    if not isinstance(value, str):
        return value
    if isinstance(kind, Id):
        return UUID(value)
    if isinstance(kind, LargeBinary):
        return bytes.fromhex(value.removeprefix("\\x"))
    return datetime.fromisoformat(value) if isinstance(kind, UTCDateTime) else value


def _table(name: str) -> Table:
    return SQLModel.metadata.tables[name]
