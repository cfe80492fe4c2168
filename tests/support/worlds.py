"""Two centres that the same histories run over: the twin in memory, and a real PostgreSQL."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID, uuid4

from sqlalchemy import delete, insert, select, update
from sqlmodel import SQLModel

from kiosk.domain.central.incarnations import OwnIncarnation, PushMark
from kiosk.domain.ids import NO_ID
from kiosk.errors import StoreAway
from kiosk.records.central.owner import owner_transaction
from kiosk.records.database.writing import mark_changed
from kiosk.records.outbox import Waiting
from kiosk.records.schema.columns import Reference, table
from kiosk.records.schema.system_tables import (
    FACTS,
    ChangeLog,
    KioskDevice,
    KioskHeartbeat,
    KioskIncarnation,
    SyncCounter,
)
from kiosk.records.schema.tables import GroupSession, Participant, Passcard, SupportGroup
from kiosk.sync.postgres import PostgresRemote
from kiosk.sync.remote import FIRST, CentralAnswer, Change, Heartbeat, Remote, Values
from kiosk.usecases.central.contact import ProgramInfo
from kiosk.usecases.site import SiteInfo
from tests.support.centres import Centre
from tests.support.twin import TwinCentre, TwinRemote

Rows = dict[UUID, dict[str, object]]
_PUT_BACK: tuple[type[SQLModel], ...] = (
    *FACTS, SupportGroup, GroupSession, Participant, Passcard, KioskDevice,
    SyncCounter, ChangeLog, KioskHeartbeat, KioskIncarnation,
)  # fmt: skip


def program() -> ProgramInfo:
    """Return what a machine reports of its program."""
    return ProgramInfo("1.2.3", "2026-12-31")


class World(Protocol):
    """A centre with one site, as its owner sees it."""

    def remote(self) -> Remote:
        """Give the machine's way in."""
        ...

    def write(self, row: Reference) -> None:
        """Write a reference row at a desk."""
        ...

    def drop_pass(self, row_id: UUID) -> None:
        """Delete a pass as retention does."""
        ...

    def rows(self, name: str) -> Rows:
        """Give the rows of a table of reference data."""
        ...

    def facts(self) -> list[UUID]:
        """Give the ids of all facts, as often as they are there."""
        ...

    def snapshot(self) -> Any:
        """Make a backup."""
        ...

    def restore(self, backup: Any, *, told: bool) -> None:
        """Go back to a backup; where it is `told`, with a new epoch."""
        ...

    def revoke(self, at: datetime | None) -> None:
        """Revoke the machine, or take that back."""
        ...


class TwinWorld:
    """The centre in memory."""

    def __init__(self, site: SiteInfo) -> None:
        self.centre = TwinCentre(site.site_id)
        self._kiosk_id = site.kiosk_id

    def remote(self) -> Remote:
        return TwinRemote(self.centre, self._kiosk_id)

    def write(self, row: Reference) -> None:
        self.centre.write(str(row.__tablename__), row.model_dump())

    def drop_pass(self, row_id: UUID) -> None:
        self.centre.drop("passcard", row_id)

    def rows(self, name: str) -> Rows:
        held = self.centre.reference.get(name, {})
        return {id_: dict(values) for id_, values in held.items()}

    def facts(self) -> list[UUID]:
        return [id_ for held in self.centre.facts.values() for id_ in held]

    def snapshot(self) -> object:
        return self.centre.snapshot()

    def restore(self, backup: Any, *, told: bool) -> None:
        self.centre.restore(backup)
        if told:
            self.centre.epoch = uuid4()

    def revoke(self, at: datetime | None) -> None:
        self.centre.revoked_at = at


class PostgresWorld:
    """One site of a real centre."""

    def __init__(self, centre: Centre, site: SiteInfo) -> None:
        self._centre = centre
        self._site = site.site_id
        self._kiosk = site.kiosk_id
        centre.add_site(site.site_id)
        self.address = centre.add_machine(site.site_id, site.kiosk_id, symbols=site.symbols)
        self._remote = PostgresRemote(self.address, site.site_id, site.kiosk_id)

    def remote(self) -> Remote:
        return self._remote

    def close(self) -> None:
        """Let the connections go."""
        self._remote.close()

    def write(self, row: Reference) -> None:
        rows = table(type(row))
        with owner_transaction(self._centre.address, self._site) as transaction:
            connection = transaction.connection()
            connection.execute(delete(rows).where(rows.c.id == row.id))
            connection.execute(insert(rows).values(row.model_dump()))
            mark_changed(transaction, rows.name, row.id)

    def drop_pass(self, row_id: UUID) -> None:
        rows = table(Passcard)
        with owner_transaction(self._centre.address, self._site) as transaction:
            transaction.connection().execute(delete(rows).where(rows.c.id == row_id))
            mark_changed(transaction, rows.name, row_id, gone=True)

    def rows(self, name: str) -> Rows:
        rows = Passcard.metadata.tables[name]
        with self._centre.engine.begin() as connection:
            found = connection.execute(select(rows).where(rows.c.site_id == self._site)).mappings()
            return {row["id"]: dict(row) for row in found}

    def facts(self) -> list[UUID]:
        return [id_ for fact in FACTS for id_ in self.rows(str(fact.__tablename__))]

    def snapshot(self) -> object:
        with self._centre.engine.begin() as connection:
            return {
                kind: [
                    dict(row)
                    for row in connection.execute(
                        select(table(kind)).where(table(kind).c.site_id == self._site)
                    ).mappings()
                ]
                for kind in _PUT_BACK
            }

    def restore(self, backup: Any, *, told: bool) -> None:
        with self._centre.engine.begin() as connection:
            for kind in _PUT_BACK:
                rows = table(kind)
                connection.execute(delete(rows).where(rows.c.site_id == self._site))
                if backup[kind]:
                    connection.execute(insert(rows), backup[kind])
            if told:
                counter = table(SyncCounter)
                mine = update(counter).where(counter.c.site_id == self._site)
                connection.execute(mine.values(epoch=uuid4()))

    def revoke(self, at: datetime | None) -> None:
        rows = table(KioskDevice)
        with self._centre.engine.begin() as connection:
            connection.execute(update(rows).where(rows.c.id == self._kiosk).values(revoked_at=at))


class BadLine:
    """A line to a centre on which the next calls go wrong as a test has planned."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote
        self.planned: list[str] = []
        """For the next pushes: before (nothing arrives), after (no answer comes), twice, well."""
        self.before_push: Callable[[], None] | None = None
        """Happens once, just before the next push."""

    def contact(self, report: Heartbeat, own: OwnIncarnation = FIRST) -> CentralAnswer:
        return self._remote.contact(report, own)

    def push(self, rows: Sequence[Waiting], mark: UUID = NO_ID) -> PushMark:
        happens, self.before_push = self.before_push, None
        if happens is not None:
            happens()
        plan = self.planned.pop(0) if self.planned else "well"
        if plan == "before":
            raise StoreAway("The line is cut.")
        made = self._remote.push(rows, mark)
        if plan == "twice":
            made = self._remote.push(rows, mark)
        if plan == "after":
            raise StoreAway("The answer is lost.")
        return made

    def changes(self, after: int, upto: int, most: int) -> Sequence[Change]:
        return self._remote.changes(after, upto, most)

    def rows(self, table_name: str, ids: Sequence[UUID]) -> Sequence[Values]:
        return self._remote.rows(table_name, ids)

    def page(self, table_name: str, after: UUID | None, most: int) -> Sequence[Values]:
        return self._remote.page(table_name, after, most)

    def sent_passes(self, known: Mapping[UUID, int], most: int) -> Sequence[Values]:
        return self._remote.sent_passes(known, most)

    def close(self) -> None:
        self._remote.close()
