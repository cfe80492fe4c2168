"""The callback requests as one desk has read and opened them, kept up with what is new."""

import gc
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache, partial
from uuid import UUID

from sqlmodel import Session as Transaction

from kiosk.domain.callbacks.request import (
    AnsweredByOther,
    CallLanguage,
    MessagePolicy,
    OpenedRequest,
    Origin,
    Retiming,
    Window,
)
from kiosk.domain.callbacks.state import RequestEvent
from kiosk.domain.callbacks.wishes import split_wishes
from kiosk.domain.clock_sync import corrected, is_far_off
from kiosk.domain.phones import format_hidden
from kiosk.domain.staff import Purpose
from kiosk.domain.text import clean
from kiosk.errors import VaultError
from kiosk.records.callbacks import changes
from kiosk.records.callbacks.changes import FactKind, Mark
from kiosk.records.callbacks.facts import ListedRequest
from kiosk.records.database.ahead import ask_ahead
from kiosk.usecases.callbacks.submission import CALLBACK_REQUEST
from kiosk.vault.keys import PrivateSealingKey, PublicSealingKey
from kiosk.vault.sealing import open_sealed, seal

CALLBACK_EVENT = "callback_event"
"""The table that a sealed note is bound to."""
LONGEST_NOTE = 200
"""In characters."""
_CODES = frozenset(
    code.value for kind in (Window, CallLanguage, MessagePolicy, AnsweredByOther) for code in kind
)
_LONGEST_PHONE = 32
_MOST_WINDOWS = 256
_MOST_ORIGINS = 1024
_NO_MARK = Mark(0, -1)


class RequestCache:
    """A site's requests, each opened once and kept until the desk is dropped.

    Facts are found by marks: for each kind and machine how many there are and the last sequence
    number. Where a count does not fit what was read, everything is read again.
    """

    def __init__(self, site_id: UUID, opener: "RequestOpener") -> None:
        self._site_id = site_id
        self._opener = opener
        self._entries: dict[UUID, OpenedRequest] = {}
        self._numbers: dict[UUID, str] = {}
        self._unopened: list[ListedRequest] = []
        self._read = _FactsRead()
        self._is_whole = False
        """Whether all that the marks name has been read; False before the first `catch_up`."""

    @property
    def entries(self) -> Mapping[UUID, OpenedRequest]:
        """The opened requests."""
        return self._entries

    @property
    def numbers(self) -> Mapping[UUID, str]:
        """The number of each opened request; they leave the desk by `reveal` and exports alone."""
        return self._numbers

    @property
    def has_unopened(self) -> bool:
        """Whether there are requests that were read and not opened yet."""
        return bool(self._unopened)

    def events(self, request_id: UUID) -> list[RequestEvent]:
        """Return what staff did about a request."""
        return self._read.events.get(request_id, [])

    def slip_withdrawals(self, request_id: UUID) -> list[datetime]:
        """Return when a request was withdrawn by its slip."""
        return self._read.slip_withdrawals.get(request_id, [])

    @property
    def retimings(self) -> Mapping[UUID, list[Retiming]]:
        """The other times that were chosen by slips, by request."""
        return self._read.retimings

    def touched(self) -> set[UUID]:
        """Return the requests that have an event of staff or a withdrawal by slip."""
        return self._read.events.keys() | self._read.slip_withdrawals.keys()

    @property
    def typed_withdrawals(self) -> Mapping[str, list[datetime]]:
        """When each reference was typed to withdraw it; references never typed are missing."""
        return self._read.typed_withdrawals

    def opened(self, kept: ListedRequest) -> OpenedRequest:
        """Return one request, opened now where it was not yet."""
        if kept.id not in self._entries:
            self._entries[kept.id], self._numbers[kept.id] = self._opener.open(kept)
        return self._entries[kept.id]

    def questions(self) -> list[Callable[[Transaction], object]]:
        """Return what `catch_up` asks first, to be asked ahead."""
        return [partial(self._marks_of, kind) for kind in FactKind]

    def catch_up(self, transaction: Transaction) -> set[UUID] | None:
        """Read what is new; return the requests it concerns, or None where it may be any."""
        if not self._is_whole:
            self._read_all(transaction)
            return None
        self._is_whole = False
        touched: set[UUID] = set()
        now = {kind: self._marks_of(kind, transaction) for kind in FactKind}
        self._ask(transaction, now)
        for kind, marks in now.items():
            seen = self._read.marks[kind]
            if marks == seen:
                continue
            self._read.marks[kind] = marks
            new = self._read_since(transaction, kind, seen, marks)
            if new is None:
                self._read_all(transaction)
                return None
            touched |= new
        self._is_whole = True
        return touched

    def open_all(self) -> None:
        """Open what was read and not opened yet (60 ms for each thousand)."""
        opener, entries, numbers = self._opener, self._entries, self._numbers
        for kept in self._unopened:
            entries[kept.id], numbers[kept.id] = opener.open(kept)
        self._unopened = []

    def _marks_of(self, kind: FactKind, transaction: Transaction) -> dict[UUID, Mark]:
        return changes.marks(transaction, self._site_id, kind)

    def _ask(self, transaction: Transaction, now: Mapping[FactKind, Mapping[UUID, Mark]]) -> None:
        """Ask ahead for each machine's facts after the last one seen."""
        ask_ahead(
            transaction,
            *(
                partial(self._take_all, transaction, kind, machine, seen.last)
                for kind, marks in now.items()
                for machine, mark in marks.items()
                if mark != (seen := self._read.marks[kind].get(machine, _NO_MARK))
            ),
        )

    def _read_since(
        self,
        transaction: Transaction,
        kind: FactKind,
        seen: Mapping[UUID, Mark],
        marks: Mapping[UUID, Mark],
    ) -> set[UUID] | None:
        """Read each machine's facts after the last one seen; return None where some are missing."""
        touched: set[UUID] = set()
        if seen.keys() - marks.keys():
            return None
        for machine, mark in marks.items():
            old = seen.get(machine, _NO_MARK)
            if mark == old:
                continue
            added = self._take_all(transaction, kind, machine, old.last)
            if old.count + len(added) != mark.count:
                return None
            # A withdrawal by a typed reference may concern a request that was merged.
            if None in added:
                touched.update(self._entries)
            touched.update(id_ for id_ in added if id_ is not None)
        return touched

    def _take_all(
        self, transaction: Transaction, kind: FactKind, machine: UUID, last: int
    ) -> list[UUID | None]:
        return list(self._take(transaction, kind, machine, last))

    def _take(
        self, transaction: Transaction, kind: FactKind, machine: UUID, last: int
    ) -> Iterator[UUID | None]:
        match kind:
            case FactKind.REQUESTS:
                return self._take_requests(
                    changes.requests(transaction, self._site_id, machine, last)
                )
            case FactKind.EVENTS:
                return self._take_events(changes.events(transaction, self._site_id, machine, last))
            case FactKind.WITHDRAWALS:
                return self._take_withdrawals(
                    changes.withdrawals(transaction, self._site_id, machine, last)
                )
            case FactKind.RETIMINGS:
                return self._take_retimings(
                    changes.retimings(transaction, self._site_id, machine, last)
                )

    def _take_requests(self, found: Iterable[ListedRequest]) -> Iterator[UUID]:
        for kept in found:
            if kept.id not in self._entries:
                self._unopened.append(kept)
            yield kept.id

    def _take_events(self, found: Iterable[tuple[UUID, RequestEvent]]) -> Iterator[UUID]:
        for request_id, event in found:
            self._read.events[request_id].append(event)
            yield request_id

    def _take_withdrawals(self, found: Iterable[changes.Withdrawal]) -> Iterator[UUID | None]:
        for one in found:
            if one.request_id is not None:
                self._read.slip_withdrawals[one.request_id].append(one.at)
            elif one.ref is not None:
                self._read.typed_withdrawals[one.ref].append(one.at)
            yield one.request_id

    def _take_retimings(self, found: Iterable[tuple[UUID, Retiming]]) -> Iterator[UUID]:
        for request_id, retiming in found:
            self._read.retimings[request_id].append(retiming)
            yield request_id

    def _read_all(self, transaction: Transaction) -> None:
        """Read all facts again and forget requests that are gone; nothing is opened twice."""
        self._read, self._unopened = _FactsRead(), []
        found: dict[FactKind, set[UUID | None]] = {}
        now = {kind: self._marks_of(kind, transaction) for kind in FactKind}
        self._ask(transaction, now)
        self._read.marks = now
        for kind, marks in now.items():
            found[kind] = {
                id_
                for machine in marks
                for id_ in self._take(transaction, kind, machine, _NO_MARK.last)
            }
        for gone in self._entries.keys() - found[FactKind.REQUESTS]:
            del self._entries[gone], self._numbers[gone]
        self._is_whole = True


@dataclass(slots=True)
class _FactsRead:
    """The facts that were read: by request, and typed withdrawals by reference."""

    marks: dict[FactKind, dict[UUID, Mark]] = field(
        default_factory=lambda: {kind: {} for kind in FactKind}
    )
    events: dict[UUID, list[RequestEvent]] = field(default_factory=lambda: defaultdict(list))
    slip_withdrawals: dict[UUID, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    typed_withdrawals: dict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    retimings: dict[UUID, list[Retiming]] = field(default_factory=lambda: defaultdict(list))


class RequestOpener:
    """Opens requests and notes with the keys of one caller."""

    def __init__(self, keys: Mapping[bytes, PrivateSealingKey]) -> None:
        """Take the caller's keys by key id."""
        self._keys = keys

    def open(self, kept: ListedRequest) -> tuple[OpenedRequest, str]:
        """Open a request; return it and its number, marked and empty if it cannot be opened.

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
            phone_masked=format_hidden(number),
            windows=_windows(kept.windows),
            not_before=kept.not_before,
            call_language=_plain_code(kept.call_language),
            message_policy=_code(sealed, "message_policy"),
            answered_by_other=_code(sealed, "answered_by_other"),
            share_with_team=sealed.get("share_with_team") is True,
            ui_language=_plain_code(kept.ui_language),
            origin=_origin(kept.source, kept.entered_by, kept.consent_by, kept.consent_how),
            wishes=_wishes(sealed),
            unreadable=not is_open,
        )
        return request, number

    def note(self, event_id: UUID, sealed: bytes | None) -> str:
        """Return the note of an event; empty where there is none or it cannot be opened."""
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
    """Seal the note of an event (at most 200 characters) to `readers`; None for an empty note."""
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


@contextmanager
def gc_paused() -> Iterator[None]:
    """Pause the garbage collector for a block that makes many objects and no garbage.

    Without the pause it took a seventh of the time of opening 10,000 requests.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _text(opened: Mapping[str, object], field: str, limit: int = 200) -> str:
    """Return a text field of an opened record, cleaned: sealing does not prove who wrote it."""
    value = opened.get(field, "")
    return clean(value, limit) if isinstance(value, str) else ""


@lru_cache(maxsize=_MOST_WINDOWS)
def _windows(codes: str) -> tuple[str, ...]:
    """Return the windows of a request; cached, for thousands of requests name the same few."""
    return tuple([_plain_code(code) for code in codes.split(",") if code])


@lru_cache(maxsize=_MOST_ORIGINS)
def _origin(source: str, entered_by: UUID | None, by: str, how: str) -> Origin:
    """Return how a request came; cached, for most came in one of a few ways."""
    return Origin(clean(source), entered_by, clean(by), clean(how))


def _wishes(opened: Mapping[str, object]) -> tuple[str, ...]:
    value = opened.get("wishes", "")
    return split_wishes(value) if value and isinstance(value, str) else ()


def _code(opened: Mapping[str, object], field: str) -> str:
    value = opened.get(field, "")
    return _plain_code(value) if isinstance(value, str) else ""


def _plain_code(text: str) -> str:
    """Return a code, cleaned unless it is one of the program's own."""
    return text if text in _CODES else clean(text)
