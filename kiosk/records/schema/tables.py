"""The tables of what the clinic keeps: reference data and facts. No logic.

`received_at` and the other system columns of facts come from `Fact`. Facts carry no foreign keys: a
void or an event may arrive before what it names.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, UniqueConstraint, false, text
from sqlmodel import Field

from kiosk.records.schema.columns import Fact, Id, MadeAnywhere, Reference, Row

_VOIDS_ONLY = text("void_of IS NOT NULL")
_SENT_ONLY = text("sent_nth IS NOT NULL")
_ENTERED_ONLY = text("entered_by IS NOT NULL")


def _default(code: str) -> dict[str, object]:
    return {"server_default": text(f"'{code}'")}


class Site(Reference, table=True):
    """One clinic."""

    __tablename__ = "site"

    name: str
    zone: str
    """IANA name, for example Asia/Singapore."""
    country: str
    """ISO 3166, two letters; how telephone numbers are read."""
    founded_at: datetime


class SupportGroup(Reference, table=True):
    """A peer support group."""

    __tablename__ = "support_group"

    name: str
    """As staff call it."""
    public_label: str
    """As the public screens call it: neutral, for example "Room 2"."""
    about: str = ""
    language: str
    room: str
    capacity: int | None = None
    enrolled: bool = False
    """Whether it keeps a list of members; else anyone may come."""
    source: str | None = Field(default=None, index=True)
    """What an imported file calls it; the same name again means the same group."""


class GroupSession(Reference, table=True):
    """One meeting of a group."""

    __tablename__ = "group_session"
    __table_args__ = (Index("ix_group_session_start", "site_id", "starts_at"),)

    group_id: UUID = Field(sa_type=Id)
    starts_at: datetime
    ends_at: datetime
    room: str
    capacity: int | None = None
    status: str = "scheduled"
    """scheduled or cancelled."""
    cancelled_reason: str | None = None
    series_id: UUID | None = Field(default=None, sa_type=Id)
    """Shared by the sessions that were planned together."""
    source: str | None = Field(default=None, index=True)
    """What an imported file calls it (UID and original start); the same again means this one."""


class Participant(MadeAnywhere, table=True):
    """Somebody who comes to groups; nothing about them in clear."""

    __tablename__ = "participant"

    sealed_name: bytes
    """Sealed to the roster keys."""
    language: str
    created_at: datetime


class Membership(Reference, table=True):
    """A participant enrolled in a group."""

    __tablename__ = "membership"
    __table_args__ = (
        Index("ix_membership_participant", "participant_id"),
        Index("ix_membership_group", "group_id"),
    )

    participant_id: UUID = Field(sa_type=Id)
    group_id: UUID = Field(sa_type=Id)


class Passcard(MadeAnywhere, table=True):
    """A pass; of its secret only what cannot be turned back.

    The centre keeps one row for a lookup: the first one that came.
    """

    __tablename__ = "passcard"
    __table_args__ = (
        Index("ix_passcard_lookup", "lookup"),
        Index("ix_passcard_participant", "participant_id"),
        Index(
            "ix_passcard_sent",
            "site_id",
            "kiosk_id",
            "sent_nth",
            sqlite_where=_SENT_ONLY,
            postgresql_where=_SENT_ONLY,
        ),
    )

    lookup: bytes
    """BLAKE2b-128 of the secret."""
    participant_id: UUID = Field(sa_type=Id)
    name_box: bytes
    """The first name, under a key that only the pass itself gives."""
    language: str
    created_at: datetime
    revoked_at: datetime | None = None
    sent_nth: int | None = Field(default=None, sa_type=BigInteger)
    """Its place among the passes that its kiosk has sent; the other kiosks pull them by it. None
    for what a desk has made, which stands in the change log."""


class CheckIn(Fact, table=True):
    """Somebody arrived, or an arrival was taken back."""

    __tablename__ = "check_in"
    __table_args__ = (
        UniqueConstraint("session_id", "lookup", "kiosk_id", "nth", name="uq_check_in_scan"),
        Index(
            "ix_check_in_void_of",
            "void_of",
            sqlite_where=_VOIDS_ONLY,
            postgresql_where=_VOIDS_ONLY,
        ),
    )

    session_id: UUID = Field(sa_type=Id)
    lookup: bytes | None = None
    """The pass; None for guests and voids."""
    kind: str
    """A code of `CheckInKind`; a void may be of a check-in or of a head count."""
    reason: str | None = None
    void_of: UUID | None = Field(default=None, sa_type=Id)
    about: UUID | None = Field(default=None, sa_type=Id)
    """Of a first visit or a meeting: the check-in by which the person came."""
    nth: int = 0
    """How many voids were known for this pass and session; lets a voided person arrive again."""
    occurred_at: datetime
    by_staff: UUID | None = Field(default=None, sa_type=Id)


class HeadCount(Fact, table=True):
    """How many people a facilitator saw in the room."""

    __tablename__ = "head_count"
    __table_args__ = (Index("ix_head_count_session", "session_id"),)

    session_id: UUID = Field(sa_type=Id)
    people: int
    at: datetime
    by_staff: UUID = Field(sa_type=Id)
    reconciled: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether the facilitator closed the session's list with this count."""


class CallbackRequest(Fact, table=True):
    """Somebody asked to be called; who and where is sealed."""

    __tablename__ = "callback_request"
    __table_args__ = (
        Index("ix_callback_request_ref", "ref"),
        Index("ix_callback_request_slip", "slip_lookup"),
        Index("ix_callback_request_ticket", "ticket_hash"),
        # A worklist asks every few seconds how far each machine's requests go.
        Index("ix_callback_request_seq", "site_id", "kiosk_id", "kiosk_seq"),
        Index("ix_callback_request_made", "site_id", "created_at"),
        Index(
            "ix_callback_request_entered",
            "entered_by",
            "created_at",
            sqlite_where=_ENTERED_ONLY,
            postgresql_where=_ENTERED_ONLY,
        ),
    )

    ref: str
    slip_lookup: bytes
    ticket_hash: bytes | None = None
    """SHA-256 of the ticket by which the slip's holder asks the centre; None on older requests."""
    news_key: bytes | None = None
    """The public key to which is sealed what the slip says; its private half comes from the slip.
    """
    sealed: bytes
    """Name, telephone and contact rules, sealed to the callbacks keys."""
    call_language: str
    windows: str
    """Codes of `Window`, sorted, joined by commas."""
    not_before: date | None = None
    ui_language: str
    consent_version: str
    created_at: datetime
    """When the visitor sent it, or when it was entered; a paper form: when it was filled in."""
    source: str = Field(default="visitor", sa_column_kwargs=_default("visitor"))
    """Code of `Source`: how it came."""
    entered_by: UUID | None = Field(default=None, sa_type=Id)
    """The member of staff who entered it; None exactly where the visitor sent it."""
    consent_by: str = Field(default="person", sa_column_kwargs=_default("person"))
    """Code of `ConsentBy`: who said yes to the call."""
    consent_how: str = Field(default="screen", sa_column_kwargs=_default("screen"))
    """Code of `ConsentHow`."""


class CallbackForm(Reference, table=True):
    """A paper form that was made to be filled in by hand; of its code only the lookup."""

    __tablename__ = "callback_form"
    __table_args__ = (
        Index("ix_callback_form_ref", "ref"),
        Index("ix_callback_form_slip", "slip_lookup"),
    )

    ref: str
    """The reference that its request will have."""
    slip_lookup: bytes
    ticket_hash: bytes
    """As that of its request will be."""
    news_key: bytes
    """As that of its request will be."""
    made_at: datetime


class CallbackEvent(Fact, table=True):
    """Something staff did about a request; its state is the fold of these."""

    __tablename__ = "callback_event"
    __table_args__ = (
        UniqueConstraint("request_id", "revision", name="uq_callback_event_revision"),
        Index("ix_callback_event_seq", "site_id", "kiosk_id", "kiosk_seq"),
        Index("ix_callback_event_kind", "site_id", "kind", "at"),
    )

    request_id: UUID = Field(sa_type=Id)
    revision: int
    """Counts up per request: two people acting at once cannot both win."""
    kind: str
    outcome: str | None = None
    by_staff: UUID = Field(sa_type=Id)
    at: datetime
    next_at: datetime | None = None
    sealed_note: bytes | None = None
    other_id: UUID | None = Field(default=None, sa_type=Id)
    """The request that this one is merged into, or the event that is undone."""
    with_staff: UUID | None = Field(default=None, sa_type=Id)
    """With whom a talk is booked, or to whom the request is handed."""


class CallbackWithdrawal(Fact, table=True):
    """A visitor takes a request back: by its slip at once, by its reference as a note for staff."""

    __tablename__ = "callback_withdrawal"
    __table_args__ = (
        Index("ix_callback_withdrawal_request", "request_id"),
        Index("ix_callback_withdrawal_ref", "ref"),
        Index("ix_callback_withdrawal_seq", "site_id", "kiosk_id", "kiosk_seq"),
    )

    request_id: UUID | None = Field(default=None, sa_type=Id)
    """The request of the slip; None for a typed reference."""
    ref: str | None = None
    """The typed reference, whether or not it exists; None for a slip."""
    at: datetime


class CallbackRetiming(Fact, table=True):
    """A visitor chose other times by the slip of a request; the latest counts."""

    __tablename__ = "callback_retiming"
    __table_args__ = (
        Index("ix_callback_retiming_request", "request_id"),
        Index("ix_callback_retiming_seq", "site_id", "kiosk_id", "kiosk_seq"),
    )

    request_id: UUID = Field(sa_type=Id)
    windows: str
    """Codes of `Window`, sorted, joined by commas."""
    not_before: date | None = None
    at: datetime


class Erased(Row, table=True):
    """The mark of something that was erased because its person wished so; nothing of the person.

    Its id is that of the row that was erased, or the mark of a pass or slip
    (`domain.person.erasure.lookup_mark`). Whatever comes again with such an id is not kept.
    """

    __tablename__ = "erased"

    at: datetime
    kiosk_id: UUID | None = Field(default=None, sa_type=Id)
    """Of a fact that the centre had: the machine that wrote it."""
    kiosk_seq: int | None = Field(default=None, sa_type=BigInteger)
    """And its number there, so that it is not told as one that is missing."""
    came_at: datetime | None = None
    """And when the centre had it."""
