"""The desk behind the menu: what waits at each place, in one question."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial

from sqlmodel import Session as Transaction

from kiosk.content.articles import Booklets, read_booklets, titles_without_address
from kiosk.domain.attendance.roster import SessionStage, session_stage
from kiosk.domain.callbacks.notice import NoticeState
from kiosk.domain.callbacks.scheduling import Scheduler
from kiosk.domain.central.fleet import KioskView
from kiosk.domain.health import FirstHour, FirstStep
from kiosk.domain.policy import LONGEST_SESSION
from kiosk.domain.retention import RetentionStatus
from kiosk.domain.staff import Role
from kiosk.errors import SetupError
from kiosk.records import audit, check_ins, rosters
from kiosk.records import site as site_rows
from kiosk.records.callbacks import notices
from kiosk.records.database.ahead import ask_ahead
from kiosk.usecases import helplines
from kiosk.usecases.admin.anomalies_desk import anomaly_questions, find_anomalies
from kiosk.usecases.admin.desk import find_machines
from kiosk.usecases.admin.retention import read_status
from kiosk.usecases.callbacks.counting import WaitingCounts, count_waiting, waiting_questions
from kiosk.usecases.staff_desk import Context, SignedIn, StaffDesk


@dataclass(frozen=True, slots=True)
class MenuNews:
    """What waits at the places of the menu; None for those that the person's roles do not open."""

    at: datetime
    callbacks: WaitingCounts | None = None
    sessions: tuple[tuple[SessionStage, datetime], ...] | None = None
    """Of today, and of yesterday where they still run: the stage and the start of each."""
    anomalies: int | None = None
    """Odd records that a person has to decide about."""
    machines: tuple[KioskView, ...] | None = None
    """Those that need a person, in the order of urgency."""
    notices: tuple[NoticeState, ...] = ()
    """How each way of telling staff of new requests stands."""
    retention: RetentionStatus | None = None
    helplines_review_by: date | None = None
    """When the list that visitors see is to be rung again."""
    first_hour: FirstHour = field(default=FirstHour(frozenset(), ()))


class MenuDesk(StaffDesk):
    """Tells everybody what waits for them; it opens nothing, so it leaves no entry in the trail."""

    def __init__(self, context: Context, signed_in: SignedIn) -> None:
        """Take who is signed in: they are told of the places that their roles open."""
        super().__init__(context, signed_in)
        self.role = min(signed_in.staff.roles)

    def news(self) -> MenuNews:
        """Return what waits now."""
        facilitates, is_manager = self._is(Role.FACILITATOR), self._is(Role.MANAGER)
        with self._store.read() as transaction:
            now = self._clock.now()
            ask_ahead(transaction, *self._questions(transaction, now))
            self._check(transaction, now)
            news = MenuNews(
                now,
                self._callbacks(transaction, now) if self._is(Role.CALLER) else None,
                self._sessions(transaction, now) if facilitates else None,
                self._anomalies(transaction, now) if facilitates or is_manager else None,
            )
            return self._for_manager(transaction, news) if is_manager else news

    def _is(self, role: Role) -> bool:
        return role in self._signed_in.staff.roles

    def _questions(self, transaction: Transaction, now: datetime) -> list[Callable[[], object]]:
        """Return what is asked first, to be asked ahead, so that a far centre is asked once."""
        site_id, asked = self._site.site_id, list[Callable[[], object]]()
        if self._is(Role.CALLER):
            asked += waiting_questions(transaction, site_id)
        if self._is(Role.FACILITATOR):
            asked.append(lambda: rosters.starting(transaction, site_id, *self._day(now)))
        if self._is(Role.FACILITATOR) or self._is(Role.MANAGER):
            asked += anomaly_questions(self._context, transaction, now)
        if self._is(Role.MANAGER):
            asked += site_rows.machine_questions(transaction, site_id)
            asked += [partial(one, transaction) for one in audit.retention_questions(site_id, now)]
            asked += [
                # Once for the machines, once for retention.
                lambda: site_rows.contact_now(transaction, now),
                lambda: site_rows.first_steps_done(transaction, site_id),
                lambda: site_rows.latest_helplines(transaction, site_id),
                lambda: notices.read_states(transaction, site_id),
            ]
        return asked

    def _anomalies(self, transaction: Transaction, now: datetime) -> int:
        found = find_anomalies(self._context, transaction, now)
        return sum(one.needs_a_person for one in found)

    def _for_manager(self, transaction: Transaction, news: MenuNews) -> MenuNews:
        machines = find_machines(self._context, transaction, news.at)
        shown = helplines.now_in_force(transaction, self._site, news.at)
        done = site_rows.first_steps_done(transaction, self._site.site_id)
        return replace(
            news,
            machines=tuple(view for view in machines if view.needs),
            notices=notices.read_states(transaction, self._site.site_id),
            retention=read_status(self._context, transaction, news.at),
            helplines_review_by=shown.lines.review_by,
            first_hour=first_hour(self._context, done),
        )

    def booklets(self) -> Booklets:
        """Return what visitors can take home; SetupError where that is not kept here, or wrong."""
        with self._reading():
            path = self._context.take_home
        if path is None:
            raise SetupError("Booklets are listed on each kiosk: see `kiosk doctor` there.")
        return read_booklets(path)

    def _callbacks(self, transaction: Transaction, now: datetime) -> WaitingCounts:
        context = self._context
        scheduler = Scheduler(now, context.calendar, context.rules.first_attempt_days)
        return count_waiting(transaction, self._site.site_id, scheduler, self._staff.id)

    def _day(self, now: datetime) -> tuple[datetime, datetime]:
        """Return from when to when a session of today, or one that still runs, has begun."""
        today = now.astimezone(self._site.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        return today - LONGEST_SESSION, today + timedelta(days=1)

    def _sessions(
        self, transaction: Transaction, now: datetime
    ) -> tuple[tuple[SessionStage, datetime], ...]:
        since, until = self._day(now)
        today = since + LONGEST_SESSION
        held = [
            one
            for one in rosters.starting(transaction, self._site.site_id, since, until)
            if one.session.starts_at >= today or one.session.ends_at > now
        ]
        counted = check_ins.latest_head_counts(transaction, [one.session.id for one in held])
        return tuple(
            (
                session_stage(
                    one.session,
                    now,
                    self._context.rules.opens_before,
                    cancelled=one.cancelled,
                    reconciled=(last := counted.get(one.session.id)) is not None
                    and last.reconciled,
                ),
                one.session.starts_at,
            )
            for one in held
        )


def first_hour(context: Context, done: frozenset[FirstStep]) -> FirstHour:
    """Return which first steps are done; `done` are those that the records tell of."""
    path = context.take_home
    if path is None:
        steps = tuple(step for step in FirstStep if step is not FirstStep.BOOKLETS)
        return FirstHour(done, steps)
    try:
        # A clinic that has taken every item out of the list wants none.
        is_whole = not titles_without_address(path)
    except SetupError:
        is_whole = False
    return FirstHour(done | {FirstStep.BOOKLETS} if is_whole else done)
