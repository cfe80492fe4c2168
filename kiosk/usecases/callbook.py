"""The callback requests as one desk has read them, followed by what is new since."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlmodel import Session as Transaction

from kiosk.domain.events import RequestEvent
from kiosk.domain.requests import OpenedRequest
from kiosk.records import callbooks
from kiosk.records.callbacks import ListedRequest
from kiosk.records.callbooks import Kind, Mark
from kiosk.usecases.callpeople import People

_NOTHING = Mark(0, -1)


@dataclass(slots=True)
class _Read:
    """What has been read of the database."""

    marks: dict[Kind, dict[UUID, Mark]] = field(default_factory=lambda: {kind: {} for kind in Kind})
    events: dict[UUID, list[RequestEvent]] = field(default_factory=lambda: defaultdict(list))
    slips: dict[UUID, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    notes: dict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))


class Book:
    """Follows a site's requests and opens each of them once; gone with its desk."""

    def __init__(self, site_id: UUID, people: People) -> None:
        self._site_id = site_id
        self._people = people
        self._entries: dict[UUID, OpenedRequest] = {}
        self._numbers: dict[UUID, str] = {}
        self._unopened: list[ListedRequest] = []
        self._read = _Read()
        self._is_whole = False
        """Whether all that the marks say has been read; not before the first look is through."""

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
        """Give what staff did about a request."""
        return self._read.events.get(request_id, [])

    def slips(self, request_id: UUID) -> list[datetime]:
        """Say when a request was withdrawn by its slip."""
        return self._read.slips.get(request_id, [])

    def touched(self) -> set[UUID]:
        """Give the requests that staff did something about, or that were withdrawn by slip."""
        return self._read.events.keys() | self._read.slips.keys()

    @property
    def notes(self) -> Mapping[str, list[datetime]]:
        """When each reference was typed to withdraw it; those that nobody typed are missing."""
        return self._read.notes

    def opened(self, kept: ListedRequest) -> OpenedRequest:
        """Give one request opened, now where it has not been yet."""
        if kept.id not in self._entries:
            self._entries[kept.id], self._numbers[kept.id] = self._people.open(kept)
        return self._entries[kept.id]

    def catch_up(self, transaction: Transaction) -> set[UUID] | None:
        """Read what is new; give the requests it concerns, or None where it may be any."""
        if not self._is_whole:
            self._anew(transaction)
            return None
        self._is_whole = False
        touched: set[UUID] = set()
        for kind in Kind:
            marks = callbooks.marks(transaction, self._site_id, kind)
            seen = self._read.marks[kind]
            if marks == seen:
                continue
            self._read.marks[kind] = marks
            new = self._since(transaction, kind, seen, marks)
            if new is None:
                self._anew(transaction)
                return None
            touched |= new
        self._is_whole = True
        return touched

    def open_all(self) -> None:
        """Open what was read and not opened yet (60 ms for each thousand)."""
        people, entries, numbers = self._people, self._entries, self._numbers
        for kept in self._unopened:
            entries[kept.id], numbers[kept.id] = people.open(kept)
        self._unopened = []

    def _since(
        self,
        transaction: Transaction,
        kind: Kind,
        seen: Mapping[UUID, Mark],
        marks: Mapping[UUID, Mark],
    ) -> set[UUID] | None:
        """Read each machine's facts after the last one seen; None where some are missing."""
        touched: set[UUID] = set()
        if seen.keys() - marks.keys():
            return None
        for machine, mark in marks.items():
            old = seen.get(machine, _NOTHING)
            if mark == old:
                continue
            added = list(self._take(transaction, kind, machine, old.last))
            if old.count + len(added) != mark.count:
                return None
            # A withdrawal by a typed reference may concern a request that was merged.
            if None in added:
                touched.update(self._entries)
            touched.update(id_ for id_ in added if id_ is not None)
        return touched

    def _take(
        self, transaction: Transaction, kind: Kind, machine: UUID, last: int
    ) -> Iterator[UUID | None]:
        match kind:
            case Kind.REQUESTS:
                return self._take_requests(
                    callbooks.requests(transaction, self._site_id, machine, last)
                )
            case Kind.EVENTS:
                return self._take_events(
                    callbooks.events(transaction, self._site_id, machine, last)
                )
            case Kind.WITHDRAWALS:
                return self._take_withdrawals(
                    callbooks.withdrawals(transaction, self._site_id, machine, last)
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

    def _take_withdrawals(self, found: Iterable[callbooks.Withdrawal]) -> Iterator[UUID | None]:
        for one in found:
            if one.request_id is not None:
                self._read.slips[one.request_id].append(one.at)
            elif one.ref is not None:
                self._read.notes[one.ref].append(one.at)
            yield one.request_id

    def _anew(self, transaction: Transaction) -> None:
        """Read all facts again and forget who is there no longer; nothing is opened twice."""
        self._read, self._unopened = _Read(), []
        found: dict[Kind, set[UUID | None]] = {}
        for kind in Kind:
            marks = callbooks.marks(transaction, self._site_id, kind)
            self._read.marks[kind] = marks
            found[kind] = {
                id_
                for machine in marks
                for id_ in self._take(transaction, kind, machine, _NOTHING.last)
            }
        for gone in self._entries.keys() - found[Kind.REQUESTS]:
            del self._entries[gone], self._numbers[gone]
        self._is_whole = True
