"""Tells staff outside the program that requests wait: counts alone, once for each request."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session as Transaction

from kiosk.devices.clock import Clock, Entropy
from kiosk.devices.notice_ways import NoticeMessage, NoticeRoute
from kiosk.domain.callbacks.notice import Delivery, NoticeCounts, NoticeState, NoticeWay
from kiosk.domain.callbacks.scheduling import Scheduler
from kiosk.domain.ids import ENTROPY_BYTES, uuid7
from kiosk.domain.working_time import WorkingCalendar
from kiosk.presentation.notices import (
    TEST_SUBJECT,
    TEST_TEXT,
    format_notice,
    format_notice_json,
    format_notice_text,
)
from kiosk.records import site as site_rows
from kiosk.records.callbacks import notices
from kiosk.records.callbacks.maybe_open import maybe_open_requests
from kiosk.records.database.store import Records
from kiosk.usecases.callbacks.counting import count_waiting
from kiosk.usecases.site import SiteInfo


@dataclass(frozen=True, slots=True)
class NoticeTry:
    """What became of one try."""

    way: NoticeWay
    delivery: Delivery


@dataclass(frozen=True, slots=True)
class NoticePlan:
    """What is set up on this machine."""

    routes: Mapping[NoticeWay, NoticeRoute]
    gather: timedelta
    """How long a notice waits, so that those who ask meanwhile are in it."""
    first_attempt_days: int = 2
    """Working days within which a first call is due: what was handed on is then for all."""


class _TakenError(Exception):
    """Another machine has changed the notice at this moment."""


class NoticeSender:
    """Sends the notices of a desk machine; several of one clinic share the work.

    It signs nobody in and opens nothing that is sealed.
    """

    def __init__(
        self,
        store: Records,
        clock: Clock,
        entropy: Entropy,
        site: SiteInfo,
        calendar: WorkingCalendar,
        plan: NoticePlan,
    ) -> None:
        """Take the clinic's hours, and what is set up here."""
        self._store = store
        self._clock = clock
        self._entropy = entropy
        self._site = site
        self._calendar = calendar
        self._plan = plan

    def look(self) -> tuple[NoticeTry, ...]:
        """Send what is due by each way; return what became of each try, empty where none was.

        Outside the clinic's hours nothing is sent: what comes meanwhile is in one notice then.
        """
        return tuple(
            done
            for way, route in self._plan.routes.items()
            if (done := self._look(way, route)) is not None
        )

    def test(self) -> tuple[NoticeTry, ...]:
        """Send a test by each way at once, and return what became of it; nothing is kept."""
        now = self._clock.now()
        message = NoticeMessage(
            self._new_id(now), now, TEST_SUBJECT, TEST_TEXT, format_notice_json(None, now)
        )
        return tuple(
            NoticeTry(way, route.send(message)) for way, route in self._plan.routes.items()
        )

    def _look(self, way: NoticeWay, route: NoticeRoute) -> NoticeTry | None:
        site_id = self._site.site_id
        with self._store.read() as transaction:
            now = self._now(transaction)
            state = notices.find_state(transaction, site_id, way)
            untold = notices.untold_requests(transaction, site_id, way)
        if not untold and (state is None or not self._is_due(state, now)):
            return None
        try:
            taken = self._take(way, untold)
        except _TakenError:
            # Another machine sees to it; what was to be told of is as it was.
            return None
        if taken is None:
            return None
        counts = self._count(taken)
        if not counts.new:
            self._settle(taken.emptied())
            return None
        delivery = route.send(_message(taken, counts, self._clock.now()))
        with self._store.read() as transaction:
            now = self._now(transaction)
        self._settle(taken.settled(delivery, now, random.random()))
        return NoticeTry(way, delivery)

    def _take(self, way: NoticeWay, untold: Sequence[UUID]) -> NoticeState | None:
        """Let new requests join the notice, and take it where it is due; None where it is not.

        A short transaction: on a clinic's own file a visitor's waits for it.
        """
        site_id, kiosk_id = self._site.site_id, self._site.kiosk_id
        with self._store.write() as transaction:
            now = self._now(transaction)
            state = notices.find_state(transaction, site_id, way)
            if state is None:
                state = NoticeState(way, self._new_id(now))
                notices.add_state(transaction, site_id, kiosk_id, state)
            before = state
            if untold:
                state = state.joined(self._new_id(now), now, self._plan.gather)
                notices.mark_told(transaction, site_id, kiosk_id, state, untold)
            is_due = self._is_due(state, now)
            state = state.taken(now) if is_due else state
            if state != before and not self._change(transaction, state):
                raise _TakenError
        return replace(state, version=state.version + 1) if is_due else None

    def _settle(self, state: NoticeState) -> None:
        # Where the lease has run out, another machine has taken it, and what it writes counts.
        with self._store.write() as transaction:
            self._change(transaction, state)

    def _count(self, state: NoticeState) -> NoticeCounts:
        site_id = self._site.site_id
        with self._store.read() as transaction:
            days = self._plan.first_attempt_days
            scheduler = Scheduler(self._now(transaction), self._calendar, days)
            found = count_waiting(transaction, site_id, scheduler, self._site.kiosk_id)
            told = notices.requests_of(transaction, site_id, state.way, state.notice_id)
            still = {one.id for one in maybe_open_requests(transaction, site_id)}
        return NoticeCounts(len(told & still), found.call_now, found.open)

    def _is_due(self, state: NoticeState, now: datetime) -> bool:
        # A clinic that never works is told at any time.
        is_open = not self._calendar.week or self._calendar.is_open(now)
        return is_open and state.is_due(now)

    def _change(self, transaction: Transaction, state: NoticeState) -> bool:
        site = self._site
        return notices.change_state(transaction, site.site_id, site.kiosk_id, state)

    def _now(self, transaction: Transaction) -> datetime:
        return shared_now(transaction, self._clock.now())

    def _new_id(self, now: datetime) -> UUID:
        return uuid7(now, self._entropy(ENTROPY_BYTES))


def shared_now(transaction: Transaction, here: datetime) -> datetime:
    """Return the time that all machines of the clinic share; `here` is this machine's."""
    return site_rows.contact_now(transaction, here)


def read_notice_states(store: Records, site: SiteInfo) -> tuple[NoticeState, ...]:
    """Return how every way of the clinic stands that was ever used."""
    with store.read() as transaction:
        return notices.read_states(transaction, site.site_id)


def retry_refused(store: Records, clock: Clock, site: SiteInfo) -> int:
    """Let what was refused for good be tried again; return how many notices that are."""
    retried = 0
    with store.write() as transaction:
        now = shared_now(transaction, clock.now())
        for state in notices.read_states(transaction, site.site_id):
            if state.refused:
                again = state.retried(now)
                retried += notices.change_state(transaction, site.site_id, site.kiosk_id, again)
    return retried


def _message(state: NoticeState, counts: NoticeCounts, now: datetime) -> NoticeMessage:
    return NoticeMessage(
        state.notice_id,
        now,
        format_notice(counts),
        format_notice_text(counts),
        format_notice_json(counts, now),
    )
