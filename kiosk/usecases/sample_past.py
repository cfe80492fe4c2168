"""The sample clinic's past: groups, requests and calls of twelve weeks and more, always alike.

All of it is done at the desks themselves, by a clock that is set to when it happened.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from hashlib import blake2b
from random import Random
from typing import Final, NamedTuple, TypeVar
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from sqlmodel import Session as Transaction

from kiosk.domain.attendance.check_in import JoinDraft
from kiosk.domain.audit import AuditAction
from kiosk.domain.callbacks.actions import (
    Action,
    Attempt,
    Book,
    Claim,
    Close,
    Done,
    Escalate,
    Merge,
)
from kiosk.domain.callbacks.entry import CONSENT_BY_SOURCE, PaperForm
from kiosk.domain.callbacks.request import CallbackDraft, Origin, Source
from kiosk.domain.callbacks.state import CLAIM_GOES_ON, AttemptResult, Outcome, callback_state
from kiosk.domain.groups.groups import SessionPlan
from kiosk.domain.passes import SECRET_BYTES, CodeKind, encode
from kiosk.domain.statistics import FIRST_MONDAY, finished_blocks
from kiosk.records import site as site_rows
from kiosk.records.callbacks import facts
from kiosk.records.database.store import Records
from kiosk.records.groups import row_exists
from kiosk.records.schema.tables import GroupSession
from kiosk.usecases.access import Access
from kiosk.usecases.attendance.roster_desk import RosterDesk
from kiosk.usecases.audit_trail import add_entry
from kiosk.usecases.callbacks.desk import CallbackDesk
from kiosk.usecases.callbacks.entry import EntryDesk
from kiosk.usecases.callbacks.submission import VisitorRequests
from kiosk.usecases.groups.plan_import import add_sessions
from kiosk.usecases.maintenance_desk import MaintenanceDesk
from kiosk.usecases.sample_weeks import (
    CALL_TIMES,
    COMES_AGAIN_EVERY,
    COURSES,
    FORMER,
    MEETINGS,
    NAMES,
    REGULARS,
    TODAY,
    UNMET_EVERY,
    CourseEnd,
    Oddity,
    Standing,
    TodaysRequest,
)
from kiosk.usecases.site import SiteInfo
from kiosk.usecases.staff_desk import Context, SignedIn
from kiosk.usecases.visitor_desk import VisitorDesk

SEED: Final = 7
BLOCKS: Final = 3
"""Whole blocks of the reports that the past fills: twelve weeks."""
FIRST_YEAR: Final = 2001
"""A clock that stands before it has no past to show."""
_MINUTE, _DAY, _WEEK = timedelta(minutes=1), timedelta(days=1), timedelta(days=7)
_OLDEST: Final = timedelta(days=21)
"""For so long a request of a week may still be called."""
_SETTLED_DAYS: Final = 120
"""For so long back it is looked what came of a day's list."""
_SESSION_ROOM = "Level 2"
_PROMISED_DAYS: Final = 3
_ON_PAPER: Final = timedelta(minutes=40)
"""For so long a paper form lies before it is entered."""
_Steps = Iterator["_Step"]
_Desk = TypeVar("_Desk")


class PastClock:
    """A clock that stands where it is set."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        """Aware."""

    def now(self) -> datetime:
        """Return where it stands."""
        return self.at


class OneTransaction:
    """Records all of whose transactions are one, so that a past is there whole or not at all."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """Yield the one transaction."""
        yield self._transaction
        self._transaction.flush()

    read = write

    def checkpoint(self) -> None:
        """Leave everything as it is."""

    def examine(self) -> bool:
        """Return True: the store itself is asked for that."""
        return True

    def close(self) -> None:
        """Leave everything as it is."""


@dataclass(frozen=True, slots=True)
class Team:
    """The sample clinic's staff, signed in."""

    facilitator: SignedIn
    caller: SignedIn
    clinician: SignedIn
    manager: SignedIn


class _Step(NamedTuple):
    at: datetime
    do: Callable[[], object]


def past_begins(now: datetime, zone: ZoneInfo) -> datetime:
    """Return when a clinic that is made `now` began, so that its reports are full."""
    if now.year < FIRST_YEAR:
        return now
    blocks, _ = finished_blocks(now, zone, timedelta(days=365), BLOCKS)
    return blocks[0].starts_at


class SamplePast:
    """Does what happened at the sample clinic; each part in one transaction, harmless repeated."""

    def __init__(
        self, context: Context, clock: PastClock, team: Team, group_id: Callable[[int], UUID]
    ) -> None:
        """Take the desks' context, whose clock is `clock`, and the ids of the sample groups."""
        self._context = context
        self._clock = clock
        self._team = team
        self._group_id = group_id
        self._site = context.site
        self._access = Access(context)
        self._visitor = VisitorDesk(
            context.store,
            clock,
            context.entropy,
            context.site,
            context.rules,
            context.sealing,
            context.calendar,
        )
        self._requests = VisitorRequests(
            context.entropy, context.site, context.sealing, context.calendar
        )
        self._calls_desk: tuple[date, CallbackDesk] | None = None
        self._entry_desk: tuple[date, EntryDesk] | None = None
        self._roster_desk: tuple[date, RosterDesk] | None = None
        """As the desk of callers with the day on which it was opened."""

    def do_today(self, until: datetime) -> None:
        """Do what stands on the lists `until` (aware), and what came of the days before."""
        self._do([*self._earlier_days(until), *self._today(until)], until)

    def do_week(self, monday: date, until: datetime) -> None:
        """Do what began in a week, as far as it happened by `until` (aware)."""
        steps = [
            *(one for place in range(len(MEETINGS)) for one in self._meeting(monday, place, until)),
            *(one for place in range(len(COURSES)) for one in self._course(monday, place)),
        ]
        if _week_number(monday) % 2 == 0:
            at = self._at(monday + _DAY, time(11, 31))
            steps.append(_Step(at, partial(self._refuse, at)))
        self._do(steps, until)

    def weeks_to_do(self, since: datetime, until: datetime) -> tuple[date, ...]:
        """Return the Mondays of the weeks that were not made, and of those that went on `since`."""
        going_on = self._date(since - _OLDEST)
        missing = missing_weeks(self._context.store, self._site, until)
        return tuple(
            monday
            for monday in _mondays(until, self._site.zone)
            if monday + _WEEK > going_on or monday in missing
        )

    def _do(self, steps: list["_Step"], until: datetime) -> None:
        """Do steps in order, those that were done before without any effect.

        They are written as the facts of a clock that was right, though later ones are there.
        """
        machine = self._site.kiosk_id
        ordered = sorted((one for one in steps if one.at <= until), key=lambda one: one.at)
        if not ordered:
            return
        with self._context.store.write() as transaction:
            kept = site_rows.machine_state(transaction, machine).last_fact_at
            site_rows.set_last_fact_at(transaction, machine, ordered[0].at - _DAY)
            for step in ordered:
                self._clock.at = step.at
                step.do()
            latest = site_rows.machine_state(transaction, machine).last_fact_at
            site_rows.set_last_fact_at(transaction, machine, max(kept, latest))

    # What happens at a meeting.

    def _meeting(self, monday: date, place: int, until: datetime) -> _Steps:
        meeting = MEETINGS[place]
        starts = self._at(monday + timedelta(days=meeting.weekday), meeting.at)
        plan = SessionPlan(
            id=_meeting_id(self._site, monday, place),
            group_id=self._group_id(meeting.group),
            starts_at=starts,
            ends_at=starts + timedelta(hours=meeting.hours),
            room=_SESSION_ROOM,
        )
        if plan.ends_at > until:  # what is open today is planned by itself
            return
        add_sessions(self._context.store, self._site, (plan,))
        is_odd = _week_number(monday) % 2 == 1
        if is_odd and meeting.odd is Oddity.CANCELLED:
            yield from self._cancelled(plan)
            return
        people = [*self._people(monday, place, plan)]
        if is_odd and meeting.odd is Oddity.REVOKED:
            at = plan.starts_at - 2 * _MINUTE
            people.append(_Step(at, self._with_pass(plan, self._secret(FORMER[0]))))
        yield from people
        yield _Step(plan.ends_at - 10 * _MINUTE, lambda: self._close_list(plan, len(people)))

    def _people(self, monday: date, place: int, plan: SessionPlan) -> _Steps:
        """Yield the arrivals at a meeting."""
        number, meeting = _week_number(monday), MEETINGS[place]
        dice = Random(f"{SEED} {number} {place}")

        def comes(do: Callable[[], object]) -> _Step:
            return _Step(plan.starts_at + timedelta(seconds=dice.randint(-1500, 600)), do)

        for name, _ in dice.sample(REGULARS, meeting.regulars + dice.randint(-1, 2)):
            yield comes(self._with_pass(plan, self._secret(name)))
        for number_of in range(meeting.guests + dice.randint(0, 2)):
            draft_id = self._id(f"guest {place}", monday, number_of)
            yield comes(partial(self._visitor.count_me_in, draft_id, plan.id))
        for one, secret in self._newcomers(number - 1, place):
            if one % COMES_AGAIN_EVERY == 0:
                yield comes(self._with_pass(plan, secret))
        for one, secret in self._newcomers(number, place):
            draft = JoinDraft(self._id("newcomer", monday, one), secret)
            yield comes(partial(self._first_visit, plan, draft, one))

    def _newcomers(self, number: int, place: int) -> list[tuple[int, bytes]]:
        """Return the newcomers of a meeting: the number of each among all, and their secret."""
        before = sum(one.newcomers for one in MEETINGS[:place])
        first = number * sum(one.newcomers for one in MEETINGS) + before
        places = range(first, first + MEETINGS[place].newcomers)
        return [(one, self._secret(f"newcomer {one}")) for one in places]

    def _cancelled(self, plan: SessionPlan) -> _Steps:
        for name, _ in REGULARS[:2]:
            at = plan.starts_at - 12 * _MINUTE
            yield _Step(at, self._with_pass(plan, self._secret(name)))
        yield _Step(plan.starts_at + 5 * _MINUTE, lambda: self._cancel(plan))

    def _with_pass(self, plan: SessionPlan, secret: bytes) -> Callable[[], object]:
        digits = encode(CodeKind.PASS, secret)
        return lambda: self._visitor.check_in(digits, plan.id)

    def _first_visit(self, plan: SessionPlan, draft: JoinDraft, number: int) -> None:
        """Let a newcomer come, and be met a moment later, but for some."""
        name = NAMES[number % len(NAMES)]
        self._visitor.join(draft, plan.id, name, "en", first_visit=True)
        if number % UNMET_EVERY:
            self._roster().meet(plan.id, [draft.id])

    def _close_list(self, plan: SessionPlan, people: int) -> None:
        self._roster().reconcile(plan.id, people)

    def _cancel(self, plan: SessionPlan) -> None:
        manager = replace(self._team.manager, since=self._clock.at)
        self._access.groups_desk(manager).cancel_sessions([plan.id], "The facilitator is ill.")

    # What becomes of a request.

    def _course(self, monday: date, place: int) -> _Steps:
        number, course = _week_number(monday), COURSES[place]
        if Random(f"{SEED} asked {number} {place}").random() > course.often:
            return
        made = self._at(monday + timedelta(days=course.weekday), course.at)
        number_of = number * len(COURSES) + place
        draft = CallbackDraft(
            id=self._id("course", monday, place),
            slip_secret=self._secret(f"slip {monday} {place}"),
            preferred_name=NAMES[number_of * 5 % len(NAMES)],
            phone=f"+6581230{100 + (number_of - (course.end is CourseEnd.MERGED)) % 900}",
            windows=course.windows,
            call_language=course.language,
            message_policy=course.messages,
            answered_by_other=course.others,
            share_with_team=place % 2 == 0,
            wishes=course.wishes,
            ui_language="en",
            consent_version="sample",
            origin=Origin(course.source, consent_how=CONSENT_BY_SOURCE[course.source]),
        )
        behind = _DAY if course.clock_wrong and number % 2 else timedelta()
        yield _Step(made, lambda: self._ask(draft, behind))
        days, last = self._working_days_after(made), made
        for nth, result in enumerate(course.calls):
            last = self._at(next(days), CALL_TIMES[nth]) + place * _MINUTE
            yield self._doing(last, draft, Claim(), Attempt(result), after=2 * nth)
        done, after = last + 4 * _MINUTE, 2 * len(course.calls)
        if course.outcome is not None:
            # After most results it is everybody's again.
            again = () if not course.calls or course.calls[-1] in CLAIM_GOES_ON else (Claim(),)
            ending: Action = Close(course.outcome)
            if course.outcome is Outcome.SESSION_BOOKED:
                talk = self._at(next(days), time(11))
                ending = Book(talk, self._team.caller.staff.id)
            yield self._doing(done, draft, *again, ending, after=after)
        match course.end:
            case CourseEnd.ESCALATED:
                yield self._doing(done, draft, Escalate(), after=after)
            case CourseEnd.SLIP:
                yield _Step(made + 20 * _MINUTE, lambda: self._take_back(draft))
            case CourseEnd.MERGED:
                before = self._id("course", monday, place - 1)
                morning = self._at(next(days), time(9, 50))
                yield self._doing(morning, draft, Claim(), Merge(before))

    def _today(self, until: datetime) -> _Steps:
        """Yield what stands on today's list, whatever the day and the hour."""
        for place, waiting in enumerate(TODAY):
            yield from self._waiting(until, place, waiting)

    def _waiting(self, until: datetime, place: int, waiting: TodaysRequest) -> _Steps:
        day = self._date(until)
        draft = self._draft_of(day, place, waiting)
        yesterday, before = self._working_day_before(day, 1), self._working_day_before(day, 2)
        made = self._at(before, time(15, place))
        if waiting.standing is Standing.NEW:
            made = until - (90 - place) * _MINUTE
        if waiting.standing is Standing.LATE:
            made = self._at(self._working_day_before(day, 7), time(10))
        yield _Step(made, lambda: self._ask(draft))
        reached, missed = Attempt(AttemptResult.REACHED_SELF), Attempt(AttemptResult.NO_ANSWER)
        morning, afternoon = self._at(yesterday, time(10, 40)), self._at(yesterday, time(16, 5))
        match waiting.standing:
            case Standing.PROMISED | Standing.TOMORROW:
                soon = waiting.standing is Standing.PROMISED
                again = until - 10 * _MINUTE if soon else until + _DAY
                later = Attempt(AttemptResult.CALL_LATER, again)
                # At every start anew: what was promised before has passed.
                promise = partial(self._act, draft.id, (Claim(), later), None)
                yield _Step(until - 35 * _MINUTE, promise)
            case Standing.MISSED:
                yield self._doing(morning, draft, Claim(), missed)
            case Standing.REACHED:
                yield self._doing(afternoon, draft, Claim(), reached)
            case Standing.ESCALATED:
                yield self._doing(afternoon, draft, Claim(), reached, Escalate())
            case Standing.WITHDRAWN:
                yield _Step(until - 50 * _MINUTE, lambda: self._take_back(draft))
            case Standing.NOTED:
                yield _Step(until - 45 * _MINUTE, lambda: self._type_reference(draft.id))
            case Standing.NEW | Standing.LATE:
                pass

    def _earlier_days(self, until: datetime) -> _Steps:
        """Yield what became since of what stood on the lists of earlier days."""
        settled = Claim(), Attempt(AttemptResult.REACHED_SELF), Close(Outcome.SESSION_BOOKED)
        for before in range(1, _SETTLED_DAYS):
            day = self._date(until) - before * _DAY
            drafts = [self._draft_of(day, place, one) for place, one in enumerate(TODAY)]
            with self._context.store.read() as transaction:
                known = facts.find(transaction, drafts[0].id) is not None
            called = self._at(next(self._working_days_after(self._at(day, time()))), time(11))
            for place, draft in enumerate(drafts if known else ()):
                at = called + 4 * place * _MINUTE
                yield _Step(at, partial(self._act, draft.id, settled, None))

    def _draft_of(self, day: date, place: int, waiting: TodaysRequest) -> CallbackDraft:
        return CallbackDraft(
            id=_today_id(self._site, day, place),
            slip_secret=self._secret(f"slip today {day} {place}"),
            preferred_name=waiting.name,
            phone=waiting.phone,
            windows=waiting.windows,
            call_language=waiting.language,
            message_policy=waiting.messages,
            answered_by_other=waiting.others,
            share_with_team=place % 2 == 0,
            wishes=waiting.wishes,
            ui_language="en",
            consent_version="sample",
        )

    def _ask(self, draft: CallbackDraft, behind: timedelta = timedelta()) -> None:
        if draft.origin.source != Source.VISITOR:
            self._enter(draft)
            return
        self._clock.at -= behind
        now = self._clock.at
        with self._context.store.write() as transaction:
            self._requests.send(transaction, now, draft, _PROMISED_DAYS)

    def _enter(self, draft: CallbackDraft) -> None:
        desk, form = self._entries(), None
        if draft.origin.source == Source.PAPER:
            (blank,) = desk.make_forms(1)
            form = PaperForm(blank.reference, self._clock.at - _ON_PAPER)
        desk.enter(draft, form)

    def _take_back(self, draft: CallbackDraft) -> None:
        self._visitor.withdraw_by_slip(encode(CodeKind.SLIP, draft.slip_secret))

    def _type_reference(self, request_id: UUID) -> None:
        with self._context.store.read() as transaction:
            kept = facts.find(transaction, request_id)
        if kept is not None:
            self._visitor.note_withdrawal(kept.ref)

    def _refuse(self, at: datetime) -> None:
        context = self._context
        desk = MaintenanceDesk(context.store, self._clock, context.entropy, self._site, "")
        desk.note_refusals([at])

    def _doing(
        self, at: datetime, draft: CallbackDraft, *actions: Action, after: int = 0
    ) -> "_Step":
        return _Step(at, partial(self._act, draft.id, actions, after))

    def _act(self, request_id: UUID, actions: Sequence[Action], after: int | None) -> None:
        """Do actions one after the other, as long as the desk does each.

        `after` is the revision that they follow: what was done at a start before is not done again.
        None follows any, on an open request.
        """
        with self._context.store.read() as transaction:
            events = facts.events_of(transaction, request_id)
            withdrawn_at = facts.withdrawal_times(transaction, request_id)
        state, desk = callback_state(events, withdrawn_at), self._calls()
        if after is None and not state.open:
            return
        revision, done = state.revision, 0 if after is None else max(0, state.revision - after)
        for action in actions[done:]:
            answer = desk.act(request_id, revision, action)
            if not isinstance(answer, Done):
                return
            revision = answer.row.state.revision

    # Who does it, and when.

    def _calls(self) -> CallbackDesk:
        opened = self._calls_desk
        self._calls_desk = self._of_today(opened, self._team.caller, self._access.callback_desk)
        return self._calls_desk[1]

    def _entries(self) -> EntryDesk:
        opened = self._entry_desk
        self._entry_desk = self._of_today(opened, self._team.clinician, self._access.entry_desk)
        return self._entry_desk[1]

    def _roster(self) -> RosterDesk:
        opened = self._roster_desk
        self._roster_desk = self._of_today(opened, self._team.facilitator, self._access.roster_desk)
        return self._roster_desk[1]

    def _of_today(
        self,
        opened: tuple[date, _Desk] | None,
        who: SignedIn,
        open_desk: Callable[[SignedIn], _Desk],
    ) -> tuple[date, _Desk]:
        """Return a desk that was opened today, or let somebody sign in to one."""
        now = self._clock.at
        today = self._date(now)
        if opened is not None and opened[0] == today:
            return opened
        with self._context.store.write() as transaction:
            action, entropy = AuditAction.SIGNED_IN, self._context.entropy
            add_entry(transaction, self._site, entropy, now, action, by_staff=who.staff.id)
        return today, open_desk(replace(who, since=now))

    def _id(self, kind: str, day: date, place: int) -> UUID:
        return uuid5(self._site.site_id, f"{kind} {day} {place}")

    def _secret(self, name: str) -> bytes:
        return sample_secret(self._site.site_id, name)

    def _date(self, at: datetime) -> date:
        return _date(at, self._site.zone)

    def _at(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self._site.zone).astimezone(UTC)

    def _working_days_after(self, at: datetime) -> Iterator[date]:
        day = self._date(at)
        while True:
            day = self._context.calendar.next_working_day(day + _DAY)
            yield day

    def _working_day_before(self, day: date, days: int) -> date:
        for _ in range(days):
            day -= _DAY
            while not self._context.calendar.is_working_day(day):
                day -= _DAY
        return day


def _week_number(monday: date) -> int:
    """Return which week it is, counted from one fixed Monday."""
    return (monday - FIRST_MONDAY) // _WEEK


def has_begun(store: Records, site: SiteInfo, now: datetime) -> bool:
    """Return whether what waits on the lists of the day of `now` was done before."""
    with store.read() as transaction:
        return facts.find(transaction, _today_id(site, _date(now, site.zone), 0)) is not None


def missing_weeks(store: Records, site: SiteInfo, now: datetime) -> frozenset[date]:
    """Return the Mondays of the weeks whose meetings have begun and were not made."""
    first = MEETINGS[0]
    with store.read() as transaction:
        return frozenset(
            monday
            for monday in _mondays(now, site.zone)
            if now - datetime.combine(monday, first.at, site.zone) > _DAY
            and not row_exists(transaction, GroupSession, _meeting_id(site, monday, 0))
        )


def _mondays(now: datetime, zone: ZoneInfo) -> list[date]:
    """Return the first days of the weeks of the past, the last one among them."""
    begun, today = _date(past_begins(now, zone), zone), _date(now, zone)
    begun -= timedelta(days=begun.weekday())
    return [begun + week * _WEEK for week in range((today - begun) // _WEEK + 1)]


def _meeting_id(site: SiteInfo, monday: date, place: int) -> UUID:
    return uuid5(site.site_id, f"meeting {monday} {place}")


def _today_id(site: SiteInfo, day: date, place: int) -> UUID:
    return uuid5(site.site_id, f"today {day} {place}")


def _date(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()


def sample_secret(site_id: UUID, name: str) -> bytes:
    """Return the secret of a sample pass or slip, so that it can be shown again."""
    return blake2b(f"{SEED} {name}".encode(), key=site_id.bytes, digest_size=SECRET_BYTES).digest()
