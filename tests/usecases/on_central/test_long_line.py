"""A desk at the end of a long line waits for few answers, and is told what is slow as slow."""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import time, timedelta
from functools import partial

import pytest

from kiosk.domain.attendance.roster import RosterNews, VoidReason
from kiosk.domain.callbacks.actions import AddNote, Merge
from kiosk.domain.callbacks.entry import PaperForm
from kiosk.domain.callbacks.request import Origin
from kiosk.domain.groups.groups import Series, SeriesFrom, SessionPlan
from kiosk.domain.groups.plan_import import GroupInFile, PlanKind, Plans, SessionInFile
from kiosk.domain.ids import NO_ID
from kiosk.domain.person.erasure import EraseReason
from kiosk.domain.staff import Role
from kiosk.domain.statistics import AttendanceBlock, RequestsBlock
from kiosk.errors import StoreSlow
from kiosk.records.central import store as stores
from kiosk.records.central.connection import Address
from kiosk.records.central.store import CentralStore
from kiosk.usecases.access import Access
from kiosk.usecases.admin.desk import OversightDesk
from kiosk.usecases.admin.person_desk import PersonDesk
from kiosk.usecases.attendance.roster_desk import RosterDesk
from kiosk.usecases.callbacks.desk import CallbackDesk
from kiosk.usecases.callbacks.entry import EntryDesk
from kiosk.usecases.central.contact import enter_central
from kiosk.usecases.groups.desk import GroupsDesk
from kiosk.usecases.passes.desk import PassDesk
from kiosk.usecases.passes.issuing import PassMaker
from kiosk.usecases.staff.accounts_desk import AccountsDesk
from kiosk.usecases.staff_desk import SignedIn, StaffDesk
from tests.support import facts
from tests.support.calls import ask
from tests.support.central_clinics import KioskBeside
from tests.support.centres import Centre
from tests.support.desks import CHEAP, NOON, PASSPHRASE, Clinic
from tests.support.distance import Line, long_line
from tests.usecases.test_every_action import (
    DAY,
    DEEDS,
    LOOKS,
    MADE_OF_NOTHING,
    Busy,
    _issued,
    _waiting,
)

MOST = 12
"""Ways to the centre and back for one method of a desk, and for one staff list from the command to
the list. Those that TCP, TLS and the password need before it are counted by themselves, here
without TLS and in the tests of TLS with it."""
ONE_WAY = 0.002
"""Long enough that what is sent together arrives together."""


@pytest.fixture
def line(centre: Centre) -> Iterator[Line]:
    with long_line(centre.address.port, ONE_WAY) as made:
        yield made


@pytest.fixture
def far(clinic: Clinic, line: Line) -> Iterator[Clinic]:
    """The same clinic, by a desk at the other end of the line."""
    assert isinstance(clinic.store, CentralStore)
    url = clinic.store._engine.url
    address = Address(
        "127.0.0.1", line.port, url.database or "", url.username or "", str(url.password or "")
    )
    store = CentralStore(address, clinic.site.site_id)
    yield replace(clinic, store=store)
    store.close()


def trips(line: Line, act: Callable[[], object]) -> int:
    before = line.trips
    act()
    return line.trips - before


def test_one_staff_list_from_the_command_line(clinic: Clinic, far: Clinic, line: Line) -> None:
    for _ in range(3):
        ask(clinic)
    connecting = trips(line, far.store._engine.connect().close)  # type: ignore[attr-defined]

    def whole() -> None:
        site, sealing = enter_central(far.store, far.clock, "1")
        access = Access(replace(far.context, site=site, sealing=sealing), CHEAP)
        signed_in = access.sign_in("manager", PASSPHRASE)
        assert isinstance(signed_in, SignedIn)
        assert len(access.callback_desk(signed_in).worklist().rows) == 3

    assert connecting <= 5
    assert trips(line, whole) <= MOST


def test_every_staff_list(far: Clinic, line: Line) -> None:
    def enter() -> None:
        enter_central(far.store, far.clock, "1")
        far.access.sign_in("manager", PASSPHRASE)

    far.store._engine.connect().close()  # type: ignore[attr-defined]
    before = trips(line, enter)
    access, signed_in = far.access, far.fresh(far.manager)
    passes, oversight = access.pass_desk(signed_in), access.oversight_desk(signed_in)
    groups = access.groups_desk(signed_in)
    lists: dict[str, Callable[[], object]] = {
        "sessions of today": access.roster_desk(signed_in).sessions,
        "members": passes.members,
        "groups of passes": passes.groups,
        "groups": groups.groups,
        "plans": groups.export_plans,
        "accounts": access.accounts_desk(signed_in).accounts,
        "kiosks": oversight.kiosks,
        "notices": oversight.notices,
        "trail": oversight.audit_trail,
        "helplines": oversight.helplines,
        "anomalies": access.anomalies_desk(signed_in).anomalies,
    }
    found = {name: before + trips(line, read) for name, read in lists.items()}
    assert max(found.values()) <= MOST, found


def test_what_a_caller_does(clinic: Clinic, far: Clinic, line: Line, kiosk: KioskBeside) -> None:
    clinic.clock.at -= timedelta(hours=1)  # in the morning that they asked for
    ask(clinic)
    ask(kiosk.clinic)
    kiosk.send()
    desk = far.callbacks
    (first, second) = desk.worklist().rows
    one = first.request.id
    assert trips(line, desk.worklist) <= 2
    found = {
        "row": trips(line, lambda: desk.row(one)),
        "reveal": trips(line, lambda: desk.reveal(one)),
        "act": trips(line, lambda: desk.act(one, first.state.revision, AddNote("rang"))),
        "history": trips(line, lambda: desk.history(one)),
        "duplicates": trips(line, lambda: desk.duplicates(one)),
        "histories": trips(line, lambda: desk.histories([one, second.request.id])),
        "people": trips(line, desk.people),
        "look up": trips(line, lambda: desk.look_up("81234567")),
        "next call": trips(line, desk.next_call),
        "call after that": trips(line, lambda: desk.next_call(one)),
    }
    mine = [row for row in desk.worklist().rows if row.held_by_me]
    assert [row.request.id for row in mine] == [second.request.id]
    assert max(found.values()) <= MOST, found


ON_PAPER = Origin("paper", None, "person", "paper")
PEOPLE, MEETINGS = 5, 12
"""How many of each a method has to do with; the ways there and back are no more than for one."""


class Far(Busy):
    """A clinic in which there is much to do for every method, by desks at the end of the line."""

    def __init__(self, clinic: Clinic, far: Clinic) -> None:
        super().__init__(clinic)
        near = clinic.access.groups_desk(self.signed_in)
        planned = near.add_series(self.group, self.weekly())
        assert isinstance(planned, tuple)
        self.series_id = planned[0].series_id or NO_ID
        self.off = [one.id for one in planned[:5]]
        near.cancel_sessions(self.off, "away")
        self.arrivals = [facts.check_in(clinic, self.session.id, bytes([n]) * 16) for n in range(5)]
        gone = [facts.check_in(clinic, self.session.id) for _ in range(PEOPLE)]
        self.voids = [facts.check_in(clinic, self.session.id, void_of=one) for one in gone]
        self.waiting = _waiting(self)
        self.issued = _issued(self)
        maker = PassMaker(clinic.entropy, clinic.site, clinic.sealing)
        with clinic.store.write() as transaction:
            for n in range(PEOPLE):
                secret = bytes([n]) * 16
                maker.add_card(transaction, clinic.clock.at, self.issued, secret, ("Ravi", "en"))
        self.merged, self.double = ask(clinic), ask(clinic)
        clinic.access.callback_desk(self.signed_in).act(self.double, 0, Merge(self.request))
        (self.reference,) = clinic.column(
            "SELECT ref FROM callback_request WHERE id=:id", id=self.merged
        )
        self.lost = clinic.add_staff("lost", Role.CALLER).staff.id
        desk = clinic.access.accounts_desk(self.signed_in)
        self.disabled = clinic.add_staff("away", Role.CALLER).staff.id
        desk.disable(self.disabled)
        (form,) = clinic.access.entry_desk(self.signed_in).make_forms(1)
        self.form = form.reference
        self.clinic = far
        self.counted = self.roster
        self.counted.count_heads(self.session.id, 7)
        self.step = self.counted.last_step(self.session.id)

    def oversight_after(self, **span: float) -> OversightDesk:
        """Return a manager's desk so much later than all that was done here."""
        self.clinic.clock.at = NOON + timedelta(**span)
        return self.clinic.access.oversight_desk(self.clinic.fresh(self.signed_in))

    def weekly(self) -> Series:
        return Series(self.clinic.id(), frozenset({1}), time(15), 60, DAY, count=MEETINGS)

    def plans(self) -> Plans:
        groups = [GroupInFile(f"g{n}", self.new_group(f"Group {n}")) for n in range(PEOPLE)]
        start = self.clinic.clock.at + timedelta(days=1)
        sessions = [
            SessionInFile(
                "g0",
                str(n),
                "s",
                SessionPlan(
                    NO_ID, NO_ID, start + timedelta(days=n), start + timedelta(days=n, hours=1), "R"
                ),
            )
            for n in range(MEETINGS)
        ]
        return Plans(PlanKind.TOML, tuple(groups), tuple(sessions))


IN_BULK: dict[type[StaffDesk], dict[str, Callable[[Far], object]]] = {
    CallbackDesk: {
        "named": lambda h: h.calls.named(h.reference),
        "act": lambda h: h.calls.act(h.merged, 0, Merge(h.request)),
    },
    RosterDesk: {
        "add_guests": lambda h: h.roster.add_guests(h.session.id, h.roster.new_guests(PEOPLE)),
        "unplaced": lambda h: h.roster.unplaced(),
        "place": lambda h: h.roster.place(h.session.id, h.waiting),
        "void": lambda h: h.roster.void(h.arrivals, VoidReason.MISTAKE),
        "undo_void": lambda h: h.roster.undo_void(h.voids),
        "undo": lambda h: h.step and h.counted.undo(h.session.id, h.step),
    },
    PassDesk: {
        "issue_pass": lambda h: h.passes.issue_pass("Mei", "en", groups=[h.group] * PEOPLE),
        "revoke_passes": lambda h: h.passes.revoke_passes(h.issued),
        "replace_pass": lambda h: h.passes.replace_pass(h.issued),
    },
    GroupsDesk: {
        "add_series": lambda h: h.groups.add_series(h.group, h.weekly()),
        "cancel_sessions": lambda h: h.groups.cancel_sessions(SeriesFrom(h.series_id, DAY), "off"),
        "restore_sessions": lambda h: h.groups.restore_sessions(h.off),
        "import_plans": lambda h: h.groups.import_plans(h.plans()),
    },
    AccountsDesk: {
        "enable": lambda h: h.accounts.enable(h.disabled, PASSPHRASE),
        "reset_passphrase": lambda h: h.accounts.reset_passphrase(h.lost, PASSPHRASE),
    },
    EntryDesk: {
        "make_forms": lambda h: h.entry.make_forms(10 * PEOPLE),
        "enter: paper": lambda h: h.entry.enter(
            replace(h.entry.new_draft(), origin=ON_PAPER), PaperForm(h.form, NOON)
        ),
        "entered": lambda h: h.entry.entered(),
    },
    OversightDesk: {
        "retention_preview": lambda h: h.oversight_after(days=800).retention_preview(),
        "report": lambda h: h.oversight_after(days=60).report(RequestsBlock),
        "report: attendance": lambda h: h.oversight_after(days=60).report(AttendanceBlock),
        "run_retention": lambda h: h.oversight_after(days=800).run_retention(),
    },
    PersonDesk: {
        "find": lambda h: h.people.find(h.reference),
        "show": lambda h: h.people.show(h.double),
        "erase": lambda h: h.people.erase(h.double, EraseReason.WISH),
    },
}
"""What has more to do than in a clinic where there is one of each."""


@pytest.mark.parametrize("kind", list(LOOKS))
def test_every_method_of_every_desk(
    clinic: Clinic, far: Clinic, line: Line, kind: type[StaffDesk]
) -> None:
    busy, found = Far(clinic, far), dict[str, int]()
    far.store._engine.connect().close()  # type: ignore[attr-defined]
    calls: dict[str, Callable[[Far], object]] = {
        **LOOKS[kind],
        **DEEDS.get(kind, {}),
        **IN_BULK.get(kind, {}),
    }
    names = {name for name, _ in inspect.getmembers(kind, inspect.isfunction) if name[0] != "_"}
    assert names - MADE_OF_NOTHING == {name.split(":")[0] for name in calls}
    for name, call in calls.items():
        busy.clinic.clock.at = NOON
        found[name] = trips(line, partial(call, busy))
    assert max(found.values()) <= MOST, found
    assert min(found.values()) >= 1, found


def test_a_roster_is_usable_where_every_answer_takes_long(
    clinic: Clinic, far: Clinic, line: Line
) -> None:
    """On a line of 600 ms there and back, two seconds are three ways."""
    session = clinic.add_session(enrolled=True)
    for name in ("Mei", "Ravi"):
        digits = clinic.passes.issue_pass(name, "en", groups=[session.group_id or NO_ID]).digits
    clinic.visitor.check_in(digits, session.id)
    far.store._engine.connect().close()  # type: ignore[attr-defined]
    desk, opened = far.roster, list[RosterNews]()

    def look() -> None:
        news = desk.news(session.id, opened[-1].mark if opened else b"")
        if news is not None:
            opened.append(news)

    assert trips(line, desk.sessions) <= 3
    assert trips(line, look) <= 3
    assert [one.name for one in opened[-1].roster.arrived] == ["Ravi"]
    assert trips(line, look) == 1
    assert len(opened) == 1
    clinic.visitor.count_me_in(clinic.id(), session.id)
    assert trips(line, look) == 2
    assert opened[-1].roster.card.guests == 1


@pytest.fixture
def tenth(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let connections be waited for a tenth of the time; drivers take whole seconds only."""

    def shortened(settings: dict[str, float]) -> float:
        return settings["connect_timeout"] / 10

    monkeypatch.setattr("psycopg.connection.timeout_from_conninfo", shortened)


@pytest.mark.usefixtures("tenth")
def test_a_line_of_600_ms_each_way_is_slow_and_not_away(far: Clinic, line: Line) -> None:
    line.one_way = 0.06
    assert len(far.callbacks.worklist().rows) == 0


@pytest.mark.usefixtures("tenth")
def test_a_centre_that_is_slower_than_that_to_let_in_is_told_as_slow(
    far: Clinic, line: Line
) -> None:
    line.one_way = 0.8
    with pytest.raises(StoreSlow, match=r"^The centre answers too slowly just now;"):
        far.callbacks.worklist()


def test_the_menu_asks_once_for_all_its_tiles(
    clinic: Clinic, far: Clinic, line: Line, kiosk: KioskBeside
) -> None:
    ask(kiosk.clinic)
    kiosk.send()
    session = clinic.add_session(starts=-90)
    facts.check_in(clinic, session.id, b"p" * 16)
    desk = far.access.menu_desk(far.manager)
    desk.news()
    assert trips(line, desk.news) <= 5


def test_a_centre_that_answers_too_slowly_is_told_as_slow(
    far: Clinic, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    far.callbacks.worklist()
    monkeypatch.setattr(stores, "_PATIENCE_SECONDS", 0.1)
    line.one_way = 0.5
    with pytest.raises(StoreSlow, match=r"^The centre answers too slowly just now;"):
        far.callbacks.worklist()
    line.one_way = ONE_WAY
    monkeypatch.undo()
    far.callbacks.worklist()
