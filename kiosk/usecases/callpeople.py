"""Opens what visitors sealed for the callers: who they are, how to call them, and staff's notes."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from uuid import UUID

from kiosk.domain.clocks import corrected, is_far_off
from kiosk.domain.dialling import hidden
from kiosk.domain.requests import (
    AnsweredByOther,
    CallLanguage,
    MessagePolicy,
    OpenedRequest,
    Window,
)
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
_MOST_WINDOWS = 256


class People:
    """Opens with the keys of one caller."""

    def __init__(self, keys: Mapping[bytes, PrivateSealingKey]) -> None:
        """Take the caller's keys."""
        self._keys = keys

    def open(self, kept: ListedRequest) -> tuple[OpenedRequest, str]:
        """Open a request; return it and its number, both marked or empty if it cannot be opened.

        The number is E.164, or whatever was sealed in its place, cleaned.
        """
        opened = self._open(CALLBACK_REQUEST, kept.id, kept.sealed)
        is_open = opened is not None
        sealed = opened or {}
        number = _text(sealed, "phone", _LONGEST_PHONE)
        request = OpenedRequest(
            id=kept.id,
            reference=clean(kept.ref),
            created_at=corrected(kept.created_at, kept.clock_offset_ms),
            kiosk_at=kept.created_at if is_far_off(kept.clock_offset_ms) else None,
            received_at=kept.received_at,
            clock_doubtful=kept.clock_doubtful,
            preferred_name=_text(sealed, "name"),
            phone_masked=hidden(number),
            windows=_windows(kept.windows),
            not_before=kept.not_before,
            call_language=_plain_code(kept.call_language),
            message_policy=_code(sealed, "message_policy"),
            answered_by_other=_code(sealed, "answered_by_other"),
            share_with_team=sealed.get("share_with_team") is True,
            ui_language=_plain_code(kept.ui_language),
            unreadable=not is_open,
        )
        return request, number

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


@lru_cache(maxsize=_MOST_WINDOWS)
def _windows(codes: str) -> tuple[str, ...]:
    """Read the windows of a request; thousands ask for the same few."""
    return tuple([_plain_code(code) for code in codes.split(",") if code])


def _code(opened: Mapping[str, object], field: str) -> str:
    value = opened.get(field, "")
    return _plain_code(value) if isinstance(value, str) else ""


def _plain_code(text: str) -> str:
    """Clean what should be one of our own codes; those need no cleaning."""
    return text if text in _CODES else clean(text)
