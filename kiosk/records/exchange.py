"""Tables through which the centre and its machines know of each other; empty without a centre."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, SmallInteger, false
from sqlmodel import Field, SQLModel

from kiosk.records.columns import Id, Reference


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
    """The last `kiosk_seq` that the centre has confirmed to it; less at the centre than the
    machine remembers means that the centre has lost something."""
    version: str
    helplines_review_by: str | None = None
    """ISO 8601."""
    wiped_at: datetime | None = None
    """When a revoked machine had dropped what it had pulled."""


class HelplineList(Reference, table=True):
    """The helplines file that a manager has published for all kiosks; the latest one counts."""

    __tablename__ = "helpline_list"

    text: str
    """TOML, as in assets/content/helplines.toml."""
    published_at: datetime


class Central(SQLModel, table=True):
    """One row: which agreement between kiosks and centre this database keeps."""

    __tablename__ = "central"

    id: int = Field(default=1, primary_key=True, sa_type=SmallInteger)
    contract: int
    """The agreement that it was last upgraded to."""
    oldest_contract: int
    """The oldest agreement whose kiosks it still serves."""
    founded_at: datetime


class SyncCounter(SQLModel, table=True):
    """One counter per site, raised by every change of reference data at the centre."""

    __tablename__ = "sync_counter"

    site_id: UUID = Field(primary_key=True, sa_type=Id)
    n: int = Field(default=0, sa_type=BigInteger)
    epoch: UUID = Field(sa_type=Id)


class ChangeLog(SQLModel, table=True):
    """Which reference row changed at which count of its site's counter."""

    __tablename__ = "change_log"

    site_id: UUID = Field(primary_key=True, sa_type=Id)
    v: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    table_name: str
    row_id: UUID = Field(sa_type=Id)
    gone: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether retention has deleted the row; only then does a kiosk delete its copy."""
