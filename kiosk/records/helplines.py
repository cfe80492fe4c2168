"""Queries for the helplines that a manager has published."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlmodel import Session as Transaction

from kiosk.records.columns import table
from kiosk.records.exchange import HelplineList
from kiosk.records.facts import add_reference

_list = table(HelplineList).c
_latest = (
    select(_list.text, _list.published_at)
    .where(_list.site_id == bindparam("site"), _list.deleted_at.is_(None))
    .order_by(_list.published_at.desc(), _list.id.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Published:
    """One list as it was published."""

    text: str
    """TOML; nobody has checked it on this machine yet."""
    published_at: datetime


def latest(transaction: Transaction, site_id: UUID) -> Published | None:
    """Give the list of a site that was published last, or None."""
    row = transaction.connection().execute(_latest, {"site": site_id}).first()
    return None if row is None else Published(*row)


def add(transaction: Transaction, row_id: UUID, site_id: UUID, made: Published) -> None:
    """Keep a list for all machines of a site."""
    row = HelplineList(id=row_id, site_id=site_id, text=made.text, published_at=made.published_at)
    add_reference(transaction, row)
