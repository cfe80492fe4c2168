"""Brings reference data from the centre; nothing is missed, and nothing lost to a short answer."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final
from uuid import UUID

from kiosk.records import pulled_rows
from kiosk.records.central.setup import PULLED
from kiosk.records.database.store import Records, Store
from kiosk.records.outbox import leave_out_of_files
from kiosk.records.person.erasing import drop_marked
from kiosk.records.pulled_rows import PULL_ALL, drop_passes, drop_people, keep_rows
from kiosk.sync.remote import CentralAnswer, Change, Remote, Values

AT_A_TIME: Final = 500
"""Rows in one local transaction: 25 ms when measured, which a visitor does not notice."""
_TABLES: Final = (*PULLED, "kiosk_device")
_PASSES, _PEOPLE, _MARKS = "passcard", "participant", "erased"
_PLACE: Final = "sent_nth"


@dataclass(frozen=True, slots=True)
class Pulled:
    """What came."""

    rows: int = 0
    unfit: int = 0
    """Rows with values that cannot be; they were left out."""

    def __add__(self, other: "Pulled") -> "Pulled":
        return Pulled(self.rows + other.rows, self.unfit + other.unfit)


def pull_all(store: Records, remote: Remote, site_id: UUID) -> Pulled:
    """Copy every readable row of the site; deletes nothing.

    What changes at the centre meanwhile is for `pull_changes` to bring.
    """
    pulled = Pulled()
    for name in _TABLES:
        after: UUID | None = None
        while rows := remote.page(name, after, AT_A_TIME):
            unfit = _keep(store, name, site_id, rows)
            pulled += Pulled(len(rows) - unfit, unfit)
            last = _last_id(rows)
            if last is None or (after is not None and last <= after):
                break
            after = last
    return pulled


def pull_changes(
    store: Records, remote: Remote, site_id: UUID, kiosk_id: UUID, contact: CentralAnswer
) -> Pulled:
    """Bring what has changed up to the count of `contact`, or all where the changes do not join on.

    The cursor moves in the transaction that keeps the rows. Changes count up without a gap at the
    centre; where one is missing, the log was cut or put back, and everything is read. Passes that
    kiosks have made stand in no log: each kiosk's are numbered by themselves.
    """
    with store.read() as transaction:
        cursor = pulled_rows.read_state(transaction, kiosk_id).cursor
    pulled = Pulled()
    while PULL_ALL < cursor < contact.count:
        changes = remote.changes(cursor, contact.count, AT_A_TIME)
        if not _joins_on(changes, cursor, contact.count):
            cursor = PULL_ALL
            break
        pulled += _apply(store, remote, site_id, kiosk_id, changes)
        cursor = changes[-1].v
    if cursor == PULL_ALL or cursor > contact.count:
        with store.write() as transaction:
            pulled_rows.forget_passes_known(transaction)
        pulled += pull_all(store, remote, site_id)
        with store.write() as transaction:
            pulled_rows.set_cursor(transaction, kiosk_id, contact.count)
    return pulled + _pull_passes(store, remote, site_id)


def _pull_passes(store: Records, remote: Remote, site_id: UUID) -> Pulled:
    """Bring the passes that kiosks have sent beyond those that are known here."""
    with store.read() as transaction:
        known = pulled_rows.passes_known(transaction)
    pulled = Pulled()
    while rows := remote.sent_passes(known, AT_A_TIME):
        with store.write() as transaction:
            unfit = keep_rows(transaction, _PASSES, site_id, rows)
        pulled += Pulled(len(rows) - unfit, unfit)
        before = dict(known)
        for row in rows:
            kiosk_id, nth = row.get("kiosk_id"), row.get(_PLACE)
            if isinstance(kiosk_id, UUID) and isinstance(nth, int):
                known[kiosk_id] = max(nth, known.get(kiosk_id, nth))
        if known == before:
            break
    return pulled


def _keep(store: Records, name: str, site_id: UUID, rows: Sequence[Values]) -> int:
    """Keep rows, and drop what the marks among them name; return how many were left out."""
    with store.write() as transaction:
        unfit = keep_rows(transaction, name, site_id, _without_places(rows))
        if name != _MARKS:
            return unfit
        named = drop_marked(transaction, [UUID(str(row["id"])) for row in rows])
    store.checkpoint()
    if isinstance(store, Store):
        leave_out_of_files(store.path.parent, named)
    return unfit


def _without_places(rows: Sequence[Values]) -> Sequence[Values]:
    """Return rows without their place among what a kiosk has sent.

    Only `_pull_passes` meets them in that order: a place from elsewhere would hide those before it.
    """
    return [{key: row[key] for key in row.keys() - {_PLACE}} for row in rows]


def _joins_on(changes: Sequence[Change], cursor: int, upto: int) -> bool:
    if not changes or changes[0].v != cursor + 1 or changes[-1].v > upto:
        return False
    return all(one.v + 1 == other.v for one, other in pairwise(changes))


def _apply(
    store: Records, remote: Remote, site_id: UUID, kiosk_id: UUID, changes: Sequence[Change]
) -> Pulled:
    """Read what some changes name, in as many parts as it needs, and move the cursor behind it."""
    gone: dict[str, dict[UUID, bool]] = defaultdict(dict)
    for change in changes:
        gone[change.table_name][change.row_id] = change.gone
    pulled = Pulled()
    for name in _TABLES:
        here = sorted(id_ for id_, is_gone in gone.get(name, {}).items() if not is_gone)
        while here and (found := remote.rows(name, here)):
            unfit = _keep(store, name, site_id, found)
            pulled += Pulled(len(found) - unfit, unfit)
            last = _last_id(found)
            here = [id_ for id_ in here if last is not None and id_ > last]
    with store.write() as transaction:
        drop_passes(transaction, [id_ for id_, is_gone in gone[_PASSES].items() if is_gone])
        drop_people(transaction, [id_ for id_, is_gone in gone[_PEOPLE].items() if is_gone])
        pulled_rows.set_cursor(transaction, kiosk_id, changes[-1].v)
    return pulled


def _last_id(rows: Sequence[Values]) -> UUID | None:
    ids = [id_ for row in rows if isinstance(id_ := row.get("id"), UUID)]
    return max(ids, default=None)
