"""Tells staff outside the program that requests wait: counts alone, once for each request."""

import random
from collections.abc import Mapping
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
from kiosk.records import callbacks, notices
from kiosk.records import site as site_rows
from kiosk.records.database.store import Records
from kiosk.usecases.callbacks.counting import count_waiting
from kiosk.usecases.site import SiteInfo


@dataclass(frozen=True, slots=True)
class NoticeTry:
    """What became of one try."""

    way: NoticeWay
    delivery: Delivery


@dataclass(frozen=True, slots=True)
class _Claim:
    """A notice that this machine alone tries to send now."""

    state: NoticeState
    counts: NoticeCounts


@dataclass(frozen=True, slots=True)
class NoticePlan:
    """What is set up on this machine."""

    routes: Mapping[NoticeWay, NoticeRoute]
    gather: timedelta
    """How long a notice waits, so that those who ask meanwhile are in it."""


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
        if not self._has_work(way):
            return None
        try:
            claim = self._claim(way)
        except _TakenError:
            # Another machine sees to it; what was to be told of is as it was.
            return None
        if claim is None:
            return None
        delivery = route.send(_message(claim, self._clock.now()))
        with self._store.write() as transaction:
            now = self._now(transaction)
            settled = claim.state.settled(delivery, now, random.random())
            self._change(transaction, settled)
        return NoticeTry(way, delivery)

    def _has_work(self, way: NoticeWay) -> bool:
        with self._store.read() as transaction:
            now = self._now(transaction)
            state = notices.find_state(transaction, self._site.site_id, way)
            if state is not None and state.is_due(now) and self._is_open(now):
                return True
            return bool(notices.untold_requests(transaction, self._site.site_id, way))

    def _claim(self, way: NoticeWay) -> _Claim | None:
        """Let new requests join the notice, and take it where it is due; None where it is not."""
        site_id, kiosk_id = self._site.site_id, self._site.kiosk_id
        with self._store.write() as transaction:
            now = self._now(transaction)
            state = notices.find_state(transaction, site_id, way)
            if state is None:
                state = NoticeState(way, self._new_id(now))
                notices.add_state(transaction, site_id, kiosk_id, state)
            untold = notices.untold_requests(transaction, site_id, way)
            before, claim = state, None
            if untold:
                state = state.joined(self._new_id(now), now, self._plan.gather)
                notices.mark_told(transaction, site_id, kiosk_id, state, untold)
            if state.is_due(now) and self._is_open(now):
                counts = self._count(transaction, state, now)
                state = state.taken(now) if counts.new else state.emptied()
                claim = _Claim(state, counts) if counts.new else None
            if state == before:
                return None
            if not self._change(transaction, state):
                raise _TakenError
        return None if claim is None else _Claim(_next_version(claim.state), claim.counts)

    def _count(self, transaction: Transaction, state: NoticeState, now: datetime) -> NoticeCounts:
        site_id = self._site.site_id
        # When a first call is due has no bearing on whether it can be made now.
        scheduler = Scheduler(now, self._calendar)
        found = count_waiting(transaction, site_id, scheduler, self._site.kiosk_id)
        told = notices.requests_of(transaction, site_id, state.way, state.notice_id)
        still = {one.id for one in callbacks.maybe_open_requests(transaction, site_id)}
        return NoticeCounts(len(told & still), found.call_now, found.open)

    def _change(self, transaction: Transaction, state: NoticeState) -> bool:
        site = self._site
        return notices.change_state(transaction, site.site_id, site.kiosk_id, state)

    def _is_open(self, now: datetime) -> bool:
        return not self._calendar.week or self._calendar.is_open(now)

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


def _next_version(state: NoticeState) -> NoticeState:
    return replace(state, version=state.version + 1)


def _message(claim: _Claim, now: datetime) -> NoticeMessage:
    counts = claim.counts
    return NoticeMessage(
        claim.state.notice_id,
        now,
        format_notice(counts),
        format_notice_text(counts),
        format_notice_json(counts, now),
    )
