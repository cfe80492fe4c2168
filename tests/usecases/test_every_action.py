"""Every method of every desk: who may call it, and what the audit trail says of it."""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest

from kiosk.domain.attendance.attendance import CheckInKind
from kiosk.domain.attendance.roster import VoidReason
from kiosk.domain.callbacks.actions import Claim
from kiosk.domain.callbacks.request import Origin
from kiosk.domain.callbacks.worklist import WorklistFilter
from kiosk.domain.groups.groups import GroupPlan, Series, SessionPlan
from kiosk.domain.groups.plan_import import GroupInFile, PlanKind, Plans
from kiosk.domain.ids import NO_ID
from kiosk.domain.person.erasure import EraseReason
from kiosk.domain.staff import Role
from kiosk.errors import SignedOut
from kiosk.presentation.statistics import REPORTS
from kiosk.usecases.admin.anomalies_desk import AnomaliesDesk
from kiosk.usecases.admin.desk import OversightDesk
from kiosk.usecases.admin.person_desk import PersonDesk
from kiosk.usecases.attendance.roster_desk import RosterDesk
from kiosk.usecases.callbacks.desk import CallbackDesk
from kiosk.usecases.callbacks.entry import EntryDesk
from kiosk.usecases.groups.desk import GroupsDesk
from kiosk.usecases.menu_desk import MenuDesk
from kiosk.usecases.passes.desk import PassDesk
from kiosk.usecases.staff.accounts import NewAccount
from kiosk.usecases.staff.accounts_desk import AccountsDesk
from kiosk.usecases.staff_desk import StaffDesk
from tests.support import facts
from tests.support.calls import ask
from tests.support.desks import Clinic
from tests.support.helplines import shipped_text

pytestmark = pytest.mark.central

SECRET = "another horse entirely"
DAY = date(2026, 3, 2)
BY_PHONE = Origin("phone", None, "person", "phone")


class Busy:
    """A clinic in which there is something to do for every method, each at a desk just opened."""

    def __init__(self, clinic: Clinic) -> None:
        self.clinic = clinic
        self.signed_in = clinic.add_staff("everything", *Role)
        self.me = self.signed_in.staff.id
        self.request = ask(clinic)
        (self.reference,) = clinic.column("SELECT ref FROM callback_request")
        self.session = clinic.add_session(enrolled=True)
        self.later = clinic.add_session("Room 3", starts=60)
        self.group = self.session.group_id or UUID(int=0)
        self.other = clinic.add_staff("lim", Role.CALLER).staff.id
        self.person = facts.person(clinic, b"p" * 16)
        self.member = facts.person(clinic, b"m" * 16, group=self.group)
        self.arrival = facts.check_in(clinic, self.session.id, b"x" * 16)
        facts.check_in(clinic, self.session.id, about=(CheckInKind.FIRST_VISIT, self.arrival))
        self.gone = facts.check_in(clinic, self.session.id)
        self.void = facts.check_in(clinic, self.session.id, void_of=self.gone)

    @property
    def calls(self) -> CallbackDesk:
        return self.clinic.access.callback_desk(self.signed_in)

    @property
    def roster(self) -> RosterDesk:
        return self.clinic.access.roster_desk(self.signed_in)

    @property
    def passes(self) -> PassDesk:
        return self.clinic.access.pass_desk(self.signed_in)

    @property
    def groups(self) -> GroupsDesk:
        return self.clinic.access.groups_desk(self.signed_in)

    @property
    def accounts(self) -> AccountsDesk:
        return self.clinic.access.accounts_desk(self.signed_in)

    @property
    def oversight(self) -> OversightDesk:
        return self.clinic.access.oversight_desk(self.signed_in)

    @property
    def entry(self) -> EntryDesk:
        return self.clinic.access.entry_desk(self.signed_in)

    @property
    def people(self) -> PersonDesk:
        return self.clinic.access.person_desk(self.signed_in)

    @property
    def odd(self) -> AnomaliesDesk:
        return self.clinic.access.anomalies_desk(self.signed_in)

    @property
    def menu(self) -> MenuDesk:
        return self.clinic.access.menu_desk(self.signed_in)

    def new_group(self, name: str = "Walkers", id_: UUID | None = None) -> GroupPlan:
        return GroupPlan(id_ or self.clinic.id(), name, "Room 9", "Room 9")

    def new_session(self) -> SessionPlan:
        start = self.clinic.clock.at + timedelta(hours=3)
        return SessionPlan(
            self.clinic.id(), self.group, start, start + timedelta(hours=1), "Room 9"
        )

    def moved(self) -> SessionPlan:
        return replace(self.new_session(), id=self.later.id)

    def series(self) -> Series:
        return Series(self.clinic.id(), frozenset({1}), time(15), 60, DAY, count=2)


NEW_PLANS = Plans(
    PlanKind.TOML, (GroupInFile("new", GroupPlan(NO_ID, "New", "Room 7", "Room 7")),), ()
)
Call = Callable[[Busy], object]

DEEDS: dict[type[StaffDesk], dict[str, Call]] = {
    CallbackDesk: {
        "worklist": lambda h: h.calls.worklist(),
        "named": lambda h: h.calls.named(_reference(h)),
        "row": lambda h: h.calls.row(h.request),
        "act": lambda h: h.calls.act(h.request, 0, Claim()),
        "reveal": lambda h: h.calls.reveal(h.request),
        "duplicates": lambda h: h.calls.duplicates(h.request),
        "next_call": lambda h: h.calls.next_call(),
        "look_up": lambda h: h.calls.look_up("81234567"),
        "export_rows": lambda h: h.calls.export_rows(WorklistFilter()),
    },
    RosterDesk: {
        "roster": lambda h: h.roster.roster(h.session.id),
        "news": lambda h: h.roster.news(h.session.id),
        "add_person": lambda h: h.roster.add_person(h.session.id, "Mei", "en", h.roster.new_pass()),
        "add_member": lambda h: h.roster.add_member(h.session.id, h.member),
        "add_guests": lambda h: h.roster.add_guests(h.session.id, h.roster.new_guests(1)),
        "unplaced": lambda h: _waiting(h),
        "place": lambda h: h.roster.place(h.session.id, _waiting(h)),
        "meet": lambda h: h.roster.meet(h.session.id, [h.arrival]),
        "void": lambda h: h.roster.void([h.arrival], VoidReason.MISTAKE),
        "undo_void": lambda h: h.roster.undo_void([h.void]),
        "count_heads": lambda h: h.roster.count_heads(h.session.id, 3),
        "reconcile": lambda h: h.roster.reconcile(h.session.id, 3),
        "undo": lambda h: _undone(h),
        "note_printed": lambda h: h.roster.note_printed(h.session.id),
        "export_rows": lambda h: h.roster.export_rows(DAY, DAY),
    },
    PassDesk: {
        "members": lambda h: h.passes.members(),
        "issue_pass": lambda h: h.passes.issue_pass("Mei", "en"),
        "replace_pass": lambda h: h.passes.replace_pass(_issued(h)),
        "revoke_passes": lambda h: h.passes.revoke_passes(h.person),
        "enrol": lambda h: h.passes.enrol(h.person, h.group),
        "leave": lambda h: h.passes.leave(h.member, h.group),
    },
    GroupsDesk: {
        "add_group": lambda h: h.groups.add_group(h.new_group()),
        "change_group": lambda h: h.groups.change_group(h.new_group("Other", h.group)),
        "add_session": lambda h: h.groups.add_session(h.new_session()),
        "add_series": lambda h: h.groups.add_series(h.group, h.series()),
        "change_session": lambda h: h.groups.change_session(h.moved()),
        "cancel_sessions": lambda h: h.groups.cancel_sessions([h.later.id], "away"),
        "restore_sessions": lambda h: h.groups.restore_sessions(_called_off(h)),
        "import_plans": lambda h: h.groups.import_plans(NEW_PLANS),
        "put_away_group": lambda h: h.groups.put_away_group(h.group),
    },
    AccountsDesk: {
        "add": lambda h: h.accounts.add(NewAccount("new", SECRET, frozenset({Role.CALLER}))),
        "set_roles": lambda h: h.accounts.set_roles(h.other, frozenset(Role), SECRET),
        "set_languages": lambda h: h.accounts.set_languages(h.other, ()),
        "set_offers": lambda h: h.accounts.set_offers(h.other, ()),
        "disable": lambda h: h.accounts.disable(h.other),
        "enable": lambda h: h.accounts.enable(h.other, SECRET),
        "reset_passphrase": lambda h: h.accounts.reset_passphrase(h.other, SECRET),
    },
    OversightDesk: {
        "audit_trail": lambda h: h.oversight.audit_trail(),
        "verify_audit": lambda h: h.oversight.verify_audit(),
        "run_retention": lambda h: h.oversight.run_retention(),
        "publish_helplines": lambda h: h.oversight.publish_helplines(shipped_text()),
        "confirm_helplines": lambda h: h.oversight.confirm_helplines(h.oversight.helplines()),
    },
    EntryDesk: {
        "enter": lambda h: h.entry.enter(replace(h.entry.new_draft(), origin=BY_PHONE)),
        "make_forms": lambda h: h.entry.make_forms(2),
    },
    PersonDesk: {
        "find": lambda h: h.people.find(h.reference),
        "show": lambda h: h.people.show(h.member),
        "same_number": lambda h: h.people.same_number(h.request),
        "export": lambda h: h.people.export(h.request),
        "correct_name": lambda h: h.people.correct_name(h.member, "Mei"),
        "correct_request": lambda h: h.people.correct_request(h.request, "Mei", "+6581234567"),
        "erase": lambda h: h.people.erase(h.member, EraseReason.WISH),
    },
}
"""What opens something personal or changes something, for each desk, in an order that works."""

LOOKS: dict[type[StaffDesk], dict[str, Call]] = {
    CallbackDesk: {
        "history": lambda h: h.calls.history(h.request),
        "histories": lambda h: h.calls.histories([h.request]),
        "people": lambda h: h.calls.people(),
        "colleagues": lambda h: h.calls.colleagues(),
    },
    RosterDesk: {
        "sessions": lambda h: h.roster.sessions(),
        "marker": lambda h: h.roster.marker(h.session.id),
        "last_step": lambda h: h.roster.last_step(h.session.id),
    },
    PassDesk: {"groups": lambda h: h.passes.groups()},
    GroupsDesk: {
        "groups": lambda h: h.groups.groups(),
        "sessions": lambda h: h.groups.sessions(DAY, DAY),
        "export_plans": lambda h: h.groups.export_plans(),
        "preview_import": lambda h: h.groups.preview_import(NEW_PLANS),
    },
    AccountsDesk: {"accounts": lambda h: h.accounts.accounts()},
    OversightDesk: {
        "retention_preview": lambda h: h.oversight.retention_preview(),
        "report": lambda h: [h.oversight.report(one.kind) for one in REPORTS],
        "kiosks": lambda h: h.oversight.kiosks(),
        "notices": lambda h: h.oversight.notices(),
        "helplines": lambda h: h.oversight.helplines(),
    },
    AnomaliesDesk: {"anomalies": lambda h: h.odd.anomalies()},
    MenuDesk: {
        "news": lambda h: h.menu.news(),
        "booklets": lambda h: h.menu.booklets(),
    },
    EntryDesk: {"entered": lambda h: h.entry.entered()},
    PersonDesk: {},
}
"""What names nobody; `history` without a note is among them."""

MADE_OF_NOTHING = {"new_pass", "new_guests", "new_id", "new_draft"}
"""What gives ids alone."""


def _reference(busy: Busy) -> str:
    (reference,) = busy.clinic.column("SELECT ref FROM callback_request")
    return str(reference)


def _waiting(busy: Busy) -> frozenset[UUID]:
    """Let a member come while the clock is wrong; return the arrivals that wait for staff."""
    clinic, now = busy.clinic, busy.clinic.clock.at
    digits = clinic.passes.issue_pass("Noor", "en").digits
    clinic.clock.at = datetime(1970, 1, 1, 0, 5, tzinfo=UTC)
    clinic.visitor.check_in(digits)
    clinic.clock.at = now
    return frozenset({id_ for one in busy.roster.unplaced() for id_ in one.fact_ids})


def _called_off(busy: Busy) -> list[UUID]:
    busy.groups.cancel_sessions([busy.later.id], "away")
    return [busy.later.id]


def _issued(busy: Busy) -> UUID:
    """Give the participant of a pass whose name can be opened."""
    busy.clinic.passes.issue_pass("Ravi", "en")
    (member,) = busy.clinic.passes.members("Ravi")
    return member.participant_id


def each(table: dict[type[StaffDesk], dict[str, Call]]) -> dict[str, Call]:
    return {
        f"{desk.__name__}.{name}": call
        for desk, calls in table.items()
        for name, call in calls.items()
    }


@contextmanager
def entries(clinic: Clinic, by: UUID) -> Iterator[list[str]]:
    """Collect what somebody does in a block, as the trail says it."""

    def told() -> list[str]:
        query = "SELECT action FROM audit_event WHERE by_staff=:by ORDER BY position"
        return clinic.column(query, by=by)

    before, found = len(told()), list[str]()
    yield found
    found += told()[before:]


@pytest.mark.parametrize("desk", list(LOOKS))
def test_every_method_is_known_here(desk: type[StaffDesk]) -> None:
    found = {name for name, _ in inspect.getmembers(desk, inspect.isfunction)}
    public = {name for name in found if not name.startswith("_")} - MADE_OF_NOTHING
    assert public == {*DEEDS.get(desk, ()), *LOOKS[desk]}
    assert set(LOOKS) == set(_desks(StaffDesk))


def _desks(base: type[StaffDesk]) -> Iterator[type[StaffDesk]]:
    for one in base.__subclasses__():
        if below := list(_desks(one)):
            yield from below
        else:
            yield one


@pytest.mark.parametrize("desk", DEEDS)
def test_a_deed_leaves_an_entry_in_the_name_of_who_did_it(
    clinic: Clinic, desk: type[StaffDesk]
) -> None:
    busy = Busy(clinic)
    for name, call in DEEDS[desk].items():
        with entries(clinic, busy.me) as found:
            call(busy)
        assert found, name


def test_a_look_that_names_nobody_leaves_none(clinic: Clinic) -> None:
    busy = Busy(clinic)
    for name, call in each(LOOKS).items():
        with entries(clinic, busy.me) as found:
            call(busy)
        assert not found, name


def _undone(busy: Busy) -> bool:
    desk = busy.roster
    desk.count_heads(busy.session.id, 7)
    step = desk.last_step(busy.session.id)
    assert step is not None
    return desk.undo(busy.session.id, step)


def _disabled(busy: Busy) -> None:
    busy.clinic.access.accounts_desk(busy.clinic.fresh(busy.clinic.manager)).disable(busy.me)


def _given_a_passphrase(busy: Busy) -> None:
    manager = busy.clinic.access.accounts_desk(busy.clinic.fresh(busy.clinic.manager))
    manager.reset_passphrase(busy.me, SECRET)


def _after_eight_hours(busy: Busy) -> None:
    busy.clinic.clock.move(hours=8)


def _after_the_clock_was_set_back(busy: Busy) -> None:
    busy.clinic.clock.move(hours=-8)


@pytest.mark.parametrize(
    "happened",
    [_disabled, _given_a_passphrase, _after_eight_hours, _after_the_clock_was_set_back],
)
def test_nothing_is_done_by_who_may_not_be_here_any_more(
    clinic: Clinic, happened: Callable[[Busy], None]
) -> None:
    busy = Busy(clinic)
    happened(busy)
    with entries(clinic, busy.me) as found:
        for call in (each(DEEDS) | each(LOOKS)).values():
            with pytest.raises(SignedOut):
                call(busy)
    assert not found
