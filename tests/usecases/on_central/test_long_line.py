"""A desk at the end of a long line waits for few answers, and is told what is slow as slow."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from kiosk.domain.callbacks.actions import AddNote
from kiosk.errors import StoreSlow
from kiosk.records.central import store as stores
from kiosk.records.central.connection import Address
from kiosk.records.central.store import CentralStore
from kiosk.usecases.access import Access
from kiosk.usecases.central.contact import enter_central
from kiosk.usecases.staff_desk import SignedIn
from tests.support.calls import ask
from tests.support.central_clinics import KioskBeside
from tests.support.centres import Centre
from tests.support.desks import CHEAP, PASSPHRASE, Clinic
from tests.support.distance import Line, long_line

MOST = 12
"""Ways to the centre and back for one staff list, from the command to the list; beside those that
TCP, TLS and the password need before."""
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
