"""Queries for callback requests, what staff did about them, and their withdrawals."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    LargeBinary,
    Select,
    String,
    and_,
    bindparam,
    func,
    select,
    type_coerce,
)
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session as Transaction

from kiosk.domain.callbacks.request import Retiming
from kiosk.domain.callbacks.state import (
    AttemptResult,
    EventKind,
    RequestEvent,
)
from kiosk.domain.clock_sync import corrected
from kiosk.domain.text import clean
from kiosk.errors import RevisionTaken
from kiosk.records.database.writing import add_fact
from kiosk.records.schema.columns import is_central, of_site, table
from kiosk.records.schema.tables import (
    CallbackEvent,
    CallbackForm,
    CallbackRequest,
    CallbackRetiming,
    CallbackWithdrawal,
)

_request = table(CallbackRequest).c
_event = table(CallbackEvent).c
_withdrawal = table(CallbackWithdrawal).c
_retiming = table(CallbackRetiming).c
_undoing = table(CallbackEvent).alias("undoing").c
_call = table(CallbackEvent).alias("call").c
_undoing_call = table(CallbackEvent).alias("undoing_call").c
# In the order of the fields of KeptRequest.
_kept: "Select[*tuple[Any, ...]]" = select(
    _request.id,
    _request.ref,
    _request.created_at,
    _request.kiosk_id,
    _request.kiosk_seq,
    _request.slip_lookup,
    _request.windows,
    _request.not_before,
    _request.ui_language,
    _request.source,
)
_by_slip = _kept.where(_request.slip_lookup == bindparam("slip")).limit(1)
_made_since = (
    _kept.where(_request.site_id == bindparam("site"), _request.created_at >= bindparam("since"))
    .order_by(_request.created_at.desc())
    .limit(bindparam("most"))
)
_by_id = _kept.where(_request.id == bindparam("request"))
# In the order of the fields of ListedRequest.
_listed: "Select[*tuple[Any, ...]]" = select(
    _request.id,
    _request.ref,
    _request.created_at,
    _request.received_at,
    _request.clock_doubtful,
    _request.sealed,
    _request.call_language,
    _request.windows,
    _request.not_before,
    _request.ui_language,
    _request.clock_offset_ms,
    _request.source,
    _request.entered_by,
    _request.consent_by,
    _request.consent_how,
)
# The same as SQLite keeps them: SQLAlchemy takes twice as long to read them.
_listed_raw: "Select[*tuple[Any, ...]]" = select(
    type_coerce(_request.id, LargeBinary),
    _request.ref,
    type_coerce(_request.created_at, String),
    type_coerce(_request.received_at, String),
    _request.clock_doubtful,
    _request.sealed,
    _request.call_language,
    _request.windows,
    type_coerce(_request.not_before, String),
    _request.ui_language,
    _request.clock_offset_ms,
    _request.source,
    type_coerce(_request.entered_by, LargeBinary),
    _request.consent_by,
    _request.consent_how,
)
_news_keys = select(_request.id, _request.news_key).where(
    _request.id.in_(bindparam("ids", expanding=True)), _request.news_key.is_not(None)
)
_form = table(CallbackForm).c
_form_taken = select(_form.id).where(_form.ref == bindparam("ref")).limit(1)
_forms: "Select[*tuple[Any, ...]]" = select(
    _form.id, _form.ref, _form.slip_lookup, _form.ticket_hash, _form.news_key
).where(_form.site_id == bindparam("site"))
_form_by_ref = _forms.where(_form.ref == bindparam("ref")).limit(1)
_form_by_slip = _forms.where(_form.slip_lookup == bindparam("slip")).limit(1)
_ref_taken = select(_request.id).where(_request.ref == bindparam("ref")).limit(1)
_TAKEN = (_ref_taken, _form_taken)
_REFS: "BindParameter[Any]" = bindparam("refs", expanding=True)
_TAKEN_AMONG = (
    select(_request.ref).where(_request.ref.in_(_REFS)),
    select(_form.ref).where(_form.ref.in_(_REFS)),
)
_by_ref = select(_request.id).where(_request.ref == bindparam("ref"), of_site(_request))
# In the order of the fields of RequestEvent.
EVENTS: "Select[*tuple[Any, ...]]" = select(
    _event.id,
    _event.revision,
    _event.kind,
    _event.outcome,
    _event.at,
    _event.by_staff,
    _event.next_at,
    _event.other_id,
    _event.with_staff,
)
_events_of = EVENTS.where(_event.request_id == bindparam("request"))
_noted_events_of = _events_of.add_columns(_event.sealed_note).order_by(_event.revision, _event.id)
_IDS: "BindParameter[Any]" = bindparam("ids", expanding=True)
_events_of_some = EVENTS.add_columns(_event.request_id).where(_event.request_id.in_(_IDS))
_slips_of_some = select(_withdrawal.request_id, _withdrawal.at, _withdrawal.clock_offset_ms).where(
    _withdrawal.request_id.in_(_IDS)
)
_entered: "Select[*tuple[Any, ...]]" = (
    select(_request.id, _request.ref, _request.created_at, _request.source)
    .where(_request.entered_by == bindparam("staff"), of_site(_request))
    .order_by(_request.created_at.desc(), _request.id)
    .limit(bindparam("most"))
)
_withdrawals_of = select(_withdrawal.id, _withdrawal.at, _withdrawal.clock_offset_ms).where(
    _withdrawal.request_id == bindparam("request")
)
_typed_withdrawals = select(_withdrawal.at, _withdrawal.clock_offset_ms).where(
    _withdrawal.ref == bindparam("ref")
)
# In the order of the arguments of `read_retiming`.
RETIMINGS: "Select[*tuple[Any, ...]]" = select(
    _retiming.id,
    _retiming.at,
    _retiming.clock_offset_ms,
    _retiming.windows,
    _retiming.not_before,
)
_retimings_of = RETIMINGS.where(_retiming.request_id == bindparam("request"))
_dismissals = (
    select(_event.at)
    .join(_request.id.table, _request.id == _event.request_id)
    .where(_request.ref == bindparam("ref"), _event.kind == bindparam("kind"))
)
_IN_UTC = "+00:00"
"""Times are kept in UTC without their offset."""
_closed = (
    select(_event.request_id.label("request_id"))
    .outerjoin(
        _undoing.id.table,
        and_(
            _undoing.request_id == _event.request_id,
            _undoing.kind == EventKind.UNDONE.value,
            _undoing.other_id == _event.id,
        ),
    )
    .where(
        _event.site_id == bindparam("site"),
        _event.kind == EventKind.CLOSED.value,
        _event.at >= bindparam("since"),
        _undoing.id.is_(None),
    )
    .order_by(_event.at.desc())
    .limit(bindparam("most"))
    .subquery("closed")
)
_first_calls = (
    select(_request.created_at, func.min(_call.at))
    .select_from(_closed)
    .join(_request.id.table, _request.id == _closed.c.request_id)
    .join(
        _call.id.table,
        and_(
            _call.request_id == _request.id,
            _call.kind == EventKind.ATTEMPT.value,
            # A text is no call.
            _call.outcome != AttemptResult.TEXT_SENT.value,
        ),
    )
    .outerjoin(
        _undoing_call.id.table,
        and_(
            _undoing_call.request_id == _request.id,
            _undoing_call.kind == EventKind.UNDONE.value,
            _undoing_call.other_id == _call.id,
        ),
    )
    .where(_undoing_call.id.is_(None))
    .group_by(_request.id, _request.created_at)
)


@dataclass(frozen=True, slots=True)
class KeptRequest:
    """A request as a kiosk needs it; nothing of the person."""

    id: UUID
    ref: str
    created_at: datetime
    kiosk_id: UUID
    kiosk_seq: int
    slip_lookup: bytes
    windows: str
    not_before: date | None
    ui_language: str
    source: str


class ListedRequest(NamedTuple):
    """A request as a caller needs it; a plain tuple, for they come by the ten thousand."""

    id: UUID
    ref: str
    created_at: datetime
    received_at: datetime | None
    clock_doubtful: bool
    sealed: bytes
    """The person."""
    call_language: str
    windows: str
    not_before: date | None
    ui_language: str
    clock_offset_ms: int | None
    """Of the clock that `created_at` is by."""
    source: str
    entered_by: UUID | None
    consent_by: str
    consent_how: str


class KeptSlip(NamedTuple):
    """What is kept of a slip; its secret is kept nowhere."""

    lookup: bytes
    ticket_hash: bytes
    """Of what asks the centre for its news."""
    news_key: bytes
    """The public key that its news are sealed to."""


class KeptForm(NamedTuple):
    """A paper form that was made."""

    id: UUID
    ref: str
    slip: KeptSlip


@dataclass(frozen=True, slots=True)
class EnteredRow:
    """A request as whoever entered it may see it."""

    id: UUID
    ref: str
    created_at: datetime
    source: str
    events: list[RequestEvent] = field(default_factory=list)
    withdrawals: list[datetime] = field(default_factory=list)
    """When its slip was used to take it back."""


@dataclass(frozen=True, slots=True)
class NotedEvent:
    """An event with the staff note that was sealed with it."""

    event: RequestEvent
    sealed_note: bytes | None


@dataclass(frozen=True, slots=True)
class SlipWithdrawal:
    """A withdrawal by slip."""

    id: UUID
    at: datetime


class RequestQuery:
    """A query for requests as a caller needs them; read fast from a kiosk's own file."""

    def __init__(self, *wanted: "ColumnElement[bool]") -> None:
        """Take what the requests have to fulfil."""
        self._plain = _listed.where(*wanted)
        self._raw = _listed_raw.where(*wanted)

    def read(
        self, transaction: Transaction, values: Mapping[str, object]
    ) -> Iterator[ListedRequest]:
        """Return the requests, in no order."""
        connection = transaction.connection()
        if is_central(transaction):
            return map(ListedRequest._make, connection.execute(self._plain, values))
        return map(_from_file, connection.execute(self._raw, values))


_listed_by_id = RequestQuery(_request.id == bindparam("request"), of_site(_request))


def find(transaction: Transaction, request_id: UUID) -> KeptRequest | None:
    """Find a request by its id."""
    row = transaction.connection().execute(_by_id, {"request": request_id}).first()
    return None if row is None else KeptRequest(*row)


def find_by_slip(transaction: Transaction, slip_lookup: bytes) -> KeptRequest | None:
    """Find a request by the lookup of its slip."""
    row = transaction.connection().execute(_by_slip, {"slip": slip_lookup}).first()
    return None if row is None else KeptRequest(*row)


def ids_by_reference(transaction: Transaction, site_id: UUID, ref: str) -> list[UUID]:
    """Return the requests of a site that have a reference; more than one only by a fault."""
    wanted = {"site": site_id, "ref": ref}
    return [row.id for row in transaction.connection().execute(_by_ref, wanted)]


def ref_is_taken(transaction: Transaction, ref: str) -> bool:
    """Return whether a reference has been given out on this kiosk, to a request or a paper form."""
    connection, asked = transaction.connection(), {"ref": ref}
    return any(connection.execute(one, asked).first() is not None for one in _TAKEN)


def references_taken(transaction: Transaction, refs: Collection[str]) -> set[str]:
    """Return those of some references that have been given out, as `ref_is_taken` does."""
    connection, asked = transaction.connection(), {"refs": list(refs)}
    return {ref for one in _TAKEN_AMONG for ref in connection.execute(one, asked).scalars()}


def find_form(
    transaction: Transaction, site_id: UUID, ref: str, slip_lookup: bytes
) -> KeptForm | None:
    """Find a paper form of a site by its reference, or by the lookup of its code."""
    query, wanted = (_form_by_ref, {"ref": ref}) if ref else (_form_by_slip, {"slip": slip_lookup})
    row = transaction.connection().execute(query, {"site": site_id, **wanted}).first()
    if row is None:
        return None
    return KeptForm(row.id, row.ref, KeptSlip(row.slip_lookup, row.ticket_hash, row.news_key))


def entered_by(
    transaction: Transaction, site_id: UUID, staff_id: UUID, most: int
) -> list[EnteredRow]:
    """Return the latest requests that a member of staff has entered, with what was done about each.

    Nothing of the person is read, and nothing that anybody else has entered.
    """
    connection = transaction.connection()
    asked = {"site": site_id, "staff": staff_id, "most": most}
    found = [EnteredRow(*row) for row in connection.execute(_entered, asked)]
    by_id = {one.id: one for one in found}
    if found:
        for request_id, event in events_of_some(transaction, list(by_id)):
            by_id[request_id].events.append(event)
        for request_id, at, offset in connection.execute(_slips_of_some, {"ids": list(by_id)}):
            by_id[request_id].withdrawals.append(corrected(at, offset))
    return found


def news_keys(transaction: Transaction, ids: Sequence[UUID]) -> dict[UUID, bytes]:
    """Return the public keys that what slips say is sealed to, by request; older have none."""
    found = transaction.connection().execute(_news_keys, {"ids": list(ids)})
    return {row.id: row.news_key for row in found}


def find_listed(transaction: Transaction, site_id: UUID, request_id: UUID) -> ListedRequest | None:
    """Find a request of a site by its id, as a caller needs it."""
    wanted = {"site": site_id, "request": request_id}
    return next(_listed_by_id.read(transaction, wanted), None)


def events_of_some(
    transaction: Transaction, ids: Sequence[UUID]
) -> Iterator[tuple[UUID, RequestEvent]]:
    """Return the events of some requests, each with its request's id."""
    for *event, request_id in transaction.connection().execute(_events_of_some, {"ids": ids}):
        yield request_id, RequestEvent(*event)


def events_of(transaction: Transaction, request_id: UUID) -> list[RequestEvent]:
    """Return the events of one request, in no order."""
    rows = transaction.connection().execute(_events_of, {"request": request_id})
    return [RequestEvent(*row) for row in rows]


def noted_events_of(transaction: Transaction, request_id: UUID) -> list[NotedEvent]:
    """Return the events of one request with their sealed notes, by revision."""
    rows = transaction.connection().execute(_noted_events_of, {"request": request_id})
    return [NotedEvent(RequestEvent(*event), note) for *event, note in rows]


def add_event(transaction: Transaction, event: CallbackEvent, now: datetime) -> None:
    """Add what staff did; RevisionTaken where the revision was used by another event.

    After RevisionTaken the transaction is of no use: let it roll back.
    """
    try:
        add_fact(transaction, event, now)
    except IntegrityError:
        raise RevisionTaken("Somebody changed this request at the same time.") from None


def slip_withdrawals_of(transaction: Transaction, request_id: UUID) -> list[SlipWithdrawal]:
    """Return the withdrawals of a request by its slip; empty where there is none."""
    rows = transaction.connection().execute(_withdrawals_of, {"request": request_id})
    return [SlipWithdrawal(row.id, corrected(row.at, row.clock_offset_ms)) for row in rows]


def withdrawal_times(transaction: Transaction, request_id: UUID) -> list[datetime]:
    """Return when a request was withdrawn by its slip; empty where it was not."""
    return [one.at for one in slip_withdrawals_of(transaction, request_id)]


def retimings_of(transaction: Transaction, request_id: UUID) -> list[Retiming]:
    """Return the other times that were chosen by the slip of a request, in no order."""
    rows = transaction.connection().execute(_retimings_of, {"request": request_id})
    return [read_retiming(*row) for row in rows]


def read_retiming(
    id_: UUID, at: datetime, offset_ms: int | None, windows: str, not_before: date | None
) -> Retiming:
    """Read a row of RETIMINGS; its codes are hostile text."""
    codes = tuple(clean(code) for code in windows.split(",") if code)
    return Retiming(id_, corrected(at, offset_ms), codes, not_before)


def requests_since(
    transaction: Transaction, site_id: UUID, since: datetime, most: int
) -> list[KeptRequest]:
    """Return the latest `most` requests of a site that were made since then."""
    wanted = {"site": site_id, "since": since, "most": most}
    return [KeptRequest(*row) for row in transaction.connection().execute(_made_since, wanted)]


def typed_withdrawal_times(transaction: Transaction, ref: str) -> list[datetime]:
    """Return when a reference was typed to withdraw it."""
    rows = transaction.connection().execute(_typed_withdrawals, {"ref": ref})
    return [corrected(row.at, row.clock_offset_ms) for row in rows]


def dismissal_times(transaction: Transaction, ref: str) -> list[datetime]:
    """Return when staff found that a typed reference was not the visitor's; undone ones too."""
    wanted = {"ref": ref, "kind": EventKind.NOTE_DISMISSED.value}
    return [row.at for row in transaction.connection().execute(_dismissals, wanted)]


def first_calls(
    transaction: Transaction, site_id: UUID, since: datetime, most: int
) -> list[tuple[datetime, datetime]]:
    """Return when the requests of the latest `most` closings since then were made and first rung.

    A request that was closed, reopened and closed again is one of them, once.
    """
    wanted = {"site": site_id, "since": since, "most": most}
    return [(made, rung) for made, rung in transaction.connection().execute(_first_calls, wanted)]


def _from_file(row: Iterable[Any]) -> ListedRequest:
    """Read a row as SQLite keeps it."""
    id_, ref, made, received, doubtful, sealed, language, windows, not_before, *more = row
    ui_language, offset, source, by, *consent = more
    return ListedRequest(
        UUID(bytes=id_),
        ref,
        datetime.fromisoformat(made + _IN_UTC),
        None if received is None else datetime.fromisoformat(received + _IN_UTC),
        doubtful,
        sealed,
        language,
        windows,
        None if not_before is None else date.fromisoformat(not_before),
        ui_language,
        offset,
        source,
        None if by is None else UUID(bytes=by),
        *consent,
    )
