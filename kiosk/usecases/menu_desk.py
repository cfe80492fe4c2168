"""The desk behind the menu: what waits at each place, in one question."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlmodel import Session as Transaction

from kiosk.content.articles import titles_without_address
from kiosk.domain.attendance.roster import SessionStage, session_stage
from kiosk.domain.callbacks.scheduling import Scheduler
from kiosk.domain.central.fleet import KioskView
from kiosk.domain.health import FirstHour, FirstStep
from kiosk.domain.policy import LONGEST_SESSION
from kiosk.domain.retention import RetentionStatus
from kiosk.domain.staff import Role
from kiosk.errors import SetupError
from kiosk.records import check_ins, rosters
from kiosk.records import site as site_rows
from kiosk.records.database.ahead import ask_ahead
from kiosk.usecases import helplines
from kiosk.usecases.admin.anomalies_desk import find_anomalies
from kiosk.usecases.admin.desk import find_machines
from kiosk.usecases.admin.retention import read_status
from kiosk.usecases.callbacks.counting import WaitingCounts, count_waiting
from kiosk.usecases.staff_desk import Context, SignedIn, StaffDesk


@dataclass(frozen=True, slots=True)
class MenuNews:
    """What waits at the places of the menu; None for those that the person's roles do not open."""

    at: datetime
    callbacks: WaitingCounts | None = None
    sessions: tuple[tuple[SessionStage, datetime], ...] | None = None
    """Of today, and of yesterday where they still run: the stage and the start of each."""
    anomalies: int | None = None
    machines: tuple[KioskView, ...] | None = None
    """Those that need a person, in the order of urgency."""
    retention: RetentionStatus | None = None
    helplines_review_by: date | None = None
    """When the list that visitors see is to be rung again."""
    first_hour: FirstHour = field(default=FirstHour(frozenset(), ()))


class MenuDesk(StaffDesk):
    """Tells everybody what waits for them; it opens nothing, so it leaves no entry in the trail."""

    def __init__(self, context: Context, signed_in: SignedIn) -> None:
        """Take who is signed in: they are told of the places that their roles open."""
        super().__init__(context, signed_in)
        self._roles = signed_in.staff.roles
        self.role = min(self._roles)

    def news(self) -> MenuNews:
        """Return what waits now."""
        roles, site_id = self._roles, self._site.site_id
        is_manager, facilitates = Role.MANAGER in roles, Role.FACILITATOR in roles
        with self._reading() as (transaction, now):
            callbacks = self._callbacks(transaction, now) if Role.CALLER in roles else None
            sessions = self._sessions(transaction, now) if facilitates else None
            odd = None
            if facilitates or is_manager:
                odd = len(find_anomalies(self._context, transaction, now))
            if not is_manager:
                return MenuNews(now, callbacks, sessions, odd)
            ask_ahead(
                transaction,
                lambda: site_rows.contact_now(transaction, now),
                lambda: site_rows.first_steps_done(transaction, site_id),
                lambda: site_rows.latest_helplines(transaction, site_id),
            )
            machines = find_machines(self._context, transaction, now)
            shown = helplines.now_in_force(transaction, self._site, now)
            done = site_rows.first_steps_done(transaction, site_id)
            retention = read_status(self._context, transaction, now)
        return MenuNews(
            now,
            callbacks,
            sessions,
            odd,
            tuple(view for view in machines if view.needs),
            retention,
            shown.lines.review_by,
            first_hour(self._context, done),
        )

    def _callbacks(self, transaction: Transaction, now: datetime) -> WaitingCounts:
        context = self._context
        scheduler = Scheduler(now, context.calendar, context.rules.first_attempt_days)
        return count_waiting(transaction, self._site.site_id, scheduler, self._staff.id)

    def _sessions(
        self, transaction: Transaction, now: datetime
    ) -> tuple[tuple[SessionStage, datetime], ...]:
        local = now.astimezone(self._site.zone)
        today = local.replace(hour=0, minute=0, second=0, microsecond=0)
        since, until = today - LONGEST_SESSION, today + timedelta(days=1)
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
