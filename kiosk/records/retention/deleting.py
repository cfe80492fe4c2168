"""Deletes what has been kept for long enough, on a machine's own file or at the centre.

On a machine without a centre the rows that wait to be sent go along. With one, what the centre has
not confirmed stays.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from uuid import UUID

from sqlalchemy import bindparam, func, select, text
from sqlmodel import Session as Transaction

from kiosk.records.database.ahead import ask_ahead, run_together
from kiosk.records.database.writing import mark_changed
from kiosk.records.retention.attendance import (
    drop_people,
    old_attendance,
    people_queries,
    unused_people,
)
from kiosk.records.retention.cutoff import Cutoff, Expired, all_rows, deletable, drop_rows
from kiosk.records.retention.requests import (
    drop_requests,
    fact_questions,
    finished_requests,
    loose_facts,
    old_requests,
)
from kiosk.records.schema.columns import Row, is_central
from kiosk.records.schema.tables import (
    CallbackEvent,
    CallbackRequest,
    CallbackRetiming,
    CallbackWithdrawal,
    CheckIn,
    HeadCount,
    Membership,
    Participant,
    Passcard,
)

_REQUESTS, _LOOSE, _ATTENDANCE, _PEOPLE = (
    "kiosk_delete_requests", "kiosk_delete_loose_facts", "kiosk_delete_attendance",
    "kiosk_delete_people",
)  # fmt: skip
_PULLED = {str(kind.__tablename__) for kind in (Participant, Passcard, Membership)}
_KINDS: dict[str, type[Row]] = {
    str(kind.__tablename__): kind
    for kind in (
        CallbackRequest,
        CallbackEvent,
        CallbackWithdrawal,
        CallbackRetiming,
        CheckIn,
        HeadCount,
        Participant,
    )
}


def expiry_questions(
    requests: Cutoff, attendance: Cutoff, people: Cutoff
) -> list[Callable[[Transaction], object]]:
    """Return what the functions that find something ask first, by the limits they will get."""
    queries = (
        old_requests(requests),
        *loose_facts(requests),
        *old_attendance(attendance),
        *people_queries(people, None),
    )
    return [partial(all_rows, query) for query in queries]


def drop_expired(
    transaction: Transaction, found: Sequence[Expired], cut: Cutoff, unused: Cutoff
) -> Counter[type[Row]]:
    """Delete those of some things found before that still may go; return how many, by kind.

    `cut` limits requests, and `unused` participants. Requests and participants are checked again
    in this transaction: somebody may have reopened one meanwhile, or come back. The events of a
    request go with it, and its withdrawals, typed ones too; all passes and memberships of a
    participant do.
    """
    ids: dict[type[Row], list[UUID]] = defaultdict(list)
    for old in found:
        ids[old.kind].append(old.id)
    requests, people = ids[CallbackRequest], ids[Participant]
    ask_ahead(
        transaction,
        *(
            partial(all_rows, query, transaction)
            for query in people_queries(unused, people)
            if people
        ),
        *fact_questions(transaction, requests),
    )
    done = finished_requests(transaction, requests, cut)
    gone_people = [old.id for old in unused_people(transaction, unused, people)] if people else []
    if is_central(transaction):
        return _drop_there(transaction, list(done), ids, gone_people)
    drop_requests(transaction, done)
    drop_people(transaction, gone_people)
    facts = [old for old in found if old.kind not in (CallbackRequest, Participant)]
    going = Counter(old.kind for old in _drop_facts(transaction, facts, cut))
    return going + Counter({CallbackRequest: len(done), Participant: len(gone_people)})


def _drop_there(
    transaction: Transaction,
    requests: Sequence[UUID],
    found: Mapping[type[Row], Sequence[UUID]],
    people: Sequence[UUID],
) -> Counter[type[Row]]:
    """Let the centre delete rows by its functions: a desk's role may delete nothing.

    They delete what is old enough and done with, and no more.
    """
    asked = {
        _REQUESTS: requests,
        _LOOSE: [
            id_
            for kind in (CallbackEvent, CallbackWithdrawal, CallbackRetiming)
            for id_ in found[kind]
        ],
        _ATTENDANCE: [*found[CheckIn], *found[HeadCount]],
        _PEOPLE: people,
    }
    gone: list[tuple[str, UUID]] = []

    def delete_there(name: str, ids: Sequence[UUID]) -> None:
        rows = getattr(func, name)(bindparam("gone")).table_valued("table_name", "row_id").c
        query = select(rows.table_name, rows.row_id)
        found = transaction.connection().execute(query, {"gone": list(ids)})
        gone.extend((row.table_name, row.row_id) for row in found)

    run_together(
        transaction, *(partial(delete_there, name, ids) for name, ids in asked.items() if ids)
    )
    for table_name, row_id in gone:
        if table_name in _PULLED:
            mark_changed(transaction, table_name, row_id, gone=True)
    return Counter(_KINDS[table_name] for table_name, _ in gone if table_name in _KINDS)


def _drop_facts(
    transaction: Transaction, found: Sequence[Expired], cut: Cutoff
) -> Sequence[Expired]:
    going = deletable(transaction, found, cut)
    by_kind: dict[type[Row], list[UUID]] = defaultdict(list)
    for old in going:
        by_kind[old.kind].append(old.id)
    for kind, ids in by_kind.items():
        drop_rows(transaction, kind, ids)
    return going


def forget_desk_changes(transaction: Transaction) -> None:
    """Let the centre delete what it has noted of desks for long enough; elsewhere nothing."""
    if is_central(transaction):
        transaction.connection().execute(text("SELECT kiosk_forget_desk_changes()"))
