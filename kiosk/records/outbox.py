"""Queries for the rows that wait to be sent, the parked ones, and what the centre has confirmed.

Also writes all unsent rows into a file, for when they cannot be sent.
"""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import IO, Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    bindparam,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    union_all,
    update,
)
from sqlmodel import Session as Transaction
from sqlmodel import SQLModel

from kiosk.domain.central.incarnations import PushMark
from kiosk.domain.ids import made_at
from kiosk.errors import SetupError, StoreFull
from kiosk.records.schema.columns import Fact, Row, payload, table
from kiosk.records.schema.system_tables import Confirmation, Outbox, Parked, SyncState
from kiosk.records.schema.tables import CallbackRequest, Participant, Passcard

_outbox = table(Outbox).c
_parked = table(Parked).c
_confirmation = table(Confirmation).c
_QUEUES = (table(Outbox), table(Parked))
_state = table(SyncState).c
_NOTE_SENT = update(table(SyncState)).values(
    mark=bindparam("mark"),
    pushes=bindparam("pushes"),
    sent_upto=case(
        (_state.sent_upto < bindparam("last"), bindparam("last")), else_=_state.sent_upto
    ),
)
_columns = ("kiosk_seq", "site_id", "table_name", "row_id", "payload")
_WAITING = (
    "SELECT seq, kiosk_seq, site_id, table_name, row_id, payload FROM outbox"
    " WHERE seq > ? ORDER BY seq LIMIT ?"
)
_confirmed_at = select(func.min(_confirmation.at)).where(_confirmation.upto_seq >= bindparam("seq"))
_confirmed_upto = select(func.max(_confirmation.upto_seq))
_how_many_pending = select(func.count()).select_from(table(Outbox))
_how_many_parked = select(func.count()).select_from(table(Parked))
_newest = select(func.max(_outbox.seq))
_oldest = select(_outbox.row_id).order_by(_outbox.seq).limit(1)
_known = select(_confirmation.upto_seq).where(_confirmation.upto_seq == bindparam("seq"))
_held_back = or_(
    select(_outbox.seq).where(_outbox.row_id == bindparam("row")).exists(),
    select(_parked.seq).where(_parked.row_id == bindparam("row")).exists(),
)
_in_range = _outbox.seq.between(bindparam("first"), bindparam("last"))
_how_many_in_range = select(func.count()).select_from(table(Outbox)).where(_in_range)
_drop_range = delete(table(Outbox)).where(_in_range)
_drop_one = delete(table(Outbox)).where(_outbox.seq == bindparam("gone"))
REQUEUED_AT_A_TIME = 200
"""Rows in one transaction, so that no visitor waits."""
_NEVER_SENT = frozenset({"received_at", "sent_nth"})
UNSENT_VERSION = 1
EXPORTED_FILE = "exported.json"
"""In the data folder: up to which `seq` of the outbox every row was exported."""
UNSENT_FILES = "unsent-*.jsonl"
"""The files that an upgrade leaves in the data folder."""
_PROGRESS_EVERY = 1000
_ROWS = (
    "SELECT seq, table_name, row_id, payload FROM outbox"
    " UNION ALL SELECT seq, table_name, row_id, payload FROM parked ORDER BY 1"
)
_EXTENT = "SELECT count(*), max(seq) FROM (SELECT seq FROM outbox UNION ALL SELECT seq FROM parked)"
_MACHINE = "SELECT site_id, kiosk_id FROM sync_state"
ShowProgress = Callable[[int, int], object]
"""Called with how many rows are written, and how many there are."""


class Waiting(NamedTuple):
    """A row on its way to the centre."""

    seq: int
    kiosk_seq: int | None
    site_id: UUID
    table_name: str
    raw_id: UUID | bytes
    """The row's id, or its bytes as they were read; see `row_id`."""
    payload: str

    @property
    def row_id(self) -> UUID:
        """Return the row's id."""
        return self.raw_id if isinstance(self.raw_id, UUID) else UUID(bytes=self.raw_id)


@dataclass(frozen=True, slots=True)
class ParkedRow:
    """A row that the centre has refused for good, without what is in it."""

    seq: int
    kiosk_seq: int | None
    table_name: str
    row_id: UUID
    error: str
    """The refusal's code."""
    parked_at: datetime


@dataclass(frozen=True, slots=True)
class Unsent:
    """How much the centre does not have yet, waiting or parked."""

    count: int
    upto_seq: int
    """The highest `seq` among them."""


def waiting(transaction: Transaction, most: int, after: int = 0) -> list[Waiting]:
    """Return the oldest rows that have not been confirmed, at most `most`.

    `after` leaves out rows up to that `seq`.
    """
    # By the driver itself: SQLAlchemy's rows cost three times what reading them does, and a week's
    # rows are read while visitors wait for the same processor.
    driver: Any = transaction.connection().connection.driver_connection
    return [
        Waiting(seq, kiosk_seq, _cached_id(site), name, row_id, payload)
        for seq, kiosk_seq, site, name, row_id, payload in driver.execute(_WAITING, (after, most))
    ]


def newest_seq(transaction: Transaction) -> int:
    """Return the highest `seq` that waits, 0 where none does; it only ever rises."""
    return transaction.connection().execute(_newest).scalar() or 0


def waiting_since(transaction: Transaction) -> datetime | None:
    """Return when the oldest row that waits to be sent was made; None where none waits.

    By its id, since a fact's id tells its time; by this machine's own clock.
    """
    oldest = transaction.connection().execute(_oldest).scalar()
    return None if oldest is None else made_at(oldest)


def count_pending(transaction: Transaction) -> int:
    """Count the rows that wait to be sent."""
    return transaction.connection().execute(_how_many_pending).scalar_one()


def count_parked(transaction: Transaction) -> int:
    """Count the rows that the centre has refused for good."""
    return transaction.connection().execute(_how_many_parked).scalar_one()


def parked_rows(transaction: Transaction) -> list[ParkedRow]:
    """Return the rows that the centre has refused for good, the oldest first."""
    names = ("seq", "kiosk_seq", "table_name", "row_id", "error", "parked_at")
    query = select(*(_parked[name] for name in names)).order_by(_parked.seq)
    return [ParkedRow(*row) for row in transaction.connection().execute(query)]


def confirm(
    transaction: Transaction, rows: Sequence[Waiting], at: datetime, mark: PushMark | None = None
) -> None:
    """Drop rows that the centre has committed, and keep that its facts had arrived at `at`.

    `mark` is what their push has left at the centre. Rows are sent in their order, so one
    confirmation counts for all facts up to the last of them; those that were held back are still
    in the outbox or parked.
    """
    _drop(transaction, rows)
    facts = [row for row in rows if row.kiosk_seq is not None]
    last = max((row.kiosk_seq or 0 for row in facts), default=0)
    connection = transaction.connection()
    if mark is not None:
        sent = {"mark": mark.id, "pushes": mark.count, "last": last}
        connection.execute(_NOTE_SENT, sent)
    if facts and connection.execute(_known, {"seq": last}).first() is None:
        connection.execute(
            insert(table(Confirmation)).values(upto_seq=last, site_id=facts[0].site_id, at=at)
        )


def begin_pushes(transaction: Transaction, known: PushMark, next_id: UUID) -> None:
    """Keep the mark that the next pushes will leave at the centre, and the last one known there.

    Before anything is sent: a push whose answer is lost is then known as this folder's own.
    """
    values = {"mark": known.id, "pushes": known.count, "next_mark": next_id}
    transaction.connection().execute(update(table(SyncState)).values(values))


def confirmed_upto(transaction: Transaction) -> int:
    """Return the highest `kiosk_seq` that the centre has confirmed; 0 where it never has."""
    return transaction.connection().execute(_confirmed_upto).scalar() or 0


def doubt_confirmations(transaction: Transaction) -> None:
    """Forget what was confirmed: the centre may have lost it."""
    transaction.connection().execute(delete(table(Confirmation)))


def renumber_unsent(transaction: Transaction, above: int, by: int) -> None:
    """Raise the numbers of facts that have never arrived, those above `above`, by `by`.

    The facts themselves stay as they are; they now count among those of another incarnation.
    """
    connection = transaction.connection()
    unsent = union_all(
        *(select(one.c.table_name, one.c.row_id).where(one.c.kiosk_seq > above) for one in _QUEUES)
    ).subquery()
    for name in connection.execute(select(unsent.c.table_name).distinct()).scalars().all():
        facts = SQLModel.metadata.tables.get(name)
        if facts is not None and "kiosk_seq" in facts.c:
            ids = select(unsent.c.row_id).where(unsent.c.table_name == name)
            raised = update(facts).where(facts.c.id.in_(ids))
            connection.execute(raised.values(kiosk_seq=facts.c.kiosk_seq + by))
    for queue in _QUEUES:
        number = queue.c.kiosk_seq + by
        numbered = func.json_set(queue.c.payload, "$.kiosk_seq", number)
        connection.execute(
            update(queue)
            .where(queue.c.kiosk_seq > above)
            .values(
                kiosk_seq=number,
                # What is no JSON is refused by the centre, and stays to be looked at.
                payload=case(
                    (func.json_valid(queue.c.payload) == 1, numbered), else_=queue.c.payload
                ),
            )
        )


def park(transaction: Transaction, row: Waiting, error: str, at: datetime) -> None:
    """Park a row that the centre refuses for good; `error` is a code without values."""
    transaction.connection().execute(
        insert(table(Parked)).values(
            seq=row.seq,
            kiosk_seq=row.kiosk_seq,
            site_id=row.site_id,
            table_name=row.table_name,
            row_id=row.row_id,
            payload=row.payload,
            error=error,
            parked_at=at,
        )
    )
    _drop(transaction, [row])


def unpark(transaction: Transaction, seqs: Sequence[int] | None = None) -> int:
    """Put parked rows (by their `seq`; all for None) into the outbox again; return how many."""
    connection = transaction.connection()
    query = select(_parked.seq, *(_parked[name] for name in _columns)).order_by(_parked.seq)
    if seqs is not None:
        query = query.where(_parked.seq.in_(seqs))
    rows = connection.execute(query).mappings().all()
    if rows:
        fields = [{name: row[name] for name in _columns} for row in rows]
        connection.execute(insert(table(Outbox)), fields)
        gone = delete(table(Parked)).where(_parked.seq == bindparam("gone"))
        connection.execute(gone, [{"gone": row["seq"]} for row in rows])
    return len(rows)


def confirmed_at(transaction: Transaction, row_id: UUID, kiosk_seq: int) -> datetime | None:
    """Return when the centre had a fact of this machine, or None while it is only here."""
    connection = transaction.connection()
    if connection.execute(select(_held_back), {"row": row_id}).scalar():
        return None
    at: datetime | None = connection.execute(_confirmed_at, {"seq": kiosk_seq}).scalar()
    return at


def unqueued_ids(
    transaction: Transaction, kind: type[Row], kiosk_id: UUID, after: UUID | None
) -> Sequence[UUID]:
    """Return ids of this machine's rows above the id `after` that neither wait nor are parked.

    The lowest first, at most REQUEUED_AT_A_TIME. A pass was made here where its participant is
    here: a kiosk pulls passes, and never participants. One that staff have ended is not sent again:
    from a kiosk it would count as a new one.
    """
    rows = table(kind)
    query = (
        select(rows.c.id).where(*_unqueued(rows.c.id)).order_by(rows.c.id).limit(REQUEUED_AT_A_TIME)
    )
    if issubclass(kind, Fact):
        query = query.where(rows.c.kiosk_id == kiosk_id)
    if kind is CallbackRequest:
        # What staff have entered the centre has by its owner's hand, and takes from no kiosk.
        query = query.where(rows.c.entered_by.is_(None))
    if kind is Passcard:
        people = table(Participant).c
        query = query.where(
            rows.c.participant_id.in_(select(people.id)), rows.c.revoked_at.is_(None)
        )
    if after is not None:
        query = query.where(rows.c.id > after)
    return transaction.connection().execute(query).scalars().all()


def enqueue(transaction: Transaction, kind: type[Row], ids: Sequence[UUID]) -> int:
    """Put rows into the outbox once more; return how many of them were still there."""
    rows, connection = table(kind), transaction.connection()
    query = select(rows).where(rows.c.id.in_(ids), *_unqueued(rows.c.id)).order_by(rows.c.id)
    found = connection.execute(query).mappings().all()
    if not found:
        return 0
    fields = [
        {
            "kiosk_seq": row.get("kiosk_seq"),
            "site_id": row["site_id"],
            "table_name": rows.name,
            "row_id": row["id"],
            "payload": payload({k: v for k, v in row.items() if k not in _NEVER_SENT}),
        }
        for row in found
    ]
    connection.execute(insert(table(Outbox)), fields)
    return len(fields)


def count_unsent(connection: Connection) -> Unsent:
    """Return how much the centre does not have yet, from a database of any revision."""
    count, upto = connection.exec_driver_sql(_EXTENT).one()
    return Unsent(count, upto or 0)


def write_unsent(
    connection: Connection, path: Path, progress: ShowProgress | None = None
) -> Unsent:
    """Write all unsent rows to `path` (0600), whole or not at all, in place of an older file.

    A first line of JSON has whose they are, `{"kiosk_unsent": 1, "site_id", "kiosk_id", "count"}`,
    then one for each row, `{"table", "row_id", "payload"}`, as the outbox holds it; personal data
    in it stay sealed. `kiosk central import` stores such a file at the centre.

    Reads in the caller's transaction. Raises StoreFull where the file cannot be written and
    SetupError where the database is no machine's.
    """
    machine = connection.exec_driver_sql(_MACHINE).first()
    if machine is None:
        raise SetupError("This database knows no machine; there is nothing to export.")
    there = count_unsent(connection)
    header = {
        "kiosk_unsent": UNSENT_VERSION,
        "site_id": str(UUID(bytes=machine[0])),
        "kiosk_id": str(UUID(bytes=machine[1])),
        "count": there.count,
    }

    def write(file: IO[str]) -> None:
        file.write(f"{json.dumps(header)}\n")
        for done, line in enumerate(_lines(connection), 1):
            file.write(line)
            if progress is not None and (done % _PROGRESS_EVERY == 0 or done == there.count):
                progress(done, there.count)

    _write_whole(path, write)
    return there


def set_exported_upto(folder: Path, upto_seq: int) -> None:
    """Keep in the data folder up to which `seq` every row lies in a file."""
    if upto_seq > exported_upto(folder):
        text = json.dumps({"upto_seq": upto_seq})
        _write_whole(folder / EXPORTED_FILE, lambda file: file.write(text))


def exported_upto(folder: Path) -> int:
    """Return up to which `seq` every row lies in a file; 0 where none does."""
    try:
        data: Any = json.loads((folder / EXPORTED_FILE).read_text(encoding="utf-8"))
        return int(data["upto_seq"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return 0


def keep_unsent(connection: Connection, folder: Path, revision: str) -> Path | None:
    """Write what is unsent into the data folder before an upgrade; None where nothing is.

    The name holds revision and last row, so that a second try writes the same file again.
    """
    there = count_unsent(connection)
    if there.count == 0:
        return None
    path = folder / UNSENT_FILES.replace("*", f"{revision}-{there.upto_seq}")
    write_unsent(connection, path)
    set_exported_upto(folder, there.upto_seq)
    return path


def leave_out_of_files(folder: Path, named: Sequence[str]) -> None:
    """Leave rows that hold one of some names (ids, lookups in hex) out of the files of upgrades.

    StoreFull where such a file cannot be written.
    """
    for path in folder.glob(UNSENT_FILES):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if not any(name in line for name in named)]
        if len(kept) < len(lines):
            header = {**json.loads(kept[0]), "count": len(kept) - 1}
            text = "".join([f"{json.dumps(header)}\n", *kept[1:]])
            with path.open("r+b") as old:
                # The new file first: a cut in between must lose no row.
                _write_whole(path, partial(_write_text, text))
                with suppress(OSError):
                    old.write(bytes(os.fstat(old.fileno()).st_size))
                    os.fsync(old.fileno())


def _write_text(text: str, file: IO[str]) -> None:
    file.write(text)


def delete_unsent_files(folder: Path) -> None:
    """Delete what upgrades have kept, once the centre has everything: it must not outlive it."""
    for path in (*folder.glob(UNSENT_FILES), folder / EXPORTED_FILE):
        with suppress(OSError):
            path.unlink()


def _drop(transaction: Transaction, rows: Sequence[Waiting]) -> None:
    """Drop rows, by one statement where no other row is between them."""
    if not rows:
        return
    connection = transaction.connection()
    ends = {"first": rows[0].seq, "last": rows[-1].seq}
    if connection.execute(_how_many_in_range, ends).scalar_one() <= len(rows):
        connection.execute(_drop_range, ends)
    else:
        connection.execute(_drop_one, [{"gone": row.seq} for row in rows])


@lru_cache(maxsize=4)
def _cached_id(raw: bytes) -> UUID:
    """Turn bytes into an id that is the same for row after row."""
    return UUID(bytes=raw)


def _unqueued(id_: "ColumnElement[UUID]") -> "list[ColumnElement[bool]]":
    return [~select(one.c.seq).where(one.c.row_id == id_).exists() for one in _QUEUES]


def _lines(connection: Connection) -> Iterator[str]:
    for _seq, name, row_id, text in connection.exec_driver_sql(_ROWS):
        # The payload is JSON without line breaks already; nothing is gained by parsing it.
        head = json.dumps({"table": name, "row_id": str(UUID(bytes=row_id))})
        yield f'{head[:-1]}, "payload": {text}}}\n'


def _write_whole(path: Path, write: Callable[[IO[str]], object]) -> None:
    new = path.with_name(f".{path.name}.new")
    try:
        new.unlink(missing_ok=True)
        handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError as error:
        with suppress(OSError):
            new.unlink()
        raise StoreFull(
            f"{path} cannot be written ({error.strerror}); mend its disk or its rights."
        ) from None
