"""Stores at the centre the rows that a machine could not send, from the file that it wrote."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final
from uuid import UUID

from kiosk.errors import SetupError, StoreRefused
from kiosk.records.central import machines
from kiosk.records.central.connection import Address
from kiosk.records.central.owner import owner_transaction
from kiosk.records.central.setup import MADE_ANYWHERE
from kiosk.records.database.writing import mark_changed
from kiosk.records.outbox import UNSENT_VERSION
from kiosk.records.schema.system_tables import FACTS
from kiosk.sync.postgres import insert_rows
from kiosk.sync.remote import is_about_a_row

_FACTS: Final = frozenset(str(fact.__tablename__) for fact in FACTS)
_AT_A_TIME = 1000
_LONGEST_LINE = 1_000_000
_NOT_ONE = "That is no file of unsent records; `kiosk sync export` writes one."


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file."""

    stored: int
    """Rows that are at the centre now, whether they came just now or before."""
    refused: tuple[str, ...]
    """Codes (SQLSTATE) of the rows that the centre does not take."""


@dataclass(frozen=True, slots=True)
class _Line:
    table_name: str
    row_id: UUID
    payload: str


@dataclass(frozen=True, slots=True)
class _Header:
    site_id: UUID
    kiosk_id: UUID
    count: int


def import_unsent(owner: Address, lines: Iterable[str]) -> Imported:
    """Store the rows of a file, whose lines are given; harmless when repeated.

    The owner may write anything, so every row is checked to be the machine's own. Raises
    SetupError where the file is none, is damaged or was cut short, or where the centre does not
    know the machine; what stood before is stored by then.
    """
    rest = iter(lines)
    header = _header(next(rest, ""))
    with owner_transaction(owner) as transaction:
        if machines.own_row(transaction, header.kiosk_id) is None:
            raise SetupError("The centre does not know the machine that wrote this file.")
    stored, count, refused = 0, 0, []
    rows = _checked(rest, header)
    while batch := list(islice(rows, _AT_A_TIME)):
        codes = list(_store(owner, header, batch))
        count += len(batch)
        stored += len(batch) - len(codes)
        refused += codes
    if count != header.count:
        raise SetupError(
            f"The file was cut short: {count} of {header.count} records are in it and were looked"
            " at; copy the whole file and run this again."
        )
    return Imported(stored, tuple(refused))


def _header(line: str) -> _Header:
    try:
        data: Any = json.loads(line)
        if data["kiosk_unsent"] != UNSENT_VERSION:
            raise SetupError("This file was written by a newer kiosk; install that version.")
        return _Header(UUID(data["site_id"]), UUID(data["kiosk_id"]), int(data["count"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise SetupError(_NOT_ONE) from None


def _checked(lines: Iterable[str], header: _Header) -> Iterator[_Line]:
    for number, line in enumerate(lines, 2):
        try:
            yield _line(line, header)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise SetupError(
                f"Line {number} of the file is damaged or is no record of its machine; what stood"
                " before it is at the centre now."
            ) from None


def _line(line: str, header: _Header) -> _Line:
    if len(line) > _LONGEST_LINE:
        raise ValueError("longer than any record")
    data = json.loads(line)
    name, row_id, payload = str(data["table"]), UUID(data["row_id"]), data["payload"]
    if name not in _FACTS and name not in MADE_ANYWHERE:
        raise ValueError("no such record")
    if (UUID(payload["id"]), UUID(payload["site_id"])) != (row_id, header.site_id):
        raise ValueError("another row than it says")
    if name in _FACTS and UUID(payload["kiosk_id"]) != header.kiosk_id:
        raise ValueError("a fact of another machine")
    return _Line(name, row_id, json.dumps(payload))


def _store(owner: Address, header: _Header, rows: Sequence[_Line]) -> Iterator[str]:
    """Store rows in one transaction, halved to find those that are refused; yield their codes."""
    try:
        machine = {"site": header.site_id, "kiosk": header.kiosk_id}
        with owner_transaction(owner, header.site_id) as transaction:
            for name in sorted({row.table_name for row in rows}):
                some = [row for row in rows if row.table_name == name]
                insert_rows(transaction.connection(), name, (row.payload for row in some), machine)
                if name == "passcard":
                    for row in some:
                        mark_changed(transaction, name, row.row_id)
    except StoreRefused as refusal:
        if not is_about_a_row(refusal):
            raise
        if len(rows) == 1:
            yield refusal.code
            return
        middle = len(rows) // 2
        yield from _store(owner, header, rows[:middle])
        yield from _store(owner, header, rows[middle:])
