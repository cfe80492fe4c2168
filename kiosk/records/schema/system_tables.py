"""System tables, beside the clinic's records: accounts, keys, machines, sync, the audit trail.

Tables with `info["only"] == "kiosk"` exist on SQLite alone; they never leave the machine.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import BigInteger, Index, SmallInteger, false, text
from sqlmodel import Field, SQLModel

from kiosk.records.schema.columns import Fact, Id, Reference
from kiosk.records.schema.tables import (
    CallbackEvent,
    CallbackRequest,
    CallbackRetiming,
    CallbackWithdrawal,
    CheckIn,
    HeadCount,
)

KIOSK_ONLY = {"only": "kiosk"}
_FROM_0 = {"server_default": text("0")}


class StaffAccount(Reference, table=True):
    """A member of staff who may sign in."""

    __tablename__ = "staff_account"
    __table_args__ = (Index("ix_staff_account_login", "site_id", "login"),)

    login: str
    roles: str
    """Codes of `Role`, sorted, joined by commas."""
    wrapped_keys: str
    """The private keys of the roles under the passphrase (JSON of the vault).

    Empty where the account is disabled."""
    created_at: datetime
    disabled_at: datetime | None = None
    must_change: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether the passphrase was given by a manager and has to be replaced at the next sign-in."""
    languages: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    """Codes of `CallLanguage` that they speak on the phone, sorted, joined by commas.

    Empty stands for all of them."""
    offers: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    """Codes of `wishes.CallerWish` that they are, sorted, joined by commas; empty where nothing
    is told."""


class PublicKey(Reference, table=True):
    """A key that records are sealed to."""

    __tablename__ = "public_key"

    purpose: str
    holder: str
    """clinic or recovery."""
    key_id: bytes
    raw: bytes
    created_at: datetime
    retired_at: datetime | None = None
    """Set by rotation; nothing new is sealed to it from then on."""


class KioskDevice(Reference, table=True):
    """One kiosk or desk machine."""

    __tablename__ = "kiosk_device"

    name: str
    symbols: str
    """The two symbols that begin its reference codes."""
    pin_hash: str
    """Opens the maintenance screen, never a key."""
    sealed_audit_key: bytes
    """The first key of its audit chain, sealed to the clinic; empty until it has joined."""
    enrolled_at: datetime
    kind: str = Field(default="kiosk", sa_column_kwargs={"server_default": text("'kiosk'")})
    """kiosk or desk: what its role at the centre may do."""
    revoked_at: datetime | None = None


class Outbox(SQLModel, table=True):
    """A row that the centre has not confirmed yet."""

    __tablename__ = "outbox"
    __table_args__ = {"sqlite_autoincrement": True, "info": KIOSK_ONLY}

    seq: int | None = Field(default=None, primary_key=True)
    """AUTOINCREMENT: an emptied outbox never begins again at 1."""
    kiosk_seq: int | None = Field(default=None, sa_type=BigInteger)
    """The fact's number; None for a participant or a pass."""
    site_id: UUID = Field(sa_type=Id)
    table_name: str
    row_id: UUID = Field(sa_type=Id, index=True)
    payload: str
    """The row as JSON, ready for `json_to_recordset`."""


class Parked(SQLModel, table=True):
    """An outbox row that the centre has refused for good; waits for staff."""

    __tablename__ = "parked"
    __table_args__ = {"info": KIOSK_ONLY}

    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    kiosk_seq: int | None = Field(default=None, sa_type=BigInteger)
    site_id: UUID = Field(sa_type=Id)
    table_name: str
    row_id: UUID = Field(sa_type=Id, index=True)
    payload: str
    error: str
    """The refusal's code, without values."""
    parked_at: datetime


class Confirmation(SQLModel, table=True):
    """All rows of this kiosk up to a count had reached the centre, but for outbox and parked."""

    __tablename__ = "confirmation"
    __table_args__ = {"info": KIOSK_ONLY}

    upto_seq: int = Field(
        primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False}
    )
    """A `kiosk_seq`."""
    site_id: UUID = Field(sa_type=Id)
    at: datetime


class SyncState(SQLModel, table=True):
    """What this machine knows of itself and of its last contact; one row on a kiosk.

    At the centre one row for each desk machine, which sees its own alone.
    """

    __tablename__ = "sync_state"

    kiosk_id: UUID = Field(primary_key=True, sa_type=Id)
    site_id: UUID = Field(sa_type=Id)
    epoch: UUID | None = Field(default=None, sa_type=Id)
    """The centre's epoch at the last contact; another one means: pull and send all again."""
    cursor: int = Field(default=0, sa_type=BigInteger)
    """The last change of the centre that has been pulled."""
    clock_offset_ms: int | None = Field(default=None, sa_type=BigInteger)
    """The centre's clock minus this one at the last contact; a wrong year is beyond 32 bits."""
    contact_at: datetime | None = None
    last_seq: int = Field(default=0, sa_type=BigInteger)
    """The last `kiosk_seq` given out."""
    last_fact_at: datetime
    """The latest time any fact of this machine carries."""
    out_of_order: str | None = None
    """Why the kiosk is closed to visitors, or None."""
    problem: str | None = None
    """Code of `SyncProblem`: why the last contact failed; None where it went well."""
    incarnation: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs=_FROM_0)
    """Raised where the folder turns out to be a copy; see `domain.central.incarnations`."""
    incarnation_at: datetime | None = None
    """When it was raised last."""
    mark: UUID | None = Field(default=None, sa_type=Id)
    """Of the last push that is known to have arrived."""
    pushes: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs=_FROM_0)
    """How many pushes there were up to that one."""
    next_mark: UUID | None = Field(default=None, sa_type=Id)
    """Of pushes that were begun."""
    sent_upto: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs=_FROM_0)
    """The highest `kiosk_seq` that ever arrived."""
    unseen_after: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs=_FROM_0)
    unseen_upto: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs=_FROM_0)
    """As in `domain.central.incarnations.OwnIncarnation`."""
    twin_at: datetime | None = None
    """When it was last heard that another folder of this machine runs; None where none does."""


class AuditEvent(Fact, table=True):
    """One link of the audit chain: ids and codes, no contents."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_position", "kiosk_id", "position"),
        Index("ix_audit_event_at", "site_id", "at", "kiosk_id", "position"),
        Index("ix_audit_event_action", "site_id", "action", "at"),
    )

    position: int
    """Place in the chain of its kiosk, from 0."""
    action: str
    subject_id: UUID | None = Field(default=None, sa_type=Id)
    by_staff: UUID | None = Field(default=None, sa_type=Id)
    at: datetime
    tag: bytes


class AuditChain(SQLModel, table=True):
    """The end of this machine's audit chain; the key of an entry is gone once it is written."""

    __tablename__ = "audit_chain"

    kiosk_id: UUID = Field(primary_key=True, sa_type=Id)
    site_id: UUID = Field(sa_type=Id)
    length: int = 0
    next_key: bytes
    last_tag: bytes


class SignInAttempt(SQLModel, table=True):
    """Failed sign-ins under one name (known or not) or one PIN; survives a restart."""

    __tablename__ = "sign_in_attempt"

    digest: bytes = Field(primary_key=True)
    """BLAKE2b of what was asked for, keyed by the site and the machine."""
    site_id: UUID = Field(sa_type=Id)
    kiosk_id: UUID = Field(sa_type=Id)
    """Each desk counts for itself: else a stolen password could keep all others waiting."""
    failures: int
    failed_at: datetime


class KioskHeartbeat(SQLModel, table=True):
    """How a machine was when it last spoke with the centre; one row each."""

    __tablename__ = "kiosk_heartbeat"

    kiosk_id: UUID = Field(primary_key=True, sa_type=Id)
    site_id: UUID = Field(sa_type=Id)
    at: datetime
    """The machine's own time."""
    received_at: datetime
    """The centre's time."""
    clock_offset_ms: int | None = Field(default=None, sa_type=BigInteger)
    pending: int
    parked: int
    waiting_since: datetime | None = None
    """When the oldest row that waited then was made; None where none waited."""
    sent_upto: int = Field(default=0, sa_type=BigInteger)
    """Unused since `kiosk_incarnation` holds how far a kiosk has sent; older versions wrote it."""
    version: str
    helplines_review_by: str | None = None
    """ISO 8601."""
    wiped_at: datetime | None = None
    """When a revoked machine had dropped what it had pulled."""


class KioskIncarnation(SQLModel, table=True):
    """How far one folder of a kiosk has sent (`domain.central.incarnations`); centre only."""

    __tablename__ = "kiosk_incarnation"

    kiosk_id: UUID = Field(primary_key=True, sa_type=Id)
    site_id: UUID = Field(sa_type=Id)
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    mark: UUID = Field(sa_type=Id)
    """Of the last push; it changes in the transaction that brings the rows."""
    pushes: int = Field(sa_type=BigInteger)
    upto: int = Field(sa_type=BigInteger)
    """The highest `kiosk_seq` that it has brought."""
    pending: int
    began_at: datetime
    heard_at: datetime
    """The centre's time, as `began_at`."""
    unseen_after: int = Field(sa_type=BigInteger)
    unseen_upto: int = Field(sa_type=BigInteger)


class HelplineList(Reference, table=True):
    """The helplines file that a manager has published for all kiosks; the latest one counts."""

    __tablename__ = "helpline_list"

    text: str
    """TOML, as in assets/content/helplines.toml."""
    published_at: datetime


class WaitingTime(Reference, table=True):
    """How long people waited for a first call lately; one row for each site, with its id."""

    __tablename__ = "waiting_time"

    days: int
    """As in `waiting_times.MeasuredWait`."""
    aim: int
    measured_at: datetime


class SlipBox(SQLModel, table=True):
    """What the slip of a request says, under a key that the slip gives; centre only.

    No machine may read or write it: desks write and kiosks ask by a function each.
    """

    __tablename__ = "slip_box"

    request_id: UUID = Field(primary_key=True, sa_type=Id)
    site_id: UUID = Field(sa_type=Id)
    box: bytes
    kept_at: datetime
    """By the clock of the desk that kept it."""


class Notice(SQLModel, table=True):
    """How one way of telling staff of new requests stands (`domain.callbacks.notice`)."""

    __tablename__ = "notice"

    site_id: UUID = Field(primary_key=True, sa_type=Id)
    way: str = Field(primary_key=True)
    """Code of `NoticeWay`."""
    kiosk_id: UUID = Field(sa_type=Id)
    """The machine that changed it last."""
    notice_id: UUID = Field(sa_type=Id)
    since: datetime | None = None
    tries: int
    next_at: datetime | None = None
    fault: str | None = None
    """Code of `NoticeFault`, of the last try."""
    code: int | None = None
    refused: bool
    sent_at: datetime | None = None
    version: int = Field(sa_type=BigInteger)


class NoticeRequest(SQLModel, table=True):
    """A request that a notice tells of; it goes with the request."""

    __tablename__ = "notice_request"
    __table_args__ = (Index("ix_notice_request_notice", "notice_id", "way"),)

    request_id: UUID = Field(primary_key=True, sa_type=Id)
    way: str = Field(primary_key=True)
    site_id: UUID = Field(primary_key=True, sa_type=Id)
    kiosk_id: UUID = Field(sa_type=Id)
    """The machine that wrote it."""
    notice_id: UUID = Field(sa_type=Id)


class Central(SQLModel, table=True):
    """One row: which agreement between kiosks and centre this database keeps."""

    __tablename__ = "central"

    id: int = Field(default=1, primary_key=True, sa_type=SmallInteger)
    contract: int
    """The agreement that it was last upgraded to."""
    oldest_contract: int
    """The oldest agreement whose kiosks it still serves."""
    founded_at: datetime


class CentralParked(SQLModel, table=True):
    """A row that was set aside at the centre: too long to be true, second with its pass, or written
    by a stolen machine. Only the owner reads it.
    """

    __tablename__ = "central_parked"

    id: UUID = Field(primary_key=True, sa_type=Id)
    table_name: str = Field(primary_key=True)
    site_id: UUID = Field(primary_key=True, sa_type=Id)
    kiosk_id: UUID | None = Field(default=None, sa_type=Id)
    """The machine that wrote it, where that is known."""
    payload: str
    """The whole row as JSON, as `json_to_recordset` takes it."""
    reason: str
    """length, number, lookup, time or revoked."""
    parked_at: datetime


class SyncCounter(SQLModel, table=True):
    """One counter per site, raised by every change of reference data at the centre."""

    __tablename__ = "sync_counter"

    site_id: UUID = Field(primary_key=True, sa_type=Id)
    n: int = Field(default=0, sa_type=BigInteger)
    epoch: UUID = Field(sa_type=Id)


class DeskChange(SQLModel, table=True):
    """What a desk changed or deleted, as the centre itself has noted it; a desk cannot unsay it."""

    __tablename__ = "desk_change"

    id: UUID = Field(primary_key=True, sa_type=Id)
    site_id: UUID = Field(sa_type=Id)
    kiosk_id: UUID = Field(sa_type=Id)
    """The desk machine, by the name of its role."""
    at: datetime
    """The centre's time."""
    table_name: str
    row_id: UUID | None = Field(default=None, sa_type=Id)
    """The row that was changed; None where rows were deleted."""
    deleted: int = 0
    """How many rows were deleted; 0 for a change."""
    before: str
    """The row as it was, as JSON, for the owner to put back; empty where rows were deleted."""


class ChangeLog(SQLModel, table=True):
    """Which reference row changed at which count of its site's counter."""

    __tablename__ = "change_log"

    site_id: UUID = Field(primary_key=True, sa_type=Id)
    v: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    table_name: str
    row_id: UUID = Field(sa_type=Id)
    gone: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether retention has deleted the row; only then does a kiosk delete its copy."""


FACTS: Final[dict[type[Fact], str]] = {
    CheckIn: "occurred_at",
    HeadCount: "at",
    CallbackRequest: "created_at",
    CallbackEvent: "at",
    CallbackWithdrawal: "at",
    CallbackRetiming: "at",
    AuditEvent: "at",
}
"""What machines write, number and send; with the column of when each was written."""
