"""Opens what visitors sealed for the callers: who they are, how to call them, and staff's notes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from kiosk.domain.dialling import hidden
from kiosk.domain.requests import AnsweredByOther, CallLanguage, MessagePolicy, Window
from kiosk.domain.staff import Purpose
from kiosk.domain.text import clean
from kiosk.errors import VaultError
from kiosk.records.callbacks import ListedRequest
from kiosk.usecases.requests import CALLBACK_REQUEST
from kiosk.vault.keys import PrivateSealingKey, PublicSealingKey
from kiosk.vault.sealing import open_sealed, seal

CALLBACK_EVENT = "callback_event"
"""The table that a sealed note is bound to."""
LONGEST_NOTE = 200
"""Characters."""

_CODES = frozenset(
    code.value for kind in (Window, CallLanguage, MessagePolicy, AnsweredByOther) for code in kind
)
_LONGEST_PHONE = 32


@dataclass(slots=True)
class Person:
    """An opened request, never changed; every text is cleaned."""

    name: str
    number: str = field(repr=False)
    """E.164, or whatever was sealed in its place; leaves the desk by `reveal` and exports alone."""
    phone_masked: str
    message_policy: str
    answered_by_other: str
    share_with_team: bool
    unreadable: bool


_NOBODY = Person("", "", "", "", "", share_with_team=False, unreadable=True)


class People:
    """Opens with the keys of one caller."""

    def __init__(self, keys: Mapping[bytes, PrivateSealingKey]) -> None:
        """Take the caller's keys."""
        self._keys = keys

    def open(self, kept: ListedRequest) -> Person:
        """Open a request; what cannot be opened is marked as unreadable."""
        opened = self._open(CALLBACK_REQUEST, kept.id, kept.sealed)
        if opened is None:
            return _NOBODY
        phone = _text(opened, "phone", _LONGEST_PHONE)
        return Person(
            _text(opened, "name"),
            phone,
            hidden(phone),
            _code(opened, "message_policy"),
            _code(opened, "answered_by_other"),
            share_with_team=opened.get("share_with_team") is True,
            unreadable=False,
        )

    def note(self, event_id: UUID, sealed: bytes | None) -> str:
        """Open the note of an event; empty where there is none or it cannot be opened."""
        if sealed is None:
            return ""
        opened = self._open(CALLBACK_EVENT, event_id, sealed)
        return "" if opened is None else _text(opened, "note", LONGEST_NOTE)

    def _open(self, table: str, record_id: UUID, sealed: bytes) -> dict[str, object] | None:
        try:
            return open_sealed(
                sealed,
                purpose=Purpose.CALLBACKS.value,
                table=table,
                record_id=record_id,
                keys=self._keys,
            )
        except VaultError:
            return None


def seal_note(event_id: UUID, note: str, readers: Sequence[PublicSealingKey]) -> bytes | None:
    """Seal the note of an event to `readers`; None where there is nothing to keep."""
    text = clean(note, LONGEST_NOTE)
    if not text:
        return None
    return seal(
        {"note": text},
        purpose=Purpose.CALLBACKS.value,
        table=CALLBACK_EVENT,
        record_id=event_id,
        recipients=readers,
    )


def _text(opened: Mapping[str, object], field: str, limit: int = 200) -> str:
    """Read one field of an opened record: anybody may have sealed it, with anything in it."""
    value = opened.get(field, "")
    return clean(value, limit) if isinstance(value, str) else ""


def _code(opened: Mapping[str, object], field: str) -> str:
    value = opened.get(field, "")
    return plain_code(value) if isinstance(value, str) else ""


def plain_code(text: str) -> str:
    """Clean what should be one of our own codes; those need no cleaning."""
    return text if text in _CODES else clean(text)
